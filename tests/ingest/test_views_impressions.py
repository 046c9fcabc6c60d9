"""Which impression an event belongs to, and how each impression ended (the view `impressions`)."""

import random
from collections import Counter

import pytest
from event_table import at, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

ENDING = {
    "suggestion_tapped": "tap",
    "suggestion_dismissed": "dismiss",
    "suggestion_left": "leave",
    "suggestion_expired": "expired",
}


def shown(ms=0, **fields):
    return {"event": "suggestion_shown", "event_id": f"s{ms}", "ts": at(ms), "person": "ann",
            "impression_id": "i1", "display_ms": 4000.0} | fields  # fmt: skip


def ended(event, ms=None, *, stamp=0, **fields):
    return {"event": event, "event_id": f"{event}{ms}{stamp}", "ts": at(stamp), "person": "ann",
            "impression_id": "i1", "elapsed_ms": ms} | fields  # fmt: skip


def only(events):
    (row,) = rows_of("impressions", events)
    return row


def outcome(*endings, **fields):
    row = only([shown(**fields), *endings])
    return row["ending"], row["elapsed_ms"], row["elapsed_source"], row["after_limit"]


def test_an_impression_takes_its_facts_from_its_shown_event():
    row = only([shown(copy_id="v1", design_id="d1", inference_id="f1", platform="ios", device="iPhone",
                      os_version="17", app_version="3", session_id="se", attempt_id="at")])  # fmt: skip
    assert (row["person"], row["shown_ts"], row["display_ms"], row["nth"]) == ("ann", at(0), 4000.0, 1)
    assert [row[name] for name in ("copy_id", "design_id", "inference_id", "platform", "device", "os_version",
                                   "app_version", "session_id", "attempt_id")] == [
        "v1", "d1", "f1", "ios", "iPhone", "17", "3", "se", "at"]  # fmt: skip
    assert (row["ending"], row["ending_ts"], row["elapsed_ms"], row["elapsed_source"]) == (None,) * 4
    assert (row["conflicts"], row["after_limit"]) == (0, 0)


def test_the_device_clock_wins_over_the_timestamps():
    assert outcome(ended("suggestion_tapped", 1500.5, stamp=9000)) == ("tap", 1500.5, "device", 0)


def test_without_elapsed_ms_the_timestamps_are_subtracted_and_flagged():
    assert outcome(ended("suggestion_tapped", stamp=1500.25)) == ("tap", 1500.25, "timestamps", 0)


@pytest.mark.parametrize("stamp", [0, -20])
def test_an_ending_stamped_like_its_impression_or_earlier_has_no_usable_time(stamp):
    assert outcome(ended("suggestion_tapped", stamp=stamp)) == ("tap", None, None, 0)


@pytest.mark.parametrize("broken", [-1.0, float("nan"), float("inf")])
def test_an_impossible_elapsed_ms_falls_back_to_the_timestamps(broken):
    assert outcome(ended("suggestion_left", broken, stamp=700)) == ("leave", 700.0, "timestamps", 0)


def test_the_first_shown_holds_and_the_others_are_conflicts():
    row = only([shown(30, display_ms=8000.0, copy_id="late"), shown(10, copy_id="first"), shown(20)])
    assert (row["copy_id"], row["display_ms"], row["shown_ts"], row["conflicts"]) == (
        "first",
        4000.0,
        at(10),
        2,
    )


def test_shown_events_tied_in_time_go_by_seq_then_by_event_id_and_a_missing_seq_goes_last():
    tied = [shown(event_id="a", copy_id="no seq"), shown(event_id="z", seq=1, copy_id="z"),
            shown(event_id="y", seq=1, copy_id="y"), shown(event_id="b", seq=2, copy_id="b")]  # fmt: skip
    assert only(tied)["copy_id"] == "y"


def test_the_first_ending_by_elapsed_time_counts_not_the_first_logged():
    late, early = (
        ended("suggestion_dismissed", 2000.0, stamp=1),
        ended("suggestion_tapped", 900.0, stamp=5000),
    )
    assert outcome(late, early) == ("tap", 900.0, "device", 0)


