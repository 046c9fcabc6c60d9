"""A table whose columns already bear the contract's names needs no mapping file: its mapping is written here."""

from pathlib import Path

from ingest.events import FIELDS, TIME_FIELDS
from ingest.formats.mapping import Mapping
from ingest.formats.tabular.convert import opened
from ingest.formats.tabular.rows import LINE, Column, Rows, SourceError

_EPOCH_BY_DIGITS = {10: "epoch_s", 13: "epoch_ms", 16: "epoch_us"}


def own_mapping(path: Path, spare: Path) -> Mapping:
    """Write the mapping of a CSV, TSV or Parquet file of events.

    Args:
        path: the table.
        spare: where a compressed table may be unpacked.

    Returns:
        A mapping that takes every column of a contract field as that field, and the rest as properties.

    Raises:
        SourceError: it has no `event`, no `ts` or nobody it happened to; such a log needs a mapping file.
    """
    try:
        rows = opened(path, spare, Mapping.model_construct())
        named = {column.name: column for column in rows.columns if column.name in FIELDS}
        if not {"event", "ts"} <= set(named) or not {"user_id", "anonymous_id"} & set(named):
            found = ", ".join(column.name for column in rows.columns) or "none"
            raise SourceError(
                f"`source` is {path.name} with the columns {found}; must have event, ts and user_id or anonymous_id;"
                " give a mapping file with --mapping that says where they come from"
            )
        times = {name: _time_format(rows, named[name]) for name in TIME_FIELDS if name in named}
        fields = {name: _rule(name, times) for name in named}
        return Mapping.model_validate({"fields": fields})
    finally:
        spare.unlink(missing_ok=True)


def _rule(name: str, times: dict[str, str]) -> dict[str, object]:
    if name in times:
        return {"column": name, "format": [times[name]]}
    return {"column": name, "type": "json"} if name == "properties" else {"column": name}


def _time_format(rows: Rows, column: Column) -> str:
    """The format that the first value of a time column shows: an epoch by its digits, else ISO 8601."""
    for batch in rows.batches():
        values = (
            batch.column(batch.schema.get_field_index(column.alias)) if LINE in batch.schema.names else None
        )
        first = (
            next((value for value in values.to_pylist() if value not in (None, "")), None)
            if values is not None
            else None
        )
        if first is not None:
            return _EPOCH_BY_DIGITS.get(len(str(first)), "iso") if str(first).isdigit() else "iso"
    return "iso"


__all__ = ["own_mapping"]
