"""A store with fresh rows: merging two stored orders gives the answers of sorting all rows, and of one stored order."""

import json
import random
from pathlib import Path

import pyarrow as pa
import pytest

from analysis.funnel import FunnelQuery, answer, to_json
from analysis.steps import reading, walk_funnel
from ingest import Store, load
from ingest.cohorts import put
from ingest.compaction import compact
from tests.analysis.funnel.test_funnel_options import OPTIONS, STEPS
from tests.analysis.funnel.test_funnel_orders import ORDERS
from tests.journeys import store_in

SORTED, MERGED = '"event_id" ASC', '"events_tail_keyed"'
BY = {
    "first": {"breakdown": {"by": ["device"], "attribution": "first_touch"}},
    "last": {"breakdown": {"by": ["device"], "attribution": "last_touch"}},
    "note": {"breakdown": {"by": ["note"], "attribution": "first_touch"}},
    "two": {"breakdown": {"by": ["device", "note"], "attribution": "last_touch"}},
    "step": {"breakdown": {"by": ["device"], "attribution": "step:2"}},
    "all": {"breakdown": {"by": ["note"], "attribution": "all_events"}},
    "number": {"where": {"size": {"ge": 2}}},
}
ASKED = (
    {name: keys for name, (keys, _) in {**OPTIONS, **ORDERS}.items()}
    | BY
    | {
        f"{order} {name}": {"order": order, **BY[name]}
        for order in ("strict", "unordered")
        for name in ("last", "all")
    }
)


def who(rng: random.Random) -> dict[str, str]:
    """A user, an anonymous one, or one whose anonymous id is told together with the user."""
    user, anonymous = f"user-{rng.randint(0, 25)}", f"a-{rng.randint(0, 12)}"
    told = rng.random()
    if told < 0.7:
        return {"user_id": user}
    return {"anonymous_id": anonymous} if told < 0.95 else {"user_id": user, "anonymous_id": anonymous}


def line(rng: random.Random, event_id: int) -> dict[str, object]:
    properties: dict[str, object] = {"note": rng.choice("nm")} if rng.random() < 0.8 else {}
    properties |= {"size": rng.choice([1, 2, 3, "big"])} if rng.random() < 0.8 else {}
    return {
        "event_id": f"e{event_id}",
        "event": rng.choice("abcdx"),
        "ts": f"2026-04-06T10:00:{rng.randint(0, 12):02}Z",
        **who(rng),
        **({"seq": rng.randint(0, 3)} if rng.random() < 0.5 else {}),
        **({"device": f"d{rng.randint(0, 2)}"} if rng.random() < 0.8 else {}),
        "properties": properties,
    }


def landed(folder: Path, seed: int) -> Store:
    """A store of many loads of which the first is stored in order; some lines repeat, some ids clash."""
    rng = random.Random(seed)
    lines = [line(rng, rng.randint(0, 400) if rng.random() < 0.1 else n) for n in range(400)]
    lines += [{**line(rng, 1000 + n), "user_id": f"newcomer-{n % 5}"} for n in range(20)]
    store = store_in(folder / "home")
    for name, part in (("a", lines[:250]), ("b", lines[250:330]), ("c", lines[330:] + lines[240:260])):
        log = folder / f"{name}.ndjson"
        log.write_text("".join(json.dumps(one) + "\n" for one in part), encoding="utf-8")
        load(store, log)
    return store


def asked(store: Store, keys: dict[str, object]) -> tuple[dict[str, object], str]:
    found = answer(store, FunnelQuery.model_validate({"within": "6s", "steps": STEPS, **keys}))
    return to_json(found), found.sql


def forget_keys(store: Store) -> None:
    with store.writing, store.cursor() as cursor:
        cursor.execute("DELETE FROM store_facts WHERE name = 'tail_keyed'")


