"""Feeding the walk: batches in (unit, time) order go in, one row per unit that entered comes out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.funnel import MOST_STEPS
from experiments.walk.kernel import BASE, BROKEN, FACTS, FIRST, KEY, LAST, UNITS, Ints, new_state, walk

_ROOM, _MOST_ROOM = 1 << 12, 1 << 18
"""Units that are written side by side: few pieces, and pages of memory that come by the hundred."""


@dataclass(frozen=True, slots=True)
class Units:
    """One row per unit that reached step 1, with the chain that was chosen for it.

    Args:
        key: The unit.
        reach: Furthest step, 1 to n.
        times: (units, n) microseconds of each step of the chosen chain; NEVER beyond `reach`.
        rows: (units, n) the row that served each step, counted from 0 over everything fed; -1 beyond `reach`;
            without columns if they were not asked for.
        latest_start: Microseconds of the unit's last row of step 1.
        first_value: The first row that matches a step and carries a value; -1 if none.
        last_value: The last such row.
        first_mark: What the mask of `first_value` carries from bit n on; 0 if there is none.
        last_mark: The same of `last_value`.
        chances: Only of a walk with options: (units, n) the last microsecond at which observation may end and rows
            after it still lead to the step; NEVER where none can, and up to `reach`.
        served: Only of an unordered walk, where `reach` and `times` are of levels: which steps the chain served; bit
            k-1 is step k.
    """

    key: Ints
    reach: Ints
    times: Ints
    rows: Ints
    latest_start: Ints
    first_value: Ints
    last_value: Ints
    first_mark: Ints
    last_mark: Ints
    chances: Ints | None = None
    served: Ints | None = None

    def maturing(self, step: int, within_us: int, observed_until_us: int) -> NDArray[np.bool_]:
        """Which units have not reached `step` and have a chain that still could after the end of observation.

        Args:
            step: 1-based; a unit that is here has reached step 1, so none is maturing there.
            within_us: The window, end included.
            observed_until_us: The last observed microsecond; what could still come is later than it.
        """
        if self.chances is not None:
            return self.chances[:, step - 1] >= observed_until_us
        return (self.reach < step) & (self.latest_start > observed_until_us - within_us)


class OrderBroken(ValueError):
    """Rows are not in (unit, time) order; read them again with ORDER BY."""


class Walk:
    """A walk in progress: feed it batches in (unit, time) order, cut anywhere, then finish it."""

    def __init__(self, steps: int, within_us: int, *, rows: bool = True) -> None:
        """Begin before the first row.

        Args:
            steps: Number of steps n, 1 to 40; bit k-1 of a mask says that the row matches step k.
            within_us: Microseconds from a chain's first step, end included.
            rows: Say which row served each step.

        Raises:
            ValueError: A number is out of range.
        """
        if not 1 <= steps <= MOST_STEPS:
            raise ValueError(f"`steps` is {steps}; must be 1 to {MOST_STEPS}; split the funnel.")
        if within_us < 1:
            raise ValueError(f"`within_us` is {within_us}; must be at least 1; give microseconds.")
        self._n, self._within, self._state = steps, within_us, new_state(steps)
        self._served = steps if rows else 0
        self._out = self._room_for(_ROOM)

    def feed(self, keys: Ints, moments: Ints, masks: Ints) -> list[Units]:
        """Walk one batch.

        Args:
            keys: The unit of each row; ascending.
            moments: Microseconds of each row; ascending within a unit.
            masks: Steps each row matches; from bit n on anything but 0 says that it carries a value.

        Returns:
            The units that ended in this batch.

        Raises:
            OrderBroken: A row comes before the one it follows; nothing returned so far is to be used.
        """
        return self._run(frozen(keys), frozen(moments), frozen(masks), end=0)

    def finish(self) -> list[Units]:
        """End the last unit; returns it if it entered."""
        nothing = frozen(np.empty(0, np.int64))
        return self._run(nothing, nothing, nothing, end=1)

    @property
    def key(self) -> int:
        """The unit in progress; NEVER before the first row."""
        return int(self._state[0][KEY])

    @property
    def value_rows(self) -> tuple[int, int]:
        """First and last row with a value of the unit in progress; -1 if it has none."""
        at = self._state[0]
        return int(at[FIRST]), int(at[LAST])

    def _room_for(self, units: int) -> tuple[Ints, ...]:
        sizes = (units,), (units, FACTS), (units, self._n), (units, self._served)
        return tuple(np.empty(size, np.int64) for size in sizes)

    def _run(self, keys: Ints, moments: Ints, masks: Ints, *, end: int) -> list[Units]:
        n, at = self._n, self._state[0]
        row, found = 0, []
        while True:
            before = int(at[UNITS])
            row = walk(keys, moments, masks, row, n, self._within, self._state, self._out, end)
            if at[BROKEN]:
                place = int(at[BASE]) + row
                raise OrderBroken(
                    f"row {place} comes before the row it follows; must be in (unit, time) order."
                )
            new = slice(before, int(at[UNITS]))
            key, facts, times, rows = (column[new] for column in self._out)
            reach, start, *values = facts.T
            found.append(Units(key, reach, times, rows, start, *values))
            if new.stop < len(self._out[0]):
                break
            self._out = self._room_for(min(2 * new.stop, _MOST_ROOM))
            at[UNITS] = 0
        at[BASE] += len(keys)
        return found


def frozen(column: Ints) -> Ints:
    """Give a column as the one type that is compiled for, copied only where it is not whole.

    Args:
        column: One integer per row; may be another's that stays as it is.

    Returns:
        The same numbers, 64 bits, side by side, read-only (as Arrow's are): every other type would be compiled for
        anew, which takes seconds.
    """
    view = np.ascontiguousarray(column, np.int64).view()
    view.flags.writeable = False
    return view
