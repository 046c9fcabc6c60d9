"""Adjustment by what was known before the exposure (CUPED): the same effect with less variance.

Deng, Xu, Kohavi & Walker (2013), WSDM: Y − θ (X − E X) with θ = cov(Y, X) / var(X) has the mean of Y and 1 − ρ² of its
variance. With several covariates θ are the slopes of a regression on arms and covariates (ANCOVA); for a ratio the outcome
is linearised first, (top − R bottom) / bottom mean (Deng, Knoblich & Lu 2018, KDD).

tea-tasting 1.14 takes θ around the mean of all arms together, so that the effect itself moves it a little; here θ comes
from deviations within arms. `pooled=[control + treatment]` gives its numbers, for one covariate.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.stats.contrast import divisible
from experiments.stats.covariates import centre_of, linear, require_alike, sums
from experiments.stats.covariates import coefficients as coefficients
from experiments.stats.differences import Settled, one_unit, out_of_range, shifted, welch
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect, Shift, no_units
from experiments.stats.ratios import settled
from experiments.stats.samples import Moments, Regression
from experiments.stats.samples.regression import Floats
from experiments.stats.shifts import fixed

_LEVEL = 0.95  # at which what a ratio divides by must be told from 0, where no level is given


@dataclass(frozen=True, slots=True)
class _Side:
    """An adjusted arm: value and standard error, and the covariance of that mean with θ · covariates' mean."""

    found: Settled
    shared: float


@dataclass(frozen=True, slots=True)
class _Adjusted:
    """Control and treatment, the variance of θ · the covariates' common mean, and whether θ is not all 0."""

    control: _Side
    treatment: _Side
    common: float
    told: bool


def adjusted_mean(
    sample: Regression, theta: Floats, centre: Floats, level: float = 0.95
) -> Estimate | NoEffect:
    """One arm's value as if its covariates had the common mean: value − θ · (their means − centre).

    Args:
        sample: Cross-moments of the arm.
        theta: (covariates,) from `coefficients` of all arms.
        centre: (covariates,) means over all arms; taken as known.
        level: Confidence level in (0, 1).

    Returns:
        The value with Student's interval, n − 1 degrees of freedom; without interval for a single unit; a NoEffect without
        units, or where a ratio has nothing to divide by.
    """
    if sample.n == 0:
        return no_units()
    side = _side(sample, theta, centre, level)
    if isinstance(side, NoEffect):
        return side
    value = side.found.value
    if sample.n == 1:
        return Estimate(value, None, 1, "cuped")
    from scipy.special import stdtrit

    half = -float(stdtrit(sample.n - 1, (1 - level) / 2)) * side.found.error
    return Estimate(value, Interval(value - half, value + half, level), sample.n, "cuped")


def shift(
    control: Regression, treatment: Regression, coefficient: float = 1.0, ridge: float = 0.0,
    pooled: Sequence[Regression] | None = None,
) -> Shift | NoEffect:  # fmt: skip
    """Treatment's adjusted outcome minus `coefficient` times control's, with its variance.

    Each arm's mean (or ratio) becomes value − θ · (its covariates' means − those of all arms), its variance that of
    outcome − θ · covariates over n; Welch–Satterthwaite degrees of freedom. With a coefficient k other than 1 the common
    mean of the covariates varies too, by (1 − k) θ.

    Args:
        control: Cross-moments of control.
        treatment: Cross-moments of the treatment, with the same columns.
        coefficient: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.
        ridge: As for `coefficients`.
        pooled: All arms, where there are others beside these two; these two if left out.

    Returns:
        The shift in the outcome's unit; a NoEffect when an arm has fewer than two units, nothing is left to vary, or a
        ratio has nothing to divide by. The covariates must have been fixed before the exposure: what it may change biases
        the effect. θ counts as known: with 50 units a covariate, the fewest, 95 % cover 94.5 %, with 200 nearly 95 %.
        Where arms differ much in size and in slope, slopes of each arm would be better (Lin 2013, Ann. Appl. Stat. 7:295–318).

    Raises:
        ValueError: If the columns differ.
    """
    both = _both(control, treatment, ridge, pooled, _LEVEL)
    if isinstance(both, NoEffect):
        return both
    plain = _difference(both, control, treatment, coefficient)
    if isinstance(plain, NoEffect) or coefficient == 1:
        return plain
    error = _error(both, coefficient)
    return shifted(plain.value, error, plain.units, "absolute", plain.method, plain.freedom)


def relative_shift(
    control: Regression, treatment: Regression, level: float, ridge: float = 0.0,
    pooled: Sequence[Regression] | None = None,
) -> Shift | NoEffect:  # fmt: skip
    """(treatment − control) / |control| of adjusted outcomes, by the delta method.

    se² = var(treatment − k · control) / control² at k = treatment / control, with the common mean of the covariates as
    in `shift`.

    Args:
        control: Cross-moments of control.
        treatment: Cross-moments of the treatment.
        level: At which control must be told from 0, in (0, 1).
        ridge: As for `coefficients`.
        pooled: As for `shift`.
    """
    both = _both(control, treatment, ridge, pooled, level)
    if isinstance(both, NoEffect):
        return both
    c, t = both.control.found, both.treatment.found
    alone = _root(c.error * c.error + 2 * both.control.shared + both.common)
    said = divisible(c.value, alone * alone, level)
    if said is not None:
        return said
    error = _error(both, t.value / c.value) / abs(c.value)
    value = (t.value - c.value) / abs(c.value)
    return shifted(value, error, control.n + treatment.n, "relative", "cuped" if both.told else "delta")


