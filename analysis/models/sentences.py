"""The answer in words of the reader's language: the finding, names of groups, figures with their intervals."""

from collections.abc import Sequence

from analysis import words
from analysis.models.answers import LatencyRow, ModelsAnswer, Said
from analysis.models.query import Group
from analysis.words import t
from experiments.stats.agreement import Precision
from experiments.stats.effects import Estimate, Interval, NoEffect


def finding(found: ModelsAnswer, lang: str) -> str:
    """Precision and latency in one breath."""
    return " ".join((precision_said(found, lang), latency_said(found, lang)))


def precision_said(found: ModelsAnswer, lang: str) -> str:
    """How often the model was right, or why nobody knows."""
    said = found.precision_overall.precision
    if isinstance(said, NoEffect):
        return words.reason(said, lang)
    if isinstance(said.estimate, NoEffect):
        return words.reason(said.estimate, lang)
    return t(
        "models.finding.precision", lang, precision=words.percent(said.estimate.value, lang),
        interval=range_of(said.estimate.interval, lang), unverified=words.percent(said.unverified_share, lang),
    )  # fmt: skip


def latency_said(found: ModelsAnswer, lang: str) -> str:
    """How fast the model is when warm (else as logged), against the first budget."""
    row = usual(found)
    if row is None:
        return t("models.finding.no_latency", lang)
    median, slow, budget = row.quantile(0.5), row.quantile(0.9), row.budget
    return t(
        "models.finding.latency", lang, temperature=t(f"models.temperature.{row.temperature or 'unknown'}", lang),
        p50=ms_of(median, lang), p90=ms_of(slow, lang), within=share_of(budget.within, lang),
        budget=words.milliseconds(budget.ms, lang),
    )  # fmt: skip


def usual(found: ModelsAnswer) -> LatencyRow | None:
    """The row that speaks for latency: warm, else the temperature with the most inferences."""
    warm = next((row for row in found.latency_overall if row.temperature == "warm"), None)
    return warm or max(found.latency_overall, key=lambda row: row.n, default=None)


def quantiles_of(row: LatencyRow, lang: str) -> str:
    """All quantiles of a row in ms, side by side, without their unit."""
    values = [said.value if isinstance(said, Estimate) else None for _, said in row.quantiles]
    return " / ".join(words.number(value, lang, digits=0) for value in values)


def group_of(group: Group, lang: str) -> str:
    """A group's values side by side; over all groups it is "All"."""
    names = [t("common.unknown", lang) if name is None else name for name in group]
    return " · ".join(names) if names else t("common.all", lang)


def columns_of(by: Sequence[str], lang: str) -> str:
    """The columns split by, in words."""
    return " · ".join(t(f"models.{name}", lang) for name in by)


def precision_of(said: Precision | NoEffect, lang: str) -> str:
    """A precision with its interval, or a dash."""
    if isinstance(said, NoEffect) or isinstance(said.estimate, NoEffect):
        return words.NOTHING
    return f"{words.percent(said.estimate.value, lang)} ({ends_of(said.estimate.interval, lang)})"


def share_of(said: Said, lang: str) -> str:
    """A share, or a dash."""
    return words.percent(said.value, lang) if isinstance(said, Estimate) else words.NOTHING


def ms_of(said: Said, lang: str) -> str:
    """A latency, or a dash."""
    return words.milliseconds(said.value, lang) if isinstance(said, Estimate) else words.NOTHING


def range_of(interval: Interval | None, lang: str) -> str:
    """An interval of a share with its level, or a dash."""
    if interval is None:
        return words.NOTHING
    return t("common.interval", lang, level=interval.level, range=ends_of(interval, lang))


def ends_of(interval: Interval | None, lang: str) -> str:
    """Both ends of an interval of a share, or a dash."""
    if interval is None:
        return words.NOTHING
    return words.between(words.percent(interval.low, lang), words.percent(interval.high, lang), lang)
