"""Quantiles of curves and cumulative hazards, one fault at a time: numbers from R and by hand must notice each."""

import math

import pytest

from experiments.stats import survival
from experiments.stats.samples import RiskTable
from tests.faults.answers import ends, near, refuses, stories_of
from tests.faults.planting import Fault

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a fault may divide by 0
CAUSES = ("tap", "dismiss", "leave")
TIME = (1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 9)
CAUSE = (1, 2, 1, 1, 0, 3, 1, 1, 0, 2, 1, 0, 1, 0)
ROWS = [(ms, (None, *CAUSES)[k], 1) for ms, k in zip(TIME, CAUSE, strict=True)]
Z = 1.9599639845


def check_hazard(m):
    """R 4.2.2: survfit(Surv(time, cause == 1) ~ 1)$cumhaz and $std.chaz; d/Y and d/Y² by hand."""
    table = RiskTable.from_rows(CAUSES, ROWS, 12)
    found = m.cumulative_hazard(table, "tap")
    steps = ((1, 1, 14), (2, 1, 12), (3, 1, 11), (5, 2, 8), (7, 1, 5), (9, 1, 2))
    value = variance = 0.0
    for ms, ended, risk in steps:
        value, variance = value + ended / risk, variance + ended / risk**2
        near(float(found.value[ms]), value, 1e-12)
        near(float(found.variance[ms]), variance, 1e-12)
        factor = math.exp(Z * math.sqrt(variance) / value)
        ends(found.at(ms), value / factor, value * factor, 1e-9)
    near(float(found.value[6]), float(found.value[5]), 1e-15)
    assert (found.n, found.last_ms, found.level) == (14, 9, 0.95)
    assert found.at(9).method == "nelson_aalen"
    assert found.at(10).code == "beyond_observation"
    ends(found.at(0), 0.0, -math.log(0.025) / 14, 1e-12)
    ends(m.cumulative_hazard(table, "leave").at(3), 0.0, -math.log(0.025) / 11, 1e-12)
    ends(m.cumulative_hazard(table, "leave", 0.9).at(3), 0.0, -math.log(0.05) / 11, 1e-12)
    near(float(m.cumulative_hazard(table).value[1]), 2 / 14, 1e-12)
    near(float(m.cumulative_hazard(table, "dismiss").value[9]), 1 / 14 + 1 / 5, 1e-12)
    narrow, wide = (m.cumulative_hazard(table, "tap", level).at(5).interval for level in (0.9, 0.99))
    assert wide.low < found.low[5] < narrow.low
    assert m.cumulative_hazard(RiskTable.from_rows(CAUSES, [], 3)).code == "no_units"
    refuses((lambda: m.cumulative_hazard(table, "swipe"), lambda: found.value.__setitem__(0, 1.0)))


HAZARD = (
    Fault("cumulative_hazard", "events / watched)", "events / watched**2)"),
    Fault("cumulative_hazard", "events / watched**2)", "events / watched)"),
    Fault("cumulative_hazard", "table.events.sum(axis=0) if cause is None", "table.events.sum(axis=0) if cause"),
    Fault("cumulative_hazard", "table.events[table.causes.index(cause)]", "table.events[0]"),
    Fault("cumulative_hazard", "risk > 0)[-1]", "risk > 2)[-1]"),
    Fault("cumulative_hazard", "z_of(level) *", "z_of(0.95) *"),
    Fault("cumulative_hazard", "np.sqrt(variance)", "variance"),
    Fault("cumulative_hazard", "/ np.where(some, value, 1.0)", ""),
    Fault("cumulative_hazard", "value / factor", "value - factor"),
    Fault("cumulative_hazard", "value * factor", "value"),
    Fault("cumulative_hazard", "(1 - level) / 2", "(1 - level)"),
    Fault("cumulative_hazard", "-math.log((1 - level) / 2) / watched", "-math.log((1 - level) / 2) / table.n"),
    Fault("cumulative_hazard", "table.n == 0", "table.n < 0"),
    Fault("cumulative_hazard", "cause not in table.causes", "cause in ()"),
    Fault("cumulative_hazard", "array.setflags(write=False)", "array.setflags()"),
    Fault("CumulativeHazard.at", "ms > self.last_ms", "ms > self.last_ms + 1"),
    Fault("CumulativeHazard.at", "self.high[ms]", "self.value[ms]"),
)  # fmt: skip


