"""The arms of an experiment as groups: stories, and random exposures against the reference."""

import random
from collections import Counter
from datetime import datetime

import pytest

from analysis.funnel import to_json
from analysis.funnel.chart import groups_chart
from analysis.funnel.rows import group_table, plain_rows
from analysis.funnel.rules import rules
from analysis.funnel.sentences import notes
from analysis.steps import walk_funnel
from experiments.funnel import Funnel
from tests.analysis.funnel.funnel_stories import SELL_CHECK, FunnelQuery, ask
from tests.experiments.reference_options import Found, Row, Rule, chosen
from tests.journeys import journeys

SEEN = "experiment_exposed {at} experiment=display-8s variant={arm}"
STORIES = {
    "ann": ["camera_opened 09:59:58", SEEN.format(at="10:00:00", arm="8s"), "photo_taken 10:00:01"],
    "bob": [SEEN.format(at="10:00:00", arm="8s"), "camera_opened 10:00:00", "photo_taken 10:00:02"],
    "cee": [SEEN.format(at="10:00:00", arm="control"), "camera_opened 10:00:05", "result_shown 10:00:06"],
    "dan": [SEEN.format(at="10:00:00", arm="control")],
    "eve": [
        SEEN.format(at="10:00:00", arm="control"),
        SEEN.format(at="10:00:01", arm="8s"),
        "camera_opened 10:00:02",
    ],
    "fay": ["camera_opened 10:00:00", "photo_taken 10:00:01"],
}
VARIANT = {"experiment": "display-8s"}
DECLARED = {
    "key": "display-8s",
    "start": "2026-04-06T10:00:01Z",
    "variants": [{"key": "4s", "control": True}, {"key": "8s"}, {"key": "9s"}],
    "metrics": [{"key": "tapped", "role": "success", "kind": "conversion", "event": "tap", "within": "10s"}],
}


@pytest.fixture
def people(tmp_path):
    with journeys(tmp_path, STORIES) as store:
        yield store


def arms(found):
    return {group.by[0]: (group.exposed, [step.units for step in group.steps]) for group in found.groups}


def test_only_the_exposed_take_part_from_their_exposure_on_and_each_arm_says_how_many_they_were(people):
    found = ask(people, variant=VARIANT)
    # ann opened the camera before her exposure; bob in the same instant; eve saw both arms; fay saw none
    assert arms(found) == {"control": (2, [1, 0, 0]), "8s": (2, [1, 1, 0])}
    assert [step.units for step in found.steps] == [2, 1, 0]
    assert (found.by, found.experiment, found.several_variants) == (("variant",), "display-8s", 1)


def test_everybody_is_the_sum_of_the_arms_whatever_the_options(people):
    for options in ({}, {"order": "strict"}, {"order": "unordered"}, {"reentry": "first"}):
        found = ask(people, variant=VARIANT, **options)
        for k, step in enumerate(found.steps):
            assert step.units == sum(group.steps[k].units for group in found.groups)


def test_sessions_and_attempts_stand_in_the_arm_of_their_person(tmp_path):
    stories = {
        person: [
            one if "exposed" in one else f"{one} attempt_id={person}{place % 2}"
            for place, one in enumerate(told)
        ]
        for person, told in STORIES.items()
    }
    with journeys(tmp_path, stories) as store:
        for unit in ("session", "attempt"):
            found = arms(ask(store, variant=VARIANT, unit=unit))
            assert {arm: (exposed, units[0]) for arm, (exposed, units) in found.items()} == {
                "control": (2, 1),
                "8s": (2, 1),
            }


def test_the_declared_start_leaves_earlier_exposures_out_and_names_arms_that_nobody_saw(people):
    people.records.add("experiment", "display-8s", DECLARED, who="ann")
    found = ask(people, variant=VARIANT)
    assert arms(found) == {"4s": (0, [0, 0, 0]), "8s": (0, [0, 0, 0]), "9s": (0, [0, 0, 0])}
    assert found.cannot_say is not None
    own = ask(people, variant={**VARIANT, "from": "2026-04-06T09:00:00Z"})
    assert arms(own)["8s"] == (2, [1, 1, 0])
    assert list(arms(own)) == ["4s", "8s", "9s", "control"]


def test_an_end_of_observation_holds_for_exposures_too(people):
    found = ask(people, variant=VARIANT, observed_until="2026-04-06T09:59:59Z")
    assert (arms(found), found.several_variants) == ({}, 0)
    early = ask(people, variant=VARIANT, observed_until="2026-04-06T10:00:01Z")
    assert arms(early) == {"control": (2, [0, 0, 0]), "8s": (2, [1, 0, 0])}


def test_exposures_at_the_very_start_count_and_those_to_other_experiments_do_not(tmp_path):
    other = "experiment_exposed 09:00:00 experiment=other variant=8s"
    stories = STORIES | {"fay": [other, *STORIES["fay"]], "ann": [other, *STORIES["ann"]]}
    with journeys(tmp_path, stories) as store:
        found = ask(store, variant={**VARIANT, "from": "2026-04-06T10:00:00Z"})
        assert arms(found) == {"control": (2, [1, 0, 0]), "8s": (2, [1, 1, 0])}
        assert arms(ask(store, variant=VARIANT)) == arms(found)
        late = ask(store, variant={**VARIANT, "from": "2026-04-06T10:00:00.000001Z"})
        assert arms(late) == {}


