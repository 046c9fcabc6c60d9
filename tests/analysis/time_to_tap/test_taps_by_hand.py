"""Time to tap, worked by hand on logs small enough to count on one's fingers."""

import json

import pytest

from analysis.time_to_tap import TapsQuery, answer, to_json
from experiments.stats.effects import NoEffect
from tests.analysis.suggestions import at, exposed, impression, landed, much_later


def only_arm(store, **query):
    (arm,) = answer(store, TapsQuery(**query)).arms
    return arm


def reading(arm, ms):
    return next(entry for entry in arm.curves.readings if entry.ms == ms)


def test_five_people_one_curve(tmp_path):
    # 5 at risk: tap at 1 s; leave at 2 s; dismiss at 2.5 s; tap at 3 s; expired at 4 s
    store = landed(
        tmp_path, impression("ann", "tap", 1000), impression("bo", "leave", 2000), impression("cy", "dismiss", 2500),
        impression("di", "tap", 3000), impression("ed", "expired", 4000), much_later(),
    )  # fmt: skip
    arm = only_arm(store, at_ms=(999, 1000, 2999))
    # F_tap: 1/5 from 1 s, then S(3 s-) = 2/5 and 1 of 2 at risk taps: 1/5 + 2/5 * 1/2 = 2/5
    assert [reading(arm, ms).point.tap.value for ms in (999, 1000, 2999, 4000)] == pytest.approx(
        [0, 0.2, 0.2, 0.4]
    )
    last = reading(arm, 4000).point
    assert (last.leave.value, last.dismiss.value, last.none) == pytest.approx((0.2, 0.2, 0.2))
    assert [reading(arm, ms).point.at_risk for ms in (999, 1000, 2999, 4000)] == [5, 5, 2, 1]
    assert [(b.from_ms, b.tap, b.dismiss, b.leave) for b in arm.bins if b.tap + b.dismiss + b.leave] == [
        (1000, 1, 0, 0), (2000, 0, 0, 1), (2500, 0, 1, 0), (3000, 1, 0, 0)]  # fmt: skip
    # hazard of tapping in [1000, 1500): 4 people watched 0.5 s (the tapper at 1000 watched none of it)
    bin_1000 = next(b for b in arm.bins if b.from_ms == 1000)
    assert bin_1000.watched_s == pytest.approx(2.0)
    assert bin_1000.hazards[0].value == pytest.approx(1 / 2.0)
    assert {o.fate: o.n for o in arm.outcomes} == {
        "tap": 2, "dismiss": 1, "leave": 1, "expired": 1, "open": 0, "lost": 0}  # fmt: skip


def test_the_open_are_censored_and_the_lost_are_left_out_with_bounds(tmp_path):
    # observed until 10 s: ann taps at 2 s; bo was shown 1 s before the end: open; cy's ending never came: lost
    store = landed(
        tmp_path, impression("ann", "tap", 2000), impression("cy", after_s=1),
        impression("di", "expired", 4000, after_s=5), impression("bo", after_s=9), much_later("eve", seconds=10),
    )  # fmt: skip
    found = answer(store, TapsQuery(at_ms=(1000, 2000)))
    (arm,) = found.arms
    assert {o.fate: o.n for o in arm.outcomes if o.n} == {"tap": 1, "expired": 1, "open": 1, "lost": 1}
    assert arm.curves.n == 3
    # at 2 s bo is censored (watched 1 s), two at risk, one taps
    assert reading(arm, 2000).point.tap.value == pytest.approx(0.5)
    # 3 on the curve and 1 lost: none tapped 0.5 * 3 / 4, tapped at once (0.5 * 3 + 1) / 4
    assert reading(arm, 2000).bounds == pytest.approx((0.375, 0.625))
    assert reading(arm, 1000).bounds == pytest.approx((0.0, 0.25))
    assert [note.code for note in found.notes] == ["taps.lost"]


def test_an_earlier_end_of_observation_forgets_what_came_later(tmp_path):
    store = landed(
        tmp_path, impression("ann", "tap", 2000), impression("bo", "tap", 1000, after_s=2), much_later()
    )
    arm = only_arm(store, observed_until=at(1.5), at_ms=(1500,))
    assert {o.fate: o.n for o in arm.outcomes if o.n} == {"open": 1}
    assert arm.curves.last_ms == 1500
    assert isinstance(reading(arm, 4000).point, NoEffect)
    later = only_arm(store, observed_until=at(2.5))
    assert {o.fate: o.n for o in later.outcomes if o.n} == {"tap": 1, "open": 1}


