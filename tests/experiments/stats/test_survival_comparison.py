"""Two curves compared at one moment."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import survival
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.proportions import difference
from experiments.stats.samples import Count, RiskTable
from tests.experiments.stats.endings import ENDINGS, table_of


@given(ENDINGS, ENDINGS, st.integers(0, 25))
def test_two_arms_compared_at_a_moment(control, treatment, ms):
    """Oracle: Zou & Donner (2008) by hand from the two printed intervals."""
    one, other = (survival.incidence(table_of(endings), "tap") for endings in (control, treatment))
    found = survival.difference_at(one, other, ms)
    if isinstance(found, NoEffect):
        assert ms > min(one.last_ms, other.last_ms)
        return
    c, t = one.at(ms), other.at(ms)
    below = math.hypot(t.value - t.interval.low, c.interval.high - c.value)
    above = math.hypot(t.interval.high - t.value, c.value - c.interval.low)
    assert found.value == pytest.approx(t.value - c.value, abs=1e-12)
    assert found.interval.low == pytest.approx(found.value - below, abs=1e-12)
    assert found.interval.high == pytest.approx(found.value + above, abs=1e-12)
    if 1e-9 < found.p_value < 0.999:
        again = survival.difference_at(one, other, ms, 1 - found.p_value)
        assert min(abs(again.interval.low), abs(again.interval.high)) == pytest.approx(0, abs=1e-6)


@given(ENDINGS, ENDINGS, st.integers(0, 25))
def test_the_ends_of_the_relative_difference_are_where_the_shifted_difference_touches_zero(
    control, treatment, ms
):
    one, other = (survival.incidence(table_of(endings), "tap") for endings in (control, treatment))
    found = survival.relative_difference_at(one, other, ms)
    if isinstance(found, NoEffect):
        silent = {
            "beyond_observation": ms > min(one.last_ms, other.last_ms),
            "ratio_without_hits": one.value[ms] == 0,
        }
        assert silent.get(found.code, one.low[ms] < 1e-15)
        return
    low, high = 1 + found.interval.low, 1 + found.interval.high
    assert found.value == pytest.approx(other.value[ms] / one.value[ms] - 1)
    assert found.p_value == survival.difference_at(one, other, ms).p_value
    assert survival.difference_at(one, other, ms, coefficient=high).interval.high == pytest.approx(
        0, abs=1e-9 * high
    )
    if other.low[ms] > 0:
        assert survival.difference_at(one, other, ms, coefficient=low).interval.low == pytest.approx(
            0, abs=1e-9
        )


def test_a_coefficient_moves_the_hypothesis():
    arm = survival.incidence(RiskTable.from_rows(["tap"], [(1, "tap", 30), (5, None, 70)], 5), "tap")
    assert survival.difference_at(arm, arm, 5, coefficient=0.9).value == pytest.approx(0.03)


def test_a_curve_without_censoring_and_a_share_tell_the_same_story():
    arms = [
        RiskTable.from_rows(["tap"], [(1, "tap", hits), (5, None, 1000 - hits)], 5) for hits in (100, 140)
    ]
    over_time = survival.difference_at(*(survival.incidence(arm, "tap") for arm in arms), 5)
    plain = difference(Count(1000, 100), Count(1000, 140))
    assert isinstance(over_time, Effect)
    assert over_time.value == pytest.approx(plain.value)
    assert over_time.interval.low == pytest.approx(plain.interval.low, abs=1e-3)
    assert over_time.p_value == pytest.approx(plain.p_value, rel=0.1)
