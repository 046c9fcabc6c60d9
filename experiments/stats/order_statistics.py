"""A quantile with its interval from the few order statistics that it needs, so that a database can do the sorting."""

import math
from collections.abc import Mapping

from experiments.stats.effects import Estimate, Interval, NoEffect, no_units
from experiments.stats.quantile import Ranks, interval_ranks


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
