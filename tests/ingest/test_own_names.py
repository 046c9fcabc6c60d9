"""A table whose columns already bear the names of event fields lands without a mapping file."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import load
from tests.journeys import store_in

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
SECONDS = 1_775_044_800


@pytest.fixture
def store(tmp_path):
    with store_in(tmp_path / "home") as opened:
        yield opened


def found(store):
    with store.cursor() as cursor:
        query = (
            "SELECT user_id, event, epoch_us(ts), display_ms, properties ->> 'note' FROM events ORDER BY ALL"
        )
        return cursor.execute(query).fetchall()


@pytest.mark.parametrize(
    "ts",
    ["2026-04-01T12:00:00Z", "2026-04-01T21:00:00+09:00", f"{SECONDS}", f"{SECONDS}000", f"{SECONDS}000000"],
)
def test_a_csv_with_times_as_iso_or_as_any_epoch(store, tmp_path, ts):
    path = tmp_path / "log.csv"
    path.write_text(f"user_id,event,ts,display_ms,note\nann,suggestion_shown,{ts},4000,hello\n")
    report = load(store, path)
    assert (report.landed, report.errors) == (1, {})
    assert found(store) == [("ann", "suggestion_shown", SECONDS * 1_000_000, 4000.0, "hello")]


def test_a_parquet_file_with_times_of_its_own_type_and_properties_as_json(store, tmp_path):
    table = {
        "user_id": ["ann"], "event": ["suggestion_shown"], "ts": pa.array([NOON], pa.timestamp("ms", "UTC")),
        "properties": ['{"display_ms": 4000, "note": "hello"}'],
    }  # fmt: skip
    pq.write_table(pa.table(table), tmp_path / "log.parquet")
    assert load(store, tmp_path / "log.parquet").landed == 1
    assert found(store) == [("ann", "suggestion_shown", SECONDS * 1_000_000, 4000.0, "hello")]


def test_a_table_that_names_nobody_asks_for_a_mapping(store, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("visitor,event,ts\nann,opened,2026-04-01T12:00:00Z\n")
    (sentence,) = load(store, path).errors.values()
    assert "must have event, ts and user_id or anonymous_id" in sentence
    assert "--mapping" in sentence
