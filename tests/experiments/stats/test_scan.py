"""The scan for a stretch of days that lost more: equal to a slow reference, rarely wrong, and it sees what was planted."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.stats.effects import NoEffect
from experiments.stats.scan import LEAST_VARIANCE, Stretch, worst_stretch


def sharpest(n, lost):
    """The largest standardised score over all stretches of up to half the days, one stretch after the other."""
    total, share = sum(n), sum(lost) / sum(n)
    scores = []
    for first in range(len(n)):
        for last in range(first, min(first + len(n) // 2, len(n))):
            units, gone = sum(n[first : last + 1]), sum(lost[first : last + 1])
            spread = units * share * (1 - share) * (1 - units / total)
            if spread >= LEAST_VARIANCE:
                scores.append((gone - units * share) / math.sqrt(spread))
    return max(scores, default=None)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
        min_size=8,
        max_size=24,
    )
)
def test_the_sharpest_stretch_is_that_of_the_reference(days):
    n, lost = zip(*days, strict=True)
    expected, found = sharpest(n, lost), worst_stretch(n, lost)
    if expected is None:
        assert isinstance(found, NoEffect)
        return
    assert isinstance(found, Stretch)
    assert found.score == pytest.approx(expected, abs=1e-9)
    assert (found.n, found.lost) == (
        sum(n[found.first : found.last + 1]),
        sum(lost[found.first : found.last + 1]),
    )
    assert (found.n + found.others_n, found.lost + found.others_lost) == (sum(n), sum(lost))


def test_an_incident_that_came_and_went_is_found_with_its_days():
    rng = np.random.default_rng(5)
    hits, near = 0, 0
    for _ in range(20):
        n = rng.integers(20, 40, 90)
        rate = np.full(90, 0.4)
        first = int(rng.integers(20, 60))
        rate[first : first + 12] = 0.6
        found = worst_stretch(n, rng.binomial(n, rate))
        assert isinstance(found, Stretch)
        hits += found.p_value <= 0.05
        near += abs(found.first - first) <= 3 and abs(found.last - first - 11) <= 3
    assert hits >= 19
    assert near >= 16


@pytest.mark.parametrize("overdispersed", [False, True])
def test_days_without_an_incident_seldom_alarm(overdispersed):
    """Days of one rate, and days whose rates vary by themselves: at most 5 % alarm, but for the error of 200 worlds."""
    rng = np.random.default_rng(11)
    worlds, alarms = 200, 0
    for _ in range(worlds):
        n = rng.integers(15, 60, 40)
        rate = rng.beta(20, 30, 40) if overdispersed else np.full(40, 0.4)
        found = worst_stretch(n, rng.binomial(n, rate))
        assert isinstance(found, Stretch)
        alarms += found.p_value <= 0.05
    assert alarms / worlds <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / worlds)


def test_too_little_says_so_and_nonsense_is_refused():
    for n, lost in (([10] * 7, [5] * 7), ([1] * 8, [1] * 8), ([0] * 9, [0] * 9), ([50] * 9, [0] * 9)):
        found = worst_stretch(n, lost)
        assert isinstance(found, NoEffect)
        assert found.code == "scan_too_few"
    with pytest.raises(ValueError, match="must have as many"):
        worst_stretch([1, 2], [1])
    with pytest.raises(ValueError, match="more than `n`"):
        worst_stretch([1] * 8, [2] * 8)
