"""Two sides of a funnel compared: over all who entered, over windows that are over, with intervals that know persons."""

import json
import tempfile
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import words
from analysis.contrast import ContrastQuery, answer, to_json
from analysis.contrast.chart import chart
from analysis.contrast.rows import plain_rows, rows
from analysis.contrast.sentences import notes, sentence
from analysis.funnel import FunnelQuery
from analysis.funnel import answer as funnel_answer
from analysis.trend import TrendQuery
from analysis.trend import answer as trend_answer
from experiments.stats import proportions
from experiments.stats.clusters import Clusters, difference
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.multiplicity import holm
from experiments.stats.samples import Count
from tests.analysis.suggestions import at, event, landed

NAMES = ("opened", "took", "listed")
STEPS = [{"event": name} for name in NAMES]
HOUR, DAY = 3600, 86_400


def person(name, begin, reach, *, wait=60, **facts):
    """Opens at `begin` and goes on every `wait` seconds until so many steps are done."""
    return [event(NAMES[k], name, begin + k * wait, **facts) for k in range(reach)]


def asked(folder, *stories, against, end=60 * DAY, ask=answer, **keys):
    funnel = {"within": "1d", "steps": STEPS, "timezone": "UTC", **keys}
    store = landed(folder, *stories, [event("seen", "nobody", end)])
    try:
        query = {"funnel": funnel, "against": against}
        return ask(
            store, ContrastQuery.model_validate_json(json.dumps(query, default=lambda one: one.isoformat()))
        )
    finally:
        store.close()


def week(first, last):
    return {"from": at(first * DAY), "to": at(last * DAY)}


def reached(side):
    return [one.units for one in side.steps]


def test_a_week_against_the_week_before(tmp_path):
    """20 people a week; 5 list in the first, 12 in the second. All are different people: Newcombe, and Holm over both steps."""
    old = [person(f"old{k}", 2 * DAY, 3 if k < 5 else 2) for k in range(20)]
    new = [person(f"new{k}", 9 * DAY, 3 if k < 12 else 1) for k in range(20)]
    found = asked(tmp_path, *old, *new, against={"previous": True}, **week(7, 14))
    this, other = found.sides
    assert (this.start, this.end, other.start, other.end) == (at(7 * DAY), at(14 * DAY), at(0), at(7 * DAY))
    assert (reached(this), reached(other)) == ([20, 12, 12], [20, 20, 5])
    assert [[one.from_previous for one in side.steps] for side in (this, other)] == [
        [1, 0.6, 1],
        [1, 1, 0.25],
    ]
    known = [
        proportions.difference(Count(20, 20), Count(20, 12)),
        proportions.difference(Count(20, 5), Count(20, 12)),
    ]
    assert [one.absolute for one in found.differences] == known
    assert [one.p_adjusted for one in found.differences] == list(holm([one.p_value for one in known]))
    assert found.differences[1].relative == proportions.relative_difference(Count(20, 5), Count(20, 12))
    assert not found.clustered
    assert to_json(found)["differences"][1]["absolute"]["value"] == pytest.approx(0.35)


def test_a_young_period_is_not_held_against_one_that_had_more_time(tmp_path):
    """All list 12 h after opening. Those of the last hours had no time to: they are left out and counted."""
    old = [person(f"old{k}", 0, 3, wait=6 * HOUR) for k in range(8)]
    new = [person(f"new{k}", 2 * DAY, 3, wait=6 * HOUR) for k in range(6)]
    young = [person(f"young{k}", 3 * DAY + 23 * HOUR, 1) for k in range(4)]
    found = asked(tmp_path, *old, *new, *young, against={"previous": True}, end=4 * DAY, **week(2, 4))
    this, other = found.sides
    assert (this.entered, this.young, other.entered, other.young) == (6, 4, 8, 0)
    assert this.end == at(3 * DAY) + timedelta(microseconds=1)
    assert [one.absolute.value for one in found.differences] == [0, 0]
    assert any("4 people" in line for line in notes(found, "en"))
    assert (other.corrected, this.corrected.value) == (None, 1)
    assert sum("Kaplan–Meier" in line for line in notes(found, "en")) == 1
    funnel = {"within": "1d", "steps": STEPS, "timezone": "UTC", "from": at(2 * DAY), "to": at(4 * DAY)}
    (tmp_path / "trend").mkdir()
    store = landed(tmp_path / "trend", *old, *new, *young, [event("seen", "nobody", 4 * DAY)])
    assert (
        this.corrected == trend_answer(store, TrendQuery.model_validate({"funnel": funnel})).overall.corrected
    )
    store.close()
    assert (this.corrected.n, this.corrected.interval.low < 1) == (10, True)