def test_an_unknown_experiment_is_an_error_that_names_the_known_ones(people):
    with pytest.raises(ValueError, match=r"`variant.experiment` is 'other'; must be .* \(display-8s\)"):
        ask(people, variant={"experiment": "other"})


def test_arms_and_a_breakdown_do_not_go_together_nor_with_other_units():
    steps = {"steps": [{"event": "a"}]}
    with pytest.raises(ValueError, match="`breakdown` stands beside `variant`"):
        FunnelQuery.model_validate({**steps, "variant": VARIANT, "breakdown": {"by": ["device"]}})
    with pytest.raises(ValueError, match="`unit` is 'property:shop'; must be one of user"):
        FunnelQuery.model_validate({**steps, "variant": VARIANT, "unit": "property:shop"})


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_arms_are_told_in_words_pictures_and_rows(people, lang):
    query = FunnelQuery.model_validate({**SELL_CHECK, "variant": VARIANT})
    assert ["display-8s" in one for one in rules(query, lang)] == [True]
    found = ask(people, variant=VARIANT)
    assert sum("display-8s" in one for one in notes(found, lang)) == 1
    assert len(notes(found, lang)) >= 4
    table = group_table(found, lang)
    assert table["variant"].tolist() == ["control", "8s"]
    assert table.iloc[:, 1].tolist() == (["2 people"] * 2 if lang == "en" else ["2人"] * 2)
    rows = plain_rows(found)
    assert rows.groupby("value")["exposed"].first().to_dict() == {"control": 2, "8s": 2}
    assert "milestone" not in rows
    drawn = next(iter(groups_chart(found, lang).to_dict()["datasets"].values()))
    assert {row["group"] for row in drawn} == {"control", "8s"}
    told = to_json(found)
    assert [(one["by"], one["exposed"]) for one in told["groups"]] == [(["control"], 2), (["8s"], 2)]
    assert (told["experiment"], told["several_variants"], told["breakdown"]) == ("display-8s", 1, ["variant"])


STEPS = [{"event": "a"}, {"event": "b"}, {"event": "c"}]
OPTIONS = {
    "plain": ({}, {}),
    "strict": ({"order": "strict"}, {"order": "strict"}),
    "unordered": ({"order": "unordered"}, {"order": "unordered"}),
    "first": ({"reentry": "first"}, {"first_only": True}),
    "first ever": (
        {"steps": [{"event": "a", "occurrence": "first_ever"}, *STEPS[1:]]},
        {"occurrence": frozenset({1})},
    ),
}


def random_people(seed: int) -> dict[str, list[str]]:
    rng = random.Random(seed)
    told = {}
    for n in range(120):
        events = [f"{rng.choice('abc')} 10:00:{rng.randint(0, 12):02}" for _ in range(rng.randint(0, 7))]
        seen = [(rng.randint(0, 9), rng.choice(("control", "8s"))) for _ in range(rng.choice((0, 1, 1, 2)))]
        told[f"p{n:03}"] = events + [SEEN.format(at=f"10:00:{at:02}", arm=arm) for at, arm in seen]
    return told


@pytest.mark.parametrize("name", OPTIONS)
def test_arms_are_those_of_the_reference(tmp_path, name):
    keys, ruled = OPTIONS[name]
    people, right, several = random_people(len(name)), {}, 0
    exposed: Counter[str] = Counter()
    for story in people.values():
        words = [one.split() for one in story]
        seen = {one[3].partition("=")[2] for one in words if one[0] == "experiment_exposed"}
        several += len(seen) > 1
        if len(seen) != 1:
            continue
        exposed.update(seen)
        since = min(int(one[1][-2:]) for one in words if one[0] == "experiment_exposed")
        acts = sorted(
            (int(one[1][-2:]), place, one[0]) for place, one in enumerate(words) if len(one[0]) == 1
        )
        rows = [
            Row(
                at,
                frozenset({"abc".index(event) + 1} if at >= since else ()),
                firsts=frozenset({1} if event == "a" and name == "first ever" else ()),
            )
            for at, _, event in acts
        ]
        found = chosen(rows, Rule(3, 6, **ruled))
        if isinstance(found, Found):
            right.setdefault(*seen, Counter()).update(range(len(found.times)))
    with journeys(tmp_path, people) as store:
        told = ask(store, **{"within": "6s", "steps": STEPS, **keys, "variant": VARIANT})
    assert told.several_variants == several > 0
    assert arms(told) == {arm: (exposed[arm], [right[arm][k] for k in range(3)]) for arm in ("control", "8s")}


def test_every_walked_unit_started_at_or_after_its_exposure(people):
    walked = walk_funnel(people, Funnel.model_validate({**SELL_CHECK, "variant": VARIANT}))
    since = datetime.fromisoformat("2026-04-06T10:00:00+00:00").timestamp() * 1e6
    assert walked.times[:, 0].min() >= since
    assert sorted(walked.keys.to_pylist()) == ["bob", "cee"]
