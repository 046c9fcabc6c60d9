"""Ratios of two sums over units: the delta method, where what is divided by varies too."""

import math

from experiments.stats import contrast
from experiments.stats.contrast import z_of
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect, Shift, no_units, no_variation
from experiments.stats.means import welch_freedom
from experiments.stats.samples import Ratio
from experiments.stats.shifts import fixed

_LEVEL = 0.95


def ratio(sample: Ratio, level: float = 0.95) -> Estimate | NoEffect:
    """Σ top / Σ bottom with Student's interval around the delta-method variance, n − 1 degrees of freedom.

    var(R) = (s²(top) − 2 R s(top, bottom) + R² s²(bottom)) / (n · bottom mean²) (Deng, Knoblich & Lu 2018, KDD, §2).

    Args:
        sample: Sums of one pair per unit.
        level: Confidence level in (0, 1).

    Returns:
        The ratio; without interval for a single unit; a NoEffect without units, or where what is divided by cannot be
        told from 0.
    """
    found = _known(sample, level)
    if isinstance(found, NoEffect):
        return found
    value, variance = found
    if sample.n == 1:
        return Estimate(value, None, 1, "delta_ratio")
    from scipy.special import stdtrit

    half = -float(stdtrit(sample.n - 1, (1 - level) / 2)) * math.sqrt(variance)
    return Estimate(value, Interval(value - half, value + half, level), sample.n, "delta_ratio")


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
        divided by cannot be told from 0.
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

    Args:
        control: Sums of control.
        treatment: Sums of the treatment.
        coefficient: As for `difference`.
    """
    both = _both(control, treatment)
    if isinstance(both, NoEffect):
        return both
    (c, vc), (t, vt) = both
    vc *= coefficient**2
    if vc + vt == 0:
        return no_variation()
    freedom = welch_freedom(vt, treatment.n, vc, control.n)
    return Shift(t - coefficient * c, vt + vc, control.n + treatment.n, "absolute", "delta_ratio", freedom)


def relative_shift(control: Ratio, treatment: Ratio, level: float) -> Shift | NoEffect:
    """`relative_difference` before an interval is drawn.

    Args:
        control: Sums of control.
        treatment: Sums of the treatment.
        level: At which control must be told from 0, in (0, 1).
    """
    both = _both(control, treatment)
    if isinstance(both, NoEffect):
        return both
    return contrast.relative_shift(*both[0], *both[1], control.n + treatment.n, level)


def linear_variance(sample: Ratio) -> float:
    """The variance of one unit's linearised value, (top − R bottom) / bottom mean; needs two units and a denominator.

    Args:
        sample: Sums of one pair per unit; n ≥ 2, bottom mean not 0.
    """
    value = sample.top_mean / sample.bottom_mean
    spread = math.fsum(
        (sample.top_deviations, -2 * value * sample.codeviations, value * value * sample.bottom_deviations)
    )
    return max(spread, 0.0) / (sample.n - 1) / sample.bottom_mean**2


def divided_by_nothing() -> NoEffect:
    """What stands below the line may be 0."""
    return NoEffect(
        "ratio_without_denominator",
        "What is divided by cannot be told from zero, so the ratio has no bounds.",
    )


def _both(control: Ratio, treatment: Ratio) -> tuple[tuple[float, float], tuple[float, float]] | NoEffect:
    if control.n == 0 or treatment.n == 0:
        return no_units()
    if control.n == 1 or treatment.n == 1:
        return NoEffect("one_unit", "An arm has a single unit, so its spread is unknown.")
    one, other = _known(control, _LEVEL), _known(treatment, _LEVEL)
    if isinstance(one, NoEffect):
        return one
    return other if isinstance(other, NoEffect) else (one, other)


def _known(sample: Ratio, level: float) -> tuple[float, float] | NoEffect:
    """The ratio and its variance; a NoEffect where |bottom mean| ≤ z · its standard error (Fieller 1954)."""
    if sample.n == 0:
        return no_units()
    spread = sample.bottom_deviations / (sample.n - 1) / sample.n if sample.n > 1 else 0.0
    if abs(sample.bottom_mean) <= z_of(level) * math.sqrt(spread):
        return divided_by_nothing()
    value = sample.top_mean / sample.bottom_mean
    variance = linear_variance(sample) / sample.n if sample.n > 1 else 0.0
    if not (math.isfinite(value) and math.isfinite(variance)):
        return divided_by_nothing()
    return value, variance
