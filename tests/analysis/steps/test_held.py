"""Rows held in memory: they are the rows that the funnel's SQL reads, and they go when the stored order changes."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from analysis.steps import held, reading
from analysis.steps.held import Coded, Held, HeldRows, held_rows
from analysis.steps.lookup import Lookup, lookup_of
from analysis.steps.selection import select
from experiments.funnel import Funnel
from ingest import load
from ingest.compaction import compact
from tests.analysis.steps.test_fresh import SORTED, STEPS, asked, landed, line
from tests.journeys import store_in

KNOWN = ("d0", "d1", "d2")
BY = {"breakdown": {"by": ["device"]}}
SPANS = {
    "all": {},
    "from": {"from": "2026-04-06T10:00:04Z"},
    "to": {"to": "2026-04-06T10:00:06Z"},
    "between": {"from": "2026-04-06T10:00:03Z", "to": "2026-04-06T10:00:08Z"},
    "observed": {"observed_until": "2026-04-06T10:00:07Z"},
}
QUESTIONS = {
    f"{order} {span} {split}": {"order": order, **keys, **by}
    for order in ("ordered", "strict", "unordered")
    for span, keys in SPANS.items()
    for split, by in {
        "": {},
        "last": BY,
        "first": {"breakdown": {"by": ["device"], "attribution": "first_touch"}},
        "two": {"breakdown": {"by": ["device", "event"], "attribution": "last_touch"}},
        "all": {"breakdown": {"by": ["device"], "attribution": "all_events"}},
    }.items()
}


@contextmanager
def from_the_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is held: every question reads the store."""
    with monkeypatch.context() as patch:
        patch.setattr("analysis.steps.walking.lookup_of", lambda _: None)
        yield


