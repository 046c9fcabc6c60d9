"""Arrow columns for the walk: units as ascending integers, and the value each unit is attributed to."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.steps.carried import MARK
from experiments.breakdown import Touch

if TYPE_CHECKING:
    from experiments.walk import Units

Ints = NDArray[np.int64]


def text_of(value: object) -> str:
    """A value as people write it: true, 4000 (not 4000.0), text as it is."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def whole_numbers(column: pa.Array) -> Ints:
    """A column of integers or moments as 64 bits (microseconds), 0 where it is null; not copied if it need not be."""
    plain = column.fill_null(0) if column.null_count else column
    seen = plain.view(pa.int64()) if pa.types.is_timestamp(plain.type) else plain
    found: Ints = seen.to_numpy().astype(np.int64, copy=False)
    return found


def masks_of(batch: pa.RecordBatch, n: int) -> Ints:
    """The steps of each row in n bits, and above them the mark of its value."""
    if MARK not in batch.schema.names:
        return whole_numbers(batch["steps"])
    steps, mark = batch["steps"], batch[MARK]
    if (
        steps.type == mark.type == pa.uint8() and not steps.null_count
    ):  # as narrow as can be, as long as can be
        narrow = mark.to_numpy().astype(np.uint16) << n | steps.to_numpy()
        found: Ints = narrow.astype(np.int64)
        return found
    return whole_numbers(steps) | whole_numbers(mark) << n


def with_unit(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows that carry a unit."""
    unit = batch["unit"]
    return batch.filter(unit.is_valid()) if unit.null_count else batch


def keys_of(column: pa.Array, before: pa.Scalar | None, key: int) -> tuple[Ints, pa.Scalar | None]:
    """Units as ascending integers.

    Args:
        column: The unit of each row: integers stay, equal neighbours of text share a number.
        before: The unit of the row before this batch.
        key: The number that it had.

    Returns:
        One integer a row, and the unit of the last row.
    """
    if not len(column):
        return np.empty(0, np.int64), before
    if pa.types.is_integer(column.type):
        return whole_numbers(column), before
    new = np.empty(len(column), np.int64)
    new[0] = before is None or column[0].as_py() != before.as_py()
    new[1:] = pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
    return key + np.cumsum(new), column[-1]


def places(units: "list[Units]", attribution: Touch) -> pa.Array:
    """The places of the values, from 0, that units are attributed to; null where a unit has none."""
    marks = [unit.first_mark if attribution == "first_touch" else unit.last_mark for unit in units]
    found = np.concatenate(marks)
    return pa.array(found - 1, mask=found == 0)


def coded(values: pa.Array | None, units: int) -> tuple[list[str], Ints]:
    """The values of one field as people write them, and the place of each unit's; their number where it has none."""
    found = pa.nulls(units) if values is None else values
    whole = found if isinstance(found, pa.DictionaryArray) else found.dictionary_encode()
    names = [text_of(value) for value in whole.dictionary.to_pylist()]
    return names, whole.indices.fill_null(len(names)).to_numpy(zero_copy_only=False).astype(np.int64)


class Named:
    """Remembers the units that stand behind the integers of `keys_of`."""

    def __init__(self) -> None:
        """Begin before the first batch."""
        self._keys: list[Ints] = []
        self._texts: list[pa.Array] = []

    def follow(self, column: pa.Array, keys: Ints) -> None:
        """Remember the units of a batch; integers are what they are.

        Args:
            column: The unit of each row.
            keys: Its integer.
        """
        if len(keys) and not pa.types.is_integer(column.type):
            first = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
            self._keys.append(keys[first])
            self._texts.append(column.take(pa.array(first)))

    def of(self, units: "list[Units]") -> pa.Array:
        """The units themselves, in the order given."""
        wanted = np.concatenate([part.key for part in units]) if units else np.empty(0, np.int64)
        if not self._keys:
            return pa.array(wanted)
        places = np.searchsorted(np.concatenate(self._keys), wanted)
        return pa.concat_arrays(self._texts).take(pa.array(places))


class Touched:
    """Follows a walk and picks the first or the last value of each unit that ends."""

    def __init__(self, attribution: Touch) -> None:
        """Begin before the first batch."""
        self._first = attribution == "first_touch"
        self._rows_before = 0
        self._open: pa.Array | None = None
        self._picked: list[pa.Array] = []

    def follow(self, column: pa.Array, ended: "list[Units]", open_rows: tuple[int, int]) -> None:
        """Pick the values of the units that ended in this batch.

        Args:
            column: The value of each row of the batch.
            ended: What the walk returned for the batch.
            open_rows: First and last row with a value of the unit that goes on; -1 if it has none.
        """
        self._pick(column, ended)
        row = open_rows[0 if self._first else 1] - self._rows_before
        if row >= 0:
            self._open = column.slice(row, 1)
        elif open_rows[0] < 0:
            self._open = column.slice(0, 0)
        self._rows_before += len(column)

    def finish(self, ended: "list[Units]") -> pa.Array:
        """The values of all units that entered, in the order in which they ended."""
        if self._open is None:
            return pa.nulls(0)
        self._pick(self._open.slice(0, 0), ended)
        return pa.concat_arrays(self._picked)

    def _pick(self, column: pa.Array, ended: "list[Units]") -> None:
        chosen = [part.first_value if self._first else part.last_value for part in ended]
        rows = np.concatenate(chosen) if chosen else np.empty(0, np.int64)
        here = rows - self._rows_before
        picked = column.take(pa.array(here, mask=here < 0))
        if len(rows) and 0 <= rows[0] < self._rows_before and self._open is not None:
            picked = pa.concat_arrays([self._open, picked.slice(1)])  # it began in an earlier batch
        self._picked.append(picked)
