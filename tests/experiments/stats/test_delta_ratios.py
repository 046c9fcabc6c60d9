"""Ratios by the delta method: tea-tasting, a numerical gradient, laws, and the ends of what can be said."""

import math

import numpy as np
import pytest
import tea_tasting
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import norm, t
from tea_tasting.aggr import Aggregates

from experiments.stats import contrast, means, ratios
from experiments.stats.differences import logged
from experiments.stats.effects import Effect, NoEffect, Shift, no_units
from experiments.stats.samples import Count, Moments, Ratio
from experiments.stats.shares import log_shift, unlogged
from experiments.stats.shifts import fixed


def drawn(seed, units, rate=0.3):
    """Pairs whose sums below the line vary and resemble those above it."""
    rng = np.random.default_rng(seed)
    bottom = 1.0 + rng.poisson(rng.lognormal(0.5, 0.8, units))
    return rng.binomial(bottom.astype(int), rate) + 0.0, bottom


def aggregates(top, bottom):
    return Aggregates(
        count_=len(top),
        mean_={"y": top.mean(), "d": bottom.mean()},
        var_={"y": top.var(ddof=1), "d": bottom.var(ddof=1)},
        cov_={("d", "y"): np.cov(top, bottom)[0, 1]},
    )


@pytest.mark.parametrize("units", [(20, 30), (400, 250), (5000, 5000)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_difference_equals_tea_tasting(units, level):
    one, other = drawn(units[0], units[0]), drawn(units[1] + 1, units[1], 0.4)
    theirs = tea_tasting.RatioOfMeans("y", "d", confidence_level=level).analyze_aggregates(
        aggregates(*one), aggregates(*other)
    )
    found = ratios.difference(Ratio.from_rows(*one), Ratio.from_rows(*other), level)
    assert found.value == pytest.approx(theirs.effect_size, rel=1e-9)
    assert found.interval.low == pytest.approx(theirs.effect_size_ci_lower, rel=1e-9)
    assert found.interval.high == pytest.approx(theirs.effect_size_ci_upper, rel=1e-9)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-9)
    told = ratios.relative_difference(Ratio.from_rows(*one), Ratio.from_rows(*other), level)
    assert told.value == pytest.approx(theirs.rel_effect_size, rel=1e-9)


def test_the_interval_of_one_ratio_follows_a_gradient_taken_numerically():
    top, bottom = drawn(5, 300)
    found = ratios.ratio(Ratio.from_rows(top, bottom), 0.9)
    y, d, h = top.mean(), bottom.mean(), 1e-6
    slope = np.array([((y + h) / d - (y - h) / d), (y / (d + h) - y / (d - h))]) / (2 * h)
    error = math.sqrt(slope @ np.cov(top, bottom) @ slope / 300)
    assert found.value == pytest.approx(top.sum() / bottom.sum(), rel=1e-12)
    assert found.interval.high - found.value == pytest.approx(t.ppf(0.95, 299) * error, rel=1e-7)
    assert (found.n, found.method, found.interval.level) == (300, "delta_ratio", 0.9)


def test_a_relative_change_follows_a_gradient_taken_numerically():
    one, other = drawn(6, 400), drawn(7, 300, 0.4)
    control, treatment = (Ratio.from_rows(*arm) for arm in (one, other))
    found = ratios.relative_shift(control, treatment, 0.95)
    at, h, slope = np.array([*map(np.mean, one), *map(np.mean, other)]), 1e-6, []

    def change(m):
        return m[2] / m[3] / (m[0] / m[1]) - 1

    for place in range(4):
        step = np.zeros(4)
        step[place] = h
        slope.append((change(at + step) - change(at - step)) / (2 * h))
    both = [
        np.array(slope[:2]) @ np.cov(*one) @ slope[:2] / 400,
        np.array(slope[2:]) @ np.cov(*other) @ slope[2:] / 300,
    ]
    assert (found.value, found.variance) == pytest.approx((change(at), sum(both)), rel=1e-7)
    assert (found.units, found.scale, found.freedom) == (700, "relative", None)
    effect = ratios.relative_difference(control, treatment, 0.9)
    assert effect.interval.high - effect.value == pytest.approx(norm.ppf(0.95) * found.error)


@pytest.mark.parametrize("units", [(20, 30), (5000, 4000)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_on_the_logarithm_it_equals_tea_tasting(units, level):
    one, other = drawn(units[0], units[0]), drawn(units[1] + 1, units[1], 0.4)
    kind = tea_tasting.RatioOfMeans("y", "d", confidence_level=level, use_t=False)
    theirs = kind.analyze_aggregates(aggregates(*one), aggregates(*other))
    told = ratios.relative_shift(Ratio.from_rows(*one), Ratio.from_rows(*other), level)
    found = unlogged(fixed(logged(told), level))
    assert found.value == pytest.approx(theirs.rel_effect_size, rel=1e-9)
    assert found.interval.low == pytest.approx(theirs.rel_effect_size_ci_lower, rel=1e-9)
    assert found.interval.high == pytest.approx(theirs.rel_effect_size_ci_upper, rel=1e-9)
    assert (found.p_value < 1 - level) == (not found.interval.contains(0.0))


@given(st.integers(1, 99), st.integers(1, 99))
def test_on_the_logarithm_shares_have_the_interval_of_katz(one, other):
    arms = Count(120, one), Count(130, other)
    told = contrast.relative_shift(
        *(x for a in arms for x in (a.hits / a.n, a.hits * (a.n - a.hits) / a.n**3)), 250, 0.01
    )
    found, katz = logged(told), log_shift(*arms)
    assert (found.value, found.variance) == pytest.approx((katz.value, katz.variance), rel=1e-9, abs=1e-12)
    assert (found.units, found.scale, found.method) == (katz.units, katz.scale, katz.method)


def test_a_logarithm_that_does_not_exist():
    assert logged(no_units()).code == "no_units"
    assert logged(Shift(-1.0, 0.1, 9, "relative", "delta")).code == "log_ratio_without_sign"
    assert logged(Shift(-1.5, 0.1, 9, "relative", "delta")).code == "log_ratio_without_sign"
    assert logged(Shift(-1 + 1e-15, 1e300, 9, "relative", "delta")).code == "out_of_range"
    with pytest.raises(ValueError, match="must be a relative shift"):
        logged(Shift(0.5, 0.1, 9, "absolute", "welch"))


ARMS = st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 20)), min_size=3, max_size=25).map(
    lambda pairs: np.array(pairs, float).T.copy()
)