def used(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were read from memory, a number a range."""
    seen: list[int] = []
    of = HeldRows.of

    def counted(self: HeldRows, part: dict[str, int], size: int) -> Iterator[object]:
        batches = list(of(self, part, size))
        seen.append(sum(map(len, batches)))
        return iter(batches)

    monkeypatch.setattr(HeldRows, "of", counted)
    return seen


@pytest.mark.parametrize(("seed", "compacted"), [(0, True), (1, False)])
def test_memory_answers_as_the_store(tmp_path, monkeypatch, seed, compacted):
    monkeypatch.setattr(reading, "BATCH_ROWS", 20)
    monkeypatch.setattr(reading, "FEWEST_UNITS", 10)
    with landed(tmp_path, seed) as store:
        if compacted:
            compact(store)
        questions = dict(list(QUESTIONS.items())[seed % 2 :: 2])
        with from_the_store(monkeypatch):
            right = {name: asked(store, keys) for name, keys in questions.items()}
        read = used(monkeypatch)
        for name, keys in questions.items():
            read.clear()
            assert asked(store, keys) == right[name], name
            assert sum(read) > 0, name


@pytest.mark.parametrize("order", ["ordered", "strict", "unordered"])
def test_a_load_that_replaces_a_stored_row_is_seen(tmp_path, monkeypatch, order):
    rng, keys = random.Random(5), {"order": order, **BY}
    lines = [{**line(rng, n), "ts": f"2026-04-06T10:00:{1 + n % 11:02}Z"} for n in range(200)]
    earlier = [
        {**one, "ts": "2026-04-06T09:59:50Z"} for one in lines[::7]
    ]  # the earlier content of an id wins
    with store_in(tmp_path / "home") as store:
        for name, part in (("a", lines), ("b", earlier), ("c", [line(rng, 900)])):
            log = tmp_path / f"{name}.ndjson"
            log.write_text("".join(json.dumps(one) + "\n" for one in part), encoding="utf-8")
            before = store.facts().stored_version
            load(store, log)
            with from_the_store(monkeypatch):
                right = asked(store, keys)
            assert asked(store, keys) == right
            assert (store.facts().stored_version == before) == (name == "c")
        compact(store)
        with from_the_store(monkeypatch):
            right = asked(store, keys)
        assert asked(store, keys) == right


def test_fresh_rows_leave_what_is_held(tmp_path, monkeypatch):
    rng = random.Random(8)
    with landed(tmp_path, 8) as store:
        compact(store)
        asked(store, BY)
        monkeypatch.setattr(held, "_read", None)  # reading the columns again would fail
        monkeypatch.setattr(held, "_read_codes", None)
        log = tmp_path / "more.ndjson"
        log.write_text(json.dumps(line(rng, 2000)) + "\n", encoding="utf-8")
        load(store, log)
        with from_the_store(monkeypatch):
            right = asked(store, BY)
        assert asked(store, BY) == right


def test_an_order_that_is_broken_is_never_held(tmp_path):
    with landed(tmp_path, 2) as store:
        compact(store)
        with store.writing, store.cursor() as cursor:
            cursor.execute("CREATE TABLE shuffled AS SELECT * FROM events_main ORDER BY hash(event_id)")
            cursor.execute("DROP TABLE events_main")
            cursor.execute("ALTER TABLE shuffled RENAME TO events_main")
        parts = reading.ranges_of(reading.stored_units(store))
        funnel = Funnel.model_validate({"within": "6s", "steps": STEPS})
        assert held_rows(store, lookup_of(funnel), (), parts) is None
        assert SORTED in asked(store, {})[1]


def test_what_is_too_much_is_not_held(tmp_path, monkeypatch):
    with landed(tmp_path, 4) as store:
        compact(store)
        funnel = Funnel.model_validate({"within": "6s", "steps": STEPS, **BY})
        parts = reading.ranges_of(reading.stored_units(store))
        monkeypatch.setattr(held, "MOST_ROWS", 10)
        assert held_rows(store, lookup_of(funnel), KNOWN, parts) is None
        assert asked(store, BY)[0]["steps"][0]["units"] > 0


@pytest.mark.parametrize(
    "keys",
    [
        {"where": {"device": "d1"}},
        {"steps": [{"event": "a", "where": {"size": 1}}, {"event": "b"}]},
        {"steps": [{"event": "a"}, {"event": "*"}]},
        {"strictly_increasing": True},
        {"breakdown": {"by": ["device", "note"]}},
    ],
)
def test_what_names_and_moments_do_not_tell_is_asked_of_the_store(keys):
    assert lookup_of(Funnel.model_validate({"within": "6s", "steps": STEPS, **keys})) is None


def test_the_columns_are_those_of_the_sql(tmp_path):
    with landed(tmp_path, 6) as store:
        compact(store)
        funnel = Funnel.model_validate({"within": "6s", "steps": STEPS, **BY})
        part = {"first": 3, "last": 17}
        rows = held_rows(store, lookup_of(funnel), KNOWN, reading.ranges_of(reading.stored_units(store)))
        found = [row for batch in rows.of(part, 13) for row in batch.to_pylist()]
        sql = select(funnel, clustered=True, ordered=False, known=KNOWN).rows
        with store.cursor() as cursor:
            cursor.execute(sql.replace('"t1"."ts"', 'epoch_us("t1"."ts") AS ts'), part)
            names = [one[0] for one in cursor.description]
            assert found == [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def generated(seed: int) -> tuple[HeldRows, dict[str, int], int]:
    """Columns, a question of them and a range, with every number that could go wrong."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    keys = np.sort(rng.integers(0, 8, n)).astype(np.int32)
    moments = np.empty(n, np.int64)
    for key in set(keys.tolist()):
        mine = keys == key
        moments[mine] = np.sort(rng.integers(0, 12, mine.sum()))
    codes = rng.integers(0 if seed % 3 else 1, 5, n).astype(np.uint8)
    events = Coded(("a", "b", "c", "noise"), codes, bool(codes.all()))
    devices = Coded(("d0", "d1", "d9"), rng.integers(0, 4, n).astype(np.uint8))
    taken = ["a", "b", "c", "noise"][: int(rng.integers(1, 5))]
    bound = [None if rng.random() < 0.5 else int(rng.integers(0, 12)) for _ in range(4)]
    lookup = Lookup(
        masks={name: int(rng.integers(1, 400 if seed % 5 == 0 else 8)) for name in taken},
        others=bool(seed % 2),
        background=frozenset({"noise"} - set(taken)),
        rows=(bound[0], bound[1]),
        start=(bound[2], bound[3]),
        by="device" if seed % 4 else None,
    )
    part = {"first": int(rng.integers(0, 4)), "last": int(rng.integers(4, 10))}
    held_columns = Held(keys, moments, events, {"device": devices})
    return HeldRows(held_columns, lookup, ("d0", "d1", "d2")), part, int(rng.integers(1, 9))


def by_hand(rows: HeldRows, part: dict[str, int]) -> list[dict[str, int]]:
    """The same rows, one by one."""
    told, lookup, columns = [], rows.lookup, rows.held
    names, places = (None, *columns.events.names), (None, *columns.fields["device"].names)
    since, until = lookup.rows
    start, end = lookup.start
    for k, (key, ts) in enumerate(zip(columns.keys.tolist(), columns.moments.tolist(), strict=True)):
        name, device = names[columns.events.codes[k]], places[columns.fields["device"].codes[k]]
        comes = name in lookup.masks or (lookup.others and name not in lookup.background)
        inside = (since is None or ts >= since) and (until is None or ts <= until)
        if not (part["first"] <= key < part["last"] and comes and inside):
            continue
        steps = lookup.masks.get(name, 0)
        if (start is not None and ts < start) or (end is not None and ts >= end):
            steps -= steps % 2
        row = {"unit": key, "ts": ts, "steps": steps}
        if lookup.by:
            row["mark"] = rows.known.index(device) + 1 if device in rows.known else 0
        told.append(row)
    return told


def check(seed: int, module: object = held) -> None:
    """What one module makes of generated columns is what is found by hand."""
    rows, part, size = generated(seed)
    columns = rows.held
    mine = module.Held(columns.keys, columns.moments, columns.events, columns.fields)
    found = module.HeldRows(mine, rows.lookup, rows.known).of(part, size)
    assert [row for batch in found for row in batch.to_pylist()] == by_hand(rows, part)


@pytest.mark.parametrize("block", range(4))
def test_generated_columns_are_read_as_by_hand(block):
    for seed in range(block * 250, block * 250 + 250):
        check(seed)
