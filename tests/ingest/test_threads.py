"""How many processors the engine may use."""

import os

import pytest

from ingest import Store
from ingest.store import StoreUnavailable


def threads(store: Store) -> int:
    with store.cursor() as cursor:
        return cursor.execute("SELECT current_setting('threads')").fetchone()[0]


def test_the_engine_uses_as_many_threads_as_it_may(tmp_path, monkeypatch):
    monkeypatch.setenv("KAZASU_THREADS", "3")
    with Store.open(tmp_path) as store:
        assert threads(store) == 3
    monkeypatch.delenv("KAZASU_THREADS")
    with Store.open(tmp_path) as store:
        assert threads(store) == len(os.sched_getaffinity(0))


@pytest.mark.parametrize("given", ["none", "0", "-1", "1.5", "²"])
def test_anything_else_is_said(tmp_path, monkeypatch, given):
    monkeypatch.setenv("KAZASU_THREADS", given)
    with pytest.raises(StoreUnavailable, match=r"`KAZASU_THREADS` is .*; must be a whole number above 0"):
        Store.open(tmp_path)
