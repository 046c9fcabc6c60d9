"""Bad mappings and bad files: one clear sentence, or rejects by row number while the good rows land."""

import gzip
import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.formats.mapping import MappingError, read_mapping
from ingest.formats.tabular.rows import SourceError
from tests.ingest.mapped import LEAST, mapped, written

GOOD = "user,event,ts\n"


def good(*users):
    return "".join(f"{user},opened,2026-04-01T10:00:00Z\n" for user in users)


def users(outcome):
    return [event["user_id"] for event in outcome.events]


MISTAKES = [
    (
        "unmaped = 'drop'",
        "`unmaped` is an unknown key in log.toml; must be one of events, fields, source, time, unmapped",
    ),
    (
        "[source]\ndelimeter = ';'",
        "`source.delimeter` is an unknown key in log.toml; must be one of columns, delimiter",
    ),
    (
        "[source]\nformat = 'xls'",
        "`source.format` is 'xls' in log.toml; must be 'csv', 'tsv', 'parquet' or 'ndjson'",
    ),
    ("[source]\nencoding = 'utf-9'", "`source.encoding` is 'utf-9' in log.toml; must be an encoding of text"),
    (
        "[source]\nheader = false",
        "must name the columns once; write header = false together with columns = [...]",
    ),
    (
        "[time]\nzone = 'Asia/Tokio'",
        "`time.zone` is 'Asia/Tokio' in log.toml; must be a zone of the IANA list",
    ),
    (
        "[time]\nformat = '%Q'",
        "`time.format.1` is '%Q' in log.toml; must be iso, epoch_s, epoch_ms, epoch_us or a pattern",
    ),
    (
        "[fields]\nx = { colum = 'a' }",
        "`fields.x.colum` is an unknown key in log.toml; must be one of column, constant",
    ),
    (
        "[fields]\nx = { column = 'a', constant = 1 }",
        "must have exactly one of `column`, `constant` and `template`",
    ),
    ("[fields]\nx = { column = 'a', otherwise = 'reject' }", "must list `values` if it has `otherwise`"),
    ("[fields]\nx = 5", "`fields.x` is 5 in log.toml; must be the name of a column, or a table of keys"),
    (
        "[[events]]\nwhen = { a = { gee = 2 } }",
        "`events.1.when.a.gee` is an unknown key in log.toml; must be one of eq, ge",
    ),
    ("[[events]]\nwhen = { a = {} }", "must say something, such as"),
    (
        "[[events]]\nshift = '30 sec'",
        "`events.1.shift.by` is '30 sec' in log.toml; must be a length of time such as 30s",
    ),
    ("[[events]]\nshift = { unit = 's' }", "or name a `column` that holds one"),
    ("[fields]\nuser_id = 'a'\nevent = 'b'", "must say in [fields] where `ts` comes from"),
    ("[fields]\nevent = 'a'\nts = 'b'", "must say in [fields] where `user_id` or `anonymous_id` comes from"),
    (
        "[fields]\nuser_id = 'a'\nts = 'b'\n[[events]]",
        "must say in [[events]] number 1 where `event` comes from",
    ),
    (LEAST + "platform = { column = 'a', zone = 'UTC' }", "must give `format` and `zone` only to times"),
    (LEAST + "properties = { constant = 'a' }", "must name for `properties` a column that holds an object"),
    ("[fields", "must be TOML in UTF-8; correct it"),
]


@pytest.mark.parametrize(("toml", "said"), MISTAKES)
def test_a_mistake_in_a_mapping_is_told_with_its_key_and_what_it_must_be(tmp_path, toml, said):
    path = tmp_path / "log.toml"
    path.write_text(toml)
    with pytest.raises(MappingError) as told:
        read_mapping(path)
    assert said in str(told.value)


def test_every_mistake_is_told_at_once(tmp_path):
    path = tmp_path / "log.toml"
    path.write_text("[time]\nzone = 'x'\n[source]\nskip = -1\nformat = 'xls'\n")
    with pytest.raises(MappingError) as told:
        read_mapping(path)
    assert len(str(told.value).splitlines()) == 3


def test_a_mapping_that_is_not_there(tmp_path):
    with pytest.raises(MappingError, match="must be a readable file; check its path"):
        read_mapping(tmp_path / "none.toml")


def test_a_column_that_the_log_lacks_is_named_beside_those_it_has(tmp_path):
    with pytest.raises(SourceError) as told:
        mapped(written(tmp_path, GOOD + good("ann")), LEAST.replace('"user"', '"visitor"'))
    assert str(told.value) == (
        "`visitor` is not a column of log.csv; must be one of user, event, ts; correct the mapping"
    )


