"""What the log did not say: an outage, an event that was never logged, a property without numbers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.readout import ReadoutAnswer
from analysis.readout.query import arrivals
from experiments.stats.effects import Check
from ingest import Store
from tests.analysis.readout.readout_stories import conversion, decision, hits, land, plan, readout
from tests.journeys import store_in

DAYS, A_DAY = 8, 120


def told(silent: dict[str, tuple[int, ...]], event: str = "tapped") -> dict[str, list[str]]:
    """120 people a day, every third of whom taps; nobody's taps are logged on the silent days of an arm."""
    journeys = {}
    for one in range(DAYS * A_DAY):
        arm, day = ("control", "b")[one % 2], one // A_DAY + 1
        at = f"2026-04-{day:02}T{8 + one % A_DAY // 20:02}:{one % 20:02}"
        lines = [f"exposed to {arm} {at}:00"]
        if one // 2 % 3 == 0 and day not in silent.get(arm, ()):
            lines.append(f"{event} {at}:05 price={one % 7}")
        journeys[f"p{one}"] = lines
    return journeys


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with store_in(tmp_path / "home") as opened:
        yield opened


def failures(found: ReadoutAnswer) -> list[Check]:
    return [check for check in found.checks if not check.passed]


def codes(found: ReadoutAnswer) -> dict[str, Check]:
    return {check.reason.code: check for check in found.checks}


def test_an_outage_is_named_with_its_days_and_nothing_is_decided(store: Store) -> None:
    land(store, told({"control": (4, 5), "b": (4, 5)}))
    found = readout(store, plan(conversion(more='within = "10s"')))
    (check,) = failures(found)
    facts = dict(check.reason.facts)
    assert check.reason.code == "readout.outage"
    assert (facts["first"], facts["last"], facts["units"]) == ("2026-04-04", "2026-04-05", 2 * A_DAY)
    assert decision(found) == "cannot_trust"


def test_an_outage_of_one_arm_is_named_with_the_arm(store: Store) -> None:
    land(store, told({"b": (6, 7, 8)}))
    (check,) = failures(readout(store, plan(conversion(more='within = "10s"'))))
    facts = dict(check.reason.facts)
    assert (check.reason.code, facts["arm"], facts["first"]) == ("readout.outage_of_arm", "b", "2026-04-06")


def test_means_and_ratios_have_outages_too(store: Store) -> None:
    land(store, told({"control": (1, 2), "b": (1, 2)}))
    mean = 'key = "m"\nrole = "success"\nkind = "mean"\nevent = "suggestion_tapped"\nproperty = "price"'
    assert [check.reason.code for check in failures(readout(store, plan(mean)))] == ["readout.outage"]


def test_a_whole_log_without_outage_passes(store: Store) -> None:
    land(store, told({}))
    assert failures(readout(store, plan(conversion(more='within = "10s"')))) == []


def test_an_event_that_the_log_does_not_have_is_named_beside_those_like_it(store: Store) -> None:
    land(store, told({}))
    typed = conversion("typo", "sugestion_tapped")
    found = readout(store, plan(typed))
    (check,) = failures(found)
    assert check.reason.code == "readout.event_unknown"
    assert dict(check.reason.facts)["near"] == "suggestion_tapped"
    assert hits(found, "typo")["b"] == (0, DAYS * A_DAY // 2)
    crash = conversion("crash", "app_crashed", role="guardrail", more='direction = "down"\nmargin = 0.01')
    noted = codes(readout(store, plan(conversion(), crash)))["readout.event_unknown"]
    assert noted.passed  # nobody's app crashed, perhaps


def test_an_event_that_stopped_before_the_experiment_is_an_outage(store: Store) -> None:
    land(store, {**told({}), "old": ["listed 2026-03-01T10:00:00"]})
    (check,) = failures(readout(store, plan(conversion("listed", "listed"))))
    assert (check.reason.code, dict(check.reason.facts)["last"]) == ("readout.event_stopped", "2026-03-01")


def test_an_event_that_others_log_is_an_honest_zero(store: Store) -> None:
    land(store, {**told({}), "other": ["listed 2026-04-03T10:00:00"]})
    assert failures(readout(store, plan(conversion("listed", "listed")))) == []


def test_properties_without_numbers_are_counted_and_fail_where_none_has_one(store: Store) -> None:
    land(store, {**told({}), "odd": ["exposed to b 10:00:00", "tapped 10:00:01 price=many"]})
    mean = 'key = "m"\nrole = "success"\nkind = "mean"\nevent = "suggestion_tapped"\nproperty = "{}"'
    noted = codes(readout(store, plan(mean.format("price"))))["readout.unread_numbers"]
    assert noted.passed
    assert dict(noted.reason.facts)["missing"] == 1
    (check,) = failures(readout(store, plan(mean.format("prise"))))
    assert check.reason.code == "readout.no_numbers"


def test_a_young_experiment_without_hits_is_not_suspected(store: Store) -> None:
    land(store, {f"p{one}": [f"exposed to {('control', 'b')[one % 2]} 10:00:00"] for one in range(20)})
    assert failures(readout(store, plan(conversion()))) == []


def received(late: dict[str, int], people: int = 240) -> dict[str, list[str]]:
    """Everybody taps once; of every hundred of an arm so many taps arrive three hours later, the rest after a minute."""
    journeys = {}
    for one in range(people):
        arm = ("control", "b")[one % 2]
        at = "13:00:10" if one // 2 * 37 % 100 < late.get(arm, 0) else "10:01:00"
        journeys[f"p{one}"] = [
            f"exposed to {arm} 10:00:00 received_at=2026-04-01T10:00:01Z",
            f"tapped 10:00:05 received_at=2026-04-01T{at}Z",
        ]
    return journeys | {"last": ["exposed to b 10:59:00", "tapped 10:59:05 received_at=2026-04-01T13:00:20Z"]}


def test_logs_that_arrive_late_in_one_arm_are_named(store: Store) -> None:
    land(store, received({"b": 40}))
    check = next(one for one in readout(store, plan(conversion())).checks if one.key == "ingest_lag")
    assert (check.passed, check.reason.code) == (False, "ingest_lag_differs")
    assert dict(check.reason.facts)["waited"] == "7,280"


def test_logs_that_arrive_late_in_every_arm_leave_the_youngest_days_too_low(store: Store) -> None:
    land(store, received({"control": 10, "b": 10}))
    check = next(one for one in readout(store, plan(conversion())).checks if one.key == "ingest_lag")
    assert (check.passed, check.reason.code) == (False, "ingest_lag_long")
    assert dict(check.reason.facts)["units"] == 241


def test_logs_that_arrive_at_once_pass(store: Store) -> None:
    land(store, received({}))
    assert next(one for one in readout(store, plan(conversion())).checks if one.key == "ingest_lag").passed


def test_a_log_that_does_not_say_when_it_arrived_is_not_judged(store: Store) -> None:
    land(store, told({}))
    assert "ingest_lag" not in {check.key for check in readout(store, plan(conversion())).checks}


def test_of_very_many_units_a_share_is_looked_at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    land(store, received({"b": 40}, people=600))
    monkeypatch.setattr(arrivals, "MOST_UNITS", 301)
    check = next(one for one in readout(store, plan(conversion())).checks if one.key == "ingest_lag")
    assert 200 < int(str(dict(check.reason.facts)["units"])) < 400
