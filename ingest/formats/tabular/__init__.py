"""Foreign logs of rows (CSV, TSV, Parquet, foreign NDJSON) -> canonical NDJSON events, by a mapping."""

from ingest.formats.tabular.convert import LINE_KEY, MappedFile, to_ndjson
from ingest.formats.tabular.own_names import own_mapping
from ingest.formats.tabular.rows import SourceError

__all__ = ["LINE_KEY", "MappedFile", "SourceError", "own_mapping", "to_ndjson"]
