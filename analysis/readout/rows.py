"""The readout as tables: effects as people read them, and every figure plain for the CSV."""

import pandas as pd

from analysis import words
from analysis.readout.answers import MetricReadout, ReadoutAnswer
from analysis.readout.sentences import (
    arm_in_words,
    bound_in_words,
    effect_in_words,
    outcome_in_words,
    p_in_words,
    relative_in_words,
)
from experiments.stats.effects import Effect, Estimate, NoEffect


def metric_table(metric: MetricReadout, alpha: float, lang: str) -> pd.DataFrame:
    """One row an arm: counts, value, change against control, in words."""
    by_arm = {one.arm: one for one in metric.effects}
    values = words.t("readout.value", lang, level=_level(1 - alpha))
    changes = words.t("readout.absolute", lang, level=_level(metric.level))
    rows = []
    for arm in metric.arms:
        one = by_arm.get(arm.arm)
        rows.append(
            {
                words.t("readout.arm", lang): arm.arm,
                changes: _control(lang) if one is None else effect_in_words(one.effect, metric.unit, lang),
                values: arm_in_words(arm, metric.unit, lang),
                words.t("readout.relative", lang): words.NOTHING
                if one is None
                else relative_in_words(one.relative, lang),
                words.t("readout.p", lang): words.NOTHING if one is None else _p(one.effect, one.adjusted_p),
                words.t("readout.bound", lang): words.NOTHING if one is None else bound_in_words(one, lang),
                words.t("readout.outcome", lang): words.NOTHING
                if one is None
                else outcome_in_words(one, alpha, lang),
                words.t("readout.n", lang): words.number(arm.n, lang),
                words.t("readout.hits", lang): words.number(arm.hits, lang),
            }
        )
    spare = [] if any(arm.hits is not None for arm in metric.arms) else [words.t("readout.hits", lang)]
    if metric.role != "guardrail":
        spare.append(words.t("readout.bound", lang))
    return pd.DataFrame(rows).drop(columns=spare)


def plain_rows(found: ReadoutAnswer) -> pd.DataFrame:
    """One row a metric and arm with every figure; rates 0..1, empty where nothing can be said."""
    return pd.DataFrame([row for metric in found.metrics for row in _plain(found, metric)])


def _plain(found: ReadoutAnswer, metric: MetricReadout) -> list[dict[str, object]]:
    by_arm = {one.arm: one for one in metric.effects}
    rows: list[dict[str, object]] = []
    for arm in metric.arms:
        one = by_arm.get(arm.arm)
        rows.append(
            {
                "experiment": found.experiment.key,
                "metric": metric.key,
                "role": metric.role,
                "arm": arm.arm,
                "n": arm.n,
                "hits": arm.hits,
                **_figures("value", arm.value),
                **_figures("absolute", None if one is None else one.effect),
                **_figures("relative", None if one is None else one.relative),
                "p": one.effect.p_value if one and isinstance(one.effect, Effect) else None,
                "adjusted_p": one.adjusted_p if one else None,
            }
        )
    return rows


def _figures(name: str, found: Estimate | Effect | NoEffect | None) -> dict[str, object]:
    if found is None or isinstance(found, NoEffect):
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    ends = (found.interval.low, found.interval.high) if found.interval else (None, None)
    return {name: found.value, f"{name}_low": ends[0], f"{name}_high": ends[1]}


def _p(effect: Effect | NoEffect, adjusted: float | None) -> str:
    if isinstance(effect, NoEffect):
        return words.NOTHING
    p_value = effect.p_value if adjusted is None else adjusted
    return p_in_words(p_value)


def _level(level: float) -> str:
    return f"{100 * level:.4g}%"


def _control(lang: str) -> str:
    return words.t("readout.control", lang)
