"""Ratios by Fieller's theorem: duality with Welch's test, MOVER, an adjusted world, extremes, and how often it holds."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq

from experiments.stats import adjustment, contrast, differences, fieller, means, ratios
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.samples import Moments, Ratio, Regression

VALUES = st.lists(st.integers(-200, 1000).map(lambda k: k / 8), min_size=3, max_size=20)
LEVELS = st.sampled_from([0.8, 0.95, 0.99])


def moments(values):
    x = np.asarray(values, float)
    return Moments(x.size, float(x.mean()), float(((x - x.mean()) ** 2).sum()))


@given(VALUES, VALUES, LEVELS)
def test_its_ends_are_where_welchs_test_turns(control, treatment, level):
    """Root finding on |t − R c| / √(vt + R² vc) with scipy's quantile, the degrees of freedom of the difference."""
    assume(np.std(control) > 0 and np.std(treatment) > 0)
    found = fieller.of_means(moments(control), moments(treatment), level)
    t, c = np.mean(treatment), np.mean(control)
    vt, vc = stats.sem(treatment) ** 2, stats.sem(control) ** 2
    df = stats.ttest_ind(treatment, control, equal_var=False).df
    q = stats.t.isf((1 - level) / 2, df)
    if not isinstance(found, Effect):
        assert q * math.sqrt(vc) >= abs(c) * (1 - 1e-12)
        return
    assume(q * math.sqrt(vc) < 0.99 * abs(c))

    def beyond(ratio):
        return (t - ratio * c) ** 2 - q * q * (vt + ratio * ratio * vc)

    far = 1.0
    while beyond(t / c + far) <= 0 or beyond(t / c - far) <= 0:
        far *= 2
    ends = [brentq(beyond, t / c, t / c + side * far, xtol=1e-14, rtol=1e-14) for side in (-1, 1)]
    low, high = sorted(math.copysign(1, c) * (one - 1) for one in ends)
    assert found.interval.low == pytest.approx(low, rel=1e-7, abs=1e-7)
    assert found.interval.high == pytest.approx(high, rel=1e-7, abs=1e-7)


@given(VALUES, VALUES, LEVELS)
def test_it_finds_a_change_where_the_difference_does(control, treatment, level):
    arms = moments(control), moments(treatment)
    found, plain = fieller.of_means(*arms, level), means.difference(*arms, level)
    assume(isinstance(found, Effect))
    assert found.p_value == plain.p_value
    assume(abs(found.p_value - (1 - level)) > 1e-9)
    assert found.interval.contains(0) == plain.interval.contains(0)


def test_above_zero_it_is_the_ratio_by_mover():
    control, treatment = Moments(60, 4.0, 500.0), Moments(40, 5.0, 900.0)
    found = fieller.of_means(control, treatment, 0.9)
    df = means.shift(control, treatment).freedom
    q = stats.t.isf(0.05, df)

    def term(arm):
        error = math.sqrt(arm.variance / arm.n)
        return contrast.Term(1, arm.mean, lambda z: (arm.mean - q * error, arm.mean + q * error))

    by_mover = contrast.ratio(term(control), term(treatment), 0.9, "mover")
    assert found.interval.low == pytest.approx(by_mover.interval.low, rel=1e-12)
    assert found.interval.high == pytest.approx(by_mover.interval.high, rel=1e-12)
    assert (found.value, found.scale, found.method) == (0.25, "relative", "fieller")


def test_many_units_make_it_the_delta_method():
    arms = Moments(10**8, 4.0, 5e8), Moments(10**8, 4.4, 6e8)
    found, delta = fieller.of_means(*arms), means.relative_difference(*arms)
    width = delta.interval.high - delta.interval.low
    assert found.interval.low == pytest.approx(delta.interval.low, abs=1e-3 * width)
    assert found.interval.high == pytest.approx(delta.interval.high, abs=1e-3 * width)


def test_a_ratio_whose_bottom_is_one_is_a_mean():
    rng = np.random.default_rng(1)
    x, y = rng.exponential(size=50), rng.exponential(1.2, size=60)
    found = fieller.of_ratios(Ratio.from_rows(x, np.ones(50)), Ratio.from_rows(y, np.ones(60)))
    expected = fieller.of_means(moments(x), moments(y))
    assert (found.interval.low, found.interval.high, found.p_value) == pytest.approx(
        (expected.interval.low, expected.interval.high, expected.p_value), rel=1e-9
    )


def adjusted_arms(n=200):
    rng = np.random.default_rng(2)
    before = rng.normal(5, 2, (3, n))
    after = before * np.array([[1.0], [1.4], [0.6]]) + rng.normal(2, 1, (3, n))
    return [Regression.from_rows(np.column_stack(pair)) for pair in zip(after, before, strict=True)]


