"""The funnel page: a question that reads as a sentence, and five ways to look at its answer."""

import streamlit as st

from analysis import page
from analysis.ask import cached
from analysis.funnel.choices import choices
from analysis.funnel.compute import FunnelQuery, answer
from analysis.funnel.page.comparing import before_switch
from analysis.funnel.page.editing import edited
from analysis.funnel.page.keeping import kept, started
from analysis.funnel.page.steps import steps, table
from analysis.funnel.page.views import paths, time, trend
from analysis.funnel.sentences import finding, in_words
from analysis.members.page import cohort_names

VIEWS = ("steps", "trend", "time", "paths", "table")
OVER_STEPS = {"trend": trend, "time": time, "paths": paths}


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
        before = before_switch(store, asked) if view in ("steps", "table") else None
    found = in_words(page.answered(lambda: cached(store, asked, answer)), page.lang())
    page.synthetic_banner(found)
    if view in OVER_STEPS:
        OVER_STEPS[view](store, asked, found)
    else:
        page.finding(finding(found, page.lang()))
        (steps if view == "steps" else table)(asked, found, before)
