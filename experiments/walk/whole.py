"""Feeding the walks with options: batches cut anywhere become whole units, one row per chain comes out."""

import numpy as np
from numpy.typing import NDArray

from experiments.walk import distinct, general, strict, unordered
from experiments.walk.feeding import OrderBroken, Units, frozen
from experiments.walk.kernel import FACTS, NEVER, Ints
from experiments.walk.rules import Rules

Columns = tuple[Ints, Ints, Ints, Ints | None, Ints | None]


class WalkOfWholes:
    """A walk with options in progress: feed it batches in (unit, time) order, cut anywhere, then finish it."""

    def __init__(self, rules: Rules, *, rows: bool = True) -> None:
        """Begin before the first row.

        Args:
            rules: The funnel's options as numbers.
            rows: Say which row served each step.
        """
        self._rules, self._served = rules, rules.steps if rows else 0
        self._kept: list[Columns] = []
        self._walked, self.excluded = 0, 0

    def feed(
        self, keys: Ints, moments: Ints, masks: Ints, extra: Ints | None = None, codes: Ints | None = None
    ) -> list[Units]:
        """Walk one batch.

        Args:
            keys: The unit of each row; ascending.
            moments: Microseconds of each row; ascending within a unit.
            masks: Bit k-1: matches step k; from bit n on anything but 0 says that it carries a value. A row without
                any step counts as "another row" in a strict walk.
            extra: Bit k-1: a candidate for the first occurrence of step k; bit n + e: a row of exclusion e. None if
                there are neither; the same in every batch.
            codes: The held value as a number from 0; -1 where the row lacks it. None if none is held.

        Returns:
            The chains of units that ended in this batch.

        Raises:
            OrderBroken: A row comes before the one it follows; nothing returned so far is to be used.
        """
        if not len(keys):
            return []
        batch = frozen(keys), frozen(moments), frozen(masks), _perhaps(extra), _perhaps(codes)
        self._check(batch[0], batch[1])
        last = self.key
        self._kept.append(batch)
        if last == batch[0][-1]:
            return []
        whole = self._joined()
        cut = int(np.searchsorted(whole[0], whole[0][-1]))
        self._kept = [_part(whole, slice(cut, None))]
        return self._walk(_part(whole, slice(cut)))

    def finish(self) -> list[Units]:
        """End the last unit; returns its chains."""
        nothing = frozen(np.empty(0, np.int64))
        whole = self._joined() if self._kept else (nothing, nothing, nothing, None, None)
        self._kept = []
        return self._walk(whole)

    @property
    def key(self) -> int:
        """The unit in progress; NEVER before the first row."""
        return int(self._kept[-1][0][-1]) if self._kept else NEVER

    def _joined(self) -> Columns:
        if len(self._kept) == 1:
            return self._kept[0]
        keys, moments, masks, extra, codes = zip(*self._kept, strict=True)
        return (
            frozen(np.concatenate(keys)),
            frozen(np.concatenate(moments)),
            frozen(np.concatenate(masks)),
            None if extra[0] is None else frozen(np.concatenate(extra)),
            None if codes[0] is None else frozen(np.concatenate(codes)),
        )

    def _check(self, keys: Ints, moments: Ints) -> None:
        if self._kept:
            before = self._kept[-1]
            if (int(before[0][-1]), int(before[1][-1])) > (int(keys[0]), int(moments[0])):
                raise OrderBroken(_BACK)
        if general.goes_back(keys, moments):
            raise OrderBroken(_BACK)

    def _walk(self, whole: Columns) -> list[Units]:
        base = self._walked
        self._walked += len(whole[0])
        in_any_order = self._rules.order == "unordered"
        options = self._unordered if in_any_order else self._general
        if self._rules.order == "ordered" or not self._rules.bare or whole[3] is not None:
            return [options(whole, np.arange(base, self._walked))]
        found, left = self._bare(whole, base)
        if not left.any():
            return [found]
        return [found, options(_part(whole, left), base + np.flatnonzero(left))]

    def _bare(self, whole: Columns, base: int) -> tuple[Units, NDArray[np.bool_]]:
        """Walk a funnel without further options, and say which rows belong to units that need the walk with them."""
        n, (keys, moments, masks, *_) = self._rules.steps, whole
        room = _room(_units(keys), n, self._served)
        left = np.zeros(len(keys), np.bool_)
        asked = n, self._rules.within, *self._rules.starts, keys, moments, masks, base, *room
        if self._rules.order == "strict":
            return _found(strict.walk(*asked, left), *room), left
        served = np.empty_like(room[0])
        return _found(distinct.walk(*asked, served, left), *room, served=served), left

    def _unordered(self, whole: Columns, places: Ints) -> Units:
        rules, n = self._rules, self._rules.steps
        keys, moments, masks, *_ = whole
        nothing = frozen(np.zeros(len(keys), np.int64))
        extra, codes = (nothing if one is None else one for one in whole[3:])
        use, past = general.usable(n, rules.hold, keys, moments, masks, extra, codes)
        out_key, facts, times, rows = _room(self._most(keys, use, (1 << n) - 1), n, self._served)
        served, chances = np.empty_like(out_key), np.empty_like(times)
        rule = n, rules.within, rules.first_only, rules.drop, rules.hold, *rules.starts, rules.chains
        entered, excluded = unordered.walk(
            np.array(rule, np.int64), keys, moments, masks, use, past, extra, nothing, codes, places,
            out_key, facts, times, rows, served, chances,
        )  # fmt: skip
        self.excluded += excluded
        return _found(entered, out_key, facts, times, rows, chances, served)

    def _general(self, whole: Columns, places: Ints) -> Units:
        rules, required, optional = self._rules, self._rules.required, self._rules.optional
        n, keys, moments = len(required), whole[0], whole[1]
        nothing = frozen(np.zeros(len(keys), np.int64))
        extra, codes = (nothing if one is None else one for one in whole[3:])
        masks, beside = whole[2], np.zeros(len(keys), np.int64)
        if optional:
            value, others = masks >> rules.steps, extra >> rules.steps
            beside = np.where(codes < 0, 0, _bits(masks, optional)) if rules.hold else _bits(masks, optional)
            masks = frozen(_bits(masks, required) | value << n)
            extra = frozen(_bits(extra, required) | others << n)
        use, past = general.usable(n, rules.hold, keys, moments, masks, extra, codes)
        out_key, facts, times, rows = _room(self._most(keys, use, 1), n, n if self._served else 0)
        chances, taken = np.empty_like(times), np.empty((len(times), 3, len(optional)), np.int64)
        entered, excluded = general.walk(
            *self._numbers(), keys, moments, masks, beside, extra, codes, use, past, places, out_key, facts, times,
            rows, chances, taken,
        )  # fmt: skip
        self.excluded += excluded
        if not optional:
            return _found(entered, out_key, facts, times, rows, chances)
        order = np.argsort((*required, *optional))
        facts[:entered, 0] = np.array(required)[facts[:entered, 0] - 1]
        columns = [
            np.hstack([one, taken[:, k]])[:, order]
            for k, one in enumerate((times, rows, chances))
            if one.size
        ]
        times, rows, chances = columns if self._served else (columns[0], rows, columns[-1])
        return _found(entered, out_key, facts, times, rows, chances)

    def _most(self, keys: Ints, use: Ints, starting: int) -> int:
        """At most so many chains come out."""
        return int(np.count_nonzero(use & starting)) if self._rules.chains else _units(keys)

    def _numbers(self) -> tuple[Ints, ...]:
        rules, required, optional = self._rules, self._rules.required, self._rules.optional
        windows = rules.windows or (rules.within,) * rules.steps
        gaps = rules.gaps or (0,) * rules.steps
        needed = np.array([gaps[step - 1] for step in required], np.int64)
        level_of = {step: level for level, step in enumerate(required, 1)}
        after = [sum(step < one for step in required) for one in optional]
        between = np.zeros(len(required) + 1, np.int64)
        for o, level in enumerate(after):
            between[level] |= 1 << o
        rule = (
            len(required), rules.within, rules.order == "strict", rules.first_only, rules.increasing, rules.drop,
            rules.hold, *rules.starts, rules.chains,
        )  # fmt: skip
        return (
            np.array(rule, np.int64),
            np.array([windows[step - 1] for step in required], np.int64),
            np.maximum(needed, 1),
            ((needed > 0) | rules.increasing).astype(np.int64),
            np.array([(level_of[a], level_of[b]) for a, b in rules.exclusions], np.int64).reshape(-1, 2),
            np.array(
                [(level, windows[o - 1], gaps[o - 1]) for level, o in zip(after, optional, strict=True)],
                np.int64,
            ).reshape(-1, 3),
            between,
        )