def test_a_person_with_an_old_and_a_young_entry_counts_with_the_old_one(tmp_path):
    """The young entry got further; taking it would favour whoever was quick."""
    lines = [*person("ann", 0, 1), *person("ann", 3 * DAY - HOUR, 3)]
    found = asked(
        tmp_path,
        lines,
        person("ben", 0, 2),
        against={"where": {}, "where_other": {"platform": "ios"}},
        end=3 * DAY,
    )
    assert reached(found.sides[0]) == [2, 1, 0]
    assert (found.sides[0].young, found.sides[1].entered) == (0, 0)


def test_who_came_in_both_periods_is_known_to_be_one_person(tmp_path):
    """10 people, each in both weeks and alike: between the weeks there is no difference, and little doubt about it."""
    both = [
        line
        for k in range(10)
        for start in (1, 8)
        for line in person(f"p{k}", start * DAY, 3 if k < 4 else 2)
    ]
    found = asked(tmp_path, both, against={"previous": True}, **week(7, 14))
    last = found.differences[-1].absolute
    sides = [Clusters(np.ones(10, np.int64), np.array([1] * 4 + [0] * 6)) for _ in range(2)]
    assert found.clustered
    assert last == difference(*sides)
    assert last.method == "newcombe_clustered"
    blind = proportions.difference(Count(10, 4), Count(10, 4)).interval
    assert last.interval.high < 0.2 * blind.high


