"""Reading a store whose fresh rows are not merged yet: two stored orders become one while they are read."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlglot import exp, parse_one

from analysis.ask import ask, batches, once
from analysis.steps.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest import Store

STORED, FRESH, EVERY = "events_main", "events_tail_keyed", "events_keyed"
_NAMES = "SELECT person FROM person_keys ORDER BY person_key"
_GONE = "SELECT person_key FROM moved_keys WHERE person_key >= $first AND person_key < $last"


def with_fresh(selection: Selection) -> Selection:
    """The same questions where a part of the events is fresh.

    Args:
        selection: Persons' rows as they are stored.
    """
    counts = None if selection.counts is None else over(selection.counts, EVERY)
    return replace(selection, fresh=over(selection.rows, FRESH), counts=counts)


@lru_cache(maxsize=512)
def over(sql: str, table: str) -> str:
    """A question over the stored events, asked of another table with their columns.

    Args:
        sql: The question.
        table: The table.
    """
    asked = parse_one(sql, dialect="duckdb")
    for one in asked.find_all(exp.Table):
        if one.name == STORED:
            one.set("this", exp.to_identifier(table, quoted=True))
    return asked.sql(dialect="duckdb", pretty=True)


def merged(
    store: "Store", selection: Selection, part: "Mapping[str, int] | None", stored: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The rows of a range of persons, the fresh ones at their places.

    Args:
        store: An open store.
        selection: Its questions; without fresh rows the stored ones pass as they are.
        part: The range.
        stored: The stored rows.
    """
    from experiments.walk.merging import Merge

    if selection.fresh is None or part is None:
        yield from stored
        return
    with batches(store, selection.fresh, part) as reader:
        whole = reader.read_all().combine_chunks().to_batches()
        few = whole[0] if whole else pa.RecordBatch.from_pylist([], schema=reader.schema)
    merge = Merge(_keys(few), _moments(few), _gone(store, part))
    for batch in stored:
        since = merge.at
        order = merge.feed(_keys(batch), _moments(batch))
        yield _taken(batch, few.slice(since, merge.at - since), order)
    yield few.slice(merge.at)


def names(store: "Store") -> pa.Array:
    """The person behind every key, where a part of the events is fresh; asked once per version of the data.

    Args:
        store: An open store.
    """
    return once(store, _named)


def _named(store: "Store") -> pa.Array:
    return ask(store, _NAMES)["person"].combine_chunks()


def _gone(store: "Store", part: "Mapping[str, int]") -> NDArray[np.bool_]:
    moved = ask(store, _GONE, part)["person_key"].to_numpy()
    gone = np.zeros(part["last"] if len(moved) else 0, np.bool_)
    gone[moved] = True
    return gone


def _taken(many: pa.RecordBatch, few: pa.RecordBatch, order: NDArray[np.int64]) -> pa.RecordBatch:
    columns = [_column(a, b, order) for a, b in zip(many.columns, few.columns, strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=many.schema.names)


def _column(many: pa.Array, few: pa.Array, order: NDArray[np.int64]) -> pa.Array:
    kind, few = many.type, few if few.type == many.type else few.cast(many.type)
    plain = pa.types.is_integer(kind) or pa.types.is_timestamp(kind)
    if not plain or many.null_count or few.null_count:
        return pa.concat_arrays([many, few]).take(pa.array(order))
    whole = kind if pa.types.is_integer(kind) else pa.int64()
    numbers = np.concatenate([one.cast(whole).to_numpy() for one in (many, few)])
    return pa.array(numbers[order]).cast(kind)


def _keys(batch: pa.RecordBatch) -> NDArray[np.int32]:
    found: NDArray[np.int32] = batch["unit"].to_numpy()
    return found


def _moments(batch: pa.RecordBatch) -> NDArray[np.int64]:
    found: NDArray[np.int64] = batch["ts"].cast(pa.int64()).to_numpy()
    return found
