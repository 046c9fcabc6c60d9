"""The profile-likelihood interval of anything that a fitted curve says."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from experiments.stats.contrast import z_of
from experiments.stats.cure.families import FAMILIES
from experiments.stats.cure.fitting import AT_THE_EDGE, Fit, box
from experiments.stats.cure.likelihood import Valued, curvature, log_likelihood, slope

Floats = NDArray[np.float64]

_FEASIBLE = 1e-4  # of log-likelihood
_SMALLEST_CURVATURE = 1e-8
_SMALLEST = 1e-12
_PARTS = (0.5, 1.0, 0.1, 0.0)  # of the way to Wald's end, tried in turn


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Between which values a quantity lies at all parameters that the data do not reject, and where it does.

    Args:
        low: The least value; −∞ where the search found no end.
        high: The greatest; ∞ where the search found no end.
        at_low: The parameters (log π, place, shape) of the least.
        at_high: Those of the greatest.
    """

    low: float
    high: float
    at_low: Floats
    at_high: Floats


def profile(found: Fit, quantity: Valued, level: float = 0.95) -> Profile:
    """Least and greatest value of a quantity where 2 (ℓ̂ − ℓ) ≤ χ²(level; 1): its profile-likelihood interval.

    The same interval as by fixing the quantity, maximising the rest and comparing with χ² (Venzon & Moolgavkar 1988,
    Appl. Statist. 37:87–94), found as two constrained optimisations. The share keeps within (0, 1]: where the data cannot
    bound it, the interval ends where π = 1, or at the edge of the parameters looked at.

    Args:
        found: A fit.
        quantity: From parameters (log π, place, shape), shape (points, 3), to one value each.
        level: Confidence level in (0, 1).
    """
    height = partial(log_likelihood, FAMILIES[found.family], found.data)
    drop = z_of(level) ** 2 / 2
    steps = _steps(found, quantity, drop)
    low, high = (_extreme(found, height, quantity, steps, sign=sign, drop=drop) for sign in (1.0, -1.0))
    return Profile(
        -math.inf if low is None else float(quantity(low[None])[0]),
        math.inf if high is None else float(quantity(high[None])[0]),
        found.point if low is None else low,
        found.point if high is None else high,
    )


def covariance(found: Fit) -> Floats:
    """The inverse of the observed information, shape (3, 3); zeros for a parameter that is fixed or at its edge.

    Where the data leave a direction open, its variance is large but finite.

    Args:
        found: A fit.
    """
    height = partial(log_likelihood, FAMILIES[found.family], found.data)
    low, high = np.array(box(found.data, FAMILIES[found.family], cured=found.cured)).T
    free = (found.point > low + AT_THE_EDGE) & (found.point < high - AT_THE_EDGE)
    across = curvature(height, found.point)
    curved, turned = np.linalg.eigh(-across[np.ix_(free, free)])
    inverse = np.zeros(across.shape)
    floor = _SMALLEST_CURVATURE * max(float(curved.max(initial=0.0)), 1.0)
    inverse[np.ix_(free, free)] = turned / np.maximum(curved, floor) @ turned.T
    return inverse


def _steps(found: Fit, quantity: Valued, drop: float) -> list[Floats]:
    """Steps to where Wald's interval would end, I⁻¹ g √(2 drop / g' I⁻¹ g), and to parts of it."""
    rise, inverse = slope(quantity, found.point), covariance(found)
    step = inverse @ rise * np.sqrt(2 * drop / max(float(rise @ inverse @ rise), _SMALLEST**2))
    return [step * part for part in _PARTS]


def _extreme(
    found: Fit, height: Valued, quantity: Valued, steps: list[Floats], *, sign: float, drop: float
) -> Floats | None:
    """Where the quantity is least (sign 1) or greatest (−1) among parameters that lose at most `drop`; None if not found."""
    from scipy.optimize import minimize

    low, high = np.array(box(found.data, FAMILIES[found.family], cured=found.cured)).T
    floor = found.log_likelihood - drop
    scale = sign / max(float(quantity(found.point[None])[0]), _SMALLEST)
    held = {
        "type": "ineq",
        "fun": lambda at: (float(height(at[None])[0]) - floor) / drop,
        "jac": lambda at: slope(height, at) / drop,
    }
    best, reached = found.point, False
    for step in steps:
        ended = minimize(
            lambda at: scale * float(quantity(at[None])[0]),
            np.clip(found.point - sign * step, low, high),
            jac=lambda at: scale * slope(quantity, at),
            method="SLSQP",
            bounds=np.column_stack([low, high]),
            constraints=(held,),
            options={"maxiter": 100, "ftol": 1e-10},
        )
        spare = float(height(ended.x[None])[0]) - floor
        if spare < -_FEASIBLE:
            continue
        reached |= bool(ended.success) or spare < _FEASIBLE
        if sign * float(quantity(ended.x[None])[0]) < sign * float(quantity(best[None])[0]):
            best = ended.x
            if ended.success:
                break
    return np.asarray(best) if reached else None
