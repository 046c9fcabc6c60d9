"""The peers of landing: what they are given, and their ways to take it in."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from string import Template

import duckdb

_ENVELOPE = (
    "event_id String, event LowCardinality(String), ts DateTime64(6), user_id String, session_id String,"
    " attempt_id String, seq Int64, platform LowCardinality(String), os_version LowCardinality(String),"
    " app_version LowCardinality(String), device LowCardinality(String)"
)
_PROMOTED = {
    "inference_id": "Nullable(String)",
    "model": "LowCardinality(Nullable(String))",
    "model_version": "LowCardinality(Nullable(String))",
    "conversion": "LowCardinality(Nullable(String))",
    "delegate": "LowCardinality(Nullable(String))",
    "latency_ms": "Nullable(Float64)",
    "cold": "Nullable(Bool)",
    "label": "LowCardinality(Nullable(String))",
    "score": "Nullable(Float64)",
    "impression_id": "Nullable(String)",
    "display_ms": "Nullable(Float64)",
    "copy_id": "LowCardinality(Nullable(String))",
    "design_id": "LowCardinality(Nullable(String))",
    "elapsed_ms": "Nullable(Float64)",
    "method": "LowCardinality(Nullable(String))",
    "true_label": "LowCardinality(Nullable(String))",
    "price_low": "Nullable(Float64)",
    "price_high": "Nullable(Float64)",
    "payload_bytes": "Nullable(Float64)",
    "experiment": "LowCardinality(Nullable(String))",
    "variant": "LowCardinality(Nullable(String))",
}
_TYPED = ", ".join(f"{name} {kind}" for name, kind in _PROMOTED.items())
_DERIVED = ", ".join(
    f"{name} {kind} MATERIALIZED JSONExtract(properties, '{name}', '{kind}')"
    for name, kind in _PROMOTED.items()
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way of chdb to hold the properties: whether the analysed ones are typed, and whether unknown ones stay."""

    properties: str
    derived: str = ""
    typed: bool = True
    keeps_all: bool = True


CHDB_WAYS = {
    "chdb-text": Way("String", typed=False),
    "chdb-text+typed": Way("String", f", {_DERIVED}"),
    "chdb-tuple": Way(f"Tuple({_TYPED})", keeps_all=False),
    "chdb-json": Way(f"JSON({_TYPED})"),
}

_LOG = Template(
    """
COPY (
    SELECT CASE WHEN $bad_every > 0 AND i % $bad_every = 7 THEN '{"event_id":"broken' ELSE to_json({
        event_id: format('{:08x}-{:08x}', i, (hash(i) % 4294967295)::BIGINT),
        event: ['camera_opened', 'photo_taken', 'inference_completed', 'suggestion_shown', 'suggestion_tapped'][i % 5 + 1],
        ts: strftime(TIMESTAMP '2026-04-01' + INTERVAL (i * 700) MILLISECOND, '%Y-%m-%dT%H:%M:%S.%g+09:00'),
        user_id: 'u' || hash(i // 5) % 200000, session_id: 's' || i // 20, attempt_id: 'a' || i // 5, seq: i % 5,
        platform: ['android', 'ios'][i // 5 % 2 + 1], os_version: '15.' || i % 4, app_version: '7.1' || i % 8,
        device: 'Pixel ' || i % 7,
        properties: CASE i % 5
            WHEN 2 THEN json_object('inference_id', 'inf' || i, 'model', 'mnv3', 'model_version', '3', 'conversion', 'uint8',
                'delegate', 'cpu', 'latency_ms', 30.5 + i % 9, 'cold', i % 3 = 0, 'label', 'book', 'score', 0.93)
            WHEN 3 THEN json_object('impression_id', 'imp' || i // 5, 'inference_id', 'inf' || i - 1, 'display_ms', 4000,
                'copy_id', 'v1', 'design_id', 'd1')
            WHEN 4 THEN json_object('impression_id', 'imp' || i // 5, 'elapsed_ms', 1200 + i % 3000)
            ELSE json_object('screen', 'camera', 'light', i % 11) END})::VARCHAR END AS line
    FROM range($rows) AS t(i)
) TO '$path' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')
"""
)
_READ_JSON = Template(
    """
CREATE TABLE e AS SELECT * EXCLUDE (properties), properties, unnest(json_transform(properties, '{$wanted}'))
FROM read_json('$path', format = 'newline_delimited', maximum_object_size = 2097152, columns = {event_id: 'VARCHAR',
    event: 'VARCHAR', ts: 'TIMESTAMPTZ', user_id: 'VARCHAR', session_id: 'VARCHAR', attempt_id: 'VARCHAR', seq: 'BIGINT',
    platform: 'VARCHAR', os_version: 'VARCHAR', app_version: 'VARCHAR', device: 'VARCHAR', properties: 'JSON'})
"""
)
_DUCKDB_TYPES = {"Float64": "DOUBLE", "Bool": "BOOLEAN"}


def write_log(path: Path, rows: int, bad_every: int) -> None:
    """Write a log of barcode suggestions.

    Args:
        path: the NDJSON file.
        rows: how many lines.
        bad_every: every so-manieth line is cut short; 0 for none.
    """
    with duckdb.connect() as connection:
        connection.execute(_LOG.substitute(path=path, rows=rows, bad_every=bad_every))


def duckdb_read_json(log: Path, folder: Path) -> float:
    """Read a log with DuckDB's typed reader into a table of a file; return the seconds.

    Args:
        log: the log.
        folder: where the database goes.
    """
    kinds = {name: kind.removeprefix("LowCardinality(") for name, kind in _PROMOTED.items()}
    wanted = ",".join(f'"{name}":"{_duckdb_type(kind)}"' for name, kind in kinds.items())
    with tempfile.TemporaryDirectory(dir=folder) as home, duckdb.connect(f"{home}/peer.duckdb") as connection:
        connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        started = time.perf_counter()
        connection.execute(_READ_JSON.substitute(path=log, wanted=wanted))
        connection.execute("CHECKPOINT")
        return time.perf_counter() - started


def _duckdb_type(kind: str) -> str:
    inner = kind.removeprefix("Nullable(").rstrip(")")
    return _DUCKDB_TYPES.get(inner, "VARCHAR")


def chdb_insert(way: Way, log: Path, folder: Path) -> float:
    """Insert a log into a MergeTree ordered by user and time; return the seconds.

    Args:
        way: how the properties are held.
        log: the log.
        folder: where the table goes.
    """
    from chdb import session

    with tempfile.TemporaryDirectory(dir=folder) as home:
        chdb = session.Session(home)
        chdb.query(
            f"CREATE TABLE e ({_ENVELOPE}, properties {way.properties}{way.derived}) ENGINE = MergeTree ORDER BY (user_id, ts)"
        )
        started = time.perf_counter()
        chdb.query(
            f"INSERT INTO e SELECT * FROM file('{log}', JSONEachRow, '{_ENVELOPE}, properties {way.properties}')"
            " SETTINGS date_time_input_format = 'best_effort', max_threads = 2, max_insert_threads = 2"
        )
        seconds = time.perf_counter() - started
        chdb.close()
        return seconds
