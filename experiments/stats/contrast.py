"""Linear contrasts of independent estimates from their own intervals (MOVER), and normal quantiles.

Zou & Donner (2008), "Construction of confidence limits about effect measures: a general approach", Statist.
Med. 27:1693–1702.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from experiments.stats.effects import Effect, Interval, NoEffect, Shift, no_variation, out_of_range

Limits = Callable[[float], tuple[float, float]]
"""From a normal quantile z > 0 to the (low, high) limits of one estimate; wider for larger z."""

_FARTHEST_Z = 38.0  # beyond this a two-sided p-value is below the smallest double
_CLOSE = 1e-11  # in z, where the search for a p-value ends
_TRUNCATION = 0.2 / _FARTHEST_Z


@dataclass(frozen=True, slots=True)
class Term:
    """One independent estimate in a contrast: weight · value, with the limits of the value."""

    weight: float
    value: float
    limits: Limits


def z_of(level: float) -> float:
    """The two-sided normal quantile of a confidence level: 1.959964 for 0.95.

    Args:
        level: In (0, 1).

    Raises:
        ValueError: If the level is outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"`level` is {level}; must be in (0, 1); write 95 % as 0.95.")
    return -NormalDist().inv_cdf((1 - level) / 2)


def p_of(z: float) -> float:
    """The two-sided p-value of a standard normal statistic: P(|Z| ≥ |z|)."""
    return math.erfc(abs(z) / math.sqrt(2))


def student_of(z: float, freedom: int) -> float:
    """The quantile of Student's t at the level of a normal one: 2.228139 for 1.959964 on 10 degrees of freedom.

    Args:
        z: A normal quantile, 0 or more.
        freedom: Degrees of freedom, 1 or more.
    """
    from scipy.special import ndtr, stdtrit

    below = float(ndtr(-z))
    found = -float(stdtrit(freedom, below)) if below > 0 else math.inf
    return found if found >= 0 else math.inf  # far out the inversion fails, with either sign


def contrast(terms: Sequence[Term], level: float, method: str) -> Effect:
    """Σ weight · value with an interval built from the terms' own intervals (MOVER).

    low = D − √Σ d², d = how far each weighted term lies above its own lower limit (high likewise). With
    Wilson limits and weights (1, −1) this is Newcombe's hybrid score interval. The p-value is the one at
    which this very interval begins to exclude 0, so the two can never disagree.

    Args:
        terms: Independent estimates with weights.
        level: Confidence level in (0, 1).
        method: The name that the Effect carries.

    Returns:
        An Effect on the absolute scale. Do not use it for estimates that share units: their covariance is
        ignored.
    """
    value = math.fsum(term.weight * term.value for term in terms)
    low, high = _mover(terms, z_of(level))
    return Effect(value, Interval(low, high, level), _p_value(terms), "absolute", method)


def ratio(control: Term, treatment: Term, level: float, method: str) -> Effect | NoEffect:
    """(treatment − control) / control of two estimates above 0, from their own intervals (MOVER).

    The ratios R at which the interval of treatment − R · control touches 0 (Donner & Zou 2012, Stat. Methods Med.
    Res. 21:347–359). So it excludes "no change" exactly when the contrast (1, −1) excludes 0, with its p-value. With
    few hits it keeps its level where the delta method does not: 1 % of 200 units against 1 %, 99 % against 64 %.

    Args:
        control: Control's estimate, 0 or more; its weight is not used.
        treatment: The treatment's estimate, 0 or more; its weight is not used.
        level: Confidence level in (0, 1).
        method: The name that the Effect carries.

    Returns:
        A relative Effect (0.1 = +10 % of control); a NoEffect when control's lower limit is 0.
    """
    z = z_of(level)
    (lc, uc), (lt, ut) = control.limits(z), treatment.limits(z)
    if lc <= 0:
        return uncertain_control()
    product = control.value * treatment.value
    below = lt * (2 * treatment.value - lt)
    above = product + _root(product, ut * (2 * treatment.value - ut) * lc * (2 * control.value - lc))
    low = below / (product + _root(product, below * uc * (2 * control.value - uc))) if below > 0 else 0.0
    high = above / (lc * (2 * control.value - lc))
    value = treatment.value / control.value
    terms = (Term(1, treatment.value, treatment.limits), Term(-1, control.value, control.limits))
    interval = Interval(min(low, value) - 1, max(high, value) - 1, level)
    return Effect(value - 1, interval, _p_value(terms), "relative", method)


