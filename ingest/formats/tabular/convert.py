"""A foreign log to canonical NDJSON: the database maps batches of rows, this writes what it gives."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from ingest.event import Reject
from ingest.events import MAX_LINE_BYTES
from ingest.formats.mapping import Mapping
from ingest.formats.mapping.model import Format
from ingest.formats.tabular.delimited import DelimitedRows
from ingest.formats.tabular.event_text import LINE_KEY
from ingest.formats.tabular.faults import NO_EVENT_ID
from ingest.formats.tabular.fields import ROW_ID
from ingest.formats.tabular.json_lines import JsonLines
from ingest.formats.tabular.parquet import ParquetRows
from ingest.formats.tabular.plain import laid_out
from ingest.formats.tabular.rows import Rows, SourceError
from ingest.formats.tabular.sentences import sentence
from ingest.formats.tabular.statement import SOURCE, statement

__all__ = ["LINE_KEY", "MappedFile", "to_ndjson"]

_BATCH = 65_536
_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
}


class Cursor(Protocol):
    """What this needs of a database cursor."""

    def sql(self, query: str) -> "Relation": ...
    def register(self, view_name: str, python_object: object) -> object: ...
    def unregister(self, view_name: str) -> object: ...


class Relation(Protocol):
    """A query that can be read in batches."""

    def to_arrow_reader(self, batch_size: int) -> pa.RecordBatchReader: ...


@dataclass(slots=True)
class MappedFile:
    """What became of a foreign log's rows.

    Attributes:
        rows: data rows read; rows that are blank lines are none.
        events: events written; a row may make several.
        skipped: rows that by the mapping's own conditions make no event.
        rejects: rows that could not be mapped, by their 1-based number among the data rows (NDJSON: line).
    """

    rows: int = 0
    events: int = 0
    skipped: int = 0
    rejects: list[Reject] = field(default_factory=list)

    @property
    def lines_in(self) -> int:
        """What must be accounted for: every event written and every row rejected."""
        return self.events + len(self.rejects)


def to_ndjson(path: Path, mapping: Mapping, out: Path, con: Cursor) -> MappedFile:
    """Write the events that a mapping makes of a foreign log.

    All events of a row are written, or none: a row with anything wrong is one reject. Each event carries its
    row's number as `__line__`. A row without event_id gets the digest of the whole row and its ordinal among
    identical rows of the file, so neither the order of rows nor loading a file again matters; if a row makes
    several events, `:1`, `:2`, … follow, the number of the [[events]].

    Args:
        path: CSV, TSV or NDJSON (plain, gzip or zstd) or Parquet.
        mapping: how its rows become events.
        out: the NDJSON file to write, canonical events as the contract has them; it is replaced.
        con: a DuckDB cursor in the zone UTC; nothing is left behind in it.

    Returns:
        What became of the rows.

    Raises:
        SourceError: the log cannot be read as the mapping says, or lacks a column that it names.
    """
    spare = out.with_name(f"{out.name}.plain")
    try:
        rows = opened(path, spare, mapping)
        numbered = _numbered(mapping)
        done = _run(rows, mapping, path.name, out, con, numbered=numbered)
        if not numbered and any(reject.code == NO_EVENT_ID for reject in done.rejects):
            done = _run(rows, mapping, path.name, out, con, numbered=True)
        return done
    finally:
        spare.unlink(missing_ok=True)


def opened(path: Path, spare: Path, mapping: Mapping) -> Rows:
    """Open a log in the format that its mapping or its name says.

    Args:
        path: the log.
        spare: where a compressed log is unpacked.
        mapping: says the format, the delimiter, the encoding.

    Raises:
        SourceError: the format cannot be told.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    form = mapping.source.format or next((_SUFFIXES[s] for s in reversed(suffixes) if s in _SUFFIXES), None)
    if form is None:
        known = ", ".join(_SUFFIXES)
        raise SourceError(
            f"`source` is {path.name}; must end in one of {known}; or set `format` under [source]"
        )
    if form == "parquet":
        return ParquetRows(path)
    plain = laid_out(path, spare)
    if form == "ndjson":
        return JsonLines(plain)
    return DelimitedRows(plain, path.name, mapping.source, tabs=form == "tsv")


def _numbered(mapping: Mapping) -> bool:
    fields = [rule.fields for rule in mapping.rules()]
    templates = [rule.template or "" for each in fields for rule in each.values()]
    return any("event_id" not in each for each in fields) or any(
        f"{{{ROW_ID}}}" in template for template in templates
    )


def _run(rows: Rows, mapping: Mapping, name: str, out: Path, con: Cursor, *, numbered: bool) -> MappedFile:
    done = MappedFile()
    query = statement(mapping, rows, name, numbered=numbered)
    faults: list[SourceError] = []
    con.register(SOURCE, pa.RecordBatchReader.from_batches(rows.schema, _until_fault(rows, faults)))
    try:
        with out.open("wb") as target:
            for batch in con.sql(query).to_arrow_reader(_BATCH):
                _take(batch, done, target)
    finally:
        con.unregister(SOURCE)
    if faults:
        raise faults[0]
    if rows.unsure:
        return _run(rows, mapping, name, out, con, numbered=numbered)
    done.rows += len(rows.rejects)
    rejects = sorted([*rows.rejects, *done.rejects], key=lambda reject: reject.line)
    done.rejects = [replace(reject, raw=reject.raw[:MAX_LINE_BYTES]) for reject in rejects]
    return done


def _until_fault(rows: Rows, faults: list[SourceError]) -> Iterator[pa.RecordBatch]:
    """The batches; what goes wrong while the database reads them is kept for us, not for it."""
    try:
        yield from rows.batches()
    except SourceError as fault:
        faults.append(fault)


def _take(batch: pa.RecordBatch, done: MappedFile, target: BinaryIO) -> None:
    lines, problems, raw, made, texts = batch.columns
    done.rows += batch.num_rows
    done.events += pc.sum(made).as_py() or 0
    failed = pc.is_valid(problems)
    done.skipped += pc.sum(pc.and_not(pc.equal(made, 0), failed)).as_py() or 0
    whole = pa.ListArray.from_arrays(pa.array([0, batch.num_rows], pa.int32()), texts)
    target.write(pc.binary_join(whole, "")[0].as_buffer())
    for line, problem, row in zip(
        *(column.filter(failed).to_pylist() for column in (lines, problems, raw)), strict=True
    ):
        code, field_name, value = json.loads(problem)
        done.rejects.append(Reject(line, code, sentence(code, field_name, value), row))