def test_a_wrong_delimiter_is_guessed_at(tmp_path):
    path = written(tmp_path, (GOOD + good("ann")).replace(",", ";"))
    with pytest.raises(SourceError, match="set `delimiter`: the header looks separated by semicolons"):
        mapped(path, LEAST)
    assert users(mapped(path, "[source]\ndelimiter = ';'\n" + LEAST)) == ["ann"]


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path, content):
    with pytest.raises(SourceError, match="is empty; must hold rows"):
        mapped(written(tmp_path, content), LEAST)


def test_a_header_alone_is_a_log_without_rows(tmp_path):
    outcome = mapped(written(tmp_path, GOOD), LEAST)
    assert (outcome.file.rows, outcome.events, outcome.file.rejects) == (0, [], [])


def test_a_header_that_names_a_column_twice_is_refused(tmp_path):
    with pytest.raises(SourceError, match="`ts` is twice in the header"):
        mapped(written(tmp_path, "user,ts,ts\na,b,c\n"), LEAST)


def test_a_name_without_a_known_ending_needs_a_format(tmp_path):
    path = written(tmp_path, GOOD + good("ann"), "log.txt")
    with pytest.raises(SourceError, match=r"must end in one of \.csv"):
        mapped(path, LEAST)
    assert users(mapped(path, "[source]\nformat = 'csv'\n" + LEAST)) == ["ann"]


def test_ragged_rows_are_rejected_by_number_and_the_rows_around_them_land(tmp_path):
    text = (
        GOOD
        + good("ann")
        + "bob,opened\n"
        + "\n"
        + good("cid")
        + "dan,opened,2026-04-01T10:00:00Z,more\n"
        + good("eve")
    )
    outcome = mapped(written(tmp_path, text), LEAST)
    assert users(outcome) == ["ann", "cid", "eve"]
    assert outcome.lines == [1, 3, 5]
    assert outcome.rejected == [(2, "ragged_row"), (4, "ragged_row")]
    assert outcome.file.rejects[0].raw == "bob,opened"
    assert outcome.file.rejects[0].sentence.startswith("`row` has 2 values; must have 3, one for each column")
    assert outcome.file.rows == 5


def test_a_quote_that_is_never_closed_costs_one_row_not_the_rest_of_the_file(tmp_path):
    text = GOOD + good("ann") + 'bob,"opened,2026-04-01T10:00:00Z\n' + good("cid", "dan")
    outcome = mapped(written(tmp_path, text), LEAST)
    assert users(outcome) == ["ann", "cid", "dan"]
    assert outcome.rejected == [(2, "open_quote")]


def test_quoted_values_may_hold_delimiters_quotes_and_line_feeds_also_beside_a_ragged_row(tmp_path):
    row = '"a, ""b""\nc",opened,2026-04-01T10:00:00Z\n'
    assert users(mapped(written(tmp_path, GOOD + row), LEAST)) == ['a, "b"\nc']
    outcome = mapped(written(tmp_path, GOOD + row + "x\n" + row + good("ann")), LEAST)
    assert users(outcome) == ['a, "b"\nc', 'a, "b"\nc', "ann"]
    assert outcome.rejected == [(2, "ragged_row")]


def test_without_quotes_a_quote_is_a_character(tmp_path):
    outcome = mapped(written(tmp_path, GOOD + good('5" ann')), "[source]\nquote = ''\n" + LEAST)
    assert users(outcome) == ['5" ann']


def test_a_row_in_a_wrong_encoding_is_rejected_and_the_others_land(tmp_path):
    text = (
        (GOOD + good("ann")).encode()
        + "花子,opened,2026-04-01T10:00:00Z\n".encode("cp932")
        + good("太郎").encode()
    )
    outcome = mapped(written(tmp_path, text), LEAST)
    assert users(outcome) == ["ann", "太郎"]
    assert outcome.rejected == [(2, "not_utf8")]


@pytest.mark.parametrize("encoding", ["cp932", "euc-jp", "utf-16", "utf-8-sig", "iso-2022-jp"])
def test_a_log_in_a_named_encoding_lands_also_beside_a_ragged_row(tmp_path, encoding):
    toml = f"[source]\nencoding = '{encoding}'\n{LEAST}"
    text = GOOD + good("花子", "ソ表能")  # 2nd byte of these is the backslash in cp932
    assert users(mapped(written(tmp_path, text.encode(encoding)), toml)) == ["花子", "ソ表能"]
    outcome = mapped(written(tmp_path, (text + "x\n" + good("太郎")).encode(encoding)), toml)
    assert users(outcome) == ["花子", "ソ表能", "太郎"]
    assert outcome.rejected == [(3, "ragged_row")]


