"""Groups of different design: a step that is absent by design is no drop-off. Stories, and random journeys by the reference."""

import random
from collections import Counter

import numpy as np
import pytest

from analysis.funnel import to_json
from analysis.funnel.chart import groups_chart, steps_chart
from analysis.funnel.rows import group_table, plain_rows, step_table
from analysis.funnel.rules import rules
from analysis.funnel.sentences import finding, notes
from analysis.members import MembersQuery
from analysis.members import answer as members
from analysis.steps import walk_funnel
from experiments.funnel import Funnel
from tests.analysis.funnel.funnel_stories import SELL_CHECK, FunnelQuery, ask
from tests.experiments.reference_options import Found, Row, Rule, can_still_reach, chosen
from tests.journeys import journeys

DESIGNED = [
    {"event": "camera_opened", "milestone": "intent"},
    {"event": "photo_taken", "absent_in": ["hover"]},
    {"event": "result_shown", "milestone": "result"},
]
STORIES = {
    "ann": ["camera_opened 10:00:00 flow=photo", "photo_taken 10:00:01", "result_shown 10:00:03"],
    "bob": ["camera_opened 10:00:00 flow=photo", "photo_taken 10:00:01"],
    "cee": ["camera_opened 10:00:00 flow=hover", "result_shown 10:00:05"],
    "dan": ["camera_opened 10:00:00 flow=hover"],
    "eve": ["camera_opened 10:00:00 flow=hover", "result_shown 10:00:07", "photo_taken 10:01:00"],
    "fay": ["camera_opened 10:00:00"],
}
BY_FLOW = {"steps": DESIGNED, "breakdown": {"by": ["flow"]}}


@pytest.fixture
def flows(tmp_path):
    with journeys(tmp_path, STORIES) as store:
        yield store


def test_a_group_without_the_step_goes_on_to_the_next_and_loses_nobody_there(flows):
    hover, photo, missing = ask(flows, **BY_FLOW).groups
    assert (hover.by, photo.by, missing.by) == (("hover",), ("photo",), (None,))
    assert [step.absent for step in hover.steps] == [False, True, False]
    assert [step.units for step in hover.steps] == [3, 0, 2]
    assert (hover.steps[1].from_start, hover.steps[1].from_previous, hover.steps[1].time) == (
        None,
        None,
        None,
    )
    assert hover.steps[2].from_previous == hover.steps[2].from_start == pytest.approx(2 / 3)
    assert hover.steps[2].time.mean_s == 6.0  # from the camera on
    assert [step.units for step in photo.steps] == [2, 2, 1]
    assert photo.steps[2].from_previous == 0.5
    assert [step.units for step in missing.steps] == [1, 0, 0]  # without a group every step is asked for


def test_for_everybody_the_step_counts_only_units_whose_design_has_it(flows):
    first, photo, result = ask(flows, **BY_FLOW).steps
    assert (first.units, photo.units, result.units) == (6, 2, 3)
    assert (first.of_units, photo.of_units, result.of_units) == (6, 3, 6)
    assert (photo.from_start, photo.from_previous) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert (result.from_start, result.from_previous) == (
        0.5,
        0.6,
    )  # of 3 from the camera and 2 from the photo
    assert result.time.mean_s == pytest.approx((5 + 7 + 2) / 3)


def test_without_an_absent_step_designs_make_no_difference(flows):
    plain = ask(flows, breakdown={"by": ["flow"]})
    other = [DESIGNED[0], {**DESIGNED[1], "absent_in": ["nobody's"]}, DESIGNED[2]]
    found = ask(flows, steps=other, breakdown={"by": ["flow"]})
    assert [s.units for s in found.steps] == [s.units for s in plain.steps]
    assert {g.by: [s.units for s in g.steps] for g in found.groups} == {
        g.by: [s.units for s in g.steps] for g in plain.groups
    }


