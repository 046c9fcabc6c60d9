"""Ratios of sums, one fault at a time: numbers worked out by hand must notice each."""

import math

import numpy as np
import pytest

from experiments.stats.effects import Shift, no_units
from experiments.stats.samples import Ratio
from tests.faults.answers import code, ends, near, refuses, stories_of
from tests.faults.planting import Fault

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a fault may overflow or divide by 0
T_2, T_9, T_4 = 4.3026527297, 2.2621571628, 2.7764451052  # R 4.2.2: qt(.975, c(2, 9, 4))
NONE, SINGLE = Ratio(0, 0.0, 0.0, 0.0, 0.0, 0.0), Ratio(1, 2.0, 4.0, 0.0, 0.0, 0.0)
STILL, UNSURE = Ratio(9, 2.0, 4.0, 0.0, 0.0, 0.0), Ratio(4, 2.0, 0.5, 3.0, 3.0, 0.0)
# R = 2, (s² terms) 90 − 2 · 2 · 9 + 4 · 9 = 90, / 9 / 10 / 9 = 1/9
C = Ratio(10, 6.0, 3.0, 90.0, 9.0, 9.0)
# R = 3, 40 − 2 · 3 · (−2) + 9 · 4 = 88, / 4 / 5 / 16 = .275
T = Ratio(5, 12.0, 4.0, 40.0, 4.0, -2.0)


def check_ratios(m):
    alone = m.ratio(C)
    near(alone.value, 2.0, 1e-12)
    ends(alone, 2 - T_9 / 3, 2 + T_9 / 3, 1e-8)
    assert (alone.n, alone.interval.level) == (10, 0.95)
    assert m.ratio(C, 0.99).interval.low < alone.interval.low
    assert (m.ratio(SINGLE).value, m.ratio(SINGLE).interval, m.ratio(SINGLE).n) == (0.5, None, 1)
    assert code(m.ratio(NONE)) == "no_units"
    apart = m.difference(C, T)
    freedom = (1 / 9 + 0.275) ** 2 / (1 / 9**2 / 9 + 0.275**2 / 4)
    near(apart.value, 1.0, 1e-12)
    near(apart.p_value, 0.149529774299, 1e-10)  # R 4.2.2: 2 * pt(-1 / sqrt(1/9 + .275), 7.3519)
    near(freedom, 7.351900982, 1e-8)
    assert m.difference(C, T, 0.9).interval.low > apart.interval.low
    shift = m.shift(C, T, 0.5)
    near(shift.value, 2.0, 1e-12)
    near(shift.variance, 0.275 + 0.25 / 9, 1e-12)
    near(m.difference(C, T, 0.95, 0.5).value, 2.0, 1e-12)
    assert (shift.units, shift.method, shift.scale) == (15, "delta_ratio", "absolute")
    near(m.shift(C, T).freedom, freedom, 1e-9)
    told = m.relative_shift(C, T, 0.95)
    near(told.value, 0.5, 1e-12)
    near(told.variance, (0.275 + 2.25 / 9) / 4, 1e-12)
    assert (told.units, told.scale) == (15, "relative")
    effect = m.relative_difference(C, T)
    ends(effect, 0.5 - 1.959963985 * told.error, 0.5 + 1.959963985 * told.error, 1e-8)
    assert m.relative_difference(C, T, 0.9).interval.low > effect.interval.low
    # below the line .5 ± .5: z · se = .98
    for asked in (m.ratio(UNSURE), m.shift(UNSURE, C), m.shift(C, UNSURE), m.relative_shift(C, UNSURE, 0.95)):
        assert code(asked) == "ratio_without_denominator"
    assert not hasattr(m.ratio(UNSURE, 0.6), "code")
    assert code(m.ratio(UNSURE, 0.7)) == "ratio_without_denominator"
    assert not hasattr(m.relative_shift(STILL, UNSURE, 0.6), "code")
    assert code(m.ratio(Ratio(1, 2.0, 0.0, 0.0, 0.0, 0.0))) == "ratio_without_denominator"
    for one, other, why in (
        (NONE, C, "no_units"),
        (C, NONE, "no_units"),
        (SINGLE, NONE, "no_units"),
        (SINGLE, C, "one_unit"),
        (C, SINGLE, "one_unit"),
        (STILL, STILL, "no_variation"),
    ):
        assert code(m.shift(one, other)) == code(m.relative_shift(one, other, 0.95)) == why
    # who clicks on exactly .3 of what is shown does not vary, whichever way rounding goes
    below = np.arange(1.0, 40.0) / 7
    for rate in np.linspace(-1, 1, 40):
        assert m.linear_spread(Ratio.from_rows(rate * below, below)) == 0
    near(m.linear_spread(Ratio(9, 2.0, 4.0, 0.0, 8.0, 0.0)), math.sqrt(8) / 8, 1e-12)
    near(m.linear_spread(C), math.sqrt(90) / 3, 1e-12)
    near(m.linear_spread(T), math.sqrt(88) / 4, 1e-12)
    near(m.linear_spread(Ratio(5, -12.0, 4.0, 40.0, 4.0, 2.0)), math.sqrt(88) / 4, 1e-12)
    near(m.linear_spread(Ratio(5, 12.0, -4.0, 40.0, 4.0, 2.0)), math.sqrt(88) / 4, 1e-12)
    assert m.linear_spread(STILL) == 0
    noise = Ratio(10, 0.1, 0.3, 1e-33, 1e-33, 0.0)
    assert m.linear_spread(noise) == 0
    near(m.linear_spread(Ratio(5, 12e100, 4.0, 40e200, 4.0, -2e100)) / 1e100, math.sqrt(88) / 4, 1e-12)
    assert code(m.ratio(Ratio(2, 1e300, 1e-300, 0.0, 0.0, 0.0))) == "out_of_range"
    assert code(m.ratio(Ratio(2, 1.0, 1e-100, 1e200, 0.0, 0.0))) == "out_of_range"
    assert (
        code(m.shift(Ratio(2, 1.0, 1e100, 1e-200, 0.0, 0.0), Ratio(2, 0.0, 1e100, 1e-200, 0.0, 0.0)))
        == "out_of_range"
    )


