"""The whole room with options: random journeys against the slow reference, and stories worth reading."""

import random
from dataclasses import replace

import numpy as np
import pytest

from analysis.steps import reading, walk_funnel
from experiments.funnel import Funnel
from tests.analysis.funnel.funnel_stories import ask
from tests.experiments.reference_options import Found, Row, Rule, can_still_reach, chosen
from tests.journeys import journeys

EVENTS = "abcdx"
STEPS = [{"event": "a"}, {"event": ["b", "d"]}, {"event": "c"}]
NUMBERS = {"a": {1}, "b": {2}, "c": {3}, "d": {2}, "x": set()}
LAST_S = 12
TICKS = 4  # the reference counts quarter seconds, so that steps after the end may follow closely
BETWEEN = [{"event": "x", "after": 1, "before": 3}]


def step(k: int, **keys: object) -> list[dict[str, object]]:
    return [{**one, **(keys if nth == k else {})} for nth, one in enumerate(STEPS, 1)]


OPTIONS = {
    "strict": ({"order": "strict"}, {"order": "strict"}),
    "first": ({"reentry": "first"}, {"first_only": True}),
    "window": ({"steps": step(2, within="2s")}, {"windows": {2: 2}}),
    "gap": ({"steps": step(3, at_least="3s")}, {"gaps": {3: 3}}),
    "increasing": ({"strictly_increasing": True}, {"increasing": True}),
    "drop": ({"exclusions": BETWEEN}, {"exclusions": ((1, 3),)}),
    "end": (
        {"exclusions": BETWEEN, "on_exclusion": "end_attempt"},
        {"exclusions": ((1, 3),), "drop": False},
    ),
    "hold": ({"hold": ["device", "note"]}, {"hold": True}),
    "first_ever": (
        {"steps": step(1, occurrence="first_ever"), "from": "2026-04-06T10:00:03Z"},
        {"occurrence": frozenset({1}), "start_from": 3},
    ),
    "first_matching": (
        {"steps": step(1, occurrence="first_matching", where={"device": "d1"})},
        {"occurrence": frozenset({1})},
    ),
    "strict to": (
        {"order": "strict", "to": "2026-04-06T10:00:04Z", "steps": step(2, within="3s")},
        {"order": "strict", "start_to": 4, "windows": {2: 3}},
    ),
    "strict hold gap drop": (
        {"order": "strict", "hold": ["device"], "steps": step(2, at_least="1s"), "exclusions": BETWEEN},
        {"order": "strict", "hold": True, "gaps": {2: 1}, "exclusions": ((1, 3),)},
    ),
}


def random_people(seed: int, people: int = 150) -> dict[str, list[str]]:
    rng = random.Random(seed)
    return {
        f"person-{n}": [
            f"{rng.choice(EVENTS)} 10:00:{rng.randint(0, LAST_S):02} seq={place} "
            + " ".join(
                [f"device=d{rng.randint(0, 1)}"] * (rng.random() < 0.9) + ["note=n"] * (rng.random() < 0.9)
            )
            for place in range(rng.randint(0, 8))
        ]
        for n in range(people)
    } | {"zoe": [f"a 10:00:{LAST_S}"]}


def rows_of(told: list[str], name: str, rule: Rule) -> list[Row]:
    held = {"hold": ("device", "note"), "strict hold gap drop": ("device",)}.get(name, ())
    ordered = sorted(
        told, key=lambda one: (one.split()[1], int(one.split("seq=")[1].split()[0]) if "seq=" in one else 0)
    )
    rows = []
    for one in ordered:
        fields = dict(word.split("=") for word in one.split()[2:])
        event, steps = one[0], set(NUMBERS[one[0]])
        firsts = {1} if rule.occurrence and event == "a" else set()
        if name == "first_matching" and fields.get("device") != "d1":
            steps, firsts = steps - {1}, set()
        whole = all(key in fields for key in held)
        code = hash(tuple(fields.get(key) for key in held)) if whole else None
        rows.append(
            Row(
                TICKS * int(one.split()[1][-2:]),
                frozenset(steps),
                value="device" in fields,
                excludes=frozenset({1} if event == "x" and rule.exclusions else ()),
                hold=code if rule.hold else None,
                firsts=frozenset(firsts),
            )
        )
    return rows


