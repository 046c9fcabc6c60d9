"""Rows of a Parquet file, nested types as they stand."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.event import Reject
from ingest.formats.tabular.rows import LINE, Column, SourceError, kind_of

_BATCH = 65_536


class ParquetRows:
    """A Parquet file opened for reading; see `Rows`.

    Args:
        path: the file.

    Raises:
        SourceError: it is no Parquet file; while reading, if it is damaged inside.
    """

    unsure = False

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowInvalid, OSError) as fault:
            raise SourceError(self._sentence(fault)) from fault
        fields = self._file.schema_arrow
        self.columns = tuple(Column(f.name, f"c{n}", kind_of(f.type)) for n, f in enumerate(fields))
        self.schema = pa.schema(
            [(LINE, pa.int64()), *((c.alias, f.type) for c, f in zip(self.columns, fields, strict=True))]
        )
        self.rejects: list[Reject] = []

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, in the order of the file."""
        line = 1
        try:
            for batch in self._file.iter_batches(batch_size=_BATCH):
                lines = pa.array(range(line, line + batch.num_rows), pa.int64())
                yield pa.RecordBatch.from_arrays([lines, *batch.columns], schema=self.schema)
                line += batch.num_rows
        except (pa.ArrowInvalid, OSError) as fault:
            raise SourceError(self._sentence(fault)) from fault

    def _sentence(self, fault: Exception) -> str:
        reason = str(fault).splitlines()[0]
        return f"`source` is {self._name}; must be a whole Parquet file; write it again ({reason})"