RATIOS = (
    Fault("ratio", "sample.n - 1", "sample.n"),
    Fault("ratio", "(1 - level) / 2", "(1 - level)"),
    Fault("ratio", "settled(sample, level)", "settled(sample, 0.95)"),
    Fault("ratio", "if sample.n == 1:", "if sample.n < 1:"),
    Fault("difference", "fixed(found, level)", "fixed(found)"),
    Fault("difference", "shift(control, treatment, coefficient)", "shift(control, treatment)"),
    Fault("difference", "shift(control, treatment, ", "shift(treatment, control, "),
    Fault("relative_difference", "fixed(found, level)", "fixed(found)"),
    Fault("shift", "coefficient, \"delta_ratio\"", "1.0, \"delta_ratio\""),
    Fault("shift", "c, t = both", "t, c = both"),
    Fault("shift", "welch(c, control.n, t, treatment.n", "welch(c, treatment.n, t, control.n"),
    Fault("relative_shift", "control.n + treatment.n, ", "control.n, "),
    Fault("relative_shift", "_both(control, treatment, level)", "_both(control, treatment, _LEVEL)"),
    Fault("relative_shift", "_both(control, treatment", "_both(treatment, control"),
    Fault("settled", "if sample.n > 1 else 0.0", "if sample.n > 9 else 0.0"),
    Fault("settled", "z_of(level) * within", "within"),
    Fault("settled", "<= z_of", "< z_of"),
    Fault("settled", "spread / math.sqrt(sample.n - 1) / math.sqrt(sample.n)", "spread / math.sqrt(sample.n - 1)"),
    Fault("settled", "math.sqrt(max(sample.n - 1, 1)) / math.sqrt(sample.n)", "math.sqrt(sample.n) / math.sqrt(sample.n)"),
    Fault("settled", "math.isfinite(value) and ", ""),
    Fault("settled", " and error * error < math.inf", ""),
    Fault("linear_spread", "-2 * shared", "2 * shared"),
    Fault("linear_spread", "-2 * shared", "-shared"),
    Fault("linear_spread", "abs(slope) * below", "below"),
    Fault("linear_spread", "sample.codeviations * slope", "sample.codeviations"),
    Fault("linear_spread", "left > _ROUNDING", "left > 0"),
    Fault("linear_spread", "/ abs(sample.bottom_mean)", ""),
    Fault("linear_spread", "other * other, ", ""),
    Fault("linear_spread", "max(above, low)", "above"),
    Fault("linear_spread", "spread_of(sample.n, sample.top_mean, sample.top_deviations)", "math.sqrt(sample.top_deviations)"),
    Fault("_both", "control.n == 1 or treatment.n == 1", "control.n == 1"),
    Fault("_both", "control.n == 0 or treatment.n == 0", "control.n == 0"),
    Fault("_both", "return other if isinstance(other, NoEffect) else (one, other)", "return (one, other)"),
)  # fmt: skip


