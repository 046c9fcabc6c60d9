"""What a foreign log gives, whatever its format: named columns, numbered rows in batches, and rejects."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import pyarrow as pa

from ingest.event import Reject
from ingest.formats.mapping import MappingError

Kind = Literal["text", "json", "number", "boolean", "instant", "local", "other"]
"""What a column holds; json: nested values; instant: times with a zone; local: times without."""

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
        schema: of the batches: `#line` (1-based number of the data row) and a field for each column's alias;
            or `#line` and `#raw` (the line as text) when the columns are members of JSON lines.
        rejects: rows that could not be read; complete once the batches are exhausted.
        unsure: the batches stopped early, at a row the quick reader cannot judge; reading again is exact.
    """

    columns: tuple[Column, ...]
    schema: pa.Schema
    rejects: list[Reject]
    unsure: bool

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
        (
            "text",
            pa.types.is_string(dtype) or pa.types.is_large_string(dtype) or pa.types.is_string_view(dtype),
        ),
        ("number", pa.types.is_integer(dtype) or pa.types.is_floating(dtype) or pa.types.is_decimal(dtype)),
        ("boolean", pa.types.is_boolean(dtype)),
        ("local", pa.types.is_date(dtype)),
        ("json", pa.types.is_nested(dtype)),
    )
    return next((kind for kind, holds in tests if holds), "other")
