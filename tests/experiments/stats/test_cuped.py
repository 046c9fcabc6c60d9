"""Adjustment by covariates: tea-tasting, least squares of statsmodels, laws, traps, and 1 − ρ² by simulation."""

import math

import numpy as np
import pytest
import tea_tasting
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t
from statsmodels.api import OLS
from tea_tasting.aggr import Aggregates

from experiments.stats import adjustment, covariates, means, ratios
from experiments.stats.effects import Effect, NoEffect, Shift
from experiments.stats.samples import Regression

C, T = frozenset({"control"}), frozenset({"treatment"})


def drawn(seed, units, effect=0.0, many=1):
    """Columns: outcome, what it is divided by, and `many` covariates that tell of both."""
    rng = np.random.default_rng(seed)
    known = rng.lognormal(0, 0.7, (units, many))
    below = 1.0 + rng.poisson(known[:, 0] + 1)
    above = 0.4 * below + known.sum(axis=1) + effect * known[:, 0] + rng.normal(0, 1, units)
    return np.column_stack([above, below, known])


def mean_of(rows, parts=frozenset()):
    return Regression.from_rows(np.delete(rows, 1, axis=1), 1, parts)


def ratio_of(rows, parts=frozenset()):
    return Regression.from_rows(rows, 2, parts)


def aggregates(rows):
    """Means, variances and covariances for tea-tasting, by numpy."""
    names, spread = ("y", "d", "x"), np.cov(rows, rowvar=False)
    return Aggregates(
        count_=len(rows),
        mean_=dict(zip(names, rows.mean(axis=0), strict=True)),
        var_=dict(zip(names, np.diag(spread), strict=True)),
        cov_={(a, b): spread[i, j] for i, a in enumerate(names) for j, b in enumerate(names) if a != b},
    )


@pytest.mark.parametrize("units", [(25, 40), (3000, 2000)])
@pytest.mark.parametrize(
    ("read", "theirs"),
    [(mean_of, tea_tasting.Mean("y", "x")), (ratio_of, tea_tasting.RatioOfMeans("y", "d", "x"))],
    ids=["mean", "ratio"],
)
def test_around_the_mean_of_all_arms_it_equals_tea_tasting(read, theirs, units):
    one, other = drawn(1, units[0]), drawn(2, units[1], 0.5)
    told = theirs.analyze_aggregates(aggregates(one), aggregates(other))
    control, treatment = read(one, C), read(other, T)
    whole = [control + treatment]
    found = adjustment.difference(control, treatment, pooled=whole)
    assert found.value == pytest.approx(told.effect_size, rel=1e-9)
    assert found.interval.low == pytest.approx(told.effect_size_ci_lower, rel=1e-9)
    assert found.interval.high == pytest.approx(told.effect_size_ci_upper, rel=1e-9)
    assert found.p_value == pytest.approx(told.pvalue, rel=1e-9, abs=1e-300)
    relative = adjustment.relative_difference(control, treatment, pooled=whole)
    assert relative.value == pytest.approx(told.rel_effect_size, rel=1e-9)
    theta, centre = adjustment.coefficients(whole), covariates.centre_of(whole)[control.outcomes :]
    for arm, value in ((control, told.control), (treatment, told.treatment)):
        assert adjustment.adjusted_mean(arm, theta, centre).value == pytest.approx(value, rel=1e-9)


def test_where_covariates_agree_within_arms_is_tea_tastings_own():
    """The covariate's mean is the same in both arms, so nothing lies between them."""
    one, other = drawn(3, 400), drawn(4, 300, 0.5)
    other[:, 2] += one[:, 2].mean() - other[:, 2].mean()
    told = tea_tasting.Mean("y", "x").analyze_aggregates(aggregates(one), aggregates(other))
    found = adjustment.difference(mean_of(one), mean_of(other))
    assert (found.value, found.p_value) == pytest.approx((told.effect_size, told.pvalue), rel=1e-9)
    assert found.interval.low == pytest.approx(told.effect_size_ci_lower, rel=1e-9)


