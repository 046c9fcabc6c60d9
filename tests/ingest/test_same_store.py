"""However a log is split, ordered, repeated or loaded again, the store ends up the same."""

import itertools
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import Store, load
from ingest.compaction import compact
from ingest.loading import rebuild
from tests.ingest.logs import events, good, rejects, write
from tests.journeys import store_in

pytestmark = pytest.mark.slow

EVIDENCE = os.environ.get("HYPOTHESIS_PROFILE") == "evidence"
_BAD = [b'{"event":', b'{"event":"x"}', b"[1]", good(5)[:-1], b'{"event":"x","ts":"yesterday","user_id":"u"}']


@st.composite
def _line(draw: st.DrawFn) -> bytes:
    """One line of a small world: few ids, so that they repeat, with equal and with different content."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(_BAD))
    event = {
        "event_id": f"e{draw(st.integers(0, 12))}",
        "event": draw(st.sampled_from(["camera_opened", "photo_taken"])),
        "ts": 1_775_000_000 + draw(st.integers(0, 3)),
        "sent_at": 1_775_000_100 + draw(st.integers(0, 2)),
        "received_at": 1_775_000_100 + draw(st.integers(0, 2)),
    }
    who = draw(
        st.sampled_from([{"user_id": "u1"}, {"anonymous_id": "a1"}, {"user_id": "u2", "anonymous_id": "a1"}])
    )
    shape = draw(st.sampled_from([{}, {"properties": {"boxes": [[1]]}}, {"country": "JP"}]))
    return json.dumps({**event, **who, **shape}).encode()


@st.composite
def _two_ways(draw: st.DrawFn) -> tuple[list[list[bytes]], list[list[bytes]]]:
    """The same lines twice: split into files one way, then shuffled, a tenth repeated, split another way."""
    lines = draw(st.lists(_line(), min_size=1, max_size=40))
    again = draw(st.permutations(lines + lines[: max(1, len(lines) // 10)]))
    return _split(draw, lines), _split(draw, list(again))


def _split(draw: st.DrawFn, lines: list[bytes]) -> list[list[bytes]]:
    cuts = sorted(draw(st.lists(st.integers(0, len(lines)), max_size=3)))
    ends = [0, *cuts, len(lines)]
    return [lines[a:b] for a, b in itertools.pairwise(ends) if a < b]


def _stored(folder: Path, files: list[list[bytes]], *, compacting: bool) -> tuple[list, set, tuple]:
    with store_in(folder / "home") as store:
        for number, lines in enumerate(files):
            report = load(store, write(folder / f"{number}.ndjson", lines))
            if compacting and number % 2:
                compact(store)
            for file in report.files:
                assert file.lines == file.landed + file.duplicates + file.rejected
        with store.cursor() as cursor:
            sums = cursor.execute(
                "SELECT sum(landed)::INT, sum(lines)::INT, sum(rejected)::INT FROM loads"
            ).fetchone()
            counted = cursor.execute("SELECT sum(landed + duplicates + rejected)::INT FROM loads").fetchone()
        assert counted[0] == sums[1]
        assert sums[0] == len(events(store))
        return events(store), rejects(store), (*sums, store.observed_until())


@given(_two_ways())
@settings(max_examples=800 if EVIDENCE else 12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_split_order_and_repetition_gives_the_identical_store(ways):
    first, second = ways
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        a = _stored(Path(one), first, compacting=False)
        b = _stored(Path(two), second, compacting=True)
    assert a[0] == b[0]
    assert a[1] == b[1]
    assert a[2][0] == b[2][0]
    assert a[2][-1] == b[2][-1]


@given(st.lists(_line(), min_size=1, max_size=30))
@settings(max_examples=240 if EVIDENCE else 5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_deleting_the_index_and_rebuilding_gives_the_same_store(lines: list[bytes]):
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with store_in(home) as store:
            for number in range(2):
                load(store, write(Path(folder) / f"{number}.ndjson", lines[number::2] or lines))
            before = events(store), rejects(store), store.observed_until()
        (home / "kazasu.duckdb").unlink()
        with Store.open(home) as store:
            assert (events(store), rejects(store), store.observed_until()) == before
            assert rebuild(store) >= 1
            assert (events(store), rejects(store), store.observed_until()) == before


def test_the_same_file_again_is_known_and_changes_nothing(tmp_path: Path):
    path = write(tmp_path / "log.ndjson", [good(n) for n in range(20)])
    with store_in(tmp_path / "home") as store:
        assert load(store, path).landed == 20
        version = store.data_version()
        report = load(store, path)
        assert report.files[0].already
        assert (report.lines, report.landed) == (0, 0)
        assert store.data_version() == version


def test_a_repeated_line_is_a_duplicate_and_another_content_a_conflict(tmp_path: Path):
    """By (ts, content): the earlier event stays, whichever came first."""
    late, early = good(1, ts="2026-04-01T09:00:00Z"), good(1, ts="2026-04-01T08:00:00Z")
    with store_in(tmp_path / "home") as store:
        load(store, write(tmp_path / "a.ndjson", [late, late]))
        load(store, write(tmp_path / "b.ndjson", [early]))
        with store.cursor() as cursor:
            told = cursor.execute(
                "SELECT lines, landed, duplicates, rejected FROM loads ORDER BY load_id"
            ).fetchall()
            kept = cursor.execute("SELECT epoch(ts)::BIGINT FROM events").fetchall()
            lost = cursor.execute("SELECT source, line, code, sentence FROM rejects").fetchall()
    assert kept == [(1775030400,)]  # 2026-04-01T08:00:00Z
    assert told == [(2, 0, 1, 1), (1, 1, 0, 0)]
    assert [(Path(s).name, line, code) for s, line, code, _ in lost] == [("a.ndjson", 1, "id_conflict")]
    assert "`event_id` is e1, which another event has; must be unique" in lost[0][3]


def test_a_retry_with_new_stamps_is_the_same_event(tmp_path: Path):
    first = good(1, sent_at="2026-04-01T00:00:05Z", received_at="2026-04-01T00:00:06Z")
    retry = good(1, sent_at="2026-04-01T00:10:05Z", received_at="2026-04-01T00:10:06Z")
    with store_in(tmp_path / "home") as store:
        report = load(store, write(tmp_path / "a.ndjson", [first, retry]))
        assert (report.landed, report.duplicates, report.rejected) == (1, 1, 0)


def test_lines_without_an_id_are_told_apart_by_their_ordinal(tmp_path: Path):
    line = b'{"event":"catalog","ts":1775000000,"user_id":"u1"}'
    with store_in(tmp_path / "home") as store:
        assert load(store, write(tmp_path / "a.ndjson", [line, good(1), line])).landed == 3
        report = load(store, write(tmp_path / "b.ndjson", [line, line, line]))
        assert (report.landed, report.duplicates) == (1, 2)


def test_an_anonymous_event_belongs_to_the_first_user_ever_seen_with_its_id(tmp_path: Path):
    alone = b'{"event_id":"1","event":"x","ts":1775000000,"anonymous_id":"a"}'
    second = b'{"event_id":"2","event":"x","ts":1775000200,"anonymous_id":"a","user_id":"later"}'
    first = b'{"event_id":"3","event":"x","ts":1775000100,"anonymous_id":"a","user_id":"earlier"}'
    with store_in(tmp_path / "home") as store:
        people = []
        for number, line in enumerate((alone, second, first)):
            load(store, write(tmp_path / f"{number}.ndjson", [line]))
            with store.cursor() as cursor:
                row = cursor.execute("SELECT person FROM events WHERE event_id = '1'").fetchone()
            people.append(row[0])
        assert people == ["anon:a", "later", "earlier"]
        assert not store.clustered()
        compact(store)
        assert store.clustered()
        with store.cursor() as cursor:
            rows = cursor.execute(
                "SELECT DISTINCT person FROM events_main WHERE event_id IN ('1', '3')"
            ).fetchall()
            merged = cursor.execute("SELECT person, merged_ids FROM persons ORDER BY person").fetchall()
        assert rows == [("earlier",)]
        assert merged == [("earlier", 1), ("later", 1)]
