"""A mapping over a log's columns as one SELECT: each row gives its events as NDJSON text, or what is wrong with it."""

from dataclasses import dataclass

from ingest.events import MAX_ID_LENGTH, MAX_LINE_BYTES, MAX_NAME_LENGTH, TEXT_FIELDS, TIME_FIELDS
from ingest.formats.mapping.model import EventRule, Mapping
from ingest.formats.tabular import sql
from ingest.formats.tabular.cells import Cells
from ingest.formats.tabular.fields import ROW_ID, Value, columns_used, condition, value_of
from ingest.formats.tabular.rows import LINE, RAW, Column, SourceError
from ingest.formats.tabular.sql import Expression, exp
from ingest.formats.tabular.times import as_iso, instant, moved, needs_zone

LINE_KEY = "__line__"
SOURCE = "mapped_source"
ROW_COLUMN = "#row_id"
