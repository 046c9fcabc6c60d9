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

from experiments.stats import adjustment, covariates
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


@pytest.mark.parametrize("many", [1, 3])
def test_the_variance_left_is_one_minus_rho_squared_and_intervals_cover(many):
    """1 000 worlds of 100 + 150 units, ρ² = 0.6, no effect: Monte-Carlo s.e. of coverage 0.69 points, of a variance 4.5 %."""
    rng, worlds, found, plain, said = np.random.default_rng(7), 1000, [], [], []
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


def test_a_relative_change_covers_where_the_common_mean_is_most_of_its_error():
    """1 000 worlds of 200 + 200 units, ρ² = 0.95, +100 %: without that mean's part the error would be two fifths too small."""
    rng, worlds, found = np.random.default_rng(3), 1000, []
    for _ in range(worlds):
        x = rng.normal(0, 1, 400)
        y = 3 + x * math.sqrt(0.95) + rng.normal(0, math.sqrt(0.05), 400) + np.repeat([0, 3], 200)
        arms = [
            Regression.from_rows(np.column_stack([y, x])[part]) for part in (slice(200), slice(200, None))
        ]
        found.append(adjustment.relative_shift(*arms, 0.95))
    covered = np.mean([abs(one.value - 1) <= 1.959964 * one.error for one in found])
    assert abs(covered - 0.95) < 3 * math.sqrt(0.95 * 0.05 / worlds)
    said, seen = np.mean([one.variance for one in found]), np.var([one.value for one in found])
    assert said / seen == pytest.approx(1, abs=3 * math.sqrt(2 / worlds))
