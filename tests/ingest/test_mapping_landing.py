"""A foreign log through `load`: what it says adds up, and splits, orders and repetitions change nothing."""

import json
import os
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import load
from ingest.loading import rebuild
from tests.ingest.logs import events
from tests.ingest.mapped import LEAST
from tests.journeys import store_in

HEADER = "id,user,event,ts,choice\n"
ROWS = [f"r{n},u{n % 3},prompt,2026-04-01T00:00:{n:02d}Z,{'yes' if n % 3 else 'timeout'}" for n in range(12)]
TWO_EVENTS = (
    LEAST
    + """
event_id = "id"
impression_id = { template = "{id}" }
[[events]]
event = "suggestion_shown"
[[events]]
event = "suggestion_expired"
when = { choice = "timeout" }
"""
)


@pytest.fixture
def store(tmp_path):
    with store_in(tmp_path / "home") as opened:
        yield opened


def write(path: Path, rows, header=HEADER) -> Path:
    path.write_text(header + "".join(f"{row}\n" for row in rows), "utf-8")
    return path


def mapping(folder: Path, toml: str) -> Path:
    path = folder / "log.toml"
    path.write_text(toml, "utf-8")
    return path


def test_every_event_and_every_rejected_row_is_accounted_for_and_a_second_load_adds_nothing(store, tmp_path):
    rows = [*ROWS[:4], "r9,u9,prompt,soon,yes", "only two,values", *ROWS[4:], ROWS[0]]
    log = write(tmp_path / "log.csv", rows)
    toml = mapping(tmp_path, TWO_EVENTS)
    (report,) = load(store, log, mapping=toml).files
    # 13 good rows, each shown; r0, r3, r6, r9 and r0 again expired: 18 events, of which the second r0 repeats two
    assert (report.lines, report.landed, report.duplicates, report.rejected) == (20, 16, 2, 2)
    assert report.codes == {"bad_ts": 1, "ragged_row": 1}
    again = load(store, log, mapping=toml)
    assert again.files[0].already
    with store.cursor() as cursor:
        found = cursor.execute("SELECT line, code, sentence, raw FROM rejects ORDER BY line").fetchall()
    assert [(line, code) for line, code, _, _ in found] == [(5, "bad_ts"), (6, "ragged_row")]
    assert json.loads(found[0][3])["ts"] == "soon"
    assert found[1][3] == "only two,values"
    before = events(store)
    rebuild(store)
    assert events(store) == before


def test_a_log_of_which_no_row_makes_an_event_is_a_load_of_nothing(store, tmp_path):
    toml = mapping(tmp_path, LEAST + '[[events]]\nwhen = { choice = "never" }\n')
    (report,) = load(store, write(tmp_path / "log.csv", ROWS), mapping=toml).files
    assert (report.lines, report.landed, report.rejected, report.skipped) == (0, 0, 0, 12)


def test_a_log_of_which_every_row_is_bad_is_all_quarantine(store, tmp_path):
    toml = mapping(tmp_path, LEAST.replace('"ts"\n', '{ column = "ts", format = "epoch_s" }\n'))
    (report,) = load(store, write(tmp_path / "log.csv", ROWS), mapping=toml).files
    assert (report.lines, report.landed, report.rejected) == (12, 0, 12)
    assert report.codes == {"bad_ts": 12}


def test_a_file_that_cannot_be_mapped_stops_no_other(store, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    write(folder / "a.csv", ROWS[:2], header="something,else\n")
    write(folder / "b.csv", ROWS[2:4])
    report = load(store, folder, mapping=mapping(tmp_path, LEAST))
    assert report.landed == 2
    (sentence,) = report.errors.values()
    assert sentence.startswith("`user` is not a column of a.csv; must be one of something, else")


def test_the_order_of_mapped_events_of_one_row_and_their_time_survive_landing(store, tmp_path):
    load(store, write(tmp_path / "log.csv", ROWS[:1]), mapping=mapping(tmp_path, TWO_EVENTS))
    with store.cursor() as cursor:
        found = cursor.execute(
            "SELECT event, event_id, epoch_ms(ts), impression_id FROM events ORDER BY event_id"
        ).fetchall()
    assert found == [
        ("suggestion_shown", "r0:1", 1_775_001_600_000, "r0"),
        ("suggestion_expired", "r0:2", 1_775_001_600_000, "r0"),
    ]


def content(folder: Path, files: list[list[str]], toml: str) -> tuple:
    with store_in(folder / "home") as store:
        path = mapping(folder, toml)
        for number, rows in enumerate(files):
            load(store, write(folder / f"{number}.csv", rows), mapping=path)
        return events(store)


@pytest.mark.slow
@settings(max_examples=8 if os.environ.get("HYPOTHESIS_PROFILE") == "evidence" else 5, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.booleans())
def test_splits_orders_and_repeated_rows_give_the_same_store(seed, parts, named):
    """With ids of the log's own any repetition is a duplicate; with digests, a row repeated in another file is."""
    chance = random.Random(seed)
    toml = TWO_EVENTS if named else TWO_EVENTS.replace('event_id = "id"\n', "")
    shuffled = chance.sample(ROWS, len(ROWS))
    files = [shuffled[part::parts] for part in range(parts)]
    files.append(chance.sample(ROWS, 3))
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        assert content(Path(one), [ROWS], toml) == content(Path(other), files, toml)
