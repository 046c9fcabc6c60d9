"""Cohorts outlive the index, a crash and a merged identity; the newest version counts."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import Store, load
from ingest.cohorts import cohort, cohorts, put, withdraw
from ingest.loading import rebuild
from ingest.records import Records
from tests.journeys import journeys


@pytest.fixture
def store(tmp_path):
    with journeys(tmp_path, {"ann": ["opened 10:00:00"], "ben": ["opened 10:00:01"]}) as opened:
        yield opened


def save(store, name, *persons, who="cid", **about):
    return put(store, name, pa.array(persons, pa.string()), about, who)


def members(store):
    with store.cursor() as cursor:
        return cursor.execute("SELECT cohort, person FROM cohort_members ORDER BY ALL").fetchall()


def test_a_cohort_is_a_file_and_a_record_and_can_be_read(store):
    before = store.data_version()
    found = save(store, "lost", "ben", "ann", "ben", step=3)
    assert (found.persons, found.version, found.who, found.about) == (2, 1, "cid", {"step": 3})
    assert members(store) == [("lost", "ann"), ("lost", "ben")]
    assert pq.read_table(store.home / "cohorts" / found.file)["person"].to_pylist() == ["ann", "ben"]
    assert store.data_version() != before


def test_the_newest_version_counts_and_the_old_ones_stay_on_record(store):
    old = save(store, "lost", "ann")
    assert save(store, "lost", "ben").version == 2
    assert members(store) == [("lost", "ben")]
    assert [one["body"]["persons"] for one in store.records.all("cohort")] == [1, 1]
    assert (store.home / "cohorts" / old.file).exists()


def test_a_withdrawn_cohort_is_gone_until_it_is_saved_again(store):
    save(store, "lost", "ann")
    save(store, "kept", "ann")
    withdraw(store, "lost", "cid")
    assert list(cohorts(store)) == ["kept"]
    assert members(store) == [("kept", "ann")]
    with pytest.raises(ValueError, match=r"`cohort` is 'lost'; must be one on record \(kept\)"):
        cohort(store, "lost")
    assert save(store, "lost", "ben").version == 3


def test_withdrawing_what_is_not_there_is_refused(store):
    with pytest.raises(ValueError, match=r"`cohort` is 'lost'; must be one on record \(none yet\)"):
        withdraw(store, "lost", "cid")
    assert store.records.all("cohort") == []


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101])
def test_a_name_nobody_can_type_is_refused(store, name):
    with pytest.raises(ValueError, match="must be 1 to 100 visible characters"):
        save(store, name, "ann")
    assert list((store.home / "cohorts").iterdir()) == []


def test_a_rebuild_and_a_deleted_index_change_nothing(store):
    save(store, "lost", "ann", "nobody")
    save(store, "other", "ben")
    there = members(store)
    rebuild(store)
    assert members(store) == there
    home = store.home
    store.close()
    (home / "kazasu.duckdb").unlink()
    with Store.open(home) as again:
        assert members(again) == there


def test_a_write_that_is_cut_off_before_its_record_leaves_no_cohort(store, monkeypatch):
    save(store, "lost", "ann")

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Records, "add", crash)
        with pytest.raises(KeyboardInterrupt):
            save(store, "lost", "ben")
        with pytest.raises(KeyboardInterrupt):
            save(store, "new", "ben")
    assert cohort(store, "lost").version == 1
    home = store.home
    store.close()
    with Store.open(home) as again:
        assert list(cohorts(again)) == ["lost"]
        assert members(again) == [("lost", "ann")]


def test_a_file_that_is_cut_off_gets_no_name(store, monkeypatch):
    def crash(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        save(store, "lost", "ann")
    assert list((store.home / "cohorts").glob("*.parquet")) == []
    assert cohorts(store) == {}


def test_a_file_that_is_gone_is_said_and_does_not_pass_for_an_empty_cohort(store):
    found = save(store, "lost", "ann")
    (store.home / "cohorts" / found.file).unlink()
    with pytest.raises(ValueError, match=f"whose file {found.file} is gone"):
        cohort(store, "lost")


def test_who_was_anonymous_then_and_is_a_user_now_is_still_a_member(tmp_path):
    with journeys(tmp_path, {"anon:phone": ["opened 10:00:00"], "ann": ["opened 09:00:00"]}) as store:
        save(store, "both", "anon:phone", "ann")
        save(store, "phone", "anon:phone")
        log = tmp_path / "login.ndjson"
        log.write_text(
            '{"event_id": "x", "event": "login", "ts": "2026-04-06T11:00:00Z", "user_id": "ann", "anonymous_id": "phone"}\n'
        )
        load(store, log)
        assert members(store) == [("both", "ann"), ("phone", "ann")]
        rebuild(store)
        assert members(store) == [("both", "ann"), ("phone", "ann")]


def test_an_empty_cohort_is_one(store):
    assert save(store, "nobody").persons == 0
    assert members(store) == []
    assert cohort(store, "nobody").version == 1
