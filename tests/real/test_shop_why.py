"""The shop's two incidents as the rooms of why show them: one befell mobile alone, the other everybody."""

import pytest

from analysis import paths, segments
from ingest import Store, load
from tests.real.desk import HERE, LOGS

pytestmark = pytest.mark.real

BUG = {"from": "2024-04-13T00:00:00Z", "to": "2024-05-10T00:00:00Z"}
FAILING = {"from": "2024-05-19T00:00:00Z", "to": "2024-06-09T00:00:00Z"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    if not (LOGS / "shop_sessions").is_dir():
        pytest.skip(f"`KAZASU_REAL_DATA` is {LOGS}; must hold shop_sessions/; get the real logs to run this")
    with Store.open(tmp_path_factory.mktemp("shop") / "home") as opened:
        load(opened, LOGS / "shop_sessions" / "ecom.csv.gz", mapping=HERE / "shop_sessions" / "mapping.toml")
        yield opened


def funnel(*steps, **asked):
    return {"unit": "session", "within": "1d", "steps": [{"event": name} for name in steps], **asked}


def losing(store, *steps, **asked):
    query = {"funnel": funnel(*steps, **asked), "fields": ["platform"], "least_units": 10}
    return segments.answer(store, segments.SegmentsQuery.model_validate(query)).segments


def test_in_the_weeks_of_the_bug_mobile_is_named_and_only_then(store):
    """43 of 59 mobile sessions with an address did not come to pay (test_shop_sessions.py: 16 of 59 did)."""
    (named,) = losing(store, "shipping_details", "payment_details", **BUG)
    assert (named.value, named.excess.n, named.excess.lost) == ("mobile", 59, 43)
    assert round(named.excess.expected, 1) == 30.4
    assert losing(store, "shipping_details", "payment_details", to=BUG["from"]) == ()
    assert losing(store, "shipping_details", "payment_details", **{"from": BUG["to"]}) == ()


def test_in_the_weeks_when_payments_failed_nobody_stands_out(store):
    assert losing(store, "payment_details", "purchase", **FAILING) == ()


def test_the_next_event_of_those_who_did_not_buy_is_the_error(store):
    asked = {"funnel": funnel("payment_details", "purchase", **FAILING), "step": 1, "top": 1}
    found = paths.answer(store, paths.PathsQuery.model_validate(asked))
    assert found.nodes[1].event == "payment_error"
    assert found.units == found.nodes[0].n == 107
