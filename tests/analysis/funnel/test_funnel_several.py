"""Two fields in a breakdown, and units that stand in several groups: stories, and random journeys against the reference."""

import random
from collections import Counter

import pytest

from analysis.funnel import to_json
from analysis.funnel.chart import groups_chart
from analysis.funnel.rows import group_table, plain_rows
from analysis.funnel.sentences import attribution_name, notes
from analysis.steps import reading
from tests.analysis.funnel.funnel_stories import ask
from tests.analysis.steps.reference_groups import stands
from tests.experiments.reference_options import Row, Rule
from tests.journeys import journeys

STORIES = {
    "ann": [
        "camera_opened 10:00:00 device=old platform=ios",
        "photo_taken 10:00:01 device=new",
        "photo_taken 10:00:02 device=old",
        "result_shown 10:00:03 device=new",
    ],
    "bob": [
        "camera_opened 10:00:00",
        "photo_taken 10:00:01 platform=ios",
        "result_shown 10:00:03 device=new",
    ],
    "cee": ["camera_opened 10:00:00"],
}


def groups(store, *by, attribution="first_touch"):
    found = ask(store, breakdown={"by": list(by), "attribution": attribution, "top": 200})
    return {group.by: [step.units for step in group.steps] for group in found.groups}


@pytest.fixture
def people(tmp_path):
    with journeys(tmp_path, STORIES) as store:
        yield store


def test_of_two_fields_each_is_attributed_by_itself(people):
    # bob's platform is of his second event, his device of the third
    assert groups(people, "device", "platform") == {
        ("old", "ios"): [1, 1, 1],
        ("new", "ios"): [1, 1, 1],
        (None, None): [1, 0, 0],
    }
    assert groups(people, "platform", "device", attribution="last_touch") == {
        ("ios", "new"): [2, 2, 2],
        (None, None): [1, 0, 0],
    }
    assert groups(people, "other", "device") == {
        (None, "old"): [1, 1, 1],
        (None, "new"): [1, 1, 1],
        (None, None): [1, 0, 0],
    }


def test_by_a_step_a_unit_stands_in_the_group_of_every_chain_and_in_none_if_it_never_gets_there(people):
    assert groups(people, "device", attribution="step:2") == {
        ("new",): [1, 1, 1],
        ("old",): [1, 1, 1],
        (None,): [1, 1, 1],
    }
    assert groups(people, "device", attribution="step:1") == {("old",): [1, 1, 1], (None,): [2, 1, 1]}
    assert groups(people, "device", "platform", attribution="step:2") == {
        ("new", None): [1, 1, 1],
        ("old", None): [1, 1, 1],
        (None, "ios"): [1, 1, 1],
    }


def test_by_all_events_one_value_stands_along_the_chain(people):
    assert groups(people, "device", attribution="all_events") == {("old",): [1, 1, 0], (None,): [2, 1, 0]}
    assert groups(people, "device", "platform", attribution="all_events") == {
        ("old", "ios"): [1, 0, 0],
        (None, None): [2, 0, 0],
    }


def test_the_figures_for_everybody_do_not_depend_on_the_breakdown(people):
    plain = ask(people)
    for attribution in ("first_touch", "last_touch", "all_events", "step:1", "step:3"):
        for by in (["device"], ["device", "platform"]):
            found = ask(people, breakdown={"by": by, "attribution": attribution})
            assert found.steps == plain.steps
            assert (found.by, found.attribution) == (tuple(by), attribution)


def test_pairs_are_told_in_pictures_tables_rows_and_json(people):
    found = ask(people, breakdown={"by": ["device", "platform"], "attribution": "step:2", "top": 1})
    assert [(one["by"], one["kind"]) for one in to_json(found)["groups"]] == [
        (["new", None], "value"),
        (["$other", "$other"], "rest"),
    ]
    assert to_json(found)["attribution"] == "step:2"
    table = group_table(found, "en")
    assert table["device · platform"].tolist() == ["new · (no value)", "(the other 2 values)"]
    rows = plain_rows(found)
    told_of = rows[["group", "value", "value_2"]].fillna("").drop_duplicates().to_numpy().tolist()
    assert told_of == [["all", "", ""], ["value", "new", ""], ["rest", "$other", "$other"]]
    drawn = next(iter(groups_chart(found, "ja").to_dict()["datasets"].values()))
    assert drawn[0]["group"] == "new · (値なし)"
    assert any("several groups" in note for note in notes(found, "en"))
    assert not any(
        "several groups" in note for note in notes(ask(people, breakdown={"by": ["device"]}), "en")
    )
    assert attribution_name("step:2", "ja") == "手順 2 の時点の値"


EVENTS, LAST_S = "abcd", 12
STEPS = [{"event": "a"}, {"event": ["b", "d"]}, {"event": "c"}]
NUMBERS = {"a": {1}, "b": {2}, "c": {3}, "d": {2}}
FUNNEL = {"within": "6s", "steps": STEPS}