def test_an_ending_that_is_known_to_come_later_is_not_lost_even_if_the_limit_has_passed(tmp_path):
    # the expiry is stamped 20 ms after the limit, the end of observation lies between the two
    store = landed(tmp_path, impression("ann", "expired", 2020, limit=2000), much_later())
    arm = only_arm(store, observed_until=at(2.01))
    assert {o.fate: o.n for o in arm.outcomes if o.n} == {"open": 1}
    assert arm.curves.last_ms == 2000


def test_half_of_the_tappers_needed_more_than_the_shortest_limit(tmp_path):
    short = [exposed(p, "control") + impression(p, "tap", 1500, after_s=1, limit=4000) for p in ("a", "b")]
    long = [exposed(p, "8s") + impression(p, "tap", ms, after_s=1, limit=8000)
            for p, ms in (("c", 1500), ("d", 4000), ("e", 4001), ("f", 7000))]  # fmt: skip
    found = answer(landed(tmp_path, *short, *long, much_later()), TapsQuery(experiment="display"))
    assert (found.tail.arm, found.tail.limit_ms, found.tail.shortest_ms) == ("8s", 8000, 4000)
    assert (found.tail.share.value, found.tail.share.n) == (0.5, 4)
    # Wilson for 2 of 4 at 95 %: (0.1500, 0.8500), e.g. Newcombe (1998)
    assert (found.tail.share.interval.low, found.tail.share.interval.high) == pytest.approx(
        (0.1500, 0.8500), abs=5e-4
    )
    assert found.arms[0].name == "control"
    assert found.arms[0].after_shortest.code == "taps.not_longer"


def test_arms_are_compared_at_the_common_horizon_and_over_their_own_display_time(tmp_path):
    # control (4 s): 1 of 4 taps; 8s: 1 of 4 taps before 4 s, 1 more after
    short = [exposed(f"c{n}", "control") + impression(f"c{n}", *end, after_s=1, limit=4000)
             for n, end in enumerate([("tap", 1000), *[("expired", 4000)] * 3])]  # fmt: skip
    long = [exposed(f"t{n}", "8s") + impression(f"t{n}", *end, after_s=1, limit=8000)
            for n, end in enumerate([("tap", 1000), ("tap", 6000), *[("expired", 8000)] * 2])]  # fmt: skip
    found = answer(landed(tmp_path, *short, *long, much_later()), TapsQuery(experiment="display"))
    horizon, own = found.differences
    assert (found.control, found.horizon_ms, found.randomised) == ("control", 4000, True)
    assert (horizon.scope, horizon.ms, horizon.effect.value) == ("common_horizon", 4000, pytest.approx(0.0))
    assert (own.scope, own.ms, own.effect.value) == ("own_limit", 8000, pytest.approx(0.25))
    assert own.effect.interval.low < 0.25 < own.effect.interval.high


def test_only_impressions_after_the_exposure_of_people_in_one_variant_count(tmp_path):
    store = landed(
        tmp_path,
        impression("ann", "tap", 500, after_s=0), exposed("ann", "control", after_s=10),
        impression("ann", "dismiss", 700, after_s=20), impression("ann", "tap", 700, after_s=30),
        exposed("bo", "8s", after_s=1), exposed("bo", "control", after_s=2), impression("bo", "tap", 100, after_s=3),
        impression("cy", "tap", 100), exposed("di", "8s"), impression("di", "leave", 300, after_s=0),
        much_later(),
    )  # fmt: skip
    first = answer(store, TapsQuery(experiment="display"))
    counts = {arm.name: {o.fate: o.n for o in arm.outcomes if o.n} for arm in first.arms}
    assert counts == {"control": {"dismiss": 1}, "8s": {"leave": 1}}
    assert (first.before_exposure, first.several_variants, first.not_exposed) == (1, 1, 1)
    every = answer(store, TapsQuery(experiment="display", impressions="all"))
    assert every.arms[0].n == 2
    assert answer(store, TapsQuery(experiment="no-such")).tail.code == "taps.no_exposures"


