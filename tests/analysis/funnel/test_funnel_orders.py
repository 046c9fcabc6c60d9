"""The whole room with unordered funnels, optional steps and chains: random journeys against the slow reference."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from analysis.steps import reading
from analysis.trend import TrendQuery
from analysis.trend import answer as trend
from tests.analysis.funnel.funnel_stories import ask
from tests.analysis.funnel.test_funnel_options import LAST_S, STEPS, TICKS, _ticks, random_people, rows_of
from tests.experiments.option_cases import expected
from tests.experiments.reference_options import Found, Row, Rule, can_still_reach
from tests.journeys import journeys

OPTIONAL = [STEPS[0], {**STEPS[1], "optional": True}, STEPS[2]]
ALL_ALONG = [{"event": "x", "after": 1, "before": 3}]
ORDERS = {
    "strict": ({"order": "strict"}, {"order": "strict"}),
    "unordered": ({"order": "unordered"}, {"order": "unordered"}),
    "unordered from to": (
        {"order": "unordered", "from": "2026-04-06T10:00:02Z", "to": "2026-04-06T10:00:07Z"},
        {"order": "unordered", "start_from": 2, "start_to": 7},
    ),
    "unordered drop": (
        {"order": "unordered", "exclusions": ALL_ALONG},
        {"order": "unordered", "exclusions": ((1, 3),)},
    ),
    "unordered end": (
        {"order": "unordered", "exclusions": ALL_ALONG, "on_exclusion": "end_attempt", "reentry": "first"},
        {"order": "unordered", "exclusions": ((1, 3),), "drop": False, "first_only": True},
    ),
    "unordered chains": ({"order": "unordered", "count": "chains"}, {"order": "unordered", "chains": True}),
    "chains": ({"count": "chains"}, {"chains": True}),
    "chains drop": (
        {"count": "chains", "exclusions": ALL_ALONG},
        {"chains": True, "exclusions": ((1, 3),)},
    ),
    "optional": ({"steps": OPTIONAL}, {"optional": frozenset({2})}),
    "strict optional": (
        {"steps": OPTIONAL, "order": "strict"},
        {"optional": frozenset({2}), "order": "strict"},
    ),
}


def with_telemetry(stories: dict[str, list[str]]) -> dict[str, list[str]]:
    """Now and then a row of telemetry, which no funnel may notice."""
    return {
        who: told + [f"frames_summary 10:00:{place:02}" for place in range(0, len(told), 3)]
        for who, told in stories.items()
    }


@pytest.mark.parametrize("fresh", [0, 300])
@pytest.mark.parametrize("name", ORDERS)
def test_every_order_reaches_the_answer_as_the_reference_has_it(tmp_path, name, fresh, monkeypatch):
    monkeypatch.setattr(reading, "BATCH_ROWS", 50)
    keys, ruled = ORDERS[name]
    rule, stories = _ticks(Rule(3, 6, **ruled)), random_people(len(name))
    with journeys(tmp_path, with_telemetry(stories), fresh=fresh) as store:
        assert store.clustered() == (fresh == 0)
        found = ask(store, **{"within": "6s", "steps": STEPS, **keys})
    told = [one for log in stories.values() for one in expected(rows_of(log, name, rule), rule)]
    chains = [(one, left) for one, left in told if isinstance(one, Found)]
    assert found.excluded_units == len(told) - len(chains)
    assert (found.excluded_units > 0) == bool(rule.exclusions)
    still = replace(rule, first_only=rule.first_only or rule.chains)
    levels = range(1, 4) if rule.order == "unordered" else rule.required
    for step, one in enumerate(found.steps, 1):
        reached = [at for chain, rows in chains if step in (at := times_of(chain, rows, levels))]
        assert one.units == len(reached) > 0
        assert one.optional == (step in rule.optional)
        if step > 1:
            before = max(level for level in levels if level < step)
            gaps = [at[step] - at[before] for at in reached]
            assert one.time.mean_s == pytest.approx(np.mean(gaps) / TICKS)
            assert one.from_previous == pytest.approx(one.units / found.steps[before - 1].units)
        if step not in rule.optional:
            level = list(levels).index(step) + 1
            growing = [
                rows
                for chain, rows in chains
                if len(chain.times) < level and can_still_reach(rows, still, level, TICKS * LAST_S)
            ]
            assert one.maturing == len(growing)
    served = [sum(step in chain.steps for chain, _ in chains) for step in (1, 2, 3)]
    assert [one.units for one in found.events] == (served if rule.order == "unordered" else [])


def times_of(chain: Found, rows: list[Row], levels) -> dict[int, int]:
    """When each step, or level, of a chain was."""
    own = {step: rows[place].time for step, place in chain.beside}
    return dict(zip(levels, chain.times, strict=False)) | own


def test_an_optional_step_is_maturing_as_long_as_it_could_still_come(tmp_path):
    stories = {
        "ann": ["a 10:00:00", "c 10:00:04"],  # the last step came without it
        "bob": ["a 10:00:05"],  # its window goes on
        "eve": ["a 10:00:05", "b 10:00:06"],
        "zoe": ["a 10:00:00"],  # its window is over
    }
    with journeys(tmp_path, stories) as store:
        found = ask(store, steps=OPTIONAL, within="5s", observed_until="2026-04-06T10:00:08Z")
        assert [step.units for step in found.steps] == [4, 1, 1]
        assert [step.maturing for step in found.steps] == [0, 1, 2]
        assert [step.from_previous for step in found.steps] == [1, 1 / 4, 1 / 4]


def test_chains_are_not_for_rooms_that_compare_units(tmp_path):
    funnel = {"steps": STEPS[:2], "count": "chains"}
    query = TrendQuery.model_validate({"funnel": funnel, "step": 2, "by": "day"})
    said = "`count` is 'chains'; must be 'units' here"
    with journeys(tmp_path, {"ann": ["a 10:00:00"]}) as store, pytest.raises(ValueError, match=said):
        trend(store, query)


def test_an_unordered_funnel_takes_steps_as_they_come(tmp_path):
    stories = {"ann": ["c 10:00:00", "a 10:00:02", "b 10:00:03"], "bob": ["b 10:00:00", "b 10:00:01"]}
    with journeys(tmp_path, stories) as store:
        found = ask(store, steps=STEPS, order="unordered", within="3s")
        assert [(step.name, step.units) for step in found.steps] == [
            ("any 1 of 3", 2), ("any 2 of 3", 1), ("any 3 of 3", 1)
        ]  # fmt: skip
        assert [(one.name, one.units) for one in found.events] == [("a", 1), ("b | d", 2), ("c", 1)]
        assert [step.time.mean_s for step in found.steps[1:]] == [2, 1]
        assert found.observed_until == datetime(2026, 4, 6, 10, 0, 3, tzinfo=UTC)
