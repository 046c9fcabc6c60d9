"""Units that may stand in several groups: the rows of a unit are walked once for each of its values.

With `step:K` a unit stands in the group of every value that step K's event of one of its chains carries; with
`all_events` every event of a chain carries the value. So each unit is copied once per value, the events that may not
serve a step in that group lose that step, and the copies are walked as units of their own. An event that lost a step
is still there: it stands between the steps of a strict chain, and first occurrences are those of the whole unit. An
exclusion binds as with held values: the chains of its own value, and every chain if it carries none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from experiments.walk import Rules, Units

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
MISSING = 0
_NEVER = np.iinfo(np.int64).max
MOST_ROWS = 1 << 20
"""So many rows of copies are walked at a time; one copy is never cut."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows in (unit, time) order.

    Args:
        keys: The unit of each row.
        moments: Microseconds.
        masks: Bit k-1: matches step k; nothing above the steps.
        extra: Bit k-1: a candidate for the first occurrence of step k; bit n + e: a row of exclusion e. None without.
        codes: The held value; -1 where the row lacks it. None if none is held.
        values: The place of the value that is split by; MISSING where there is none.
    """

    keys: Ints
    moments: Ints
    masks: Ints
    extra: Ints | None
    codes: Ints | None
    values: Ints

    def part(self, rows: slice | Ints | Bools) -> "Rows":
        """Some of the rows."""
        return Rows(
            self.keys[rows],
            self.moments[rows],
            self.masks[rows],
            None if self.extra is None else self.extra[rows],
            None if self.codes is None else self.codes[rows],
            self.values[rows],
        )


class Whole:
    """Holds rows back until their unit has ended."""

    def __init__(self) -> None:
        """Begin before the first row."""
        self._kept: list[Rows] = []

    def feed(self, rows: Rows) -> Rows | None:
        """Take rows; returns those of units that ended, None if none did."""
        if not len(rows.keys):
            return None
        goes_on = bool(self._kept) and self._kept[-1].keys[-1] == rows.keys[-1]
        self._kept.append(rows)
        if goes_on:
            return None
        whole = joined(self._kept)
        cut = int(np.searchsorted(whole.keys, whole.keys[-1]))
        self._kept = [whole.part(slice(cut, None))]
        return whole.part(slice(cut)) if cut else None

    def finish(self) -> Rows | None:
        """The rows of the last unit; None if there was none."""
        return joined(self._kept) if self._kept else None


def joined(parts: list[Rows]) -> Rows:
    """Rows one after another."""
    if len(parts) == 1:
        return parts[0]
    extra = [one.extra for one in parts if one.extra is not None]
    codes = [one.codes for one in parts if one.codes is not None]
    return Rows(
        np.concatenate([one.keys for one in parts]),
        np.concatenate([one.moments for one in parts]),
        np.concatenate([one.masks for one in parts]),
        np.concatenate(extra) if extra else None,
        np.concatenate(codes) if codes else None,
        np.concatenate([one.values for one in parts]),
    )


class Splitter:
    """Copies whole units once per value and remembers whose copy is which."""

    def __init__(self, rules: "Rules", step: int | None) -> None:
        """Begin before the first unit.

        Args:
            rules: The funnel's options.
            step: The step, from 1, whose event carries the value; None if every event of a chain does.
        """
        self._rules, self._step = rules, step
        self._owners: list[Ints] = []
        self._values: list[Ints] = []
        self._copies = 0

    def copies(self, whole: Rows) -> Iterator[Rows]:
        """The copies of whole units, keys ascending from 0 over everything that is given.

        Args:
            whole: All rows of some units.
        """
        first = np.flatnonzero(np.diff(whole.keys, prepend=whole.keys[0] - 1))
        sizes = np.diff(first, append=len(whole.keys))
        of = np.repeat(np.arange(len(first)), sizes)
        serving = self._serving(whole, first, of)
        wide = int(whole.values.max()) + 1
        pairs = np.unique(of[serving] * wide + whole.values[serving])
        unit, value = pairs // wide, pairs % wide
        if self._step is None and self._rules.order != "strict":
            yield self._copied(whole, *_own(whole, first, of, pairs, wide), whole.keys[first[unit]], value)
            return
        ends = np.cumsum(sizes[unit])
        begin = 0
        while begin < len(pairs):
            done = int(ends[begin - 1]) if begin else 0
            end = max(begin + 1, int(np.searchsorted(ends, done + MOST_ROWS, "right")))
            some = unit[begin:end]
            rows, copy = _repeated(first[some], sizes[some])
            yield self._copied(whole, rows, copy, whole.keys[first[some]], value[begin:end])
            begin = end

    def told(self, ended: "list[Units]") -> "tuple[list[Units], Ints]":
        """The units behind the walked copies, of those that stand in the group, and the value of each.

        Args:
            ended: What the walk of the copies returned.
        """
        none = np.empty(0, np.int64)
        owners, values = (np.concatenate(one) if one else none for one in (self._owners, self._values))
        found = [_some(one, one.reach >= (self._step or 1)) for one in ended]
        places = np.concatenate([one.key for one in found]) if found else none
        return [replace(one, key=owners[one.key]) for one in found], values[places]

    def _copied(self, whole: Rows, rows: Ints, copy: Ints, owners: Ints, value: Ints) -> Rows:
        n = self._rules.steps
        self._owners.append(owners)
        self._values.append(value)
        found, wanted = whole.part(rows), value[copy]
        other = found.values != wanted
        lost = (1 << n) - 1 if self._step is None else 1 << (self._step - 1)
        masks = np.where(other, found.masks & ~lost, found.masks)
        extra = found.extra
        if extra is not None and self._step is None:
            kept = ~other | (found.values == MISSING)
            extra = np.where(kept, extra, extra & ((1 << n) - 1))
        keys = self._copies + copy
        self._copies += len(owners)
        made = Rows(keys, found.moments, masks, extra, found.codes, found.values)
        if self._rules.order == "strict":
            return made
        return made.part(masks != 0 if extra is None else (masks | extra) != 0)

    def _serving(self, whole: Rows, first: Ints, of: Ints) -> Bools:
        """Rows whose value a chain may carry: those of the step, else those that may start a chain."""
        starting = (1 << self._rules.steps) - 1 if self._rules.order == "unordered" else 1
        bits = starting if self._step is None else 1 << (self._step - 1)
        serving: Bools = (whole.masks & bits) != 0
        if not self._rules.first_only or not bits & starting:
            return serving
        return serving & self._first_starts(whole, first, of, starting)

    def _first_starts(self, whole: Rows, first: Ints, of: Ints, starting: int) -> Bools:
        """Rows of the only instant at which a chain of their unit may start, where only the first entry counts."""
        since, before = self._rules.starts
        may = whole.masks & starting
        if whole.extra is not None:
            for step in range(self._rules.steps):
                asked = np.where(whole.extra >> step & 1, whole.moments, _NEVER)
                past = whole.moments > np.minimum.reduceat(asked, first)[of]
                may = np.where(past, may & ~(1 << step), may)
        able: Bools = (may != 0) & (whole.moments >= since) & (whole.moments < before)
        if whole.codes is not None:
            able &= whole.codes >= 0
        earliest = np.minimum.reduceat(np.where(able, whole.moments, _NEVER), first)[of]
        able &= whole.moments == earliest
        return able


def _repeated(first: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """Rows of stretches that begin at `first`, one stretch after another, and the stretch of each row."""
    copy = np.repeat(np.arange(len(first)), sizes)
    rows = np.arange(len(copy)) + np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
    return rows, copy


def _own(whole: Rows, first: Ints, of: Ints, pairs: Ints, wide: int) -> tuple[Ints, Ints]:
    """Of every copy the rows that carry its value, and those of others that exclude or were first; in their order.

    Rows of another value serve no step of the copy; so where they do not stand between steps they need not be copied,
    and units of many values cost no more than their rows.
    """
    mine = of * wide + whole.values
    place = np.minimum(np.searchsorted(pairs, mine), len(pairs) - 1)
    rows = np.flatnonzero(pairs[place] == mine) if len(pairs) else np.empty(0, np.int64)
    copy = place[rows]
    if whole.extra is None or not len(pairs):
        order = np.argsort(copy, kind="stable")
        return rows[order], copy[order]
    told = np.flatnonzero(whole.extra)
    since = np.searchsorted(of[told], np.arange(len(first) + 1))
    unit = pairs // wide
    others, theirs = _repeated(since[unit], np.diff(since)[unit])
    others = told[others]
    foreign = whole.values[others] != (pairs % wide)[theirs]
    rows, copy = np.concatenate([rows, others[foreign]]), np.concatenate([copy, theirs[foreign]])
    order = np.lexsort((rows, copy))
    return rows[order], copy[order]


def _some(units: "Units", kept: Bools) -> "Units":
    return replace(
        units,
        key=units.key[kept],
        reach=units.reach[kept],
        times=units.times[kept],
        rows=units.rows[kept],
        latest_start=units.latest_start[kept],
        first_value=units.first_value[kept],
        last_value=units.last_value[kept],
        first_mark=units.first_mark[kept],
        last_mark=units.last_mark[kept],
        chances=None if units.chances is None else units.chances[kept],
        served=None if units.served is None else units.served[kept],
    )