@pytest.mark.parametrize("many", [1, 2, 5])
def test_theta_and_the_effect_are_those_of_a_regression_on_arms_and_covariates(many):
    """ANCOVA: outcome on one constant per arm and the covariates, three arms."""
    arms = [drawn(seed, units, seed / 10, many) for seed, units in ((1, 300), (2, 200), (3, 250))]
    rows, arm = np.concatenate(arms), np.repeat([0, 1, 2], [300, 200, 250])
    design = np.column_stack([*(arm == k for k in range(3)), rows[:, 2:]]).astype(float)
    fitted = OLS(rows[:, 0], design).fit()
    samples = [mean_of(one) for one in arms]
    assert adjustment.coefficients(samples) == pytest.approx(fitted.params[3:], rel=1e-9)
    for place in (1, 2):
        found = adjustment.shift(samples[0], samples[place], pooled=samples)
        assert found.value == pytest.approx(fitted.params[place] - fitted.params[0], rel=1e-9)
        left = [arms[k][:, 0] - arms[k][:, 2:] @ fitted.params[3:] for k in (0, place)]
        assert found.variance == pytest.approx(sum(x.var(ddof=1) / x.size for x in left), rel=1e-9)
        assert (found.units, found.method) == (len(arms[0]) + len(arms[place]), "cuped")
    whole = rows[:, 0].sum() / rows[:, 1].sum()
    linear = (rows[:, 0] - whole * rows[:, 1]) / rows[:, 1].mean()
    assert adjustment.coefficients([ratio_of(one) for one in arms]) == pytest.approx(
        OLS(linear, design).fit().params[3:], rel=1e-9
    )


def test_a_ratio_is_adjusted_on_its_linearised_outcome():
    arms = [drawn(1, 300), drawn(2, 200, 0.5)]
    samples = [ratio_of(one) for one in arms]
    found, theta = adjustment.shift(*samples), adjustment.coefficients(samples)
    values, variances = [], []
    for one in arms:
        slope = one[:, 0].sum() / one[:, 1].sum()
        left = (one[:, 0] - slope * one[:, 1]) / one[:, 1].mean() - one[:, 2:] @ theta
        values.append(slope - float(one[:, 2:].mean(axis=0) @ theta))
        variances.append(left.var(ddof=1) / len(one))
    assert (found.value, found.variance) == pytest.approx((values[1] - values[0], sum(variances)), rel=1e-9)


def test_ridge_is_the_penalty_of_standardised_covariates():
    rows = drawn(5, 400, many=3)
    apart = rows - rows.mean(axis=0)
    unit = np.sqrt((apart[:, 2:] ** 2).sum(axis=0))
    known = apart[:, 2:] / unit
    by_hand = np.linalg.solve(known.T @ known + 0.5 * np.eye(3), known.T @ apart[:, 0]) / unit
    assert adjustment.coefficients([mean_of(rows)], 0.5) == pytest.approx(by_hand, rel=1e-9)
    assert adjustment.coefficients([mean_of(rows)], 1e12) == pytest.approx(np.zeros(3), abs=1e-9)


