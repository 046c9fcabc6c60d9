"""Adjustment before the exposure, one fault at a time: least squares and numbers by hand must notice each."""

import math

import numpy as np
import pytest

from experiments.stats.samples import Regression
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a fault may overflow or divide by 0
ONE, OTHER = frozenset({"a"}), frozenset({"b"})


def rows_of(seed, units, effect=0.0):
    """Outcome, what it is divided by, two covariates that tell of both."""
    rng = np.random.default_rng(seed)
    known = rng.lognormal(0, 0.7, (units, 2))
    below = 1.0 + rng.poisson(known[:, 0] + 1)
    return np.column_stack(
        [0.4 * below + known @ [2.0, -1.0] + effect + rng.normal(0, 1, units), below, known]
    )


ARMS = rows_of(1, 60), rows_of(2, 90, 0.8), rows_of(3, 40, -0.3)


def mean_of(rows):
    return Regression.from_rows(np.delete(rows, 1, axis=1), 1)


def ratio_of(rows):
    return Regression.from_rows(rows, 2)


def least_squares(outcome, known, arms):
    design = np.column_stack([*(np.arange(arms.max() + 1)[:, None] == arms), known]).astype(float)
    return np.linalg.lstsq(design, outcome, rcond=None)[0][arms.max() + 1 :]


def pieces(arms, theta, outcomes):
    """Each arm's adjusted value and its units' shares in it, and θ · covariates; by hand."""
    common, found = float(np.concatenate(arms)[:, 2:].mean(axis=0) @ theta), []
    for one in arms:
        slope = one[:, 0].sum() / one[:, 1].sum()
        outcome, value = (one[:, 0] - slope * one[:, 1]) / one[:, 1].mean(), slope
        if outcomes == 1:
            outcome, value = one[:, 0], one[:, 0].mean()
        known = one[:, 2:] @ theta
        found.append((value - float(known.mean()) + common, outcome - known, known))
    return found


def variance_of(found, k):
    n, total = sum(shares.size for _, shares, _ in found), 0.0
    for place, (_, shares, known) in enumerate(found):
        weight = (-k, 1.0, 0.0)[place]
        total += (weight * shares / shares.size + (1 - k) * known / n).var(ddof=1) * shares.size
    return total


NONE, SINGLE = mean_of(np.zeros((0, 4))), mean_of(ARMS[0][:1])


