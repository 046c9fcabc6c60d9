"""Results to be doubted before they are believed: too good to be true, due to one unit, or there before the exposure."""

import math
from collections.abc import Callable, Mapping

from experiments.stats import means
from experiments.stats.effects import Check, Effect, NoEffect, Reason, Shift
from experiments.stats.multiplicity import bonferroni_level
from experiments.stats.samples import Moments
from experiments.stats.shifts import fixed

Draw = Callable[[Shift, float], Effect]
"""Draws an interval at a level around a difference: `shifts.fixed` for one look, a confidence sequence for many."""

USUAL, MULTIPLE = 0.25, 3.0
_HALF = 0.5
_VANISHING = 1e-150  # spreads whose squares are no longer numbers
_ROUNDING = 1e-7  # sums of squares lose half of the digits of the mean


def too_good(
    change: Shift,
    usual: float = USUAL,
    multiple: float = MULTIPLE,
    clearest: float | None = None,
    level: float = 0.95,
    interval: Draw = fixed,
) -> Check:
    """Twyman's law: any figure that looks interesting or different is usually wrong.

    An extreme result is more often a fault (events counted twice, an arm's log lost, a wrong join) than a discovery (Kohavi,
    Tang & Xu 2020, Trustworthy Online Controlled Experiments, ch. 3). The rule is ours and declared here: it fails when the end
    of the interval nearest to no change is

    - beyond `multiple` times the usual change: +75 % by default, or its mirror image among falls, −43 %, or
    - where `clearest` is stated, beyond the usual change itself (+25 %, −20 %) with an estimate so many standard errors from 0.

    Events counted twice in one arm fail it with probability .95 from 1,700 events an arm on, events half lost from 2,000 on; a
    true change of +25 % in fewer than 1 of 1,000 experiments with 30 events an arm or more, and never with many.

    Args:
        change: The relative difference with its variance.
        usual: The largest relative change that experiments of this product show, above 0; .25 is +25 % or −20 %.
        multiple: How many times that is not believed without a second look, at least 1.
        clearest: Standard errors that no experiment of this size reaches; None where large effects on many units are common.
        level: Of the interval, in (0, 1).
        interval: How it is drawn; pass a confidence sequence where the result is looked at again and again.

    Returns:
        The check. It cannot tell a fault from a find: it asks for a second look. State `usual` before the result is seen.

    Raises:
        ValueError: If the change is not relative, or a bound of the rule is out of its range.
    """
    if change.scale != "relative":
        raise ValueError(f"`change` is {change.scale}; must be relative; pass the relative difference.")
    if not (0 < usual < math.inf and 1 <= multiple < math.inf):
        raise ValueError(
            f"`usual` is {usual} and `multiple` {multiple}; must be above 0 and at least 1; state what experiments of this "
            "product show."
        )
    if clearest is not None and not clearest > 0:
        raise ValueError(f"`clearest` is {clearest}; must be above 0; leave it out for no such rule.")
    ends = interval(change, level).interval
    z, bound = change.value / change.error, max(ends.low, 0.0) if change.value > 0 else min(ends.high, 0.0)
    clear = clearest is not None and abs(z) >= clearest and _beyond(bound, usual)
    side = usual if change.value > 0 else 1 / (1 + usual) - 1
    facts = (("change", change.value), ("bound", bound), ("usual", side), ("z", z))
    crosses = change.value <= -1  # values on both sides of 0: a relative change says nothing of them
    if not crosses and (clear or _beyond(bound, multiple * usual)):
        said = Reason(
            "too_good_to_be_true",
            f"A change of {change.value:+.0%} (at least {bound:+.0%}) is far beyond the usual {side:+.0%}: a figure this "
            "striking is more often a fault than a find (Twyman's law); check events, joins and filters before believing it.",
            facts,
        )
        return Check("too_good", passed=False, reason=said)
    sentence = f"With its uncertainty, a change of {change.value:+.1%} need not be doubted for its size."
    said = Reason("size_plausible", sentence, facts)
    return Check("too_good", passed=True, reason=said)


def without_largest(sample: Moments, largest: float) -> Moments:
    """The moments of the other units when one is left out, from its value alone.

    mean' = mean − (x − mean)/(n − 1), deviations' = deviations − (x − mean)² n/(n − 1) (Welford 1962, backwards).

    Args:
        sample: Moments of one value per unit, one unit or more.
        largest: The value x of the unit left out, usually the one farthest from the mean.

    Returns:
        Moments of n − 1 units, which can no longer be added. Where one value outweighs all others 10⁸-fold, the deviations that
        are left are rounding: read them from the rows instead.

    Raises:
        ValueError: If there are no units, or no unit can have that value.
    """
    if sample.n == 0:
        raise ValueError("`sample` has 0 units; must have one or more; there is nobody to leave out.")
    if not math.isfinite(largest):
        raise ValueError(f"`largest` is {largest}; must be finite; leave missing values out.")
    if sample.n == 1:
        return Moments(0, 0.0, 0.0)
    n, away = sample.n, largest - sample.mean
    part = abs(away) * math.sqrt(n / (n - 1))
    whole = math.sqrt(sample.deviations)
    slack = _ROUNDING * (whole + math.sqrt(n) * abs(sample.mean)) + _VANISHING
    if part > whole + slack:
        raise ValueError(
            f"`largest` is {largest}; must be within {whole} of the mean {sample.mean}; pass a value of the sample."
        )
    left = (whole - part) * (whole + part) if n > 2 else 0.0
    return Moments(n - 1, sample.mean - away / (n - 1), max(left, 0.0))


