"""Bad rows: each is rejected with its number and code, and the rows around it land."""

import pytest

from ingest.events import MAX_LINE_BYTES
from ingest.formats.tabular.rows import SourceError
from tests.ingest.mapped import GOOD, LEAST, good, mapped, users, written


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


def test_a_quote_inside_a_quoted_value_and_two_rows_in_one_line_are_not_read_leniently(tmp_path):
    text = GOOD + '"5" tall",opened,2026-04-01T10:00:00Z\n' + good("ann")
    outcome = mapped(written(tmp_path, text), LEAST)
    assert (users(outcome), outcome.rejected) == (["ann"], [(1, "open_quote")])
    text = GOOD + good("ann").strip() + "\r" + good("bob") + good("cid")
    outcome = mapped(written(tmp_path, text), LEAST)
    assert (users(outcome), outcome.rejected) == (["cid"], [(1, "ragged_row")])


def test_two_open_quotes_that_seem_to_close_each_other_cost_only_their_own_rows(tmp_path):
    text = GOOD + 'ann,"opened,soon\n' + 'bob,opened",soon,x\n' + good("cid")
    outcome = mapped(written(tmp_path, text), LEAST)
    assert users(outcome) == ["cid"]
    assert outcome.rejected == [(1, "open_quote"), (2, "ragged_row")]


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
    assert len(outcome.file.rejects[0].raw) <= MAX_LINE_BYTES
    assert users(outcome) == ["ann", "bob", "cid", "dan"]
