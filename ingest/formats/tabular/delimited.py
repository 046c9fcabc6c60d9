"""Rows of CSV and TSV: Arrow's quick reader while every row keeps the form, the exact one as soon as one does not."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from ingest.event import Reject
from ingest.formats.mapping.model import Source
from ingest.formats.tabular.inflate import WholeLines
from ingest.formats.tabular.records import Form, Records
from ingest.formats.tabular.rows import LINE, Column, SourceError, cut_short

_BLOCK = 16 << 20
_BATCH = 16_384


class DelimitedRows:
    """A CSV or TSV file opened for reading; see `Rows`.

    Args:
        path: the file; plain, gzip or zstd.
        source: how it is written.
        tabs: split at tabs unless `source` names a delimiter.

    Attributes:
        unsure: the quick reader met a row that it cannot judge and stopped; reading again is exact.

    Raises:
        SourceError: the file is empty, or its header names a column twice.
    """

    def __init__(self, path: Path, source: Source, *, tabs: bool) -> None:
        self._path = path
        self._source = source
        self._form = Form.of(source, tabs=tabs)
        self.unsure = False
        self.rejects: list[Reject] = []
        self.columns = tuple(Column(name, f"c{n}", "text") for n, name in enumerate(self._names()))
        self.schema = pa.schema([(LINE, pa.int64()), *((column.alias, pa.string()) for column in self.columns)])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows with one value for each column, in the order of the file."""
        self.rejects.clear()
        return self._exact() if self.unsure else self._quick()

    def _names(self) -> list[str]:
        with WholeLines(self._path) as stream:
            header = Records(stream, self._form, self._source.skip).header()
            fault = stream.fault
        if header is None:
            why = f": {fault}" if fault else ""
            raise SourceError(f"`source` is {self._path.name}, which is empty{why}; must hold rows; export it again")
        given = header if self._source.header else self._source.columns
        names = [name.strip() or f"column{n}" for n, name in enumerate(given, start=1)]
        twice = next((name for n, name in enumerate(names) if name in names[:n]), None)
        if twice is not None:
            raise SourceError(f"`{twice}` is twice in the header of {self._path.name}; must be once; rename one")
        return names

    def _quick(self) -> Iterator[pa.RecordBatch]:
        line = 1
        with WholeLines(self._path) as stream:
            try:
                for batch in self._arrow(stream):
                    lines = pa.array(range(line, line + batch.num_rows), pa.int64())
                    line += batch.num_rows
                    yield pa.RecordBatch.from_arrays([lines, *batch.columns], schema=self.schema)
            except ValueError:  # of Arrow or of a codec: some row breaks the form
                self.unsure = True
                return
            if stream.fault is not None:
                self.rejects.append(cut_short(line, stream.fault, stream.cut))

    def _arrow(self, stream: WholeLines) -> csv.CSVStreamingReader:
        aliases = [column.alias for column in self.columns]
        return csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=csv.ReadOptions(
                column_names=aliases,
                skip_rows=self._source.skip + self._source.header,
                encoding=self._source.encoding,
                block_size=_BLOCK,
                use_threads=False,
            ),
            parse_options=csv.ParseOptions(
                delimiter=self._form.delimiter, quote_char=self._form.quote or False, newlines_in_values=bool(self._form.quote)
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(aliases, pa.string()), strings_can_be_null=False
            ),
        )

    def _exact(self) -> Iterator[pa.RecordBatch]:
        with WholeLines(self._path) as stream:
            records = Records(stream, self._form, self._source.skip)
            if self._source.header:
                records.header()
            rows = records.rows(len(self.columns))
            while chunk := list(islice(rows, _BATCH)):
                lines, fields = zip(*chunk, strict=True)
                texts = [pa.array(values, pa.string()) for values in zip(*fields, strict=True)]
                yield pa.RecordBatch.from_arrays([pa.array(lines, pa.int64()), *texts], schema=self.schema)
            self.rejects.extend(records.rejects)
