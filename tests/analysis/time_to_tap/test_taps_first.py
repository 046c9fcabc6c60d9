"""Which impression of a person is the first of a selection, and the arms by language and by how often it was seen."""

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.outcomes import Selection, outcomes
from tests.analysis.suggestions import START, exposed, impression, landed, much_later

_STORIES = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["ios", "android"]), st.integers(1, 30)),
    min_size=1,
    max_size=24,
    unique_by=lambda story: (
        story[0],
        story[2],
    ),  # of one person at one instant nobody can say which came first
)
_EXPOSED = st.dictionaries(
    st.sampled_from("abcd"), st.tuples(st.integers(0, 30), st.sampled_from(["control", "other"]))
)


def _write(folder: Path, stories, exposures):
    lines = [
        line for person, (second, arm) in exposures.items() for line in exposed(person, arm, after_s=second)
    ]
    for person, platform, second in stories:
        lines += impression(person, "tap", 500 + second, after_s=second, platform=platform)
    return landed(folder, lines, much_later(seconds=60))


def _first(stories, kept):
    """(ms of the tap) of the earliest kept impression of every person."""
    seen: dict[str, int] = {}
    for person, platform, second in sorted(stories, key=lambda story: story[2]):
        if kept(person, platform, second):
            seen.setdefault(person, second)
    return Counter(500 + second for second in seen.values())


@settings(max_examples=8, deadline=None)
@given(_STORIES, _EXPOSED, st.integers(0, 30), st.integers(1, 31))
def test_the_first_impression_is_the_earliest_that_the_selection_keeps(stories, exposures, begin, end):
    start = START + timedelta(seconds=begin)
    until = START + timedelta(seconds=end)
    with tempfile.TemporaryDirectory() as folder:
        store = _write(Path(folder), stories, exposures)
        last = store.observed_until()
        assert last is not None

        def said(**asked):
            fates = outcomes(store, Selection(**asked), last).fates
            return Counter({row.ms: row.n for row in fates}) if fates else Counter()

        def total(**asked):
            found = Counter()
            for row in outcomes(store, Selection(**asked), last).fates:
                found[row.ms] += row.n
            return found

        assert said() == _first(stories, lambda *_: True)
        assert said(**{"from": start}) == _first(stories, lambda p, o, s: s >= begin)
        if begin < end:
            assert said(**{"from": start, "to": until}) == _first(stories, lambda p, o, s: begin <= s < end)
        assert said(platform="ios", **{"from": start}) == _first(
            stories, lambda p, o, s: o == "ios" and s >= begin
        )

        def in_experiment(person, platform, second):
            return person in exposures and second >= exposures[person][0]

        assert total(experiment="display") == _first(stories, in_experiment)
        assert total(experiment="display", **{"from": start}) == _first(
            stories, lambda p, o, s: in_experiment(p, o, s) and s >= begin
        )
        store.close()


def test_arms_by_how_often_a_person_has_seen_it(tmp_path):
    stories = [impression("ann", "tap", 500, after_s=second) for second in (1, 9, 17, 25, 33)]
    store = landed(tmp_path, *stories, impression("ben", "dismiss", 700, after_s=2), much_later())
    last = store.observed_until()
    assert last is not None
    found = outcomes(store, Selection(by="nth", impressions="all"), last)
    assert [(row.arm, row.fate, row.n) for row in found.fates] == [
        ("1", "dismiss", 1), ("1", "tap", 1), ("2", "tap", 1), ("3", "tap", 1), ("4+", "tap", 2)]  # fmt: skip


@pytest.mark.parametrize("shown", ["first", "all"])
def test_arms_by_the_language_of_the_words(tmp_path, shown):
    told = [("ann", "ja"), ("ben", "en"), ("cleo", None)]
    lines = []
    for person, language in told:
        mine = impression(person, "tap", 500, after_s=1)
        mine[0]["properties"] |= {} if language is None else {"language": language}
        lines += mine
    store = landed(tmp_path, lines, much_later())
    last = store.observed_until()
    assert last is not None
    found = outcomes(store, Selection(by="language", impressions=shown), last)
    assert [(row.arm, row.n) for row in found.fates] == [("en", 1), ("ja", 1), (None, 1)]


def test_arms_by_whether_the_platform_asks_for_longer_than_the_display_time(tmp_path):
    """Android's getRecommendedTimeoutMillis(4000, ...) gives 4000 to most, and more to whoever has asked for it."""
    told = [("ann", 4000), ("ben", 30_000), ("cleo", None), ("dora", 4001), ("eve", 0)]
    lines = []
    for person, timeout in told:
        mine = impression(person, "tap", 500, after_s=1)
        mine[0]["properties"] |= {} if timeout is None else {"recommended_timeout_ms": timeout}
        lines += mine
    with landed(tmp_path, lines, impression("finn", "tap", 9, limit=None), much_later()) as store:
        found = outcomes(store, Selection(by="timeout"), store.observed_until())
    assert sorted((row.arm or "unknown", row.n) for row in found.fates if row.limit_ms) == [
        (">N", 2), ("unknown", 2), ("≤N", 1),
    ]  # fmt: skip
    assert sum(row.n for row in found.fates if row.arm is None) == 3
