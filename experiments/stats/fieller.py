"""The ratio of two estimates by Fieller's theorem: a relative change that agrees with the difference.

Fieller (1954), JRSS B 16:175–185: the ratios R for which treatment − R · control may be 0. Twenty per cent above zero, 200
units an arm: the delta method's 95 % hold 92 %, those of the logarithm 93.5 %, these 95.8 % (docs/calibration.md).
"""

import math
from collections.abc import Callable, Sequence

from experiments.stats import adjustment, means, ratios
from experiments.stats.contrast import uncertain_control
from experiments.stats.differences import Settled, out_of_range
from experiments.stats.effects import Effect, Interval, NoEffect, Shift
from experiments.stats.samples import Moments, Ratio, Regression
from experiments.stats.shifts import fixed

Draw = Callable[[Shift, float], Effect]
"""From a difference and a level to its interval, by one look or by one of many."""


def of_means(
    control: Moments, treatment: Moments, level: float = 0.95, draw: Draw = fixed
) -> Effect | NoEffect:
    """(treatment − control) / |control| of two means, by Fieller's theorem with Welch's degrees of freedom.

    Args:
        control: Moments of control.
        treatment: Moments of the treatment.
        level: Confidence level in (0, 1).
        draw: As for `relative`.

    Returns:
        As `relative`; a NoEffect as for `means.difference` too.
    """
    difference = means.shift(control, treatment)
    if isinstance(difference, NoEffect):
        return difference
    one, other = (Settled(arm.mean, math.sqrt(arm.variance / arm.n)) for arm in (control, treatment))
    return relative(one, other, difference, level, draw=draw)


def of_ratios(control: Ratio, treatment: Ratio, level: float = 0.95, draw: Draw = fixed) -> Effect | NoEffect:
    """The same of two ratios of sums, each with its delta-method variance.

    Args:
        control: Sums of control.
        treatment: Sums of the treatment.
        level: Confidence level in (0, 1).
        draw: As for `relative`.

    Returns:
        As `relative`; a NoEffect as for `ratios.difference` too.
    """
    difference = ratios.shift(control, treatment)
    if isinstance(difference, NoEffect):
        return difference
    one, other = ratios.settled(control, level), ratios.settled(treatment, level)
    if isinstance(one, NoEffect):
        return one
    return other if isinstance(other, NoEffect) else relative(one, other, difference, level, draw=draw)


def of_adjusted(
    control: Regression,
    treatment: Regression,
    level: float = 0.95,
    pooled: Sequence[Regression] | None = None,
    draw: Draw = fixed,
) -> Effect | NoEffect:
    """The same of two adjusted arms, which share the common mean of their covariates.

    Args:
        control: Cross-moments of control.
        treatment: Cross-moments of the treatment.
        level: Confidence level in (0, 1).
        pooled: All arms, where there are others beside these two.
        draw: As for `relative`.

    Returns:
        As `relative`; a NoEffect as for `adjustment.shift` too.
    """
    arms = adjustment.settled_arms(control, treatment, level, pooled=pooled)
    if isinstance(arms, NoEffect):
        return arms
    one, other, correlation, difference = arms
    return relative(one, other, difference, level, correlation, draw)


def relative(
    control: Settled,
    treatment: Settled,
    difference: Shift,
    level: float = 0.95,
    correlation: float = 0.0,
    draw: Draw = fixed,
) -> Effect | NoEffect:
    """(treatment − control) / |control| with the ratios R at which treatment − R · control cannot be told from 0.

    |t − R c| ≤ q √(vt − 2 R cov + R² vc), a square inequality in R; with g = q² vc / c² < 1, r = t/c and errors in units of
    |c| its ends are (r − q² cov ± q √(et² − 2 r cov + r² ec² − q² (ec² et² − cov²))) / (1 − g). At R = 1 it is the test of
    the difference, so that both find a change or neither does, with one p-value. For estimates above 0 whose limits lie as far
    above as below it is `contrast.ratio`.

    Args:
        control: Control's estimate c with its standard error.
        treatment: The treatment's estimate t with its own.
        difference: t − c with its variance vt − 2 cov + vc.
        level: Confidence level in (0, 1).
        correlation: Of the two estimates, in [−1, 1]; 0 for arms that share nothing.
        draw: How the interval of the difference is drawn, q of its standard errors to each side; at one look if left out.

    Returns:
        A relative Effect (0.1 = +10 % of control); a NoEffect where control cannot be told from 0 at this level: the ratios
        have no bounds then. Where arms differ much in size and few units hold most of the sum
        it covers as little as Welch's interval does: cap such values.

    Raises:
        ValueError: If the level is outside (0, 1).
    """
    tested = draw(difference, level)
    q = max(tested.interval.high - tested.value, tested.value - tested.interval.low) / difference.error
    if not q * control.error < abs(control.value):
        return uncertain_control()
    low, high = _ends(control, treatment, q, correlation)
    value = (treatment.value - control.value) / abs(control.value)
    sign = math.copysign(1.0, control.value)
    ends = sorted((sign * (low - 1), sign * (high - 1)))
    if not all(math.isfinite(one) for one in (*ends, value)):
        return out_of_range()
    interval = Interval(min(ends[0], value), max(ends[1], value), level)
    method = f"fieller{tested.method.removeprefix(difference.method)}"
    return Effect(value, interval, tested.p_value, "relative", method)


def _ends(control: Settled, treatment: Settled, q: float, correlation: float) -> tuple[float, float]:
    """The ends of treatment / control, with every error in units of the estimate it belongs to or of the larger one."""
    whole = abs(control.value)
    r, own, other = treatment.value / control.value, control.error / whole, treatment.error / whole
    free = (1 - q * own) * (1 + q * own)
    along = abs(r) * own
    longest = max(other, along)
    if longest == 0:
        return r, r
    one, two = other / longest, along / longest
    turned = math.copysign(correlation, correlation * r)
    squares = (one - two) ** 2 + 2 * (1 - turned) * one * two
    squares -= (q * own * one) ** 2 * (1 - correlation) * (1 + correlation)
    centre = (r - q * own * correlation * (q * other)) / free
    half = q * longest * math.sqrt(max(squares, 0.0)) / free
    return centre - half, centre + half
