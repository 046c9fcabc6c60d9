"""Batches of units in person order -> whole persons, however the batches were cut."""

import numpy as np
from numpy.typing import NDArray

from experiments.walk.feeding import frozen

Ints = NDArray[np.int64]


class OrderBroken(ValueError):
    """Units of one person do not stand side by side; read them again in order of persons."""


class WholePersons:
    """Holds back the last person of each batch until all of its units have come."""

    def __init__(self) -> None:
        """Begin before the first unit."""
        self._held: tuple[Ints, ...] = ()
        self._last: int | None = None

    def feed(self, keys: NDArray[np.integer], *columns: NDArray[np.integer]) -> tuple[Ints, ...]:
        """Take one batch.

        Args:
            keys: The person of each unit; ascending over all batches.
            columns: Whatever else belongs to each unit.

        Returns:
            The units of persons that are complete, keys first; nothing if there are none.

        Raises:
            OrderBroken: A key is below the one before it; nothing returned so far is to be used.
        """
        if keys.size == 0:
            return ()
        if (keys[1:] < keys[:-1]).any() or (self._last is not None and keys[0] < self._last):
            raise OrderBroken("`keys` must ascend; read the units in order of persons.")
        self._last = int(keys[-1])
        given = tuple(np.asarray(column, np.int64) for column in (keys, *columns))
        if self._held:
            given = tuple(np.concatenate(pair) for pair in zip(self._held, given, strict=True))
        cut = int(np.searchsorted(given[0], self._last))
        self._held = tuple(frozen(column[cut:].copy()) for column in given)
        return tuple(frozen(column[:cut]) for column in given) if cut else ()

    def finish(self) -> tuple[Ints, ...]:
        """The units of the last person; nothing if there was none."""
        held, self._held = self._held, ()
        return held
