"""Paths by hand, against a slow reading of the stories, and the conservation of flow."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from analysis.paths import PathsQuery, answer, compute, to_json
from analysis.paths.answers import Link, Node
from ingest import Store
from tests.faults.planting import Fault, is_caught, load
from tests.journeys import journeys
from tests.test_docs import documented, page

FUNNEL = {"within": "60s", "steps": [{"event": "a"}, {"event": "b"}, {"event": "c"}]}
END = {"zoe": ["z 23:00:00"]}
STORY = {
    "ann": ["x 09:59:30", "y 09:59:50", "a 10:00:00", "p 10:00:01", "q 10:00:02"],
    "ben": ["y 09:59:50", "a 10:00:00", "p 10:00:00", "p 10:00:01", "r 10:01:00", "q 10:01:01"],
    "cat": ["a 10:00:00", "frames_summary 10:00:01"],
    "dan": ["a 10:00:00", "p 10:00:01", "h 10:00:02", "b 10:00:05"],
    **END,
}


def ask(store, asked=answer, **query):
    return asked(store, PathsQuery.model_validate({"funnel": FUNNEL, "step": 1, **query}))


def told(found):
    return [(one.level, one.source, one.target, one.n) for one in found.links]


def test_after_the_step_to_the_end_of_the_window(tmp_path):
    with journeys(tmp_path, STORY) as store:
        found = ask(store, depth=2)
    assert (found.units, found.name) == (3, "a")
    assert told(found) == [(0, "a", "p", 2), (1, "p", "q", 1), (1, "p", "r", 1)]
    assert found.nodes[:2] == (Node(0, "a", 3, 1), Node(1, "p", 2, 0))


def test_before_the_first_step_backwards(tmp_path):
    with journeys(tmp_path, STORY) as store:
        assert told(ask(store, side="before")) == [(0, "a", "y", 2), (1, "y", "x", 1)]


def test_between_two_steps_of_those_who_went_on(tmp_path):
    with journeys(tmp_path, STORY) as store:
        found = ask(store, side="between")
    assert (found.units, told(found)) == (1, [(0, "a", "p", 1), (1, "p", "h", 1)])


def test_what_is_seldom_is_one(tmp_path):
    with journeys(tmp_path, STORY) as store:
        found = ask(store, depth=2, top=1)
    assert found.links[-1] == Link(1, "p", None, 1)
    assert found.nodes[-1] == Node(2, None, 1, 0)


def test_who_may_still_go_on_is_not_lost(tmp_path):
    with journeys(tmp_path, {"ann": ["a 10:00:00", "p 10:00:30"]}) as store:
        assert ask(store).cannot_say.code == "paths_nobody_lost"
        assert ask(store, side="between").cannot_say.code == "paths_nobody_went_on"
    with Store.open(tmp_path / "empty") as store:
        assert ask(store).cannot_say.code == "paths_nobody_lost"


def test_attempts_have_paths_of_their_own(tmp_path):
    story = {
        "ann": [
            "a 10:00:00 attempt_id=s",
            "a 10:00:01 attempt_id=t",
            "p 10:00:02 attempt_id=s",
            "q 10:00:03 attempt_id=t",
        ]
    }
    with journeys(tmp_path, story | END) as store:
        found = ask(store, funnel={**FUNNEL, "unit": "attempt"})
        assert told(found) == [(0, "a", "p", 1), (0, "a", "q", 1)]
        by_property = ask(store, funnel={**FUNNEL, "unit": "property:attempt_id"})
        assert told(by_property) == told(found)


def test_a_question_that_cannot_be_asked_is_refused():
    for wrong in ({"step": 3}, {"step": 0}, {"depth": 6}, {"side": "beside"}, {"top": 0}):
        with pytest.raises(ValidationError):
            PathsQuery.model_validate({"funnel": FUNNEL, "step": 1, **wrong})


def random_people(seed, people=120):
    rng = random.Random(seed)
    return {
        f"p{n:03}": [
            f"{rng.choice('abcxyzuvw')} 10:0{rng.randint(0, 1)}:{rng.randint(0, 59):02} seq={k}"
            for k in range(9)
        ]
        for n in range(people)
    } | END


def slow_reading(stories, side):
    """Units' event names around step 1 of a one-or-two-step reach, straight from the stories: first chain by hand."""
    found = []
    for events in stories.values():
        rows = sorted(
            (60 * int(e.split()[1][3:5]) + int(e.split()[1][6:8]), k, e[0]) for k, e in enumerate(events)
        )
        starts = [t for t, _, name in rows if name == "a"]
        ways = [(s, b) for s in starts for b, _, name in rows if name == "b" and s <= b <= s + 60]
        if not starts or (side == "between") != bool(ways):
            continue
        if side == "after":  # of starts that get equally far, the chain that gets there first is the earliest
            names = [name for t, _, name in rows if starts[0] < t <= starts[0] + 60]
        elif side == "before":
            names = [name for t, _, name in rows if starts[0] - 60 <= t < starts[0]][::-1]
        else:
            b = min(b for _, b in ways)
            start = max(s for s, one in ways if one == b)
            names = [name for t, _, name in rows if start < t < b]
        found.append(names)
    return found


