"""A longer display limit under unchanged behaviour, and worlds in which nearly everybody dismisses: in exact counts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import survival
from experiments.stats.samples import RiskTable
from tests.experiments.stats.endings import CAUSES

HAZARDS = {"tap": 0.15, "dismiss": 0.10, "leave": 0.05}  # per second
PEOPLE = 1_000_000_000


def everybody(limit_ms: int) -> RiskTable:
    """As many people as it takes for chance to vanish: every ms loses just the share that the hazards say."""
    ms = np.arange(1, limit_ms + 1)
    total = sum(HAZARDS.values())
    gone = np.exp(-total * (ms - 1) / 1000) * -math.expm1(-total / 1000) * PEOPLE
    events = np.zeros((len(CAUSES), limit_ms + 1), np.int64)
    for row, cause in enumerate(CAUSES):
        events[row, 1:] = np.rint(gone * HAZARDS[cause] / total)
    censored = np.zeros(limit_ms + 1, np.int64)
    censored[limit_ms] = PEOPLE - events.sum()
    return RiskTable(CAUSES, events, censored)


def tapped(table: RiskTable) -> survival.Curve:
    curve = survival.incidence(table, "tap")
    assert isinstance(curve, survival.Curve)
    return curve


def test_the_mean_of_converters_moves_and_the_curve_does_not():
    short, long = everybody(3_000), everybody(6_000)
    means = [np.average(np.arange(t.limit_ms + 1), weights=t.events[0]) / 1000 for t in (short, long)]
    assert [round(mean, 2) for mean in means] == [1.28, 2.15]
    assert tapped(long).value[:3_001].tolist() == pytest.approx(tapped(short).value.tolist(), abs=1e-12)
    assert tapped(long).high[:3_001].tolist() == pytest.approx(tapped(short).high.tolist(), abs=1e-12)
    found = survival.difference_at(tapped(short), tapped(long), 3_000)
    assert abs(found.value) < 1e-12
    assert found.interval.contains(0.0)


def test_the_share_tapped_at_six_seconds_is_forty_two_percent_not_fifty_nine():
    table = everybody(6_000)
    assert round(tapped(table).value[6_000], 2) == 0.42
    others = table.events[1:].sum(axis=0) + table.censored
    alone = RiskTable(("tap",), table.events[:1].copy(), others)
    assert round(1 - survival.staying(alone).value[6_000], 2) == 0.59


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 10**7), st.integers(0, 900)), min_size=2, max_size=400
    ),
    st.integers(0, 10**6),
)
def test_where_nearly_everybody_dismisses_the_shares_add_to_one_at_every_ms(counts, left):
    """However many people, and however few of them tap: taps, dismissals (up to ten million a ms) and censorings."""
    events = np.zeros((len(CAUSES), len(counts)), np.int64)
    censored = np.zeros(len(counts), np.int64)
    for ms, (taps, dismissals, lost) in enumerate(counts):
        events[:, ms] = taps, dismissals, taps // 2
        censored[ms] = lost
    censored[-1] += left + 1
    table = RiskTable(CAUSES, events, censored)
    parts = [survival.incidence(table, cause).value for cause in CAUSES]
    total = np.sum(parts, axis=0) + survival.staying(table).value
    assert np.abs(total - 1).max() < 1e-12


def test_a_time_before_the_unit_entered_is_refused():
    table = RiskTable.from_rows(("tap",), [(10, "tap", 5), (20, None, 5)], 20)
    curve, hazards = survival.incidence(table, "tap"), survival.cumulative_hazard(table)
    for ask in (
        lambda: curve.at(-1),
        lambda: hazards.at(-1),
        lambda: survival.time_lost_ms(curve, -1),
        lambda: survival.difference_at(curve, curve, -1),
        lambda: survival.relative_difference_at(curve, curve, -1),
        lambda: survival.shift_at(curve, curve, -1),
        lambda: survival.relative_shift_at(curve, curve, -1, 0.95),
    ):
        with pytest.raises(ValueError, match="`ms` is -1; must be 0 or more"):
            ask()