def relative_change(
    control: float, control_variance: float, treatment: float, treatment_variance: float, level: float
) -> Effect | NoEffect:
    """(treatment − control) / |control| of two independent estimates by the delta method.

    r = (t − c)/|c|, se² = var(t) / c² + t² var(c) / c⁴, normal quantiles.

    Args:
        control: c, in any unit.
        control_variance: Variance of the estimate c (not of one unit), in its unit squared.
        treatment: t, in the same unit.
        treatment_variance: Variance of the estimate t.
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 % of control); a NoEffect when control is too near zero to divide by, when neither
        estimate varies, or where numbers end. With few units, or few that hold most of the sum, it is too narrow: see `fieller`.
    """
    shift = relative_shift(control, control_variance, treatment, treatment_variance, 1, level)
    if isinstance(shift, NoEffect):
        return shift
    half = z_of(level) * shift.error
    interval = Interval(shift.value - half, shift.value + half, level)
    return Effect(shift.value, interval, p_of(shift.value / shift.error), "relative", "delta")


def relative_shift(
    control: float,
    control_variance: float,
    treatment: float,
    treatment_variance: float,
    units: int,
    level: float,
) -> Shift | NoEffect:
    """`relative_change` before an interval is drawn, for the units of both arms.

    Args:
        control: c, in any unit.
        control_variance: Variance of the estimate c.
        treatment: t, in the same unit.
        treatment_variance: Variance of the estimate t.
        units: Units of both arms.
        level: At which control must be told from 0, in (0, 1).
    """
    said = divisible(control, control_variance, level)
    if said is not None:
        return said
    whole = abs(control)
    along = treatment / control * math.sqrt(control_variance)
    error = math.hypot(math.sqrt(treatment_variance), along) / whole
    if error == 0 or error * error == 0:
        return no_variation()
    value = (treatment - control) / whole
    if not (math.isfinite(value) and error * error < math.inf):
        return out_of_range()
    return Shift(value, error * error, units, "relative", "delta")


def divisible(control: float, variance: float, level: float) -> NoEffect | None:
    """Why control cannot be divided by, if so: Fieller's condition |c| > z · se(c) for a bounded interval.

    Fieller (1954), JRSS B 16:175–185.
    """
    if abs(control) <= z_of(level) * math.sqrt(variance):
        return uncertain_control()
    return None


def uncertain_control() -> NoEffect:
    """Control may be 0, so nothing can be said relative to it."""
    return NoEffect(
        "ratio_of_uncertain_control", "Control cannot be told from zero, so a relative change has no bounds."
    )


def _root(product: float, other: float) -> float:
    return math.sqrt(max(product * product - other, 0.0))


def _mover(terms: Sequence[Term], z: float) -> tuple[float, float]:
    value = math.fsum(term.weight * term.value for term in terms)
    below, above = [], []
    for term in terms:
        centre = term.weight * term.value
        ends = sorted(term.weight * end for end in term.limits(z))
        below.append(centre - ends[0])
        above.append(ends[1] - centre)
    return value - math.hypot(*below), value + math.hypot(*above)


def _p_value(terms: Sequence[Term]) -> float:
    """The two-sided p-value at which the interval begins to exclude 0, by bisection on z."""
    value = math.fsum(term.weight * term.value for term in terms)
    if value == 0:
        return 1.0
    bound = (lambda z: _mover(terms, z)[0]) if value > 0 else (lambda z: -_mover(terms, z)[1])
    return p_of(_crossing(bound, abs(value)))


def _crossing(bound: Callable[[float], float], start: float) -> float:
    """Where a bound that falls from `start` above 0 at z = 0 reaches 0: the last z that is known to be before it.

    The ITP method (Oliveira & Takahashi 2020, ACM Trans. Math. Softw. 47:5): false position, never slower than bisection.
    """
    inside, outside, above, below = 0.0, _FARTHEST_Z, start, bound(_FARTHEST_Z)
    if below > 0:
        return outside
    slack = _CLOSE / 2 * 2.0 ** (math.ceil(math.log2(_FARTHEST_Z / _CLOSE)) + 1)
    while outside - inside > _CLOSE:
        width, middle, z = outside - inside, (inside + outside) / 2, (inside + outside) / 2
        if math.isfinite(below):
            guess = (below * inside - above * outside) / (below - above)
            side, moved = math.copysign(1.0, middle - guess), _TRUNCATION * width * width
            near = guess + side * moved if moved <= abs(middle - guess) else middle
            reach = max(slack - width / 2, 0.0)
            z = near if abs(near - middle) <= reach else middle - side * reach
        found, slack = bound(z), slack / 2
        if found > 0:
            inside, above = z, found
        else:
            outside, below = z, found
    return inside