def check_quantiles(m):
    """R 4.2.2: quantile(survfit(Surv(time, status) ~ 1, conf.type = "log-log")) for the first three."""
    rows = [(k, "tap", 5) for k in range(1, 21)] + [(k + 3, None, 1) for k in range(1, 21)]
    table = RiskTable.from_rows(("tap", "leave"), rows, 30)
    stay, tap = survival.staying(table), survival.incidence(table, "tap")
    for share, value, low, high in EXPECTED:
        for curve, method in ((stay, "kaplan_meier_quantile"), (tap, "aalen_johansen_quantile")):
            found = m.quantile_ms(curve, share)
            assert (found.value, found.method, found.n) == (value, method, 120)
            if curve is stay:
                assert (found.interval.low, found.interval.high, found.interval.level) == (low, high, 0.95)
            else:
                assert low - 1 <= found.interval.low < value < found.interval.high <= high + 1
    level = m.quantile_ms(survival.staying(table, 0.5), 0.5).interval
    assert level.level == 0.5
    flat = survival.staying(RiskTable.from_rows(("tap",), [(1, "tap", 1), (2, "tap", 1), (4, None, 2)], 6))
    assert m.quantile_ms(flat, 0.25).value == 1.5  # R: 1.5, 3.0, NA
    assert m.quantile_ms(flat, 0.5).value == 3.0
    never = m.quantile_ms(flat, 0.6)
    assert never.code == "quantile_not_reached"
    assert never.facts == (("most", 0.5), ("share", 0.6))
    assert m.quantile_ms(flat, 0.4).value == 2.0
    assert m.quantile_ms(flat, 0.5).interval is None
    refuses((lambda: m.quantile_ms(flat, 0.0), lambda: m.quantile_ms(flat, 1.0)))


EXPECTED = ((0.2, 5, 4, 7), (0.25, 6, 5, 8), (0.5, 12, 10, 14), (0.7, 16, 14, 18))

QUANTILES = (
    Fault("quantile_ms", "0 < share", "0 <= share"),
    Fault("quantile_ms", "share < 1", "share <= 1"),
    Fault("quantile_ms", "(1 - curve.value, 1 - curve.high, 1 - curve.low)", "(curve.value, curve.high, curve.low)"),
    Fault("quantile_ms", "(1 - curve.value, 1 - curve.high, 1 - curve.low)", "(1 - curve.value, 1 - curve.low, 1 - curve.high)"),
    Fault("quantile_ms", "(curve.value, curve.low, curve.high)", "(curve.low, curve.low, curve.high)"),
    Fault("quantile_ms", "(curve.value, curve.low, curve.high)", "(curve.value, curve.high, curve.low)"),
    Fault("quantile_ms", "startswith(\"kaplan_meier\")", "startswith(\"aalen\")"),
    Fault("quantile_ms", "ended[curve.last_ms]", "ended[0]"),
    Fault("quantile_ms", "ended[: curve.last_ms + 1]", "ended"),
    Fault("quantile_ms", "since is not None and until is not None", "since is not None"),
    Fault("quantile_ms", "curve.level)", "0.95)"),
    Fault("_reached", "share - _SAME", "share + _SAME"),
    Fault("_reached", "rising > share + _SAME", "rising >= share - _SAME"),
    Fault("_reached", "int(there[0])", "int(there[0]) + 1"),
    Fault("_reached", "(first + end) / 2", "first"),
    Fault("_reached", "if beyond.size > 0:", "if beyond.size > 99:"),
    Fault("_reached", "rising.size - 1", "rising.size"),
)  # fmt: skip

test_the_untouched_quantiles_pass, test_every_fault_in_quantiles_is_caught = stories_of(
    {
        "stats/survival/cumulative.py": (check_hazard, HAZARD),
        "stats/survival/quantiles.py": (check_quantiles, QUANTILES),
    }
)
