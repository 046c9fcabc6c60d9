"""Whole lists as files: CSV that spreadsheets open as it is, or Parquet; batch by batch, so that they may be long."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

import pyarrow as pa

from analysis.members.compute import MembersQuery, listed
from analysis.members.query import SCHEMA, Wanted, told
from analysis.spreadsheet import csv_parts

if TYPE_CHECKING:
    from ingest import Store

Kind = Literal["csv", "parquet"]


def as_bytes(store: "Store", query: MembersQuery, kind: Kind) -> bytes:
    """The whole list as the bytes of a file.

    Args:
        store: An open store.
        query: The list; limit and offset are set aside.
        kind: csv | parquet.
    """
    file = BytesIO()
    with store.writing:  # no load may give persons new keys between the walk and the telling
        _write(store, query, kind, file)
    return file.getvalue()


def write(store: "Store", query: MembersQuery, kind: Kind, path: Path) -> int:
    """Write the whole list; the file appears when it is whole.

    Args:
        store: An open store.
        query: The list; limit and offset are set aside.
        kind: csv | parquet.
        path: The file; one of that name is replaced.

    Returns:
        How many units were written.

    Raises:
        OSError: The file cannot be written.
        ValueError: A condition cannot be asked of its field, or there is no such group.
    """
    draft = path.with_name(f"{path.name}.part")
    try:
        with store.writing, draft.open("wb") as file:
            written = _write(store, query, kind, file)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return written


def _write(store: "Store", query: MembersQuery, kind: Kind, file: IO[bytes]) -> int:
    parts, units = _parts(store, query)
    if kind == "csv":
        for text in csv_parts(_as_text(part).to_pandas() for part in parts):
            file.write(text)
        return units
    from pyarrow import parquet

    with parquet.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
        for part in parts:
            writer.write_batch(part)
    return units


def _parts(store: "Store", query: MembersQuery) -> tuple[Iterator[pa.RecordBatch], int]:
    """The list batch by batch, the first of them empty, so that also an empty list has its columns."""
    walked, places, _ = listed(store, query)

    def parts() -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pylist([], schema=SCHEMA)
        if len(places):
            yield from told(store, Wanted(query.funnel, walked, places))

    return parts(), len(places)


def _as_text(part: pa.RecordBatch) -> pa.RecordBatch:
    """Moments as ISO 8601 in UTC, as JSON has them."""
    columns = {
        name: pa.array([moment.isoformat() for moment in column.to_pylist()], pa.string())
        if pa.types.is_timestamp(column.type)
        else column
        for name, column in zip(part.schema.names, part.columns, strict=True)
    }
    return pa.RecordBatch.from_pydict(columns)