_BACK = "a row comes before the row it follows; must be in (unit, time) order."


def _found(
    entered: int,
    key: Ints,
    facts: Ints,
    times: Ints,
    rows: Ints,
    chances: Ints | None = None,
    served: Ints | None = None,
) -> Units:
    reach, start, first, last, first_mark, last_mark = facts[:entered].T
    return Units(
        key[:entered],
        reach,
        times[:entered],
        rows[:entered],
        start,
        first,
        last,
        first_mark,
        last_mark,
        chances=None if chances is None else chances[:entered],
        served=None if served is None else served[:entered],
    )


def _room(units: int, n: int, served: int) -> tuple[Ints, Ints, Ints, Ints]:
    sizes = (units + 1,), (units + 1, FACTS), (units + 1, n), (units + 1, served)
    key, facts, times, rows = (np.empty(size, np.int64) for size in sizes)
    return key, facts, times, rows


def _units(keys: Ints) -> int:
    return 1 + int(np.count_nonzero(keys[1:] != keys[:-1]))


def _bits(masks: Ints, steps: tuple[int, ...]) -> Ints:
    """The bits of these steps, side by side."""
    bits = np.zeros(len(masks), np.int64)
    for place, step in enumerate(steps):
        bits |= (masks >> (step - 1) & 1) << place
    return bits


def _part(whole: Columns, cut: slice | NDArray[np.bool_]) -> Columns:
    keys, moments, masks, extra, codes = whole
    return (
        frozen(keys[cut]),
        frozen(moments[cut]),
        frozen(masks[cut]),
        None if extra is None else frozen(extra[cut]),
        None if codes is None else frozen(codes[cut]),
    )


def _perhaps(column: Ints | None) -> Ints | None:
    return None if column is None else frozen(column)