def test_attempts_of_one_person_are_not_independent(tmp_path):
    """Android people try 4 times each and always do the same; as attempts they would be four times as many."""
    lines, shares = [], []
    for k in range(24):
        android = k % 2 == 0
        hit = (k // 2) % 3 == 0 if android else (k // 2) % 3 != 0
        shares.append((android, hit))
        for attempt in range(4):
            for line in person(
                f"p{k}", attempt * HOUR, 3 if hit else 1, platform="android" if android else "ios"
            ):
                line["attempt_id"] = f"a{k}-{attempt}"
                lines += [line]
    found = asked(
        tmp_path,
        lines,
        against={"where": {"platform": "android"}, "where_other": {"platform": "ios"}},
        unit="attempt",
    )
    this, other = found.sides
    assert (this.entered, this.persons, other.entered, other.persons) == (48, 12, 48, 12)
    assert (this.name, other.name) == ("platform = android", "platform = ios")
    assert found.clustered
    android = Clusters(np.array([4 * a for a, _ in shares]), np.array([4 * (a and h) for a, h in shares]))
    ios = Clusters(
        np.array([4 * (not a) for a, _ in shares]), np.array([4 * (not a and h) for a, h in shares])
    )
    assert found.differences[-1].absolute == difference(ios, android)
    blind = proportions.difference(Count(48, 32), Count(48, 16)).p_value
    assert blind < 0.01 < 0.05 < found.differences[-1].absolute.p_value


def test_groups_of_the_breakdown_against_each_other_and_against_everybody_else(tmp_path):
    people = [
        person(f"p{k}", k * HOUR, reach, device=device)
        for k, (device, reach) in enumerate(
            [("a", 3)] * 6 + [("a", 1)] * 2 + [("b", 3)] * 2 + [("b", 2)] * 4 + [(None, 2)] * 3
        )
    ]
    by = {"breakdown": {"by": ["device"]}}
    two = asked(tmp_path, *people, against={"group": ["a"], "group_other": ["b"]}, **by)
    assert [(side.name, side.entered) for side in two.sides] == [("a", 8), ("b", 6)]
    assert two.differences[-1].absolute == proportions.difference(Count(6, 2), Count(8, 6))
    (tmp_path / "every").mkdir()
    every = asked(tmp_path / "every", *people, against={"every_group": True}, **by)
    assert [(side.key, side.name, side.entered) for side in every.sides] == [
        ("group", "a", 8), ("others", "", 9), ("group", "b", 6), ("others", "", 11), ("missing", "", 3), ("others", "", 14)
    ]  # fmt: skip
    last = {found.side: found for found in every.differences if found.step == 3}
    assert last[0].absolute == proportions.difference(Count(9, 2), Count(8, 6))
    assert last[4].absolute == proportions.difference(Count(14, 8), Count(3, 0))
    raw = [found.absolute.p_value for found in every.differences]
    assert [found.p_adjusted for found in every.differences] == list(holm(raw))
    assert len(raw) == 6
    (tmp_path / "none").mkdir()
    with pytest.raises(ValueError, match="group"):
        asked(tmp_path / "none", *people, against={"group": ["a"], "group_other": ["z"]}, **by)


def test_another_event_in_the_place_of_a_step(tmp_path):
    """Of 12 who opened 6 took; 8 scanned, 4 of them took as well; who scanned listed in 8 cases, who took in 5."""
    lines = []
    for k in range(12):
        lines += person(f"p{k}", 0, 1)
        lines += [event("took", f"p{k}", 60)] * (k < 6)
        lines += [event("scanned", f"p{k}", 90)] * (2 <= k < 10)
        lines += [event("listed", f"p{k}", 120)] * (1 <= k < 10)
    found = asked(tmp_path, lines, against={"step": 2, "events": ["scanned"]})
    assert [(side.key, side.name) for side in found.sides] == [("definition", "took"), ("event", "scanned")]
    assert [reached(side) for side in found.sides] == [[12, 6, 5], [12, 8, 8]]
    assert [(one.side, one.other, one.step) for one in found.differences] == [(1, 0, 2), (1, 0, 3)]
    assert found.shared == 4
    assert found.clustered
    whole = np.ones(12, np.int64)
    took, scanned = (np.array([1 * (a <= k < b) for k in range(12)]) for a, b in ((1, 6), (2, 10)))
    assert found.differences[1].absolute == difference(Clusters(whole, took), Clusters(whole, scanned))


def test_two_periods_by_their_dates_and_chains_of_one_person(tmp_path):
    lines = [
        line
        for k in range(6)
        for start in (0, 2, 4, 10, 12)
        for line in person(f"p{k}", start * DAY, 3 if k + start < 8 else 2)
    ]
    found = asked(tmp_path, lines, against=week(0, 7), count="chains", **week(7, 14))
    assert [side.entered for side in found.sides] == [12, 18]
    assert [side.persons for side in found.sides] == [6, 6]
    assert [side.key for side in found.sides] == ["this", "period"]
    assert found.clustered


def test_nobody_and_nothing_to_divide_by_are_said(tmp_path):
    found = asked(tmp_path, against={"previous": True}, **week(7, 14))
    assert found.cannot_say.code == "contrast_nobody"
    assert all(isinstance(one.absolute, NoEffect) and one.p_adjusted is None for one in found.differences)
    assert sentence(found, "en") == found.cannot_say.sentence
    (tmp_path / "young").mkdir()
    young = asked(tmp_path / "young", person("ann", 0, 3), against={"where": {}, "where_other": {}}, end=HOUR)
    assert (young.cannot_say.code, young.sides[0].young) == ("contrast_nobody", 1)


@pytest.mark.parametrize("lang", words.LANGS)
def test_pictures_rows_and_sentences_in_both_languages(tmp_path, lang):
    people = [person(f"p{k}", k * HOUR, 3 if k % 3 else 1, device="ab"[k % 2]) for k in range(40)]
    by = {"breakdown": {"by": ["device"]}}
    found = asked(tmp_path, *people, against={"every_group": True}, **by)
    drawn = chart(found, lang).to_dict()
    assert len(next(rows for rows in drawn["datasets"].values() if len(rows) > 1)) == len(found.differences)
    assert len(rows(found, lang)) == len(found.differences) == 4
    plain = plain_rows(found)
    assert list(plain["units"]) == [one.units for side in found.sides for one in side.steps]
    assert plain["difference"].notna().sum() == len(found.differences)
    assert "a" in sentence(found, lang)
    assert len(notes(found, lang)) >= 4
    (tmp_path / "none").mkdir()
    nobody = asked(tmp_path / "none", against={"every_group": True}, **by)
    assert chart(nobody, lang).to_dict()
    assert rows(nobody, lang).empty
    assert plain_rows(nobody).empty


@pytest.mark.parametrize(
    ("against", "funnel", "named"),
    [
        ({}, {}, "against"),
        ({"previous": True, "every_group": True}, {}, "against"),
        ({"where": {"a": 1}}, {}, "against"),
        ({"previous": True}, {}, "previous"),
        ({"previous": True}, {"from": at(0).isoformat()}, "previous"),
        ({"from": at(9).isoformat(), "to": at(3).isoformat()}, {}, "from"),
        ({"where": {"device": "a"}, "where_other": {}}, {"where": {"device": "b"}}, "where"),
        ({"every_group": True}, {}, "breakdown"),
        ({"every_group": True}, {"breakdown": {"by": ["device"], "attribution": "all_events"}}, "breakdown"),
        ({"group": ["a"], "group_other": ["a"]}, {"breakdown": {"by": ["device"]}}, "group_other"),
        ({"group": ["a", "b"], "group_other": ["c"]}, {"breakdown": {"by": ["device"]}}, "group"),
        ({"step": 4, "events": ["x"]}, {}, "step"),
        ({"step": 2, "events": ["took"]}, {}, "events"),
        ({"step": 2, "events": ["x", "x"]}, {}, "events"),
        ({"step": 2, "events": ["x"]}, {"order": "unordered"}, "step"),
        ({"where": {}, "where_other": {}}, {"steps": STEPS[:1]}, "steps"),
        (
            {"every_group": True},
            {
                "breakdown": {"by": ["device"]},
                "steps": [STEPS[0], {"event": "took", "absent_in": ["a"]}, STEPS[2]],
            },
            "absent_in",
        ),
        ({"weird": 1}, {}, "weird"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(against, funnel, named):
    with pytest.raises(ValueError, match=f"`{named}`"):
        ContrastQuery.model_validate({"funnel": {"steps": STEPS, **funnel}, "against": against})


_PEOPLE = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 3), st.sampled_from("abc")), min_size=1, max_size=25
)


@settings(max_examples=15, deadline=None)
@given(people=_PEOPLE, order=st.sampled_from(["ordered", "strict", "unordered", "optional"]))
def test_sides_are_the_funnels_own_counts_of_each_period(people, order):
    """Both sides, asked one by one of the funnel room; groups and the rest of them sum to all."""
    stories = [
        person(f"p{n}", day * DAY, reach, device=device) for n, (day, reach, device) in enumerate(people)
    ]
    with tempfile.TemporaryDirectory() as folder:
        store = landed(Path(folder), *stories, [event("seen", "nobody", 60 * DAY)])
        whole = {"within": "1d", "steps": STEPS, "order": order, "breakdown": {"by": ["device"]}}
        if order == "optional":
            optional = [STEPS[0], {**STEPS[1], "optional": True}, STEPS[2]]
            whole = {"within": "1d", "steps": optional, "breakdown": {"by": ["device"]}}
        later, earlier = (
            {**whole, **{k: v.isoformat() for k, v in week(*days).items()}} for days in ((10, 20), (0, 10))
        )
        two = answer(store, ContrastQuery.model_validate({"funnel": later, "against": {"previous": True}}))
        alone = [funnel_answer(store, FunnelQuery.model_validate(one)) for one in (later, earlier)]
        every = answer(
            store, ContrastQuery.model_validate({"funnel": whole, "against": {"every_group": True}})
        )
        store.close()
    assert [reached(side) for side in two.sides] == [[step.units for step in one.steps] for one in alone]
    assert [[one.name for one in side.steps] for side in two.sides] == [
        [s.name for s in one.steps] for one in alone
    ]
    assert [[one.from_previous for one in side.steps] for side in two.sides] == [
        [step.from_previous for step in one.steps] for one in alone
    ]
    for group, rest in zip(every.sides[::2], every.sides[1::2], strict=True):
        assert group.entered + rest.entered == len(people)
    for one in two.differences:
        this, other = (two.sides[place].steps[one.step - 1].units for place in (one.side, one.other))
        n, m = two.sides[one.side].entered, two.sides[one.other].entered
        if isinstance(one.absolute, Effect):
            assert one.absolute.value == pytest.approx(this / n - other / m)
        else:
            assert min(n, m) == 0
