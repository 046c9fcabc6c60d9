"""Feeding the walk with options: batches cut anywhere become whole units, one row per unit comes out."""

import numpy as np

from experiments.walk import general
from experiments.walk.feeding import OrderBroken, Units
from experiments.walk.kernel import FACTS, NEVER, Ints
from experiments.walk.rules import Rules

_COLUMNS = 5


class WalkOfWholes:
    """A walk with options in progress: feed it batches in (unit, time) order, cut anywhere, then finish it."""

    def __init__(self, rules: Rules, *, rows: bool = True) -> None:
        """Begin before the first row.

        Args:
            rules: The funnel's options as numbers.
            rows: Say which row served each step.
        """
        self._rules, self._served = rules, rules.steps if rows else 0
        self._kept: list[tuple[Ints, ...]] = []
        self._walked, self.excluded = 0, 0
        n, within = rules.steps, rules.within
        numbers = (
            n, within, rules.order == "strict", rules.first_only, rules.increasing, rules.drop, rules.hold,
            *rules.starts, len(rules.exclusions),
        )  # fmt: skip
        gaps = np.array(rules.gaps or (0,) * n, np.int64)
        self._numbers = (
            np.array(numbers, np.int64),
            np.array(rules.windows or (within,) * n, np.int64),
            np.maximum(gaps, 1),
            ((gaps > 0) | rules.increasing).astype(np.int64),
            np.array(rules.exclusions, np.int64).reshape(-1, 2),
        )

    def feed(
        self, keys: Ints, moments: Ints, masks: Ints, extra: Ints | None = None, codes: Ints | None = None
    ) -> list[Units]:
        """Walk one batch.

        Args:
            keys: The unit of each row; ascending.
            moments: Microseconds of each row; ascending within a unit.
            masks: Bit k-1: matches step k; from bit n on anything but 0 says that it carries a value. A row without
                any step counts as "another row" in a strict walk.
            extra: Bit k-1: a candidate for the first occurrence of step k; bit n + e: a row of exclusion e.
            codes: The held value as a number from 0; -1 where the row lacks it.

        Returns:
            The units that entered and ended in this batch.

        Raises:
            OrderBroken: A row comes before the one it follows; nothing returned so far is to be used.
        """
        if not len(keys):
            return []
        given = (keys, moments, masks, extra, codes)
        batch = tuple(np.zeros(len(keys), np.int64) if one is None else _whole(one) for one in given)
        self._check(batch)
        last = self.key
        self._kept.append(batch)
        if last == batch[0][-1]:
            return []
        whole = tuple(np.concatenate(parts) for parts in zip(*self._kept, strict=True))
        cut = int(np.searchsorted(whole[0], whole[0][-1]))
        self._kept = [tuple(column[cut:] for column in whole)]
        return self._walk(tuple(column[:cut] for column in whole))

    def finish(self) -> list[Units]:
        """End the last unit; returns it if it entered."""
        if not self._kept:
            return self._walk((np.empty(0, np.int64),) * _COLUMNS)
        whole = tuple(np.concatenate(parts) for parts in zip(*self._kept, strict=True))
        self._kept = []
        return self._walk(whole)

    @property
    def key(self) -> int:
        """The unit in progress; NEVER before the first row."""
        return int(self._kept[-1][0][-1]) if self._kept else NEVER

    def _check(self, batch: tuple[Ints, ...]) -> None:
        keys, moments = batch[:2]
        if self._kept:
            before = self._kept[-1]
            keys, moments = (np.append(before[place][-1], batch[place]) for place in (0, 1))
        back = (keys[1:] < keys[:-1]) | ((keys[1:] == keys[:-1]) & (moments[1:] < moments[:-1]))
        if back.any():
            raise OrderBroken("a row comes before the row it follows; must be in (unit, time) order.")

    def _walk(self, whole: tuple[Ints, ...]) -> list[Units]:
        rows = len(whole[0])
        n, units = self._rules.steps, 1 + int(np.count_nonzero(np.diff(whole[0])))
        sizes = (units + 1,), (units + 1, FACTS), (units + 1, n), (units + 1, self._served), (units + 1, n)
        out = tuple(np.empty(size, np.int64) for size in sizes)
        entered, excluded = general.walk(*self._numbers, *whole, self._walked, *out)
        self._walked += rows
        self.excluded += excluded
        key, facts, times, served, chances = (column[:entered] for column in out)
        reach, start, first, last, first_mark, last_mark = facts.T
        return [Units(key, reach, times, served, start, first, last, first_mark, last_mark, chances)]


def _whole(column: Ints) -> Ints:
    return np.ascontiguousarray(column, np.int64)
