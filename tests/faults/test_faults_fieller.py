"""Faults planted in Fieller's ratio: limits found by root finding and known answers must notice every one."""

import math

import numpy as np

from experiments.stats import adjustment, means, ratios
from experiments.stats.differences import Settled
from experiments.stats.effects import Effect, Interval, Shift
from experiments.stats.samples import Moments, Ratio, Regression
from tests.faults.answers import code, ends, near, stories_of
from tests.faults.planting import Fault

FEW, MORE = Moments(12, 4.0, 40.0), Moments(9, 5.0, 90.0)


def turns(c, ec, t, et, correlation, q):
    """Both roots of |t − R c| = q √(et² − 2 R ρ ec et + R² ec²), by the formula of a square equation."""
    lead = c * c - q * q * ec * ec
    middle = t * c - q * q * correlation * ec * et
    root = math.sqrt(middle * middle - lead * (t * t - q * q * et * et))
    return (middle - root) / lead, (middle + root) / lead


def wider(shift, level):
    """2.5 standard errors to each side."""
    ends = Interval(shift.value - 2.5 * shift.error, shift.value + 2.5 * shift.error, level)
    return Effect(shift.value, ends, 0.3, "absolute", f"{shift.method}_often")


def check_fieller(m):
    for c, ec, t, et, correlation in (
        (2.0, 0.3, 3.0, 0.4, 0.0), (2.0, 0.3, 3.0, 0.4, 0.6), (2.0, 0.3, 3.0, 0.4, -0.6), (-2.0, 0.3, 3.0, 0.4, 0.5),
        (2.0, 0.3, -1.0, 0.4, 0.5), (5.0, 0.3, 0.0, 0.4, 0.2), (5.0, 0.0, 2.0, 0.4, 0.0),
    ):  # fmt: skip
        variance = ec * ec + et * et - 2 * correlation * ec * et
        shift = Shift(t - c, variance, 30, "absolute", "welch", 10.0)
        found = m.relative(Settled(c, ec), Settled(t, et), shift, 0.95, correlation)
        low, high = turns(c, ec, t, et, correlation, 2.228138852)  # R 4.2.2: qt(.975, 10)
        sign = 1 if c > 0 else -1
        ends(found, *sorted((sign * (low - 1), sign * (high - 1))), 1e-7)
        near(found.value, (t - c) / abs(c), 1e-12)
        assert found.interval.level == 0.95
    near(found.p_value, 2.0627971e-05, 1e-11)  # R 4.2.2: 2 * pt(-7.5, 10)
    apart = Shift(1.0, 0.25, 30, "absolute", "welch", 10.0)
    found = m.relative(Settled(2.0, 0.3), Settled(3.0, 0.4), apart, 0.9)
    low, high = turns(2.0, 0.3, 3.0, 0.4, 0.0, 1.812461123)  # R 4.2.2: qt(.95, 10)
    ends(found, low - 1, high - 1, 1e-7)
    often = m.relative(Settled(2.0, 0.3), Settled(3.0, 0.4), apart, 0.9, draw=wider)
    low, high = turns(2.0, 0.3, 3.0, 0.4, 0.0, 2.5)
    ends(often, low - 1, high - 1, 1e-9)
    assert (found.method, often.method, often.p_value) == ("fieller", "fieller_often", 0.3)
    plain = means.shift(FEW, MORE)
    settled = [Settled(arm.mean, math.sqrt(arm.variance / arm.n)) for arm in (FEW, MORE)]
    assert m.of_means(FEW, MORE, 0.9) == m.relative(*settled, plain, 0.9)
    near(m.of_means(FEW, MORE).p_value, means.difference(FEW, MORE).p_value, 1e-12)
    wide = Shift(1.0, 0.25, 30, "absolute", "welch", 10.0)
    assert code(m.relative(Settled(1.0, 0.45), Settled(2.0, 0.1), wide)) == "ratio_of_uncertain_control"
    assert code(m.relative(Settled(-1.0, 0.45), Settled(2.0, 0.1), wide)) == "ratio_of_uncertain_control"
    assert code(m.relative(Settled(1e-200, 0.0), Settled(1e200, 0.1), wide)) == "out_of_range"
    still = m.relative(Settled(1.0, 0.0), Settled(1e-30, 0.0), wide)
    near(still.interval.low, -1.0, 1e-12)
    rng = np.random.default_rng(4)
    tops, bottoms = rng.exponential(size=(2, 40)), 1 + rng.exponential(size=(2, 40))
    one, other = (Ratio.from_rows(top, bottom) for top, bottom in zip(tops, bottoms, strict=True))
    found = m.of_ratios(one, other, 0.9)
    both = [ratios.settled(arm, 0.9) for arm in (one, other)]
    assert found == m.relative(*both, ratios.shift(one, other), 0.9)
    assert m.of_ratios(one, other, 0.9, wider) == m.relative(*both, ratios.shift(one, other), 0.9, draw=wider)
    assert m.of_means(FEW, MORE, 0.9, wider) == m.relative(*settled, plain, 0.9, draw=wider)
    thin = Ratio(40, 1.0, 1.0, 9.0, 300.0, 0.0)  # 1 is 2.3 standard errors from 0
    for pair in ((thin, other), (one, thin)):
        assert code(m.of_ratios(*pair, 0.99)) == "ratio_without_denominator"
    empty = Ratio(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert code(m.of_ratios(empty, other)) == code(m.of_means(Moments(0, 0.0, 0.0), FEW)) == "no_units"
    before = rng.normal(5, 2, (3, 60))
    rows = [
        np.column_stack([x * k + rng.normal(size=60), x]) for x, k in zip(before, (1, 1.4, 0.6), strict=True)
    ]
    arms = [Regression.from_rows(one) for one in rows]
    for pooled in (None, arms):
        told = m.of_adjusted(*arms[:2], 0.9, pooled)
        control, treatment, alike, _ = adjustment.settled_arms(*arms[:2], 0.9, pooled=pooled)
        assert alike > 0.01
        shift = adjustment.shift(*arms[:2], pooled=pooled)
        assert told == m.relative(control, treatment, shift, 0.9, alike)
        told = m.of_adjusted(*arms[:2], 0.9, pooled, wider)
        assert told == m.relative(control, treatment, shift, 0.9, alike, wider)
    assert code(m.of_adjusted(Regression.from_rows(rows[0][:1]), arms[1])) == "one_unit"
    near_zero = rows[0] - np.array([rows[0][:, 0].mean(), 0.0])
    assert code(m.of_adjusted(Regression.from_rows(near_zero), arms[1])) == "ratio_of_uncertain_control"


FIELLER = (
    Fault("of_means", "arm.variance / arm.n", "arm.variance"),
    Fault("of_means", "difference, level, draw=draw", "difference, draw=draw"),
    Fault("of_means", "means.shift(control, treatment)", "means.shift(treatment, control)"),
    Fault("of_ratios", "ratios.settled(control, level)", "ratios.settled(control, 0.95)"),
    Fault("of_ratios", "ratios.settled(treatment, level)", "ratios.settled(treatment, 0.95)"),
    Fault("of_ratios", "difference, level, draw=draw", "difference, draw=draw"),
    Fault("of_ratios", "level, draw=draw", "level"),
    Fault("of_means", "level, draw=draw", "level"),
    Fault("of_adjusted", "correlation, draw", "correlation"),
    Fault("of_adjusted", "level, pooled=pooled", "level"),
    Fault("of_adjusted", "level, correlation", "level, 0.0"),
    Fault("relative", "draw(difference, level)", "fixed(difference, level)"),
    Fault("relative", "draw(difference, level)", "draw(difference, 0.95)"),
    Fault("relative", "tested.value - tested.interval.low) / difference.error", "0.0) / difference.variance"),
    Fault("relative", ".removeprefix(difference.method)", ""),
    Fault("relative", "< abs(control.value)", "< control.value"),
    Fault("relative", "q * control.error < abs", "control.error < abs"),
    Fault(
        "relative",
        "(treatment.value - control.value) / abs(control.value)",
        "treatment.value / control.value - 1",
    ),
    Fault("relative", "sign * (low - 1), sign * (high - 1)", "low - 1, high - 1"),
    Fault("relative", "if not all(math.isfinite(one) for one in (*ends, value)):", "if False:"),
    Fault("relative", "tested.p_value", "1.0"),
    Fault("_ends", "(1 - q * own) * (1 + q * own)", "1.0"),
    Fault("_ends", "if longest == 0:", "if longest < 0:"),
    Fault("_ends", "math.copysign(correlation, correlation * r)", "correlation"),
    Fault("_ends", "2 * (1 - turned)", "2 * (1 + turned)"),
    Fault("_ends", "(q * own * one) ** 2 *", "0 *"),
    Fault("_ends", "(1 - correlation) * (1 + correlation)", "1"),
    Fault("_ends", "q * own * correlation * (q * other)", "0"),
    Fault("_ends", "math.sqrt(max(squares, 0.0)) / free", "math.sqrt(max(squares, 0.0))"),
)

test_untouched_file_passes, test_every_fault_is_caught = stories_of(
    {"stats/fieller.py": (check_fieller, FIELLER)}
)