def check_adjustment(m):
    for outcomes, read in ((1, mean_of), (2, ratio_of)):
        for many in (2, 3):
            arms, samples = ARMS[:many], [read(one) for one in ARMS[:many]]
            theta = m.coefficients(samples)
            found, every = pieces(arms, theta, outcomes), samples if many == 3 else None
            (c, shares, _), (t, others, _) = found[:2]
            apart = m.shift(*samples[:2], pooled=every)
            near(apart.value, t - c, 1e-9)
            near(apart.variance, variance_of(found, 1.0), 1e-9)
            vc, vt = shares.var(ddof=1) / 60, others.var(ddof=1) / 90
            near(apart.freedom, (vc + vt) ** 2 / (vc**2 / 59 + vt**2 / 89), 1e-7)
            assert (apart.units, apart.scale, apart.method) == (150, "absolute", "cuped")
            margin = m.shift(*samples[:2], coefficient=0.5, pooled=every)
            near(margin.value, t - 0.5 * c, 1e-9)
            near(margin.variance, variance_of(found, 0.5), 1e-9)
            near(margin.freedom, (vc / 4 + vt) ** 2 / ((vc / 4) ** 2 / 59 + vt**2 / 89), 1e-7)
            told = m.relative_shift(*samples[:2], level=0.95, pooled=every)
            near(told.value, t / c - 1, 1e-9)
            near(told.variance, variance_of(found, t / c) / c**2, 1e-9)
            assert (told.units, told.scale, told.method) == (150, "relative", "cuped")
            plain = pieces(arms, theta * 0, outcomes)
            saved = 1 - variance_of(found, 1.0) / variance_of(plain, 1.0)
            near(m.share_of_variance(*samples[:2], pooled=every), saved, 1e-9)
            near(m.difference(*samples[:2], pooled=every).value, t - c, 1e-9)
            near(m.relative_difference(*samples[:2], pooled=every).value, t / c - 1, 1e-9)
    one, other = mean_of(ARMS[0]), mean_of(ARMS[1])
    for drawn in (m.difference, m.relative_difference):
        assert drawn(one, other, 0.9).interval.low > drawn(one, other).interval.low
        assert abs(drawn(one, other, 0.9, 5.0).value - drawn(one, other).value) > 0.01
    assert m.share_of_variance(one, other, 5.0) < m.share_of_variance(one, other) - 0.1
    alone = m.adjusted_mean(one, np.array([0.5, 2.0]), np.array([1.0, 1.5]))
    left = ARMS[0][:, 0] - (ARMS[0][:, 2:] - [1.0, 1.5]) @ [0.5, 2.0]
    near(alone.value, left.mean(), 1e-9)
    near(
        alone.interval.high - alone.value, 2.0009953781 * left.std(ddof=1) / math.sqrt(60), 1e-8
    )  # R: qt(.975, 59)
    assert (alone.n, m.adjusted_mean(one, np.zeros(2), np.zeros(2), 0.9).interval.level) == (60, 0.9)
    assert m.adjusted_mean(SINGLE, np.zeros(2), np.zeros(2)).interval is None
    assert code(m.adjusted_mean(NONE, np.zeros(2), np.zeros(2))) == "no_units"
    for a, b, why in (
        (NONE, one, "no_units"),
        (one, NONE, "no_units"),
        (SINGLE, NONE, "no_units"),
        (SINGLE, one, "one_unit"),
        (one, SINGLE, "one_unit"),
    ):
        assert code(m.shift(a, b)) == code(m.relative_shift(a, b, 0.95)) == why
        assert m.share_of_variance(a, b) == 0
    bare = [Regression.from_rows(arm[:, :1].copy()) for arm in ARMS[:2]]
    assert (m.shift(*bare).method, m.relative_shift(*bare, 0.95).method) == ("welch", "delta")
    paired = [Regression.from_rows(arm[:, :2].copy(), 2) for arm in ARMS[:2]]
    assert m.shift(*paired).method == "delta_ratio"
    below = ratio_of(np.column_stack([ARMS[0][:, 0], np.tile([-1.0, 1.5], 30), ARMS[0][:, 2:]]))  # .25 ± .163
    for asked in (m.shift(ratio_of(ARMS[0]), below), m.shift(below, ratio_of(ARMS[0]))):
        assert code(asked) == "ratio_without_denominator"
    assert not hasattr(m.relative_shift(ratio_of(ARMS[0]), below, 0.8), "code")
    assert not hasattr(m.adjusted_mean(below, np.zeros(2), np.zeros(2), 0.8), "code")
    # covariates foretell control: what is left says .28 ± .02, their common mean ± .12
    known = np.linspace(-2, 2, 100)
    near_zero = np.column_stack(
        [known * 1.5 + 0.28 + np.tile([0.2, -0.2], 50), np.ones(100), known, known**2]
    )
    assert code(m.relative_shift(*[mean_of(near_zero)] * 2, 0.99)) == "ratio_of_uncertain_control"
    assert not hasattr(m.relative_shift(*[mean_of(near_zero)] * 2, 0.95), "code")
    assert code(m.adjusted_mean(one, np.array([1e150, 0.0]), np.array([1e200, 0.0]))) == "out_of_range"
    assert code(m.adjusted_mean(one, np.array([1e308, 0.0]), one.means[1:])) == "out_of_range"
    refuses(
        (
            lambda: m.shift(one, ratio_of(ARMS[0])),
            lambda: m.shift(one, bare[0], pooled=[one]),
            lambda: m.shift(one, other, pooled=[bare[0]]),
            lambda: m.shift(one, other, ridge=-1.0),
        )
    )


