"""The page of flows with different shapes: the same milestones, side by side."""

import streamlit as st

from analysis import page
from analysis.ask import cached
from analysis.milestones.answers import MilestonesAnswer
from analysis.milestones.chart import reach_chart
from analysis.milestones.choices import experiments
from analysis.milestones.compute import MilestonesQuery, answer, comparable
from analysis.milestones.rows import difference_table, plain_rows, side_table
from analysis.milestones.sentences import finding, notes

FLOWS = "flows"
USUAL = ("sell-check", "hover")
WINDOWS = ("10s", "30s", "2m", "10m", "1h")


def render() -> None:
    """The milestones page."""
    page.header("milestones")
    store = page.store()
    query = _question(page.answered(lambda: experiments(store)))
    found = page.answered(lambda: cached(store, query, answer))
    page.synthetic_banner(found)
    if found.cannot_say is not None:
        page.explain(found.cannot_say)
        page.footer(plain_rows(found), found.sql, "milestones", found)
        return
    page.finding(finding(found, page.lang()))
    page.chart(reach_chart(found, page.lang()), alt=page.t("milestones.alt", n=len(found.sides)))
    page.table(side_table(found, page.lang()), alt=page.t("milestones.table.alt"))
    _differences(found)
    with st.expander(page.t("milestones.know"), icon=":material/info:", expanded=False):
        st.markdown("\n".join(f"- {line}" for line in notes(found, page.lang())))
    page.footer(plain_rows(found), found.sql, "milestones", found, percent=["share", "reach"])


def _question(offered: tuple[str, ...]) -> MilestonesQuery:
    cell = page.side_by_side(3, at_least=160)
    with cell():
        compared = page.choice("compare", page.t("milestones.compare"), [FLOWS, *offered],
                               show=lambda name: page.t("milestones.flows") if name == FLOWS
                               else page.t("milestones.experiment", name=name),
                               tip=page.t("milestones.compare.tip"))  # fmt: skip
    with cell():
        within = page.choice("within", page.t("milestones.within"), WINDOWS, default="30s",
                             show=lambda text: page.t(f"milestones.within.{text}"))  # fmt: skip
    with cell():
        chosen = page.choices("flow", page.t("milestones.flows"), _offered(), default=USUAL)
    asked = {"within": within, "experiment": None if compared == FLOWS else compared}
    return MilestonesQuery.model_validate({**asked, "flows": tuple(chosen)} if chosen else asked)


def _offered() -> list[str]:
    return [*USUAL, *(name for name in comparable() if name not in USUAL)]


def _differences(found: MilestonesAnswer) -> None:
    if not found.differences:
        return
    st.subheader(page.t("milestones.against", control=page.plain(str(found.control))), anchor=False)
    page.table(difference_table(found, page.lang()), alt=page.t("milestones.against.alt"))
