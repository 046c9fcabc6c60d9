"""Quantiles of clustered events: numpy, cluster-robust regression in statsmodels, laws, and how often intervals cover."""

import itertools
import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from experiments.stats import quantile, quantiles, shifts
from experiments.stats.cuts import cut_points
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift
from experiments.stats.event_shares import design_effect, event_shares
from experiments.stats.samples import Quantile

SHARES = st.sampled_from([0.1, 0.5, 0.9])


def drawn(seed, units=200, events=3.0, spread=1.0, gain=0.0):
    """Units and log-normal values, alike within a unit."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), 1 + rng.poisson(events, units))
    return unit, np.exp(gain + spread * rng.normal(size=units)[unit] + rng.normal(size=unit.size))


def held(*arms, share=0.5, most=256):
    """The arms' samples below common cuts."""
    pooled = np.sort(np.concatenate([values for _, values in arms]))
    ranks = cut_points(pooled.size, share, min(values.size for _, values in arms), most)
    cuts = np.unique(pooled[np.array(ranks) - 1])
    return tuple(Quantile.from_rows(units, values, cuts) for units, values in arms)


def every(*arms):
    """The arms' samples with every value a cut."""
    cuts = np.unique(np.concatenate([values for _, values in arms]))
    return tuple(Quantile.from_rows(units, values, cuts) for units, values in arms)


