"""Mistakes in a mapping file: each is told with its key, what it must be, and what to do."""

import pytest

from ingest.formats.mapping import MappingError, read_mapping
from ingest.formats.tabular.rows import SourceError
from tests.ingest.mapped import GOOD, LEAST, good, mapped, users, written

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


def test_a_header_that_names_a_column_twice_is_refused(tmp_path):
    with pytest.raises(SourceError, match="`ts` is twice in the header"):
        mapped(written(tmp_path, "user,ts,ts\na,b,c\n"), LEAST)


def test_a_name_without_a_known_ending_needs_a_format(tmp_path):
    path = written(tmp_path, GOOD + good("ann"), "log.txt")
    with pytest.raises(SourceError, match=r"must end in one of \.csv"):
        mapped(path, LEAST)
    assert users(mapped(path, "[source]\nformat = 'csv'\n" + LEAST)) == ["ann"]
