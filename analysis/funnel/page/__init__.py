"""The funnel page: a question that reads as a sentence, and five ways to look at its answer."""

from datetime import datetime

import streamlit as st

from analysis import page
from analysis.ask import cached
from analysis.funnel.answers import FunnelAnswer
from analysis.funnel.choices import choices
from analysis.funnel.compute import FunnelQuery, answer
from analysis.funnel.page.editing import edited
from analysis.funnel.page.keeping import kept, started
from analysis.funnel.page.steps import steps, table
from analysis.funnel.page.views import paths, trend
from analysis.funnel.sentences import finding
from analysis.members.page import cohort_names
from ingest import Store

VIEWS = ("steps", "trend", "paths", "table")
OVER_STEPS = {"trend": trend, "paths": paths}


def render() -> None:
    """The funnel page."""
    page.header("funnel")
    store = page.store()
    offered = page.answered(lambda: choices(store))
    if not offered.funnels:
        page.empty("funnel.empty")
    asked = page.linked(FunnelQuery) or offered.funnels[0][1]
    started(store, asked, offered)
    edited(asked, offered, cohort_names(store), store.observed_until())
    kept(store, asked)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = page.choice("view", page.t("funnel.view"), VIEWS, style="segments",
                           show=lambda one: page.t(f"funnel.view.{one}"))  # fmt: skip
        before = _before(store, asked) if view in ("steps", "table") else None
    found = page.answered(lambda: cached(store, asked, answer))
    page.synthetic_banner(found)
    if view in OVER_STEPS:
        OVER_STEPS[view](store, asked, found)
    else:
        page.finding(finding(found, page.lang()))
        (steps if view == "steps" else table)(asked, found, before)


def _before(store: Store, asked: FunnelQuery) -> FunnelAnswer | None:
    """The answer over the period before, if the address asks for it."""
    period = _previous(asked, store.observed_until())
    with st.container(width="content"):
        st.session_state["funnel.compare"] = period is not None and st.query_params.get("compare") == "1"
        on = st.toggle(page.t("funnel.compare"), key="funnel.compare", disabled=period is None, on_change=_compare,
                       help=page.t("funnel.compare.off") if period is None else None)  # fmt: skip
    if not on or period is None:
        return None
    return page.answered(lambda: cached(store, period, answer))


def _previous(asked: FunnelQuery, until: datetime | None) -> FunnelQuery | None:
    """The same question over the period of the same length before; None without a beginning or an end."""
    start, end = asked.from_, asked.to or asked.observed_until or until
    if start is None or end is None or end <= start:
        return None
    ends = {"from": (start - (end - start)).isoformat(), "to": start.isoformat()}
    return FunnelQuery.model_validate({**asked.model_dump(mode="json"), **ends})


def _compare() -> None:
    if st.session_state["funnel.compare"]:
        st.query_params["compare"] = "1"
    else:
        st.query_params.pop("compare", None)