def check_differences(m):
    c, t = m.Settled(2.0, 0.3), m.Settled(3.0, 0.4)
    told = m.welch(c, 10, t, 5, 1.0, "named")
    near(told.value, 1.0, 1e-12)
    near(told.variance, 0.25, 1e-12)
    near(told.freedom, 1 / (0.36**2 / 9 + 0.64**2 / 4), 1e-9)
    assert (told.units, told.scale, told.method) == (15, "absolute", "named")
    turned = m.welch(c, 10, t, 5, -2.0, "named")
    near(turned.value, 7.0, 1e-12)
    near(turned.variance, 0.36 + 0.16, 1e-12)
    near(turned.freedom, 0.52**2 / (0.36**2 / 9 + 0.16**2 / 4), 1e-9)
    still = m.Settled(2.0, 0.0)
    assert code(m.welch(still, 10, still, 5, 1.0, "named")) == "no_variation"
    for far in (1e200, 1e-200, math.inf):
        assert code(m.welch(m.Settled(2.0, far), 10, still, 5, 1.0, "named")) == "out_of_range"
    assert code(m.welch(m.Settled(-1e308, 1.0), 10, m.Settled(1e308, 1.0), 5, 1.0, "")) == "out_of_range"
    change = m.relative(m.Settled(-2.0, 0.3), m.Settled(-3.0, 0.4), 15, 0.95)
    near(change.value, -0.5, 1e-12)
    near(change.variance, (0.16 + 2.25 * 0.09) / 4, 1e-12)
    assert (change.units, change.scale, change.freedom) == (15, "relative", None)
    assert code(m.relative(m.Settled(2.0, 1.021), t, 15, 0.95)) == "ratio_of_uncertain_control"
    assert not hasattr(m.relative(m.Settled(2.0, 1.020), t, 15, 0.95), "code")
    assert code(m.relative(m.Settled(2.0, 1.0), t, 15, 0.99)) == "ratio_of_uncertain_control"
    near(m.spread_of(4, 1.0, 9.0), 3.0, 1e-12)
    assert m.spread_of(4, 0.1, 3e-30) == 0 < m.spread_of(4, 0.1, 5e-30)
    assert m.spread_of(100, -0.1, 9e-29) == 0 < m.spread_of(100, -0.1, 2e-28)
    assert m.out_of_range().sentence.endswith(".")
    assert m.one_unit().code == "one_unit"
    logged = m.logged(Shift(0.5, 0.09, 15, "relative", "delta", 7.0))
    assert logged == Shift(math.log(1.5), logged.variance, 15, "relative", "log_ratio", 7.0)
    near(logged.variance, 0.04, 1e-12)
    assert code(m.logged(no_units())) == "no_units"
    assert code(m.logged(Shift(-1.0, 0.1, 9, "relative", "delta"))) == "log_ratio_without_sign"
    assert code(m.logged(Shift(-1.5, 0.1, 9, "relative", "delta"))) == "log_ratio_without_sign"
    assert code(m.logged(Shift(-1 + 1e-15, 1e300, 9, "relative", "delta"))) == "out_of_range"
    refuses((lambda: m.logged(Shift(0.5, 0.1, 9, "absolute", "welch")),))
    assert m.shifted(1.0, 0.5, 3, "relative", "x", 7.0).freedom == 7.0


DIFFERENCES = (
    Fault("welch", "weighted = coefficient * control.error", "weighted = control.error"),
    Fault("welch", "treatment.value - coefficient * control.value", "treatment.value - control.value"),
    Fault("welch", "control_units + treatment_units", "control_units"),
    Fault("welch", "(weighted / error) ** 2", "weighted / error"),
    Fault("welch", "vt, treatment_units, vc, control_units", "vt, control_units, vc, treatment_units"),
    Fault("welch", "method, freedom)", "method)"),
    Fault("welch", "0 < error < math.inf", "0 <= error < math.inf"),
    Fault("relative", "control.error * control.error", "control.error"),
    Fault("relative", "treatment.value / control.value * control.error", "control.error"),
    Fault("relative", "* control.error) / abs(control.value)", "* control.error)"),
    Fault("relative", "control.value) / abs(control.value)\n    return", "control.value) / control.value\n    return"),
    Fault("relative", "units, \"relative\"", "units, \"absolute\""),
    Fault("logged", "if isinstance(found, NoEffect):", "if False:"),
    Fault("logged", "if found.scale != \"relative\":", "if False:"),
    Fault("logged", "if ratio <= 0:", "if ratio < 0:"),
    Fault("logged", "found.error / ratio", "found.error"),
    Fault("logged", "math.log(ratio)", "math.log(found.value)"),
    Fault("logged", "1 + found.value", "1 - found.value"),
    Fault("logged", ", found.freedom)", ")"),
    Fault("shifted", "if error == 0:", "if error < 0:"),
    Fault("shifted", "not math.isfinite(value) or ", ""),
    Fault("shifted", "0 < error * error < math.inf", "0 < error < math.inf"),
    Fault("shifted", "Shift(value, error * error", "Shift(value, error"),
    Fault("spread_of", "* math.sqrt(n)", ""),
    Fault("spread_of", "* abs(mean)", "* mean"),
    Fault("spread_of", "math.sqrt(deviations)", "deviations"),
    Fault("", "_CONSTANT = 1e-14", "_CONSTANT = 1e-13"),
)  # fmt: skip

test_the_untouched_ratios_pass, test_every_fault_in_ratios_is_caught = stories_of(
    {"stats/ratios.py": (check_ratios, RATIOS), "stats/differences.py": (check_differences, DIFFERENCES)}
)
