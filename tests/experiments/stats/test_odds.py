"""Odds ratios: a textbook's table, statsmodels on the same shifted table, and laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import Table2x2

from experiments.stats.effects import NoEffect
from experiments.stats.odds import OddsRatio, odds_ratio
from experiments.stats.samples import Count

COUNTS = st.integers(1, 300).flatmap(lambda n: st.builds(Count, st.just(n), st.integers(0, n)))


def test_aspirin_and_heart_attacks():
    """Physicians' Health Study: 189 of 11 034 on placebo, 104 of 11 037 on aspirin: 1.83 (1.44, 2.33) (Agresti 2013, 3.1.3)."""
    found = odds_ratio(Count(11_034, 189), Count(11_037, 104))
    assert (found.value, found.interval.low, found.interval.high) == pytest.approx(
        (1.83, 1.44, 2.33), abs=0.01
    )


@given(COUNTS, COUNTS, st.sampled_from([0.8, 0.95, 0.99]))
def test_statsmodels_says_the_same_of_the_table_with_a_half_in_each_cell(present, absent, level):
    found = odds_ratio(present, absent, level)
    if present.hits + absent.hits in (0, present.n + absent.n):
        assert isinstance(found, NoEffect)
        return
    cells = [[one.hits + 0.5, one.n - one.hits + 0.5] for one in (present, absent)]
    table = Table2x2(np.array(cells), shift_zeros=False)
    assert found.value == pytest.approx(table.oddsratio)
    assert (found.interval.low, found.interval.high) == pytest.approx(table.oddsratio_confint(1 - level))
    assert found.p_value == pytest.approx(table.oddsratio_pvalue())


@given(COUNTS, COUNTS)
def test_swapping_the_sides_inverts_the_ratio(present, absent):
    one, other = odds_ratio(present, absent), odds_ratio(absent, present)
    if isinstance(one, OddsRatio):
        assert one.value * other.value == pytest.approx(1)
        assert one.interval.low * other.interval.high == pytest.approx(1)
        assert one.strength == pytest.approx(other.strength)
        assert (one.strength > 0) == (one.p_value < 0.05)


def test_an_empty_cell_stays_finite_and_an_empty_side_cannot_say():
    assert math.isfinite(odds_ratio(Count(20, 20), Count(20, 3)).interval.high)
    assert (
        odds_ratio(Count(0, 0), Count(5, 1)).code == odds_ratio(Count(5, 1), Count(0, 0)).code == "no_units"
    )
    assert odds_ratio(Count(5, 5), Count(5, 5)).code == "no_variation"
