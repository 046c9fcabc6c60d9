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
            one, other, alike, difference = m.settled_arms(*samples[:2], 0.95, pooled=every)
            near(other.value - one.value, t - c, 1e-9)
            assert difference == apart
            for k in (0.0, 0.5, 1.0, -1.0, 3.0):
                shared = alike * one.error * other.error
                told = other.error**2 - 2 * k * shared + k * k * one.error**2
                near(told, variance_of(found, k), 1e-9)
            plain = pieces(arms, theta * 0, outcomes)
            saved = 1 - variance_of(found, 1.0) / variance_of(plain, 1.0)
            near(m.share_of_variance(*samples[:2], pooled=every), saved, 1e-9)
            near(m.difference(*samples[:2], pooled=every).value, t - c, 1e-9)
            near(m.relative_difference(*samples[:2], pooled=every).value, t / c - 1, 1e-9)
    one, other = mean_of(ARMS[0]), mean_of(ARMS[1])
    for drawn in (m.difference, m.relative_difference):
        assert drawn(one, other, 0.9).interval.low > drawn(one, other).interval.low
        assert abs(drawn(one, other, 0.9, 5.0).value - drawn(one, other).value) > 0.01
    assert m.settled_arms(one, other, 0.95, 5.0)[0].value != m.settled_arms(one, other, 0.95)[0].value
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
    for level in (0.8, 0.95):
        assert code(m.settled_arms(ratio_of(ARMS[0]), below, level)) == "ratio_without_denominator"
    nearly = ratio_of(
        np.column_stack([ARMS[0][:, 0], np.tile([-1.0, 1.7], 30), ARMS[0][:, 2:]])
    )  # .35 ± .176
    assert not hasattr(m.settled_arms(ratio_of(ARMS[0]), nearly, 0.8), "code")
    assert code(m.settled_arms(ratio_of(ARMS[0]), nearly, 0.99)) == "ratio_without_denominator"
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
    Fault("_difference", "treatment.n, k, method", "treatment.n, 1.0, method"),
    Fault("_difference", "treatment.n, k", "control.n, k"),
    Fault("shift", "or coefficient == 1:", "or coefficient:"),
    Fault("shift", "plain.method, plain.freedom", "plain.method"),
    Fault("shift", "ridge, pooled, _LEVEL", "0.0, pooled, _LEVEL"),
    Fault("shift", "ridge, pooled, _LEVEL", "ridge, None, _LEVEL"),
    Fault("_difference", "\"cuped\" if both.told else ", ""),
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
    Fault("settled_arms", "2 * arm.shared + both.common", "2 * arm.shared"),
    Fault("settled_arms", "2 * arm.shared + both.common", "both.common"),
    Fault("settled_arms", "c.shared + t.shared + both.common", "c.shared + both.common"),
    Fault("settled_arms", "ridge, pooled, max", "ridge, None, max"),
    Fault("settled_arms", "ridge, pooled, max", "0.0, pooled, max"),
    Fault("settled_arms", "max(level, _LEVEL)", "_LEVEL"),
    Fault("settled_arms", "max(level, _LEVEL)", "level"),
    Fault("settled_arms", "Settled(t.found.value, other)", "Settled(t.found.value, one)"),
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

test_the_untouched_adjustment_passes, test_every_fault_in_adjustment_is_caught = stories_of(
    {"stats/adjustment.py": (check_adjustment, ADJUSTMENT)}
)