def one_unit_moves(
    control: Moments,
    treatment: Moments,
    largest_control: float,
    largest_treatment: float,
    level: float = 0.95,
) -> Check | NoEffect:
    """Whether the result rests on a single unit: each arm's largest value is left out in turn.

    It fails when leaving one unit out moves the difference by more than half of its standard error and changes whether it is
    significant; either alone is a note. Half a standard error takes a value of about √(n/2) standard deviations: never seen in
    normal data from 50 units on; a bot or a wrong unit of measurement is. (The influence of one observation as DFBETAS has it:
    Belsley, Kuh & Welsch 1980, Regression Diagnostics, §2.1.)

    Args:
        control: Moments of control.
        treatment: Moments of the treatment.
        largest_control: Control's value farthest from its mean, in the value's unit.
        largest_treatment: The treatment's.
        level: Of the significance, in (0, 1).

    Returns:
        The check; a NoEffect when an arm has fewer than two units or nothing varies. It sees one unit at a time: several that
        hide each other need a winsorised mean.

    Raises:
        ValueError: As `without_largest`; and if the level is outside (0, 1).
    """
    shift = means.shift(control, treatment)
    if isinstance(shift, NoEffect):
        return shift
    p_with = fixed(shift, level).p_value
    trials = (
        ("control", largest_control, without_largest(control, largest_control), treatment),
        ("treatment", largest_treatment, control, without_largest(treatment, largest_treatment)),
    )
    found = []
    for arm, value, c, t in trials:
        other = means.difference(c, t, level)
        p_without = other.p_value if isinstance(other, Effect) else 1.0
        moved = abs(t.mean - c.mean - shift.value) / shift.error
        changes = (p_without < 1 - level) != (p_with < 1 - level)
        found.append((changes and moved > _HALF, changes or moved > _HALF, moved, arm, value, p_without))
    decides, matters, moved, arm, value, p_without = max(found)
    facts = (("arm", arm), ("value", value), ("moved", moved), ("p_with", p_with), ("p_without", p_without))
    if decides:
        code, sentence = "one_unit_decides", (
            f"Without the unit of {value:,.6g} in {arm} the difference moves by {moved:.2g} standard errors and its p-value from "
            f"{p_with:.2g} to {p_without:.2g}: the result rests on a single unit; look at it, or cap the metric."
        )  # fmt: skip
    elif matters:
        code, sentence = "one_unit_matters", (
            f"Without the unit of {value:,.6g} in {arm} the difference moves by {moved:.2g} standard errors and its p-value from "
            f"{p_with:.2g} to {p_without:.2g}; capping the metric may be worth while."
        )  # fmt: skip
    else:
        code, sentence = "no_unit_decides", (
            f"No single unit decides the result: without the unit of {value:,.6g} in {arm} the difference moves by {moved:.2g} "
            "standard errors, and no other one moves it more."
        )  # fmt: skip
    return Check("one_unit", passed=not decides, reason=Reason(code, sentence, facts))


def pre_exposure_bias(
    shifts: Mapping[str, Shift], alpha: float = 0.0005, interval: Draw = fixed
) -> Check | NoEffect:
    """Whether the arms differed before anyone was exposed: they cannot, where assignment was random.

    Each metric is measured on the same units in the time before their exposure; all are tested together by Bonferroni, at α/m
    each. A difference says that the arms are not of one population: a reused assignment with carry-over, units lost in one
    arm, or a metric that looks past the exposure (Kohavi, Tang & Xu 2020, ch. 3 and 19).

    Args:
        shifts: The difference of each metric before exposure, by its name (and arm, where there are several).
        alpha: Chance of any false alarm, in (0, 1).
        interval: How intervals are drawn: `shifts.fixed` for one look; a confidence sequence where one looks again and again.

    Returns:
        The check, with the metric that differs most; a NoEffect without metrics. At α = .0005 it sees a difference of five
        standard errors in one of ten metrics with probability .83.

    Raises:
        ValueError: If alpha is outside (0, 1).
    """
    level = bonferroni_level(alpha, max(len(shifts), 1))
    if not shifts:
        return NoEffect(
            "no_metric_before", "No metric was measured before the exposure, so the arms cannot be compared."
        )
    effects = {metric: interval(shift, level) for metric, shift in shifts.items()}
    worst = min(effects, key=lambda metric: effects[metric].p_value)
    value, p_value = effects[worst].value, min(1.0, len(effects) * effects[worst].p_value)
    differ = any(not effect.interval.contains(0.0) for effect in effects.values())
    facts = (
        ("metric", worst),
        ("value", value),
        ("metrics", len(effects)),
        ("p_value", p_value),
        ("alpha", alpha),
    )
    if differ:
        said = Reason(
            "arms_differed_before",
            f"The arms differed in {worst} ({value:+.4g}) before anyone was exposed (p = {p_value:.2g}): assignment was not "
            "random, or units are missing in one arm; what follows the exposure cannot be trusted.",
            facts,
        )
    else:
        said = Reason(
            "arms_alike_before",
            f"Before the exposure the arms were alike in all {len(effects)} metrics measured (smallest p = {p_value:.2g}).",
            facts,
        )
    return Check("pre_exposure", passed=not differ, reason=said, p_value=p_value)


def _beyond(bound: float, rise: float) -> bool:
    """Whether a bound is at least as far out as a rise, or as the fall that undoes it."""
    return bound >= rise or bound <= 1 / (1 + rise) - 1
