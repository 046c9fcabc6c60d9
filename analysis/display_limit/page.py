"""The page of the display limit: what every display time would bring, which to name, and what a change of it did."""

import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.choices import Choices, choices
from analysis.display_change import DisplayChangeQuery
from analysis.display_change.page import sections
from analysis.display_limit.answers import DisplayLimitAnswer
from analysis.display_limit.chart import limit_chart
from analysis.display_limit.compute import DisplayLimitQuery, answer, reading
from analysis.display_limit.rows import point_rows
from analysis.display_limit.sentences import (
    at,
    cards,
    finding,
    fitted,
    intervals,
    responses,
    seconds,
    to_test,
)
from experiments.stats.survival.limit_choice import Choice
from ingest import Store

TOGETHER, BY_LIMIT = "together", "display_ms"
TOLERANCES = ("0.01", "0.02", "0.05", "0.1", "0.2")
GUARDRAILS = (page.ALL, "0.005", "0.01", "0.02", "0.05", "0.1", "0.2")


def render() -> None:
    """The page of the display limit."""
    page.header("display_limit")
    store = page.store()
    query, shared = _question(page.answered(lambda: choices(store)))
    found = page.answered(lambda: cached(store, query, answer))
    page.synthetic_banner(found)
    if found.cannot_say is not None or found.longest_ms is None:
        if found.cannot_say is not None:
            page.explain(found.cannot_say)
        page.empty("time_to_tap.empty")
    page.finding(finding(found, page.lang()))
    _explorer(store, query, found)
    _told("display_limit.dose", responses(found, page.lang()))
    _told("display_limit.test", to_test(found, page.lang()))
    sections(store, shared)
    with st.expander(page.t("time_to_tap.know"), icon=":material/info:", expanded=False):
        told = [*fitted(found, page.lang()), page.t("display_limit.method"), page.t("display_change.method")]
        st.markdown("\n".join(f"- {page.plain(line)}" for line in told))
    page.footer(point_rows(found), found.sql, "display-limit", found)


def _question(offered: Choices) -> tuple[DisplayLimitQuery, DisplayChangeQuery]:
    splits = [TOGETHER, BY_LIMIT, *offered.experiments]
    cell = page.side_by_side(3, at_least=160)
    with cell():
        arms = page.choice("arms", page.t("time_to_tap.arms"), splits, show=_split_name,
                           default=offered.display_experiment or TOGETHER)  # fmt: skip
    narrowed = {}
    for name, values in offered.narrowing:
        with cell():
            chosen = page.choice(name, page.t(f"time_to_tap.{name}"), [page.ALL, *values])
        narrowed[name] = None if chosen == page.ALL else chosen
    with cell():
        kept = page.choice("tolerance", page.t("display_limit.tolerance"), TOLERANCES, style="segments", default="0.05",
                           show=_as_percent, tip=page.t("display_limit.tolerance.tip"))  # fmt: skip
    with cell():
        most = page.choice("most", page.t("display_limit.guardrail"), GUARDRAILS, show=_as_percent,
                           tip=page.t("display_limit.guardrail.tip"))  # fmt: skip
    asked = {"experiment": arms} if arms in offered.experiments else {"by": arms} if arms == BY_LIMIT else {}
    limits = {"tolerance": float(kept), "most_dismissals": None if most == page.ALL else float(most)}
    one = DisplayLimitQuery.model_validate({**asked, **narrowed, **limits})
    return one, DisplayChangeQuery.model_validate({**asked, **narrowed})


def _as_percent(share: str) -> str:
    return (
        page.t("display_limit.no_guardrail")
        if share == page.ALL
        else words.percent(float(share), page.lang())
    )


def _split_name(split: str) -> str:
    known = split in (TOGETHER, BY_LIMIT)
    return (
        page.t(f"time_to_tap.split.{split}") if known else page.t("time_to_tap.split.experiment", key=split)
    )


def _explorer(store: Store, query: DisplayLimitQuery, found: DisplayLimitAnswer) -> None:
    lang, longest = page.lang(), found.longest_ms or 0
    st.subheader(page.t("display_limit.explorer"), anchor=False)
    named = found.choice.ms if isinstance(found.choice, Choice) else longest
    reach = max(one.ms for one in found.points)
    chosen = page.amount("limit", page.t("display_limit.slider"), 0.1, max(reach / 1000, 0.2),
                         default=named / 1000, step=0.1, tip=page.t("display_limit.slider.tip"))  # fmt: skip
    point = page.answered(lambda: reading(store, query, round(chosen * 1000)))
    if point.extrapolated:
        st.badge(page.t("display_limit.beyond"), icon=":material/trending_flat:", color="violet")
    page.cards(cards(point, lang))
    st.markdown(page.plain(intervals(point, lang)))
    st.markdown(page.plain(at(found, point, lang)))
    alt = page.t(
        "display_limit.alt", arm=found.arm or page.t("time_to_tap.all"), longest=seconds(longest, lang)
    )
    page.chart(limit_chart(found, point.ms, lang), alt=alt)


def _told(title: str, told: list[str]) -> None:
    if told:
        st.subheader(page.t(title), anchor=False)
        st.markdown("\n".join(f"- {page.plain(line)}" for line in told))
