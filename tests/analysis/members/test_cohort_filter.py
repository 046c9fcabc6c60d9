"""A question of a cohort is the question of a log that only its members wrote."""

import contextlib
from importlib import import_module

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.funnel import FunnelQuery, answer, to_json
from analysis.steps import walk_funnel
from analysis.steps.cohorts import kept, stored_members
from analysis.verbs import run_verb
from ingest import load
from ingest.cohorts import put
from ingest.compaction import compact
from tests.journeys import journeys

FUNNEL = {
    "within": "30s",
    "observed_until": "2026-04-06T10:02:00Z",
    "steps": [{"event": "a"}, {"event": "b", "where": {"zoom": {"ge": 1}}}, {"event": "c"}],
}
OPTIONS = {
    "plain": {},
    "strict": {"order": "strict"},
    "split": {"breakdown": {"by": ["device"], "top": 1}},
    "split by any property": {"breakdown": {"by": ["zoom"], "attribution": "last_touch"}},
    "excluding": {"exclusions": [{"event": "x", "after": 1, "before": 3}]},
    "held": {"hold": ["device"], "reentry": "first"},
    "since": {"from": "2026-04-06T10:00:20Z", "to": "2026-04-06T10:01:20Z"},
}
UNITS = ("user", "session", "attempt", "property:item")
WORDS = st.tuples(
    st.sampled_from("abcx"),
    st.integers(0, 110),
    st.sampled_from(["", "device=old", "device=new"]),
    st.sampled_from(["zoom=1", "zoom=0", "zoom=lots", ""]),
    st.sampled_from(["item=i1", "item=i2", "item=i3", ""]),
    st.sampled_from(["attempt_id=t1", "attempt_id=t2", ""]),
)
PEOPLE = ("ann", "ben", "cid", "dan", "eve")
LOGS = st.dictionaries(st.sampled_from(PEOPLE), st.lists(WORDS, min_size=1, max_size=8), min_size=2)


def told(log):
    def line(words):
        name, second, *more = words
        return f"{name} 10:{second // 60:02}:{second % 60:02} {' '.join(more)}"

    return {
        who: [line(words) for words in sorted(events, key=lambda one: one[1])] for who, events in log.items()
    }


def plain(store, query):
    said = to_json(answer(store, FunnelQuery.model_validate(query)))
    return {key: value for key, value in said.items() if key != "data_version"}


def save(store, *persons, name="some"):
    put(store, name, pa.array(persons, pa.string()), {}, "tests")


@settings(max_examples=10)
@given(
    LOGS,
    st.sets(st.sampled_from(PEOPLE)),
    st.sampled_from(sorted(OPTIONS)),
    st.sampled_from(UNITS),
    st.booleans(),
)
def test_a_funnel_of_a_cohort_is_the_funnel_of_the_log_of_its_members(
    tmp_path_factory, log, chosen, option, unit, fresh
):
    query = {**FUNNEL, **OPTIONS[option], "unit": unit}
    story = told(log)
    mine = {who: events for who, events in story.items() if who in chosen}
    everybody = sum(map(len, story.values()))
    with contextlib.ExitStack() as open_:
        whole = open_.enter_context(
            journeys(tmp_path_factory.mktemp("whole"), story, fresh=everybody // 3 if fresh else 0)
        )
        part = open_.enter_context(journeys(tmp_path_factory.mktemp("part"), mine))
        save(whole, *chosen)
        assert plain(whole, {**query, "cohort": "some"}) == plain(part, query)


def lived(k):
    """Two people share an item and live through it side by side; of some pairs only one is a member."""
    item, minute, second = (k // 2 if k % 6 else -k), k // 2, 9 * (k % 2)
    return [
        f"a 10:{minute:02}:{second:02} device={'old' if k % 2 else 'new'} item=i{item}",
        *([f"x 10:{minute:02}:{second + 1:02} item=i{item}"] if k % 3 != 1 else []),
        *([f"b 10:{minute:02}:{second + 3:02} zoom=lots"] if k % 3 == 0 else []),
        *([f"b 10:{minute:02}:{second + 5:02} zoom=1 item=i{item}"] if k % 4 else []),
        *([f"c 10:{minute:02}:{second + 8:02}"] if k % 5 else []),
    ]


STORY = {f"p{k:02}": lived(k) for k in range(40)}
CHOSEN = [who for k, who in enumerate(STORY) if k % 3]
DAY = {**FUNNEL, "observed_until": "2026-04-06T12:00:00Z"}


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    with (
        journeys(tmp_path_factory.mktemp("whole"), STORY) as whole,
        journeys(tmp_path_factory.mktemp("part"), {who: STORY[who] for who in CHOSEN}) as part,
    ):
        save(whole, *CHOSEN)
        yield whole, part


@pytest.mark.parametrize("unit", ["user", "session", "property:item"])
@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("trend", {"by": "hour"}),
        ("paths", {"step": 2, "side": "after"}),
        ("paths", {"step": 2, "side": "before"}),
        ("paths", {"step": 1, "side": "between"}),
        ("drivers", {}),
        ("segments", {}),
        ("members", {"step": 2}),
    ],
)
def test_every_room_of_funnels_answers_for_a_cohort(stores, verb, more, unit):
    whole, part = stores
    query = {**DAY, "unit": unit}
    mine = run_verb(whole, verb, {"funnel": {**query, "cohort": "some"}, **more})
    only = run_verb(part, verb, {"funnel": query, **more})
    everybody = run_verb(whole, verb, {"funnel": query, **more})
    for said in (mine, only, everybody):
        assert said.pop("data_version")
    assert mine == only
    assert mine != everybody


