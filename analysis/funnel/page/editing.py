"""Editing the funnel in place: flow, window, unit, breakdown and steps; every change is a new `?q=`."""

from collections.abc import Callable
from typing import Any, get_args

import streamlit as st
from pydantic import ValidationError

from analysis import page, words
from analysis.funnel.choices import Choices
from analysis.funnel.compute import FunnelQuery
from analysis.funnel.sentences import attribution_name, unit_name, window
from experiments.durations import microseconds
from experiments.funnel import MOST_STEPS, UNITS, Attribution

OWN, NOTHING, REMOVE = "own", "nothing", "remove"
WINDOWS = ("10s", "30s", "1m", "5m", "30m", "1h", "1d", "7d", "30d")
Body = dict[str, Any]
Change = Callable[[Body, str], Body]


def edited(asked: FunnelQuery, offered: Choices) -> None:
    """Draw the question as widgets that change it.

    Args:
        asked: The funnel that the address asks for.
        offered: What the store holds.
    """
    cell = page.side_by_side(4, at_least=160)
    with cell():
        _flow(asked, offered)
    with cell():
        known = sorted({*WINDOWS, asked.within}, key=microseconds)
        _pick(
            "within",
            page.t("funnel.within"),
            known,
            asked.within,
            asked,
            _put("within"),
            lambda one: window(one, page.lang()),
        )
    with cell():
        units = list(dict.fromkeys([*UNITS, asked.unit]))
        _pick(
            "unit",
            page.t("funnel.unit"),
            units,
            asked.unit,
            asked,
            _put("unit"),
            lambda one: unit_name(one, page.lang()),
        )
    with cell():
        by = NOTHING if asked.breakdown is None else asked.breakdown.by[0]
        fields = list(dict.fromkeys([NOTHING, *offered.fields, by]))
        _pick("by", page.t("funnel.by"), fields, by, asked, _by, _field_name)
    if asked.breakdown is not None:
        with cell():
            now = asked.breakdown.attribution
            known = list(
                dict.fromkeys(
                    [*get_args(Attribution), *(f"step:{n + 1}" for n in range(len(asked.steps))), now]
                )
            )
            _pick("attribution", page.t("funnel.attribution"), known, now, asked, _attribution,
                  lambda one: attribution_name(one, page.lang()))  # fmt: skip
    cell = page.side_by_side(4, at_least=160)
    for place, step in enumerate(asked.steps):
        with cell():
            names = list(
                dict.fromkeys([step.label, *offered.events, *([REMOVE] if len(asked.steps) > 1 else [])])
            )
            _pick(
                f"step.{place}",
                page.t("funnel.nth_step", n=place + 1),
                names,
                step.label,
                asked,
                _step(place),
                _event_name,
            )
    if len(asked.steps) < MOST_STEPS:
        with cell():
            options = [NOTHING, *offered.events]
            _pick("add", page.t("funnel.add_step"), options, NOTHING, asked, _added, _event_name)


def _flow(asked: FunnelQuery, offered: Choices) -> None:
    flows = dict(offered.funnels)
    now = next((name for name, funnel in flows.items() if funnel == asked), OWN)
    options = [*flows, *([OWN] if now == OWN else [])]

    def chosen(body: Body, flow: str) -> Body:
        return flows[flow].model_dump(mode="json") if flow in flows else body

    _pick("flow", page.t("funnel.flow"), options, now, asked, chosen, _flow_name)


def _pick(
    name: str,
    label: str,
    options: list[str],
    now: str,
    asked: FunnelQuery,
    change: Change,
    show: Callable[[str], str],
) -> None:
    """A drop-down that shows what the address says and writes what is chosen to the address."""
    key = f"funnel.{name}"

    def to_address() -> None:
        body = change(asked.model_dump(mode="json"), st.session_state[key])
        try:
            query = FunnelQuery.model_validate(body)
        except (
            ValidationError
        ) as wrong:  # the other options do not fit any more: say so, and ask what was asked
            st.toast(
                page.plain(page.t("funnel.does_not_fit", detail=wrong.errors()[0]["msg"])), duration="long"
            )
            return
        st.query_params["q"] = page.link_text(query)

    st.session_state[key] = now
    st.selectbox(label, options, key=key, format_func=show, on_change=to_address)


def _put(key: str) -> Change:
    return lambda body, chosen: {**body, key: chosen}


def _by(body: Body, chosen: str) -> Body:
    return {**body, "breakdown": None if chosen == NOTHING else {**(body["breakdown"] or {}), "by": [chosen]}}


def _attribution(body: Body, chosen: str) -> Body:
    return {**body, "breakdown": {**body["breakdown"], "attribution": chosen}}


def _step(place: int) -> Change:
    """Another event in a step's place (its conditions go with the old one), or the step removed."""

    def change(body: Body, chosen: str) -> Body:
        new = [] if chosen == REMOVE else [{"event": chosen}]
        steps = [*body["steps"][:place], *new, *body["steps"][place + 1 :]]
        return {**body, "steps": steps} if new else _without(place + 1, {**body, "steps": steps})

    return change


def _without(gone: int, body: Body) -> Body:
    """What stood on the step that is gone goes with it; the first step has no step before."""
    first, *others = body["steps"]
    first = {**first, "within": None, "at_least": None}
    kept = [
        {**one, **{end: one[end] - (one[end] > gone) for end in ("after", "before")}}
        for one in body["exclusions"]
        if gone not in (one["after"], one["before"])
    ]
    return {**body, "steps": [first, *others], "exclusions": kept}


def _added(body: Body, chosen: str) -> Body:
    return body if chosen == NOTHING else {**body, "steps": [*body["steps"], {"event": chosen}]}


def _flow_name(name: str) -> str:
    return page.t(f"funnel.flow.{name}") if words.has(f"funnel.flow.{name}") else name


def _field_name(name: str) -> str:
    return page.t("common.nobreakdown") if name == NOTHING else name


def _event_name(name: str) -> str:
    return page.t(f"funnel.step.{name}") if name in (NOTHING, REMOVE) else name
