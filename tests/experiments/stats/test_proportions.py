"""Shares, their differences and ratios, against the papers, statsmodels and scipy."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from experiments.stats import proportions
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.samples import Count
from tests.experiments.stats.counts import counts


# Newcombe (1998), Statistics in Medicine 17:857-872, Table I, method 3 (score, no continuity correction).
@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_reproduces_newcombes_table(hits, n, low, high):
    found = proportions.rate(Count(n, hits))
    assert found.value == hits / n
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (low, high)


@given(counts(), st.sampled_from([0.8, 0.9, 0.95, 0.999]))
def test_wilson_equals_statsmodels(count, level):
    found = proportions.rate(count, level)
    low, high = proportion_confint(count.hits, count.n, alpha=1 - level, method="wilson")
    assert found.interval.low == pytest.approx(low, abs=1e-12)
    assert found.interval.high == pytest.approx(high, abs=1e-12)
    assert 0 <= found.interval.low <= found.value <= found.interval.high <= 1


def test_wilson_touches_the_wall_exactly():
    assert proportions.rate(Count(37, 0)).interval.low == 0.0
    assert proportions.rate(Count(37, 37)).interval.high == 1.0


# Newcombe (1998), Statistics in Medicine 17:873-890, Table II, method 10: the eight pairs (a) to (h).
@pytest.mark.parametrize(
    ("treatment", "control", "low", "high"),
    [
        ((70, 56), (80, 48), 0.0524, 0.3339),
        ((10, 9), (10, 3), 0.1705, 0.8090),
        ((7, 6), (7, 2), 0.0582, 0.8062),
        ((56, 5), (29, 0), -0.0381, 0.1926),
        ((10, 0), (20, 0), -0.1611, 0.2775),
        ((10, 0), (10, 0), -0.2775, 0.2775),
        ((10, 10), (20, 0), 0.6791, 1.0),
        ((10, 10), (10, 0), 0.6075, 1.0),
    ],
)
def test_the_difference_reproduces_newcombes_table(treatment, control, low, high):
    found = proportions.difference(Count(*control), Count(*treatment))
    assert (found.scale, found.method) == ("absolute", "newcombe")
    assert found.value == pytest.approx(treatment[1] / treatment[0] - control[1] / control[0], abs=1e-15)
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (low, high)


@given(counts(), counts(), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_difference_equals_statsmodels(control, treatment, level):
    found = proportions.difference(control, treatment, level)
    low, high = confint_proportions_2indep(
        treatment.hits, treatment.n, control.hits, control.n, method="newcomb", alpha=1 - level
    )
    assert found.interval.low == pytest.approx(low, abs=1e-12)
    assert found.interval.high == pytest.approx(high, abs=1e-12)


@given(counts(), counts())
@example(Count(1, 0), Count(1, 1))
@example(Count(5000, 0), Count(5000, 5000))
def test_the_p_value_is_where_the_interval_begins_to_exclude_zero(control, treatment):
    p_value = proportions.difference(control, treatment).p_value
    if p_value == 1.0:
        assert control.hits * treatment.n == treatment.hits * control.n
        return
    assume(1e-12 < p_value < 0.999)
    wider = proportions.difference(control, treatment, 1 - p_value * 0.98).interval
    narrower = proportions.difference(control, treatment, 1 - min(p_value * 1.02, 0.9995)).interval
    assert wider.contains(0.0)
    assert not narrower.contains(0.0)


def test_the_p_value_is_near_the_pooled_score_test_when_there_are_many_units():
    # R: prop.test(c(560, 480), c(7000, 7000), correct = FALSE) gives X-squared = 6.6477, p-value = 0.009929.
    found = proportions.difference(Count(7000, 480), Count(7000, 560))
    assert found.p_value == pytest.approx(0.009929, rel=0.02)


@given(counts(), counts())
def test_swapping_the_arms_mirrors_the_difference(one, other):
    there, back = proportions.difference(one, other), proportions.difference(other, one)
    assert back.value == pytest.approx(-there.value, abs=1e-15)
    assert back.interval.low == pytest.approx(-there.interval.high, abs=1e-14)
    assert back.interval.high == pytest.approx(-there.interval.low, abs=1e-14)
    assert back.p_value == pytest.approx(there.p_value, rel=1e-9)


def test_a_coefficient_moves_the_hypothesis():
    # treatment − 0.99 · control > 0 is "no more than 1 % of control lost"; equal huge arms lose nothing.
    arm = Count(1_000_000, 300_000)
    assert proportions.difference(arm, arm, coefficient=0.99).value == pytest.approx(0.003)
    assert proportions.difference(arm, arm, coefficient=0.99).interval.low > 0
    assert proportions.difference(arm, arm, coefficient=0.999).interval.low < 0


def test_arms_without_units_have_no_rate_and_no_difference():
    assert proportions.rate(Count(0, 0)).code == "no_units"
    assert proportions.difference(Count(0, 0), Count(1, 1)).code == "no_units"
    assert proportions.difference(Count(1, 1), Count(0, 0)).code == "no_units"


@given(counts(most=50), counts(most=50))
def test_even_single_units_and_walls_give_finite_answers(control, treatment):
    for found in (
        proportions.rate(control),
        proportions.difference(control, treatment),
        proportions.relative_difference(control, treatment),
        proportions.delta_ratio(control, treatment),
        proportions.log_ratio(control, treatment),
    ):
        assert isinstance(found, Effect | Estimate | NoEffect)
        if not isinstance(found, NoEffect):
            assert math.isfinite(found.value)


def test_two_tactics_that_add_up_have_no_interaction():
    # 10 % with neither, +2 and +3 points alone, +5 together; and +4 together, a loss of one point.
    arms = [Count(20_000, 2_000), Count(20_000, 2_400), Count(20_000, 2_600)]
    adds_up = proportions.interaction(*arms, Count(20_000, 3_000))
    cannibalises = proportions.interaction(*arms, Count(20_000, 2_800))
    assert adds_up.value == pytest.approx(0.0, abs=1e-12)
    assert adds_up.interval.contains(0.0)
    assert adds_up.p_value > 0.99
    assert cannibalises.value == pytest.approx(-0.01)


@given(counts(), counts(), counts(), counts())
def test_the_interaction_follows_zou_and_donner(neither, first, second, both):
    """Oracle: L = D − √Σ d² over statsmodels' Wilson limits, d by each arm's sign (Zou & Donner 2008, eq. 8)."""
    found = proportions.interaction(neither, first, second, both)
    below, above = [], []
    for sign, arm in ((1, both), (-1, first), (-1, second), (1, neither)):
        low, high = proportion_confint(arm.hits, arm.n, method="wilson")
        share = arm.hits / arm.n
        below.append(share - low if sign > 0 else high - share)
        above.append(high - share if sign > 0 else share - low)
    value = both.hits / both.n - first.hits / first.n - second.hits / second.n + neither.hits / neither.n
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.interval.low == pytest.approx(value - np.linalg.norm(below), abs=1e-9)
    assert found.interval.high == pytest.approx(value + np.linalg.norm(above), abs=1e-9)


def test_an_empty_cell_has_no_interaction():
    arm = Count(10, 5)
    for cell in range(4):
        cells = [Count(0, 0) if place == cell else arm for place in range(4)]
        assert proportions.interaction(*cells).code == "no_units"


def test_four_wordings_of_a_real_prompt():
    # English Wikipedia, "would this article be relevant for …?", August 2017: answered / shown by wording.
    wordings = [Count(2091, 520), Count(1980, 476), Count(2003, 467), Count(2036, 430)]
    found = proportions.independence(wordings)
    assert (round(found.statistic, 3), found.freedom, round(found.p_value, 4)) == (8.882, 3, 0.0309)


@given(st.lists(counts(), min_size=2, max_size=6))
def test_independence_equals_scipy(arms):
    found = proportions.independence(arms)
    if isinstance(found, NoEffect):
        assert sum(arm.hits for arm in arms) in (0, sum(arm.n for arm in arms))
        return
    table = [[arm.hits, arm.n - arm.hits] for arm in arms]
    theirs = chi2_contingency(table, correction=False)
    assert found.statistic == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-9)
    assert found.freedom == theirs.dof
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-8, abs=1e-12)


def test_independence_needs_two_arms_with_units():
    with pytest.raises(ValueError, match="`counts` is 1 arms; must be two or more"):
        proportions.independence([Count(10, 1)])
    assert proportions.independence([Count(10, 1), Count(0, 0)]).code == "no_units"
