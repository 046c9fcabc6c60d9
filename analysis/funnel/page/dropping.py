"""The drop-off panel of a step: how many, why, what next, and who."""

from typing import Literal, get_args

import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.funnel.answers import FunnelAnswer
from analysis.funnel.compute import FunnelQuery
from analysis.funnel.sentences import counted
from analysis.losses import LossesQuery
from analysis.losses import answer as losses_answer
from analysis.losses.chart import causes_chart
from analysis.members import MembersQuery
from analysis.members import answer as members_answer
from analysis.members.page import list_of_units
from experiments.stats.effects import NoEffect

NONE = "none"
Outcome = Literal["reached", "dropped", "maturing"]
SUGGESTIONS = "suggestion_tapped"


def dropped(asked: FunnelQuery, found: FunnelAnswer) -> None:
    """Choose a step, by click or by list, and see who did not get to it.

    Args:
        asked: The question.
        found: Its answer.
    """
    places = [str(place) for place in range(2, len(asked.steps) + 1)]
    if not places:
        return
    if st.query_params.get("step") == "1":  # a click on the first bar: nobody drops off before it
        st.query_params.pop("step")
    chosen = page.choice("step", page.t("funnel.drop.step"), [NONE, *places], tip=page.t("funnel.click"),
                         show=lambda one: _step_name(found, one))  # fmt: skip
    if chosen == NONE:
        return
    step = int(chosen)
    with st.container(border=True, key="drop"):
        st.subheader(page.plain(page.t("funnel.drop.title", step=found.steps[step - 1].name)), anchor=False)
        _counts(asked, found, step)
        _causes(asked, step)
        question = {"q": page.link_text(asked), "step": chosen}
        with st.container(horizontal=True):
            page.link(
                "why", page.t("funnel.drop.next"), {**question, "view": "next"}, icon=":material/alt_route:"
            )
            page.link("why", page.t("funnel.drop.who"), question, icon=":material/group_search:")
        st.markdown(f"**{page.t('funnel.drop.units')}**")
        outcome = page.choice("outcome", page.t("funnel.drop.list"), get_args(Outcome), default="dropped",
                              style="segments", show=lambda one: page.t(f"funnel.drop.{one}"))  # fmt: skip
        list_of_units(asked, step, _outcome(outcome), "drop")


def _step_name(found: FunnelAnswer, place: str) -> str:
    return page.t("funnel.drop.none") if place == NONE else f"{place}. {found.steps[int(place) - 1].name}"


def _outcome(name: str) -> Outcome:
    return next(one for one in get_args(Outcome) if one == name)


def _counts(asked: FunnelQuery, found: FunnelAnswer, step: int) -> None:
    """The three counts add up to those at the required step before."""
    lang, store = page.lang(), page.store()
    query = page.answered(lambda: MembersQuery(funnel=asked, step=step, outcome="dropped", limit=1))
    told = page.answered(lambda: cached(store, query, members_answer)).outcomes
    counts = {"reached": told.reached, "dropped": told.dropped, "maturing": told.maturing}
    whole = sum(counts.values())
    before = found.steps[asked.last_required(step) - 1].name
    tip = page.plain(page.t("funnel.drop.of", n=counted(whole, found.unit, lang), before=before))
    page.cards(
        [
            (
                page.t(f"funnel.drop.{name}"),
                f"{words.number(n, lang)} · {words.percent(n / whole if whole else None, lang)}",
                tip,
            )
            for name, n in counts.items()
        ]
    )


def _causes(asked: FunnelQuery, step: int) -> None:
    """Where the step is the tap on a suggestion, the losses room can tell why it was not tapped."""
    if SUGGESTIONS not in (asked.steps[step - 1].events or ()):
        return
    store = page.store()
    query = LossesQuery.model_validate(
        {"by": (), "from": asked.from_, "to": asked.to, "observed_until": asked.observed_until}
    )
    found = page.answered(lambda: cached(store, query, losses_answer))
    if isinstance(found.overall.causes[0].share, NoEffect):
        return
    st.markdown(f"**{page.t('funnel.drop.causes')}**")
    page.chart(causes_chart(found.overall, page.lang()), alt=page.t("why.losses.alt"))
