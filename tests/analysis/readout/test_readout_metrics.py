"""Anchors, sums and times: what a metric reads of each unit, told as stories."""

import numpy as np
import pytest

from analysis.readout.answers import ReadoutAnswer
from experiments.stats import clusters
from experiments.stats.clusters import Clusters
from experiments.stats.effects import Effect, Estimate, NoEffect
from ingest import Store
from tests.analysis.readout.readout_stories import conversion, decision, hits, land, plan, readout

SHOWN = 'from = "impression"'


def mean(key: str = "spent", event_name: str = "purchase", more: str = 'property = "revenue"') -> str:
    return f'key = "{key}"\nrole = "success"\nkind = "mean"\nevent = "{event_name}"\n{more}'


def incidence(within: str = "3s") -> str:
    return (
        f'key = "tap"\nrole = "success"\nkind = "incidence"\nevent = "suggestion_tapped"\nwithin = "{within}"'
    )


def value(found: ReadoutAnswer, metric: str, arm: str) -> float | None:
    one = next(one for one in found.metrics if one.key == metric)
    said = next(each for each in one.arms if each.arm == arm).value
    return said.value if isinstance(said, Estimate) else None


def test_the_window_from_an_impression_starts_at_the_first_one_after_the_exposure(store: Store) -> None:
    land(
        store,
        {
            "ann": ["shown 09:00:00 impression_id=a1", "exposed to b 10:00:00", "shown 10:05:00 impression_id=a2",
                    "tapped 10:05:10 impression_id=a2"],
            "bob": ["exposed to b 10:00:00", "tapped 10:00:01", "shown 10:05:00 impression_id=b1"],  # tapped too early
            "cyd": ["exposed to b 10:00:00", "tapped 10:00:01"],  # saw no impression: not triggered
            "dan": ["exposed to control 10:00:00", "shown 10:00:00 impression_id=d1", "tapped 10:00:10.000001"],
        },
    )  # fmt: skip
    found = readout(
        store, plan(conversion(more=f'{SHOWN}\nwithin = "10s"')), observed_until="2026-04-02T00:00:00Z"
    )

    assert hits(found) == {"control": (0, 1), "b": (1, 2)}
    assert [arm.counted for arm in found.arms] == [1, 3]


def test_an_impression_too_late_to_be_watched_for_the_window_waits(store: Store) -> None:
    land(
        store,
        {
            "ann": ["exposed to b 10:00:00", "shown 10:59:51 impression_id=a1", "tapped 10:59:52"],
            "bob": ["exposed to b 10:00:00", "shown 10:59:50 impression_id=b1", "tapped 10:59:52"],
        },
    )
    found = readout(
        store, plan(conversion(more=f'{SHOWN}\nwithin = "10s"')), observed_until="2026-04-01T11:00:00Z"
    )
    assert hits(found)["b"] == (1, 1)


def test_a_repeated_showing_of_an_old_impression_starts_no_window(store: Store) -> None:
    land(
        store,
        {
            "ann": [
                "shown 09:00:00 impression_id=a1",
                "exposed to b 10:00:00",
                "shown 10:00:05 impression_id=a1",
            ]
        },
    )
    assert hits(readout(store, plan(conversion(more=SHOWN))))["b"] == (0, 0)


def test_a_mean_counts_or_sums_over_all_units_with_zero_for_those_without(store: Store) -> None:
    land(
        store,
        {
            "ann": [
                "exposed to b 10:00:00",
                "purchase 10:01:00 revenue=300",
                "purchase 10:02:00 revenue=500",
            ],
            "bob": ["exposed to b 10:00:00", "purchase 10:01:00"],
            "cyd": ["exposed to b 10:00:00"],
            "dan": ["exposed to control 10:00:00", "purchase 10:01:00 revenue=lots"],
        },
    )
    found = readout(store, plan(mean(), mean("bought", more="")))

    assert value(found, "spent", "b") == pytest.approx(800 / 3)
    assert value(found, "bought", "b") == pytest.approx((2 + 1 + 0) / 3)
    assert value(found, "spent", "control") == 0  # what is no number adds nothing
    assert value(found, "bought", "control") == 1