def _ticks(rule: Rule) -> Rule:
    return replace(
        rule,
        within=rule.within * TICKS,
        windows={k: us * TICKS for k, us in rule.windows.items()},
        gaps={k: us * TICKS for k, us in rule.gaps.items()},
        start_from=rule.start_from * TICKS,
        start_to=rule.start_to * TICKS,
    )


@pytest.mark.parametrize("fresh", [0, 200])
@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_reaches_the_answer_as_the_reference_has_it(tmp_path, name, fresh, monkeypatch):
    monkeypatch.setattr(reading, "BATCH_ROWS", 50)
    keys, ruled = OPTIONS[name]
    rule, stories = _ticks(Rule(3, 6, **ruled)), random_people(len(name))
    with journeys(tmp_path, stories, fresh=fresh) as store:
        assert store.clustered() == (fresh == 0)
        split = {"by": ["device"], "attribution": "first_touch"}
        found = ask(store, **{"within": "6s", "steps": STEPS, **keys, "breakdown": split})
        walked = walk_funnel(store, Funnel.model_validate({"within": "6s", "steps": STEPS, **keys}))
    logs = [rows_of(told, name, rule) for told in stories.values()]
    right = [chosen(rows, rule) for rows in logs]
    chains = [(rows, one) for rows, one in zip(logs, right, strict=True) if isinstance(one, Found)]
    assert found.excluded_units == right.count("excluded")
    assert (found.excluded_units > 0) == ("drop" in name)
    assert sum(group.steps[0].units for group in found.groups) == len(chains) == len(walked.reach)
    assert sum(group.kind == "missing" for group in found.groups) == any(
        one.first_value is None for _, one in chains
    )
    for k, one in enumerate(found.steps):
        reached = [chain for _, chain in chains if len(chain.times) > k]
        assert one.units == len(reached) > 0
        growing = [
            rows
            for rows, chain in chains
            if len(chain.times) <= k and can_still_reach(rows, rule, k + 1, TICKS * LAST_S)
        ]
        assert one.maturing == len(growing)
        if k:
            assert one.time is not None
            gaps = [chain.times[k] - chain.times[k - 1] for chain in reached]
            assert one.time.mean_s == pytest.approx(np.mean(gaps) / TICKS)


def test_telemetry_in_the_background_does_not_stand_between_the_steps_of_a_strict_funnel(tmp_path):
    stories = {
        "ann": ["a 10:00:00", "frames_summary 10:00:01", "b 10:00:02", "c 10:00:03"],
        "bob": ["a 10:00:00", "settings_opened 10:00:01", "b 10:00:02", "c 10:00:03"],
    }
    with journeys(tmp_path, stories) as store:
        assert [s.units for s in ask(store, steps=STEPS, order="strict").steps] == [2, 1, 1]


def test_a_condition_on_every_event_leaves_the_others_out_of_a_strict_funnel(tmp_path):
    stories = {"ann": ["a 10:00:00 note=n", "d 10:00:01", "e 10:00:01", "b 10:00:02 note=n"]}
    with journeys(tmp_path, stories) as store:
        found = ask(store, steps=STEPS[:2], order="strict", where={"note": "n"})
        assert [s.units for s in found.steps] == [1, 1]
        assert found.steps[1].time.mean_s == 2


def test_nobody_and_events_without_unit(tmp_path):
    with journeys(tmp_path, {"ann": ["b 10:00:00", "e 10:00:01", "a 10:00:02"]}) as store:
        none = ask(store, steps=STEPS, reentry="first", from_="2026-04-07T00:00:00Z")
        assert none.cannot_say is not None
        lost = ask(store, steps=STEPS, order="strict", unit="property:shop", breakdown={"by": ["device"]})
        assert (lost.units_without_id, lost.groups) == (2, ())


def test_a_repeat_of_step_one_after_the_period_starts_nothing_and_breaks_nothing(tmp_path):
    with journeys(tmp_path, {"ann": ["a 10:00:00", "a 10:00:02", "b 10:00:03"]}) as store:
        found = ask(store, steps=STEPS[:2], order="strict", to="2026-04-06T10:00:01Z")
        assert [s.units for s in found.steps] == [1, 1]
        assert found.steps[1].time.mean_s == 3
