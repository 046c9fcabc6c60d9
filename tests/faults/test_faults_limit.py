"""Faults planted in the choice of the display limit, one at a time: the checks must notice every one."""

from pathlib import Path

import pytest

import experiments.stats.survival.limit_choice
from experiments.stats.samples import RiskTable
from tests.experiments.stats.endings import CAUSES
from tests.faults.planting import Fault, is_caught, load

SOURCE = Path(experiments.stats.survival.limit_choice.__file__)
FAULTS = (
    Fault("choose_limit", "range(step_ms, table.limit_ms, step_ms), table.limit_ms", "range(step_ms, table.limit_ms, step_ms)"),
    Fault("choose_limit", "if table.n == 0:", "if table.n == 1:"),
    Fault("choose_limit", "if best < 0:", "if best < -5:"),
    Fault("choose_limit", "== 0:\n        return NoEffect(\"limit.no_taps\"", "== 9:\n        return NoEffect(\"limit.no_taps\""),
    Fault("choose_limit", "grid // tick", "grid"),
    Fault("choose_limit", "(1 - level) / 2", "(1 - level) * 5"),
    Fault("choose_limit", "min(low, grid[place])", "grid[place]"),
    Fault("choose_limit", "max(high, grid[place])", "grid[place]"),
    Fault("choose_limit", "dismissals[0, grid[-1]] >", "dismissals[0, grid[best]] >"),
    Fault("choose_limit", "taps[0, grid[best]]),", "taps[0, grid[place]]),"),
    Fault("_require", "1 <= step_ms", "0 <= step_ms"),
    Fault("_require", "0 < tolerance < 1", "0 < tolerance"),
    Fault("_incidences", "cells[:, :-1].sum(axis=1)", "cells.sum(axis=1)"),
    Fault("_incidences", "np.zeros_like(left[:, :1]), left[:, :-1]", "left[:, :1], left[:, :-1]"),
    Fault("_incidences", "1 - ended * rate", "1 - 0 * rate"),
    Fault("_incidences", "before * rate", "staying * rate"),
    Fault("_resampled", "random.multinomial(n, cells.ravel() / n", "random.multinomial(n // 9, cells.ravel() / n"),
    Fault("_chosen", "dismissals <= most", "dismissals < most"),
    Fault("_chosen", "np.where(allowed, taps, -1.0)", "taps"),
    Fault("_chosen", "(1 - tolerance) * best", "tolerance * best"),
    Fault("_chosen", "enough.argmax(axis=1)", "held.argmax(axis=1)"),
)  # fmt: skip


def told(limit, n, **at):
    rows = [(ms, cause, count) for cause, counts in at.items() for ms, count in counts.items()]
    return RiskTable.from_rows(CAUSES, [*rows, (limit, None, n - sum(row[2] for row in rows))], limit)


def check(m) -> None:
    plain = told(10, 1000, tap={2: 100, 4: 95, 6: 5})
    found = m.choose_limit(plain, 1)
    assert (found.ms, found.best_ms, found.bound) == (4, 6, False)
    assert [found.taps, found.best_taps] == pytest.approx([0.195, 0.2])
    assert m.choose_limit(plain, 1, tolerance=0.02).ms == 6
    last = m.choose_limit(told(10, 1000, tap={2: 100, 10: 95}), 3)
    assert (last.ms, last.best_ms, last.bound) == (10, 10, False)
    held = m.choose_limit(told(10, 1000, tap={2: 100, 4: 40, 6: 60}, dismiss={3: 30, 5: 40}), 1, 0.05, 0.03)
    assert (held.ms, held.best_ms, held.bound) == (4, 4, True)
    assert (
        m.choose_limit(told(10, 1000, tap={4: 40}, dismiss={2: 100}), 3, 0.05, 0.03).code == "limit.guardrail"
    )
    gaps = m.choose_limit(told(10, 1000, tap={2: 95, 4: 5}, dismiss={1: 60}), 1, 0.05, 0.06)
    assert gaps.ms == 2
    assert m.choose_limit(told(10, 10, dismiss={1: 5}), 1).code == "limit.no_taps"
    assert m.choose_limit(RiskTable.from_rows(CAUSES, [], 5), 1).code == "no_units"
    near = m.choose_limit(told(10, 1000, tap={2: 100, 4: 86, 6: 14}), 1)  # 93 % by 4
    assert (near.ms, near.interval.low, near.interval.high) == (6, 4, 6)
    sure = m.choose_limit(told(10, 100_000, tap={2: 10_000, 4: 9_080, 6: 920}), 1)  # 95.4 %
    assert (sure.ms, sure.interval.low, sure.interval.high) == (4, 4, 4)
    just = m.choose_limit(told(10, 1000, tap={2: 100, 4: 91, 6: 9}), 1)  # 95.5 %
    assert (just.ms, just.interval.low, just.interval.high) == (4, 4, 6)
    # Aalen-Johansen by hand: 100 at risk, 40 leave at 1 and 20 are last seen then, 20 of 40 tap at 2, 10 of 20 at 5
    rows = [(1, "leave", 40), (1, None, 20), (2, "tap", 20), (5, "tap", 10), (5, None, 10)]
    curve = m.choose_limit(RiskTable.from_rows(CAUSES, rows, 5), 1)
    assert curve.best_taps == pytest.approx(0.6 * 0.5 + 0.3 * 0.5)
    soon = [(0, "leave", 50), (1, "tap", 25), (4, None, 25)]
    assert m.choose_limit(RiskTable.from_rows(CAUSES, soon, 4), 1).best_taps == pytest.approx(0.25)
    late = m.choose_limit(told(5000, 1000, tap={1000: 100, 4000: 100}), 500)
    assert (late.ms, late.interval.low, late.interval.high) == (4000, 4000, 4000)
    for step, tolerance in ((0, 0.05), (1, 1)):
        with pytest.raises(ValueError, match="must be"):
            m.choose_limit(plain, step, tolerance)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, tmp_path):
    assert is_caught(SOURCE, fault, check, tmp_path)


def test_the_untouched_module_passes(tmp_path):
    check(load(SOURCE, tmp_path))
