"""Rows of CSV and TSV: by Arrow's quick reader if every row keeps the form, else record by record.

Arrow's reader is lenient where rows could be lost unseen: a quote that is never closed swallows what follows. So it is
trusted only with a file whose quotes all stand at the edges of values and whose values hold no line feed.
"""

import re
from collections.abc import Iterator
from itertools import islice
from mmap import ACCESS_READ, mmap
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from ingest.event import Reject
from ingest.formats.mapping.model import Source
from ingest.formats.tabular.plain import Plain
from ingest.formats.tabular.records import Form, Records
from ingest.formats.tabular.rows import LINE, Column, SourceError

_BLOCK = 16 << 20
_BATCH = 16_384
_LONE_RETURN = re.compile(rb"\r(?!\n)")


class DelimitedRows:
    """A CSV or TSV file opened for reading; see `Rows`.

    Args:
        plain: the file, unpacked.
        name: what it is called, for sentences.
        source: how it is written.
        tabs: split at tabs unless `source` names a delimiter.

    Attributes:
        unsure: the quick reader met a row that it cannot judge and stopped; reading again is exact.

    Raises:
        SourceError: the file is empty, or its header names a column twice.
    """

    def __init__(self, plain: Plain, name: str, source: Source, *, tabs: bool) -> None:
        self._plain = plain
        self._name = name
        self._source = source
        self._form = Form.of(source, tabs=tabs)
        self.unsure = False
        self.rejects: list[Reject] = []
        self.columns = tuple(Column(name, f"c{n}", "text") for n, name in enumerate(self._names()))
        self.schema = pa.schema(
            [(LINE, pa.int64()), *((column.alias, pa.string()) for column in self.columns)]
        )

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows with one value for each column, in the order of the file."""
        self.rejects.clear()
        exactly, self.unsure = self.unsure or not self._bare or self._has_odd_marks(), False
        return self._exact() if exactly else self._quick()

    def _names(self) -> list[str]:
        with self._plain.path.open("rb") as file:
            records = Records(file, self._form, self._source.skip)
            header = records.header()
        if header is None:
            why = f" ({self._plain.broken})" if self._plain.broken else ""
            raise SourceError(
                f"`source` is {self._name}, which is empty{why}; must hold rows; export it again"
            )
        given = header if self._source.header else self._source.columns
        self._bare = records.lines == self._source.skip + 1 and not any("\r" in name for name in given)
        names = [name.strip() or f"column{n}" for n, name in enumerate(given, start=1)]
        twice = next((name for n, name in enumerate(names) if name in names[:n]), None)
        if twice is not None:
            raise SourceError(f"`{twice}` is twice in the header of {self._name}; must be once; rename one")
        return names

    def _quick(self) -> Iterator[pa.RecordBatch]:
        line = 1
        with self._plain.path.open("rb") as file:
            try:
                for batch in self._arrow(file):
                    if any(pc.any(pc.match_substring(values, "\n")).as_py() for values in batch.columns):
                        self.unsure = True
                        return
                    lines = pa.array(range(line, line + batch.num_rows), pa.int64())
                    line += batch.num_rows
                    yield pa.RecordBatch.from_arrays([lines, *batch.columns], schema=self.schema)
            except ValueError:  # of Arrow or of a codec: some row breaks the form
                self.unsure = True
                return
        self.rejects.extend(self._plain.reject(line))

    def _has_odd_marks(self) -> bool:
        """Whether a quote stands inside a value, or a carriage return before anything but a line feed."""
        edge = re.escape((self._form.delimiter + self._form.quote).encode()) + rb"\r\n"
        quote = re.escape(self._form.quote.encode())
        inside = re.compile(rb"(?<=[^" + edge + rb"])" + quote + rb"(?=[^" + edge + rb"])")
        with self._plain.path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            return bool((quote and inside.search(content)) or _LONE_RETURN.search(content))

    def _arrow(self, file: BinaryIO) -> csv.CSVStreamingReader:
        aliases = [column.alias for column in self.columns]
        return csv.open_csv(
            file,
            read_options=csv.ReadOptions(
                column_names=aliases,
                skip_rows=self._source.skip + self._source.header,
                encoding=self._source.encoding,
                block_size=_BLOCK,
                use_threads=False,
            ),
            parse_options=csv.ParseOptions(
                delimiter=self._form.delimiter,
                quote_char=self._form.quote or False,
                newlines_in_values=bool(self._form.quote),
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(aliases, pa.string()), strings_can_be_null=False
            ),
        )

    def _exact(self) -> Iterator[pa.RecordBatch]:
        with self._plain.path.open("rb") as file:
            records = Records(file, self._form, self._source.skip)
            if self._source.header:
                records.header()
            rows = records.rows(len(self.columns))
            while chunk := list(islice(rows, _BATCH)):
                lines, fields = zip(*chunk, strict=True)
                texts = [pa.array(values, pa.string()) for values in zip(*fields, strict=True)]
                yield pa.RecordBatch.from_arrays([pa.array(lines, pa.int64()), *texts], schema=self.schema)
            self.rejects.extend((*records.rejects, *self._plain.reject(records.row + 1)))
