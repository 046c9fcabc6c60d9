"""Slopes of covariates, one fault at a time: least squares and numbers by hand must notice each."""

import math

import numpy as np
import pytest

from experiments.stats.samples import Regression
from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault
from tests.faults.test_faults_adjustment import ARMS, NONE, mean_of, ratio_of

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a fault may overflow or divide by 0


def least_squares(outcome, known, arms):
    design = np.column_stack([*(np.arange(arms.max() + 1)[:, None] == arms), known]).astype(float)
    return np.linalg.lstsq(design, outcome, rcond=None)[0][arms.max() + 1 :]


def check_covariates(m):
    rows, samples = np.concatenate(ARMS), [mean_of(one) for one in ARMS]
    place = np.repeat([0, 1, 2], [60, 90, 40])
    theta = least_squares(rows[:, 0], rows[:, 2:], place)
    for found, true in zip(m.coefficients(samples), theta, strict=True):
        near(found, true, 1e-9)
    slope = rows[:, 0].sum() / rows[:, 1].sum()
    linear = (rows[:, 0] - slope * rows[:, 1]) / rows[:, 1].mean()
    for found, true in zip(
        m.coefficients([ratio_of(one) for one in ARMS]),
        least_squares(linear, rows[:, 2:], place),
        strict=True,
    ):
        near(found, true, 1e-9)
    apart = np.concatenate([one - one.mean(axis=0) for one in ARMS[:2]])
    unit = np.sqrt((apart[:, 2:] ** 2).sum(axis=0))
    known = apart[:, 2:] / unit
    shrunk = np.linalg.solve(known.T @ known + 0.5 * np.eye(2), known.T @ apart[:, 0]) / unit
    for found, true in zip(m.coefficients(samples[:2], 0.5), shrunk, strict=True):
        near(found, true, 1e-9)
    rng = np.random.default_rng(5)
    three = rng.normal(0, 1, (200, 4)) @ rng.normal(0, 1, (4, 4))
    for found, true in zip(
        m.coefficients([Regression.from_rows(three)]),
        least_squares(three[:, 0], three[:, 1:], np.zeros(200, int)),
        strict=True,
    ):
        near(found, true, 1e-9)
    single = least_squares(rows[:, 0], rows[:, 2:3], place)[0]
    twice = [Regression.from_rows(one[:, [0, 2, 2]] * [1.0, 1.0, 1e8]) for one in ARMS]
    near(m.coefficients(twice)[0], single / 2, 1e-9)
    near(m.coefficients(twice)[1], single / 2e8, 1e-17)
    rounded = [
        Regression.from_rows(np.column_stack([one[:, [0, 2]], one[:, 2] + 1e-6 * one[:, 3]])) for one in ARMS
    ]
    near(m.coefficients(rounded)[0], single / 2, 1e-4)
    nearly = [
        Regression.from_rows(np.column_stack([one[:, [0, 2]], one[:, 2] + 1e-3 * one[:, 3]])) for one in ARMS
    ]
    true = least_squares(rows[:, 0], np.column_stack([rows[:, 2], rows[:, 2] + 1e-3 * rows[:, 3]]), place)
    near(m.coefficients(nearly)[1] / true[1], 1.0, 1e-6)
    constant = Regression(300, 1, np.array([1.0, -0.1]), np.array([[300.0, 3e-15], [3e-15, 2.9e-28]]))
    assert m.coefficients([constant]).tolist() == [0.0]
    spread = Regression(300, 1, np.array([1.0, -0.1]), np.array([[300.0, 3e-14], [3e-14, 3.1e-28]]))
    assert m.coefficients([spread])[0] > 0
    beside = Regression(300, 1, np.array([1.0, 0.1]), np.array([[300.0, 3e-14], [3e-14, 3.1e-28]]))
    assert m.coefficients([beside, Regression(300, 1, np.array([1.0, 0.4]), beside.products)]).tolist() == [
        0.0
    ]
    mixed = Regression(
        300,
        1,
        np.array([1.0, 2.0, 0.1]),
        np.array([[300.0, 60.0, 1e-15], [60.0, 30.0, 1e-14], [1e-15, 1e-14, 3e-30]]),
    )
    assert m.coefficients([mixed])[0] == pytest.approx(2.0, rel=1e-12)
    assert m.coefficients([mixed])[1] == 0
    assert not m.coefficients([mean_of(ARMS[0][:50]), mean_of(ARMS[1][:49])]).any()
    assert m.coefficients([mean_of(ARMS[0][:50]), mean_of(ARMS[1][:50])]).all()
    assert m.coefficients([Regression.from_rows(ARMS[0][:, :1].copy())]).size == 0
    huge = Regression(300, 1, np.array([1.0, 1.0]), np.array([[1e300, 1e5], [1e5, 1e-300]]))
    assert np.isfinite(m.coefficients([huge])).all()
    steep = Regression(300, 1, np.array([1.0, 1e-170]), np.array([[1e300, 1e-12], [1e-12, 1e-323]]))
    assert np.isfinite(m.coefficients([steep])).all()
    full = Regression(300, 1, np.array([1.0, 1.0]), np.eye(2) * 1.7e308)
    assert m.coefficients([full, full]).tolist() == [0.0]
    overflown = Regression(300, 2, np.array([1e300, 1e-300, 1.0]), np.eye(3))
    assert m.coefficients([overflown]).tolist() == [0.0]
    near(m.centre_of(samples)[1], rows[:, 2].mean(), 1e-12)
    assert m.centre_of([NONE]).tolist() == [0.0, 0.0, 0.0]
    assert (m.linear(np.array([6.0, 3.0]), 2).tolist(), m.linear(np.array([6.0]), 1).tolist()) == (
        [1 / 3, -2 / 3],
        [1.0],
    )
    assert m.linear(np.array([6.0, 0.0]), 2).tolist() == [0.0, 0.0]
    given, apart = np.array([0.7, -0.4]), ARMS[0] - ARMS[0].mean(axis=0)
    error, along = apart[:, 0] - apart[:, 2:] @ given, apart[:, 2:] @ given
    root, shared = m.sums(samples[0], np.ones(1), given)
    near(root, math.sqrt(error @ error), 1e-9)
    near(shared, error @ along, 1e-9)
    perfect = Regression(300, 1, np.array([5.0, 1.0]), np.array([[9.0, 3.0], [3.0, 1.0 + 1e-14]]))
    assert m.sums(perfect, np.ones(1), np.array([3.0])) == (0.0, 0.0)
    almost = Regression(300, 1, np.array([5.0, 1.0]), np.array([[9.0, 3.0], [3.0, 1.0 + 1e-10]]))
    near(m.sums(almost, np.ones(1), np.array([3.0]))[0], 3e-5, 1e-9)
    noise = Regression(300, 1, np.array([5.0, 0.1]), np.array([[9.0, 0.0], [0.0, 2.9e-28]]))
    near(m.sums(noise, np.ones(1), np.array([1e20]))[0], 3.0, 1e-9)
    assert m.sums(noise, np.zeros(1), np.zeros(1)) == (0.0, 0.0)
    large = m.sums(
        Regression(9, 1, np.array([1.0, 1.0]), np.array([[1e300, 0.0], [0.0, 1e300]])),
        np.ones(1),
        np.ones(1) * 1e5,
    )
    near(large[0] / 1e155, 1.0, 1e-9)
    assert m.UNITS_PER_COVARIATE == 50
    refuses(
        (
            lambda: m.coefficients([]),
            lambda: m.coefficients(samples, -0.1),
            lambda: m.coefficients(samples, math.inf),
            lambda: m.coefficients([samples[0], ratio_of(ARMS[0])]),
            lambda: m.require_alike([samples[0], Regression.from_rows(ARMS[0][:, :2].copy())]),
        )
    )


