"""The rate of a step by the time of entry: one episode per unit, young units watched as far as they were seen."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.trend import TrendQuery, answer, to_json
from analysis.trend.chart import rates_chart
from experiments.stats.effects import Estimate, NoEffect
from tests.analysis.suggestions import at, event, landed

STEPS = [{"event": "opened"}, {"event": "took"}, {"event": "listed"}]
HOUR, DAY = 3600, 86_400


def asked(folder, *stories, end, **settings):
    question = {name: settings.pop(name) for name in ("step", "by") if name in settings}
    funnel = {"within": "1d", "steps": STEPS, "timezone": "UTC", **settings}
    store = landed(folder, *stories, [event("seen", "nobody", end)])
    try:
        return answer(store, TrendQuery.model_validate({"funnel": funnel, **question}))
    finally:
        store.close()


def person(name, begin, *waits):
    """Opens at `begin`, and takes and lists so many seconds later."""
    times = (begin, *(begin + wait for wait in waits))
    return [event(step["event"], name, when) for step, when in zip(STEPS, times, strict=False)]


def test_recent_days_do_not_sink_only_because_they_are_recent(tmp_path):
    """On both days half of ten people list after 12 h; the second day's were seen for less than a day by now."""
    old = [person(f"old{k}", 0, 60, 12 * HOUR) if k < 5 else person(f"old{k}", 0, 60) for k in range(10)]
    young = [person(f"new{k}", DAY, 60) for k in range(10)]
    found = asked(tmp_path, *old, *young, end=DAY + 6 * HOUR)
    first, second = found.buckets
    assert (first.entered, first.reached, first.naive, first.maturing) == (10, 5, 0.5, 0)
    assert (second.entered, second.reached, second.naive, second.maturing) == (10, 0, 0.0, 10)
    assert isinstance(second.corrected, NoEffect)  # nobody of them was watched for a day
    assert found.overall.naive == 0.25
    assert found.overall.corrected.value == 0.5  # the young ones left before anybody of the old ones listed
    assert to_json(found)["buckets"][1]["no_effect"]["code"] == "conversion_too_young"


def test_only_the_first_entry_of_a_person_counts(tmp_path):
    found = asked(tmp_path, person("ann", 0), person("ann", 3 * DAY, 10, 20), end=9 * DAY)
    assert [(bucket.entered, bucket.reached) for bucket in found.buckets] == [(1, 0)]


def test_another_step_another_bucket_and_the_zone_of_the_days(tmp_path):
    late = person("ann", 5 * HOUR, 10)  # 17:00 UTC on 1 April is 2 April in Tokyo
    found = asked(tmp_path, late, person("ben", 0, 10, 20), end=3 * DAY, step=2, timezone="Asia/Tokyo")
    assert [bucket.start.isoformat() for bucket in found.buckets] == [
        "2026-04-01T00:00:00+09:00", "2026-04-02T00:00:00+09:00"
    ]  # fmt: skip
    assert [bucket.reached for bucket in found.buckets] == [1, 1]
    hours = asked(
        tmp_path / "again" if (tmp_path / "again").mkdir() is None else tmp_path, late, end=DAY, by="hour"
    )
    assert hours.buckets[0].start == at(5 * HOUR)


def test_days_of_a_clock_that_jumps_are_whole_days(tmp_path):
    """Berlin, 25 October 2026: the day has 25 hours, and both 02:30 belong to it."""
    start = (at(0).replace(hour=0) - at(0)).total_seconds()
    begin = start + 207 * DAY  # 25 October 00:00 UTC
    found = asked(
        tmp_path,
        *[person(f"p{hour}", begin + hour * HOUR) for hour in (-3, -2, 0, 1, 22, 23)],
        end=begin + 9 * DAY,
        timezone="Europe/Berlin",
    )
    days = {bucket.start.date().isoformat(): bucket.entered for bucket in found.buckets}
    assert days == {"2026-10-24": 1, "2026-10-25": 4, "2026-10-26": 1}
    assert all(bucket.start.astimezone(ZoneInfo("Europe/Berlin")).hour == 0 for bucket in found.buckets)


