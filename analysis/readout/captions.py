"""What stands above and below a metric: what is measured, how it is looked at, what that costs, and the formulae."""

import math
from itertools import chain

from analysis import words
from analysis.readout.answers import MetricReadout, ReadoutAnswer
from analysis.readout.sentences import change
from analysis.words.headings import heading
from experiments.comparison import Smallness
from experiments.metrics import Metric
from experiments.stats.effects import Effect, Estimate

_WAYS = ("sequence", "group")
_NO_PRICE = 1.005


def plan_in_words(found: ReadoutAnswer, lang: str) -> str:
    """The plan in a line: its key, what a unit is, its alpha, and how it is looked at."""
    plan = found.experiment
    looks = words.t(
        f"readout.looked.{plan.peeking}",
        lang,
        often=words.t(f"readout.looks.{plan.looks}", lang),
        spending=words.t(f"readout.spending.{plan.spending}", lang),
    )
    told = [
        words.t(f"readout.unit.{plan.unit}", lang),
        words.t("readout.alpha", lang, alpha=f"{plan.alpha:g}"),
        looks,
    ]
    return " · ".join(told)


def headed(metric: MetricReadout, lang: str) -> str:
    """A metric's heading: its key, what counts, and from when to when."""
    return heading(metric.key, metric.kind, metric.event, metric.anchor, metric.within, metric.delay, lang)


def way_in_words(found: ReadoutAnswer, lang: str) -> str | None:
    """How the intervals are to be looked at, and what that costs in width; None where there is none."""
    widths = _widths(found)
    if not widths:
        return None
    plan = found.experiment
    spending = words.t(f"readout.spending.{plan.spending}", lang)
    return words.t(
        f"readout.way.{plan.peeking}",
        lang,
        width=max(widths),
        tuned_to=plan.tuning,
        spending=spending,
        often=words.t(f"readout.looks.{plan.looks}", lang),
    )


def price_in_words(found: ReadoutAnswer, lang: str) -> str | None:
    """How many days more of units make up for the width, variances falling as units come in; None where there is no price."""
    widths = _widths(found)
    if found.state != "running" or not widths or max(widths) < _NO_PRICE or found.per_day <= 0:
        return None
    more = (max(widths) ** 2 - 1) * found.watched
    days = words.number(math.ceil(more / found.per_day), lang)
    return words.t("readout.price", lang, days=days, units=words.number(math.ceil(more), lang))


def _widths(found: ReadoutAnswer) -> list[float]:
    told = chain.from_iterable(metric.effects for metric in found.metrics)
    return [one.width for one in told if one.width is not None]


def capped_in_words(metric: Metric, lang: str) -> str | None:
    """Above which values a metric is capped; None where it is not."""
    cap = getattr(metric, "cap", None)
    return None if cap is None else words.t("readout.capped", lang, share=cap)


def formulas_in_words(metric: MetricReadout, lang: str) -> list[str]:
    """The formula and source of the values, the changes and the relative changes, and of the way of looking."""
    told: dict[str, None] = {}
    ways: dict[str, None] = {}
    for arm in metric.arms:
        if isinstance(arm.value, Estimate):
            told[_formula("value", arm.value.method, lang)] = None
    for part in ("absolute", "relative"):
        for one in metric.effects:
            effect = one.effect if part == "absolute" else one.relative
            if isinstance(effect, Effect):
                method, way = _parted(effect.method)
                told[_formula(part, method, lang)] = None
                if way is not None:
                    ways[words.t(f"formula.{way}", lang)] = None
    return [*told, *ways]


def _formula(part: str, method: str, lang: str) -> str:
    return words.t(f"formula.{part}", lang, said=words.t(f"formula.{method}", lang))


def _parted(method: str) -> tuple[str, str | None]:
    """A method and its way of looking: "welch_group" is ("welch", "group")."""
    for way in _WAYS:
        if method.endswith(f"_{way}"):
            return method.removesuffix(f"_{way}"), way
    return method, None


def adjusted_in_words(metric: MetricReadout, lang: str) -> str | None:
    """What the days before the exposure explain; None where nothing is adjusted."""
    shares = [one.adjusted_for for one in metric.effects if one.adjusted_for is not None]
    return words.t("readout.adjusted_for", lang, share=max(shares)) if shares else None


def small_in_words(metric: MetricReadout, lang: str) -> list[str]:
    """In which arms the change is shown to be too small to matter, a line an arm, with both bounds."""
    return [
        words.t(
            "readout.small",
            lang,
            arm=one.arm,
            low=change(one.smallness.low, metric.unit, lang),
            high=change(one.smallness.high, metric.unit, lang),
        )
        for one in metric.effects
        if isinstance(one.smallness, Smallness) and one.smallness.shown
    ]


def minimum_in_words(metric: MetricReadout, lang: str) -> str | None:
    """What the grey band is; None where the plan names no smallest effect."""
    if metric.minimum is None:
        return None
    if isinstance(metric.minimum, str):
        least = words.t("readout.of_control", lang, share=metric.minimum)
    else:
        least = f"±{change(metric.minimum, metric.unit, lang).removeprefix('+')}"
    return words.t("readout.minimum", lang, minimum=least)
