"""Efficacy boundaries in Z for looks whose times do not depend on results, and what any boundaries amount to.

Lan & DeMets (1983), Biometrika 70:659–663, solved by recursive numerical integration (see `paths`).
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from experiments.stats.sequential.paths import start
from experiments.stats.sequential.spending import Spending, spent

FARTHEST_Z = 8.2
"""No boundary lies beyond; a normal statistic does with probability 1.2e-16 on each side."""

LEAST = 1e-16
"""An error below this is nothing to spend."""

_CLOSEST = 1e-5  # relative gain of information that two looks count as at least


def efficacy(
    information: Sequence[float], alpha: float, spending: Spending, sides: int = 2
) -> tuple[float, ...]:
    """z₁ … z_K: "no effect" is rejected at look k when |Z| (sides = 2) or Z (sides = 1) reaches z_k.

    P(first crossing at look k) = A(t_k) − what was spent before, on each side, A the spending function at α/sides. Where next
    to nothing may be spent the boundary is 8.2, and what such a look can spend is taken from the next. All is spent at t = 1:
    a run over the plan's end spends, at its own information, what the look before it has left; looks after that have nothing
    left and stand at 8.2. The boundary of a look does not depend on later looks.

    Args:
        information: t_1 < … < t_K, units / planned units of this comparison (not summed over segments or other arms), above
            0; t_K may be below 1 or beyond. When looks happen must not depend on what they showed. A relative gain below a
            hundred-thousandth counts as that much, which errs on the safe side.
        alpha: Error of the whole plan, of both sides together when `sides` is 2; in (0, 1).
        spending: The family of the spending function.
        sides: 2 for symmetric boundaries, 1 for an upper one only.

    Returns:
        (looks,) boundaries, at most 8.2, precise to 1e-7; 0 or more when `sides` is 2.

    Raises:
        ValueError: If the information does not increase, alpha is outside (0, 1), or sides is neither 1 nor 2.
    """
    _require_sides(sides)
    if not 0 < alpha < 1:
        raise ValueError(f"`alpha` is {alpha}; must be in (0, 1); write 5 % as 0.05.")
    return _efficacy(looks_of(information), float(alpha), spending, sides)


def crossed(
    information: Sequence[float], boundaries: Sequence[float], drift: float = 0.0, sides: int = 2
) -> tuple[float, ...]:
    """The chance to have reached given boundaries by each look: error (drift 0) and power of any rule of this kind.

    Args:
        information: t_1 < … < t_K as in `efficacy`, in any unit in which `drift` is stated.
        boundaries: (looks,) z at each look; 0 or more when `sides` is 2.
        drift: Mean of Z at information 1: the effect / its standard error there.
        sides: 2 to stop at |Z| ≥ z, 1 to stop at Z ≥ z.

    Returns:
        (looks,) cumulative chances.

    Raises:
        ValueError: If the information does not increase, the lengths differ, or sides is neither 1 nor 2.
    """
    upper, lower = crossed_by_side(information, boundaries, drift, sides)
    return tuple(min(up + down, 1.0) for up, down in zip(upper, lower, strict=True))


def crossed_by_side(
    information: Sequence[float], boundaries: Sequence[float], drift: float = 0.0, sides: int = 2
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The chances to have reached the upper boundary first, and the lower one first, by each look.

    Args:
        information: As for `crossed`.
        boundaries: As for `crossed`.
        drift: As for `crossed`.
        sides: As for `crossed`; with 1 nobody reaches a lower boundary.

    Returns:
        (looks,) cumulative chances up, and down.

    Raises:
        ValueError: As `crossed`.
    """
    looks = looks_of(information)
    _require_sides(sides)
    if len(boundaries) != len(looks):
        raise ValueError(
            f"`boundaries` has {len(boundaries)} values; must have one a look ({len(looks)}); give the z of each."
        )
    paths, ups, downs = start(), [0.0], [0.0]
    for place, (t, z) in enumerate(zip(looks, boundaries, strict=True)):
        ups.append(ups[-1] + paths.above(z, t, drift))
        downs.append(downs[-1] + paths.below(-z, t, drift) if sides == 2 else 0.0)
        if place + 1 < len(looks):
            paths = paths.onward(-z if sides == 2 else -math.inf, z, t, looks[place + 1], drift)
    return tuple(ups[1:]), tuple(downs[1:])


def looks_of(information: Sequence[float]) -> tuple[float, ...]:
    """The looks' information, checked, and none closer to the one before than a hundred-thousandth of it.

    Args:
        information: Units so far / planned units, one value a look.

    Raises:
        ValueError: If there is no look, a value is not finite and above 0, or they do not increase.
    """
    if len(information) == 0:
        raise ValueError(
            "`information` is empty; must have a value a look; divide the units by those planned."
        )
    found, before = [0.0], 0.0
    for now in information:
        if not (math.isfinite(now) and now > before):
            raise ValueError(
                f"`information` is {now} after {before}; must be finite and increase from above 0; leave out a look without "
                "new units."
            )
        found.append(max(float(now), found[-1] * (1 + _CLOSEST)))
        before = now
    return tuple(found[1:])


@lru_cache(maxsize=4096)
def _efficacy(looks: tuple[float, ...], alpha: float, spending: Spending, sides: int) -> tuple[float, ...]:
    paths, used, found = start(), 0.0, []
    nearest = 0.0 if sides == 2 else -FARTHEST_Z
    for place, t in enumerate(looks):
        left, farthest = spent(t, alpha / sides, spending) - used, paths.above(FARTHEST_Z, t)
        everybody = paths.above(nearest, t)
        if left <= max(farthest, LEAST):
            z, used = FARTHEST_Z, used + farthest
        elif left >= everybody:
            z, used = nearest, used + everybody
        else:
            z, used = max(paths.upper(left, t), nearest), used + left
        found.append(z)
        if place + 1 < len(looks):
            paths = paths.onward(-z if sides == 2 else -math.inf, z, t, looks[place + 1])
    return tuple(found)


def _require_sides(sides: int) -> None:
    if sides not in (1, 2):
        raise ValueError(f"`sides` is {sides}; must be 1 or 2; take 2 for symmetric boundaries.")
