"""What people keep: views with names and annotations; they can be taken back, and outlive the index."""

import pytest

from analysis import saved
from experiments.funnel import Funnel
from ingest import Store

FUNNEL = Funnel.model_validate({"steps": [{"event": "a"}, {"event": "b"}], "within": "1h"})


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path) as opened:
        yield opened


def names(store: Store) -> list[str]:
    return [one.name for one in saved.views(store)]


def test_a_view_is_kept_with_who_and_its_question(store):
    saved.keep_view(store, " Weekly ", FUNNEL, "ann")
    (one,) = saved.views(store)
    assert (one.name, one.who) == ("Weekly", "ann")
    assert Funnel.model_validate(one.question) == FUNNEL


def test_a_renamed_view_keeps_its_key_and_frees_its_name(store):
    first = saved.keep_view(store, "Weekly", FUNNEL, "ann")
    renamed = saved.rename_view(store, first.key, "Monthly", "bob")
    assert (renamed.key, renamed.name, renamed.who) == (first.key, "Monthly", "bob")
    second = saved.keep_view(store, "Weekly", FUNNEL, "cee")
    assert second.key != first.key
    assert names(store) == ["Monthly", "Weekly"]


def test_a_withdrawn_view_is_gone_and_what_was_written_stays_on_record(store):
    one = saved.keep_view(store, "Weekly", FUNNEL, "ann")
    saved.withdraw(store, saved.VIEW, one.key, "bob")
    assert names(store) == []
    assert [record["who"] for record in store.records.all(saved.VIEW)] == ["ann", "bob"]
    saved.keep_view(store, "Weekly", FUNNEL, "ann")
    assert names(store) == ["Weekly"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_name_that_is_none_is_refused(store, name):
    with pytest.raises(ValueError, match="1 to 100 characters"):
        saved.keep_view(store, name, FUNNEL, "ann")


def test_a_taken_name_is_refused_and_changes_nothing(store):
    saved.keep_view(store, "Weekly", FUNNEL, "ann")
    with pytest.raises(ValueError, match="no saved view has"):
        saved.keep_view(store, "Weekly", FUNNEL, "bob")
    assert [one.who for one in saved.views(store)] == ["ann"]


def test_what_is_not_there_cannot_be_taken_back(store):
    with pytest.raises(ValueError, match="must be one of none"):
        saved.withdraw(store, saved.ANNOTATION, "release", "ann")


@pytest.mark.parametrize(
    ("when", "moment"),
    [
        ("2026-05-01", "2026-05-01T00:00:00+09:00"),
        ("2026-05-01T09:30", "2026-05-01T09:30:00+09:00"),
        ("2026-05-01T09:30:00+00:00", "2026-05-01T09:30:00+00:00"),
    ],
)
def test_an_annotation_is_of_a_day_or_a_moment(store, when, moment):
    saved.annotate(store, when, " release 2.3 ", "ann")
    (one,) = saved.annotations(store)
    assert (one.moment.isoformat(), one.text, one.who) == (moment, "release 2.3", "ann")


def test_annotations_come_in_order_of_time_and_can_be_taken_back(store):
    late = saved.annotate(store, "2026-05-02", "release 2.4", "ann")
    saved.annotate(store, "2026-05-01", "release 2.3", "ann")
    saved.annotate(store, "2026-05-01", "release 2.3", "bob")  # told twice: both stand
    assert [one.text for one in saved.annotations(store)] == ["release 2.3", "release 2.3", "release 2.4"]
    saved.withdraw(store, saved.ANNOTATION, late.key, "ann")
    assert [one.who for one in saved.annotations(store)] == ["ann", "bob"]


@pytest.mark.parametrize(
    ("when", "text"), [("May", "release"), ("2026-13-01", "release"), ("2026-05-01", " ")]
)
def test_no_day_or_no_text_is_refused(store, when, text):
    with pytest.raises(ValueError, match="must"):
        saved.annotate(store, when, text, "ann")
    assert saved.annotations(store) == []


def test_what_was_kept_outlives_the_index(tmp_path):
    with Store.open(tmp_path) as store:
        saved.keep_view(store, "Weekly", FUNNEL, "ann")
        saved.annotate(store, "2026-05-01", "release 2.3", "ann")
        path = tmp_path / "kazasu.duckdb"
    path.unlink()
    with Store.open(tmp_path) as store:
        assert names(store) == ["Weekly"]
        assert [one.text for one in saved.annotations(store)] == ["release 2.3"]
