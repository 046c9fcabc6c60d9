"""A plain DuckDB table `events` with the two views over it, for telling the views' rules without a store."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

START = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
_SQL = Path(__file__).parents[2] / "ingest" / "sql"
_COLUMNS = {
    "event_id": "VARCHAR", "event": "VARCHAR", "ts": "TIMESTAMPTZ", "seq": "BIGINT", "person": "VARCHAR",
    "session_id": "VARCHAR", "attempt_id": "VARCHAR", "platform": "VARCHAR", "os_version": "VARCHAR",
    "app_version": "VARCHAR", "device": "VARCHAR", "inference_id": "VARCHAR", "model": "VARCHAR",
    "model_version": "VARCHAR", "conversion": "VARCHAR", "delegate": "VARCHAR", "latency_ms": "DOUBLE",
    "cold": "BOOLEAN", "label": "VARCHAR", "score": "DOUBLE", "impression_id": "VARCHAR",
    "display_ms": "DOUBLE", "copy_id": "VARCHAR", "design_id": "VARCHAR", "elapsed_ms": "DOUBLE",
    "true_label": "VARCHAR", "properties": "JSON",
}  # fmt: skip
_MADE = {
    "impressions": (("macros", "rules_impressions"), "kz_impressions('events')"),
    "inferences": (("view_inferences",), "inferences"),
}


def at(ms: float) -> datetime:
    """The instant `ms` milliseconds after the start of every story."""
    return START + timedelta(milliseconds=ms)


def rows_of(view: str, events: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """The rows of `impressions` or `inferences` over these events, as dicts in no particular order."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"CREATE TABLE events ({', '.join(f'{name} {kind}' for name, kind in _COLUMNS.items())})")
    marks = ", ".join("?" for _ in _COLUMNS)
    for event in events:
        assert set(event) <= set(_COLUMNS), event
        con.execute(f"INSERT INTO events VALUES ({marks})", [event.get(name) for name in _COLUMNS])
    files, source = _MADE[view]
    for name in files:
        con.execute((_SQL / f"{name}.sql").read_text(encoding="utf-8"))
    found = con.sql("FROM " + source)
    names = found.columns
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    con.close()
    return rows