COVARIATES = (
    Fault("coefficients", "if not samples or not (math.isfinite(ridge) and ridge >= 0):", "if not samples:"),
    Fault("coefficients", "math.isfinite(ridge) and ", ""),
    Fault("coefficients", "require_alike(samples)", "pass"),
    Fault("coefficients", "n < UNITS_PER_COVARIATE * k", "n < UNITS_PER_COVARIATE"),
    Fault("coefficients", "n < UNITS_PER_COVARIATE * k", "n <= UNITS_PER_COVARIATE * k"),
    Fault("coefficients", "k == 0 or ", ""),
    Fault("coefficients", "[one.products for one in samples]", "[one.products for one in samples[:1]]"),
    Fault("coefficients", "np.abs(one.means[many:])", "one.means[many:]"),
    Fault("coefficients", "np.max([", "np.min(["),
    Fault("coefficients", "* math.sqrt(n) * centre", "* centre"),
    Fault("coefficients", "linear(centre_of(samples), many)", "linear(first.means, many)"),
    Fault("coefficients", "np.where(told, scale, 1.0)", "np.ones(k)"),
    Fault("coefficients", "values > _COLLINEAR * max", "values > 0 * max"),
    Fault("coefficients", "values > _COLLINEAR * max", "values > 1e-3 * max"),
    Fault("coefficients", "values + ridge", "values"),
    Fault("coefficients", "(vectors @ shrunk) / unit", "(vectors @ shrunk)"),
    Fault("coefficients", "vectors.T @ outer", "vectors @ outer"),
    Fault("coefficients", "vectors @ shrunk", "vectors.T @ shrunk"),
    Fault("coefficients", "return theta if np.isfinite(theta).all() else np.zeros(k)", "return theta"),
    Fault("sums", "-theta]", "theta]"),
    Fault("sums", "theta]) * apart\n        longest", "theta])\n        longest"),
    Fault("sums", "left <= _ROUNDING", "left <= 0"),
    Fault("sums", "left <= _ROUNDING", "left <= 1e-9"),
    Fault("sums", "_CONSTANT * math.sqrt(sample.n) * np.abs(sample.means)", "0"),
    Fault("sums", "if longest == 0 or", "if"),
    Fault("sums", "float(turned @ known) * longest", "float(turned @ known)"),
    Fault("sums", "longest * math.sqrt(left)", "longest * left"),
    Fault("sums", "lengths / longest", "lengths"),
    Fault("linear", "-(top / bottom) / bottom", "-(top / bottom)"),
    Fault("linear", "if bottom else np.zeros(2)", ""),
    Fault("centre_of", "one.means * (one.n / n)", "one.means / len(samples)"),
    Fault("centre_of", ", 1)", ", 0)"),
    Fault("require_alike", "(one.outcomes, one.covariates)", "one.outcomes"),
    Fault("require_alike", "(one.outcomes, one.covariates)", "one.covariates"),
)  # fmt: skip

test_the_untouched_covariates_pass, test_every_fault_in_covariates_is_caught = stories_of(
    {"stats/covariates.py": (check_covariates, COVARIATES)}
)
