"""The page of time to tap: how long a suggestion should stand, and what people do meanwhile."""

from typing import cast

import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.choices import choices
from analysis.display_change import DisplayChangeQuery
from analysis.display_change.page import lines
from analysis.outcomes import Selection
from analysis.time_to_tap.answers import TapsAnswer
from analysis.time_to_tap.chart import Measure, endings_chart, extent, histogram_chart, incidence_chart
from analysis.time_to_tap.compute import TapsQuery, answer
from analysis.time_to_tap.page.question import question
from analysis.time_to_tap.rows import bin_rows, outcome_table, risk_table
from analysis.time_to_tap.sentences import difference, finding, last_point, name_of, reading, tapped
from experiments.stats.effects import Estimate, NoEffect
from ingest import Store

DRAWN_ARMS = 6
PICTURES = ("histogram", "hazard", "endings")


def render() -> None:
    """The time-to-tap page."""
    page.header("time_to_tap")
    store = page.store()
    query = question(page.answered(lambda: choices(store)))
    found = page.answered(lambda: cached(store, query, answer))
    page.synthetic_banner(found)
    if not found.arms:
        if isinstance(found.tail, NoEffect):
            page.explain(found.tail)
        page.empty("time_to_tap.empty")
    _kind(found)
    page.finding(finding(found, page.lang()))
    _arms(found)
    _change(store, query, found)
    _curves(found)
    _reading(found)
    _bins(found)
    _know(found)
    page.footer(bin_rows(found), found.sql, "taps", found)


def _kind(found: TapsAnswer) -> None:
    if found.randomised:
        st.badge(page.t("time_to_tap.randomised"), icon=":material/shuffle:", color="blue")
    elif len(found.arms) > 1:
        st.badge(page.t("time_to_tap.observational"), icon=":material/visibility:", color="gray")


def _arms(found: TapsAnswer) -> None:
    lang, cards = page.lang(), []
    for arm in found.arms[:DRAWN_ARMS]:
        figure, tip = tapped(arm, lang)
        cards.append((page.t("time_to_tap.card.label", arm=name_of(found, arm.name, lang)), figure, tip))
    page.cards(cards)
    told = [page.plain(difference(found, entry, lang)) for entry in found.differences[: 2 * DRAWN_ARMS]]
    if told:
        st.markdown("\n".join(f"- {line}" for line in told))


def _change(store: Store, query: TapsQuery, found: TapsAnswer) -> None:
    """Did the arms behave alike before the shorter limit, and where does their difference come from?"""
    if len({arm.limit_ms for arm in found.arms} - {None}) < 2 and not found.differences:
        return
    asked = query.model_dump(include=set(Selection.model_fields) - {"impressions"}, by_alias=True)
    lines(store, DisplayChangeQuery.model_validate({**asked, "control": query.control}))


def _curves(found: TapsAnswer) -> None:
    silent = next((arm.curves for arm in found.arms if isinstance(arm.curves, NoEffect)), None)
    if silent is not None:
        page.explain(silent)
    ends = [(arm, last_point(arm)) for arm in found.arms]
    told = [f"{name_of(found, arm.name, page.lang())} {words.percent(point.tap.value, page.lang())}"
            for arm, point in ends if point is not None and isinstance(point.tap, Estimate)]  # fmt: skip
    if told:
        st.subheader(page.t("time_to_tap.curves"), anchor=False)
        alt = page.t("time_to_tap.curves.alt", arms=words.listed(told, page.lang()))
        page.chart(incidence_chart(found, page.lang()), alt=alt)
        page.table(risk_table(found, page.lang()), alt=page.t("time_to_tap.risk.alt"))


def _reading(found: TapsAnswer) -> None:
    longest = max(
        (arm.limit_ms or 0 for arm in found.arms if not isinstance(arm.curves, NoEffect)), default=0
    )
    if longest < 200:
        return
    ms = round(1000 * page.amount("at", page.t("time_to_tap.at"), 0.1, longest / 1000,
                                  default=min(3.0, longest / 1000), step=0.1))  # fmt: skip
    for arm in found.arms[:DRAWN_ARMS]:
        said = reading(found, arm, ms, page.lang())
        if said is not None:
            st.markdown(page.plain(said))


def _bins(found: TapsAnswer) -> None:
    lang = page.lang()
    st.subheader(page.t("time_to_tap.when"), anchor=False)
    shown = page.choice("show", page.t("time_to_tap.show"), PICTURES, style="segments",
                        show=lambda kind: page.t(f"time_to_tap.show.{kind}"))  # fmt: skip
    cell = page.side_by_side(2)
    for arm in found.arms[:DRAWN_ARMS]:
        name = name_of(found, arm.name, lang)
        with cell():
            st.markdown(f"**{page.plain(name)}** · {words.count(arm.n, lang, 'impression')}")
            alt = page.t(f"time_to_tap.show.{shown}.alt", arm=name, taps=arm.count("tap"), n=arm.n)
            if shown != "endings":
                measure = cast("Measure", shown)
                page.chart(histogram_chart(arm, lang, measure, extent(found, measure)), alt=alt)
            elif not isinstance(arm.curves, NoEffect):
                page.chart(endings_chart(arm, lang), alt=alt)


def _know(found: TapsAnswer) -> None:
    page.table(outcome_table(found, page.lang()), alt=page.t("time_to_tap.outcomes.alt"))
    with st.expander(page.t("time_to_tap.know"), icon=":material/info:", expanded=False):
        told = [page.plain(words.reason(note, page.lang())) for note in found.notes]
        told += [page.t("time_to_tap.method"), page.t(f"time_to_tap.method.{found.impressions}")]
        st.markdown("\n".join(f"- {line}" for line in told))
