"""Laws of the answer over random worlds, against the same figures reckoned person by person in fractions."""

import tempfile
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.time_to_tap import TapsQuery, answer
from tests.analysis.suggestions import exposed, impression, landed, much_later

TIMES = (0, 250, 1000, 1999, 2000, 3000)

_IMPRESSIONS = st.lists(
    st.tuples(
        st.sampled_from("abcdefghij"),  # person
        st.sampled_from([2000, 3000]),  # display limit
        st.sampled_from(["tap", "tap", "dismiss", "leave", "expired", None]),
        st.sampled_from([0, 100, 250, 999, 1000, 1999, 2000, 2100, 2250, 2251, 2900]),
        st.integers(0, 40),  # shown so many seconds into the story, which ends at 42 s or with a later ending
    ),
    min_size=1,
    max_size=60,
)


def _fates(stories, *, first_only):
    """(fate, ms) of each impression by the rules of the product, one impression after the other."""
    ordered = sorted(enumerate(stories), key=lambda entry: (entry[1][4], entry[0]))
    ends_at = max(
        42_000, *(shown_s * 1000 + ms for _, _, cause, ms, shown_s in stories if cause is not None), 0
    )
    seen, fates = set(), []
    for _, (person, limit, cause, ms, shown_s) in ordered:
        if first_only and person in seen:
            continue
        seen.add(person)
        watched = ends_at - shown_s * 1000
        if cause in ("tap", "dismiss", "leave") and ms > limit + 250:
            cause = None
        if cause is None:
            fates.append((("open", watched) if watched < limit else ("lost", None), limit))
        else:
            fates.append(((cause, limit if cause == "expired" else min(ms, limit)), limit))
    return fates


def _aalen_johansen(fates, cause, until):
    """F(t) = sum over event times of S(s-) d_cause / Y, in exact fractions."""
    known = [fate for fate in fates if fate[1] is not None]
    share, staying = Fraction(0), Fraction(1)
    for time in sorted({ms for _, ms in known if ms <= until}):
        at_risk = sum(ms >= time for _, ms in known)
        ended = Counter(fate for fate, ms in known if ms == time and fate in ("tap", "dismiss", "leave"))
        share += staying * Fraction(ended[cause], at_risk)
        staying *= 1 - Fraction(ended.total(), at_risk)
    return share


@settings(max_examples=12, deadline=None)
@given(stories=_IMPRESSIONS, first_only=st.booleans())
def test_every_figure_is_the_one_reckoned_person_by_person(stories, first_only):
    lines = [
        line
        for person, limit, cause, ms, shown_s in stories
        for line in impression(person, cause, ms, after_s=shown_s, limit=limit)
    ]
    # of two impressions of one person at one instant the smaller event_id comes first, so keep the order written
    for place, line in enumerate(lines):
        line["event_id"] = f"e{place:05}"
        if not line["event"].endswith("shown"):
            line["event_id"] = f"f{place:05}"
    with tempfile.TemporaryDirectory() as folder:
        store = landed(Path(folder), lines, much_later(seconds=42))
        shown = "first" if first_only else "all"
        (arm,) = answer(store, TapsQuery(impressions=shown, at_ms=TIMES)).arms
        by_limit = answer(store, TapsQuery(impressions=shown, by="display_ms")).arms
        store.close()
    fates = _fates(stories, first_only=first_only)
    ends = [fate for fate, _ in fates]
    assert {o.fate: o.n for o in arm.outcomes if o.n} == dict(Counter(fate for fate, _ in ends))
    assert {int(each.name): each.n for each in by_limit} == dict(Counter(limit for _, limit in fates))
    timed = [fate for fate in ends if fate[1] is not None]
    assert sum(b.tap + b.dismiss + b.leave for b in arm.bins) + arm.later == sum(
        fate in ("tap", "dismiss", "leave") for fate, _ in timed)  # fmt: skip
    if not timed:
        assert arm.curves.code == "taps.all_lost"
        return
    assert sum(b.watched_s for b in arm.bins) == pytest.approx(
        sum(min(ms, arm.limit_ms) for _, ms in timed) / 1000
    )
    for entry in arm.curves.readings:
        if entry.bounds is None:
            assert max(ms for _, ms in timed) < entry.ms
            continue
        for cause in ("tap", "dismiss", "leave"):
            said = getattr(entry.point, cause).value
            assert said == pytest.approx(float(_aalen_johansen(timed, cause, entry.ms)), abs=1e-12)
        low, high = entry.bounds
        assert low <= entry.point.tap.value + 1e-12
        assert entry.point.tap.value <= high + 1e-12


def test_in_a_world_where_most_people_dismiss_the_shares_add_to_one_at_every_point(tmp_path):
    draw = np.random.default_rng(5)
    stories = []
    for person in range(3000):
        seconds = draw.exponential((9.0, 0.8, 4.0))
        cause = int(seconds.argmin())
        ms, limit = float(round(seconds.min() * 1000, 3)), int(draw.choice([2000, 4000, 8000]))
        ended = ("tap", "dismiss", "leave")[cause], ms
        arm = exposed(f"p{person}", "control" if limit == 4000 else "other")
        stories.append(arm + impression(f"p{person}", *(ended if ms <= limit else ("expired", limit)),
                                        after_s=1 + person, limit=limit))  # fmt: skip
    found = answer(landed(tmp_path, *stories, much_later()), TapsQuery(experiment="display"))
    for arm in found.arms:
        assert len(arm.curves.points) > 100
        for point in arm.curves.points:
            total = point.tap.value + point.dismiss.value + point.leave.value + point.none
            assert abs(total - 1) < 1e-12, point.ms
        # 1 - Kaplan-Meier of taps with dismissals censored would be far larger than the share who tap
        assert arm.curves.points[-1].tap.value < 0.12
        for earlier, later in zip(arm.curves.points, arm.curves.points[1:], strict=False):
            assert earlier.tap.value <= later.tap.value
            assert earlier.at_risk >= later.at_risk
            assert later.tap.interval.low <= later.tap.value <= later.tap.interval.high


def test_the_difference_over_own_display_times_is_that_of_plain_shares_when_nobody_is_censored(tmp_path):
    draw = np.random.default_rng(11)
    stories, taps, shown = [], Counter(), Counter()
    for person in range(600):
        arm, limit = ("control", 4000) if person % 2 else ("8s", 8000)
        ms = float(draw.integers(100, 12_000))
        tapped = ms <= limit
        taps[arm] += tapped
        shown[arm] += 1
        ended = ("tap", ms) if tapped else ("expired", limit)
        stories.append(exposed(f"p{person}", arm) + impression(f"p{person}", *ended, after_s=1, limit=limit))
    found = answer(landed(tmp_path, *stories, much_later()), TapsQuery(experiment="display"))
    own = next(d for d in found.differences if d.scope == "own_limit")
    assert own.effect.value == pytest.approx(
        taps["8s"] / shown["8s"] - taps["control"] / shown["control"], abs=1e-12
    )
