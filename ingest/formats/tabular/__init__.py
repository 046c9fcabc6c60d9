"""Foreign logs of rows (CSV, TSV, Parquet, foreign NDJSON) -> canonical NDJSON events, by a mapping."""

from ingest.formats.tabular.convert import LINE_KEY, MappedFile, to_ndjson

__all__ = ["LINE_KEY", "MappedFile", "to_ndjson"]
