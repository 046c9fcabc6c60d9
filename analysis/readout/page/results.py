"""The results of an experiment: exposures, and every metric with its effects, how they are looked at and how they grew."""

import streamlit as st

from analysis import page, words
from analysis.readout.answers import MetricReadout, ReadoutAnswer
from analysis.readout.captions import (
    adjusted_in_words,
    capped_in_words,
    formulas_in_words,
    headed,
    minimum_in_words,
    small_in_words,
)
from analysis.readout.chart import exposures_chart, forest_chart, history_chart
from analysis.readout.rows import metric_table
from analysis.readout.sentences import (
    belief_in_words,
    interaction_in_words,
    omnibus_in_words,
    pairs_in_words,
)
from experiments.stats.effects import NoEffect

ROLES = ("success", "guardrail", "exploratory")


def results(found: ReadoutAnswer) -> None:
    """Everything that may be read once the checks are."""
    if not found.units:
        return
    st.subheader(page.t("readout.exposures"), anchor=False)
    counts = words.listed([f"{arm.arm} {arm.counted:,}" for arm in found.arms], page.lang())
    page.chart(exposures_chart(found, page.lang()), alt=page.t("readout.exposures_alt", counts=counts))
    if found.randomised:
        st.markdown(page.t("readout.planned_tick"))
    for role in ROLES:
        metrics = [metric for metric in found.metrics if metric.role == role]
        if metrics:
            st.subheader(page.t(f"readout.role.{role}"), anchor=False)
            st.markdown(page.t(f"readout.role.{role}.help"))
        if role == "exploratory" and metrics:
            names = words.listed([page.plain(metric.key) for metric in metrics], page.lang())
            if not st.toggle(page.t("readout.explore", names=names), key="readout.explore"):
                continue
        for metric in metrics:
            _metric(found, metric)


def _metric(found: ReadoutAnswer, metric: MetricReadout) -> None:
    lang, alpha = page.lang(), found.experiment.alpha
    with st.container(border=True):
        good = page.t(f"readout.good.{metric.direction}")
        st.markdown(f"**{page.plain(headed(metric, lang))}** · {good}")
        rows = metric_table(metric, alpha, lang)
        picture = forest_chart(metric, alpha, lang)
        if picture is not None:
            page.chart(picture, alt=page.t("readout.forest_alt", metric=metric.key, level=metric.level))
        page.table(rows, alt=page.t("readout.table_alt", metric=metric.key))
        planned = next(one for one in found.experiment.metrics if one.key == metric.key)
        for told in (
            minimum_in_words(metric, lang), adjusted_in_words(metric, lang), capped_in_words(planned, lang)
        ):  # fmt: skip
            if told is not None:
                st.markdown(page.plain(told))
        for line in small_in_words(metric, lang):
            st.markdown(page.plain(line))
        if len(metric.arms) > 2 and not isinstance(metric.omnibus, NoEffect):
            st.markdown(page.plain(omnibus_in_words(metric.omnibus, lang)))
        if metric.interaction is not None:
            st.markdown(interaction_in_words(metric.interaction, lang))
        _beyond(metric)
        _history(metric)
        _formulas(metric)


def _beyond(metric: MetricReadout) -> None:
    """Beliefs, and arms against each other, folded away: they decide nothing."""
    told = [*belief_in_words(metric, page.lang()), *pairs_in_words(metric, page.lang())]
    if told:
        title = "readout.beyond" if metric.pairs else "readout.beliefs"
        with st.expander(page.t(title), icon=":material/balance:"):
            st.markdown("\n".join(f"- {page.plain(line)}" for line in told))


def _history(metric: MetricReadout) -> None:
    """How the effect and its interval grew, folded away."""
    picture = history_chart(metric, page.lang())
    if picture is None:
        return
    with st.expander(page.t("readout.history"), icon=":material/timeline:"):
        page.chart(picture, alt=page.t("readout.history_alt", metric=metric.key))
        st.markdown(page.t("readout.history_of"))


def _formulas(metric: MetricReadout) -> None:
    """How each figure is calculated, folded away."""
    told = formulas_in_words(metric, page.lang())
    if told:
        with st.expander(page.t("readout.formulas"), icon=":material/function:"):
            st.markdown("\n".join(f"- {page.plain(line)}" for line in told))
