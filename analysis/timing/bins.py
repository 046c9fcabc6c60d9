"""Bins of a fixed width: given, or from a ladder by the longest time that can be; never by the times that were seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.durations import microseconds
from experiments.funnel import Funnel

Ints = NDArray[np.int64]
MOST_BINS = 120
_MS, _S, _MIN, _H, _D = 1_000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
_UNITS = (_MS, 1_000 * _MS), (_S, _MIN), (_MIN, _H), (_H, _D), (_D, 200_000 * _D)
LADDER = tuple(
    step * 10**power * unit
    for unit, following in _UNITS
    for power in range(6)
    for step in (1, 2, 5)
    if step * 10**power * unit < following
)
"""1, 2, 5, 10 … of each unit, in microseconds: 1 ms … 500 ms, 1 s … 50 s, 1 min … 50 min, 1 h … 20 h, 1 d …"""


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins from 0 on.

    Args:
        width_us: Each one's width; lower ends belong to a bin, upper ones to the next.
        bins: How many; together they hold every time that can be.
        open: The last one holds everything later as well.
    """

    width_us: int
    bins: int
    open: bool

    def counts(self, times: Ints) -> tuple[int, ...]:
        """How many times fall in each bin.

        Args:
            times: Microseconds, 0 or more.
        """
        places = np.minimum(times // self.width_us, self.bins - 1)
        return tuple(np.bincount(places, minlength=self.bins).tolist())


def longest(funnel: Funnel, after: int, step: int) -> int:
    """The longest time from one step to another that the definition allows, in microseconds.

    Args:
        funnel: The definition.
        after: The first of the two, from 1.
        step: The second.
    """
    between = [one for one in funnel.steps[after:step] if not one.optional or one is funnel.steps[step - 1]]
    windows = [funnel.within_us if one.within is None else microseconds(one.within) for one in between]
    return min(funnel.within_us, sum(windows))


def bins_of(longest_us: int, width_us: int | None) -> Bins:
    """Bins that hold every time up to the longest.

    Args:
        longest_us: The longest time that can be.
        width_us: The width asked for; None takes the narrowest of the ladder that needs at most 120 bins.
    """
    width = width_us or next(one for one in LADDER if longest_us // one < MOST_BINS)
    needed = longest_us // width + 1
    return Bins(width, min(needed, MOST_BINS), open=needed > MOST_BINS)
