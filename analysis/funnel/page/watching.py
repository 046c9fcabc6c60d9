"""Alert rules on the rate of a step: their present state, and a form for one more."""

from collections.abc import Callable

import streamlit as st
from pydantic import ValidationError

from analysis import page, words
from analysis.alerts import RULE, AlertsQuery, Judged
from analysis.alerts import answer as judged
from analysis.ask import cached
from analysis.funnel.compute import FunnelQuery
from analysis.funnel.sentences import window
from analysis.refusals import sentences
from experiments.alerting import AlertRule
from experiments.stats.effects import NoEffect
from ingest import Store

SIDES, PERIODS = ("below", "above"), ("1d", "7d", "28d")


def alerts(store: Store, asked: FunnelQuery, who: Callable[[], str]) -> None:
    """The rules on record, and a form that watches a step of the question.

    Args:
        store: The open store.
        asked: The question.
        who: Tells who writes.
    """
    st.subheader(page.t("funnel.alerts"), anchor=False, help=page.t("funnel.alerts.tip"))
    found = page.answered(lambda: cached(store, AlertsQuery(), judged))
    if not found.rules:
        st.markdown(page.t("funnel.alerts.none"))
    for one in found.rules:
        _line(store, one.rule.key, _told(one), who)
    for key, sentence in found.refused:
        _line(store, key, f"{key}: {sentence}", who)
    if len(asked.steps) > 1:
        _form(store, asked, who)


def _line(store: Store, key: str, told: str, who: Callable[[], str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(page.plain(told))
        st.button(page.t("funnel.views.withdraw"), key=f"alert.withdraw.{key}", type="tertiary",
                  on_click=lambda: store.records.add(RULE, key, {"deleted": True}, who()))  # fmt: skip


def _told(one: Judged) -> str:
    lang, rate = page.lang(), one.judgement.rate
    return page.t(
        "funnel.alerts.told",
        name=one.rule.name or one.rule.key,
        step=one.rule.funnel.steps[one.rule.step - 1].label,
        side=page.t(f"funnel.alerts.{one.rule.side}"),
        threshold=words.percent(one.rule.threshold, lang),
        state=page.t(f"funnel.alerts.state.{one.judgement.state}"),
        rate=words.NOTHING if isinstance(rate, NoEffect) else words.percent(rate.value, lang),
        n=words.number(one.entered, lang),
    )


def _form(store: Store, asked: FunnelQuery, who: Callable[[], str]) -> None:
    names = {place: f"{place}. {step.label}" for place, step in enumerate(asked.steps, 1) if place > 1}
    with st.form("alert", border=False):
        cell = page.side_by_side(4, at_least=160)
        with cell():
            name = st.text_input(page.t("funnel.keep.name"), key="alert.name", max_chars=100)
        with cell():
            step = st.selectbox(page.t("funnel.alerts.step"), list(names), index=len(names) - 1,
                                format_func=names.__getitem__, key="alert.step")  # fmt: skip
        with cell():
            side = st.selectbox(page.t("funnel.alerts.side"), SIDES, key="alert.side",
                                format_func=lambda one: page.t(f"funnel.alerts.{one}"))  # fmt: skip
        with cell():
            threshold = st.number_input(
                page.t("funnel.alerts.threshold"), 0.1, 99.9, 50.0, 0.1, key="alert.threshold"
            )
        with cell():
            over = st.selectbox(page.t("funnel.alerts.over"), PERIODS, key="alert.over",
                                format_func=lambda one: window(one, page.lang()))  # fmt: skip
        with cell():
            webhook = st.text_input(
                page.t("funnel.alerts.webhook"), key="alert.webhook", placeholder="https://…"
            )
        if not st.form_submit_button(page.t("funnel.alerts.now"), icon=":material/notifications:"):
            return
    try:
        body = _rule(asked, name.strip(), step, side, threshold / 100, over, webhook.strip())
        store.records.add(RULE, body.key, body.model_dump(mode="json"), who())
    except ValidationError as wrong:
        st.warning(page.plain(sentences(wrong)))
        return
    st.rerun()


def _rule(
    asked: FunnelQuery, name: str, step: int, side: str, threshold: float, over: str, webhook: str
) -> AlertRule:
    """The rule; period and breakdown of the question are left out, for the rule sets its own."""
    whole = asked.model_dump(mode="json", exclude_defaults=True)
    left_out = ("from", "to", "observed_until", "breakdown", "variant")
    return AlertRule.model_validate(
        {
            "key": name, "name": name, "step": step, "side": side, "threshold": threshold, "over": over,
            "webhook": webhook or None, "funnel": {key: one for key, one in whole.items() if key not in left_out},
        }
    )  # fmt: skip