def test_at_one_time_the_order_is_tap_dismiss_leave_expired():
    endings = [ended(name, 800.0) for name in reversed(ENDING)]
    for keep in range(4, 0, -1):
        assert outcome(*endings[:keep])[0] == list(ENDING.values())[4 - keep]


@pytest.mark.parametrize(
    ("ms", "expected"),
    [(4000.0, ("tap", 4000.0, "device", 0)), (4000.5, ("tap", 4000.0, "device", 0)),
     (4250.0, ("tap", 4000.0, "device", 0)), (4250.5, (None, None, None, 1))],
)  # fmt: skip
def test_a_tap_up_to_250_ms_after_the_limit_counts_at_the_limit(ms, expected):
    assert outcome(ended("suggestion_tapped", ms)) == expected


def test_a_tap_in_the_grace_wins_over_the_expiry_before_it():
    assert outcome(ended("suggestion_expired", 4005.0), ended("suggestion_tapped", 4100.0)) == (
        "tap", 4000.0, "device", 0)  # fmt: skip


def test_a_dismissal_or_a_leave_after_the_limit_stands_behind_a_logged_expiry():
    late = [ended("suggestion_dismissed", 4100.0), ended("suggestion_left", 4050.0)]
    assert outcome(*late, ended("suggestion_expired", 4200.0)) == ("expired", 4000.0, "device", 0)
    assert outcome(*late) == ("dismiss", 4000.0, "device", 0)
    assert outcome(late[1]) == ("leave", 4000.0, "device", 0)


def test_rejected_endings_are_counted_and_leave_the_others_alone():
    tooth = [ended("suggestion_tapped", 9000.0), ended("suggestion_left", 5000.0)]
    assert outcome(*tooth) == (None, None, None, 2)
    assert outcome(*tooth, ended("suggestion_expired", 4003.0)) == ("expired", 4000.0, "device", 2)


def test_an_expiry_is_never_after_its_own_limit():
    assert outcome(ended("suggestion_expired", 60_000.0)) == ("expired", 4000.0, "device", 0)
    assert outcome(ended("suggestion_expired", 3990.0)) == ("expired", 3990.0, "device", 0)


@pytest.mark.parametrize("limit", [None, 0.0, -1.0, float("nan"), float("inf")])
def test_without_a_usable_display_limit_no_ending_is_late(limit):
    row = only([shown(display_ms=limit), ended("suggestion_tapped", 90_000.0)])
    assert (row["display_ms"], row["ending"], row["elapsed_ms"]) == (None, "tap", 90_000.0)


def test_timed_endings_come_before_untimed_ones_and_untimed_ones_go_by_the_tie_order():
    untimed = [ended("suggestion_left"), ended("suggestion_dismissed", -5.0)]
    assert outcome(*untimed) == ("dismiss", None, None, 0)
    assert outcome(*untimed, ended("suggestion_expired", 4000.0)) == ("expired", 4000.0, "device", 0)


def test_an_ending_without_an_impression_makes_none_and_ids_do_not_mix():
    assert rows_of("impressions", [ended("suggestion_tapped", 100.0)]) == []
    assert (
        rows_of(
            "impressions", [shown(impression_id=None), ended("suggestion_tapped", 1.0, impression_id=None)]
        )
        == []
    )
    two = rows_of("impressions", [shown(), shown(9, impression_id="i2"),
                                  ended("suggestion_tapped", 50.0, impression_id="i2")])  # fmt: skip
    assert {row["impression_id"]: row["ending"] for row in two} == {"i1": None, "i2": "tap"}


def test_nth_counts_each_persons_impressions_in_order_of_time():
    rows = rows_of("impressions", [shown(20, impression_id="b"), shown(10, impression_id="a"),
                                   shown(5, impression_id="c", person="bo")])  # fmt: skip
    assert {row["impression_id"]: row["nth"] for row in rows} == {"a": 1, "b": 2, "c": 1}


