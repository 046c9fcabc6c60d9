"""Hazards on fixed bins, against R and scipy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from experiments.stats import survival
from experiments.stats.effects import NoEffect
from experiments.stats.samples import RiskTable
from tests.experiments.stats.endings import CAUSES, ENDINGS, table_of


@given(ENDINGS, st.integers(1, 30))
def test_hazards_count_every_ending_and_every_watched_moment_once(endings, width_ms):
    table = table_of(endings)
    for cause in CAUSES:
        bins = survival.hazard(table, cause, width_ms)
        assert sum(one.events for one in bins) == sum(c == cause for _, c in endings)
        assert sum(one.watched_s for one in bins) == pytest.approx(sum(ms for ms, _ in endings) / 1000)
        assert (bins[0].from_ms, bins[-1].to_ms) == (0, 25)


def test_a_hazard_bin_as_r_prints_it():
    # R 4.2.2: poisson.test(10)$conf.int = 4.795388696 18.390356042; poisson.test(0, 5)$conf.int = 0 0.7377758908
    # 30 impressions: ten tapped and ten were lost at 500 ms, ten expired at 1000: 30 · 500 + 10 · 1 ms until 501.
    rows = [(500, "tap", 10), (500, None, 10), (1000, None, 10)]
    taps, quiet = survival.hazard(RiskTable.from_rows(["tap"], rows, 1000), "tap", 501)
    assert (taps.from_ms, taps.to_ms, taps.events) == (0, 501, 10)
    assert taps.watched_s == pytest.approx(15.01)
    assert taps.rate.value == pytest.approx(10 / 15.01)
    assert taps.rate.interval.low == pytest.approx(4.795388696 / 15.01)
    assert taps.rate.interval.high == pytest.approx(18.390356042 / 15.01)
    assert quiet.rate.interval.low == 0.0
    assert quiet.rate.interval.high == pytest.approx(0.7377758908 * 5 / quiet.watched_s)


@given(st.integers(0, 200))
def test_the_hazard_interval_leaves_exactly_the_tails(events):
    """Garwood's limits are where the Poisson tails reach 2.5 %."""
    (one,) = survival.hazard(
        RiskTable.from_rows(["tap"], [(10, "tap", events), (10, None, 300)], 10), "tap", 10
    )
    low, high = one.rate.interval.low * one.watched_s, one.rate.interval.high * one.watched_s
    assert poisson.cdf(events, high) == pytest.approx(0.025, rel=1e-6)
    if events:
        assert poisson.sf(events - 1, low) == pytest.approx(0.025, rel=1e-6)


def test_a_bin_that_nobody_was_watched_in_has_no_hazard():
    bins = survival.hazard(RiskTable.from_rows(["tap"], [(2, "tap", 5)], 10), "tap", 5)
    assert isinstance(bins[1].rate, NoEffect)
    assert bins[0].rate.value == pytest.approx(5 / 0.010)


def test_unknown_causes_and_widths_are_refused():
    table = table_of([(1, "tap")])
    with pytest.raises(ValueError, match="`cause` is 'swipe'; must be one of"):
        survival.hazard(table, "swipe", 5)
    with pytest.raises(ValueError, match="`width_ms` is 0; must be 1 or more"):
        survival.hazard(table, "tap", 0)
