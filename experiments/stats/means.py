"""Means of one value per unit: Welch's comparison, absolute and relative."""

import math

from experiments.stats import contrast
from experiments.stats.contrast import relative_change
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect, Shift, no_units, no_variation
from experiments.stats.samples import Moments
from experiments.stats.shifts import fixed


def mean(sample: Moments, level: float = 0.95) -> Estimate | NoEffect:
    """The mean with Student's interval, mean ± t √(s²/n) on n − 1 degrees of freedom.

    Args:
        sample: Moments of one value per unit.
        level: Confidence level in (0, 1).

    Returns:
        The mean in the value's unit; without interval for a single unit; a NoEffect when there are no
        units.
    """
    if sample.n == 0:
        return no_units()
    if sample.n == 1:
        return Estimate(sample.mean, None, 1, "student")
    half = _t(level, sample.n - 1) * math.sqrt(sample.variance / sample.n)
    interval = Interval(sample.mean - half, sample.mean + half, level)
    return Estimate(sample.mean, interval, sample.n, "student")


def difference(
    control: Moments, treatment: Moments, level: float = 0.95, coefficient: float = 1.0
) -> Effect | NoEffect:
    """Treatment's mean minus `coefficient` times control's, Welch's unequal-variance t.

    se² = st²/nt + k² sc²/nc; degrees of freedom by Welch–Satterthwaite (Welch 1947, Biometrika 34:28–35).

    Args:
        control: Moments of control.
        treatment: Moments of the treatment.
        level: Confidence level in (0, 1).
        coefficient: k: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.

    Returns:
        An Effect in the value's unit; a NoEffect when an arm has fewer than two units or nothing varies.
        Rests on the means being near normal: with a few huge values among few units it is not.
    """
    found = shift(control, treatment, coefficient)
    return found if isinstance(found, NoEffect) else fixed(found, level)


def shift(control: Moments, treatment: Moments, coefficient: float = 1.0) -> Shift | NoEffect:
    """`difference` before an interval is drawn.

    Args:
        control: Moments of control.
        treatment: Moments of the treatment.
        coefficient: As for `difference`.
    """
    said = _no_comparison(control, treatment)
    if said is not None:
        return said
    vt, vc = treatment.variance / treatment.n, coefficient**2 * control.variance / control.n
    if vt + vc == 0:
        return no_variation()
    value, freedom = (
        treatment.mean - coefficient * control.mean,
        welch_freedom(vt, treatment.n, vc, control.n),
    )
    return Shift(value, vt + vc, control.n + treatment.n, "absolute", "welch", freedom)


def relative_difference(control: Moments, treatment: Moments, level: float = 0.95) -> Effect | NoEffect:
    """(treatment − control) / |control| of two means by the delta method.

    r = (t − c)/|c|, se² = (st²/nt) / c² + t² (sc²/nc) / c⁴, normal quantiles.

    Args:
        control: Moments of control.
        treatment: Moments of the treatment.
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 % of control); a NoEffect when an arm has fewer than two units, nothing
        varies, or control's mean is too near zero to divide by (Fieller's condition |c| > z · se(c)).
    """
    said = _no_comparison(control, treatment)
    if said is not None:
        return said
    vc, vt = control.variance / control.n, treatment.variance / treatment.n
    return relative_change(control.mean, vc, treatment.mean, vt, level)


def relative_shift(control: Moments, treatment: Moments, level: float) -> Shift | NoEffect:
    """`relative_difference` before an interval is drawn.

    Args:
        control: Moments of control.
        treatment: Moments of the treatment.
        level: At which control must be told from 0, in (0, 1).
    """
    said = _no_comparison(control, treatment)
    if said is not None:
        return said
    vc, vt = control.variance / control.n, treatment.variance / treatment.n
    return contrast.relative_shift(control.mean, vc, treatment.mean, vt, control.n + treatment.n, level)


def welch_freedom(vt: float, nt: int, vc: float, nc: int) -> float:
    """Welch–Satterthwaite degrees of freedom of √(vt + vc), free of scale so that nothing underflows.

    Args:
        vt: Variance of one mean, 0 or more; not both 0.
        nt: Its units, 2 or more.
        vc: Variance of the other mean.
        nc: Its units.
    """
    share = vt / (vt + vc)
    return 1 / (share**2 / (nt - 1) + (1 - share) ** 2 / (nc - 1))


def _t(level: float, freedom: float) -> float:
    """The two-sided Student quantile of a confidence level."""
    from scipy.special import stdtrit

    return -float(stdtrit(freedom, (1 - level) / 2))


def _no_comparison(control: Moments, treatment: Moments) -> NoEffect | None:
    if control.n == 0 or treatment.n == 0:
        return no_units()
    if control.n == 1 or treatment.n == 1:
        return NoEffect("one_unit", "An arm has a single unit, so its spread is unknown.")
    if control.deviations == 0 and treatment.deviations == 0:
        return no_variation()
    return None
