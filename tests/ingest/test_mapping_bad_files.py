"""Bad files: cut short, empty, damaged or poisoned; what is whole lands, the rest is told."""

import gzip
import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.formats.tabular.rows import SourceError
from tests.ingest.mapped import GOOD, LEAST, good, mapped, users, written


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path, content):
    with pytest.raises(SourceError, match="is empty; must hold rows"):
        mapped(written(tmp_path, content), LEAST)


def test_a_header_alone_is_a_log_without_rows(tmp_path):
    outcome = mapped(written(tmp_path, GOOD), LEAST)
    assert (outcome.file.rows, outcome.events, outcome.file.rejects) == (0, [], [])


def half_of(content, pack, folder, name):
    packed = pack(content.encode())
    return written(folder, packed[: len(packed) // 2], name)


MANY = [f"user{n}-{random.Random(n).random()}" for n in range(40_000)]


@pytest.mark.parametrize(
    ("pack", "name"),
    [(gzip.compress, "log.csv.gz"), (lambda b: pa.compress(b, "zstd", asbytes=True), "log.csv.zst")],
)
def test_half_a_packed_file_lands_its_whole_rows_and_rejects_the_one_it_breaks_off_in(tmp_path, pack, name):
    outcome = mapped(half_of(GOOD + good(*MANY), pack, tmp_path, name), LEAST)
    landed = len(outcome.events)
    assert users(outcome) == MANY[:landed]
    assert outcome.rejected == [(landed + 1, "damaged_source")]
    assert good(MANY[landed]).startswith(outcome.file.rejects[0].raw)
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, "out.ndjson"]


def test_a_break_is_told_once_even_if_rows_without_an_id_make_the_file_be_read_again(tmp_path):
    rows = "id,user,event,ts\n" + "".join(
        f"{'' if n % 9 else n},{row}\n" for n, row in enumerate(good(*MANY).splitlines())
    )
    outcome = mapped(half_of(rows, gzip.compress, tmp_path, "log.csv.gz"), LEAST + 'event_id = "id"\n')
    assert outcome.rejected == [(len(outcome.events) + 1, "damaged_source")]


def test_half_a_packed_ndjson_keeps_its_whole_lines(tmp_path):
    lines = "".join(json.dumps({"user": user, "event": "x", "ts": "2026-04-01"}) + "\n" for user in MANY)
    outcome = mapped(half_of(lines, gzip.compress, tmp_path, "log.ndjson.gz"), LEAST)
    landed = len(outcome.events)
    assert 0 < landed < len(MANY)
    assert outcome.rejected == [(landed + 1, "damaged_source")]


def test_what_calls_itself_parquet_but_is_none_or_is_damaged(tmp_path):
    with pytest.raises(SourceError, match="must be a whole Parquet file"):
        mapped(written(tmp_path, "user,event\n", "log.parquet"), LEAST)
    pq.write_table(pa.table({"user": MANY, "event": MANY, "ts": MANY}), tmp_path / "log.parquet")
    whole = (tmp_path / "log.parquet").read_bytes()
    damaged = whole[:100] + bytes(2_000) + whole[2_100:]
    with pytest.raises(SourceError, match="must be a whole Parquet file"):
        mapped(written(tmp_path, damaged, "log.parquet"), LEAST)


LINE = {"user": "ann", "event": "opened", "ts": "2026-04-01"}
POISON = {
    "not_json": b'{"user": "ann", "ts": NaN}',
    "not_object": b"[1, 2]",
    "duplicate_key": b'{"user": "ann", "user": "bob", "event": "opened", "ts": "2026-04-01"}',
    "not_utf8": b'{"user": "\xff"}',
    "lone_surrogate": rb'{"user": "\ud800"}',
    "nul_character": rb'{"user": "a\u0000b"}',
    "too_deep": b'{"user": ' + b"[" * 3_000 + b"]" * 3_000 + b"}",
    "line_too_long": b'{"user": "' + b"x" * (2 << 20) + b'"}',
}


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("code", POISON)
def test_a_poison_line_of_foreign_ndjson_is_rejected_and_the_lines_beside_it_land(tmp_path, code, place):
    lines = [json.dumps(LINE | {"user": user}).encode() for user in ("ann", "bob")]
    lines.insert(place, POISON[code])
    outcome = mapped(written(tmp_path, b"\n".join(lines), "log.ndjson"), LEAST)
    assert users(outcome) == ["ann", "bob"]
    assert outcome.rejected == [(place + 1, code)]


def test_lines_above_the_header_and_a_missing_header(tmp_path):
    noted = written(tmp_path, "exported 2026-04-02\n" + GOOD + good("ann"))
    assert users(mapped(noted, "[source]\nskip = 1\n" + LEAST)) == ["ann"]
    bare = written(tmp_path, good("ann", "bob"))
    assert users(mapped(bare, '[source]\nheader = false\ncolumns = ["user", "event", "ts"]\n' + LEAST)) == [
        "ann",
        "bob",
    ]


def test_line_ends_of_windows_and_a_missing_last_line_feed(tmp_path):
    text = (GOOD + good("ann", "bob")).replace("\n", "\r\n").removesuffix("\r\n")
    assert users(mapped(written(tmp_path, text), LEAST)) == ["ann", "bob"]
    assert users(mapped(written(tmp_path, text + "\r\nx\r\n"), LEAST)) == ["ann", "bob"]


def test_the_source_is_never_written_to(tmp_path):
    path: Path = half_of(GOOD + good(*MANY), gzip.compress, tmp_path, "log.csv.gz")
    before = path.read_bytes()
    mapped(path, LEAST)
    assert path.read_bytes() == before


def test_a_blank_line_or_a_line_feed_in_a_name_above_the_rows_adds_no_row(tmp_path):
    outcome = mapped(written(tmp_path, "\n" + GOOD + good("ann")), LEAST)
    assert (users(outcome), outcome.file.rows) == (["ann"], 1)
    split_name = written(tmp_path, 'user,event,ts,"two\nlines"\nann,opened,2026-04-01T10:00:00Z,x\n')
    assert mapped(split_name, LEAST).properties == {"two\nlines": "x"}
