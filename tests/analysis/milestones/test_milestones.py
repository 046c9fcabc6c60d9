"""Differently shaped flows: stories by hand, and random ones against a reference that goes attempt by attempt."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.milestones import MilestonesQuery, answer, to_json
from experiments.design import Experiment
from experiments.stats.effects import Effect, NoEffect
from tests.analysis.suggestions import at, event, exposed, landed, much_later

PHOTO = ("camera_opened", "photo_taken", "objects_detected", "object_tapped", "result_shown")
HOVER = ("camera_opened", "object_focused", "result_shown")


def attempt(person, key, flow, *steps, after_s=0.0):
    """One attempt: (event, seconds after its begin) pairs; the camera opens at 0 and says of which flow it is."""
    lines = [event("camera_opened", person, after_s, flow=flow)]
    lines += [event(name, person, after_s + seconds) for name, seconds in steps]
    return [{**line, "attempt_id": key} for line in lines]


def asked(tmp_path, *stories, **question):
    store = landed(tmp_path, *stories, much_later())
    try:
        return answer(store, MilestonesQuery.model_validate(question))
    finally:
        store.close()


def test_a_step_absent_by_design_loses_nobody(tmp_path):
    found = asked(
        tmp_path,
        attempt("ann", "a1", "sell-check", *zip(PHOTO[1:], (2, 3, 5, 6), strict=True)),
        attempt("ben", "b1", "sell-check", ("photo_taken", 4)),
        attempt("cid", "c1", "hover", ("object_focused", 1), ("result_shown", 1.5)),
        attempt("dan", "d1", "hover", ("object_focused", 2)),
    )  # fmt: skip
    photo, hover = found.sides
    assert [(one.name, one.attempts, one.by_design) for one in photo.milestones] == [
        ("intent", 2, False), ("recognised", 1, False), ("chosen", 1, False), ("result", 1, False)
    ]  # fmt: skip
    assert [(one.name, one.attempts, one.by_design) for one in hover.milestones] == [
        ("intent", 2, False), ("recognised", 2, False), ("chosen", 2, True), ("result", 1, False)
    ]  # fmt: skip
    assert (photo.actions, hover.actions) == (2.0, 0.0)
    assert (photo.milestones[-1].p50_s, hover.milestones[-1].p50_s) == (6.0, 1.5)
    assert (photo.milestones[-1].half_s, hover.milestones[1].half_s) == (6.0, 1.0)


def test_milestones_are_reached_in_order_within_the_window_and_ties_may_follow_one_another(tmp_path):
    found = asked(
        tmp_path,
        attempt("ann", "a1", "sell-check", ("object_tapped", 1), ("objects_detected", 2), ("result_shown", 3)),
        attempt("ben", "b1", "sell-check", ("objects_detected", 2), ("object_tapped", 2), ("result_shown", 10)),
        attempt("cid", "c1", "sell-check", ("objects_detected", 2), ("object_tapped", 3), ("result_shown", 10.001)),
        flows=["sell-check"],
        within="10s",
    )  # fmt: skip
    assert [one.attempts for one in found.sides[0].milestones] == [3, 3, 2, 1]


def test_tries_count_up_to_the_first_result_and_young_attempts_may_still_get_one(tmp_path):
    found = asked(
        tmp_path,
        attempt("ann", "a1", "hover", ("object_focused", 1)),
        attempt("ann", "a2", "hover", ("object_focused", 1), ("result_shown", 2), after_s=60),
        attempt("ann", "a3", "hover", ("object_focused", 1), ("result_shown", 2), after_s=120),
        attempt("ben", "b1", "hover", ("object_focused", 1), ("result_shown", 2)),
        attempt("cid", "c1", "hover", after_s=86_395),
        flows=["hover"],
    )
    (hover,) = found.sides
    assert (hover.tries, hover.maturing, hover.people, hover.attempts) == (1.5, 1, 3, 5)
    assert hover.first_try.value == pytest.approx(1 / 3)


def test_an_experiment_counts_everybody_exposed_and_only_attempts_from_then_on(tmp_path):
    done = (("object_focused", 1), ("result_shown", 2))
    found = asked(
        tmp_path,
        exposed("ann", "hover", after_s=10, experiment="scan"),
        attempt("ann", "a0", "hover", *done),  # before the exposure
        exposed("ben", "hover", experiment="scan"),
        attempt("ben", "b1", "hover", *done),
        exposed("cid", "photo", experiment="scan"),
        attempt("cid", "c1", "sell-check", ("objects_detected", 1)),
        exposed("dan", "photo", experiment="scan"),
        exposed("eve", "photo", experiment="scan") + exposed("eve", "hover", after_s=1, experiment="scan"),
        experiment="scan",
        control="photo",
    )
    photo, hover = found.sides
    assert (photo.people, hover.people, found.several_arms) == (2, 2, 1)
    assert [one.people for one in photo.milestones] == [1, 1, 0, 0]
    assert [one.people for one in hover.milestones] == [1, 1, 1, 1]
    effects = {one.milestone: one.effect for one in found.differences}
    assert isinstance(effects["chosen"], NoEffect)  # hover has no such step
    assert isinstance(effects["result"], Effect)
    assert effects["result"].value == 0.5
    told = to_json(found)
    assert told["differences"][2]["no_effect"]["code"] == "milestones_absent"
    assert told["sides"][1]["milestones"][3]["reach"]["value"] == 0.5


def test_what_cannot_be_said_has_a_sentence(tmp_path):
    lines = [
        {**line, "attempt_id": "a1"}
        for line in [event("camera_opened", "ann", 0), event("result_shown", "ann", 1)]
    ]
    found = asked(tmp_path, lines)
    assert found.sides == ()
    assert found.cannot_say.code == "milestones_no_attempt"
    assert found.untold == 2  # and the camera that is opened a day later
    with pytest.raises(ValueError, match="must be flows with the milestones"):
        MilestonesQuery(flows=("checkout",))
    with pytest.raises(ValueError, match="within"):
        MilestonesQuery(within="soon")


def test_an_unknown_experiment_and_an_unknown_arm_are_said(tmp_path):
    store = landed(tmp_path, exposed("ann", "a", experiment="x"), attempt("ann", "a1", "hover"), much_later())
    assert answer(store, MilestonesQuery(experiment="y")).cannot_say.code == "milestones_nobody_exposed"
    with pytest.raises(ValueError, match="must be an arm: a"):
        answer(store, MilestonesQuery(experiment="x", control="b"))
    store.close()


_STORIES = st.lists(
    st.tuples(
        st.sampled_from(["sell-check", "hover"]),
        st.sampled_from("abc"),
        st.lists(
            st.tuples(st.sampled_from([*PHOTO[1:], "object_focused"]), st.sampled_from([0, 1, 2, 3, 30, 31])),
            max_size=6,
        ),
        st.sampled_from([0, 40, 86_390]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40 if os.environ.get("HYPOTHESIS_PROFILE") == "evidence" else 15, deadline=None)
@given(stories=_STORIES)
def test_random_attempts_are_counted_as_the_reference_counts_them(stories):
    lines = [
        line
        for place, (flow, person, steps, after_s) in enumerate(stories)
        for line in attempt(person, f"t{place}", flow, *steps, after_s=after_s)
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = asked(Path(folder), lines)
    for side in found.sides:
        mine = [story for story in stories if story[0] == side.name]
        reached = [_reached(flow, steps) for flow, _, steps, _ in mine]
        for k, one in enumerate(side.milestones):
            assert one.attempts == sum(len(times) > k for times in reached)
            assert one.people == len({s[1] for s, times in zip(mine, reached, strict=True) if len(times) > k})
        results = sorted(times[3] for times in reached if len(times) == 4)
        half = (len(reached) + 1) // 2
        assert side.milestones[3].half_s == (results[half - 1] if len(results) >= half else None)


def _reached(flow, steps):
    """Seconds of each milestone that an attempt reaches, one after the other."""
    wanted = (
        (["objects_detected"], ["object_tapped"], ["result_shown"]) if flow == "sell-check"
        else (["object_focused"], None, ["result_shown"])
    )  # fmt: skip
    times = [0]
    for names in wanted:
        if names is None:
            times.append(times[-1])
            continue
        later = [at for name, at in steps if name in names and times[-1] <= at <= 30]
        if not later:
            break
        times.append(min(later))
    return times


def test_the_declared_control_and_start_are_the_ones_compared_with(tmp_path):
    store = landed(
        tmp_path,
        exposed("ann", "hover", experiment="scan"),
        exposed("ben", "photo", after_s=100, experiment="scan"),
        exposed("cid", "hover", after_s=100, experiment="scan"),
        much_later(),
    )
    plan = {
        "key": "scan",
        "start": at(50).isoformat(),
        "variants": [{"key": "photo", "control": True}, {"key": "hover"}],
    }
    store.records.add("experiment", "scan", Experiment.model_validate(plan).model_dump(mode="json"), "ann")
    found = answer(store, MilestonesQuery(experiment="scan"))
    store.close()
    assert found.control == "photo"
    assert [side.people for side in found.sides] == [1, 1]