def test_arms_can_be_of_different_design(tmp_path):
    seen = "experiment_exposed 09:59:00 experiment=shape variant="
    stories = {
        person: [seen + ("hover" if "hover" in told[0] else "photo"), *told]
        for person, told in STORIES.items()
    }
    with journeys(tmp_path, stories) as store:
        found = ask(store, steps=DESIGNED, variant={"experiment": "shape"})
    assert {g.by[0]: (g.exposed, [s.units for s in g.steps]) for g in found.groups} == {
        "hover": (3, [3, 0, 2]),
        "photo": (3, [3, 2, 1]),
    }
    assert [g.steps[1].absent for g in found.groups] == [True, False]


def test_other_rooms_pass_the_absent_step_or_say_that_they_cannot(flows):
    walked = walk_funnel(flows, Funnel.model_validate({**SELL_CHECK, **BY_FLOW}))
    who = dict(
        zip(
            walked.keys.to_pylist(),
            zip(walked.reach.tolist(), walked.times.tolist(), strict=True),
            strict=True,
        )
    )
    assert sorted(reach for reach, _ in who.values()) == [
        1,
        2,
        2,
        3,
        3,
        3,
    ]  # dan stands at step 2, as bob does
    assert all(times[1] == times[0] for _, times in who.values() if times[2] - times[0] == 5_000_000)
    aside = Funnel.model_validate({**SELL_CHECK, **BY_FLOW}).model_copy(update={"breakdown": None})
    with pytest.raises(ValueError, match="`absent_in` is given; must be left out where groups are set aside"):
        walk_funnel(flows, aside)


def test_lists_are_as_long_as_the_funnel_says(flows):
    funnel = {**SELL_CHECK, **BY_FLOW}
    found = ask(flows, **BY_FLOW)
    for k, step in enumerate(found.steps[1:], 2):
        told = {
            outcome: members(
                flows, MembersQuery.model_validate({"funnel": funnel, "step": k, "outcome": outcome})
            ).members
            for outcome in ("reached", "dropped", "maturing")
        }
        assert len(told["reached"]) == step.units
        assert len(told["maturing"]) == step.maturing
        assert sum(map(len, told.values())) == step.stood
    waiting = {one.unit: one.reach for one in told["dropped"] + told["maturing"]}
    assert waiting == {"dan": 1, "bob": 2}  # dan's design has no photo to get to


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_designs_and_milestones_are_told(flows, lang):
    found = ask(flows, **BY_FLOW)
    told = to_json(found)
    assert [step["milestone"] for step in told["steps"]] == ["intent", None, "result"]
    absent = told["groups"][0]["steps"][1]
    assert (absent["absent"], absent["units"], absent["maturing"], absent["of_units"]) == (
        True,
        None,
        None,
        0,
    )
    assert [step["of_units"] for step in told["steps"]] == [6, 3, 6]
    assert sum("photo_taken" in note for note in notes(found, lang)) == 1
    query = FunnelQuery.model_validate({**SELL_CHECK, **BY_FLOW})
    assert sum("photo_taken" in rule and "hover" in rule for rule in rules(query, lang)) == 1
    first, *_ = step_table(found, lang).iloc[:, 0].tolist()
    assert first.startswith("camera_opened")
    assert "intent" in first
    cell = group_table(found, lang).iloc[0, 2]
    assert cell == {"en": "not in this design", "ja": "この形にはない手順"}[lang]
    rows = plain_rows(found)
    assert rows[(rows["value"] == "hover") & (rows["step"] == 2)]["units"].isna().tolist() == [True]
    drawn = next(iter(groups_chart(found, lang).to_dict()["datasets"].values()))
    assert drawn[1]["told"] == cell
    assert "intent" in next(iter(steps_chart(found, lang).to_dict()["datasets"].values()))[0]["step"]


def test_the_largest_loss_is_not_where_a_step_is_absent(flows):
    # from camera to photo 1 of 3 stops, from there on 2 of 5: the four with a hover camera lose nobody at the photo
    assert (
        finding(ask(flows, **BY_FLOW), "en")
        == "The largest loss is photo_taken → result_shown: 40.0% stop there (2 people)."
    )


