"""A funnel's step counts the units that every other metric counts, from the exposures that count."""

import pytest

from ingest import Store
from tests.analysis.readout.readout_stories import conversion, hits, land, plan, readout

SCANNED = """
key = "scanned"
role = "success"
kind = "funnel"
step = 2
[metrics.funnel]
name = "Look and buy"
within = "1m"
[[metrics.funnel.steps]]
event = "look"
[[metrics.funnel.steps]]
event = "buy"
"""
DID = ["look 10:00:02", "buy 10:00:03"]


@pytest.mark.parametrize(
    ("also", "more", "until"),
    [
        ("exposed to off 10:00:01", "", "10:01:00"),
        ("exposed to off 09:00:00", "", "10:01:00"),
        ("exposed to b 09:00:00", "start = 2026-04-01T10:00:00Z", "10:01:00"),
        ("exposed to b 10:02:00", "", "10:01:00"),
    ],
    ids=["beside an unknown variant", "after an unknown variant", "before the start", "after the end"],
)
def test_an_exposure_that_does_not_count_takes_nobody_out_of_the_walk(
    store: Store, also: str, more: str, until: str
) -> None:
    land(
        store,
        {
            "ann": [also, "exposed to control 10:00:00", *DID],
            "bob": ["exposed to b 10:00:00", *DID],
            "cyd": ["exposed to b 10:00:02.5", *DID],
            "end": ["later 12:00:00"],
        },
    )
    found = readout(
        store,
        plan(conversion("bought", "buy"), SCANNED, more=more),
        observed_until=f"2026-04-01T{until}Z",
    )
    assert hits(found, "bought") == {"control": (1, 1), "b": (2, 2)}
    assert hits(found, "scanned") == {"control": (1, 1), "b": (1, 2)}


def test_arms_by_a_property_walk_from_their_first_impression(store: Store) -> None:
    land(
        store,
        {
            "ann": ["shown 10:00:00 impression_id=i1 display_ms=4000", *DID],
            "bob": ["shown 10:00:02.5 impression_id=i2 display_ms=8000", *DID],
        },
    )
    arms = [
        f'key = "{key}"\npayload = {{ display_ms = {ms} }}' for key, ms in (("control", 4000), ("b", 8000))
    ]
    assert hits(readout(store, plan(SCANNED, arms=arms), by="display_ms"), "scanned") == {
        "control": (1, 1),
        "b": (0, 1),
    }


def test_a_funnel_of_an_experiment_that_nobody_saw_has_no_units(store: Store) -> None:
    land(store, {"ann": DID})
    found = readout(store, plan(SCANNED))
    assert found.state == "no_exposures"
    assert hits(found, "scanned") == {"control": (0, 0), "b": (0, 0)}
