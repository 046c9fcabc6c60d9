"""Who counts, and which events count: told as stories."""

import pytest

from ingest import Store
from tests.analysis.readout.readout_stories import conversion, hits, land, plan, readout


def test_units_count_once_in_the_arm_of_their_first_exposure(store: Store) -> None:
    land(
        store,
        {
            "ann": [
                "exposed to control 10:00:00",
                "exposed to control 11:00:00",
                "tapped 10:00:05",
                "tapped 10:00:06",
            ],
            "bob": ["exposed to control 10:00:00"],
            "cyd": ["exposed to b 10:00:00", "tapped 10:00:01"],
        },
    )
    assert hits(readout(store, plan(conversion()))) == {"control": (1, 2), "b": (1, 1)}


def test_an_event_before_the_exposure_does_not_count(store: Store) -> None:
    land(
        store,
        {"ann": ["tapped 09:59:59.999999", "exposed to b 10:00:00"], "bob": ["exposed to control 10:00:00"]},
    )
    assert hits(readout(store, plan(conversion()))) == {"control": (0, 1), "b": (0, 1)}


def test_an_event_at_the_instant_of_the_exposure_counts_whatever_the_order_of_the_lines(store: Store) -> None:
    land(
        store,
        {
            "ann": ["tapped 10:00:00 seq=1", "exposed to b 10:00:00 seq=2"],
            "bob": ["exposed to control 10:00:00 seq=1", "tapped 10:00:00 seq=2"],
        },
    )
    assert hits(readout(store, plan(conversion()))) == {"control": (1, 1), "b": (1, 1)}


@pytest.mark.parametrize(("at", "counts"), [("10:00:10", 1), ("10:00:10.000001", 0)])
def test_the_window_includes_its_end_and_nothing_after_it(store: Store, at: str, counts: int) -> None:
    land(store, {"ann": ["exposed to b 10:00:00", f"tapped {at}"], "end": ["later 12:00:00"]})
    found = readout(store, plan(conversion(more='within = "10s"')))
    assert hits(found)["b"] == (counts, 1)


def test_units_whose_window_has_not_ended_wait_in_every_arm_alike(store: Store) -> None:
    land(
        store,
        {
            "ann": ["exposed to b 10:00:00", "tapped 10:00:01"],
            "bob": ["exposed to b 10:50:00"],  # ten minutes before the end of observation, to the microsecond
            "cyd": [
                "exposed to b 10:50:00.000001",
                "tapped 10:50:02",
            ],  # its tap is in, its window is not over
            "dan": ["exposed to control 10:59:00"],
            "eve": ["exposed to control 10:00:00"],
        },
    )
    found = readout(store, plan(conversion(more='within = "10m"')), observed_until="2026-04-01T11:00:00Z")

    assert hits(found) == {"control": (0, 1), "b": (1, 2)}
    assert [arm.matured for arm in found.metrics[0].arms] == [1 / 2, 2 / 3]
    assert "maturing" in {check.key for check in found.checks}
    assert found.trusted


def test_nothing_after_the_end_of_observation_is_seen(store: Store) -> None:
    land(
        store,
        {
            "ann": ["exposed to b 10:00:00", "tapped 10:30:00"],
            "bob": ["exposed to control 10:00:00", "tapped 10:29:59"],
            "cyd": ["exposed to control 10:31:00"],
        },
    )
    early = readout(store, plan(conversion()), observed_until="2026-04-01T10:29:59.5Z")
    assert hits(early) == {"control": (1, 1), "b": (0, 1)}
    assert hits(readout(store, plan(conversion()))) == {"control": (1, 2), "b": (1, 1)}


def test_exposures_before_the_start_do_not_count(store: Store) -> None:
    land(
        store,
        {
            "ann": ["exposed to b 09:00:00", "exposed to control 10:00:00"],  # a rehearsal in the other arm
            "bob": ["exposed to b 09:00:00"],
            "cyd": ["exposed to b 10:00:00"],
        },
    )
    found = readout(store, plan(conversion(), more="start = 2026-04-01T10:00:00Z"))
    assert hits(found) == {"control": (0, 1), "b": (0, 1)}


def test_a_unit_that_saw_several_variants_is_excluded_and_counted(store: Store) -> None:
    land(
        store,
        {
            "ann": ["exposed to control 10:00:00", "exposed to b 10:05:00", "tapped 10:06:00"],
            "bob": ["exposed to control 10:00:00"],
            "cyd": ["exposed to b 10:00:00"],
        },
    )
    found = readout(store, plan(conversion()))

    assert hits(found) == {"control": (0, 1), "b": (0, 1)}
    assert [(arm.exposed, arm.several, arm.counted) for arm in found.arms] == [(2, 1, 1), (1, 0, 1)]
    note = next(check for check in found.checks if check.key == "several_variants")
    assert note.passed
    assert dict(note.reason.facts) == {"units": 1, "exposed": 3}


def test_a_variant_that_the_plan_does_not_have_is_rejected_and_counted(store: Store) -> None:
    land(
        store,
        {
            "ann": [
                "exposed to off 09:00:00",
                "exposed to b 10:00:00",
                "tapped 09:30:00",
            ],  # only b counts, from 10:00
            "bob": ["exposed to off 10:00:00", "tapped 10:00:01"],
            "cyd": ["exposed to control 10:00:00"],
        },
    )
    found = readout(store, plan(conversion()))

    assert hits(found) == {"control": (0, 1), "b": (0, 1)}
    assert found.unknown == (("off", 2),)
    assert "unknown_variants" in {check.key for check in found.checks}


def test_another_experiment_and_exposures_without_names_are_not_this_one(store: Store) -> None:
    land(
        store,
        {
            "ann": ["exposed 10:00:00 experiment=y variant=b"],
            "bob": ["exposed 10:00:00 variant=b"],
            "cyd": ["exposed 10:00:00 experiment=x"],
            "dan": ["exposed to b 10:00:00"],
        },
    )
    found = readout(store, plan(conversion()))
    assert hits(found) == {"control": (0, 0), "b": (0, 1)}
    assert found.unknown == ()


def test_anonymous_exposure_belongs_to_the_person_who_signs_in(store: Store) -> None:
    import json

    from ingest import load

    lines = [
        {"event_id": "1", "event": "experiment_exposed", "ts": "2026-04-01T10:00:00Z", "anonymous_id": "a",
         "properties": {"experiment": "x", "variant": "b"}},
        {"event_id": "2", "event": "suggestion_tapped", "ts": "2026-04-01T10:00:05Z", "anonymous_id": "a", "user_id": "ann"},
    ]  # fmt: skip
    path = store.home.parent / "log.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    load(store, path)
    assert hits(readout(store, plan(conversion())))["b"] == (1, 1)


def test_a_filter_keeps_units_by_the_place_of_their_first_exposure(store: Store) -> None:
    land(
        store,
        {
            "ann": [
                "exposed to b 10:00:00 platform=ios",
                "exposed to b 11:00:00 platform=android",
                "tapped 10:00:01",
            ],
            "bob": ["exposed to control 10:00:00 platform=android"],
            "cyd": ["exposed to control 10:00:00"],
        },
    )
    assert hits(readout(store, plan(conversion()), platform="ios")) == {"control": (0, 0), "b": (1, 1)}
    assert hits(readout(store, plan(conversion()), platform="android")) == {"control": (0, 1), "b": (0, 0)}
