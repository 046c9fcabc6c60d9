"""One step of the sentence: its events, its conditions, its place."""

import streamlit as st

from analysis import page
from analysis.funnel.choices import Choices
from analysis.funnel.compute import FunnelQuery
from analysis.funnel.page import changes
from analysis.funnel.page.asking import ask_instead, pick, pick_several, press
from analysis.funnel.sentences import conditions
from experiments.funnel import ANY_EVENT, MOST_STEPS
from experiments.steps import Step

NOTHING = "nothing"


def step_control(asked: FunnelQuery, place: int, offered: Choices) -> None:
    """A step as one piece of the sentence that opens to be changed.

    Args:
        asked: The question.
        place: Of the step, from 0.
        offered: What the store holds.
    """
    step = asked.steps[place]
    where = conditions(step, page.lang())
    label = f"{place + 1}. {step.label}" + (f" ({where})" if where else "")
    with st.popover(page.plain(label), key=f"funnel.open.{place}", wrap=True):
        _events(asked, place, step, offered)
        _conditions(asked, place, step, offered)
        if place:
            _optional(asked, place, step)
        with st.container(horizontal=True):
            last = len(asked.steps) - 1
            for name, by, off in (("earlier", -1, place == 0), ("later", 1, place == last)):
                press(f"{name}.{place}", page.t(f"funnel.{name}"), asked, changes.moved(place, by),
                      f":material/arrow_{'back' if by < 0 else 'forward'}:", off=off)  # fmt: skip
            press(f"remove.{place}", page.t("funnel.step.remove"), asked, changes.removed(place),
                  ":material/delete:", off=last == 0)  # fmt: skip


def one_more(asked: FunnelQuery, offered: Choices) -> None:
    """The piece of the sentence that adds a step."""
    if len(asked.steps) >= MOST_STEPS:
        return
    with st.popover(page.t("funnel.add_step"), icon=":material/add:", key="funnel.open.add", type="tertiary"):
        pick("add", page.t("funnel.add_step"), [NOTHING, *offered.events], NOTHING, asked, _added, event_name)


def event_name(name: str) -> str:
    """An event as the controls show it."""
    return (
        page.t(f"funnel.step.{'any' if name == ANY_EVENT else name}")
        if name in (NOTHING, ANY_EVENT)
        else name
    )


def _added(event: str) -> changes.Change:
    return changes.put("name", "") if event == NOTHING else changes.added(event)


def _events(asked: FunnelQuery, place: int, step: Step, offered: Choices) -> None:
    first, *others = step.events or (ANY_EVENT,)
    names = list(dict.fromkeys([first, *offered.events, ANY_EVENT]))
    pick(f"step.{place}", page.t("funnel.nth_step", n=place + 1), names, first, asked,
         lambda name: changes.events(place, [name, *([] if name == ANY_EVENT else others)]), event_name)  # fmt: skip
    if first != ANY_EVENT:
        further = list(dict.fromkeys([*others, *(name for name in offered.events if name != first)]))
        pick_several(f"or.{place}", page.t("funnel.or"), further, others, asked,
                     lambda names: changes.events(place, [first, *names]))  # fmt: skip


def _optional(asked: FunnelQuery, place: int, step: Step) -> None:
    key = f"funnel.optional.{place}"
    st.session_state[key] = step.optional
    st.toggle(
        page.t("funnel.optional"), key=key,
        on_change=lambda: ask_instead(asked, changes.asked_of(place, "optional", st.session_state[key])),
    )  # fmt: skip


def _conditions(asked: FunnelQuery, place: int, step: Step, offered: Choices) -> None:
    for field in step.where:
        told = conditions(step.model_copy(update={"where": {field: step.where[field]}}), page.lang())
        press(f"let_go.{place}.{field}", page.plain(page.t("funnel.let_go", where=told)), asked,
              changes.let_go(place, field), ":material/close:")  # fmt: skip
    keys = {part: f"funnel.{part}.{place}" for part in ("field", "operator", "value")}

    def hold() -> None:
        field, operator, value = (st.session_state[keys[part]] for part in ("field", "operator", "value"))
        if field:
            ask_instead(asked, lambda body: changes.held(place, field, operator, value)(body))

    with (
        st.expander(page.t("funnel.condition"), icon=":material/filter_alt:"),
        st.form(f"funnel.held.{place}", border=False),
    ):
        st.selectbox(page.t("funnel.condition.field"), offered.fields, index=None, key=keys["field"],
                     accept_new_options=True, placeholder=page.t("funnel.condition.any_field"))  # fmt: skip
        st.selectbox(page.t("funnel.condition.operator"), changes.OPERATORS, key=keys["operator"],
                     format_func=lambda one: page.t(f"funnel.condition.{one}"))  # fmt: skip
        st.text_input(
            page.t("funnel.condition.value"), key=keys["value"], help=page.t("funnel.condition.tip")
        )
        st.form_submit_button(page.t("funnel.condition.add"), on_click=hold)
