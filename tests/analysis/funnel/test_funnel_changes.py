"""What the controls of the sentence do to a funnel: whatever is pressed, the rest keeps what it meant."""

from datetime import date

import pytest

from analysis.funnel import FunnelQuery
from analysis.funnel.page import changes

BODY = FunnelQuery.model_validate(
    {
        "steps": [{"event": "a"}, {"event": "b", "within": "30s"}, {"event": "c"}, {"event": "d"}],
        "exclusions": [{"event": "x", "after": 1, "before": 2}, {"event": "y", "after": 2, "before": 4}],
        "breakdown": {"by": ["device"], "attribution": "step:3"},
    }
).model_dump(mode="json")


def changed(change: changes.Change) -> FunnelQuery:
    return FunnelQuery.model_validate(change(BODY))


def test_exclusions_and_the_step_of_the_breakdown_follow_a_moved_step():
    moved = changed(changes.moved(2, -1))
    assert [step.event for step in moved.steps] == ["a", "c", "b", "d"]
    assert moved.breakdown is not None
    assert moved.breakdown.attribution == "step:2"
    assert [(one.event, one.after, one.before) for one in moved.exclusions] == [("x", 1, 3), ("y", 3, 4)]
    assert changed(lambda body: changes.moved(1, 1)(changes.moved(2, -1)(body))) == changed(lambda body: body)


def test_what_only_a_later_step_may_ask_for_leaves_a_step_that_comes_first():
    moved = changed(changes.moved(1, -1))
    assert [(step.event, step.within) for step in moved.steps[:2]] == [("b", None), ("a", None)]


def test_the_step_of_the_breakdown_follows_when_an_earlier_one_is_removed():
    left = changed(changes.removed(0))
    assert left.breakdown is not None
    assert left.breakdown.attribution == "step:2"


def test_a_further_event_keeps_what_the_step_asked_and_another_event_does_not():
    assert changed(changes.events(1, ["b", "e"])).steps[1].within == "30s"
    assert changed(changes.events(1, ["e"])).steps[1].within is None


def test_days_are_whole_in_the_zone_of_the_funnel():
    asked = changed(changes.between(date(2026, 3, 28), date(2026, 3, 29), "Europe/Berlin"))
    assert asked.from_ is not None
    assert asked.to is not None
    assert (asked.to - asked.from_).total_seconds() == 47 * 3600  # a clock was put forward


@pytest.mark.parametrize(
    ("operator", "value", "stands"),
    [
        ("eq", "ios", "ios"),
        ("ge", "2", {"ge": 2.0}),
        ("in", "a, b", {"in": ["a", "b"]}),
        ("missing", "", {"is_null": True}),
        ("there", "", {"is_null": False}),
    ],
)
def test_a_condition_is_written_as_a_file_has_it(operator, value, stands):
    body = changes.held(0, "kind", operator, value)(BODY)
    assert body["steps"][0]["where"] == {"kind": stands}
    assert FunnelQuery.model_validate(body).steps[0].where


@pytest.mark.parametrize(("operator", "value"), [("eq", " "), ("ge", "many")])
def test_a_value_that_does_not_fit_is_refused(operator, value):
    with pytest.raises(ValueError, match="must"):
        changes.held(0, "kind", operator, value)
