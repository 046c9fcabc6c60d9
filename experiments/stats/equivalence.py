"""Superior, not inferior, equivalent: what any effect says about a margin, read off where its intervals touch it.

All three rest on one idea: a two-sided interval at level 1 − 2α lies wholly on one side of a value exactly when the one-sided
test of that value rejects at α. So they hold for every metric kind and every way of looking that can draw an interval at any
level (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15:657–680; Wellek 2010, Testing Statistical Hypotheses of Equivalence).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from experiments.stats.effects import Effect, NoEffect

EffectAt = Callable[[float], Effect | NoEffect]
"""From a confidence level in (0, 1) to the effect with its interval at that level; wider for higher levels."""

_FARTHEST = 8.1  # in z: beyond it 1 − level has no digits left
_CLOSE = 1e-12  # in z, where the search for a p-value ends


@dataclass(frozen=True, slots=True)
class OneSided:
    """Whether an effect lies on the good side of a bound.

    Args:
        bound: In the effect's unit: 0 for superiority, the margin in the bad direction for non-inferiority.
        effect: The effect, its interval at level 1 − 2α.
        p_value: One-sided, of "the effect lies at the bound or on its bad side".
        shown: Whether the interval lies wholly on the good side.
    """

    bound: float
    effect: Effect
    p_value: float
    shown: bool


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Whether an effect lies between two margins.

    Args:
        low: The lower margin, in the effect's unit.
        high: The upper margin.
        effect: The effect, its interval at level 1 − 2α.
        p_value: Of "the effect lies at or beyond a margin": the larger of the two one-sided ones.
        p_low: One-sided, of "the effect is `low` or less".
        p_high: One-sided, of "the effect is `high` or more".
        shown: Whether the interval lies wholly between the margins.
    """

    low: float
    high: float
    effect: Effect
    p_value: float
    p_low: float
    p_high: float
    shown: bool


def superior(effect_at: EffectAt, worse_sign: int, alpha: float = 0.025) -> OneSided | NoEffect:
    """Is the treatment better? The one-sided test of "no effect, or a bad one".

    Args:
        effect_at: The effect with its interval at a level.
        worse_sign: −1 where a fall is bad, 1 where a rise is bad.
        alpha: One-sided, in (0, 0.5): 0.025 agrees with a two-sided test at 0.05.

    Returns:
        The answer with its p-value; a NoEffect where the effect has no interval at level 1 − 2α.

    Raises:
        ValueError: If an argument is out of its range.
    """
    return _beyond(effect_at, 0.0, worse_sign, alpha)


def non_inferior(
    effect_at: EffectAt, margin: float, worse_sign: int, alpha: float = 0.025
) -> OneSided | NoEffect:
    """Is the treatment worse by less than a margin? The one-sided test of "worse by the margin or more".

    Args:
        effect_at: The effect with its interval at a level.
        margin: How much worse would matter, in the effect's unit, above 0; set before the data are seen.
        worse_sign: −1 where a fall is bad, 1 where a rise is bad.
        alpha: One-sided, in (0, 0.5).

    Returns:
        The answer with its p-value; a NoEffect where the effect has no interval at level 1 − 2α. "Not shown" does not mean
        that the treatment is worse.

    Raises:
        ValueError: If an argument is out of its range.
    """
    if not (math.isfinite(margin) and margin > 0):
        raise ValueError(f"`margin` is {margin}; must be above 0; say how much worse would matter.")
    return _beyond(effect_at, worse_sign * margin, worse_sign, alpha)


def equivalent(effect_at: EffectAt, low: float, high: float, alpha: float = 0.05) -> Equivalence | NoEffect:
    """Does the effect lie between two margins? Two one-sided tests (TOST).

    Args:
        effect_at: The effect with its interval at a level.
        low: The lower margin, in the effect's unit; set before the data are seen.
        high: The upper margin, above `low`.
        alpha: Of each one-sided test and so of the whole, in (0, 0.5): 0.05 reads the 90 % interval.

    Returns:
        The answer with its p-values; a NoEffect where the effect has no interval at level 1 − 2α. A large p-value of "no
        effect" is no such answer.

    Raises:
        ValueError: If an argument is out of its range.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"`low` is {low}; must be below `high` ({high}), both finite; swap or set them.")
    above, below = _beyond(effect_at, low, -1, alpha), _beyond(effect_at, high, 1, alpha)
    if isinstance(above, NoEffect):
        return above
    if isinstance(below, NoEffect):
        return below
    p_value = max(above.p_value, below.p_value)
    shown = above.shown and below.shown
    return Equivalence(low, high, above.effect, p_value, above.p_value, below.p_value, shown)


def _beyond(effect_at: EffectAt, bound: float, worse_sign: int, alpha: float) -> OneSided | NoEffect:
    if worse_sign not in (-1, 1):
        raise ValueError(
            f"`worse_sign` is {worse_sign}; must be −1 or 1; say whether a fall or a rise is bad."
        )
    if not 0 < alpha < 0.5:
        raise ValueError(f"`alpha` is {alpha}; must be in (0, 0.5); write 2.5 % as 0.025.")
    effect = effect_at(1 - 2 * alpha)
    if isinstance(effect, NoEffect):
        return effect
    shown = not _reaches(effect, bound) and worse_sign * (effect.value - bound) < 0
    return OneSided(bound, effect, _p_value(effect_at, effect.value, bound, worse_sign), shown)


def _p_value(effect_at: EffectAt, value: float, bound: float, worse_sign: int) -> float:
    """Half of 1 − the level whose interval begins to reach the bound; its complement where the value is on the bad side."""
    if value == bound:
        return 0.5
    apart, reaching = 0.0, _FARTHEST
    while reaching - apart > _CLOSE:
        middle = (apart + reaching) / 2
        found = effect_at(math.erf(middle / math.sqrt(2)))
        if isinstance(found, NoEffect) or _reaches(found, bound):
            reaching = middle
        else:
            apart = middle
    tail = math.erfc(apart / math.sqrt(2)) / 2
    return tail if worse_sign * (value - bound) < 0 else 1 - tail


def _reaches(effect: Effect, bound: float) -> bool:
    return effect.interval.contains(bound)
