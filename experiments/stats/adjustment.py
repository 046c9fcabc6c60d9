"""Adjustment by what was known before the exposure (CUPED): the same effect with less variance.

Deng, Xu, Kohavi & Walker (2013), WSDM: Y − θ (X − E X) with θ = cov(Y, X) / var(X) has the mean of Y and 1 − ρ² of its
variance. With several covariates θ is the coefficient of a regression; for a ratio the outcome is linearised first.
"""

import math
from collections.abc import Sequence
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from experiments.stats import contrast
from experiments.stats.effects import Effect, NoEffect, Shift, no_units, no_variation
from experiments.stats.means import welch_freedom
from experiments.stats.ratios import divided_by_nothing
from experiments.stats.samples import Regression
from experiments.stats.shifts import fixed

Floats = NDArray[np.float64]
UNITS_PER_COVARIATE = 20
"""Fewer units for each covariate would fit their own noise: then nothing is adjusted."""
_COLLINEAR = (
    1e-9  # of the largest eigenvalue of the correlation matrix; what lies below is one covariate told twice
)


def coefficients(samples: Sequence[Regression], ridge: float = 0.0) -> Floats:
    """θ of the covariates, from all arms together, so that every arm is adjusted alike.

    θ solves (R + ridge · I) θ' = r in units of standard deviations: R the covariates' correlations, r those with the
    outcome. Directions in which covariates hold nothing of their own (constant, or told twice) get 0.

    Args:
        samples: One per arm, with the same columns.
        ridge: How strongly coefficients are drawn to 0, in units of a correlation, 0 or more.

    Returns:
        (covariates,) in outcome per unit of the covariate; all 0 with fewer than 20 units a covariate.

    Raises:
        ValueError: If ridge is negative or not finite, or there is no sample.
    """
    if not samples or not (math.isfinite(ridge) and ridge >= 0):
        raise ValueError(
            f"`ridge` is {ridge} for {len(samples)} samples; must be 0 or more for one or more; pass every arm."
        )
    whole = _together(samples)
    many, k = whole.outcomes, whole.covariates
    if k == 0 or whole.n < UNITS_PER_COVARIATE * k:
        return np.zeros(k)
    weights = _linear(whole)
    if weights is None:
        return np.zeros(k)
    inner, outer = whole.products[many:, many:], weights @ whole.products[:many, many:]
    scale = np.sqrt(np.diag(inner))
    told = scale > 0
    unit = np.where(told, scale, 1.0)
    values, vectors = np.linalg.eigh(inner / unit[:, None] / unit[None, :])
    kept = values > _COLLINEAR * max(float(values[-1]), 1.0) if k else told
    along = vectors.T @ (np.where(told, outer, 0.0) / unit)
    shrunk = np.where(kept, along / np.where(kept, values + ridge, 1.0), 0.0)
    theta: Floats = (vectors @ shrunk) / unit
    return theta


def shift(
    control: Regression,
    treatment: Regression,
    coefficient: float = 1.0,
    ridge: float = 0.0,
    pooled: Sequence[Regression] | None = None,
) -> Shift | NoEffect:
    """Treatment's adjusted outcome minus `coefficient` times control's, with its variance.

    Each arm's mean (or ratio) becomes value − θ · (its covariates' means − those of all arms), its variance that of
    outcome − θ · covariates; Welch–Satterthwaite degrees of freedom. θ and the common means come from all arms, as in
    tea-tasting 1.14 (one covariate, ridge 0).

    Args:
        control: Cross-moments of control.
        treatment: Cross-moments of the treatment, with the same columns.
        coefficient: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.
        ridge: As for `coefficients`.
        pooled: All arms, where there are others beside these two; these two if left out.

    Returns:
        The shift in the outcome's unit; a NoEffect when an arm has fewer than two units, nothing varies, or a ratio has
        nothing to divide by. The covariates must have been fixed before the exposure: what it may change biases the
        effect.

    Raises:
        ValueError: If the columns differ.
    """
    both = _both(control, treatment, ridge, pooled)
    if isinstance(both, NoEffect):
        return both
    (c, vc), (t, vt) = both
    vc *= coefficient**2
    if vt + vc == 0:
        return no_variation()
    freedom = welch_freedom(vt, treatment.n, vc, control.n)
    return Shift(t - coefficient * c, vt + vc, control.n + treatment.n, "absolute", "cuped", freedom)


