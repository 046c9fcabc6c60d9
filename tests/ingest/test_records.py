"""What people wrote stays, also when a crash leaves half a line at the end."""

import pytest

from ingest.records import Records


def test_the_newest_body_of_a_key_counts_and_all_of_them_stay(tmp_path):
    records = Records(tmp_path)
    records.add("note", "a", {"n": 1}, "ann")
    records.add("note", "b", {"n": 2}, "ben")
    records.add("note", "a", {"n": 3}, "cid")
    assert records.get("note", "a") == {"n": 3}
    assert [(one["key"], one["who"]) for one in records.all("note")] == [
        ("a", "ann"),
        ("b", "ben"),
        ("a", "cid"),
    ]
    assert records.count() == 3


def test_half_a_line_is_passed_over_and_the_next_record_stands_by_itself(tmp_path):
    records = Records(tmp_path)
    records.add("note", "a", {"n": 1}, "ann")
    with (tmp_path / "note.ndjson").open("a", encoding="utf-8") as file:
        file.write('{"key": "b", "wh')
    assert [one["key"] for one in records.all("note")] == ["a"]
    records.add("note", "c", {"n": 2}, "ann")
    assert [one["key"] for one in records.all("note")] == ["a", "c"]


def test_a_broken_line_in_the_middle_is_named(tmp_path):
    records = Records(tmp_path)
    records.add("note", "a", {}, "ann")
    with (tmp_path / "note.ndjson").open("a", encoding="utf-8") as file:
        file.write("broken\n")
    records.add("note", "b", {}, "ann")
    with pytest.raises(ValueError, match=r"`note\.ndjson` line 2 is 'broken'"):
        records.all("note")


def test_a_kind_that_is_no_word_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be a plain word"):
        Records(tmp_path).add("../note", "a", {}, "ann")