ADJUSTMENT = (
    Fault("adjusted_mean", "sample.n - 1, (1", "sample.n, (1"),
    Fault("adjusted_mean", "(1 - level) / 2", "(1 - level)"),
    Fault("adjusted_mean", "centre, level)", "centre, 0.95)"),
    Fault("adjusted_mean", "if sample.n == 1:", "if sample.n < 1:"),
    Fault("adjusted_mean", "if sample.n == 0:", "if sample.n < 0:"),
    Fault("shift", "t, treatment.n, coefficient, method", "t, treatment.n, 1.0, method"),
    Fault("shift", "welch(c, control.n, t, treatment.n", "welch(c, treatment.n, t, control.n"),
    Fault("shift", "or coefficient == 1:", "or coefficient:"),
    Fault("shift", "method, plain.freedom", "method"),
    Fault("shift", "ridge, pooled, _LEVEL", "0.0, pooled, _LEVEL"),
    Fault("shift", "ridge, pooled, _LEVEL", "ridge, None, _LEVEL"),
    Fault("shift", "\"cuped\" if both.told else ", ""),
    Fault("relative_shift", "ridge, pooled, level", "ridge, None, level"),
    Fault("relative_shift", "ridge, pooled, level", "ridge, pooled, _LEVEL"),
    Fault("relative_shift", " + 2 * both.control.shared + both.common", ""),
    Fault("relative_shift", "t.value / c.value) / abs(c.value)", "t.value / c.value)"),
    Fault("relative_shift", "_error(both, t.value / c.value)", "_error(both, 1.0)"),
    Fault("relative_shift", "(t.value - c.value) / abs", "(c.value - t.value) / abs"),
    Fault("relative_shift", "alone * alone, level", "alone * alone, 0.95"),
    Fault("difference", "ridge=ridge, ", ""),
    Fault("difference", "pooled=pooled", "pooled=None"),
    Fault("difference", "fixed(found, level)", "fixed(found)"),
    Fault("relative_difference", "ridge, pooled)", "ridge)"),
    Fault("relative_difference", "fixed(found, level)", "fixed(found)"),
    Fault("share_of_variance", "(after / before) ** 2", "after / before"),
    Fault("share_of_variance", "ridge, pooled, _LEVEL", "0.0, pooled, _LEVEL"),
    Fault("share_of_variance", "ridge, pooled, _LEVEL", "ridge, None, _LEVEL"),
    Fault("share_of_variance", "for one in (control, treatment)", "for one in (control, control)"),
    Fault("_both", "(control, treatment) if pooled is None else pooled", "(control, treatment)"),
    Fault("_both", "require_alike((control, treatment, *arms))", "pass"),
    Fault("_both", "coefficients(arms, ridge)", "coefficients(arms)"),
    Fault("_both", "control.n == 0 or treatment.n == 0", "control.n == 0"),
    Fault("_both", "control.n == 1 or treatment.n == 1", "control.n == 1"),
    Fault("_both", "sum(one.n for one in arms)", "control.n + treatment.n"),
    Fault("_both", "math.sqrt(one.n / (one.n - 1)) * ", ""),
    Fault("_both", "math.hypot(*spreads) / n", "math.hypot(*spreads)"),
    Fault("_both", "common * common", "common"),
    Fault("_side", "(sample.means[many:] - centre)", "sample.means[many:]"),
    Fault("_side", "plain.value - float", "plain.value + float"),
    Fault("_side", "/ math.sqrt(max(sample.n - 1, 1)) / math.sqrt(sample.n)", "/ sample.n"),
    Fault("_side", "/ max(sample.n - 1, 1) / units", "/ max(sample.n - 1, 1)"),
    Fault("_side", "settled(outcome, level)", "settled(outcome, 0.95)"),
    Fault("_side", "math.isfinite(value) and ", ""),
    Fault("_side", "error * error < math.inf and ", ""),
    Fault("_error", "2 * (1 - k)", "(1 - k)"),
    Fault("_error", "(t.shared - k * c.shared)", "(t.shared + k * c.shared)"),
    Fault("_error", "(1 - k) * (1 - k) * both.common", "(1 - k) * both.common"),
    Fault("_error", "k * k * c.found.error", "k * c.found.error"),
)  # fmt: skip


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
    apart = ARMS[0] - ARMS[0].mean(axis=0)
    unit = np.sqrt((apart[:, 2:] ** 2).sum(axis=0))
    known = apart[:, 2:] / unit
    shrunk = np.linalg.solve(known.T @ known + 0.5 * np.eye(2), known.T @ apart[:, 0]) / unit
    for found, true in zip(m.coefficients(samples[:1], 0.5), shrunk, strict=True):
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
    assert not m.coefficients([mean_of(ARMS[0][:20]), mean_of(ARMS[1][:19])]).any()
    assert m.coefficients([mean_of(ARMS[0][:20]), mean_of(ARMS[1][:20])]).all()
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
    given = np.array([0.7, -0.4])
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
    assert m.UNITS_PER_COVARIATE == 20
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

test_the_untouched_adjustment_passes, test_every_fault_in_adjustment_is_caught = stories_of(
    {
        "stats/adjustment.py": (check_adjustment, ADJUSTMENT),
        "stats/covariates.py": (check_covariates, COVARIATES),
    }
)
