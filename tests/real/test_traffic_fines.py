"""A real process log of day resolution: many ties, and windows of months and years.

R package eventdataR. The expected numbers were computed with ClickHouse, not with Kazasu.
"""

import pytest

from tests.real.desk import LOGS, Desk, landed

pytestmark = pytest.mark.real

WAY = ("Create Fine", "Send Fine", "Insert Fine Notification", "Add penalty", "Payment")


@pytest.fixture(scope="module")
def desk(desk_of) -> Desk:
    desk = desk_of("traffic_fines")
    report = desk("ingest", LOGS / "traffic_fines" / "traffic_fines.parquet", "--mapping", "mapping.toml")
    assert landed(report) == (34_724, 34_724, 0, 0)
    return desk


def test_cases_and_activities(desk):
    assert desk.units("*", unit="user", within="1d") == [10_000]
    groups = desk.funnel("*", unit="property:record", within="1d", by="event")["groups"]
    assert len({group["by"][0] for group in groups}) == 11


@pytest.mark.parametrize(
    ("within", "units"),
    [
        ("90d", [10_000, 2_600, 1_175, 0, 0]),
        ("365d", [10_000, 6_566, 4_631, 4_625, 591]),
        ("3650d", [10_000, 6_570, 4_635, 4_635, 1_142]),
    ],
)
def test_the_way_of_a_fine_within_months_and_years(desk, within, units):
    assert desk.units(*WAY, unit="user", within=within) == units
