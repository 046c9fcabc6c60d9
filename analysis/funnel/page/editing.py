"""The question as a sentence that is edited in place; every change is a new `?q=`."""

from datetime import datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import streamlit as st

from analysis import page, words
from analysis.funnel.choices import Choices
from analysis.funnel.compute import FunnelQuery
from analysis.funnel.page import changes
from analysis.funnel.page.asking import ask_instead, pick, pick_several, said
from analysis.funnel.page.stepping import one_more, step_control
from analysis.funnel.sentences import attribution_name, fields_name, unit_name, window
from experiments.durations import microseconds
from experiments.funnel import UNITS, Attribution, Order

EVERYBODY, EVER = "everybody", "ever"
WINDOWS = ("10s", "30s", "1m", "5m", "30m", "1h", "1d", "7d", "30d")
PERIODS = {"day": 1, "week": 7, "four_weeks": 28, "quarter": 91}
MOST_FIELDS = 2


def edited(asked: FunnelQuery, offered: Choices, cohorts: list[str], until: datetime | None) -> None:
    """Draw the question as a sentence whose parts change it.

    Args:
        asked: The funnel that the address asks for.
        offered: What the store holds.
        cohorts: Names of the lists on record.
        until: The end of observation, from which the offered periods count back.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="sentence"):
        said("funnel.said.of")
        _unit(asked, cohorts)
        said("funnel.said.who")
        for place in range(len(asked.steps)):
            if place:
                said("funnel.said.then" if asked.order != "unordered" else "funnel.said.and")
            step_control(asked, place, offered)
        one_more(asked, offered)
        said("funnel.said.steps")
        _order(asked)
        said("funnel.said.within")
        _window(asked)
        said("funnel.said.period")
        _period(asked, until)
        said("funnel.said.split")
        _split(asked, offered)
        said("funnel.said.end")


def _unit(asked: FunnelQuery, cohorts: list[str]) -> None:
    lang = page.lang()
    label = (
        page.t(f"funnel.units.{asked.unit}")
        if words.has(f"funnel.units.{asked.unit}")
        else unit_name(asked.unit, lang)
    )
    if asked.cohort:
        label = page.t("funnel.said.in_cohort", unit=label, cohort=asked.cohort)
    with st.popover(page.plain(label), key="funnel.open.unit"):
        pick("unit", page.t("funnel.unit"), list(dict.fromkeys([*UNITS, asked.unit])), asked.unit, asked,
             lambda one: changes.put("unit", one), lambda one: unit_name(one, lang))  # fmt: skip
        now = asked.cohort or EVERYBODY
        pick("cohort", page.t("funnel.cohort"), list(dict.fromkeys([EVERYBODY, *cohorts, now])), now, asked,
             lambda one: changes.put("cohort", None if one == EVERYBODY else one),
             lambda one: page.t("funnel.everybody") if one == EVERYBODY else one)  # fmt: skip


def _order(asked: FunnelQuery) -> None:
    def show(one: str) -> str:
        return page.t(f"funnel.order.{one}")

    with st.popover(show(asked.order), key="funnel.open.order"):
        pick("order", page.t("funnel.order"), get_args(Order), asked.order, asked,
             lambda one: changes.put("order", one), show)  # fmt: skip


def _window(asked: FunnelQuery) -> None:
    def show(one: str) -> str:
        return window(one, page.lang())

    with st.popover(show(asked.within), key="funnel.open.within"):
        pick("within", page.t("funnel.within"), sorted({*WINDOWS, asked.within}, key=microseconds), asked.within,
             asked, lambda one: changes.put("within", one), show)  # fmt: skip


def _period(asked: FunnelQuery, until: datetime | None) -> None:
    zone = ZoneInfo(asked.timezone)
    first = None if asked.from_ is None else asked.from_.astimezone(zone).date()
    last = None if asked.to is None else (asked.to - timedelta(microseconds=1)).astimezone(zone).date()
    with st.popover(_period_name(asked), key="funnel.open.period"):
        if until is not None:
            end = until.astimezone(zone).date()
            with st.container(horizontal=True):
                for name, days in PERIODS.items():
                    st.button(page.t(f"funnel.period.{name}"), key=f"funnel.period.{name}", on_click=ask_instead,
                              args=(asked, changes.between(end - timedelta(days=days - 1), end, asked.timezone)))  # fmt: skip
                st.button(page.t("funnel.period.ever"), key="funnel.period.ever", on_click=ask_instead,
                          args=(asked, changes.between(None, None, asked.timezone)))  # fmt: skip
        keys = [f"funnel.first.{first}", f"funnel.last.{last}"]

        def own() -> None:
            start, end = (st.session_state[key] for key in keys)
            ask_instead(asked, changes.between(start, end, asked.timezone))

        with st.form("funnel.period.own", border=False):
            st.date_input(page.t("funnel.period.first"), value=first, key=keys[0])
            st.date_input(page.t("funnel.period.last"), value=last, key=keys[1])
            st.form_submit_button(page.t("funnel.period.ask"), on_click=own)


def _period_name(asked: FunnelQuery) -> str:
    lang, zone = page.lang(), asked.timezone
    if asked.from_ is None and asked.to is None:
        return page.t("funnel.period.ever")
    ends = [asked.from_, None if asked.to is None else asked.to - timedelta(microseconds=1)]
    first, last = ("" if end is None else words.date(end, lang, zone=zone) for end in ends)
    return page.t("funnel.period.between", first=first, last=last).strip()


def _split(asked: FunnelQuery, offered: Choices) -> None:
    by = () if asked.breakdown is None else asked.breakdown.by
    arms = "" if asked.variant is None else page.t("funnel.said.arms", experiment=asked.variant.experiment)
    label = fields_name(by) or arms or page.t("common.nobreakdown")
    with st.popover(page.plain(label), key="funnel.open.split"):
        fields = list(dict.fromkeys([*offered.fields, *by]))
        pick_several("by", page.t("funnel.by"), fields, by, asked, changes.split_by, MOST_FIELDS)
        if asked.breakdown is not None:
            steps = [f"step:{n + 1}" for n in range(len(asked.steps))]
            now = asked.breakdown.attribution
            pick("attribution", page.t("funnel.attribution"),
                 list(dict.fromkeys([*get_args(Attribution), *steps, now])), now, asked,
                 lambda one: changes.of_breakdown("attribution", one),
                 lambda one: attribution_name(one, page.lang()))  # fmt: skip
            tops = sorted({3, 5, 10, 20, asked.breakdown.top})
            pick("top", page.t("funnel.top"), [str(top) for top in tops], str(asked.breakdown.top), asked,
                 lambda one: changes.of_breakdown("top", int(one)), str)  # fmt: skip
