"""The funnel room on small stores: journeys in, counts, rates, times and maturing units out."""

import json

import pytest

from analysis.funnel import to_json
from ingest import Store
from tests.analysis.funnel.funnel_stories import ask, units
from tests.journeys import journeys


@pytest.fixture
def people(tmp_path):
    with journeys(
        tmp_path,
        {
            "ann": ["camera_opened 10:00:00", "photo_taken 10:00:04", "result_shown 10:00:10"],
            "bob": ["camera_opened 10:00:00", "photo_taken 10:00:02"],
            "cee": ["camera_opened 10:00:00", "photo_taken 10:00:06", "result_shown 10:00:31"],
            "dan": ["camera_opened 10:00:00"],
            "eve": ["photo_taken 10:00:00", "result_shown 10:00:05"],
        },
    ) as store:
        yield store


def test_counts_rates_and_step_times(people):
    entered, photo, result = ask(people).steps
    assert [step.name for step in (entered, photo, result)] == [
        "camera_opened",
        "photo_taken",
        "result_shown",
    ]
    assert [step.units for step in (entered, photo, result)] == [4, 3, 1]
    assert (entered.from_start, photo.from_start, result.from_start) == (1.0, 0.75, 0.25)
    assert (entered.from_previous, photo.from_previous) == (1.0, 0.75)
    assert result.from_previous == pytest.approx(1 / 3)
    assert entered.time is None
    # 2, 4 and 6 s: p25 halfway from 2 to 4, p75 halfway from 4 to 6, p90 = 4 + 0.8 * 2
    assert photo.time is not None
    assert (photo.time.mean_s, photo.time.p25_s, photo.time.p50_s, photo.time.p75_s) == (4.0, 3.0, 4.0, 5.0)
    assert photo.time.p90_s == pytest.approx(5.6)
    # from the step before, not from the start
    assert result.time is not None
    assert result.time.p50_s == 6.0


def test_json_has_the_documented_shape(people):
    told = to_json(ask(people, breakdown={"by": ["platform"]}))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["steps"][1] == {
        "name": "photo_taken",
        "milestone": None,
        "absent": False,
        "units": 3,
        "of_units": None,
        "of_previous": 4,
        "from_start": 0.75,
        "from_previous": 0.75,
        "time": {"mean_s": 4.0, "p25_s": 3.0, "p50_s": 4.0, "p75_s": 5.0, "p90_s": pytest.approx(5.6)},
        "maturing": 0,
        "optional": False,
    }
    assert [group["by"] for group in told["groups"]] == [[None]]
    assert told["groups"][0]["steps"] == told["steps"]
    assert (told["excluded_units"], told["units_without_id"]) == (0, 0)
    assert told["observed_until"] == "2026-04-06T10:00:31+00:00"


def test_nobody_entered_is_said_and_no_rate_is_invented(people):
    found = ask(people, steps=[{"event": "never_logged"}, {"event": "photo_taken"}])
    assert [(step.units, step.from_start, step.from_previous) for step in found.steps] == [
        (0, None, None)
    ] * 2
    assert found.cannot_say is not None
    assert (
        found.cannot_say.sentence
        == "Nobody reached the first step, never_logged; there are no rates to show."
    )
    assert to_json(found)["steps"][0]["from_start"] is None


def test_an_empty_store_answers_too(tmp_path):
    with Store.open(tmp_path) as store:
        found = ask(store, breakdown={"by": ["device"]})
        assert [step.units for step in found.steps] == [0, 0, 0]
        assert (found.groups, found.observed_until) == ((), None)


def test_the_window_runs_from_the_chains_own_start_with_its_end(tmp_path):
    with journeys(
        tmp_path,
        {
            "edge": ["camera_opened 10:00:00", "photo_taken 10:00:01", "result_shown 10:00:30"],
            "late": ["camera_opened 10:00:00", "photo_taken 10:00:01", "result_shown 10:00:30.000001"],
            "again": [
                "camera_opened 10:00:00",
                "camera_opened 10:00:20",
                "photo_taken 10:00:40",
                "result_shown 10:00:50",
            ],
        },
    ) as store:
        assert units(store) == [3, 3, 2]
        assert units(store, within="50s") == [3, 3, 3]


def test_events_of_one_instant_may_follow_one_another_whatever_their_order(tmp_path):
    tied = ["result_shown 10:00:00", "photo_taken 10:00:00", "camera_opened 10:00:00"]
    with journeys(tmp_path, {"ann": tied, "bob": tied[::-1]}) as store:
        assert units(store) == [2, 2, 2]


def test_an_anonymous_start_belongs_to_the_person_it_became(tmp_path):
    with journeys(
        tmp_path,
        {
            "anon:phone-1": ["camera_opened 10:00:00"],
            "ann": ["photo_taken 10:00:05 anonymous_id=phone-1", "result_shown 10:00:09"],
            "anon:phone-2": ["camera_opened 10:00:00"],
        },
    ) as store:
        assert units(store) == [2, 1, 1]


def test_units_that_may_still_get_further_are_shown_as_maturing(tmp_path):
    with journeys(
        tmp_path,
        {
            "gone": ["camera_opened 10:00:00", "photo_taken 10:00:01"],
            "growing": ["camera_opened 10:01:00", "photo_taken 10:01:05"],
            "edge": ["camera_opened 10:00:50"],
            "clock": ["anything 10:01:20"],
        },
    ) as store:
        # observed until 10:01:20: edge's window ends then and includes only what was seen; growing's goes on to 10:01:30
        assert [step.maturing for step in ask(store).steps] == [0, 0, 1]
        assert [step.maturing for step in ask(store, observed_until="2026-04-06T10:01:19.999999Z").steps] == [
            0,
            1,
            2,
        ]


def test_later_events_than_the_end_of_observation_are_not_seen(people):
    found = ask(people, observed_until="2026-04-06T10:00:05Z")
    assert [step.units for step in found.steps] == [4, 2, 0]
    assert to_json(found)["observed_until"] == "2026-04-06T10:00:05+00:00"


def test_from_and_to_bind_the_first_step_only(tmp_path):
    with journeys(
        tmp_path,
        {
            "before": ["camera_opened 09:59:59.999999", "photo_taken 10:00:01"],
            "first": ["camera_opened 10:00:00", "photo_taken 10:00:01"],
            "last": ["camera_opened 10:59:59.999999", "photo_taken 11:00:01", "result_shown 11:00:29"],
            "after": ["camera_opened 11:00:00", "photo_taken 11:00:01"],
        },
    ) as store:
        hour = {"from_": "2026-04-06T10:00:00Z", "to": "2026-04-06T11:00:00Z"}
        assert units(store) == [4, 4, 1]
        assert units(store, **hour) == [2, 2, 1]
        assert units(store, **hour, within="36525d") == [2, 2, 1]


def test_a_step_takes_any_of_several_events_or_any_event_at_all(tmp_path):
    with journeys(
        tmp_path,
        {
            "ann": ["camera_opened 10:00:00", "result_shown 10:00:05"],
            "bob": ["camera_opened 10:00:00", "result_cached 10:00:05"],
            "cee": ["camera_opened 10:00:00", "gave_up 10:00:05"],
            "dan": ["camera_opened 10:00:00"],
        },
    ) as store:
        start = {"event": "camera_opened"}
        assert units(store, steps=[start, {"event": ["result_shown", "result_cached"]}]) == [4, 2]
        # an event serves one step only: dan's camera_opened is not its own successor
        assert units(store, steps=[start, {"event": "*"}]) == [4, 3]
