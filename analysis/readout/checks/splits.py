"""Did the arms receive, and trigger, as planned? Valid however often one looks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from analysis.readout.asked import Asked
from analysis.readout.checks.saying import failed, note
from analysis.readout.checks.segments import SAMPLE_RATIO_ALPHA, segments
from analysis.readout.query import Arm
from analysis.readout.query.places import Placed
from experiments.stats.effects import Check, NoEffect, Reason
from experiments.stats.proportions import ChiSquare, independence
from experiments.stats.samples import Count
from experiments.stats.srm_sequence import MIXED, check_sample_ratio_anytime
from experiments.stats.trigger_ratio import trigger_ratio_p

TRIGGER_ALPHA = 0.0005


def splits(asked: Asked, arms: Sequence[Arm], placed: Placed | None) -> tuple[Check, ...]:
    """The sample ratio before any exclusion and after, in every segment, with where to look; then who triggered.

    Args:
        asked: the experiment and how its arms are found.
        arms: what was read.
        placed: where and when units were exposed; None for groups that were not assigned.
    """
    ratios = tuple(_sample_ratio(asked, arms) if asked.by is None else _observational(asked))
    if placed is not None:
        off = not all(check.passed for check in ratios)
        ratios += segments(asked, arms, placed, whole_is_off=off)
    return (*ratios, *_trigger_ratio(asked, arms, trusted=all(check.passed for check in ratios)))


def _sample_ratio(asked: Asked, arms: Sequence[Arm]) -> Iterable[Check]:
    weights = [variant.weight for variant in asked.experiment.variants]
    exposed = check_sample_ratio_anytime(
        [arm.exposed for arm in arms], weights, SAMPLE_RATIO_ALPHA, _by_day(arms, 1), MIXED
    )
    if isinstance(exposed, Check):
        yield exposed
    counted = check_sample_ratio_anytime(
        [arm.counted for arm in arms], weights, SAMPLE_RATIO_ALPHA, _by_day(arms, 2), MIXED
    )
    if isinstance(counted, Check) and any(arm.several for arm in arms):
        yield replace(counted, key="sample_ratio_after_exclusions")


def _by_day(arms: Sequence[Arm], column: int) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Units by arm at the end of each day so far."""
    days = sorted({told[0] for arm in arms for told in arm.by_day})
    place = {day: k for k, day in enumerate(days)}
    found = np.zeros((len(days), len(arms)), np.int64)
    for k, arm in enumerate(arms):
        for told in arm.by_day:
            found[place[told[0]], k] = told[column]
    return found.cumsum(axis=0)


def _observational(asked: Asked) -> Iterable[Check]:
    sentence = f"The arms are groups by {asked.by}, not assigned at random: other differences may explain the result."
    yield note("observational", sentence, by=str(asked.by))


def _trigger_ratio(asked: Asked, arms: Sequence[Arm], *, trusted: bool) -> Iterable[Check]:
    """The share of units that reached the impression must not depend on the arm; one check for all such metrics."""
    metric = next((one for one in asked.experiment.metrics if one.window.anchor == "impression"), None)
    if metric is None or asked.experiment.unit == "impression":
        return
    counts = [Count(arm.counted, arm.metrics[metric.key].triggered) for arm in arms]
    shares = " · ".join(f"{count.hits:,}/{count.n:,}" for count in counts)
    p_value = _trigger_p(asked, counts)
    if p_value is None or not trusted:
        yield note("trigger_ratio_open", f"Units with an impression: {shares}.", shares=shares)
    elif p_value < TRIGGER_ALPHA:
        sentence = (
            f"The share of units that saw an impression differs between arms ({shares}, p = {p_value:.2g}): "
            "results per impression cannot be trusted; look for impressions that one arm loses or adds."
        )
        yield failed("trigger_ratio_mismatch", sentence, p_value, "trigger_ratio", shares=shares)
    else:
        sentence = f"The arms saw an impression alike ({shares}, p = {p_value:.2g})."
        said = Reason("readout.trigger_ratio_ok", sentence, (("shares", shares), ("p_value", p_value)))
        yield Check("trigger_ratio", passed=True, reason=said, p_value=p_value)


def _trigger_p(asked: Asked, counts: Sequence[Count]) -> float | None:
    """Valid at any time where arms were planned; Pearson's where they are groups; None where nothing can be said."""
    found = independence(counts)
    if isinstance(found, NoEffect):
        return None
    if asked.by is not None:
        return found.p_value if isinstance(found, ChiSquare) else None
    return trigger_ratio_p(counts, [variant.weight for variant in asked.experiment.variants])
