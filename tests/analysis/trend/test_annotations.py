"""Annotations on a trend: a rule at the bucket they fall into, their text in lines beside it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from analysis.trend import TrendQuery, answer
from analysis.trend.chart import rates_chart
from tests.journeys import journeys

TOKYO = ZoneInfo("Asia/Tokyo")
FUNNEL = {"steps": [{"event": "a"}, {"event": "b"}], "within": "1h"}


def noted(tmp_path, *annotations: tuple[datetime, str]) -> list[tuple[str, str]]:
    """(bucket, text) of what is drawn beside the points."""
    with journeys(tmp_path, {"ann": ["a 10:00:00", "b 10:00:05"], "bob": ["a 10:00:00"]}) as store:
        found = answer(store, TrendQuery.model_validate({"funnel": FUNNEL}))
    drawn = rates_chart(found, "en", annotations).to_dict()["datasets"].values()
    return [(row["start"], row["told"]) for rows in drawn for row in rows if "text" in row]


def day(store_day: str, hour: int) -> datetime:
    return datetime.fromisoformat(store_day).replace(hour=hour, tzinfo=TOKYO)


@pytest.fixture
def only_day(tmp_path) -> str:
    with journeys(tmp_path / "first", {"ann": ["a 10:00:00", "b 10:00:05"]}) as store:
        (bucket,) = answer(store, TrendQuery.model_validate({"funnel": FUNNEL})).buckets
    assert bucket.start is not None
    return bucket.start.strftime("%Y-%m-%d")


def test_an_annotation_stands_at_the_day_it_falls_into(tmp_path, only_day):
    assert noted(tmp_path, (day(only_day, 23), "release 2.3")) == [(only_day, "release 2.3")]


def test_what_happened_before_the_first_or_after_the_last_day_is_not_drawn(tmp_path, only_day):
    before = datetime(2000, 1, 1, tzinfo=TOKYO)
    after = datetime(2100, 1, 1, tzinfo=TOKYO)
    assert noted(tmp_path, (before, "old"), (after, "new")) == []


def test_a_long_text_is_drawn_whole(tmp_path, only_day):
    text = "初夏のキャンペーンを開始しましたので通知の文面も変わりました"
    assert noted(tmp_path, (day(only_day, 1), text)) == [(only_day, text)]
