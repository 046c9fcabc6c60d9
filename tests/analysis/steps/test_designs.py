"""Groups of different design: walks over the steps that each group has, against every chain written down."""

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.steps import NEVER, Walked, designs
from experiments.funnel import Funnel
from experiments.walk import WalkOfWholes, rules_of
from tests.experiments.reference_options import Found, Row, Rule, can_still_reach, chosen

GROUPS = ("g0", "g1", "g2", None)
US = 1_000_000
Log = dict[str, list[tuple[int, str]]]


def walk_over(log: Log, groups: dict[str, str | None], until: int):
    """Walks a funnel over a log in memory: who -> (second, event)."""

    def walk(funnel: Funnel) -> Walked:
        rules = rules_of(funnel)
        names = [step.event for step in funnel.steps]
        walks = WalkOfWholes(rules, rows=False)
        rows = [
            (key, at * US, sum(1 << k for k, name in enumerate(names) if name == event), event == "x")
            for key, who in enumerate(sorted(log))
            for at, event in log[who]
        ]
        keys, moments, masks, bars = (np.array(one, np.int64) for one in zip(*rows, strict=True))
        extra = bars << rules.steps if funnel.exclusions else None
        parts = [*walks.feed(keys, moments, masks, extra), *walks.finish()]
        reach = np.concatenate([one.reach for one in parts])
        found = np.concatenate([one.key for one in parts])
        chances = np.vstack(
            [
                np.column_stack([one.maturing(k + 1, rules.within, until * US) for k in range(rules.steps)])
                for one in parts
            ]
        )
        people = [sorted(log)[key] for key in found]
        return Walked(
            reach=reach,
            times=np.vstack([one.times for one in parts]),
            growing=chances.any(axis=1),
            values=pa.array([groups[who] for who in people], pa.string()),
            keys=pa.array(people, pa.string()),
            without_unit=0,
            not_numbers=(),
            observed_until=None,
            data_version="",
            synthetic=False,
            sql=str(len(names)),
            excluded_units=walks.excluded,
            grows_to=np.where(chances, np.arange(1, rules.steps + 1), 0).max(axis=1),
            optional=frozenset(k for k, step in enumerate(funnel.steps, 1) if step.optional),
            open_steps=chances if any(step.optional for step in funnel.steps) else None,
        )

    return walk


def design_case(seed: int):
    """A funnel of 2 to 4 steps, some absent in some groups, and a small log of six people."""
    rng = random.Random(seed)
    n = rng.choice((2, 3, 3, 4))
    steps = [{"event": "abcd"[k]} for k in range(n)]
    absent = {}
    for name in GROUPS[:3]:
        absent[name] = {k for k in range(2, n + 1) if rng.random() < 0.4}
        for k in absent[name]:
            steps[k - 1].setdefault("absent_in", []).append(name)
    if not any(absent.values()):
        return design_case(seed + 1)
    named = next((k for k in range(n, 1, -1) if "absent_in" not in steps[k - 1]), None)
    bars = [{"event": "x", "after": 1, "before": named}] if named and rng.random() < 0.5 else []
    optional = {k for k in range(2, n + 1) if rng.random() < 0.2 and not bars}
    for k in optional:
        steps[k - 1]["optional"] = True
    funnel = Funnel.model_validate(
        {
            "within": "6s",
            "order": rng.choice(("ordered", "strict")),
            "steps": steps,
            "exclusions": bars,
            "on_exclusion": rng.choice(("drop", "end_attempt")),
            "breakdown": {"by": ["group"]},
        }
    )
    people = [f"p{place}" for place in range(6)]
    log = {
        who: sorted((rng.randint(0, 12), rng.choice("aabbccddx")) for _ in range(rng.randint(1, 7)))
        for who in people
    }
    return funnel, absent, log, {who: rng.choice(GROUPS) for who in people}


def right(funnel: Funnel, present: list[int], events: list[tuple[int, str]]):
    """The reference over the steps that a design has."""
    at = {k: place for place, k in enumerate(present, 1)}
    names = [step.event for step in funnel.steps]
    rule = Rule(
        len(present),
        6,
        funnel.order,
        exclusions=tuple((at[one.after], at[one.before]) for one in funnel.exclusions),
        drop=funnel.on_exclusion == "drop",
        optional=frozenset(at[k] for k in present if funnel.steps[k - 1].optional),
    )
    rows = [
        Row(
            second,
            frozenset(place for k, place in at.items() if names[k - 1] == event),
            excludes=frozenset({1} if event == "x" and funnel.exclusions else ()),
        )
        for second, event in events
    ]
    return rule, rows, chosen(rows, rule)


def check(case, module=designs) -> None:
    funnel, absent, log, groups = case
    n, until = len(funnel.steps), 12
    found = module.by_design(funnel, walk_over(log, groups, until))
    place = {who: nth for nth, who in enumerate(found.keys.to_pylist())}
    excluded = 0
    for who, events in log.items():
        present = [k for k in range(1, n + 1) if k not in absent.get(groups[who], set())]
        rule, rows, chain = right(funnel, present, events)
        excluded += chain == "excluded"
        assert (who in place) == isinstance(chain, Found)
        if not isinstance(chain, Found):
            continue
        me, served = place[who], {present[s - 1]: t for s, t in zip(chain.steps, chain.times, strict=True)}
        served |= {present[s - 1]: rows[row].time for s, row in chain.beside}
        assert found.values[me].as_py() == groups[who]
        for k in range(1, n + 1):
            assert found.has(k)[me] == (k in present)
            assert found.reached(k)[me] == passed(funnel, present, served, k), (who, k)
            if k in served:
                assert found.times[me, k - 1] == served[k] * US
            elif k not in present and found.reached(k)[me]:
                assert found.times[me, k - 1] == served[last(funnel, present, k)] * US
            growing = found.maturing(k)[me]
            if k not in present or k in served:
                assert not growing
            elif not rule.optional:
                assert growing == can_still_reach(rows, rule, present.index(k) + 1, until)
    assert found.excluded_units == excluded


def last(funnel: Funnel, present: list[int], k: int) -> int:
    """The last required step before k that the design has."""
    return max(one for one in present if one < k and not funnel.steps[one - 1].optional)


def passed(funnel: Funnel, present: list[int], served: dict[int, int], k: int) -> bool:
    """Is the step reached, or, where it is absent and would be required, the one before it?"""
    if k in present or funnel.steps[k - 1].optional:
        return k in served
    return last(funnel, present, k) in served


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**48).map(design_case))
def test_every_unit_is_walked_over_the_steps_of_its_group(case):
    check(case)


def test_without_groups_there_is_no_design():
    funnel, _, log, groups = design_case(1)
    with pytest.raises(ValueError, match="`absent_in` is given; must be left out where groups are set aside"):
        designs.by_design(funnel.model_copy(update={"breakdown": None}), walk_over(log, groups, 12))


def test_a_step_is_never_without_a_time_where_it_is_passed():
    for seed in range(200):
        funnel, _, log, groups = design_case(seed)
        found = designs.by_design(funnel, walk_over(log, groups, 12))
        for k in range(1, len(funnel.steps) + 1):
            assert (found.times[found.reached(k), k - 1] != NEVER).all()