@pytest.mark.parametrize("read", [mean_of, ratio_of])
@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("k", [0.9, 1.2, None], ids=str)
def test_the_variance_follows_every_unit_through_the_formula(read, pooled, k):
    """Each unit's share in the error: its own arm's mean, and the covariates' common mean; k None: the relative change."""
    arms = [drawn(1, 150), drawn(2, 120, 0.5), drawn(3, 90)][: 3 if pooled else 2]
    samples = [read(one) for one in arms]
    theta, n = adjustment.coefficients(samples), sum(map(len, arms))
    common = np.concatenate(arms)[:, 2:].mean(axis=0) @ theta
    shares, values = [], []
    for one in arms:
        slope = one[:, 0].sum() / one[:, 1].sum()
        plain = (one[:, 0], one[:, 0].mean())
        linear = ((one[:, 0] - slope * one[:, 1]) / one[:, 1].mean(), slope)
        outcome, value = plain if read is mean_of else linear
        shares.append(outcome - one[:, 2:] @ theta)
        values.append(value - float(one[:, 2:].mean(axis=0) @ theta - common))
    size = 1.0 if k is not None else abs(values[0])
    k = values[1] / values[0] if k is None else k
    variance = 0.0
    for place, one in enumerate(arms):
        weight = (-k, 1.0, 0.0)[place]
        pull = weight * shares[place] / len(one) + (1 - k) * one[:, 2:] @ theta / n
        variance += pull.var(ddof=1) * len(one)
    every = samples if pooled else None
    if size == 1.0:
        found = adjustment.shift(*samples[:2], coefficient=k, pooled=every)
        assert found.value == pytest.approx(values[1] - k * values[0], rel=1e-9)
    else:
        found = adjustment.relative_shift(*samples[:2], level=0.95, pooled=every)
        assert found.value == pytest.approx(values[1] / values[0] - 1, rel=1e-9)
        assert (found.scale, found.freedom) == ("relative", None)
    assert found.variance == pytest.approx(variance / size**2, rel=1e-9)


@given(
    st.lists(st.floats(-8, 8), min_size=2, max_size=2),
    st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=2),
    st.integers(0, 9),
    st.sampled_from([0.0, 0.3]),
)
def test_units_of_covariates_and_the_order_of_arms_do_not_matter(scales, origins, seed, ridge):
    arms = [drawn(seed, 60, many=2), drawn(seed + 10, 50, 1.0, many=2)]
    found = adjustment.shift(*map(ratio_of, arms), ridge=ridge)
    units, moved = 10 ** np.array(scales), []
    for one in arms:
        moved.append(one.copy())
        moved[-1][:, 2:] = (moved[-1][:, 2:] + np.array(origins)) * units
    again = adjustment.shift(*map(ratio_of, moved), ridge=ridge)
    assert (again.value, again.variance) == pytest.approx((found.value, found.variance), rel=1e-7)
    back = adjustment.shift(*map(ratio_of, arms[::-1]), ridge=ridge)
    assert (back.value, back.variance) == pytest.approx((-found.value, found.variance), rel=1e-12)
    assert back.freedom == pytest.approx(found.freedom)


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
    few = [ratio_of(drawn(k, units)) for k, units in ((1, 10), (2, 9))]
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
    enough = [ratio_of(drawn(k, 10)) for k in (1, 2)]
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


@pytest.mark.parametrize("many", [1, 3])
def test_the_variance_left_is_one_minus_rho_squared_and_intervals_cover(many):
    """2 000 worlds of 100 + 150 units, ρ² = 0.6, no effect: Monte-Carlo s.e. of coverage 0.49 points, of a variance 3 %."""
    rng, worlds, found, plain, said = np.random.default_rng(7), 2000, [], [], []
    for _ in range(worlds):
        x = rng.normal(0, 1, (250, many))
        y = x @ np.full(many, math.sqrt(0.6 / many)) + rng.normal(0, math.sqrt(0.4), 250)
        arms = [
            Regression.from_rows(np.column_stack([y, x])[part]) for part in (slice(100), slice(100, None))
        ]
        found.append(adjustment.shift(*arms))
        plain.append(arms[1].means[0] - arms[0].means[0])
        said.append(adjustment.share_of_variance(*arms))
    left = np.var([one.value for one in found]) / np.var(plain)
    error = 0.4 * math.sqrt(4 / worlds)  # of a ratio of two variances, taken as independent
    assert abs(left - 0.4) < 3 * error
    assert np.mean(said) == pytest.approx(0.6, abs=0.01)
    covered = np.mean([abs(one.value) <= t.ppf(0.975, one.freedom) * one.error for one in found])
    assert abs(covered - 0.95) < 3 * math.sqrt(0.95 * 0.05 / worlds)
