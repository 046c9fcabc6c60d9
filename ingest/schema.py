"""Tables and shared views: their SQL in order of making, and each view as an unbound Ibis table."""

from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

VERSION = "4"
"""Raised whenever tables or promoted columns change; a store of another version is rebuilt from landed/."""

_SQL = Path(__file__).with_name("sql")

_EVENT_COLUMNS = {
    "event_id": "string",
    "event": "string",
    "ts": "timestamp('UTC')",
    "seq": "int64",
    "person": "string",
    "user_id": "string",
    "anonymous_id": "string",
    "session_id": "string",
    "attempt_id": "string",
    "platform": "string",
    "os_version": "string",
    "app_version": "string",
    "device": "string",
    "ts_device": "timestamp('UTC')",
    "sent_at": "timestamp('UTC')",
    "received_at": "timestamp('UTC')",
    "inference_id": "string",
    "model": "string",
    "model_version": "string",
    "conversion": "string",
    "delegate": "string",
    "latency_ms": "float64",
    "cold": "boolean",
    "label": "string",
    "score": "float64",
    "impression_id": "string",
    "display_ms": "float64",
    "copy_id": "string",
    "design_id": "string",
    "elapsed_ms": "float64",
    "method": "string",
    "true_label": "string",
    "price_low": "float64",
    "price_high": "float64",
    "payload_bytes": "float64",
    "experiment": "string",
    "variant": "string",
    "properties": "json",
    "bad_values": "uint8",
    "load_id": "int32",
    "background": "boolean",
}
_KEYED = {"person_key": "int32", **{k: v for k, v in _EVENT_COLUMNS.items() if k != "background"}}
_PLACE = {"platform": "string", "device": "string", "os_version": "string", "app_version": "string"}
_LINEAGE = {
    "tool": "string",
    "model": "string",
    "status": "string",
    "conversion": "string",
    "runtime": "string",
    "delegate": "string",
    "device": "string",
    "os_version": "string",
    "threads": "int64",
    "training_run": "string",
    "scenario": "string",
    "dataset": "string",
    "tool_version": "string",
    "measured_at": "string",
}
_COLUMNS: dict[str, dict[str, str]] = {
    "events": _EVENT_COLUMNS,
    "event_sessions": {**_EVENT_COLUMNS, "session": "string"},
    "event_attempts": {**_EVENT_COLUMNS, "attempt": "string"},
    "persons": {
        "person": "string",
        "first_ts": "timestamp('UTC')",
        "last_ts": "timestamp('UTC')",
        "events": "int64",
        "merged_ids": "int64",
    },
    "exposures": {
        "experiment": "string",
        "person": "string",
        "variant": "string",
        "ts": "timestamp('UTC')",
        "variants": "int64",
        **_PLACE,
        "person_key": "int32",
    },
    "impressions": {
        "impression_id": "string",
        "person": "string",
        "shown_ts": "timestamp('UTC')",
        "display_ms": "float64",
        "copy_id": "string",
        "design_id": "string",
        "inference_id": "string",
        **_PLACE,
        "session_id": "string",
        "attempt_id": "string",
        "nth": "int64",
        "ending": "string",
        "ending_ts": "timestamp('UTC')",
        "elapsed_ms": "float64",
        "elapsed_source": "string",
        "conflicts": "int64",
        "after_limit": "int64",
        "language": "string",
        "timeout_ms": "float64",
        "previous_ts": "timestamp('UTC')",
        "person_key": "int32",
    },
    "inferences": {
        "inference_id": "string",
        "person": "string",
        "ts": "timestamp('UTC')",
        "model": "string",
        "model_version": "string",
        "conversion": "string",
        "delegate": "string",
        **_PLACE,
        "latency_ms": "float64",
        "cold": "boolean",
        "label": "string",
        "score": "float64",
        "true_label": "string",
        "shown": "boolean",
    },
    "loads": {
        "load_id": "int32",
        "digest": "string",
        "source": "string",
        "mapping": "string",
        "lines": "int64",
        "landed": "int64",
        "duplicates": "int64",
        "rejected": "int64",
        "skipped": "int64",
        "bad_values": "int64",
        "first_ts": "timestamp('UTC')",
        "last_ts": "timestamp('UTC')",
        "loaded_at": "timestamp('UTC')",
        "synthetic": "boolean",
        "complete": "boolean",
        "compacted": "boolean",
    },
    "rejects": {
        "load_id": "int32",
        "source": "string",
        "line": "int64",
        "code": "string",
        "sentence": "string",
        "raw": "string",
    },
    "runs": {
        "run": "string",
        "file_digest": "string",
        "ordinal": "int32",
        "source": "string",
        "source_digest": "string",
        "line": "int64",
        **_LINEAGE,
        "failure": "string",
        "details": "json",
    },
    "figures": {
        "run": "string",
        "quantity": "string",
        "statistic": "string",
        "value": "float64",
        "n": "int64",
    },
    "evaluated": {
        "run": "string",
        "item": "string",
        "label": "string",
        "true_label": "string",
        "score": "float64",
    },
    "cohort_members": {"cohort": "string", "person": "string"},
    "person_keys": {"person": "string", "person_key": "int32"},
    "events_main": _KEYED,
    "events_keyed": _KEYED,
}


def unbound(name: str) -> "ir.Table":
    """Return a view as an unbound Ibis table to write a question over.

    Args:
        name: one of the views (events, impressions, exposures, …).

    Returns:
        The table expression; compile it with `analysis.ask`.

    Raises:
        ValueError: there is no such view.
    """
    import ibis

    if name not in _COLUMNS:
        raise ValueError(
            f"`name` is {name!r}; must be one of {', '.join(sorted(_COLUMNS))}; name a view of the store"
        )
    return ibis.table(_COLUMNS[name], name=name)


def views() -> tuple[str, ...]:
    """Return the names of the tables and views a question may read."""
    return tuple(_COLUMNS)


@cache
def statement(name: str) -> str:
    """Return the text of one static SQL file of this package.

    Args:
        name: the file's name without `.sql`.
    """
    return (_SQL / f"{name}.sql").read_text("utf-8")


def made_by(engine: str, starts: Mapping[str, bool]) -> str:
    """Return what tells whether a store was made by this very code: a digest of its statements and the engine.

    Args:
        engine: DuckDB's version.
        starts: Events that start an attempt -> whether it encloses those inside.
    """
    told = repr((VERSION, engine, statement("tables"), making(), dict(starts)))
    return blake2b(told.encode(), digest_size=16).hexdigest()


def making() -> tuple[str, ...]:
    """Return the statements that make a store's tables, macros and views, in order; safe to run on every opening."""
    return tuple(
        statement(name)
        for name in (
            "macros",
            "fresh",
            "tables",
            "view_events",
            "rules_exposures",
            "rules_impressions",
            "view_touched",
            "view_exposures",
            "view_impressions",
            "view_inferences",
            "view_cohorts",
            "view_measured",
        )
    )
