"""The display limit to name: by hand, against loops, and how often its interval holds the truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.samples import RiskTable
from experiments.stats.survival import incidence
from experiments.stats.survival.limit_choice import choose_limit
from tests.experiments.stats.endings import CAUSES, ENDINGS, table_of
from tests.experiments.stats.test_hazard_ratio import launch


def told(limit=10, **at):
    rows = [(ms, cause, n) for cause, counts in at.items() for ms, n in counts.items()]
    n = sum(count for *_, count in rows)
    return RiskTable.from_rows(CAUSES, [*rows, (limit, None, 1000 - n)], limit)


def test_the_shortest_limit_within_five_percent_of_the_best():
    """Taps by 2 s 100, by 4 s 195, by 6 s 200 of 1,000: 4 s keep 97.5 %, 2 s half."""
    found = choose_limit(told(tap={2: 100, 4: 95, 6: 5}), 1)
    assert (found.ms, found.best_ms, found.taps, found.best_taps) == (
        4,
        6,
        pytest.approx(0.195),
        pytest.approx(0.2),
    )
    assert not found.bound


def test_a_smaller_tolerance_asks_for_longer():
    assert choose_limit(told(tap={2: 100, 4: 95, 6: 5}), 1, tolerance=0.02).ms == 6


def test_the_guardrail_forbids_what_annoys():
    """40 of 1,000 dismiss at 5: with at most 3 % only limits up to 4 are allowed, and of them 4 is best."""
    data = told(tap={2: 100, 4: 40, 6: 60}, dismiss={5: 40})
    free, held = choose_limit(data, 1), choose_limit(data, 1, most_dismissals=0.03)
    assert (free.ms, free.bound) == (6, False)
    assert (held.ms, held.best_ms, held.bound) == (4, 4, True)
    early = told(tap={2: 100}, dismiss={1: 500})
    assert choose_limit(early, 1, most_dismissals=0.1).code == "limit.guardrail"


def test_without_taps_nothing_is_better():
    assert choose_limit(told(dismiss={1: 5}), 1).code == "limit.no_taps"
    assert choose_limit(RiskTable.from_rows(CAUSES, [], 5), 1).code == "no_units"


def test_what_cannot_be_asked_is_said():
    data = told(tap={2: 100})
    with pytest.raises(ValueError, match="`step_ms` is 0; must be 1 to 10"):
        choose_limit(data, 0)
    with pytest.raises(ValueError, match=r"`tolerance` is 1; must be in \(0, 1\)"):
        choose_limit(data, 1, tolerance=1)
    with pytest.raises(ValueError, match="`most_dismissals` is 3; must be a share"):
        choose_limit(data, 1, most_dismissals=3)
    with pytest.raises(ValueError, match="`causes` is"):
        choose_limit(RiskTable.from_rows(["tap"], [(1, "tap", 1)], 5), 1)


@given(ENDINGS, st.integers(1, 5), st.floats(0.01, 0.5), st.one_of(st.none(), st.floats(0, 1)))
def test_the_choice_is_what_a_loop_finds_on_the_curves(endings, step, tolerance, most):
    table = table_of(endings)
    taps, dismissals = (incidence(table, cause).value for cause in ("tap", "dismiss"))
    grid = [*range(step, 25, step), 25]
    allowed = [ms for ms in grid if most is None or dismissals[ms] <= most]
    found = choose_limit(table, step, tolerance, most)
    if not allowed:
        assert found.code == "limit.guardrail"
        return
    best = max(taps[ms] for ms in allowed)
    if taps[allowed[-1]] == 0:
        assert found.code == "limit.no_taps"
        return
    near = [abs(taps[ms] - (1 - tolerance) * best) < 1e-9 for ms in allowed]
    if not any(near):
        assert found.ms == next(ms for ms in allowed if taps[ms] >= (1 - tolerance) * best)
    assert found.best_taps == pytest.approx(best)
    assert found.interval.low <= found.ms <= found.interval.high


@pytest.mark.slow
def test_the_interval_holds_the_truth():
    """Constant hazards: F(N) = (1 − e^(−hN)) r/h, so N* is known; 120 launches of 2,000 people."""
    rates, limit = (3.0, 0.4, 0.6), 400
    h = sum(rates)
    whole = 1 - math.exp(-h * limit / 1000)
    true = -math.log(1 - 0.95 * whole) / h * 1000
    held = 0
    for seed in range(120):
        ends = choose_limit(launch(seed, 2000, limit, rates), 1).interval
        held += ends.low - 1 <= true <= ends.high
    # 120 launches: 95 % has a Monte-Carlo error of 2 points
    assert held / 120 >= 0.89
    assert held < 120


def test_the_same_question_has_the_same_answer():
    data = launch(5, 500, 300, (3.0, 0.4, 0.6))
    assert choose_limit(data, 10) == choose_limit(data, 10)


def test_long_limits_are_grouped_only_while_resampling():
    """Ten minutes in ms: the choice is exact, the interval is there, and memory stays small."""
    data = RiskTable.from_rows(
        CAUSES, [(1234, "tap", 100), (400_001, "tap", 90), (599_999, "tap", 5), (600_000, None, 805)], 600_000
    )
    found = choose_limit(data, 1000)
    assert found.ms == 401_000
    assert np.isfinite(found.interval.high)