@given(ARMS, ARMS, st.floats(0.5, 1.5), st.sampled_from([1e-8, 0.1, 1e8]))
def test_arms_swap_and_units_of_measure_do_not_matter(one, other, coefficient, unit):
    control, treatment = Ratio.from_rows(*one), Ratio.from_rows(*other)
    forth = ratios.shift(control, treatment)
    if isinstance(forth, NoEffect):
        assert ratios.shift(treatment, control).code == forth.code
        return
    back = ratios.shift(treatment, control)
    assert (back.value, back.variance) == pytest.approx((-forth.value, forth.variance))
    assert back.freedom == pytest.approx(forth.freedom)
    told = ratios.shift(control, treatment, coefficient)
    measured = ratios.shift(
        *(Ratio.from_rows(arm[0], arm[1] * unit) for arm in (one, other)), coefficient=coefficient
    )
    assert measured.value * unit == pytest.approx(told.value, rel=1e-6, abs=1e-9)
    assert measured.variance * unit * unit == pytest.approx(told.variance, rel=1e-6)
    assert told.value == pytest.approx(treatment.value - coefficient * control.value)


@given(
    st.lists(st.integers(-50, 50), min_size=3, max_size=25),
    st.lists(st.integers(-50, 50), min_size=3, max_size=25),
)
def test_per_unit_it_is_welch(one, other):
    """With 1 below the line everywhere, a ratio is a mean."""
    arms = [np.array(values, float) for values in (one, other)]
    told = [Moments(arm.size, arm.mean(), arm.var() * arm.size) for arm in arms]
    assume(all(len(set(values)) > 1 for values in (one, other)))
    found = ratios.difference(*(Ratio.from_rows(arm, np.ones(arm.size)) for arm in arms))
    plain = means.difference(*told)
    assert (found.value, found.p_value) == pytest.approx((plain.value, plain.p_value), abs=1e-9)
    assert found.interval.low == pytest.approx(plain.interval.low, abs=1e-9)


