"""Poisoned lines end in quarantine, named by file, line and code, and the good lines beside them land."""

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from ingest import Store, load
from tests.ingest.logs import POISONS, Poison, events, good, write
from tests.journeys import store_in


@pytest.fixture
def store(tmp_path: Path):
    with store_in(tmp_path / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory):
    """One store for all poisons: each brings files and ids of its own."""
    with store_in(tmp_path_factory.mktemp("poisons") / "home") as opened:
        yield opened


def _ids(store: Store) -> set[str]:
    with store.cursor() as cursor:
        return {row[0] for row in cursor.execute("SELECT event_id FROM events").fetchall()}


def _quarantine(store: Store, folder: Path) -> list[tuple[str, int, str]]:
    with store.cursor() as cursor:
        rows = cursor.execute("SELECT source, line, code FROM rejects ORDER BY line").fetchall()
    return [(Path(source).name, line, code) for source, line, code in rows if Path(source).parent == folder]


def test_there_are_at_least_forty_kinds_of_poison():
    assert len({poison.name for poison in POISONS}) == len(POISONS) >= 40


@pytest.mark.parametrize("poison", POISONS, ids=lambda poison: poison.name)
def test_a_poisoned_line_is_quarantined_at_either_end_of_a_file(
    shared: Store, tmp_path: Path, poison: Poison
):
    ids, files = set(), []
    for place, name in ((0, "first"), (4, "last")):
        base = 1000 * (1 + POISONS.index(poison)) + place * 10
        lines = [good(base + n) for n in range(4)]
        ids |= {f"e{base + n}" for n in range(4)}
        lines.insert(place, poison.line)
        files.append(write(tmp_path / f"{name}.ndjson", lines))
    before = _ids(shared)
    for report in load(shared, files).files:
        assert (report.lines, report.landed, report.duplicates, report.rejected) == (5, 4, 0, 1), report
        assert report.codes == {poison.code: 1}
    assert _quarantine(shared, tmp_path) == [
        ("first.ndjson", 1, poison.code),
        ("last.ndjson", 5, poison.code),
    ]
    assert _ids(shared) - before == ids


def test_every_poison_at_once_between_good_lines(store: Store, tmp_path: Path):
    lines = [line for n, poison in enumerate(POISONS) for line in (good(n), poison.line)]
    report = load(store, write(tmp_path / "all.ndjson", lines)).files[0]
    assert report.lines == report.landed + report.duplicates + report.rejected == 2 * len(POISONS)
    assert _quarantine(store, tmp_path) == [
        ("all.ndjson", 2 * n + 2, poison.code) for n, poison in enumerate(POISONS)
    ]
    assert {row[0] for row in events(store)} == {f"e{n}" for n in range(len(POISONS))}


def test_lines_that_only_look_bad_land(store: Store, tmp_path: Path):
    lines = [
        good(1, properties={"title": "a,} NaN :nan [Infinity"}),
        good(2, properties={"title": "emoji 😀 and \\u0000 spelled out"}),
        good(3, country="JP", properties={"boxes": [{"x": 1}, {"x": 2}]}),
        b"\xef\xbb\xbf" + good(4),
        good(5) + b"\r",
        good(6).replace(b": ", b" :  "),
        good(7, user_id=12345, seq=3),
        good(8, ts=1775000000.25),
        good(9, ts="1775000000123"),
        good(10, properties={"latency_ms": "fast", "model": {"name": "x"}}),
        b'{"event_id":"e11","event":"x","ts":1775000000,"user_id":"u","properties":{"t":"\\ud83d\\ude00"}}',
    ]
    report = load(store, write(tmp_path / "odd.ndjson", lines)).files[0]
    assert (report.landed, report.rejected) == (len(lines), 0), report
    with store.cursor() as cursor:
        told = dict(cursor.execute("SELECT event_id, properties ->> '$.title' FROM events").fetchall())
        kept = dict(cursor.execute("SELECT event_id, properties ->> '$.country' FROM events").fetchall())
        bad = dict(cursor.execute("SELECT event_id, bad_values FROM events").fetchall())
        stamps = dict(cursor.execute("SELECT event_id, epoch_us(ts) FROM events").fetchall())
    assert told["e1"] == "a,} NaN :nan [Infinity"
    assert told["e2"] == "emoji 😀 and \\u0000 spelled out"
    assert kept["e3"] == "JP"
    assert bad["e10"] == 2
    assert (stamps["e8"], stamps["e9"]) == (1775000000250000, 1775000000123000)