STEPS = [
    {"event": "a"},
    {"event": "b", "absent_in": ["d1"]},
    {"event": "c", "absent_in": ["d2", "d1"]},
    {"event": "d"},
]
ABSENT = {"d0": set(), "d1": {2, 3}, "d2": {3}, None: set()}
OPTIONS = {
    "plain": ({}, {}),
    "strict": ({"order": "strict"}, {"order": "strict"}),
    "first": ({"reentry": "first"}, {"first_only": True}),
    "drop": ({"exclusions": [{"event": "x", "after": 1, "before": 4}]}, {"exclusions": (1, 4)}),
    "end": (
        {"exclusions": [{"event": "x", "after": 1, "before": 4}], "on_exclusion": "end_attempt"},
        {"exclusions": (1, 4), "drop": False},
    ),
}
LAST_S, TICKS = 12, 4


def random_people(seed: int) -> dict[str, list[str]]:
    rng = random.Random(seed)
    people = {}
    for n in range(150):
        device = rng.choice(("device=d0", "device=d1", "device=d2", "device=d2", ""))
        times = sorted(rng.randint(0, LAST_S) for _ in range(rng.randint(1, 8)))
        people[f"p{n:03}"] = [
            f"{rng.choice('aabbccddx')} 10:00:{at:02} seq={place} {device}" for place, at in enumerate(times)
        ]
    return people | {"zoe": [f"a 10:00:{LAST_S}"]}


@pytest.mark.parametrize("name", OPTIONS)
def test_every_group_is_walked_over_the_steps_that_it_has(tmp_path, name):
    keys, ruled = OPTIONS[name]
    people, right = random_people(len(name)), {}
    excluded = 0
    for story in people.values():
        named = [one for one in story if one[0] != "x"]
        device = None if not named or "device" not in named[0] else named[0].split("device=")[1]
        present = [k for k in range(1, 5) if k not in ABSENT[device]]
        at = {k: place for place, k in enumerate(present, 1)}
        pair = ruled.get("exclusions")
        options = {**ruled, **({"exclusions": ((at[pair[0]], at[pair[1]]),)} if pair else {})}
        rule = Rule(len(present), 6 * TICKS, **options)
        rows = [
            Row(
                TICKS * int(one.split()[1][-2:]),
                frozenset({at["abcd".index(one[0]) + 1]} if "abcdx".index(one[0]) + 1 in present else ()),
                excludes=frozenset({1} if one[0] == "x" and pair else ()),
            )
            for one in story
        ]
        found = chosen(rows, rule)
        excluded += found == "excluded"
        if isinstance(found, Found):
            open_ = [
                level > len(found.times) and can_still_reach(rows, rule, level, TICKS * LAST_S)
                for level in range(1, len(present) + 1)
            ]
            right.setdefault(device, []).append((present, found, open_))
    with journeys(tmp_path, people) as store:
        told = ask(store, **{"within": "6s", "steps": STEPS, **keys, "breakdown": {"by": ["device"]}})
    assert told.excluded_units == excluded
    assert {group.by[0]: group.steps[0].units for group in told.groups} == Counter(
        {device: len(units) for device, units in right.items()}
    )
    for group in told.groups:
        for k, step in enumerate(group.steps, 1):
            check(step, k, right[group.by[0]], absent=k in ABSENT[group.by[0]])
    for k, step in enumerate(told.steps, 1):
        check(step, k, [one for units in right.values() for one in units if k in one[0]], absent=False)


def check(step, k: int, units: list, *, absent: bool) -> None:
    """One step of the answer against chains of units whose design has it."""
    assert step.absent == absent
    if absent:
        assert (step.units, step.of_units, step.from_start, step.time) == (0, 0, None, None)
        return
    level = [present.index(k) for present, _, _ in units]
    reached = [found for (_, found, _), at in zip(units, level, strict=True) if len(found.times) > at]
    before = [
        found for (_, found, _), at in zip(units, level, strict=True) if len(found.times) > max(at - 1, 0)
    ]
    assert (step.units, step.of_units, step.stood) == (len(reached), len(units), len(before))
    assert step.from_previous == (len(reached) / len(before) if before else None)
    assert step.maturing == sum(open_[at] for (_, _, open_), at in zip(units, level, strict=True))
    gaps = [
        f.times[at] - f.times[at - 1]
        for (_, f, _), at in zip(units, level, strict=True)
        if at and len(f.times) > at
    ]
    if gaps:
        assert step.time.mean_s == pytest.approx(np.mean(gaps) / TICKS)