def relative_shift(
    control: Regression,
    treatment: Regression,
    level: float,
    ridge: float = 0.0,
    pooled: Sequence[Regression] | None = None,
) -> Shift | NoEffect:
    """(treatment − control) / |control| of adjusted outcomes, by the delta method.

    Args:
        control: Cross-moments of control.
        treatment: Cross-moments of the treatment.
        level: At which control must be told from 0, in (0, 1).
        ridge: As for `coefficients`.
        pooled: As for `shift`.
    """
    both = _both(control, treatment, ridge, pooled)
    if isinstance(both, NoEffect):
        return both
    return contrast.relative_shift(*both[0], *both[1], control.n + treatment.n, level)


def difference(
    control: Regression, treatment: Regression, level: float = 0.95, ridge: float = 0.0
) -> Effect | NoEffect:
    """`shift` with the interval of one look; arguments as there."""
    found = shift(control, treatment, ridge=ridge)
    return found if isinstance(found, NoEffect) else fixed(found, level)


def relative_difference(
    control: Regression, treatment: Regression, level: float = 0.95, ridge: float = 0.0
) -> Effect | NoEffect:
    """`relative_shift` with the interval of one look; arguments as there."""
    found = relative_shift(control, treatment, level, ridge)
    return found if isinstance(found, NoEffect) else fixed(found, level)


def share_of_variance(
    control: Regression, treatment: Regression, ridge: float = 0.0, pooled: Sequence[Regression] | None = None
) -> float:
    """The share of the difference's variance that adjustment takes away: ρ² with one covariate, 0 where it helps nothing.

    Args:
        control: Cross-moments of control.
        treatment: Cross-moments of the treatment.
        ridge: As for `coefficients`.
        pooled: As for `shift`.
    """
    adjusted = _both(control, treatment, ridge, pooled)
    plain = _both(_bare(control), _bare(treatment), 0.0, None)
    if isinstance(adjusted, NoEffect) or isinstance(plain, NoEffect):
        return 0.0
    before = plain[0][1] + plain[1][1]
    return max(0.0, 1 - (adjusted[0][1] + adjusted[1][1]) / before) if before > 0 else 0.0


def _both(
    control: Regression, treatment: Regression, ridge: float, pooled: Sequence[Regression] | None
) -> tuple[tuple[float, float], tuple[float, float]] | NoEffect:
    """Control's and the treatment's adjusted value with its variance."""
    if control.n == 0 or treatment.n == 0:
        return no_units()
    if control.n == 1 or treatment.n == 1:
        return NoEffect("one_unit", "An arm has a single unit, so its spread is unknown.")
    arms = pooled if pooled is not None else (control, treatment)
    theta = coefficients(arms, ridge)
    centre = _together(arms).means[control.outcomes :]
    one, other = _adjusted(control, theta, centre), _adjusted(treatment, theta, centre)
    if one is None or other is None:
        return divided_by_nothing()
    return one, other


def _adjusted(sample: Regression, theta: Floats, centre: Floats) -> tuple[float, float] | None:
    """value − θ (covariates − centre) and the variance of that mean; None where a ratio divides by 0."""
    many = sample.outcomes
    weights = _linear(sample)
    if weights is None:
        return None
    value = float(sample.means[0]) if many == 1 else float(sample.means[0] / sample.means[1])
    whole = np.concatenate([weights, -theta])
    spread = float(whole @ sample.products @ whole)
    away = float(theta @ (sample.means[many:] - centre))
    variance = max(spread, 0.0) / (sample.n - 1) / sample.n
    return (value - away, variance) if math.isfinite(value) and math.isfinite(variance) else None


def _linear(sample: Regression) -> Floats | None:
    """What one unit's outcomes weigh in the estimate: 1 for a mean, (1, −R) / bottom mean for a ratio."""
    if sample.outcomes == 1:
        return np.ones(1)
    bottom = float(sample.means[1])
    if bottom == 0:
        return None
    return np.array([1.0, -float(sample.means[0]) / bottom]) / bottom


def _together(samples: Sequence[Regression]) -> Regression:
    """The sum of all arms, whatever their parts are called: arms of one experiment share no unit."""
    named = [
        Regression(one.n, one.outcomes, one.means, one.products, frozenset({f"arm {place}"}))
        for place, one in enumerate(samples)
    ]
    return reduce(add, named)


def _bare(sample: Regression) -> Regression:
    many = sample.outcomes
    return Regression(
        sample.n, many, sample.means[:many].copy(), sample.products[:many, :many].copy(), sample.parts
    )
