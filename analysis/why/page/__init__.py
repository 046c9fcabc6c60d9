"""The page behind a funnel's losses: who, since when, what next, what goes with it, and why suggestions were not taken."""

import streamlit as st

from analysis import page
from analysis.ask import cached
from analysis.funnel import FunnelAnswer, FunnelQuery
from analysis.funnel import answer as funnel_answer
from analysis.funnel.choices import choices
from analysis.why.page.around import drivers, paths
from analysis.why.page.suggestions import suggestions
from analysis.why.page.trend import trend
from analysis.why.page.who import who

VIEWS = {"who": who, "over_time": trend, "next": paths, "with": drivers, "suggestions": suggestions}


def render() -> None:
    """The page of why."""
    page.header("why")
    store = page.store()
    offered = page.answered(lambda: choices(store))
    if not offered.funnels:
        page.empty("funnel.empty")
    asked = page.linked(FunnelQuery) or offered.funnels[0][1]
    view = page.choice("view", page.t("why.view"), list(VIEWS), style="segments",
                       show=lambda name: page.t(f"why.view.{name}"))  # fmt: skip
    found = page.answered(lambda: cached(store, asked, funnel_answer))
    page.synthetic_banner(found)
    if len(asked.steps) == 1:
        page.empty("why.one_step")
    VIEWS[view](store, asked, 2 if view == "suggestions" else _step(asked, found))


def _step(asked: FunnelQuery, found: FunnelAnswer) -> int:
    """The step that is not reached, from 2, by choice; the one that loses most if nothing is chosen."""
    names = [step.label for step in asked.steps]
    units = [step.units for step in found.steps]
    worst = max(range(1, len(units)), key=lambda place: units[place - 1] - units[place])
    st.markdown(page.plain(page.t("why.funnel", steps=" → ".join(names))))
    page.link("funnel", page.t("why.edit"), {"q": page.link_text(asked)}, icon=":material/edit:")
    places = [str(place) for place in range(2, len(names) + 1)]
    chosen = page.choice("step", page.t("why.step"), places, default=str(worst + 1),
                         show=lambda place: f"{place}. {names[int(place) - 1]}")  # fmt: skip
    return int(chosen)
