"""Adjustment where it can go wrong: collinear and constant covariates, too few units, extreme numbers, harm."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from experiments.stats import adjustment, covariates, means, ratios
from experiments.stats.effects import Effect, NoEffect, Shift
from experiments.stats.samples import Regression
from tests.experiments.stats.test_cuped import C, T, drawn, mean_of, ratio_of


def test_shards_by_unit_give_the_effect_of_all():
    arms = [drawn(1, 300), drawn(2, 200, 0.5)]
    whole = adjustment.shift(*map(ratio_of, arms))
    shards = [ratio_of(one[::2], C) + ratio_of(one[1::2], T) for one in arms]
    found = adjustment.shift(*shards)
    assert (found.value, found.variance) == pytest.approx((whole.value, whole.variance), rel=1e-10)


def test_covariates_that_say_nothing_of_their_own_change_nothing():
    """One told twice, one told in another unit, a constant, a constant as a database rounds it, their sum."""
    arms = [drawn(1, 300), drawn(2, 200, 0.5)]
    plain = adjustment.shift(*map(mean_of, arms))
    rng, wider = np.random.default_rng(0), []
    for one in arms:
        x, n = one[:, 2], len(one)
        rounded = 0.1 + 1e-17 * rng.integers(-1, 2, n)
        wider.append(np.column_stack([one, x, 1e8 * x, 1e-8 * x, np.full(n, 7.0), rounded, x + 7.0]))
    found = adjustment.shift(*map(mean_of, wider))
    assert (found.value, found.variance) == pytest.approx((plain.value, plain.variance), rel=1e-9)
    noisy = [
        Regression(300, 1, np.array([1.0, 0.1]), np.array([[300.0, 3e-16], [3e-16, 3e-34]])) for _ in range(2)
    ]
    assert not adjustment.coefficients(noisy).any()


def test_without_covariates_or_with_too_few_units_it_is_the_plain_comparison():
    bare = [Regression.from_rows(drawn(k, 30)[:, :1].copy()) for k in (1, 2)]
    assert adjustment.difference(*bare) == means.difference(*(one.outcome for one in bare))
    few = [ratio_of(drawn(k, units)) for k, units in ((1, 25), (2, 24))]
    found, plain = adjustment.shift(*few), ratios.shift(*(one.outcome for one in few))
    assert (found.value, found.variance, found.method) == pytest.approx(
        (plain.value, plain.variance, "delta_ratio")
    )
    assert (found.freedom, adjustment.share_of_variance(*few)) == pytest.approx((plain.freedom, 0.0))
    told = (
        adjustment.relative_shift(*few, level=0.5),
        ratios.relative_shift(*(one.outcome for one in few), level=0.5),
    )
    assert told[0].variance == pytest.approx(told[1].variance)
    enough = [ratio_of(drawn(k, 25)) for k in (1, 2)]
    assert adjustment.shift(*enough).method == "cuped"
    assert adjustment.share_of_variance(*enough) != 0


NONE, SINGLE = mean_of(np.zeros((0, 3))), mean_of(drawn(1, 1))
FINE = mean_of(drawn(1, 50))
STILL = mean_of(np.column_stack([np.ones(50), np.ones(50), drawn(1, 50)[:, 2]]))
RATIO = ratio_of(drawn(1, 50))
EMPTY_BELOW = ratio_of(drawn(1, 50) * [1, 0, 1])
UNSURE_BELOW = ratio_of(np.column_stack([drawn(1, 50)[:, 0], np.tile([-1.0, 1.1], 25), np.arange(50.0)]))


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        (NONE, FINE, "no_units"),
        (FINE, NONE, "no_units"),
        (SINGLE, FINE, "one_unit"),
        (FINE, SINGLE, "one_unit"),
        (STILL, STILL, "no_variation"),
        (RATIO, EMPTY_BELOW, "ratio_without_denominator"),
        (UNSURE_BELOW, RATIO, "ratio_without_denominator"),
    ],
)
def test_what_cannot_be_said(one, other, code):
    assert adjustment.shift(one, other).code == adjustment.difference(one, other).code == code
    assert adjustment.relative_shift(one, other, 0.95).code == code
    assert adjustment.relative_difference(one, other).code == code
    assert adjustment.share_of_variance(one, other) == 0.0


def test_an_outcome_that_covariates_foretell_exactly_leaves_nothing_to_chance():
    rows = drawn(1, 50)
    rows[:, 0] = 3 * rows[:, 2]
    assert adjustment.shift(mean_of(rows), mean_of(np.add(rows, [1, 0, 0]))).code == "no_variation"


def test_control_that_cannot_be_told_from_zero():
    rows = drawn(1, 50)
    rows[:, 0] -= rows[:, 0].mean()
    assert adjustment.relative_shift(mean_of(rows), FINE, 0.95).code == "ratio_of_uncertain_control"


def test_one_arm_alone():
    rows = drawn(4, 80)
    theta, centre = np.array([0.5]), np.array([2.0])
    found = adjustment.adjusted_mean(mean_of(rows), theta, centre, 0.9)
    left = rows[:, 0] - 0.5 * (rows[:, 2] - 2.0)
    low, high = t.interval(0.9, 79, left.mean(), left.std(ddof=1) / math.sqrt(80))
    assert (found.value, found.interval.low, found.interval.high) == pytest.approx((left.mean(), low, high))
    assert adjustment.adjusted_mean(NONE, theta, centre).code == "no_units"
    assert adjustment.adjusted_mean(EMPTY_BELOW, theta, centre).code == "ratio_without_denominator"
    single = adjustment.adjusted_mean(SINGLE, theta, centre)
    assert (single.interval, single.n) == (None, 1)


def test_what_is_refused():
    for asked in (
        lambda: adjustment.coefficients([]),
        lambda: adjustment.coefficients([FINE], -1.0),
        lambda: adjustment.coefficients([FINE], math.inf),
        lambda: adjustment.coefficients([FINE, RATIO]),
        lambda: adjustment.shift(FINE, RATIO),
        lambda: adjustment.shift(FINE, mean_of(drawn(1, 50, many=2))),
        lambda: adjustment.shift(FINE, FINE, pooled=[RATIO]),
    ):
        with pytest.raises(ValueError, match=r"^`"):
            asked()


EXTREME = st.sampled_from([0.0, 1e-300, 1e-160, 1e-8, 1.0, 3.0, 1e8, 1e140, -1.0, -1e-160, -1e140])


@given(
    *[st.lists(st.tuples(*[EXTREME] * 4), min_size=1, max_size=25).map(lambda rows: np.array(rows))] * 2,
    st.sampled_from([1.0, 0.9, -1.1]),
    st.sampled_from([1, 2]),
)
def test_extreme_numbers_end_in_an_effect_or_a_sentence(one, other, coefficient, outcomes):
    arms = [Regression.from_rows(np.repeat(rows, 5, axis=0), outcomes) for rows in (one, other)]
    assert isinstance(adjustment.shift(*arms, coefficient=coefficient), Shift | NoEffect)
    assert isinstance(adjustment.difference(*arms), Effect | NoEffect)
    assert isinstance(adjustment.relative_difference(*arms), Effect | NoEffect)
    assert adjustment.share_of_variance(*arms) <= 1
    adjustment.adjusted_mean(arms[0], adjustment.coefficients(arms), covariates.centre_of(arms)[outcomes:])


def test_adjusting_can_do_harm_and_says_so():
    """Few units with a slope against many without: the common slope fits the many."""
    rng = np.random.default_rng(0)
    x = rng.normal(0, 1, 2050)
    y = np.where(np.arange(2050) < 50, 0.0, 2 * x) + rng.normal(0, 0.1, 2050)
    few, many = (Regression.from_rows(np.column_stack([y, x])[part]) for part in (slice(50), slice(50, None)))
    assert adjustment.share_of_variance(few, many) < -1
