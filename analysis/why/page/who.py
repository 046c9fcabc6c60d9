"""Which segments lose more than everybody else, and which days stand out."""

from datetime import UTC, date, datetime, time

import pandas as pd
import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.funnel import FunnelQuery
from analysis.segments import SegmentsAnswer, SegmentsQuery, answer
from analysis.segments.answers import Incident, Segment, Since
from analysis.segments.chart import excess_chart
from ingest import Store

SHOWN = 10


def who(store: Store, asked: FunnelQuery, step: int) -> None:
    """Incidents and segments of all steps; those of the chosen step stand in the table of the footer like the others.

    Args:
        store: the open store.
        asked: the funnel.
        step: the step that was not reached.
    """
    query = SegmentsQuery(funnel=asked)
    found = page.answered(lambda: cached(store, query, answer))
    if found.cannot_say is not None:
        page.explain(found.cannot_say)
    else:
        page.finding(_finding(found, step))
        _incidents(found)
        _segments(found)
        _know(found)
    page.footer(_rows(found), found.sql, "why-who", found, percent=["rate", "others_rate"])


def _finding(found: SegmentsAnswer, step: int) -> str:
    here = [one for one in found.incidents if one.step == step]
    if here:
        return _incident(here[0])
    segment = next((one for one in found.segments if one.step == step), None)
    return page.t("why.nobody") if segment is None else _segment(segment)


def _incidents(found: SegmentsAnswer) -> None:
    st.subheader(page.t("why.incidents"), anchor=False)
    if not found.incidents:
        st.markdown(page.t("why.incidents.none", n=found.scans))
        return
    leading = _leading(found.incidents)
    for one in leading[:SHOWN]:
        st.markdown(f"- {page.plain(_incident(one))}")
    if len(found.incidents) > len(leading):
        st.markdown(page.t("why.incidents.same", n=len(found.incidents) - len(leading)))


def _leading(incidents: tuple[Incident, ...]) -> list[Incident]:
    """Those that no sharper one of the same step overlaps."""
    found: list[Incident] = []
    for one in incidents:
        if not any(o.step == one.step and o.first <= one.last and one.first <= o.last for o in found):
            found.append(one)
    return found


def _segments(found: SegmentsAnswer) -> None:
    st.subheader(page.t("why.segments"), anchor=False)
    if not found.segments:
        st.markdown(page.t("why.segments.none", n=found.tests))
        return
    page.chart(excess_chart(found, page.lang()), alt=page.t("why.segments.alt", n=len(found.segments)))
    st.markdown("\n".join(f"- {page.plain(_segment(one))}" for one in found.segments[:SHOWN]))


def _know(found: SegmentsAnswer) -> None:
    with st.expander(page.t("why.know"), icon=":material/info:", expanded=False):
        share = words.percent(found.false_discovery, page.lang())
        told = [page.t(f"why.note.{name}", share=share) for name in ("segments", "incidents", "overlap")]
        st.markdown("\n".join(f"- {line}" for line in told))


def _incident(one: Incident) -> str:
    lang = page.lang()
    facts = {
        "who": page.t("why.everybody") if one.field is None else f"{one.field} = {one.value}",
        "step": one.name,
        "first": _day(one.first),
        "last": _day(one.last),
        "rate": words.percent(one.rate, lang),
        "others": words.percent(one.others_rate, lang),
        "n": words.number(one.excess.n, lang),
    }
    return page.t("why.incident", **facts)


def _segment(one: Segment) -> str:
    lang = page.lang()
    facts = {
        "who": f"{one.field} = {one.value}",
        "step": one.name,
        "rate": words.percent(one.rate, lang),
        "others": words.percent(one.others_rate, lang),
        "excess": words.number(one.excess.value, lang, digits=0),
        "n": words.number(one.excess.n, lang),
    }
    said = page.t("why.segment", **facts)
    if isinstance(one.since, Since):
        said += page.t("why.since", day=_day(one.since.day))
    return said


def _day(day: date) -> str:
    return words.date(datetime.combine(day, time(), UTC), page.lang(), zone="UTC")


def _rows(found: SegmentsAnswer) -> pd.DataFrame:
    lines: list[dict[str, object]] = [
        {"kind": "incident", "first": one.first, "last": one.last, **_plain(one)} for one in found.incidents
    ]
    lines += [
        {
            "kind": "segment",
            "first": one.since.day if isinstance(one.since, Since) else None,
            "last": None,
            **_plain(one),
        }
        for one in found.segments
    ]
    return pd.DataFrame(lines)


def _plain(one: Incident | Segment) -> dict[str, object]:
    return {
        "field": one.field, "value": one.value, "step": one.step, "name": one.name, "n": one.excess.n,
        "lost": one.excess.lost, "expected": one.excess.expected, "excess": one.excess.value,
        "excess_low": one.excess.interval.low, "excess_high": one.excess.interval.high,
        "rate": one.rate, "others_rate": one.others_rate, "adjusted_p": one.adjusted_p,
    }  # fmt: skip
