"""A three-arm test as Optimizely exports it: exposures and events in nested Parquet, joined in time order.

Third-party simulated (optimizely/labs). The expected numbers were computed with ClickHouse, not with Kazasu.
"""

import pytest

from tests.real.desk import LOGS, Desk, landed

pytestmark = pytest.mark.real

ARMS = {"18802093142": 3_304, "18818611832": 3_367, "18817551468": 3_329}
PURCHASERS = {"18802093142": 163, "18818611832": 169, "18817551468": 223}
EVENTS = {
    "homepage_view": (19_922, 10_000),
    "detail_page_view": (14_198, 4_473),
    "add_to_cart": (2_264, 1_101),
    "purchase": (2_264, 1_101),
}


@pytest.fixture(scope="module")
def desk(desk_of) -> Desk:
    desk = desk_of("optimizely_export")
    folder = LOGS / "optimizely_export"
    assert landed(desk("ingest", folder / "events.parquet", "--mapping", "events.toml")) == (
        38_648,
        38_648,
        0,
        0,
    )
    assert landed(desk("ingest", folder / "decisions.parquet", "--mapping", "decisions.toml")) == (
        10_000,
        10_000,
        0,
        0,
    )
    return desk


@pytest.mark.parametrize("event", EVENTS)
def test_events_and_the_visitors_behind_them(desk, event):
    events = desk.units(event, unit="property:record", within="1d")
    visitors = desk.units(event, unit="user", within="1d")
    assert (*events, *visitors) == EVENTS[event]


def test_exposures_by_variation(desk):
    exposures = desk("readout", "delivery.toml")["exposures"]
    assert {arm: found["exposed"] for arm, found in exposures.items()} == ARMS
    assert sum(ARMS.values()) == 10_000
    assert all(found["several"] == 0 for found in exposures.values())


def test_only_purchases_after_the_exposure_count(desk):
    """A join that forgets the exposure says 1 101."""
    (metric,) = desk("readout", "delivery.toml")["metrics"]
    assert {arm: value["hits"] for arm, value in metric["arms"].items()} == PURCHASERS
    assert {arm: value["n"] for arm, value in metric["arms"].items()} == ARMS
    assert sum(PURCHASERS.values()) == 555


def test_exposure_then_purchase_as_a_funnel_says_the_same(desk):
    answer = desk.funnel("experiment_exposed", "purchase", unit="user", within="3650d", by="variant")
    assert [step["units"] for step in answer["steps"]] == [10_000, 555]
    found = {group["by"][0]: group["steps"][1]["units"] for group in answer["groups"]}
    assert found == PURCHASERS


def test_lists_of_structs_and_of_pairs_are_reached_into(desk):
    """Browsers are in attributes[], prices in tags[][]; 2 264 carts, one record each, hold one price each."""
    browsers = desk.funnel("experiment_exposed", unit="user", within="1d", by="browser")["groups"]
    assert {group["by"][0] for group in browsers} == {"chrome", "safari", "firefox"}
    assert sum(group["steps"][0]["units"] for group in browsers) == 10_000
    assert desk.units("add_to_cart", unit="property:record", within="1d", where={"price": {"gt": 0}}) == [
        2_264
    ]
