"""The breakdown: first and last touch, missing values, top groups and the rest."""

import pytest

from tests.analysis.funnel.funnel_stories import ask, groups
from tests.journeys import journeys


@pytest.fixture
def devices(tmp_path):
    with journeys(
        tmp_path,
        {
            "ann": ["camera_opened 10:00:00 device=old", "photo_taken 10:00:01 device=new"],
            "bob": [
                "camera_opened 10:00:00",
                "photo_taken 10:00:01 device=new",
                "result_shown 10:00:02 device=old",
            ],
            "cee": ["camera_opened 10:00:00 device=''", "elsewhere 10:00:01 device=new"],
            "dan": ["photo_taken 10:00:00 device=old", "camera_opened 10:00:09 device=new"],
        },
    ) as store:
        yield store


def test_each_unit_stands_in_the_group_of_its_first_value_at_an_event_of_a_step(devices):
    # ann old; bob new; cee has no value at a step; dan's stray photo counts, for it is an event of a step
    assert groups(devices, by=["device"]) == {"old": [2, 1, 0], "new": [1, 1, 1], None: [1, 0, 0]}


def test_or_of_its_last(devices):
    assert groups(devices, by=["device"], attribution="last_touch") == {
        "new": [2, 1, 0],
        "old": [1, 1, 1],
        None: [1, 0, 0],
    }


def test_groups_add_up_to_everybody_and_carry_their_own_times(devices):
    found = ask(devices, breakdown={"by": ["device"]})
    for k, step in enumerate(found.steps):
        assert sum(group.steps[k].units for group in found.groups) == step.units
        assert sum(group.steps[k].maturing for group in found.groups) == step.maturing
    assert [(group.by, group.kind) for group in found.groups] == [
        (("old",), "value"),
        (("new",), "value"),
        ((None,), "missing"),
    ]
    assert found.groups[0].steps[1].time.p50_s == 1.0
    assert found.groups[2].steps[1].time is None


def test_the_top_groups_stand_alone_and_the_others_form_the_rest(tmp_path):
    people = {f"p{n}{k}": [f"camera_opened 10:00:00 device=d{n}"] for n in range(1, 6) for k in range(n)}
    with journeys(
        tmp_path, people | {"q": ["camera_opened 10:00:00"], "r": ["camera_opened 10:00:00 device=$other"]}
    ) as store:
        found = ask(store, breakdown={"by": ["device"], "top": 2}).groups
        assert [(group.by[0], group.kind, group.values, group.steps[0].units) for group in found] == [
            ("d5", "value", 1, 5),
            ("d4", "value", 1, 4),
            (None, "missing", 0, 1),
            ("$other", "rest", 4, 7),
        ]


def test_any_field_may_split(tmp_path):
    with journeys(
        tmp_path,
        {
            "ann": ["camera_opened 10:00:00 display_ms=4000 cold=true size=large"],
            "bob": ["camera_opened 10:00:00 display_ms=4000.5 cold=false size=4"],
        },
    ) as store:
        assert set(groups(store, by=["display_ms"])) == {"4000", "4000.5"}
        assert set(groups(store, by=["cold"])) == {"true", "false"}
        assert set(groups(store, by=["size"])) == {"large", "4"}
        assert set(groups(store, by=["person"])) == {"ann", "bob"}


@pytest.mark.parametrize("attribution", ["first_touch", "last_touch"])
def test_values_are_found_again_when_a_person_goes_on_over_many_batches(tmp_path, attribution, monkeypatch):
    from analysis.steps import reading

    stories = {
        "ann": ["camera_opened 10:00:00 device=first", *[f"camera_opened 10:00:0{n}" for n in range(1, 9)]],
        "bob": [*[f"camera_opened 10:00:0{n}" for n in range(1, 9)], "camera_opened 10:00:09 device=late"],
        "cee": [f"camera_opened 10:00:0{n} device=d{n}" for n in range(1, 9)],
        "dan": ["camera_opened 10:00:00"],
    }
    with journeys(tmp_path, stories) as store:
        whole = ask(store, breakdown={"by": ["device"], "attribution": attribution}).groups
        for rows in (1, 2, 3, 5):
            monkeypatch.setattr(reading, "BATCH_ROWS", rows)
            assert ask(store, breakdown={"by": ["device"], "attribution": attribution}).groups == whole
        assert [group.by[0] for group in whole] == [
            ("d1" if attribution == "first_touch" else "d8"),
            "first",
            "late",
            None,
        ]


def test_more_values_than_a_mask_can_hold_are_counted_just_the_same(tmp_path):
    people = {
        f"p{n:03}": [f"camera_opened 10:00:00 device=d{n:03}", "photo_taken 10:00:01"] for n in range(300)
    }
    with journeys(tmp_path, people) as store:
        found = ask(store, breakdown={"by": ["device"], "top": 200}).groups
        assert [group.steps[1].units for group in found] == [1] * 200 + [100]
        assert [group.by[0] for group in found[:3]] == ["d000", "d001", "d002"]
        assert (found[-1].kind, found[-1].values) == ("rest", 100)