NONE, SINGLE = Ratio(0, 0.0, 0.0, 0.0, 0.0, 0.0), Ratio(1, 2.0, 4.0, 0.0, 0.0, 0.0)
FINE, STILL = Ratio.from_rows(*drawn(1, 50)), Ratio(9, 2.0, 4.0, 0.0, 0.0, 0.0)
NOTHING_BELOW = Ratio.from_rows(np.array([1.0, 2.0, 3.0]), np.zeros(3))
UNSURE_BELOW = Ratio.from_rows(np.array([1.0, 2.0, 3.0]), np.array([-1.0, 0.0, 2.0]))


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        (NONE, FINE, "no_units"),
        (FINE, NONE, "no_units"),
        (SINGLE, FINE, "one_unit"),
        (FINE, SINGLE, "one_unit"),
        (STILL, STILL, "no_variation"),
        (FINE, NOTHING_BELOW, "ratio_without_denominator"),
        (UNSURE_BELOW, FINE, "ratio_without_denominator"),
    ],
)
def test_what_cannot_be_said(one, other, code):
    for asked in (
        ratios.shift(one, other),
        ratios.difference(one, other),
        ratios.relative_shift(one, other, 0.95),
    ):
        assert isinstance(asked, NoEffect)
        assert asked.code == code
    assert ratios.relative_difference(one, other).code == code


def test_one_arm_alone_says_what_it_can():
    assert ratios.ratio(NONE).code == "no_units"
    assert ratios.ratio(UNSURE_BELOW).code == "ratio_without_denominator"
    assert not isinstance(ratios.ratio(UNSURE_BELOW, 0.2), NoEffect)
    single = ratios.ratio(SINGLE)
    assert (single.value, single.interval, single.n) == (0.5, None, 1)
    still = ratios.ratio(STILL)
    assert (still.interval.low, still.interval.high) == (0.5, 0.5)
    nothing_above = Ratio.from_rows(np.zeros(50), drawn(1, 50)[1])
    assert ratios.relative_shift(nothing_above, FINE, 0.95).code == "ratio_of_uncertain_control"


def test_who_is_always_alike_per_opportunity_does_not_vary():
    """Everybody clicks on exactly 0.3 of what is shown: the rounding of 0.3 · d is no chance."""
    bottom = drawn(3, 400)[1]
    sample = Ratio.from_rows(0.3 * bottom, bottom)
    assert ratios.shift(sample, sample).code == "no_variation"


EXTREME = st.sampled_from([0.0, 1e-300, 1e-160, 1e-8, 1.0, 3.0, 1e8, 1e150, -1.0, -1e-160, -1e150])


@given(
    *[st.lists(st.tuples(EXTREME, EXTREME), min_size=1, max_size=5).map(lambda p: np.array(p).T.copy())] * 2,
    st.sampled_from([1.0, 0.9, -1.1]),
)
def test_extreme_numbers_end_in_an_effect_or_a_sentence(one, other, coefficient):
    control, treatment = Ratio.from_rows(*one), Ratio.from_rows(*other)
    for found in (
        ratios.difference(control, treatment, 0.95, coefficient),
        ratios.relative_difference(control, treatment),
    ):
        assert isinstance(found, Effect | NoEffect)
    assert isinstance(ratios.shift(control, treatment), Shift | NoEffect)
    ratios.ratio(control)


def test_the_interval_covers_and_its_width_is_the_spread_of_estimates():
    """2 000 worlds of 200 units an arm, 30 % in both: coverage 95 % ± 3 Monte-Carlo s.e. (0.49 points)."""
    rng, worlds, covered, values, variances = np.random.default_rng(11), 2000, 0, [], []
    for _ in range(worlds):
        bottom = 1.0 + rng.poisson(2.0, (2, 200))
        top = rng.binomial(bottom.astype(int), rng.beta(3, 7, (2, 200))) + 0.0
        control, treatment = (Ratio.from_rows(top[arm], bottom[arm]) for arm in (0, 1))
        found = ratios.shift(control, treatment)
        covered += abs(found.value) <= t.ppf(0.975, found.freedom) * found.error
        values.append(found.value)
        variances.append(found.variance)
    assert abs(covered / worlds - 0.95) < 3 * math.sqrt(0.95 * 0.05 / worlds)
    assert np.mean(variances) / np.var(values) == pytest.approx(1, abs=3 * math.sqrt(2 / worlds))