def test_bytes_that_are_none_in_the_named_encoding(tmp_path):
    text = (GOOD + good("花子")).encode("cp932") + b"\x81\x20,opened,2026-04-01T10:00:00Z\n"
    outcome = mapped(written(tmp_path, text), f"[source]\nencoding = 'cp932'\n{LEAST}")
    assert (users(outcome), outcome.rejected) == (["花子"], [(2, "bad_encoding")])
    wide = (GOOD + good("ann")).encode("utf-16")[:-1]
    with pytest.raises(SourceError, match="must fit the file"):
        mapped(written(tmp_path, wide), f"[source]\nencoding = 'utf-16'\n{LEAST}")


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


def test_a_nul_in_a_column_rejects_its_row_but_the_letters_of_one_do_not(tmp_path):
    outcome = mapped(written(tmp_path, GOOD + good("a\0b", r"a\u0000b", r"a\\u0000b")), LEAST)
    assert users(outcome) == [r"a\u0000b", r"a\\u0000b"]
    assert outcome.rejected == [(1, "nul_character")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("x" * 513 + ",opened,2026-04-01T10:00:00Z", "id_too_long"),
        ("ann," + "x" * 201 + ",2026-04-01T10:00:00Z", "event_too_long"),
        (",opened,2026-04-01T10:00:00Z", "no_unit"),
        ("ann,,2026-04-01T10:00:00Z", "no_event"),
        ("ann,opened,", "no_ts"),
    ],
)
def test_a_row_without_what_an_event_needs_is_rejected(tmp_path, row, code):
    outcome = mapped(written(tmp_path, GOOD + row + "\n" + good("bob")), LEAST)
    assert (users(outcome), outcome.rejected) == (["bob"], [(1, code)])


def test_an_event_that_would_be_too_long_is_rejected(tmp_path):
    text = (
        "user,event,ts,note\nann,opened,2026-04-01T10:00:00Z,"
        + "x" * (1 << 20)
        + "\nbob,opened,2026-04-01T10:00:00Z,\n"
    )
    outcome = mapped(written(tmp_path, text), LEAST)
    assert (users(outcome), outcome.rejected) == (["bob"], [(1, "line_too_long")])


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


BAD_ROWS = {
    "ragged_row": [b"ann,opened", b"ann,opened,2026-04-01T10:00:00Z,x", b"ann", b"a b c"],
    "open_quote": [b'"ann,opened,2026-04-01T10:00:00Z', b'ann,"opened,2026-04-01T10:00:00Z', b'ann,opened,"'],
    "not_utf8": [b"\xff\xfe,opened,2026-04-01T10:00:00Z", "表示,a,b".encode("shift_jis")],
    "nul_character": [b"a\0nn,opened,2026-04-01T10:00:00Z"],
    "no_unit": [b",opened,2026-04-01T10:00:00Z", b'"",opened,2026-04-01T10:00:00Z'],
    "no_event": [b"ann,,2026-04-01T10:00:00Z"],
    "no_ts": [b"ann,opened,", b",,", b'ann,opened,""'],
    "bad_ts": [
        b"ann,opened,soon",
        b"ann,opened,2026-02-30",
        b"ann,opened,1775037600",
        b"ann,opened,9999-01-01",
    ],
    "id_too_long": [b"x" * 600 + b",opened,2026-04-01T10:00:00Z"],
    "event_too_long": [b"ann," + b"x" * n + b",2026-04-01T10:00:00Z" for n in (300, 20 << 20)],
}


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize(("code", "row"), [(code, row) for code, rows in BAD_ROWS.items() for row in rows])
def test_one_bad_row_anywhere_is_rejected_with_its_number_and_code_and_the_others_land(
    tmp_path, code, row, place
):
    rows = [line.encode() for line in good("ann", "bob", "cid", "dan").splitlines()]
    where = {"first": 0, "middle": 2, "last": 4}[place]
    rows.insert(where, row)
    outcome = mapped(written(tmp_path, GOOD.encode() + b"\n".join(rows) + b"\n"), LEAST)
    assert outcome.rejected == [(where + 1, code)]
    assert users(outcome) == ["ann", "bob", "cid", "dan"]
