"""Counts below common cuts: the sufficient statistic of quantiles of events that come in clusters, one per unit."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples.parts import NO_PARTS, Parts, require_count, united
from experiments.stats.samples.risk import Counts

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Quantile:
    """How many events of one arm lie at or below each of some cuts, with what their units make of it.

    With b = the events of a unit at or below a cut, e = all events of the unit, the sums are over units.

    Args:
        cuts: (m,) ascending values, the same in every arm and part: from one scan of all arms, see `cuts`.
        n: Units with one event or more.
        events: Σ e.
        below: (m,) Σ b, events at or below each cut.
        at: (m,) Events exactly at each cut, so that many equal values stay one value.
        squares: (m,) Σ b².
        products: (m,) Σ b e.
        event_squares: Σ e².
        parts: Names of the disjoint sets of units; needed only for adding.

    Raises:
        ValueError: If the cuts do not ascend, shapes disagree, or sums contradict each other.
    """

    cuts: Floats
    n: int
    events: int
    below: Counts
    at: Counts
    squares: Counts
    products: Counts
    event_squares: int
    parts: Parts = NO_PARTS

    def __post_init__(self) -> None:
        for name, value in (("n", self.n), ("events", self.events), ("event_squares", self.event_squares)):
            require_count(name, value)
        _require_ascending(self.cuts)
        for name, counts in self._by_cut():
            if counts.shape != self.cuts.shape or counts.dtype != np.int64 or (counts < 0).any():
                raise ValueError(
                    f"`{name}` is not {self.cuts.size} whole numbers of 0 or more; must be one per cut; count in int64."
                )
            counts.setflags(write=False)
        self.cuts.setflags(write=False)
        between = np.diff(self.below, prepend=0)
        orders = (
            ("n", self.n <= self.events and (self.n > 0) == (self.events > 0)),
            ("below", bool((self.below <= self.events).all())),
            ("at", bool((self.at <= between).all())),
            ("squares", bool((self.squares >= self.below).all() and (self.squares <= self.products).all())),
            ("products", bool((self.products <= self.event_squares).all())),
            ("event_squares", self.event_squares >= self.events),
        )
        for name, holds in orders:
            if not holds:
                raise ValueError(
                    f"`{name}` contradicts the other sums; must follow from the same rows; use Quantile.from_rows."
                )

    @classmethod
    def from_rows(cls, units: Counts, values: Floats, cuts: Floats, parts: Parts = NO_PARTS) -> "Quantile":
        """From one row per event.

        Args:
            units: (events,) which unit each event is of; any whole numbers.
            values: (events,) the value of each, finite.
            cuts: (m,) ascending values.
            parts: Names of the disjoint sets of units.

        Raises:
            ValueError: If lengths differ, a value is not finite, or the cuts do not ascend.
        """
        if units.shape != values.shape:
            raise ValueError(f"`values` has {values.size} rows; must have as many as `units` ({units.size}).")
        if not np.isfinite(values).all():
            raise ValueError("`values` is not all finite; must be; leave out missing values.")
        _require_ascending(cuts)
        m = cuts.size
        unit = _numbered(units)
        events = np.bincount(unit).astype(np.int64)
        place = np.searchsorted(cuts, values, side="left")
        order = np.argsort(unit * (m + 1) + place, kind="stable")  # quick where units come in order
        unit, place = unit[order], place[order]
        nth = (
            np.arange(1, unit.size + 1) - (np.cumsum(events) - events)[unit]
        )  # of its unit, in ascending order
        sums = np.zeros((3, m + 1), np.int64)
        for row, steps in zip(sums, (np.ones_like(nth), 2 * nth - 1, events[unit]), strict=True):
            np.add.at(row, place, steps)
        ascending = np.sort(values)
        at = np.searchsorted(ascending, cuts, side="right") - np.searchsorted(ascending, cuts, side="left")
        squares = int((events * events).sum())
        return cls.from_bins(cuts.copy(), events.size, sums, at.astype(np.int64), squares, parts)

    @classmethod
    def from_bins(
        cls, cuts: Floats, n: int, bins: Counts, at: Counts, event_squares: int, parts: Parts = NO_PARTS
    ) -> "Quantile":
        """From one row per bin, as one GROUP BY gives them without comparing every event with every cut.

        Bin 0 has the events at or below the first cut, bin m those above the last. With an event's `nth` its place among its
        unit's events in ascending order from 1 (row_number) and `e` its unit's number of events, a bin needs the number of its
        events, Σ (2 nth − 1) and Σ e: (2·1 − 1) + … + (2b − 1) = b², so cumulative sums over bins are Σ b, Σ b² and Σ b e.

        Args:
            cuts: (m,) ascending values.
            n: Units with one event or more.
            bins: (3, m + 1) number of events, Σ (2 nth − 1) and Σ e by bin.
            at: (m,) events exactly at each cut.
            event_squares: Σ e² over units.
            parts: Names of the disjoint sets of units.

        Raises:
            ValueError: If shapes disagree or sums contradict each other.
        """
        if bins.shape != (3, cuts.size + 1):
            raise ValueError(
                f"`bins` has shape {bins.shape}; must be (3, {cuts.size + 1}), one column more than cuts; add the last."
            )
        below, squares, products = np.cumsum(bins, axis=1)[:, : cuts.size]
        events = int(bins[0].sum())
        return cls(cuts, n, events, below.copy(), at, squares.copy(), products.copy(), event_squares, parts)

    def __add__(self, other: Self) -> "Quantile":
        if not np.array_equal(self.cuts, other.cuts):
            raise ValueError(
                "`cuts` are not the same in both samples; must be; take them once, from all arms and parts together."
            )
        parts = united(self.parts, other.parts)
        return Quantile(
            self.cuts,
            self.n + other.n,
            self.events + other.events,
            self.below + other.below,
            self.at + other.at,
            self.squares + other.squares,
            self.products + other.products,
            self.event_squares + other.event_squares,
            parts,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantile):
            return NotImplemented
        mine, others = ((one.n, one.events, one.event_squares, one.parts) for one in (self, other))
        return (
            mine == others
            and np.array_equal(self.cuts, other.cuts)
            and all(
                np.array_equal(a, b) for (_, a), (_, b) in zip(self._by_cut(), other._by_cut(), strict=True)
            )
        )

    def value_at(self, rank: int) -> float | None:
        """The event that is this many-th in ascending order, from 1 to `events`.

        Exact where it lies at a cut; between two cuts its place is interpolated, as if events there were spread evenly.

        Args:
            rank: From 1.

        Returns:
            In the values' unit; None beyond the cuts.
        """
        place = int(np.searchsorted(self.below, rank, side="left"))
        if place == self.cuts.size:
            return None
        cut, before = float(self.cuts[place]), int(self.below[place] - self.at[place])
        if rank > before:
            return cut
        if place == 0:
            return None
        last, passed = float(self.cuts[place - 1]), int(self.below[place - 1])
        share = (rank - passed) / (before - passed + 1)
        return last * (1 - share) + cut * share

    def _by_cut(self) -> tuple[tuple[str, Counts], ...]:
        return (
            ("below", self.below),
            ("at", self.at),
            ("squares", self.squares),
            ("products", self.products),
        )


def _numbered(units: Counts) -> Counts:
    """Which of the units, from 0, each event is of; those of rows in order need no sorting."""
    steps = np.diff(units)
    if (steps < 0).any():
        return np.unique(units, return_inverse=True)[1]
    found: Counts = np.concatenate([np.zeros(min(units.size, 1), np.int64), np.cumsum(steps > 0)])
    return found


def _require_ascending(cuts: Floats) -> None:
    if cuts.ndim != 1 or not np.isfinite(cuts).all() or not (cuts[1:] > cuts[:-1]).all():
        at = next((float(cut) for cut in cuts.flat if not math.isfinite(cut)), "not ascending")
        raise ValueError(
            f"`cuts` is {at}; must be finite values, each above the last; sort them and drop repeats."
        )