SHORT = {"within": "60s", "steps": [{"event": "a"}, {"event": "b"}]}


def check(store, stories, asked=answer, depth=4, top=3):
    for side in ("after", "before", "between"):
        expected = slow_reading(stories, side)
        found = ask(store, asked, funnel=SHORT, side=side, depth=depth, top=top)
        assert found.units == len(expected) > 5
        at = [("a",) for _ in expected]
        for level in range(depth):
            n = Counter(names[level] for names in expected if len(names) > level)
            alone = {one.event for one in found.nodes if one.level == level + 1} - {None}
            assert len(alone) == min(top, len(n))
            assert sorted(n[one] for one in alone) == sorted(dict(n.most_common(top)).values())
            steps, ended, goes = Counter(), Counter(), []
            for names, where in zip(expected, at, strict=True):
                target = (names[level] if names[level] in alone else None,) if len(names) > level else ()
                if where and target:
                    steps[where[0], target[0]] += 1
                elif where:
                    ended[where[0]] += 1
                goes.append(target)
            assert {(one.source, one.target): one.n for one in found.links if one.level == level} == steps
            assert {one.event: one.ended for one in found.nodes if one.level == level and one.ended} == ended
            at = goes
        for node in found.nodes:
            flows_in = sum(o.n for o in found.links if (o.level + 1, o.target) == (node.level, node.event))
            flows_out = sum(o.n for o in found.links if (o.level, o.source) == (node.level, node.event))
            assert node.n == (flows_in if node.level else found.units)
            assert node.level == depth or node.n == flows_out + node.ended


@pytest.mark.parametrize(("seed", "fresh"), [(1, 0), (2, 0), (3, 300)])
def test_random_paths_are_those_of_the_slow_reading_and_flow_is_conserved(tmp_path, seed, fresh):
    stories = random_people(seed)
    with journeys(tmp_path, stories, fresh=fresh) as store:
        check(store, stories)
        found = to_json(ask(store, funnel=SHORT))
    json.dumps(found, allow_nan=False)
    assert {*found} <= documented(page("paths"))


FAULTS = (
    Fault("_stretches", "start - window - 1, start", "start - window, start"),
    Fault("_stretches", "start + window + 1", "start + window"),
    Fault("_stretches", "here & ~went_on & ~open_", "here & ~open_"),
    Fault("_stretches", "went_on if query.side", "~went_on if query.side"),
    Fault("_stretches", "times[:, (following or n) - 1])", "times[:, (following or n) - 1] + 1)"),
    Fault("_grouped", "[:top]", "[: top + 1]"),
    Fault("_grouped", "np.argsort(-n", "np.argsort(n"),
    Fault("_flow", "at[follows == NOTHING]", "at[follows != NOTHING]"),
    Fault("_flow", "Counter(at[at != NOTHING]", "Counter(at[at != REST]"),
    Fault("_flow", "at, names = follows", "at, names = found.places[:, level]"),
    Fault("answer", 'backwards=query.side == "before"', "backwards=False"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    stories = random_people(9, 250)
    with journeys(tmp_path_factory.mktemp("paths"), stories) as store:
        yield store, stories


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, world, tmp_path):
    assert is_caught(Path(compute.__file__), fault, lambda m: check(*world, m.answer), tmp_path)


def test_the_untouched_room_passes(world, tmp_path):
    check(*world, load(Path(compute.__file__), tmp_path).answer)