@given(st.lists(st.integers(-3, 9), min_size=1, max_size=60), SHARES)
def test_with_every_value_a_cut_it_is_the_plain_quantile(values, share):
    rows = np.array(values, np.float64)
    (sample,) = every((np.arange(rows.size) // 2, rows))
    found = quantiles.quantile(sample, share)
    assert found.value == pytest.approx(np.quantile(rows, share), abs=1e-12)
    assert (found.n, found.method) == (rows.size, "woodruff")
    if found.interval is not None:
        assert found.interval.low <= found.value <= found.interval.high


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_few_cuts_come_close_to_all_values(share):
    rows = drawn(1, units=3000)
    (coarse,), (fine,) = held(rows, share=share), every(rows)
    one, other = quantiles.quantile(coarse, share), quantiles.quantile(fine, share)
    error = (other.interval.high - other.interval.low) / 4
    assert coarse.cuts.size <= 256
    assert one.value == pytest.approx(other.value, abs=0.02 * error)
    assert one.interval.low == pytest.approx(other.interval.low, abs=0.1 * error)
    assert one.interval.high == pytest.approx(other.interval.high, abs=0.1 * error)


def test_variances_of_shares_equal_cluster_robust_regression():
    units, values = drawn(2)
    cuts = np.quantile(values, [0.1, 0.5, 0.9])
    found = event_shares(Quantile.from_rows(units, values, cuts))
    for place, cut in enumerate(cuts):
        below = (values <= cut).astype(float)
        fitted = sm.OLS(below, np.ones(below.size)).fit(cov_type="cluster", cov_kwds={"groups": units})
        assert found.value[place] == pytest.approx(fitted.params[0], rel=1e-9)
        assert found.variance[place] == pytest.approx(fitted.bse[0] ** 2, rel=1e-9)


def test_the_interval_is_woodruffs():
    """All values cuts, unit by unit: the order statistics at share ± t √(d share (1 − share) / events)."""
    from scipy.stats import t

    units, values = drawn(3, units=80)
    (sample,) = every((units, values))
    found = quantiles.quantile(sample, 0.7, 0.9)
    half = t.isf(0.05, 79) * math.sqrt(design_effect(sample, 0.7) * 0.21 / values.size)
    assert found.interval.low == pytest.approx(np.quantile(values, 0.7 - half), rel=1e-9)
    assert found.interval.high == pytest.approx(np.quantile(values, 0.7 + half), rel=1e-9)
    assert 1.5 < design_effect(sample, 0.7) < 6


def test_without_clusters_it_is_near_the_interval_of_order_statistics():
    values = np.sort(drawn(4, units=2000, events=0.0)[1])
    (sample,) = every((np.arange(2000), values))
    one, other = quantiles.quantile(sample, 0.5), quantile.quantile(values, 0.5)
    assert design_effect(sample, 0.5) == pytest.approx(1, abs=0.01)
    assert one.value == other.value
    ranks = np.searchsorted(
        values, [one.interval.low, one.interval.high, other.interval.low, other.interval.high]
    )
    assert abs(ranks[0] - ranks[2]) <= 2
    assert abs(ranks[1] - ranks[3]) <= 2


def test_units_that_repeat_themselves_count_as_one_draw():
    values = np.arange(100.0)
    (once,), (often,) = (
        every((np.arange(100), values)),
        every((np.repeat(np.arange(100), 5), np.repeat(values, 5))),
    )
    assert design_effect(often, 0.5) == pytest.approx(5 * design_effect(once, 0.5), rel=0.01)
    one, other = quantiles.quantile(once, 0.5).interval, quantiles.quantile(often, 0.5).interval
    assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1)


def test_units_with_a_share_of_their_own_that_never_varies_still_count_once():
    units, values = np.repeat(np.arange(30), 2), np.tile([0.0, 1.0], 30)
    (sample,) = every((units, values))
    assert design_effect(sample, 0.5) == 2  # Σe² / Σe: each unit one draw
    thirds = Quantile.from_rows(
        np.repeat(np.arange(30), 3), np.tile([0.0, 1.0, 2.0], 30), np.array([0.0, 2.0])
    )
    assert design_effect(thirds, 0.5) == 3


@given(st.integers(0, 99), SHARES, st.sampled_from([0.8, 0.95]))
@settings(max_examples=25)
def test_the_difference_is_mover_of_the_two_intervals(seed, share, level):
    control, treatment = held(drawn(seed, 120), drawn(seed + 100, 120, gain=0.2), share=share)
    found = quantiles.difference(control, treatment, share, level, coefficient=0.9)
    c, t = quantiles.quantile(control, share, level), quantiles.quantile(treatment, share, level)
    low = math.hypot(t.value - t.interval.low, 0.9 * (c.interval.high - c.value))
    high = math.hypot(t.interval.high - t.value, 0.9 * (c.value - c.interval.low))
    assert found.value == pytest.approx(t.value - 0.9 * c.value)
    assert found.interval.low == pytest.approx(found.value - low)
    assert found.interval.high == pytest.approx(found.value + high)
    assert (found.p_value < 1 - level) == (not found.interval.contains(0))
    relative = quantiles.relative_difference(control, treatment, share, level)
    plain = quantiles.difference(control, treatment, share, level)
    assert relative.value == pytest.approx(t.value / c.value - 1)
    assert relative.method == "woodruff_mover_ratio"
    assert relative.p_value == pytest.approx(plain.p_value, rel=1e-6)
    assert relative.interval.contains(0) == plain.interval.contains(0)


def test_shifts_have_half_the_width_over_students_quantile():
    from scipy.stats import t

    control, treatment = held(drawn(5, 300), drawn(6, 150), share=0.5)
    found, relative = (
        quantiles.shift(control, treatment, 0.5, 0.8),
        quantiles.relative_shift(control, treatment, 0.5, 0.95),
    )
    one, other = quantiles.quantile(control, 0.5), quantiles.quantile(treatment, 0.5)
    vc, vt = (
        ((arm.interval.high - arm.interval.low) / 2 / t.isf(0.025, n - 1)) ** 2
        for arm, n in ((one, 300), (other, 150))
    )
    assert found.value == pytest.approx(other.value - 0.8 * one.value)
    assert found.variance == pytest.approx(vt + 0.64 * vc)
    assert found.units == relative.units == 450
    assert relative.value == pytest.approx(other.value / one.value - 1)
    assert relative.variance == pytest.approx((vt + (other.value / one.value) ** 2 * vc) / one.value**2)


def test_quantiles_below_zero_are_compared_by_the_delta_method():
    one, other = ((units, -values) for units, values in (drawn(7), drawn(8)))
    control, treatment = held(one, other)
    found = quantiles.relative_difference(control, treatment, 0.5)
    expected = shifts.fixed(quantiles.relative_shift(control, treatment, 0.5, 0.95))
    assert (found, found.method) == (expected, "delta")
    mixed = held(drawn(9), (drawn(10)[0], drawn(10)[1] - 1), share=0.5)
    assert quantiles.relative_difference(*mixed, 0.5).method == "delta"


def test_a_p_value_is_no_smaller_than_the_events_allow():
    control, treatment = every((np.arange(30), np.arange(30.0)), (np.arange(30), 1000 + np.arange(30.0)))
    found = quantiles.difference(control, treatment, 0.5)
    reach = quantiles.quantile(control, 0.5, 1 - found.p_value * 1.001).interval
    assert reach is not None
    assert quantiles.quantile(control, 0.5, 1 - found.p_value * 0.999).interval is None
    assert found.p_value > 1e-9


def test_who_cannot_say():
    some, empty = (np.arange(30), np.arange(30.0)), (np.empty(0, np.int64), np.empty(0))
    alone = (np.zeros(30, np.int64), np.arange(30.0))
    asked = (
        lambda c, t: quantiles.difference(c, t, 0.5),
        lambda c, t: quantiles.relative_difference(c, t, 0.5),
        lambda c, t: quantiles.shift(c, t, 0.5),
        lambda c, t: quantiles.relative_shift(c, t, 0.5, 0.95),
    )
    few = (np.arange(2), np.array([1.0, 2.0]))
    for other, said in ((empty, "no_units"), (alone, "one_unit"), (few, "too_few_for_quantile")):
        for one, two in ((some, other), (other, some)):
            assert {ask(*every(one, two)).code for ask in asked} == {said}
    assert quantiles.quantile(*every(alone), 0.5).interval is None
    assert quantiles.quantile(*every(few), 0.5).interval is None
    assert quantiles.quantile(*every(some), 0.99).interval is None
    beyond = Quantile.from_rows(*some, np.array([20.0, 25.0]))
    assert quantiles.quantile(beyond, 0.5).code == "quantile_beyond_cuts"
    assert quantiles.difference(beyond, beyond, 0.5).code == "quantile_beyond_cuts"
    assert quantiles.quantile(Quantile.from_rows(*some, np.empty(0)), 0.5).code == "quantile_beyond_cuts"
    with pytest.raises(ValueError, match="cuts"):
        quantiles.difference(beyond, *every(some), 0.5)
    for share in (0.0, 1.0):
        with pytest.raises(ValueError, match="share"):
            quantiles.quantile(beyond, share)


def test_equal_values_have_an_interval_but_no_standard_error():
    same = (np.arange(40), np.full(40, 2.0))
    for found in (
        quantiles.shift(*every(same, same), 0.5),
        quantiles.relative_shift(*every(same, same), 0.5, 0.95),
    ):
        assert found.code == "quantile_without_spread"
    found = quantiles.difference(*every(same, same), 0.5)
    assert (found.value, found.interval.low, found.interval.high, found.p_value) == (0, 0, 0, 1)


@pytest.mark.parametrize(("size", "other"), list(itertools.product([1e-300, 1e-150, 1e150, 1e300], repeat=2)))
def test_extreme_values_never_crash(size, other):
    control, treatment = every(
        (np.arange(40), size * np.arange(1, 41)), (np.arange(40), other * np.arange(3, 43))
    )
    assert isinstance(quantiles.quantile(control, 0.5), Estimate)
    assert isinstance(quantiles.difference(control, treatment, 0.5), Effect)
    assert isinstance(quantiles.relative_difference(control, treatment, 0.5), Effect | NoEffect)
    assert isinstance(quantiles.shift(control, treatment, 0.5), Shift | NoEffect)
    assert isinstance(quantiles.relative_shift(control, treatment, 0.5, 0.95), Shift | NoEffect)
    if size == other:
        change = quantiles.relative_difference(control, treatment, 0.5)
        assert change.value == pytest.approx(2 / 20.5)
        assert change.interval.contains(0)


@settings(max_examples=40)
@given(st.integers(0, 10**7), SHARES, st.integers(1, 10**6), st.integers(16, 400))
def test_cuts_lie_close_around_the_quantile_and_reach_from_end_to_end(events, share, least, most):
    ranks = cut_points(events, share, least, most)
    assert list(ranks) == sorted(set(ranks))
    assert len(ranks) <= most
    if events <= most:
        assert ranks == tuple(range(1, events + 1))
        return
    assert (ranks[0], ranks[-1]) == (1, events)
    reach = norm.isf(0.00025) * math.sqrt(10 * share * (1 - share) / least)
    steps = [
        (after - before) / (events - 1)
        for before, after in itertools.pairwise(ranks)
        if max(abs((rank - 1) / (events - 1) - share) for rank in (before, after)) <= reach
    ]
    assert max(steps, default=0) <= 2 * reach / (0.75 * most - 2) + 1.01 / (events - 1)


def test_cuts_must_be_some():
    for asked in ((9, 0.5, 0, 16), (9, 0.5, 1, 15), (9, 1.5, 1, 16)):
        with pytest.raises(ValueError, match=r"^`"):
            cut_points(*asked)


@pytest.mark.slow
@pytest.mark.parametrize(("units", "share"), [(60, 0.5), (200, 0.9), (800, 0.9)])
def test_intervals_cover_as_often_as_they_say(units, share):
    """Log-normal values, half of their variance between units: 95 % of 800 worlds, Monte-Carlo s.e. 0.8 points."""
    worlds, covered, still = 800, 0, 0
    true = math.exp(math.sqrt(2) * norm.ppf(share))
    for world in range(worlds):
        control, treatment = held(drawn(2 * world, units), drawn(2 * world + 1, units), share=share)
        covered += quantiles.quantile(control, share).interval.contains(true)
        still += quantiles.difference(control, treatment, share).interval.contains(0)
    for found in (covered, still):
        assert 0.93 - 2 * 0.008 < found / worlds < 0.97 + 2 * 0.008