def test_adjusted_arms_turn_where_their_test_with_a_coefficient_does():
    """At an end R of the interval the adjusted treatment − R · control is q standard errors from 0."""
    arms = adjusted_arms()
    found = fieller.of_adjusted(*arms[:2], 0.95, arms)
    q = stats.t.isf(0.025, adjustment.shift(*arms[:2], pooled=arms).freedom)
    for end in (found.interval.low, found.interval.high):
        shift = adjustment.shift(*arms[:2], coefficient=1 + end, pooled=arms)
        assert abs(shift.value) / shift.error == pytest.approx(q, rel=1e-9)
    assert found.p_value == adjustment.difference(*arms[:2], pooled=arms).p_value
    assert found.value == pytest.approx(
        adjustment.relative_difference(*arms[:2], pooled=arms).value, rel=1e-12
    )


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e-20, 1.0, 1e20, 1e150, 1e300])
@pytest.mark.parametrize("other", [1e-300, 1e-160, 1.0, 1e150, 1e300, -1e300])
@pytest.mark.parametrize("units", [0, 1, 2, 50])
def test_extreme_numbers_have_an_answer(size, other, units):
    for spread in (0.0, 1e-20, 0.5, 2.0):
        one, two = (
            Moments(units, x if units else 0.0, min(spread * min(abs(x), 1e150) ** 2, 1e300) if units > 1 else 0.0)
            for x in (size, other)
        )  # fmt: skip
        for arms in ((one, two), (two, one)):
            for ask in (fieller.of_means, means.relative_difference):
                assert isinstance(ask(*arms), Effect | NoEffect)
            shift = means.relative_shift(*arms, 0.95)
            assert isinstance(differences.logged(shift), type(shift) | NoEffect)


def test_what_cannot_be_said_is_said():
    assert fieller.of_means(Moments(0, 0.0, 0.0), Moments(9, 1.0, 3.0)).code == "no_units"
    assert fieller.of_means(Moments(9, 0.1, 3.0), Moments(9, 1.0, 3.0)).code == "ratio_of_uncertain_control"
    assert fieller.of_means(Moments(9, 1.0, 0.0), Moments(9, 2.0, 0.0)).code == "no_variation"
    assert fieller.of_means(Moments(9, 1e-300, 0.0), Moments(9, 1e200, 3.0)).code == "out_of_range"
    nothing = Ratio(9, 1.0, 0.0, 3.0, 3.0, 0.0)
    assert fieller.of_ratios(nothing, nothing).code == "ratio_without_denominator"
    assert fieller.of_adjusted(adjusted_arms(1)[0], adjusted_arms()[1]).code == "one_unit"


def test_what_a_ratio_divides_by_must_be_told_from_0_at_the_level_asked():
    arms = [Ratio(100, 5.0, 1.0, 90.0, 2000.0, 0.0)] * 2  # 1 is 2.2 standard errors from 0
    assert not isinstance(ratios.shift(*arms), NoEffect)
    assert fieller.of_ratios(*arms, 0.99).code == "ratio_without_denominator"


def zero_inflated(rng, shape):
    found = np.where(rng.random(shape) < 0.2, 1.0, 0.0)
    return found * np.exp(rng.standard_normal(shape))


WORLDS = {
    "log-normal": lambda rng, shape: np.exp(2 * rng.standard_normal(shape)),
    "zero-inflated": zero_inflated,
    "exponential": lambda rng, shape: rng.standard_exponential(shape),
    "few events": lambda rng, shape: rng.poisson(0.1, shape).astype(float),
    "Pareto, 2.5": lambda rng, shape: rng.random(shape) ** -0.4,
    "gamma, 0.2": lambda rng, shape: rng.standard_gamma(0.2, shape),
}


@pytest.mark.parametrize("world", WORLDS)
def test_it_holds_where_the_delta_method_does_not(world):
    """200 units an arm, +10 %, 1,000 draws: s.e. 0.7 points, so 92.9 % is three below 95 %."""
    rng = np.random.default_rng(3)
    draws = [WORLDS[world](rng, (1_000, 200)) for _ in range(2)]
    pairs = [[Moments(200, float(m), float(v) * 200) for m, v in zip(x.mean(1), x.var(1), strict=True)]
             for x in (draws[0], 1.1 * draws[1])]  # fmt: skip
    said = [
        found for pair in zip(*pairs, strict=True) if isinstance(found := fieller.of_means(*pair), Effect)
    ]
    delta = [found for pair in zip(*pairs, strict=True)
             if isinstance(found := means.relative_difference(*pair), Effect)]  # fmt: skip
    assert np.mean([one.interval.contains(0.1) for one in said]) > 0.929
    if world in ("log-normal", "zero-inflated"):
        assert np.mean([one.interval.contains(0.1) for one in delta]) < 0.935