@pytest.mark.parametrize(("seed", "batch"), [(0, 20), (1, 131_072)])
def test_merging_answers_as_sorting_and_as_one_stored_order(tmp_path, monkeypatch, seed, batch):
    monkeypatch.setattr(reading, "BATCH_ROWS", batch)
    monkeypatch.setattr(reading, "FEWEST_UNITS", 10)
    with landed(tmp_path, seed) as store:
        facts = store.facts()
        assert (facts.clustered, facts.mergeable) == (False, True)
        merged = {name: asked(store, keys) for name, keys in ASKED.items()}
        forget_keys(store)
        assert not store.facts().mergeable
        by_sorting = {name: asked(store, keys) for name, keys in ASKED.items()}
        compact(store)
        assert store.facts().clustered
        whole = {name: asked(store, keys) for name, keys in ASKED.items()}
    for name, (found, sql) in merged.items():
        assert SORTED not in sql, name
        assert MERGED in sql, name
        assert SORTED in by_sorting[name][1], name
        assert MERGED not in whole[name][1], name
        assert found == by_sorting[name][0], name
        assert found == whole[name][0], name


def test_the_stories_have_what_can_go_wrong(tmp_path):
    with landed(tmp_path, 0) as store, store.cursor() as cursor:
        tied, moved, newcomers, hidden = cursor.execute(
            "SELECT (SELECT count(*) FROM events_tail_keyed WHERE tied), (SELECT count(*) FROM moved_keys),"
            " (SELECT count(*) FROM person_keys WHERE person LIKE 'newcomer%'), (SELECT count(*) FROM hidden_rows)"
        ).fetchone()
        assert tied > 10
        assert moved > 0
        assert newcomers == 5
        assert hidden > 10
        assert cursor.execute(
            "SELECT count(*) FROM events_keyed AS k FULL JOIN events AS e"
            " ON k.event_id = e.event_id AND k.person = e.person AND k.ts = e.ts"
            " WHERE k.event_id IS NULL OR e.event_id IS NULL"
        ).fetchone() == (0,)


def test_units_are_named_where_rows_are_merged(tmp_path):
    with landed(tmp_path, 1) as store:
        funnel = FunnelQuery.model_validate({"within": "6s", "steps": STEPS})
        walked = walk_funnel(store, funnel)
        found = dict(zip(walked.keys.to_pylist(), walked.reach.tolist(), strict=True))
        forget_keys(store)
        right = walk_funnel(store, funnel)
        assert found == dict(zip(right.keys.to_pylist(), right.reach.tolist(), strict=True))


def test_a_cohort_is_found_by_its_keys_where_rows_are_merged(tmp_path):
    with landed(tmp_path, 2) as store:
        persons = ["user-1", "user-2", "anon:a-3", "newcomer-1", "newcomer-4"]
        put(store, "some", pa.array(persons), {}, "tests")
        merged, sql = asked(store, {"cohort": "some"})
        assert MERGED in sql
        forget_keys(store)
        assert merged == asked(store, {"cohort": "some"})[0]
        compact(store)
        assert merged == asked(store, {"cohort": "some"})[0]
        assert 0 < merged["steps"][0]["units"] < asked(store, {})[0]["steps"][0]["units"]


@pytest.mark.parametrize("table", ["events_main", "events_tail_keyed"])
def test_an_order_that_is_broken_is_noticed_and_rows_are_sorted(tmp_path, table):
    with landed(tmp_path, 2) as store:
        right, _ = asked(store, BY["last"])
        with store.writing, store.cursor() as cursor:
            cursor.execute(f"CREATE TABLE shuffled AS SELECT * FROM {table} ORDER BY hash(event_id)")
            cursor.execute(f"DROP TABLE {table}")
            cursor.execute(f"ALTER TABLE shuffled RENAME TO {table}")
            cursor.execute("UPDATE store_facts SET value = 'shuffled' WHERE name = 'stored_version'")
        assert store.facts().mergeable
        found, sql = asked(store, BY["last"])
        assert found == right
        assert SORTED in sql


def test_a_load_that_was_not_keyed_before_a_crash_is_keyed_on_opening(tmp_path):
    with landed(tmp_path, 3) as store:
        right, _ = asked(store, {})
        forget_keys(store)
        assert not store.facts().mergeable
    with Store.open(tmp_path / "home") as store:
        assert store.facts().mergeable
        assert asked(store, {})[0] == right
