"""Runs in the store: kept once, outliving the index, replaced by what the same bytes tell with other additions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import Store
from ingest.loading import rebuild
from ingest.verification import Figure, Run
from ingest.verification.evaluation import Item
from ingest.verification.keeping import Kept, put

FAST = Run(
    line=2, tool="csv", model="m", conversion="uint8", figures=(Figure("latency_ms", "p90", 12.5, 50),)
)
SLOW = Run(
    line=5,
    tool="csv",
    model="m",
    conversion="float32",
    threads=4,
    figures=(Figure("latency_ms", "p90", 30.0, 50), Figure("size_mb", "value", 14.0)),
    details={"job": "j1", "warm": True, "nodes": 3.0},
)
FAILED = Run(line=9, tool="csv", model="m", status="failed", failure="out of memory")


def rows(store: Store, question: str) -> list[tuple]:
    with store.cursor() as cursor:
        return cursor.execute(question).fetchall()


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "home") as opened:
        yield opened


def kept(
    *runs: Run, source: str = "bench/a.csv", digest: str = "ab" * 32, items: tuple[Item, ...] = ()
) -> Kept:
    return Kept(source, digest, runs, items)


def test_runs_and_figures_stand_in_the_store(store: Store) -> None:
    assert put(store, kept(FAST, SLOW, FAILED), {}, "ann")
    assert rows(
        store, "SELECT run, model, conversion, threads, status, failure, source FROM runs ORDER BY line"
    ) == [
        ("abababababab:2:1", "m", "uint8", None, "ok", None, "a.csv"),
        ("abababababab:5:1", "m", "float32", 4, "ok", None, "a.csv"),
        ("abababababab:9:1", "m", None, None, "failed", "out of memory", "a.csv"),
    ]
    assert rows(store, "SELECT * FROM figures ORDER BY value") == [
        ("abababababab:2:1", "latency_ms", "p90", 12.5, 50),
        ("abababababab:5:1", "size_mb", "value", 14.0, None),
        ("abababababab:5:1", "latency_ms", "p90", 30.0, 50),
    ]
    assert rows(store, "SELECT details->>'job', (details->>'nodes')::DOUBLE FROM runs WHERE line = 5") == [
        ("j1", 3.0)
    ]


def test_the_same_file_again_changes_nothing(store: Store) -> None:
    put(store, kept(FAST), {}, "ann")
    before = store.data_version()
    assert not put(store, kept(FAST), {}, "bob")
    assert store.data_version() == before


def test_other_additions_to_the_same_bytes_take_the_place_of_the_first(store: Store) -> None:
    put(store, kept(FAST), {}, "ann")
    pixel = Run(line=2, tool="csv", model="m", device="Pixel 3", figures=FAST.figures)
    assert put(store, kept(pixel), {"device": "Pixel 3"}, "ann")
    assert rows(store, "SELECT device FROM runs") == [("Pixel 3",)]
    assert put(store, kept(FAST), {}, "ann")  # and back again
    assert rows(store, "SELECT device FROM runs") == [(None,)]
    assert len(store.records.all("measured")) == 3


def test_an_export_that_comes_back_counts_once_beside_its_source(store: Store) -> None:
    put(store, kept(FAST, SLOW), {}, "ann")
    again = [Run(**{**{k: getattr(one, k) for k in one.__dataclass_fields__}, "source": "a.csv", "digest": "ab" * 32})
             for one in (FAST, SLOW)]  # fmt: skip
    put(store, kept(*again, source="export.csv", digest="cd" * 32), {}, "ann")
    assert rows(store, "SELECT count(*), count(DISTINCT run) FROM runs") == [(2, 2)]
    assert rows(store, "SELECT count(*) FROM figures") == [(3,)]


def test_what_is_on_record_outlives_the_index(store: Store, tmp_path: Path) -> None:
    items = (Item(0, "a.jpg", "book", "other", 0.5), Item(1, "a.jpg", "other", "other", None))
    put(store, kept(FAST, SLOW, items=items), {}, "ann")
    questions = [f"SELECT * FROM {name} ORDER BY ALL" for name in ("runs", "figures", "evaluated")]
    told = [rows(store, question) for question in questions]
    assert told[2] == [
        ("abababababab:2:1", "a.jpg", "book", "other", 0.5),
        ("abababababab:5:1", "a.jpg", "other", "other", None),
    ]
    rebuild(store)
    assert [rows(store, question) for question in questions] == told
    store.close()
    for file in (tmp_path / "home").glob("kazasu.duckdb*"):
        file.unlink()
    with Store.open(tmp_path / "home") as opened:
        assert [rows(opened, question) for question in questions] == told


def test_a_file_that_is_gone_has_no_runs_and_breaks_nothing(store: Store, tmp_path: Path) -> None:
    put(store, kept(FAST), {}, "ann")
    (kept_file,) = (store.home / "measured").glob("*.parquet")
    kept_file.unlink()
    rebuild(store)
    assert rows(store, "SELECT count(*) FROM runs") == [(0,)]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "Pixel", "iPhone"])), max_size=8))
def test_the_last_import_of_each_file_stands(tmp_path_factory, imports) -> None:
    last: dict[str, str] = {}
    with Store.open(tmp_path_factory.mktemp("law")) as store:
        for name, device in imports:
            run = Run(line=1, tool="csv", model=name, device=device or None)
            put(store, kept(run, digest=name * 64), {"device": device} if device else {}, "ann")
            last[name] = device
        assert rows(store, "SELECT model, coalesce(device, '') FROM runs ORDER BY model") == sorted(
            last.items()
        )