def difference(
    control: Regression, treatment: Regression, level: float = 0.95, ridge: float = 0.0,
    pooled: Sequence[Regression] | None = None,
) -> Effect | NoEffect:  # fmt: skip
    """`shift` with the interval of one look; arguments as there."""
    found = shift(control, treatment, ridge=ridge, pooled=pooled)
    return found if isinstance(found, NoEffect) else fixed(found, level)


def relative_difference(
    control: Regression, treatment: Regression, level: float = 0.95, ridge: float = 0.0,
    pooled: Sequence[Regression] | None = None,
) -> Effect | NoEffect:  # fmt: skip
    """`relative_shift` with the interval of one look; arguments as there."""
    found = relative_shift(control, treatment, level, ridge, pooled)
    return found if isinstance(found, NoEffect) else fixed(found, level)


def settled_arms(
    control: Regression, treatment: Regression, level: float, ridge: float = 0.0,
    pooled: Sequence[Regression] | None = None,
) -> tuple[Settled, Settled, float, Shift] | NoEffect:  # fmt: skip
    """Both adjusted arms with their whole standard errors, their correlation, and `shift`; arguments as for `relative_shift`."""
    both = _both(control, treatment, ridge, pooled, max(level, _LEVEL))
    if isinstance(both, NoEffect):
        return both
    difference, c, t = _difference(both, control, treatment), both.control, both.treatment
    if isinstance(difference, NoEffect):
        return difference
    one, other = (_root(arm.found.error**2 + 2 * arm.shared + both.common) for arm in (c, t))
    alike = (c.shared + t.shared + both.common) / one / other if one > 0 and other > 0 else 0.0
    return Settled(c.found.value, one), Settled(t.found.value, other), min(max(alike, -1.0), 1.0), difference


def share_of_variance(
    control: Regression, treatment: Regression, ridge: float = 0.0, pooled: Sequence[Regression] | None = None
) -> float:
    """1 − adjusted / unadjusted variance of the difference: ρ² with one covariate and arms alike.

    Below 0 where arms of different size have different slopes and adjusting does harm; 0 where nothing was adjusted.

    Args:
        control: Cross-moments of control.
        treatment: Cross-moments of the treatment.
        ridge: As for `coefficients`.
        pooled: As for `shift`.
    """
    both = _both(control, treatment, ridge, pooled, _LEVEL)
    if isinstance(both, NoEffect) or not both.told:
        return 0.0
    nothing = np.zeros(control.covariates)
    plain = [_side(one, nothing, nothing, _LEVEL) for one in (control, treatment)]
    before = math.hypot(*(one.found.error for one in plain if isinstance(one, _Side)))
    after = math.hypot(both.control.found.error, both.treatment.found.error)
    return 1 - (after / before) ** 2 if before > 0 else 0.0


def _difference(both: _Adjusted, control: Regression, treatment: Regression, k: float = 1.0) -> Shift | NoEffect:  # fmt: skip
    method = "cuped" if both.told else "welch" if control.outcomes == 1 else "delta_ratio"
    return welch(both.control.found, control.n, both.treatment.found, treatment.n, k, method)


def _both(
    control: Regression, treatment: Regression, ridge: float, pooled: Sequence[Regression] | None, level: float,
) -> _Adjusted | NoEffect:  # fmt: skip
    arms = (control, treatment) if pooled is None else pooled
    require_alike((control, treatment, *arms))
    theta, centre = coefficients(arms, ridge), centre_of(arms)[control.outcomes :]
    if control.n == 0 or treatment.n == 0:
        return no_units()
    if control.n == 1 or treatment.n == 1:
        return one_unit()
    n = sum(one.n for one in arms)
    c, t = (_side(one, theta, centre, level, n) for one in (control, treatment))
    if isinstance(c, NoEffect):
        return c
    if isinstance(t, NoEffect):
        return t
    nothing = np.zeros(control.outcomes)
    spreads = [math.sqrt(one.n / (one.n - 1)) * sums(one, nothing, theta)[0] for one in arms if one.n > 1]
    common = math.hypot(*spreads) / n
    return _Adjusted(c, t, common * common, bool(theta.any()))


def _side(sample: Regression, theta: Floats, centre: Floats, level: float, units: int = 1) -> _Side | NoEffect:  # fmt: skip
    """An arm with one unit or more, adjusted; `units`: of all arms, for the covariance with their common mean."""
    many, outcome = sample.outcomes, sample.outcome
    plain = Settled(outcome.mean, 0.0) if isinstance(outcome, Moments) else settled(outcome, level)
    if isinstance(plain, NoEffect):
        return plain
    spread, shared = sums(sample, linear(sample.means, many), theta)
    with np.errstate(all="ignore"):
        value = plain.value - float(theta @ (sample.means[many:] - centre))
    error = spread / math.sqrt(max(sample.n - 1, 1)) / math.sqrt(sample.n)
    if not (math.isfinite(value) and error * error < math.inf and math.isfinite(shared)):
        return out_of_range()
    return _Side(Settled(value, error), shared / max(sample.n - 1, 1) / units)


def _error(both: _Adjusted, k: float) -> float:
    """The standard error of treatment − k · control, where (1 − k) θ · the common mean of the covariates varies along."""
    c, t = both.control, both.treatment
    along = 2 * (1 - k) * (t.shared - k * c.shared) + (1 - k) * (1 - k) * both.common
    return _root(t.found.error * t.found.error + k * k * c.found.error * c.found.error + along)


def _root(variance: float) -> float:
    return math.sqrt(max(variance, 0.0)) if variance < math.inf else math.inf