def test_half_a_gzip_gives_its_good_lines_and_says_what_is_lost(store: Store, tmp_path: Path):
    whole = gzip.compress(b"".join(good(n, properties={"n": str(n) * 40}) + b"\n" for n in range(3000)))
    half = tmp_path / "half.ndjson.gz"
    half.write_bytes(whole[: len(whole) // 2])
    report = load(store, half).files[0]
    assert report.codes["damaged_source"] == 1
    assert report.lines == report.landed + report.rejected
    assert 500 < report.landed < 3000
    assert [row[0] for row in sorted(events(store))][:1] == ["e0"]
    after = load(store, _whole(tmp_path, whole)).files[0]
    assert after.landed + report.landed == 3000
    assert after.duplicates == report.landed


def _whole(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "whole.ndjson.gz"
    path.write_bytes(data)
    return path


def test_gzip_members_and_zstd_land_like_plain_lines(tmp_path: Path):
    lines = [good(n) + b"\n" for n in range(50)]
    plain = tmp_path / "plain.ndjson"
    plain.write_bytes(b"".join(lines))
    gz = tmp_path / "members.ndjson.gz"
    gz.write_bytes(gzip.compress(b"".join(lines[:20])) + gzip.compress(b"".join(lines[20:])))
    sources = [plain, gz]
    zst = tmp_path / "plain.ndjson.zst"
    with pa.CompressedOutputStream(str(zst), "zstd") as out:
        out.write(plain.read_bytes())
    sources.append(zst)
    contents = []
    for number, source in enumerate(sources):
        with store_in(tmp_path / f"home{number}") as store:
            assert load(store, source).files[0].landed == 50
            contents.append(events(store))
    assert contents[0] == contents[1] == contents[2]


def test_a_file_of_another_kind_is_an_error_and_the_next_file_lands(store: Store, tmp_path: Path):
    (tmp_path / "a-empty.ndjson").write_bytes(b"")
    (tmp_path / "b-utf16.ndjson").write_bytes("\ufeff{}".encode("utf-16"))
    write(tmp_path / "c-good.ndjson", [good(1)])
    report = load(store, tmp_path)
    assert report.landed == 1
    told = {Path(name).name: sentence for name, sentence in report.errors.items()}
    assert "which is empty; must hold at least one line" in told["a-empty.ndjson"]
    assert "UTF-16; must be UTF-8; convert it first" in told["b-utf16.ndjson"]


def test_a_gzip_of_nothing_and_a_folder_of_nothing_say_so(store: Store, tmp_path: Path):
    empty = tmp_path / "empty.ndjson.gz"
    empty.write_bytes(gzip.compress(b""))
    assert "unpacks to nothing" in next(iter(load(store, empty).errors.values()))
    (tmp_path / "nothing").mkdir()
    with pytest.raises(ValueError, match="must be a log, a folder of logs or a glob"):
        load(store, tmp_path / "nothing")
    with pytest.raises(ValueError, match=r"`source` is .*missing\.ndjson; must be"):
        load(store, tmp_path / "missing.ndjson")


def test_json_lines_in_a_file_named_log_land_by_name_and_glob(store: Store, tmp_path: Path):
    write(tmp_path / "a.log", [good(1)])
    write(tmp_path / "b.jsonl", [good(2)])
    assert load(store, [tmp_path / "a.log", str(tmp_path / "*.jsonl")]).landed == 2


def test_zstd_cut_short_keeps_its_good_lines(store: Store, tmp_path: Path):
    plain = write(
        tmp_path / "plain.ndjson", [good(n, properties={"n": hex(n * 7919)}) for n in range(60_000)]
    )
    packed = tmp_path / "cut.ndjson.zst"
    with pa.CompressedOutputStream(str(packed), "zstd") as out:
        out.write(plain.read_bytes())
    packed.write_bytes(packed.read_bytes()[: packed.stat().st_size // 2])
    report = load(store, packed).files[0]
    assert report.codes.get("damaged_source") == 1
    assert report.lines == report.landed + report.rejected
    assert report.landed > 100
