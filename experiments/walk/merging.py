"""Merging two stored orders into one: the many rows that were there, batch by batch, and the few that came since.

Of an instant of a unit that both hold, the few have all rows, so those of the many are left out. Neither order is
taken for granted: rows of either come out in the order in which they went in, so the walk notices a broken one.

All compiled code is in this one file: the compiler's cache asks no other whether it is stale.
"""

import numpy as np
from numpy.typing import NDArray

from experiments.walk.compiling import compiled

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@compiled
def _woven(
    keys: NDArray[np.int32],
    moments: Ints,
    few_keys: NDArray[np.int32],
    few_moments: Ints,
    at: int,
    gone: Bools,
    order: Ints,
) -> tuple[int, int]:
    """Write the places of the rows that come up to the end of the batch; returns how many, and the next of the few."""
    many, few, known, placed = keys.shape[0], few_keys.shape[0], gone.shape[0], 0
    begun = at
    for row in range(many):
        key, now = keys[row], moments[row]
        while at < few and (few_keys[at] < key or (few_keys[at] == key and few_moments[at] < now)):
            order[placed] = many + at - begun
            placed += 1
            at += 1
        if at < few and few_keys[at] == key and few_moments[at] == now:
            continue
        if 0 <= key < known and gone[key]:
            continue
        order[placed] = row
        placed += 1
    return placed, at


class Merge:
    """A merge in progress: the few rows are known, the many come in batches."""

    def __init__(self, few_keys: NDArray[np.int32], few_moments: Ints, gone: Bools) -> None:
        """Begin before the first batch.

        Args:
            few_keys: The unit of each of the few rows.
            few_moments: Its microseconds.
            gone: For each unit, are all of its rows among the few? Units beyond its end are not.
        """
        self._keys, self._moments = _frozen(few_keys, np.int32), _frozen(few_moments, np.int64)
        self._gone, self._at = _frozen(gone, np.bool_), 0

    @property
    def at(self) -> int:
        """The first of the few rows that has not come yet."""
        return self._at

    def feed(self, keys: NDArray[np.int32], moments: Ints) -> Ints:
        """Take a batch of the many rows.

        Args:
            keys: The unit of each row.
            moments: Its microseconds.

        Returns:
            The rows that come now, by their place among those of the batch and, after them, the few from `at` on as it
            was before.
        """
        order = np.empty(len(keys) + len(self._keys) - self._at, np.int64)
        placed, self._at = _woven(
            _frozen(keys, np.int32),
            _frozen(moments, np.int64),
            self._keys,
            self._moments,
            self._at,
            self._gone,
            order,
        )
        return order[:placed]


def _frozen(column: NDArray[np.generic], kind: type[np.generic]) -> NDArray[np.generic]:
    """The column as the one type that is compiled for: whole and read-only (as Arrow's are)."""
    view = np.ascontiguousarray(column, kind).view()
    view.flags.writeable = False
    return view
