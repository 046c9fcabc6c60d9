"""Quantiles of events: the values of counted units below cuts that are common to all arms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.stats.cuts import cut_points
from experiments.stats.samples import Quantile

Found = dict[tuple[str, int], Quantile]
"""(arm, day of exposure) -> sample."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_NO_UNITS: Ints = np.zeros(0, np.int64)
_NO_VALUES: Floats = np.zeros(0)


Values = dict[tuple[str, int], tuple[Ints, Floats]]
"""(arm, day of exposure) -> which unit each value is of, and the values."""


Taken = tuple[Ints, Floats]
"""Of some events the places of their units among all units, and the values."""


@dataclass(frozen=True, slots=True)
class Counting:
    """The units whose events are ranked in one pass.

    Args:
        keys: (units,) whole numbers, strictly rising.
        since: (units,) first exposure, µs since 1970.
        groups: (units,) arm · days + day of each unit; -1: it does not count.
        first_day: the day that has the number 0, as days since 1970.
        days: how many days there are.
        last: the end of observation, µs since 1970.
    """

    keys: Ints
    since: Ints
    groups: Ints
    first_day: int
    days: int
    last: int

    def taken(
        self, asked: tuple[int, int, int, int], keys: Ints, ts: Ints, masks: Ints, numbers: Floats
    ) -> Taken:
        """Of a batch of events those that count for one metric.

        Args:
            asked: bit of the mask, place of the number, delay and length of the window in µs (-1: up to `last`).
            keys: (events,) their units.
            ts: (events,) µs since 1970.
            masks: (events,) which conditions hold, a bit each.
            numbers: (numbers, events); NaN where missing.
        """
        bit, number, delay, within = asked
        here = np.flatnonzero(((masks >> bit) & 1 == 1) & ~np.isnan(numbers[number]) & (ts <= self.last))
        place = np.minimum(np.searchsorted(self.keys, keys[here]), len(self.keys) - 1)
        begin = self.since[place] + delay
        counts = (self.keys[place] == keys[here]) & (self.groups[place] >= 0) & (ts[here] >= begin)
        if within >= 0:
            counts &= (ts[here] <= begin + within) & (begin + within <= self.last)
        return place[counts], numbers[number, here[counts]]

    def by_group(self, arms: Sequence[str], taken: Sequence[Taken]) -> Values:
        """The values by arm and day of exposure."""
        places = np.concatenate([_NO_UNITS, *(place for place, _ in taken)])
        values = np.concatenate([_NO_VALUES, *(value for _, value in taken)])
        group = self.groups[places]
        order = np.argsort(group, kind="stable")
        places, values, group = places[order], values[order], group[order]
        edges = [*np.flatnonzero(np.diff(group, prepend=-1)).tolist(), len(group)]
        found: Values = {}
        for first, end in pairwise(edges):
            arm, day = divmod(int(group[first]), self.days)
            found[arms[arm], self.first_day + day] = places[first:end], values[first:end]
        return found


def quantiles(read: Values, share: float, arms: Sequence[str]) -> Found:
    """The samples of one quantile metric; its cuts are ranks of all arms' values together.

    Args:
        read: the values by arm and day.
        share: which quantile.
        arms: the plan's arms.

    Returns:
        Samples by arm and day of exposure; an arm without values has an empty one.
    """
    values = np.sort(np.concatenate([_NO_VALUES, *(own for _, own in read.values())]))
    many = {arm: sum(own.size for (name, _), (_, own) in read.items() if name == arm) for arm in arms}
    ranks = cut_points(values.size, share, max(min(many.values()), 1)) if values.size else ()
    cuts = np.unique(values[np.array(ranks, np.int64) - 1]) if ranks else _NO_VALUES
    found = {
        (arm, day): Quantile.from_rows(units, own, cuts, frozenset({f"{arm} {day}"}))
        for (arm, day), (units, own) in read.items()
        if own.size
    }
    empty = {(arm, 0): Quantile.from_rows(_NO_UNITS, _NO_VALUES, cuts) for arm in arms if not many[arm]}
    return found | empty


def of_rows(rows: Sequence[Mapping[str, Any]], key: str) -> Values:
    """The values of one metric in the rows of `samples.statement`; of the plan's arms only."""
    return {(row["arm"], row["day"]): _flat(row[f"values_{key}"]) for row in rows}


def _flat(lists: Any) -> tuple[Ints, Floats]:  # noqa: ANN401 (an Arrow list of lists, or None)
    if lists is None:
        return _NO_UNITS, _NO_VALUES
    units = np.repeat(np.arange(len(lists)), lists.value_lengths().to_numpy()).astype(np.int64)
    return units, lists.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