def test_a_summed_property_may_be_a_typed_column_or_any_name(store: Store) -> None:
    land(
        store,
        {"ann": ["exposed to b 10:00:00", "result_shown 10:01:00 price_low=120.5 net.total=7"]},
    )
    metrics = [mean(name, "result_shown", f'property = "{name}"') for name in ("price_low", "net.total")]
    found = readout(store, plan(*metrics))
    assert value(found, "price_low", "b") == 120.5
    assert value(found, "net.total", "b") == 7


def test_a_number_too_large_to_square_counts_as_missing_and_breaks_nothing(store: Store) -> None:
    land(
        store,
        {"ann": ["exposed to b 10:00:00", "purchase 10:01:00 revenue=1e300", "purchase 10:01:00 revenue=2"]},
    )
    assert value(readout(store, plan(mean())), "spent", "b") == 2


def test_incidence_reads_the_first_impression_with_dismissals_competing_and_limits_censoring(
    store: Store,
) -> None:
    shown = "shown 10:00:01 impression_id={0} display_ms=4000"
    land(
        store,
        {
            "ann": ["exposed to b 10:00:00", shown.format("a"), "tapped 10:00:03 impression_id=a elapsed_ms=2000"],
            "bob": ["exposed to b 10:00:00", shown.format("b"), "dismissed 10:00:02 impression_id=b elapsed_ms=900"],
            "cyd": ["exposed to b 10:00:00", shown.format("c"), "expired 10:00:05 impression_id=c elapsed_ms=4000"],
            "dan": ["exposed to b 10:00:00", shown.format("d"), "tapped 10:00:04.5 impression_id=d elapsed_ms=3500",
                    "shown 10:30:00 impression_id=d2 display_ms=4000", "tapped 10:30:01 impression_id=d2 elapsed_ms=1"],
            "eve": ["exposed to control 10:00:00"],
        },
    )  # fmt: skip
    found = readout(store, plan(incidence()), observed_until="2026-04-02T00:00:00Z")

    assert value(found, "tap", "b") == pytest.approx(
        1 / 4
    )  # of four, one tap within 3 s; the dismissal competes
    assert found.metrics[0].arms[1].n == 4
    assert value(found, "tap", "control") is None


def test_lost_and_untimed_endings_stay_out_of_the_curve_and_are_told(store: Store) -> None:
    land(
        store,
        {
            "ann": ["exposed to b 10:00:00", "shown 10:00:01 impression_id=a display_ms=4000"],  # never ends: lost
            "bob": ["exposed to b 10:00:00", "shown 10:00:01 impression_id=b display_ms=4000",
                    "tapped 10:00:01 impression_id=b"],  # no elapsed_ms and the same stamp: no time
            "cyd": ["exposed to b 10:00:00", "shown 10:00:01 impression_id=c display_ms=4000",
                    "tapped 10:00:02 impression_id=c elapsed_ms=1000"],
            "dan": ["exposed to b 10:00:00", "shown 10:59:59 impression_id=d display_ms=4000"],  # still standing
        },
    )  # fmt: skip
    found = readout(store, plan(incidence("0.5s")), observed_until="2026-04-01T11:00:00Z")

    assert found.metrics[0].arms[1].n == 2
    assert {"lost_impressions", "endings_without_time"} <= {check.key for check in found.checks}


def test_a_time_beyond_what_anyone_was_watched_for_is_a_sentence(store: Store) -> None:
    land(
        store,
        {"ann": ["exposed to b 10:00:00", "shown 10:00:01 impression_id=a display_ms=4000",
                 "expired 10:00:05 impression_id=a elapsed_ms=4000"]},
    )  # fmt: skip
    found = readout(store, plan(incidence("5s")))
    said = found.metrics[0].arms[1].value
    assert isinstance(said, NoEffect)
    assert said.code == "beyond_observation"


@pytest.mark.parametrize("unit", ["session", "attempt", "impression"])
def test_other_units_are_counted_by_their_own_id(store: Store, unit: str) -> None:
    name = "impression_id" if unit == "impression" else f"{unit}_id"
    land(
        store,
        {
            "ann": [
                f"exposed to b 10:00:00 {name}=1", f"tapped 10:00:05 {name}=1",
                f"exposed to control 11:00:00 {name}=2", f"tapped 11:00:05 {name}=1",
                f"exposed to control 12:00:00 {name}=3", f"tapped 12:00:05 {name}=3",
            ],
            "bob": [f"exposed to b 10:00:00 {name}=4"],
        },
    )  # fmt: skip
    found = readout(store, plan(conversion(), more=f'unit = "{unit}"'))

    assert hits(found) == {"control": (1, 2), "b": (1, 2)}
    note = next(check for check in found.checks if check.key == "repeated_people")
    assert dict(note.reason.facts) == {"units": 4, "persons": 2}