def random_people(seed: int, count: int = 150) -> dict[str, list[str]]:
    """device is stored as a column of few values, note is any property."""
    rng = random.Random(seed)
    return {
        f"person-{n:03}": [
            f"{rng.choice(EVENTS)} 10:00:{rng.randint(0, LAST_S):02} seq={place}"
            + f" device=d{rng.randint(0, 1)}" * (rng.random() < 0.8)
            + f" note=n{rng.randint(0, 2)}" * (rng.random() < 0.6)
            for place in range(rng.randint(0, 8))
        ]
        for n in range(count)
    }


def told(stories: list[str]) -> tuple[list[Row], list[dict[str, str]]]:
    """The rows of one person in order, and the fields of each."""
    ordered = sorted(stories, key=lambda one: (one.split()[1], int(one.split("seq=")[1].split()[0])))
    rows = [Row(int(one.split()[1][-2:]), frozenset(NUMBERS[one[0]])) for one in ordered]
    return rows, [dict(word.split("=") for word in one.split()[2:]) for one in ordered]


def expected(people: dict[str, list[str]], by: tuple[str, ...], rule: Rule, step: int | None) -> dict:
    """Group -> units at each step, by the reference."""
    found: dict[tuple, Counter] = {}
    for story in people.values():
        rows, fields = told(story)
        pairs = [tuple(one.get(name) for name in by) for one in fields]
        values = [None if not any(pair) else pair for pair in pairs]
        for value, times in stands(rows, values, rule, step).items():
            found.setdefault(value or (None,) * len(by), Counter()).update(range(len(times)))
    return {value: [reached[k] for k in range(3)] for value, reached in found.items()}


STORED = {"stored": 0, "fresh": 200}


@pytest.mark.parametrize("fresh", STORED.values(), ids=STORED)
@pytest.mark.parametrize("by", [("device",), ("note",), ("device", "note")])
@pytest.mark.parametrize("attribution", ["all_events", "step:1", "step:2", "step:3"])
def test_groups_are_those_of_the_reference(tmp_path, monkeypatch, attribution, by, fresh):
    monkeypatch.setattr(reading, "BATCH_ROWS", 50)
    people = random_people(len(attribution) + len(by))
    step = int(attribution[-1]) if ":" in attribution else None
    with journeys(tmp_path, people, fresh=fresh) as store:
        assert store.clustered() == (fresh == 0)
        for options, rule in (({}, Rule(3, 6)), ({"order": "strict"}, Rule(3, 6, "strict"))):
            found = ask(
                store, **FUNNEL, **options, breakdown={"by": list(by), "attribution": attribution, "top": 200}
            )
            units = {group.by: [one.units for one in group.steps] for group in found.groups}
            assert units == expected(people, by, rule, step)


@pytest.mark.parametrize("attribution", ["first_touch", "last_touch"])
def test_a_pair_is_the_first_or_last_value_of_each_field(tmp_path, monkeypatch, attribution):
    monkeypatch.setattr(reading, "BATCH_ROWS", 7)
    monkeypatch.setattr(reading, "FEWEST_UNITS", 10)
    people, by = random_people(5), ("device", "note")
    right: Counter = Counter()
    for story in people.values():
        rows, fields = told(story)
        if any(1 in row.steps for row in rows):
            ordered = fields if attribution == "first_touch" else fields[::-1]
            right[tuple(next((one[name] for one in ordered if name in one), None) for name in by)] += 1
    for fresh in STORED.values():
        with journeys(tmp_path / str(fresh), people, fresh=fresh) as store:
            assert {at: units[0] for at, units in groups_of(store, by, attribution).items()} == right


def groups_of(store, by, attribution):
    found = ask(store, **FUNNEL, breakdown={"by": list(by), "attribution": attribution, "top": 200}).groups
    return {group.by: [step.units for step in group.steps] for group in found}


def test_many_values_in_many_batches_and_parts_are_the_same(tmp_path, monkeypatch):
    with journeys(tmp_path, random_people(8)) as store:
        whole = [
            groups_of(store, ("device", "person"), how) for how in ("step:2", "all_events", "first_touch")
        ]
        monkeypatch.setattr(reading, "BATCH_ROWS", 3)
        monkeypatch.setattr(reading, "FEWEST_UNITS", 10)
        assert [
            groups_of(store, ("device", "person"), how) for how in ("step:2", "all_events", "first_touch")
        ] == whole
        assert len(whole[0]) > 50


def test_a_store_without_any_unit_has_no_group(tmp_path):
    with journeys(tmp_path, {}) as store:
        for how in ("first_touch", "step:2", "all_events"):
            assert groups_of(store, ("device", "platform"), how) == {}
            assert groups_of(store, ("device",), how) == {}


def test_attempts_and_other_units_split_the_same_way(tmp_path):
    stories = {"ann": [f"{one} attempt_id=t1" for one in STORIES["ann"]], "bob": STORIES["bob"]}
    with journeys(tmp_path, stories) as store:
        found = ask(store, unit="attempt", breakdown={"by": ["device"], "attribution": "step:2"})
        assert {g.by[0]: g.steps[2].units for g in found.groups} == {"new": 1, "old": 1, None: 1}
        assert found.steps[0].units == 2
