"""The data page: what landed, what did not and why."""

import pandas as pd
import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.health.answers import HealthAnswer
from analysis.health.chart import days_chart, rejects_chart
from analysis.health.compute import HealthQuery, answer
from experiments.stats.effects import Reason

SAMPLES = 3
FEW_ROWS = 7


def render() -> None:
    """The health page."""
    page.header("health")
    store = page.store(may_be_empty=True)
    found = page.answered(lambda: cached(store, HealthQuery(samples=SAMPLES), answer))
    if not found.loads:
        page.empty("health.empty")
    page.synthetic_banner(found)
    _summary(found)
    _rejects(found)
    _over_time(found)
    _rules(found)
    page.footer(_rows(found), found.sql, "health", found)


def _summary(found: HealthAnswer) -> None:
    lang = page.lang()
    said = "health.all_landed" if not found.rejected else "health.some_rejected"
    facts = {
        "lines": found.lines,
        "landed": found.landed,
        "duplicates": found.duplicates,
        "rejected": found.rejected,
    }
    page.finding(page.t(said, **facts))
    page.cards(
        [
            (page.t(f"health.{name}"), words.number(n, lang), page.t(f"health.{name}.help"))
            for name, n in facts.items()
        ]
    )
    if not found.balanced:
        st.error(page.t("health.unbalanced", **facts), icon=":material/error:")
    unfinished = sum(not load.complete for load in found.loads)
    if unfinished:
        st.warning(page.t("health.unfinished", n=unfinished), icon=":material/hourglass:")


def _rejects(found: HealthAnswer) -> None:
    if not found.codes:
        return
    st.subheader(page.t("health.why"), anchor=False)
    said = words.reason(found.at_fault, page.lang())
    if isinstance(found.at_fault, Reason):
        st.warning(said, icon=":material/smartphone:")
    else:
        st.markdown(said)
    page.chart(rejects_chart(found, page.lang()), alt=page.t("health.rejects_alt", n=found.in_quarantine))
    for code in found.codes:
        label = f"{code.code} · {words.count(code.lines, page.lang(), 'row')}"
        if words.has(f"reject.{code.code}"):
            label = f"{label} · {page.t(f'reject.{code.code}')}"
        with st.expander(label):
            rows = pd.DataFrame(
                {
                    "source": [line.source for line in code.samples],
                    "line": [line.line for line in code.samples],
                    "sentence": [line.sentence for line in code.samples],
                    "start": [line.start for line in code.samples],
                }
            )
            page.table(rows, alt=page.t("health.samples_alt", code=code.code))
    st.markdown(page.t("health.mend"))
    st.code("kazasu quarantine list\nkazasu quarantine replay", language="bash")


def _over_time(found: HealthAnswer) -> None:
    if not found.days:
        return
    st.subheader(page.t("health.over_time", zone=found.timezone), anchor=False)
    page.chart(days_chart(found, page.lang()), alt=page.t("health.days_alt", n=len(found.days)))
    spans = pd.DataFrame(
        {
            "event": [span.event for span in found.spans],
            "events": [span.events for span in found.spans],
            "persons": [span.persons for span in found.spans],
            "first": [words.moment(span.first_ts, page.lang()) for span in found.spans],
            "last": [words.moment(span.last_ts, page.lang()) for span in found.spans],
        }
    )
    page.table(spans, alt=page.t("health.spans_alt"), height=280 if len(spans) > FEW_ROWS else None)


def _rules(found: HealthAnswer) -> None:
    st.subheader(page.t("health.rules"), anchor=False)
    lang = page.lang()
    clocks, people, shown = found.clocks, found.identities, found.impressions
    lines = [
        page.t(
            "health.identity",
            persons=people.persons,
            anonymous=people.anonymous_persons,
            merged=people.merged_ids,
        ),
        page.t("health.attempts", n=found.without_attempt),
        page.t(
            "health.conflicts",
            ids=found.id_conflicts,
            impressions=shown.conflicts,
            after_limit=shown.after_limit,
        ),
        page.t("health.endings", without=shown.without_ending, orphans=shown.endings_without_impression),
        page.t("health.bad_values", n=found.bad_values),
    ]
    if clocks.received:
        late = words.seconds(clocks.late_p50_s, lang), words.seconds(clocks.late_p99_s, lang)
        lines.append(
            page.t("health.late", n=clocks.received, p50=late[0], p99=late[1], hour=clocks.over_an_hour_late)
        )
    if clocks.corrected:
        skew = words.seconds(clocks.skew_p99_s, lang)
        lines.append(page.t("health.skew", n=clocks.corrected, p99=skew, off=clocks.over_five_minutes_off))
    st.markdown("\n".join(f"- {line}" for line in lines))
    if found.bad_properties:
        rows = pd.DataFrame(
            [(value.property, value.events, value.example) for value in found.bad_properties],
            columns=["property", "events", "example"],
        )
        page.table(rows, alt=page.t("health.bad_values_alt"))


def _rows(found: HealthAnswer) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": [load.source for load in found.loads],
            "lines": [load.lines for load in found.loads],
            "landed": [load.landed for load in found.loads],
            "duplicates": [load.duplicates for load in found.loads],
            "rejected": [load.rejected for load in found.loads],
            "bad_values": [load.bad_values for load in found.loads],
            "first": [load.first_ts and load.first_ts.isoformat() for load in found.loads],
            "last": [load.last_ts and load.last_ts.isoformat() for load in found.loads],
        }
    )
