"""What a foreign log gives, whatever its format: named columns, batches of rows with their numbers, and rejects."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import pyarrow as pa

from ingest.event import Reject
from ingest.formats.mapping import MappingError

Kind = Literal["text", "json", "number", "boolean", "instant", "local", "other"]
"""What a column holds: text, JSON (nested values), numbers, booleans, times with a zone, times without, other."""

LINE = "#line"
RAW = "#raw"


class SourceError(MappingError):
    """A log cannot be read as its mapping says."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a log: its name there, its name in SQL, and what it holds."""

    name: str
    alias: str
    kind: Kind


class Rows(Protocol):
    """A log opened for reading.

    Attributes:
        columns: its columns, in order.
        schema: of the batches: `#line` (1-based number of the data row) and one field for each column's alias,
            or `#line` and `#raw` (the line as text) when the columns are members of JSON lines.
        rejects: rows that could not be read; complete once the batches are exhausted.
    """

    columns: tuple[Column, ...]
    schema: pa.Schema
    rejects: list[Reject]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The readable rows, in the order of the file."""
        ...


def kind_of(dtype: pa.DataType) -> Kind:
    """What a column of an Arrow type holds."""
    if pa.types.is_dictionary(dtype):
        return kind_of(dtype.value_type)
    if pa.types.is_timestamp(dtype):
        return "instant" if dtype.tz else "local"
    tests: tuple[tuple[Kind, bool], ...] = (
        ("text", pa.types.is_string(dtype) or pa.types.is_large_string(dtype) or pa.types.is_string_view(dtype)),
        ("number", pa.types.is_integer(dtype) or pa.types.is_floating(dtype) or pa.types.is_decimal(dtype)),
        ("boolean", pa.types.is_boolean(dtype)),
        ("local", pa.types.is_date(dtype)),
        ("json", pa.types.is_nested(dtype)),
    )
    return next((kind for kind, holds in tests if holds), "other")


def cut_short(line: int, fault: str, cut: bytes) -> Reject:
    """The reject for the row that a damaged file breaks off in."""
    sentence = f"`source` breaks off in data row {line}: {fault}; must be whole; copy the file again and load it"
    return Reject(line, "cut_short", sentence, cut[:10_000].decode("utf-8", errors="replace"))
