"""The one read path: SQL in, Arrow out, interrupted in time, cached by question, data and code."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import BaseModel

from analysis import ask as asking
from analysis.ask import TookTooLong, ask, batches, cached, canonical, once, sql_of
from ingest import Store, load
from ingest.schema import unbound

ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) % 7 = 1"


class Question(BaseModel):
    copy_id: str = "v1"
    display_ms: int = 4000


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with Store.open(home) as opened:
        yield opened


def test_an_ibis_question_runs_as_the_sql_that_is_shown(store: Store, popup_log: Path) -> None:
    load(store, popup_log)
    events = unbound("events")
    question = events.group_by("event").agg(n=events.count()).order_by("event")
    rows = ask(store, question).to_pylist()
    assert rows == ask(store, sql_of(question)).to_pylist()
    assert {row["event"]: row["n"] for row in rows} == {
        "photo_taken": 3,
        "suggestion_dismissed": 1,
        "suggestion_shown": 2,
        "suggestion_tapped": 1,
    }


def test_static_sql_keeps_its_values_in_parameters_and_shows_them(store: Store) -> None:
    told = {"name": "'; DROP TABLE events; --"}
    assert ask(store, "SELECT $name AS name", told).to_pylist() == [told]
    assert (
        sql_of("SELECT $name AS name", told) == '-- $name = "\'; DROP TABLE events; --"\nSELECT $name AS name'
    )


def test_parameters_beside_an_ibis_question_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match=r"`params` is .*must be empty with Ibis"):
        ask(store, unbound("events"), {"name": "ann"})


def test_sums_of_whole_numbers_are_whole_numbers(store: Store) -> None:
    table = ask(store, "SELECT sum(range) AS n FROM range(5)")
    assert table.schema.field("n").type == pa.int64()
    assert table.to_pylist() == [{"n": 10}]


def test_times_come_in_utc(store: Store, popup_log: Path) -> None:
    load(store, popup_log)
    first = ask(store, "SELECT min(ts) AS first FROM events").to_pylist()[0]["first"]
    assert first.isoformat() == "2026-04-01T01:00:00+00:00"  # 10:00 in Tokyo


def test_batches_come_in_order_and_as_small_as_asked(store: Store) -> None:
    with batches(
        store, "SELECT range AS n FROM range($most) ORDER BY n DESC", {"most": 10_000}, rows=2048
    ) as reader:
        seen = list(reader)
    assert len(seen) > 1
    assert pa.Table.from_batches(seen).column("n").to_pylist() == list(range(9_999, -1, -1))


@pytest.mark.parametrize("limit", [0, -1, float("nan")])
def test_a_time_limit_must_be_positive(store: Store, limit: float) -> None:
    with pytest.raises(ValueError, match=r"`time_limit_s` is .*; must be > 0 seconds"):
        ask(store, "SELECT 1", time_limit_s=limit)


def test_a_question_that_takes_too_long_is_interrupted_and_the_store_goes_on(store: Store) -> None:
    with pytest.raises(TookTooLong, match="narrow it and ask again"):
        ask(store, ENDLESS, time_limit_s=0.1)
    assert ask(store, "SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_an_engine_error_in_time_stays_itself(store: Store) -> None:
    with pytest.raises(Exception, match="no_such_table") as raised:
        ask(store, "SELECT * FROM no_such_table")
    assert not isinstance(raised.value, TookTooLong)


def test_the_same_question_is_computed_once(store: Store) -> None:
    asked: list[Question] = []

    def compute(_: Store, query: Question) -> list[int]:
        asked.append(query)
        return [query.display_ms]

    first = cached(store, Question(), compute)
    assert cached(store, Question(display_ms=4000), compute) is first
    assert cached(store, Question(display_ms=8000), compute) == [8000]
    assert asked == [Question(), Question(display_ms=8000)]


def test_a_load_and_a_record_make_answers_fresh(store: Store, popup_log: Path) -> None:
    def events(at: Store, _: Question) -> int:
        return len(ask(at, unbound("events")))

    def records(at: Store, _: Question) -> int:
        return at.records.count()

    assert (cached(store, Question(), events), cached(store, Question(), records)) == (0, 0)
    load(store, popup_log)
    store.records.add("experiment", "display-8s", {"key": "display-8s"}, "ann")
    assert (cached(store, Question(), events), cached(store, Question(), records)) == (7, 1)


def test_what_depends_on_the_store_alone_is_computed_once_per_data_version(
    store: Store, popup_log: Path
) -> None:
    computed: list[int] = []

    def events(at: Store) -> int:
        computed.append(1)
        return len(ask(at, unbound("events")))

    assert (once(store, events), once(store, events), len(computed)) == (0, 0, 1)
    load(store, popup_log)
    assert (once(store, events), once(store, events), len(computed)) == (7, 7, 2)


def test_edited_code_makes_answers_fresh(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "compute.py"
    source.write_text("one", "utf-8")
    monkeypatch.setattr(asking, "_code_files", lambda: (source,))
    computed: list[int] = []

    def compute(_: Store, __: Question) -> int:
        computed.append(1)
        return len(computed)

    assert cached(store, Question(), compute) == 1
    assert cached(store, Question(), compute) == 1
    source.write_text("another", "utf-8")
    assert cached(store, Question(), compute) == 2


def test_two_stores_do_not_share_answers(store: Store, tmp_path: Path, popup_log: Path) -> None:
    def home_of(at: Store, _: Question) -> Path:
        return at.home

    with Store.open(tmp_path / "other") as other:
        assert cached(store, Question(), home_of) != cached(other, Question(), home_of)


def test_a_failure_is_told_and_not_kept(store: Store) -> None:
    outcomes = iter([ValueError("`x` is 1; must be 2."), 42])

    def compute(_: Store, __: Question) -> int:
        outcome = next(outcomes)
        if isinstance(outcome, ValueError):
            raise outcome
        return outcome

    with pytest.raises(ValueError, match="must be 2"):
        cached(store, Question(), compute)
    assert cached(store, Question(), compute) == 42


def test_two_sessions_share_one_computation(store: Store) -> None:
    computed, started, release = [], threading.Event(), threading.Event()

    def slow(_: Store, __: Question) -> int:
        computed.append(1)
        started.set()
        release.wait(10)
        return 7

    answers: list[int] = []
    sessions = [
        threading.Thread(target=lambda: answers.append(cached(store, Question(), slow))) for _ in range(2)
    ]
    sessions[0].start()
    started.wait(10)
    sessions[1].start()
    release.set()
    for session in sessions:
        session.join()
    assert answers == [7, 7]
    assert computed == [1]


def test_the_cache_is_bounded_and_forgets_the_least_used(store: Store) -> None:
    computed: list[int] = []

    def compute(_: Store, query: Question) -> int:
        computed.append(query.display_ms)
        return query.display_ms

    cached(store, Question(display_ms=0), compute)
    for n in range(1, asking.CACHED_ANSWERS):
        cached(store, Question(display_ms=n), compute)
    cached(store, Question(display_ms=0), compute)  # used again: not the least used any more
    cached(store, Question(display_ms=-1), compute)  # one more than the cache holds: 1 goes
    computed.clear()
    cached(store, Question(display_ms=0), compute)
    cached(store, Question(display_ms=1), compute)
    assert computed == [1]


def test_equal_questions_have_equal_text() -> None:
    assert canonical(Question(display_ms=8000, copy_id="新")) == '{"copy_id":"新","display_ms":8000}'
    assert canonical(Question(copy_id="新", display_ms=8000)) == canonical(
        Question(display_ms=8000, copy_id="新")
    )
