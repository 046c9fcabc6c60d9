"""Winsorising: values beyond a quantile of all arms together are set to it, so that a few huge ones do not drown the rest.

The caps come from all arms pooled, never from each arm. Caps of their own would differ by chance and with the arms' sizes: that
adds noise which no standard error counts (too many false alarms), shifts the smaller arm where values are skewed (an effect
where there is none), and lets the treatment move the very rule it is measured by, so that an effect on large values hides
itself. A pooled cap is one number for both, so its chance is common to both and cancels (Dixon & Tukey 1968, Technometrics
10:83–98, for the winsorised mean; Kohavi, Tang & Xu 2020, Trustworthy Online Controlled Experiments, ch. 18, for the caps).
What is compared then is the mean of the capped values: an effect on what lies beyond the cap is not seen, by design.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import NoEffect, no_units

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Caps:
    """Between which values the values of every arm are kept.

    Args:
        low: Smaller values are set to it, in the values' unit; None for no lower cap.
        high: Larger values are set to it, at least `low`; None for no upper cap.

    Raises:
        ValueError: If a cap is not finite, or the two are swapped.
    """

    low: float | None
    high: float | None

    def __post_init__(self) -> None:
        for name, value in (("low", self.low), ("high", self.high)):
            if value is not None and not math.isfinite(value):
                raise ValueError(f"`{name}` is {value}; must be finite; leave missing values out.")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"`low` is {self.low}; must be at most `high` ({self.high}); swap the two caps.")

    def applied(self, values: Floats) -> Floats:
        """The values with those beyond the caps set to them, in the order given; before Moments or Ratio are summed."""
        low, high = -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high
        return np.asarray(np.clip(values, low, high))


def cap_ranks(n: int, upper: float | None = 0.99, lower: float | None = None) -> tuple[int, ...]:
    """The ranks, counted from 1 in ascending order over all arms, whose values `caps_at` needs.

    Args:
        n: Values of all arms together, 0 or more. One per unit: those without an event count with their 0.
        upper: Share of values below the upper cap, in (0, 1); None for no cap.
        lower: Share of values below the lower cap, in (0, 1) and below `upper`; None for no cap.

    Returns:
        Ascending ranks: the two neighbours of each cap, the first and the last.

    Raises:
        ValueError: If a share is outside (0, 1), or there is none.
    """
    _require_shares(upper, lower)
    if n == 0:
        return ()
    ranks = {1, n}
    for share in (lower, upper):
        if share is not None:
            left = _left(n, share)
            ranks |= {left, min(left + 1, n)}
    return tuple(sorted(ranks))


def caps_at(
    values: Mapping[int, float], n: int, upper: float | None = 0.99, lower: float | None = None
) -> Caps | NoEffect:
    """The caps: quantiles of all arms' values together, interpolated between neighbours (Hyndman & Fan 1996, type 7).

    For a ratio the numbers above and below the line are capped each by its own quantile, before they are summed.

    Args:
        values: Rank (from 1, over all arms) -> value, at least for `cap_ranks`.
        n: Values of all arms together.
        upper: Share of values below the upper cap, in (0, 1); None for no cap.
        lower: Share of values below the lower cap; None for no cap.

    Returns:
        The caps in the values' unit; a NoEffect when there are no values, or the caps would make values equal that differ:
        where most units have 0, a cap at 99 % is 0 as soon as fewer than 1 % have more.

    Raises:
        ValueError: If a share is outside (0, 1), or a needed rank has no value.
    """
    missing = [rank for rank in cap_ranks(n, upper, lower) if rank not in values]
    if missing:
        raise ValueError(f"`values` has no rank {missing[0]}; must have all of cap_ranks; read it too.")
    if n == 0:
        return no_units()
    caps = Caps(
        None if lower is None else _at(values, n, lower), None if upper is None else _at(values, n, upper)
    )
    first, last = float(values[1]), float(values[n])
    kept = caps.applied(np.array([first, last]))
    if first < last and kept[0] == kept[1]:
        return NoEffect(
            "cap_levels_all_values",
            f"So many values are equal that capping would make all of them {float(kept[0]):g}; cap fewer, or none.",
            (("value", float(kept[0])),),
        )
    return caps


def caps_of(values: Floats, upper: float | None = 0.99, lower: float | None = None) -> Caps | NoEffect:
    """`caps_at` of all arms' values at hand.

    Args:
        values: (n,) values of all arms together, in any order, finite.
        upper: Share of values below the upper cap, in (0, 1); None for no cap.
        lower: Share of values below the lower cap; None for no cap.
    """
    if not np.isfinite(values).all():
        raise ValueError("`values` is not all finite; must be; leave out missing values.")
    ascending = np.sort(values)
    read = {rank: float(ascending[rank - 1]) for rank in cap_ranks(values.size, upper, lower)}
    return caps_at(read, values.size, upper, lower)


def _left(n: int, share: float) -> int:
    return math.floor((n - 1) * share) + 1


def _at(values: Mapping[int, float], n: int, share: float) -> float:
    left = _left(n, share)
    part = (n - 1) * share - (left - 1)
    below, above = float(values[left]), float(values[min(left + 1, n)])
    return max(below, min(above, below * (1 - part) + above * part))


def _require_shares(upper: float | None, lower: float | None) -> None:
    if upper is None and lower is None:
        raise ValueError("`upper` is None; must be a share where `lower` is None; name one cap at least.")
    for name, share in (("upper", upper), ("lower", lower)):
        if share is not None and not 0 < share < 1:
            raise ValueError(f"`{name}` is {share}; must be in (0, 1); write 99 % as 0.99.")
    if upper is not None and lower is not None and lower >= upper:
        raise ValueError(f"`lower` is {lower}; must be below `upper` ({upper}); swap the two shares.")