@pytest.mark.parametrize(
    ("zone", "clock", "starts"),
    [
        # 1 November 2026: New York's clocks strike 01:00 twice, at 05:00 and 06:00 UTC
        ("America/New_York", "2026-11-01T04:30:00", ["00:00:00-04:00", "01:00:00-04:00", "01:00:00-05:00"]),
        ("America/Havana", "2026-11-01T03:30:00", ["23:00:00-04:00", "00:00:00-04:00", "00:00:00-05:00"]),
    ],
)
def test_an_hour_that_a_clock_repeats_is_two_hours(tmp_path, zone, clock, starts):
    begin = (datetime.fromisoformat(clock + "+00:00") - at(0)).total_seconds()
    stories = [person(f"p{hour}", begin + hour * HOUR) for hour in range(3)]
    found = asked(tmp_path, *stories, end=begin + 9 * DAY, timezone=zone, by="hour")
    assert [bucket.start.isoformat().split("T")[1] for bucket in found.buckets] == starts
    drawn = rates_chart(found, "en").to_dict()["datasets"].values()
    assert all(len({row["start"] for row in rows}) == 3 for rows in drawn)


@pytest.mark.parametrize(
    ("zone", "clock", "start"),
    [
        ("America/Havana", "2026-11-01T12:00:00", "2026-11-01T00:00:00-04:00"),  # midnight strikes twice
        ("Africa/Cairo", "2026-04-24T12:00:00", "2026-04-24T01:00:00+03:00"),  # there is no midnight
    ],
)
def test_a_day_begins_also_where_midnight_is_skipped_or_repeated(tmp_path, zone, clock, start):
    begin = (datetime.fromisoformat(clock + "+00:00") - at(0)).total_seconds()
    found = asked(tmp_path, person("ann", begin), end=begin + 9 * DAY, timezone=zone)
    assert [bucket.start.isoformat() for bucket in found.buckets] == [start]


def test_the_wait_is_that_of_the_first_chain_that_gets_to_the_step(tmp_path):
    """With a window on the third step the furthest chain takes the second `took`; step 2 was reached with the first."""
    lines = [
        event(name, "ann", when)
        for name, when in (("opened", 0), ("took", 10), ("took", 100), ("listed", 105))
    ]
    steps = [*STEPS[:2], {"event": "listed", "within": "10s"}]
    found = asked(tmp_path, lines, end=9 * DAY, steps=steps, step=2)
    assert [(point.wait_s, point.share) for point in found.curve] == [(10.0, 1.0)]
    (tmp_path / "last").mkdir()
    last = asked(tmp_path / "last", lines, end=9 * DAY, steps=steps)
    assert [point.wait_s for point in last.curve] == [105.0]


def test_an_empty_log_and_a_step_that_is_not_there_are_said(tmp_path):
    found = asked(tmp_path, end=0)
    assert (found.overall.entered, found.buckets, found.curve) == (0, (), ())
    assert found.overall.corrected.code == "conversion_nobody"
    for step in (1, 4):
        with pytest.raises(ValueError, match="step"):
            TrendQuery.model_validate({"funnel": {"steps": STEPS}, "step": step})


_PEOPLE = st.lists(
    st.tuples(st.integers(0, 5 * 24), st.lists(st.integers(1, 30), max_size=2)), min_size=1, max_size=25
)


@settings(max_examples=30, deadline=None)
@given(people=_PEOPLE, by=st.sampled_from(["hour", "day", "week"]))
def test_buckets_sum_to_all_and_old_units_have_the_plain_rate(people, by):
    stories = [
        person(f"p{n}", begin * HOUR, *[sum(waits[: k + 1]) * HOUR for k in range(len(waits))])
        for n, (begin, waits) in enumerate(people)
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = asked(Path(folder), *stories, end=30 * DAY, by=by)
    listed = [len(waits) == 2 and sum(waits) <= 24 for _, waits in people]
    assert sum(bucket.entered for bucket in found.buckets) == found.overall.entered == len(people)
    assert sum(bucket.reached for bucket in found.buckets) == found.overall.reached == sum(listed)
    for bucket in (found.overall, *found.buckets):
        assert bucket.maturing == 0
        assert isinstance(bucket.corrected, Estimate)
        assert bucket.corrected.value == pytest.approx(bucket.naive)
    assert [p.share for p in found.curve] == sorted(p.share for p in found.curve)
    assert found.observed_until == at(0) + timedelta(days=30)
