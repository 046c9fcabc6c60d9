"""The page of an experiment: can the data be trusted, what changed, what to do."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.readout.answers import ReadoutAnswer
from analysis.readout.asked import ReadoutQuery
from analysis.readout.captions import plan_in_words, price_in_words, way_in_words
from analysis.readout.choices import Choices, choices
from analysis.readout.compute import read_experiment
from analysis.readout.page.results import results
from analysis.readout.rows import plain_rows
from analysis.readout.sentences import check_in_words, decision_in_words, decision_of, reasons_in_words
from experiments.stats.effects import Reason
from experiments.verdict import Verdict


def render() -> None:
    """The readout page."""
    page.header("readout")
    store = page.store()
    offered = page.answered(lambda: choices(store))
    query = page.linked(ReadoutQuery) or _question(offered)
    found = page.answered(lambda: cached(store, query, read_experiment))
    page.synthetic_banner(found)
    _plan(found)
    _checks(found)
    _decision(found)
    if found.trusted or st.toggle(page.t("readout.view_anyway"), key="readout.anyway"):
        results(found)
    _know(found)
    page.footer(plain_rows(found), found.sql, "readout", found)


def _question(offered: Choices) -> ReadoutQuery:
    """Which experiment, and for whom; ends the page kindly if nothing is on record."""
    if not offered.experiments:
        if offered.unrecorded:
            page.empty(
                "readout.unrecorded", keys=words.listed(map(page.plain, offered.unrecorded), page.lang())
            )
        page.empty("readout.no_experiments")
    names = dict(offered.experiments)
    cell = page.side_by_side(2, at_least=200)
    with cell():
        key = page.choice(
            "experiment", page.t("readout.experiment"), list(names), show=lambda key: names[key]
        )
    with cell():
        platform = page.choice("platform", page.t("readout.platform"), [page.ALL, *offered.platforms])
    return ReadoutQuery(experiment=key, platform=None if platform == page.ALL else platform)


def _plan(found: ReadoutAnswer) -> None:
    plan, lang = found.experiment, page.lang()
    st.subheader(page.plain(plan.name or plan.key), anchor=False)
    st.markdown(f"{page.plain(plan.key)} · {plan_in_words(found, lang)}")
    if plan.hypothesis:
        st.markdown(f"**{page.t('readout.hypothesis')}** {page.plain(plan.hypothesis)}")
    facts = [
        page.t(f"readout.state.{found.state}"),
        page.t("readout.counted", n=words.count(found.units, lang, _unit(found)))
        if plan.planned_units is None
        else page.t(
            "readout.of_planned",
            n=words.count(found.watched, lang, _unit(found)),
            planned=words.number(plan.planned_units, lang),
        ),
        page.t(
            _as_of(found),
            until=words.moment(found.observed_until, lang),
        ),
    ]
    if found.since is not None:
        facts.insert(
            1,
            page.t(
                "readout.since",
                day=words.date(datetime.combine(found.since, time(), ZoneInfo(words.ZONE)), lang),
            ),
        )
    st.markdown(" · ".join(facts))


def _checks(found: ReadoutAnswer) -> None:
    """Above every result: what failed in full, what passed and was noted folded away."""
    lang = page.lang()
    failed = [check for check in found.checks if not check.passed]
    for check in failed:
        st.error(
            page.plain(check_in_words(found, check, lang)),
            title=page.t("readout.failed"),
            icon=":material/warning:",
        )
    passed = [check for check in found.checks if check.passed]
    if not passed:
        return
    label = page.t("readout.passed_besides" if failed else "readout.passed", n=len(passed))
    with st.expander(label, icon=":material/fact_check:", expanded=bool(failed)):
        signs = {
            check.key: ":material/check:" if check.p_value is not None else ":material/info:"
            for check in passed
        }
        lines = [f"- {signs[c.key]} {page.plain(check_in_words(found, c, lang))}" for c in passed]
        st.markdown("\n".join(lines))


def _decision(found: ReadoutAnswer) -> None:
    """What to do, in plain words, and why."""
    decision = decision_of(found)
    with st.container(border=True, key="decision"):
        if decision is not None:
            page.decision_badge(decision)
        page.finding(decision_in_words(found, page.lang()))
        st.markdown("\n".join(f"- {page.plain(reason)}" for reason in reasons_in_words(found, page.lang())))
        for told in (way_in_words(found, page.lang()), price_in_words(found, page.lang())):
            if told is not None:
                st.markdown(page.plain(told))


def _know(found: ReadoutAnswer) -> None:
    plan = found.experiment
    with st.expander(page.t("readout.methods"), icon=":material/info:"):
        told = [
            page.t(f"readout.method.{name}", alpha=plan.alpha)
            for name in ("counting", "checks", "intervals", "verdict", "further")
        ]
        st.markdown("\n".join(f"- {line}" for line in told))


def _unit(found: ReadoutAnswer) -> str:
    return "person" if found.experiment.unit == "user" else found.experiment.unit


def _as_of(found: ReadoutAnswer) -> str:
    """How the page says what it was read as of: a look, the one that decided, or the end of the log."""
    if found.decided_at is not None:
        return "readout.decided_at"
    before = any(reason.code == "verdict.no_look_yet" for reason in _reasons(found))
    return "readout.at_look" if found.experiment.peeking == "group" and not before else "readout.until"


def _reasons(found: ReadoutAnswer) -> tuple[Reason, ...]:
    return found.verdict.reasons if isinstance(found.verdict, Verdict) else ()
