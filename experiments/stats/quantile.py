"""Quantiles with distribution-free intervals: two order statistics that enclose the quantile."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import Estimate, Interval, NoEffect, no_units


@dataclass(frozen=True, slots=True)
class Ranks:
    """Which values, counted from 1 in ascending order, form the interval of a quantile."""

    low: int
    high: int


def interval_ranks(n: int, share: float, level: float = 0.95) -> Ranks | NoEffect:
    """The order statistics X(low), X(high) that enclose the quantile at `level`, α/2 on each side.

    B ~ Binomial(n, share) values lie below the quantile: low is the largest rank with P(B < low) ≤ α/2,
    high the smallest with P(B ≥ high) ≤ α/2 (David & Nagaraja 2003, Order Statistics, §7.1). Holds for any
    distribution.

    Args:
        n: Values, 0 or more.
        share: The quantile, in (0, 1): 0.5 is the median.
        level: Confidence level in (0, 1).

    Returns:
        The ranks, 1-based; a NoEffect when n is too small for values on both sides.

    Raises:
        ValueError: If share or level is outside (0, 1).
    """
    _require_share(share)
    if not 0 < level < 1:
        raise ValueError(f"`level` is {level}; must be in (0, 1); write 95 % as 0.95.")
    tail = (1 - level) / 2
    if n == 0 or (1 - share) ** n > tail or share**n > tail:
        return NoEffect(
            "too_few_for_quantile",
            f"{n:,} values are too few for an interval of the {share:.0%} quantile.",
            (("n", n), ("share", share)),
        )
    from scipy.special import bdtr, bdtrc

    ranks = range(1, n + 1)
    low = bisect_right(ranks, tail, key=lambda rank: float(bdtr(rank - 1, n, share)))
    high = 1 + bisect_left(ranks, 1, key=lambda rank: float(bdtrc(rank - 1, n, share)) <= tail)
    return Ranks(low, high)


def needed_ranks(n: int, share: float, level: float = 0.95) -> tuple[int, ...]:
    """The ranks, counted from 1 in ascending order, whose values `quantile_at` needs.

    Args:
        n: Values, 0 or more.
        share: The quantile, in (0, 1).
        level: Confidence level in (0, 1).

    Returns:
        Ascending ranks in 1..n: two neighbours of the quantile, and the ends of its interval if it has one.
    """
    if n == 0:
        return ()
    left = math.floor((n - 1) * share) + 1
    ends = interval_ranks(n, share, level)
    enclosing = (ends.low, ends.high) if isinstance(ends, Ranks) else ()
    return tuple(sorted({left, min(left + 1, n), *enclosing}))


def quantile_at(
    values: Mapping[int, float], n: int, share: float, level: float = 0.95
) -> Estimate | NoEffect:
    """The quantile, interpolated between neighbours (Hyndman & Fan 1996, type 7), as `quantile` of all values.

    Args:
        values: Rank (from 1) -> value, at least for `needed_ranks`.
        n: Values behind the ranks.
        share: The quantile, in (0, 1).
        level: Confidence level in (0, 1).

    Returns:
        The quantile in the values' unit with a distribution-free interval, or without one when there are too
        few values; a NoEffect when there are none. Not for values that repeat within a device: its values
        are alike.

    Raises:
        ValueError: If a needed rank has no value.
    """
    missing = [rank for rank in needed_ranks(n, share, level) if rank not in values]
    if missing:
        raise ValueError(f"`values` has no rank {missing[0]}; must have all of needed_ranks; read it too.")
    if n == 0:
        return no_units()
    place = (n - 1) * share
    left = math.floor(place) + 1
    below, above = float(values[left]), float(values[min(left + 1, n)])
    ends = interval_ranks(n, share, level)
    interval = None
    if isinstance(ends, Ranks):
        interval = Interval(float(values[ends.low]), float(values[ends.high]), level)
    return Estimate(below + (place - left + 1) * (above - below), interval, n, "order_statistics")


def quantile(
    ascending: Sequence[float] | NDArray[np.float64], share: float, level: float = 0.95
) -> Estimate | NoEffect:
    """The quantile of ascending values, interpolated between neighbours (Hyndman & Fan 1996, type 7).

    Args:
        ascending: The values, smallest first.
        share: The quantile, in (0, 1).
        level: Confidence level in (0, 1).

    Returns:
        The quantile in the values' unit with a distribution-free interval, or without one when there are
        too few values; a NoEffect when there are none. Not for values that repeat within a device: its
        values are alike.

    Raises:
        ValueError: If share or level is outside (0, 1), or the values do not ascend.
    """
    _require_share(share)
    values = np.asarray(ascending, np.float64)
    n = values.size
    if n == 0:
        return no_units()
    if not np.isfinite(values).all() or (np.diff(values) < 0).any():
        raise ValueError("`ascending` is not finite and sorted; must be; leave out missing values and sort.")
    read = {rank: float(values[rank - 1]) for rank in needed_ranks(n, share, level)}
    return quantile_at(read, n, share, level)


def _require_share(share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"`share` is {share}; must be in (0, 1); write the median as 0.5.")
