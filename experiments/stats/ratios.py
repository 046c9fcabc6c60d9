"""Ratios of two sums over units: the delta method, where what is divided by varies too.

Deng, Knoblich & Lu (2018), "Applying the Delta Method in Metric Analytics", KDD, §2: one unit's share in the error of
R = Σ top / Σ bottom is (top − R bottom) / bottom mean, so that R behaves like the mean of one number per unit.
"""

import math

from experiments.stats.contrast import z_of
from experiments.stats.differences import Settled, one_unit, out_of_range, relative, spread_of, welch
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect, Shift, no_units
from experiments.stats.samples import Ratio
from experiments.stats.shifts import fixed

_LEVEL = 0.95  # at which what is divided by must be told from 0, where no level is given
_ROUNDING = 1e-12  # of the spread that would be left without correlation: less is none


def ratio(sample: Ratio, level: float = 0.95) -> Estimate | NoEffect:
    """Σ top / Σ bottom with Student's interval around the delta-method variance, n − 1 degrees of freedom.

    var(R) = (s²(top) − 2 R s(top, bottom) + R² s²(bottom)) / (n · bottom mean²).

    Args:
        sample: Sums of one pair per unit.
        level: Confidence level in (0, 1).

    Returns:
        The ratio; without interval for a single unit; a NoEffect without units, or where what is divided by cannot be
        told from 0.

    Raises:
        ValueError: If the level is outside (0, 1).
    """
    found = settled(sample, level)
    if isinstance(found, NoEffect):
        return found
    if sample.n == 1:
        return Estimate(found.value, None, 1, "delta_ratio")
    from scipy.special import stdtrit

    half = -float(stdtrit(sample.n - 1, (1 - level) / 2)) * found.error
    return Estimate(
        found.value, Interval(found.value - half, found.value + half, level), sample.n, "delta_ratio"
    )


def difference(
    control: Ratio, treatment: Ratio, level: float = 0.95, coefficient: float = 1.0
) -> Effect | NoEffect:
    """Treatment's ratio minus `coefficient` times control's, Welch's t around delta-method variances.

    Args:
        control: Sums of control.
        treatment: Sums of the treatment.
        level: Confidence level in (0, 1).
        coefficient: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.

    Returns:
        An Effect in the ratio's unit; a NoEffect when an arm has fewer than two units, nothing varies, or what is
        divided by cannot be told from 0. Not where few units hold most of the sum below the line: the delta method needs
        its mean to be near normal and well away from 0.
    """
    found = shift(control, treatment, coefficient)
    return found if isinstance(found, NoEffect) else fixed(found, level)


def relative_difference(control: Ratio, treatment: Ratio, level: float = 0.95) -> Effect | NoEffect:
    """(treatment − control) / |control| of two ratios by the delta method, normal quantiles.

    Args:
        control: Sums of control.
        treatment: Sums of the treatment.
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 %); a NoEffect as for `difference`, or when control's ratio cannot be told from 0.
    """
    found = relative_shift(control, treatment, level)
    return found if isinstance(found, NoEffect) else fixed(found, level)


def shift(control: Ratio, treatment: Ratio, coefficient: float = 1.0) -> Shift | NoEffect:
    """`difference` before an interval is drawn.

    se² = var(Rt) + k² var(Rc), degrees of freedom by Welch–Satterthwaite on units.

    Args:
        control: Sums of control.
        treatment: Sums of the treatment.
        coefficient: k, as for `difference`.
    """
    both = _both(control, treatment, _LEVEL)
    if isinstance(both, NoEffect):
        return both
    c, t = both
    return welch(c, control.n, t, treatment.n, coefficient, "delta_ratio")


def relative_shift(control: Ratio, treatment: Ratio, level: float) -> Shift | NoEffect:
    """`relative_difference` before an interval is drawn.

    se² = (var(Rt) + (Rt / Rc)² var(Rc)) / Rc².

    Args:
        control: Sums of control.
        treatment: Sums of the treatment.
        level: At which control must be told from 0, in (0, 1).
    """
    both = _both(control, treatment, level)
    if isinstance(both, NoEffect):
        return both
    return relative(*both, control.n + treatment.n, level)


def settled(sample: Ratio, level: float) -> Settled | NoEffect:
    """Σ top / Σ bottom and its standard error; 0 for a single unit.

    Args:
        sample: Sums of one pair per unit.
        level: At which the sum below the line must be told from 0: |bottom mean| > z · its standard error (Fieller 1954,
            JRSS B 16:175–185).
    """
    if sample.n == 0:
        return no_units()
    spread = spread_of(sample.n, sample.bottom_mean, sample.bottom_deviations)
    within = spread / math.sqrt(sample.n - 1) / math.sqrt(sample.n) if sample.n > 1 else 0.0
    if abs(sample.bottom_mean) <= z_of(level) * within:
        return divided_by_nothing()
    value = sample.top_mean / sample.bottom_mean
    error = linear_spread(sample) / math.sqrt(max(sample.n - 1, 1)) / math.sqrt(sample.n)
    return Settled(value, error) if math.isfinite(value) and error * error < math.inf else out_of_range()


def linear_spread(sample: Ratio) -> float:
    """√Σ ((top − R bottom) / bottom mean)² over the units, without a square that could overflow.

    Args:
        sample: Sums of one pair per unit; the bottom mean is not 0.
    """
    above = spread_of(sample.n, sample.top_mean, sample.top_deviations)
    below = spread_of(sample.n, sample.bottom_mean, sample.bottom_deviations)
    slope = sample.top_mean / sample.bottom_mean
    low = abs(slope) * below
    longest = max(above, low)
    if longest == 0 or not math.isfinite(longest):
        return longest
    shared = 0.0
    if above > 0 and low > 0:
        shared = math.copysign(sample.codeviations / above / below, sample.codeviations * slope)
    one, other = above / longest, low / longest
    left = math.fsum((one * one, other * other, -2 * shared * one * other))
    kept = left if left > _ROUNDING else 0.0
    return longest * math.sqrt(kept) / abs(sample.bottom_mean)


def divided_by_nothing() -> NoEffect:
    """What stands below the line may be 0."""
    return NoEffect(
        "ratio_without_denominator",
        "What is divided by cannot be told from zero, so the ratio has no bounds.",
    )


def _both(control: Ratio, treatment: Ratio, level: float) -> tuple[Settled, Settled] | NoEffect:
    if control.n == 0 or treatment.n == 0:
        return no_units()
    if control.n == 1 or treatment.n == 1:
        return one_unit()
    one, other = settled(control, level), settled(treatment, level)
    if isinstance(one, NoEffect):
        return one
    return other if isinstance(other, NoEffect) else (one, other)