def test_the_first_impression_of_the_selection_stands_for_each_person(tmp_path):
    store = landed(
        tmp_path, impression("ann", "leave", 100, after_s=0, copy_id="v1"),
        impression("ann", "tap", 100, after_s=5, copy_id="v2"), impression("bo", "tap", 100, copy_id="v2"),
        impression("bo", "tap", 100, after_s=9, copy_id="v2"), much_later(),
    )  # fmt: skip
    by_copy = answer(store, TapsQuery(by="copy_id"))
    assert {arm.name: arm.n for arm in by_copy.arms} == {"v1": 1, "v2": 1}
    assert not by_copy.randomised
    assert only_arm(store, copy_id="v2").n == 2
    assert {a.name: a.n for a in answer(store, TapsQuery(by="copy_id", impressions="all")).arms} == {
        "v1": 1,
        "v2": 3,
    }


def test_arms_by_display_time_stand_in_order_of_time_and_missing_values_last(tmp_path):
    store = landed(tmp_path, *(impression(f"p{limit}", "tap", 100, limit=limit) for limit in (10000, 4000, None)),
                   much_later())  # fmt: skip
    assert [arm.name for arm in answer(store, TapsQuery(by="display_ms")).arms] == ["4000", "10000", None]


def test_filters_and_period_narrow_the_selection(tmp_path):
    store = landed(
        tmp_path, impression("ann", "tap", 100, platform="ios", device="a", limit=4000, design_id="d1"),
        impression("bo", "tap", 100, after_s=50, platform="android", device="b", limit=8000), much_later(),
    )  # fmt: skip
    for query in (
        {"platform": "ios"},
        {"device": "a"},
        {"display_ms": 4000},
        {"design_id": "d1"},
        {"to": at(50)},
    ):
        assert only_arm(store, **query).limit_ms == 4000, query
    assert only_arm(store, **{"from": at(50)}).limit_ms == 8000
    assert answer(store, TapsQuery(platform="web")).tail.code == "taps.no_impressions"


def test_without_any_times_there_are_outcome_shares_but_no_curve(tmp_path):
    # one row per prompt, imported as two events with one stamp: who answered is known, when is not
    store = landed(
        tmp_path, impression("ann", "tap", 0, elapsed=False, limit=30_000),
        impression("bo", "expired", 0, elapsed=False, limit=30_000), much_later(),
    )  # fmt: skip
    found = answer(store, TapsQuery())
    (arm,) = found.arms
    assert arm.curves.code == "taps.no_times"
    assert {o.fate: o.share.value for o in arm.outcomes if o.n} == {"tap": 0.5, "expired": 0.5}
    assert found.tail.code == "taps.one_limit"
    assert sum(b.tap for b in arm.bins) == 0


def test_without_any_display_limit_there_is_a_histogram_but_no_curve(tmp_path):
    store = landed(
        tmp_path, impression("ann", "tap", 1200, limit=None), impression("bo", limit=None), much_later()
    )
    found = answer(store, TapsQuery())
    (arm,) = found.arms
    assert (arm.curves.code, found.tail.code, found.horizon_ms) == ("taps.no_limit", "taps.no_limit", None)
    assert {o.fate: o.n for o in arm.outcomes if o.n} == {"tap": 1, "open": 1}
    assert [(b.from_ms, b.to_ms, b.tap) for b in arm.bins if b.tap] == [(1000, 1500, 1)]


def test_endings_timed_by_timestamps_make_a_curve_and_are_said_to(tmp_path):
    store = landed(
        tmp_path,
        impression("ann", "tap", 1200, elapsed=False),
        impression("bo", "expired", 4000),
        much_later(),
    )
    found = answer(store, TapsQuery())
    assert reading(found.arms[0], 4000).point.tap.value == 0.5
    assert [(note.code, dict(note.facts)) for note in found.notes] == [("taps.by_timestamps", {"n": 1})]


def test_a_stray_display_limit_does_not_stretch_the_picture(tmp_path):
    usual = [impression(f"p{n}", "expired", 4000) for n in range(30)]
    found = answer(
        landed(tmp_path, *usual, impression("odd", "tap", 50_000, limit=60_000), much_later()), TapsQuery()
    )
    (arm,) = found.arms
    assert (arm.limit_ms, arm.curves.last_ms, arm.later, arm.bins[-1].to_ms) == (4000, 4000, 1, 4000)
    assert arm.limits == ((4000, 30), (60_000, 1))
    assert found.tail.code == "taps.one_limit"


