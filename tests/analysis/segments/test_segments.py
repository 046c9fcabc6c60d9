"""Segments by hand: what counts as lost, who everybody else is, and what cannot be said."""

import json
from datetime import date

import pytest
from pydantic import ValidationError

from analysis.segments import SegmentsQuery, answer, to_json
from ingest import Store
from tests.journeys import journeys
from tests.test_docs import documented, page

FUNNEL = {"within": "1h", "timezone": "Asia/Tokyo", "steps": [{"event": "a"}, {"event": "b"}]}


def ask(store, **asked):
    query = {"funnel": FUNNEL, "fields": ["device"], "least_units": 5, **asked}
    return answer(store, SegmentsQuery.model_validate(query))


def people(device, n, passed, day=6, hour=10):
    """n people of a device who do "a" on a day; the first ones do "b" a minute later."""
    at = f"2026-04-{day:02} {hour:02}"
    place = "" if device is None else f"device={device}"
    return {
        f"{device}-{day}-{hour}-{k}": [
            f"a {at}:00:00 {place}",
            *([f"b {at}:01:00 {place}"] if k < passed else []),
        ]
        for k in range(n)
    }


END = {"zoe": ["z 2026-05-30 00:00:00"]}


def test_the_counts_are_those_of_the_story(tmp_path):
    stories = people("p", 40, 10) | people("q", 60, 50) | people("r", 20, 16) | people(None, 7, 0) | END
    with journeys(tmp_path, stories) as store:
        found = ask(store)
    (one,) = found.segments
    assert (one.field, one.value, one.step, one.name) == ("device", "p", 2, "b")
    assert (one.excess.n, one.excess.lost, one.rate) == (40, 30, 0.75)
    assert one.others_rate == 14 / 80
    assert one.excess.expected == 7
    assert one.excess.value == 23
    assert one.since.code == "change_too_few_days"
    assert (found.tests, found.without_value, found.cannot_say) == (3, (("device", 7),), None)


def test_who_may_still_come_is_not_lost(tmp_path):
    stories = people("p", 40, 0, day=6) | people("q", 60, 50, day=5)
    with journeys(tmp_path, stories) as store:
        assert ask(store).segments == ()
    with journeys(tmp_path / "later", stories | END) as store:
        assert [one.value for one in ask(store).segments] == ["p"]


def test_the_day_is_one_of_the_reporting_zone(tmp_path):
    stories = dict(END)
    for day in range(1, 11):
        stories |= people("p", 30, 25 if day < 7 else 5, day=day, hour=20) | people(
            "q", 30, 25, day=day, hour=20
        )
    with journeys(tmp_path, stories) as store:
        (one,) = ask(store).segments
        assert one.since.day == date(2026, 4, 8)  # 20:00 in UTC on the 7th is the 8th in Tokyo
        assert (round(one.since.before, 2), round(one.since.after, 2)) == (1, 5)
        utc = ask(store, funnel={**FUNNEL, "timezone": "UTC"})
        assert utc.segments[0].since.day == date(2026, 4, 7)


def test_a_bad_day_for_all_is_nobodys_excess(tmp_path):
    stories = dict(END)
    for day in range(1, 11):
        passed = 25 if day < 7 else 5
        stories |= people("p", 30, passed, day=day) | people("q", 30, passed, day=day)
    with journeys(tmp_path, stories) as store:
        assert ask(store).segments == ()


def test_too_few_people_cannot_say(tmp_path):
    with journeys(tmp_path, people("p", 4, 0) | people("q", 60, 50) | END) as store:
        assert ask(store).cannot_say.code == "segments_nobody_stood"
    with Store.open(tmp_path / "empty") as store:
        assert ask(store).cannot_say.code == "segments_nobody_stood"


def test_every_key_of_the_json_is_documented(tmp_path):
    with journeys(tmp_path, people("p", 40, 10) | people("q", 60, 50) | END) as store:
        told = to_json(ask(store))
    json.dumps(told, allow_nan=False)
    assert {*told, *told["segments"][0]} <= documented(page("segments"))


def test_a_question_that_cannot_be_asked_is_refused():
    for wrong in ({"fields": []}, {"false_discovery": 0}, {"least_units": 1}, {"fieldz": []}):
        with pytest.raises(ValidationError):
            SegmentsQuery.model_validate({"funnel": FUNNEL, **wrong})