# The same rules once more, in plain Python, over random logs.

_LIMITS = st.sampled_from([None, 1000.0, 1500.0, 0.0])
_ELAPSED = st.one_of(
    st.none(), st.sampled_from([-1.0, 0.0, 999.0, 1000.0, 1250.0, 1250.5, 1500.0, 1750.0, 1751.0])
)
_EVENTS = st.lists(
    st.fixed_dictionaries({
        "event": st.sampled_from(["suggestion_shown", "suggestion_shown", *ENDING]),
        "ts": st.sampled_from([0, 1, 400, 1200, 1600, 3000]).map(at),
        "seq": st.one_of(st.none(), st.integers(0, 2)),
        "person": st.sampled_from(["ann", "bo"]),
        "impression_id": st.sampled_from(["i1", "i1", "i2", None]),
        "display_ms": _LIMITS,
        "elapsed_ms": _ELAPSED,
    }),
    max_size=14,
).map(lambda events: [event | {"event_id": f"e{place}"} for place, event in enumerate(events)])  # fmt: skip


def _truth_order(event):
    return event["ts"], (event["seq"] is None, event["seq"] or 0), event["event_id"]


def _told_in_python(events):
    first = {}
    for event in sorted(
        (e for e in events if e["event"] == "suggestion_shown" and e["impression_id"]), key=_truth_order
    ):
        first.setdefault(event["impression_id"], []).append(event)
    seen, told = Counter(), {}
    for shown_event, *others in sorted(first.values(), key=lambda group: _truth_order(group[0])):
        seen[shown_event["person"]] += 1
        ending, late = _ending_in_python(shown_event, events)
        told[shown_event["impression_id"]] = (
            shown_event["event_id"], len(others), seen[shown_event["person"]], late, *ending)  # fmt: skip
    return told


def _ending_in_python(shown_event, events):
    limit = shown_event["display_ms"] or None
    candidates, late = [], 0
    for event in events:
        cause = ENDING.get(event["event"])
        if cause is None or event["impression_id"] != shown_event["impression_id"]:
            continue
        ms, source = _clock_in_python(event, shown_event)
        over = ms is not None and limit is not None and ms > limit
        if over and cause != "expired" and ms > limit + 250:
            late += 1
            continue
        turn = ["tap", "dismiss", "leave", "expired"].index(cause) + (
            9 if over and cause in ("dismiss", "leave") else 0
        )
        ms = limit if over else ms
        candidates.append(((ms is None, ms or 0, turn, *_truth_order(event)), (cause, ms, source)))
    return (min(candidates)[1] if candidates else (None, None, None)), late


def _clock_in_python(event, shown_event):
    if event["elapsed_ms"] is not None and event["elapsed_ms"] >= 0:
        return event["elapsed_ms"], "device"
    gap = (event["ts"] - shown_event["ts"]).total_seconds() * 1000
    return (gap, "timestamps") if gap > 0 else (None, None)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(events=_EVENTS, seed=st.integers(0, 9))
def test_the_view_says_what_the_rules_say_whatever_the_order_of_the_rows(events, seed):
    random.Random(seed).shuffle(events)
    rows = rows_of("impressions", events)
    first_of = {e["event_id"]: e for e in events}
    said = {}
    for row in rows:
        event_id = next(  # the shown event whose facts the row carries
            e["event_id"] for e in sorted(events, key=_truth_order)
            if e["event"] == "suggestion_shown" and e["impression_id"] == row["impression_id"])  # fmt: skip
        assert row["person"] == first_of[event_id]["person"]
        assert row["display_ms"] == (first_of[event_id]["display_ms"] or None)
        said[row["impression_id"]] = (event_id, row["conflicts"], row["nth"], row["after_limit"],
                                      row["ending"], row["elapsed_ms"], row["elapsed_source"])  # fmt: skip
    assert said == _told_in_python(events)