def test_a_lost_share_that_differs_by_arm_is_the_first_thing_said(tmp_path):
    control = [exposed(f"c{n}", "control") + impression(f"c{n}", "tap", 900, after_s=1) for n in range(30)]
    broken = [
        exposed(f"t{n}", "8s") + impression(f"t{n}", "tap" if n < 15 else None, 900, after_s=1)
        for n in range(30)
    ]
    found = answer(landed(tmp_path, *control, *broken, much_later()), TapsQuery(experiment="display"))
    assert [note.code for note in found.notes] == ["taps.lost_differs", "taps.lost"]


def test_an_empty_store_answers_that_nothing_was_shown(tmp_path):
    found = answer(landed(tmp_path), TapsQuery())
    assert (found.arms, found.tail.code, found.observed_until) == ((), "taps.no_impressions", None)
    assert to_json(found)["arms"] == []


def test_the_json_is_plain(tmp_path):
    store = landed(
        tmp_path, impression("ann", "tap", 1000), impression("bo", "dismiss", 100, after_s=1), much_later()
    )
    body = json.loads(json.dumps(to_json(answer(store, TapsQuery(at_ms=(500,)))), allow_nan=False))
    arm = body["arms"][0]
    assert arm["outcomes"]["tap"]["n"] == 1
    assert [entry["ms"] for entry in arm["incidence"]["at"]] == [500, 4000]
    assert arm["incidence"]["at"][1]["tap"]["value"] == 0.5
    assert body["after_shortest_limit"]["no_effect"]["code"] == "taps.one_limit"


@pytest.mark.parametrize(
    ("query", "said"),
    [({"experiment": "x", "by": "copy_id"}, "`by` is 'copy_id'"), ({"horizon_ms": 600_001}, "`horizon_ms` is 600001"),
     ({"from": at(2), "to": at(1)}, "`from` is"), ({"bin_ms": 1}, "bin_ms"), ({"colour": "red"}, "colour")],
)  # fmt: skip
def test_an_impossible_question_is_refused_with_a_reason(query, said):
    with pytest.raises(ValueError, match=said):
        TapsQuery(**query)


def test_a_control_that_is_no_arm_is_refused(tmp_path):
    store = landed(tmp_path, exposed("a", "x"), impression("a", "tap", 1, after_s=1), much_later())
    with pytest.raises(ValueError, match="`control` is 'y'; must be one of x"):
        answer(store, TapsQuery(experiment="display", control="y"))


def test_the_experiments_record_says_control_start_and_variants(tmp_path):
    store = landed(
        tmp_path, exposed("early", "eight"), impression("early", "tap", 100, after_s=1),
        exposed("ann", "eight", after_s=60), impression("ann", "tap", 100, after_s=61),
        exposed("bo", "four", after_s=60), impression("bo", "leave", 100, after_s=61),
        exposed("cy", "typo", after_s=60), impression("cy", "leave", 100, after_s=61), much_later(),
    )  # fmt: skip
    design = {"key": "display", "start": at(30).isoformat(),
              "variants": [{"key": "eight"}, {"key": "four", "control": True}]}  # fmt: skip
    store.records.add("experiment", "display", design, "ann")
    found = answer(store, TapsQuery(experiment="display"))
    assert [(arm.name, arm.n) for arm in found.arms] == [("four", 1), ("eight", 1)]
    assert (found.control, found.not_exposed, found.arms_left_out) == ("four", 1, 1)


def test_numbers_that_are_no_times_are_none_and_break_nothing(tmp_path):
    """Infinite, NaN, negative or 10^300 ms: without a limit there is no curve, without a time the tap is counted apart."""
    odd = [1e300, 1e15, -5.0, 0.0]
    told = [
        line for place, limit in enumerate(odd) for line in impression(f"a{place}", "tap", 500, limit=limit)
    ]
    slow = impression("slow", "tap", 1, limit=None)
    slow[1]["properties"]["elapsed_ms"] = 1e300
    usual = [line for place in range(6) for line in impression(f"b{place}", "tap", 500)]
    with landed(tmp_path, told, slow, usual, much_later()) as store:
        (arm,) = answer(store, TapsQuery(impressions="all")).arms
    assert (arm.n, arm.without_limit) == (11, 5)
    assert arm.curves.n == 6
