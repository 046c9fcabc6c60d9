"""An interval that may be looked at as often as one likes: the asymptotic confidence sequence of a Gaussian mixture.

Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), Ann. Statist. 52:2613–2640, arXiv 2103.06476; Robbins (1970), Ann.
Math. Statist. 41:1397–1409. With z = value / standard error, n units and x = nρ², the mixture of likelihood ratios against
"no effect" is Λ = exp(x z² / (2 (x + 1))) / √(x + 1). Under "no effect" it ever reaches 1/α with probability at most α.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.stats.effects import Effect, Interval, Shift
from experiments.stats.shifts import reach, score

Floats = NDArray[np.float64]

_MOST_TURNS, _CLOSE = 100, 1e-15


def interval(shift: Shift, level: float, tuned_to: int) -> Effect:
    """value ± error · √(2 (x + 1)/x · log(√(x + 1)/α)), x = nρ²: at all looks together it covers with probability level.

    The guarantee is asymptotic: begin with, say, 100 units and 25 events an arm. Where the shift has degrees of freedom, the
    number of standard errors becomes that of Student's t with the same error (`shifts.reach`). ρ is fixed by `tuning` before
    the first look; the p-value is min(1, 1/Λ) of that same ρ, valid at any stopping time, so the interval excludes 0 exactly
    where p < 1 − level.

    Args:
        shift: The difference with its variance, and the units of both arms.
        level: Confidence level in (0, 1), the same at every look.
        tuned_to: n* of both arms, 1 or more, stated before the first look: where the interval is narrowest against
            that of one look.

    Returns:
        An Effect in the shift's unit. 1.55 times as wide as the interval of one look at n* and 95 %: not for a plan with a
        fixed end, where `group` asks far less.

    Raises:
        ValueError: If the level is outside (0, 1) or `tuned_to` below 1.
    """
    x = shift.units * tuning(tuned_to, level)
    half = shift.error * reach(math.sqrt(float(_squares(np.array(x), _surprise(level)))), shift.freedom)
    z = score(shift)
    p_value = min(1.0, math.sqrt(x + 1) * math.exp(-x / (x + 1) * z * z / 2))
    bounds = Interval(shift.value - half, shift.value + half, level)
    return Effect(shift.value, bounds, p_value, shift.scale, f"{shift.method}_sequence")


def half_widths(variance: ArrayLike, units: ArrayLike, alpha: float, tuned_to: float) -> Floats:
    """The half widths of `interval` for many looks at once, as simulations need them.

    √variance · √(2 (nρ² + 1)/(nρ²) · log(√(nρ² + 1)/α)). With a unit's own variance σ² = variance · n this is eq. 9 of the
    paper's version 7, as gbstats' SequentialTwoSidedTTest has it: √σ² · √(2 (nρ² + 1) log(√(nρ² + 1)/α) / (nρ)²).

    Args:
        variance: Squared standard errors of the estimates, finite and above 0, any shape.
        units: n of both arms, 1 or more, of a shape that broadcasts with it.
        alpha: 1 − level, in (0, 1).
        tuned_to: n*, 1 or more.

    Returns:
        Half widths in the estimates' unit, of the broadcast shape.

    Raises:
        ValueError: If a variance, units, alpha or `tuned_to` are outside their ranges.
    """
    squared, n = np.asarray(variance, np.float64), np.asarray(units, np.float64)
    if not (np.isfinite(squared) & (squared > 0)).all():
        raise ValueError(
            "`variance` has values outside (0, inf); must be finite and above 0; leave those out."
        )
    if not (np.isfinite(n) & (n >= 1)).all():
        raise ValueError(
            "`units` has values outside [1, inf); must be finite and 1 or more; leave those out."
        )
    if not 0 < alpha < 1:
        raise ValueError(f"`alpha` is {alpha}; must be in (0, 1); write 5 % as 0.05.")
    _require_tuned(tuned_to)
    surprise = -math.log(alpha)
    return np.asarray(np.sqrt(squared) * np.sqrt(_squares(n * (_tuned(surprise) / tuned_to), surprise)))


def width(units: float, tuned_to: float, level: float = 0.95) -> float:
    """How many times as wide as the interval of one look at the same n: the price of looking at any time.

    Args:
        units: n of both arms, 1 or more.
        tuned_to: n*, 1 or more.
        level: Confidence level in (0, 1).

    Returns:
        The ratio, above 1: at 95 % 1.55 at n*, 1.60 at 4 n*, 1.70 at 20 n*, 1.97 at n*/10. Its square is the ratio of units
        for the same width.

    Raises:
        ValueError: If units or `tuned_to` are below 1, or the level is outside (0, 1).
    """
    from scipy.special import erfinv

    rho_squared = tuning(tuned_to, level)
    if not (math.isfinite(units) and units >= 1):
        raise ValueError(f"`units` is {units}; must be finite and 1 or more; give the units of both arms.")
    critical = math.sqrt(float(_squares(np.array(units * rho_squared), _surprise(level))))
    return critical / (math.sqrt(2) * float(erfinv(level)))


def tuning(tuned_to: float, level: float = 0.95) -> float:
    """ρ² with which the sequence is narrowest near n*: (−2 log α + log(−2 log α + 1)) / n*.

    The closed form of the paper (and gbstats). At 95 % its x = nρ² is 7.94 where the best is 8.21 (`best_tuning`); the
    interval at n* is 0.003 % wider for it.

    Args:
        tuned_to: n*, 1 or more.
        level: Confidence level in (0, 1).

    Raises:
        ValueError: If `tuned_to` is below 1 or the level outside (0, 1).
    """
    _require_tuned(tuned_to)
    return _tuned(_surprise(level)) / tuned_to


def best_tuning(tuned_to: float, level: float = 0.95) -> float:
    """ρ² with which the sequence is narrowest at n* exactly: x = n*ρ² solves x − log(x + 1) = −2 log α.

    That is (−W₋₁(−α²/e) − 1)/n*, Lambert's W on its lower branch, here by Newton's steps from above; for comparison.

    Args:
        tuned_to: n*, 1 or more.
        level: Confidence level in (0, 1).

    Raises:
        ValueError: If `tuned_to` is below 1 or the level outside (0, 1).
    """
    _require_tuned(tuned_to)
    doubled = 2 * _surprise(level)
    x = doubled + math.sqrt(
        doubled * doubled + 2 * doubled
    )  # x − log(1 + x) ≥ x²/(2 + 2x): the root is below
    for _ in range(_MOST_TURNS):
        step = (x - math.log1p(x) - doubled) * (1 + x) / x
        x -= step
        if abs(step) <= _CLOSE * x:
            break
    return x / tuned_to


def _squares(x: Floats, surprise: float) -> Floats:
    """The squared critical value of z: 2 (x + 1)/x · (log(x + 1)/2 − log α)."""
    return np.asarray((x + 1) * ((np.log1p(x) + 2 * surprise) / x))


def _tuned(surprise: float) -> float:
    return 2 * surprise + math.log1p(2 * surprise)


def _surprise(level: float) -> float:
    """−log α, exact for levels near 0 too."""
    if not 0 < level < 1:
        raise ValueError(f"`level` is {level}; must be in (0, 1); write 95 % as 0.95.")
    return -math.log1p(-level)


def _require_tuned(tuned_to: float) -> None:
    if not (math.isfinite(tuned_to) and tuned_to >= 1):
        raise ValueError(f"`tuned_to` is {tuned_to}; must be finite and 1 or more; state the units planned.")
