"""One pass over units and their events: values of each unit, then their sums and products by group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.unit_passes import add_events, sums_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

RAW, ANY, AT_LEAST = 0, 1, 2
"""A column is a value itself, 1 if it is above zero, or 1 if it is so much or more."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read of each unit, and which sums are drawn from it.

    Args:
        measures: (measures, 4) rows of bit of the event's mask, place of the number summed (-1: events are counted),
            delay in µs, length of the window in µs (-1: up to `last`).
        history: bit of the mask whose events before the exposure make a unit one with a history; -1 for none.
        columns: (columns, 3) rows of measure (-1: history), 1 if before the exposure, and RAW, ANY or AT_LEAST.
        least: (columns,) what AT_LEAST asks.
        windows: (windows, 2) rows of delay and length in µs: units count whose window has ended.
        sums: (sums, 2) rows of window and column.
        products: (products, 3) rows of window and the two columns' places among the sums.
        last: the end of observation, µs since 1970.
        back: how long before its exposure a unit is watched, µs.
    """

    measures: Ints
    history: int
    columns: Ints
    least: Floats
    windows: Ints
    sums: Ints
    products: Ints
    last: int
    back: int

    @property
    def whole(self) -> NDArray[np.bool_]:
        """(columns,) Which columns hold whole numbers?"""
        return np.asarray((self.columns[:, 2] != RAW) | ~self.numeric, np.bool_)

    @property
    def numeric(self) -> NDArray[np.bool_]:
        """(columns,) Which columns stand on sums of a number, not on counts of events?"""
        measure = self.columns[:, 0]
        return np.asarray((measure >= 0) & (self.measures[measure, 1] >= 0), np.bool_)


@dataclass(frozen=True, slots=True)
class GroupSums:
    """The sums of disjoint sets of units by group; floats as means and codeviations, so that nothing cancels.

    Args:
        n: (groups, windows) units whose window has ended.
        totals: (groups, sums) exact sums of columns of whole numbers.
        means: (groups, sums) means of all columns.
        products: (groups, products) exact sums of products of two columns of whole numbers.
        spreads: (groups, products) sums of products of deviations where one of the two is not whole.
        largest: (groups, sums) the largest value; -inf without units.
    """

    n: Ints
    totals: Ints
    means: Floats
    products: Ints
    spreads: Floats
    largest: Floats

    def plus(self, other: "GroupSums", plan: Plan) -> "GroupSums":
        """The sums of both sets together (Chan, Golub and LeVeque 1983, eq. 1.5)."""
        window = plan.sums[:, 0]
        mine, theirs = self.n[:, window].astype(np.float64), other.n[:, window].astype(np.float64)
        both = np.maximum(mine + theirs, 1.0)
        gap = other.means - self.means
        of, left, right = plan.products.T
        here, there = self.n[:, of].astype(np.float64), other.n[:, of].astype(np.float64)
        between = gap[:, left] * gap[:, right] * (here * there / np.maximum(here + there, 1.0))
        return GroupSums(
            self.n + other.n,
            self.totals + other.totals,
            np.where(mine + theirs > 0, self.means + gap * (theirs / both), 0.0),
            self.products + other.products,
            self.spreads + other.spreads + between,
            np.maximum(self.largest, other.largest),
        )


class UnitValues:
    """Values of a range of units, to which events are added batch by batch in any order.

    Args:
        keys: (units,) whole numbers, strictly rising.
        since: (units,) first exposure, µs since 1970.
        groups: (units,) group of each unit; -1: it does not count.
        many: number of groups.
        plan: what is read.
    """

    def __init__(self, keys: Ints, since: Ints, groups: Ints, many: int, plan: Plan) -> None:
        self._keys, self._since, self._groups, self._many, self._plan = keys, since, groups, many, plan
        wide = 2 * len(plan.measures) + 1
        self._counts = np.zeros((len(keys), wide), np.int64)
        self._amounts = np.zeros((len(keys), wide if (plan.measures[:, 1] >= 0).any() else 0), np.float64)

    def feed(self, keys: Ints, ts: Ints, masks: Ints, numbers: Floats) -> None:
        """Add events.

        Args:
            keys: (events,) their units; others than those of the range are passed over.
            ts: (events,) µs since 1970.
            masks: (events,) which conditions hold, a bit each.
            numbers: (numbers, events) what is summed; NaN where missing.
        """
        plan = self._plan
        add_events(
            self._keys, self._since, self._groups, keys, ts, masks, numbers, plan.measures,
            plan.history, plan.last, plan.back, self._counts, self._amounts,
        )  # fmt: skip

    def finish(self) -> GroupSums:
        """The sums by group."""
        plan = self._plan
        return GroupSums(
            *sums_of(
                self._since, self._groups, self._many, self._counts, self._amounts, len(plan.measures),
                plan.columns, plan.least, plan.whole, plan.windows, plan.sums, plan.products, plan.last,
                plan.numeric,
            )
        )  # fmt: skip