def test_ten_impressions_that_end_alike_are_one_person(store: Store) -> None:
    journeys: dict[str, list[str]] = {}
    sums: dict[str, list[list[int]]] = {"control": [], "b": []}
    for one in range(60):
        arm, taps = ("control", "b")[one % 2], one // 2 % (5 if one % 2 else 7) < 3
        told = []
        for many in range(1 + one % 4):
            name = f"impression_id=i{one}-{many}"
            told += [f"exposed to {arm} 10:{one % 50:02}:0{many} {name}"]
            told += [f"tapped 10:{one % 50:02}:3{many} {name}"] * taps
        journeys[f"p{one}"] = told
        for key, own in sums.items():
            here = (1 + one % 4) * (key == arm)
            own.append([here, here * taps])
    land(store, journeys)
    found = readout(store, plan(conversion(), more='unit = "impression"'))
    control, treatment = (
        Clusters(*(np.array(column) for column in zip(*sums[key], strict=True))) for key in ("control", "b")
    )
    expected = clusters.difference(control, treatment)
    effect = found.metrics[0].effects[0].effect
    assert isinstance(effect, Effect)
    assert isinstance(expected, Effect)
    assert effect.method == "newcombe_clustered"
    assert effect.interval.low == pytest.approx(expected.interval.low, rel=1e-9)
    value, share = found.metrics[0].arms[1].value, clusters.rate(treatment)
    assert isinstance(value, Estimate)
    assert value.interval is not None
    assert isinstance(share, Estimate)
    assert share.interval is not None
    assert (value.n, value.method) == (share.n, share.method)
    assert value.value == pytest.approx(share.value, rel=1e-12)
    assert value.interval.low == pytest.approx(share.interval.low, rel=1e-9)
    assert value.interval.high == pytest.approx(share.interval.high, rel=1e-9)
    assert found.metrics[0].history == {}
    looks = readout(store, plan(conversion(), more='unit = "impression"\npeeking = "sequence"'))
    early = looks.metrics[0].effects[0].effect
    assert isinstance(early, NoEffect)  # thirty people an arm are fewer than a hundred
    assert early.code == "looking.too_early"
    curves = readout(store, plan(incidence("1s"), more='unit = "impression"'))
    said = curves.metrics[0].effects[0].effect
    assert isinstance(said, NoEffect)
    assert said.code == "pair.several_units"


def test_exposures_without_the_units_id_are_left_out_and_counted(store: Store) -> None:
    land(store, {"ann": ["exposed to b 10:00:00", "exposed to b 10:00:00 impression_id=1"]})
    found = readout(store, plan(conversion(), more='unit = "impression"'))
    assert hits(found)["b"] == (0, 1)
    assert found.without_unit == 1
    assert "exposures_without_unit" in {check.key for check in found.checks}


def test_a_session_takes_its_impression_even_where_no_session_id_was_logged(store: Store) -> None:
    land(
        store,
        {"ann": ["exposed to b 10:00:00", "shown 10:05:00 impression_id=1", "tapped 10:05:02",
                 "shown 15:00:00 impression_id=2", "tapped 15:00:02"]},
    )  # fmt: skip
    found = readout(store, plan(conversion(more=SHOWN), more='unit = "session"'))
    assert hits(found)["b"] == (1, 1)  # the second session was never exposed


def test_endings_that_one_arm_loses_fail_the_check_of_a_conversion_too(store: Store) -> None:
    journeys = {}
    for one in range(400):
        arm = ("control", "b")[one % 2]
        told = [f"exposed to {arm} 10:00:00", f"shown 10:00:01 impression_id=l{one} display_ms=4000"]
        lost = arm == "b" and one % 4 == 1
        journeys[f"lost{one}"] = told if lost else [*told, f"tapped 10:00:02 impression_id=l{one}"]
    land(store, journeys)
    tapped = conversion(more='from = "impression"\nwithin = "1m"')
    found = readout(store, plan(tapped), observed_until="2026-04-01T11:00:00Z")
    assert "readout.lost_impressions_differ" in {
        check.reason.code for check in found.checks if not check.passed
    }
    assert decision(found) == "cannot_trust"
