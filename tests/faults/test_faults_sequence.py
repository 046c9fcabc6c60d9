"""The confidence sequence, one fault at a time: known answers must notice each."""

import math

import numpy as np

from experiments.stats.effects import Shift
from tests.faults.answers import ends, near, refuses, stories_of
from tests.faults.planting import Fault


def check_sequence(m):
    # gbstats 0.8.0, SequentialTwoSidedTTest: 400/4000 against 480/4100; two means, 300 against 200 units
    shares = Shift(0.01707317073170732, 4.771147400647118e-05, 8100, "relative", "wald")
    found = m.interval(shares, 0.95, 5000)
    ends(found, -0.0039808964513822, 0.03812723791479684, 1e-13)
    near(found.p_value, 0.21873061694002682, 1e-12)
    assert (found.value, found.scale, found.method) == (shares.value, "relative", "wald_sequence")
    assert found.interval.level == 0.95
    means = Shift(0.6000000000000001, 0.03762138451454597, 500, "absolute", "welch")
    ends(m.interval(means, 0.9, 1000), 0.05352653709582211, 1.146473462904178, 1e-12)
    near(m.interval(means, 0.9, 1000).p_value, 0.05380852604775552, 1e-12)
    # R 4.2.2: the boundary 2.817420629 is qt(pnorm(.), 30) = 3.042576862; t = 3.093384203 is z = 2.858568441
    few = m.interval(Shift(means.value, means.variance, 500, "absolute", "welch", 30.0), 0.9, 1000)
    ends(few, 0.009854710015796297, 1.1901452899842035, 1e-9)
    near(few.p_value, 0.09150874293520618, 1e-9)
    assert m.interval(Shift(0.0, 1.0, 10, "absolute", "welch"), 0.95, 1000).p_value == 1.0
    # GrowthBook's formula with its own N* = 5,000
    assert [round(m.width(n, 5000), 2) for n in (500, 5000, 20_000, 100_000)] == [1.97, 1.55, 1.60, 1.70]
    near(
        m.width(500, 1000, 0.9),
        (1.146473462904178 - 0.6) / math.sqrt(means.variance) / 1.6448536269514722,
        1e-9,
    )
    many = m.half_widths(np.array([[shares.variance], [0.25]]), [8100, 1], 0.05, 5000)
    assert many.shape == (2, 2)
    near(many[0, 0], 0.03812723791479684 - shares.value, 1e-13)
    near(many[1, 0] / many[0, 0], 0.5 / math.sqrt(shares.variance), 1e-9)
    near(many[1, 1], m.interval(Shift(0.0, 0.25, 1, "absolute", "x"), 0.95, 5000).interval.high, 1e-12)
    near(m.tuning(10, 0.95) * 10, 7.936154601737563, 1e-12)
    near(m.best_tuning(10, 0.95) * 10, 8.211968062068253, 1e-12)  # scipy: −W₋₁(−0.05²/e) − 1
    extreme = Shift(1e300, 1e-300, 1, "absolute", "x")
    assert m.interval(extreme, 1e-300, 10**12).p_value == 0.0
    refuses(
        (
            lambda: m.interval(means, 1.0, 100),
            lambda: m.interval(means, 0.95, 0),
            lambda: m.width(0.5, 100),
            lambda: m.width(math.inf, 100),
            lambda: m.width(1, 0.5),
            lambda: m.tuning(math.inf),
            lambda: m.best_tuning(0.5),
            lambda: m.half_widths([1.0, 0.0], 10, 0.05, 100),
            lambda: m.half_widths([1.0, math.inf], 10, 0.05, 100),
            lambda: m.half_widths(1.0, [10, 0], 0.05, 100),
            lambda: m.half_widths(1.0, [10, math.inf], 0.05, 100),
            lambda: m.half_widths(1.0, 10, 1.0, 100),
            lambda: m.half_widths(1.0, 10, 0.05, 0),
        )
    )


SEQUENCE = (
    Fault("interval", "shift.units * tuning", "tuned_to * tuning"),
    Fault("interval", "tuning(tuned_to, level)", "tuning(tuned_to)"),
    Fault("interval", "tuning(tuned_to, level)", "best_tuning(tuned_to, level)"),
    Fault("interval", "shift.error * reach", "shift.variance * reach"),
    Fault("interval", "_surprise(level)))), shift.freedom)", "_surprise(level)))), None)"),
    Fault("interval", "score(shift)", "shift.value / shift.error"),
    Fault("interval", "score(shift)", "shift.value / shift.variance"),
    Fault("interval", "math.sqrt(x + 1) * math.exp", "(x + 1) * math.exp"),
    Fault("interval", "-x / (x + 1) * z * z / 2", "-x / (x + 1) * z * z"),
    Fault("interval", "-x / (x + 1) * z * z", "-z * z"),
    Fault("interval", "min(1.0, math", "min(2.0, math"),
    Fault("interval", "shift.value - half", "shift.value + half"),
    Fault("interval", "shift.value + half, level", "shift.value + half, 0.9"),
    Fault("interval", "shift.scale", '"absolute"'),
    Fault("interval", "_sequence", "_group"),
    Fault("half_widths", "np.sqrt(squared) *", "squared *"),
    Fault("half_widths", "_tuned(surprise) / tuned_to", "_tuned(surprise)"),
    Fault("half_widths", "-math.log(alpha)", "-math.log(alpha / 2)"),
    Fault("half_widths", "squared > 0", "squared >= 0"),
    Fault("half_widths", "np.isfinite(squared) &", "True &"),
    Fault("half_widths", "n >= 1", "n >= 0"),
    Fault("half_widths", "np.isfinite(n) &", "True &"),
    Fault("half_widths", "    _require_tuned(tuned_to)\n", ""),
    Fault("width", "units * rho_squared", "tuned_to * rho_squared"),
    Fault("width", "math.sqrt(2) *", "2 *"),
    Fault("width", "erfinv(level)", "erfinv(0.95)"),
    Fault("width", "units >= 1", "units >= 0"),
    Fault("width", "math.isfinite(units) and ", ""),
    Fault("tuning", "/ tuned_to", "* tuned_to"),
    Fault("tuning", "    _require_tuned(tuned_to)\n", ""),
    Fault("best_tuning", "x - math.log1p(x) - doubled", "x - math.log(x) - doubled"),
    Fault("best_tuning", "2 * _surprise", "_surprise"),
    Fault("best_tuning", "if abs(step) <= _CLOSE * x:", "if True:"),
    Fault("best_tuning", "    _require_tuned(tuned_to)\n", ""),
    Fault("_squares", "np.log1p(x)", "np.log(x)"),
    Fault("_squares", "2 * surprise", "surprise"),
    Fault("_squares", "(x + 1) *", "x *"),
    Fault("_tuned", "math.log1p(2 * surprise)", "math.log(2 * surprise)"),
    Fault("_tuned", "2 * surprise + ", "surprise + "),
    Fault("_surprise", "-math.log1p(-level)", "-math.log(1 - level + 1e-9)"),
    Fault("_surprise", "0 < level < 1", "0 < level <= 1"),
    Fault("_require_tuned", "tuned_to >= 1", "tuned_to > 0"),
    Fault("_require_tuned", "math.isfinite(tuned_to) and ", ""),
)

test_the_untouched_sequence_passes, test_every_fault_in_the_sequence_is_caught = stories_of(
    {"stats/sequential/confidence_sequence.py": (check_sequence, SEQUENCE)}
)