@pytest.mark.parametrize("unit", ["user", "property:item"])
@pytest.mark.parametrize(
    "option", [{}, {"order": "strict"}, {"breakdown": {"by": ["device"], "attribution": "step:1"}}], ids=str
)
def test_values_that_are_no_numbers_and_groups_by_step_are_those_of_members(stores, option, unit):
    whole, part = stores
    query = {**DAY, **option, "unit": unit}
    mine, only, everybody = (
        plain(*asked) for asked in ((whole, {**query, "cohort": "some"}), (part, query), (whole, query))
    )
    assert mine == only
    assert mine["not_numbers"] != everybody["not_numbers"]
    assert mine["steps"] != everybody["steps"]


def test_the_sql_that_is_shown_names_the_cohort(stores):
    for unit in ("user", "session"):
        query = FunnelQuery.model_validate({**DAY, "unit": unit, "cohort": "some"})
        assert "\"cohort\" = 'some'" in answer(stores[0], query).sql


def test_a_new_version_is_asked_at_once(tmp_path):
    with journeys(tmp_path, STORY) as store:
        query = {**DAY, "cohort": "some"}
        save(store, "p00")
        first = run_verb(store, "funnel", query)["steps"][0]["units"]
        save(store, "p00", "p01")
        assert (first, run_verb(store, "funnel", query)["steps"][0]["units"]) == (1, 2)


def test_a_cohort_that_is_not_there_is_refused_with_those_that_are(stores):
    said = run_verb(stores[0], "funnel", {**DAY, "cohort": "sum"})["error"]
    assert said["exit"] == 2
    assert said["sentence"].startswith("`cohort` is 'sum'; must be one on record (some)")


@pytest.mark.parametrize("unit", ["user", "session"])
def test_who_logged_in_later_is_still_a_member(tmp_path, unit):
    story = {"anon:phone": ["a 10:00:00", "b 10:00:01 zoom=1"], "ben": ["a 10:00:00"]}
    with journeys(tmp_path, story) as store:
        save(store, "anon:phone")
        log = tmp_path / "login.ndjson"
        log.write_text(
            '{"event_id":"z","event":"login","ts":"2026-04-06T10:05:00Z","user_id":"ann","anonymous_id":"phone"}\n'
        )
        load(store, log)
        steps = run_verb(store, "funnel", {**DAY, "unit": unit, "cohort": "some"})["steps"]
        assert [step["units"] for step in steps] == [1, 1, 0]


def test_an_order_that_breaks_is_sorted_and_the_cohort_still_holds(stores, monkeypatch):
    whole, _ = stores
    query = FunnelQuery.model_validate({**DAY, "cohort": "some"})
    right = to_json(answer(whole, query))
    walking, broken = import_module("analysis.steps.walking"), []
    stored = walking.read_all

    def breaks_once(*given):
        from experiments.walk import OrderBroken

        if not broken:
            broken.append(True)
            raise OrderBroken("`rows` are not in order")
        return stored(*given)

    monkeypatch.setattr(walking, "read_all", breaks_once)
    assert to_json(answer(whole, query)) == right
    assert broken


def test_keys_that_a_merge_gave_anew_are_looked_up_anew(tmp_path):
    story = {"ben": ["a 10:00:00"], "cid": ["a 10:00:00"]}
    with journeys(tmp_path, story) as store:
        save(store, "cid")
        query = FunnelQuery.model_validate({**DAY, "cohort": "some"})
        log = tmp_path / "more.ndjson"
        log.write_text('{"event_id":"z","event":"a","ts":"2026-04-06T10:05:00Z","user_id":"ann"}\n')
        load(store, log)
        # ann's line is not merged yet: ben, cid and ann have the keys 0, 1 and 2, and will have 1, 2 and 0
        assert stored_members(store, "some").tolist()[:2] == [False, True]
        compact(store)
        assert stored_members(store, "some").tolist() == [False, False, True]
        found = walk_funnel(store, query)
        assert found.keys.to_pylist() == [2]


def test_a_key_that_came_meanwhile_is_no_member(stores, monkeypatch):
    batch = pa.record_batch({"unit": pa.array([0, 1, 2, 900], pa.int32())})
    monkeypatch.setattr("analysis.steps.cohorts.stored_members", lambda *_: np.array([True, False, True]))
    (rows,) = kept(stores[0], FunnelQuery.model_validate({**DAY, "cohort": "some"}), [batch])
    assert rows["unit"].to_pylist() == [0, 2]
