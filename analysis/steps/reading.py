"""Reading a funnel's rows: ordered batches go through the walk, and each unit's value comes along."""

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from analysis.ask import ask, batches
from analysis.steps.cohorts import kept
from analysis.steps.columns import Named, Touched, keys_of, masks_of, places, whole_numbers, with_unit
from analysis.steps.merging import merged
from analysis.steps.selection import Selection
from experiments.breakdown import Touch
from experiments.funnel import Funnel

if TYPE_CHECKING:
    from experiments.walk import Units
    from ingest import Store

Range = Mapping[str, int]
BATCH_ROWS = 131_072
MOST_PARTS, FEWEST_UNITS = 4, 20_000
_UNITS = "SELECT coalesce(max(person_key), -1) + 1 AS units FROM person_keys"


@dataclass(frozen=True, slots=True)
class Read:
    """What one part of the units gave.

    Args:
        units: The units that entered.
        values: The value each of them is attributed to (its place, from 0, if the values are known); None without
            breakdown.
        keys: The unit itself, as the rows have it.
        without_unit: Rows of a step that carry no unit.
        excluded_units: Units that an exclusion removed.
    """

    units: "list[Units]"
    values: pa.Array | None
    keys: pa.Array
    without_unit: int
    excluded_units: int = 0


def stored_units(store: "Store") -> int:
    """The integer keys of persons are those below this number."""
    (row,) = ask(store, _UNITS).to_pylist()
    return int(row["units"])


def ranges_of(units: int) -> list[Range]:
    """Ranges of stored integer keys, to be read side by side where there are many; one more than processors, so none idles."""
    parts = max(1, min(MOST_PARTS, 1 + (os.cpu_count() or 1), units // FEWEST_UNITS))
    cuts = [units * part // parts for part in range(parts + 1)]
    return [{"first": first, "last": last} for first, last in pairwise(cuts)]


def read_all(
    store: "Store", funnel: Funnel, selection: Selection, known: tuple[str, ...], parts: list[Range] | None
) -> Read:
    """Read and walk every unit.

    Args:
        store: An open store.
        funnel: The definition.
        selection: Its rows.
        known: Every value of the breakdown's field, if the rows carry places.
        parts: Ranges of units; None to read all in order.

    Returns:
        All units that entered; those of the parts one after another.

    Raises:
        OrderBroken: The rows are not stored in order.
        TookTooLong: The question ran past its time limit.
    """
    if parts is None or len(parts) == 1:
        return _read(store, funnel, selection, known, parts[0] if parts else None)
    with ThreadPoolExecutor(len(parts)) as pool:
        found = list(pool.map(lambda part: _read(store, funnel, selection, known, part), parts))
    values = [one.values for one in found if one.values is not None and len(one.values)]
    return Read(
        units=[part for one in found for part in one.units],
        values=pa.concat_arrays(values) if values else found[0].values,
        keys=pa.concat_arrays([one.keys for one in found]),
        without_unit=sum(one.without_unit for one in found),
        excluded_units=sum(one.excluded_units for one in found),
    )


@contextmanager
def rows_of(store: "Store", selection: Selection, part: Range | None) -> Iterator[Iterable[pa.RecordBatch]]:
    """The stored rows of a range of units, from memory where they are held.

    Args:
        store: An open store.
        selection: Its rows.
        part: The range; None for all of them.
    """
    if selection.held is not None and part is not None:
        yield selection.held.of(part, BATCH_ROWS)
        return
    with batches(store, selection.rows, part, rows=BATCH_ROWS) as reader:
        yield reader


def _read(
    store: "Store", funnel: Funnel, selection: Selection, known: tuple[str, ...], part: Range | None
) -> Read:
    from experiments.walk import Walk

    if not funnel.plain:
        return _read_ruled(store, funnel, selection, known, part)
    n = len(funnel.steps)
    walk = Walk(n, funnel.within_us, rows=False)
    touch = funnel.touch
    touched = None if touch is None or known else Touched(touch)
    units: list[Units] = []
    unit: pa.Scalar | None = None
    named = Named()
    without_unit = 0
    with rows_of(store, selection, part) as reader:
        for every in kept(store, funnel, merged(store, selection, part, reader)):
            batch = with_unit(every)
            without_unit += len(every) - len(batch)
            keys, unit = keys_of(batch["unit"], unit, walk.key)
            named.follow(batch["unit"], keys)
            ended = walk.feed(keys, whole_numbers(batch["ts"]), masks_of(batch, n))
            if touched is not None:
                touched.follow(batch["value"], ended, walk.value_rows)
            units += ended
    ended = walk.finish()
    units += ended
    if touched is not None:
        return Read(units, touched.finish(ended), named.of(units), without_unit)
    return Read(units, None if touch is None else places(units, touch), named.of(units), without_unit)


def _read_ruled(
    store: "Store", funnel: Funnel, selection: Selection, known: tuple[str, ...], part: Range | None
) -> Read:
    from experiments.walk import WalkOfWholes, rules_of

    walk = WalkOfWholes(rules_of(funnel), rows=False)
    touch, n = funnel.touch, len(funnel.steps)
    units: list[Units] = []
    carried: list[pa.Array] = []
    unit: pa.Scalar | None = None
    named = Named()
    without_unit = 0
    with rows_of(store, selection, part) as reader:
        for every in kept(store, funnel, merged(store, selection, part, reader)):
            batch = with_unit(every)
            if len(batch) < len(every):
                lost = every.filter(every["unit"].is_null())["steps"]
                without_unit += int(np.count_nonzero(whole_numbers(lost)))
            keys, unit = keys_of(batch["unit"], unit, walk.key)
            named.follow(batch["unit"], keys)
            held = (
                batch[name].to_numpy() if name in batch.schema.names else None for name in ("extra", "code")
            )
            units += walk.feed(keys, whole_numbers(batch["ts"]), masks_of(batch, n), *held)
            if touch is not None and not known:
                carried.append(batch["value"])
    units += walk.finish()
    found = named.of(units)
    if touch is None or known:
        return Read(
            units, None if touch is None else places(units, touch), found, without_unit, walk.excluded
        )
    return Read(units, _picked(carried, units, touch), found, without_unit, walk.excluded)


def _picked(carried: list[pa.Array], units: "list[Units]", attribution: Touch) -> pa.Array:
    """The first or last value of each unit, of the values of all rows."""
    rows = [unit.first_value if attribution == "first_touch" else unit.last_value for unit in units]
    places_of = np.concatenate(rows)
    if not carried:
        return pa.nulls(len(places_of))
    return pa.concat_arrays(carried).take(pa.array(places_of, mask=places_of < 0))
