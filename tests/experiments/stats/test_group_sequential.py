"""Repeated confidence intervals: with their p-values, by their error under looks, and when to stop for want of promise."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from experiments.stats.contrast import p_of
from experiments.stats.effects import Shift
from experiments.stats.sequential.boundaries import FARTHEST_Z, crossed, efficacy
from experiments.stats.sequential.futility import futility
from experiments.stats.sequential.group import (
    futile,
    inflation_factor,
    interval,
    past_the_end,
    repeated_p,
    width,
)

FIVE = tuple(k / 5 for k in range(1, 6))
DAYS = tuple(k / 28 for k in range(1, 29))
LOOKS = (
    st.lists(st.integers(1, 1050), min_size=1, max_size=4, unique=True)
    .map(sorted)
    .map(lambda ks: [k / 1000 for k in ks])
)
FAMILIES, LEVELS, ZS = (
    st.sampled_from(["obrien_fleming", "pocock"]),
    st.floats(0.5, 0.999),
    st.floats(-7, 7),
)


def shift(value: float = 0.3, variance: float = 0.01, units: int = 1000) -> Shift:
    return Shift(value, variance, units, "absolute", "welch")


def test_the_interval_is_the_boundary_times_the_standard_error():
    found = interval(shift(), 0.95, FIVE[:3], "obrien_fleming")  # 2.68028 · 0.1 around 0.3
    assert found.interval.low == pytest.approx(0.3 - 0.268028006, abs=1e-8)
    assert found.interval.high == pytest.approx(0.3 + 0.268028006, abs=1e-8)
    assert (found.value, found.scale, found.method) == (0.3, "absolute", "welch_group")
    assert interval(shift(), 0.95, FIVE, "obrien_fleming", look=2) == found


@pytest.mark.parametrize("family", ["obrien_fleming", "pocock"])
@pytest.mark.parametrize("alpha", [0.7, 0.3, 0.05, 0.01, 1e-4, 1e-7])
def test_the_p_value_is_the_error_whose_boundary_is_met(family, alpha):
    for looks in (DAYS[:6], DAYS, (0.3, 0.35, 0.7), (0.5, 1.04)):
        boundary = efficacy(looks, alpha, family)[-1]
        if boundary < FARTHEST_Z:
            assert repeated_p(-boundary, looks, family) == pytest.approx(alpha, rel=1e-6)


@pytest.mark.parametrize("z", [0.5, 1.96, 5.0])
def test_one_look_is_the_usual_test(z):
    for family in ("obrien_fleming", "pocock"):
        assert repeated_p(z, (1.0,), family) == pytest.approx(p_of(z), rel=1e-8)
    assert width((1.0,), 0.95, "pocock") == pytest.approx(1.0, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(ZS, st.floats(0.01, 100), LOOKS, LEVELS, FAMILIES)
def test_the_interval_excludes_nothing_exactly_where_p_is_below_alpha(z, error, looks, level, family):
    found = interval(shift(z * error, error**2), level, looks, family)
    assert (found.p_value < 1 - level) == (not found.interval.contains(0.0))
    assert found.p_value >= p_of(z) * (1 - 1e-6)


@settings(max_examples=40, deadline=None)
@given(ZS, ZS, LOOKS, FAMILIES, LEVELS, LEVELS)
def test_farther_out_is_less_likely_and_more_confidence_is_wider(z, other, looks, family, level, second):
    near, far = sorted((abs(z), abs(other)))
    assert repeated_p(far, looks, family) <= repeated_p(near, looks, family) * (1 + 1e-7)
    narrow, wide = sorted((level, second))
    assert width(looks, narrow, family) * norm.ppf((1 + narrow) / 2) <= width(looks, wide, family) * norm.ppf(
        (1 + wide) / 2
    ) * (1 + 1e-9)


@given(ZS, st.integers(-100, 100))
def test_the_unit_of_measurement_does_not_matter(z, power):
    scale = 2.0**power
    one = interval(shift(z, 1.0), 0.95, FIVE, "pocock")
    other = interval(shift(z * scale, scale**2), 0.95, FIVE, "pocock")
    assert other.interval.low == pytest.approx(one.interval.low * scale, rel=1e-12)
    assert other.p_value == pytest.approx(one.p_value, rel=1e-9)


@pytest.mark.parametrize("variance", [1e-300, 1.0, 1e300])
@pytest.mark.parametrize("value", [0.0, -1e-300, 1e300])
@pytest.mark.parametrize("looks", [(1e-12,), (1e-12, 1.0), (0.5, 1.0), (1e12,)])
def test_extreme_but_finite_numbers_have_an_answer(variance, value, looks):
    for units in (1, 10**12):
        found = interval(shift(value, variance, units), 0.95, looks, "obrien_fleming")
        assert found.interval.contains(value)
        assert math.isfinite(found.interval.high)
        assert 0 <= found.p_value <= 1
        assert futile(shift(value, variance, units), 0.1, 0.95, looks, "pocock") in (True, False)


def test_the_published_price_in_width():
    # Lan–DeMets, O'Brien–Fleming type: 1.04 with 5 looks, 1.07 with 14, 1.09 with 28
    found = [round(width([k / n for k in range(1, n + 1)], 0.95, "obrien_fleming"), 2) for n in (5, 14, 28)]
    assert found == [1.04, 1.07, 1.09]


def test_the_published_price_in_units():
    # rpact 3.3.4: getDesignCharacteristics(asOF, two-sided 5 %, 5 looks)$inflationFactor = 1.0247199; with bsOF futility,
    # one-sided 2.5 %, not binding: 1.1550034
    assert inflation_factor(FIVE, 0.95, "obrien_fleming") == pytest.approx(1.0247199, abs=1e-6)
    assert inflation_factor(FIVE[:4], 0.95, "obrien_fleming") == pytest.approx(1.0247199, abs=1e-6)
    assert inflation_factor(FIVE, 0.95, "obrien_fleming", stopping=True) == pytest.approx(1.1550034, abs=1e-6)


def looked_at(paths: int, lift: float, seed: int):
    """28 days of 300 units an arm at 10 %: z by day, shape (paths, days)."""
    rng = np.random.default_rng(seed)
    hits = [rng.binomial(300, share, (paths, 28)).cumsum(axis=1) for share in (0.1, 0.1 + lift)]
    each = 300 * np.arange(1, 29)
    shares = [hit / each for hit in hits]
    return (shares[1] - shares[0]) / np.sqrt(sum(share * (1 - share) / each for share in shares))


@pytest.mark.parametrize("family", ["obrien_fleming", "pocock"])
def test_twenty_eight_looks_raise_no_more_than_five_per_cent(family):
    # 4,000 worlds: Monte-Carlo error 0.35 points; the first look has 30 events an arm
    bounds = np.array(efficacy(DAYS, 0.05, family))
    assert (abs(looked_at(4000, 0.0, 21)) >= bounds).any(axis=1).mean() <= 0.05 + 2 * 0.0035
    assert crossed(DAYS, bounds)[-1] == pytest.approx(0.05, abs=1e-10)


@pytest.mark.parametrize("family", ["obrien_fleming", "pocock"])
def test_the_power_under_looks_is_that_of_theory(family):
    # 4,000 worlds: Monte-Carlo error 0.7 points
    lift, bounds = 0.0142, efficacy(DAYS, 0.05, family)
    drift = lift / math.sqrt((0.1 * 0.9 + 0.1142 * 0.8858) / 8400)
    theory = crossed(DAYS, bounds, drift)[-1]
    found = (abs(looked_at(4000, lift, 22)) >= bounds).any(axis=1).mean()
    one_look = norm.sf(norm.ppf(0.975) - drift)
    assert found >= 0.95 * theory
    assert found == pytest.approx(theory, abs=0.03)
    assert theory >= {"obrien_fleming": 0.95, "pocock": 0.80}[family] * one_look


def test_peeking_at_the_usual_interval_is_caught():
    # 27.4 % by integration; 4,000 worlds: Monte-Carlo error 0.7 points
    usual = norm.ppf(0.975)
    assert crossed(DAYS, [usual] * 28)[-1] == pytest.approx(0.274, abs=0.002)
    assert (abs(looked_at(4000, 0.0, 23)) > usual).any(axis=1).mean() > 0.20


@pytest.mark.parametrize("family", ["obrien_fleming", "pocock"])
def test_units_summed_over_segments_would_raise_the_error(family):
    """Spotify/confidence, pull request 77: the sample size of a comparison must be its own.

    One country grows evenly to its 10,000 units; the other had 30,000 on the first day. Compared apart, the first has an error
    of 5 % with its own units. With the units of both over both plans its looks seem to be at 76 % to 100 % of the plan, so
    alike that little need be kept back between them; they are not.
    """
    own = [10_000 * day / 28 for day in range(1, 29)]
    right = [units / 10_000 for units in own]
    summed = [(30_000 + units) / 40_000 for units in own]
    drawn = [
        [interval(shift(1.0, 1.0), 0.95, looks, family, look=k).interval.high - 1 for k in range(28)]
        for looks in (right, summed)
    ]
    assert crossed(right, drawn[0])[-1] == pytest.approx(0.05, abs=1e-9)
    assert crossed(right, drawn[1])[-1] > 0.10  # what such a sum would do


@pytest.mark.parametrize("family", ["obrien_fleming", "pocock"])
def test_looks_past_the_end_add_no_error(family):
    looks = [k / 20 for k in range(1, 19)] + [0.97, 1.03, 1.08, 1.13]
    drawn = [interval(shift(1.0, 1.0), 0.95, looks, family, look=k).interval.high - 1 for k in range(22)]
    assert crossed(looks, drawn)[-1] == pytest.approx(0.05, abs=1e-9)
    assert drawn[-2:] == pytest.approx([FARTHEST_Z, FARTHEST_Z])
    assert [past_the_end(looks, k) is None for k in (0, 18, 19)] == [True] * 3
    said = past_the_end(looks)
    assert said.code == "looking.past_the_end"
    assert said.facts == (("look", 20),)
    assert "at look 20, which decided" in said.sentence
    # reading each of them as if it were the last would not do
    last = [*drawn[:20], *(efficacy([*looks[:19], t], 0.05, family)[-1] for t in looks[20:])]
    assert crossed(looks, last)[-1] > 0.0505


@pytest.mark.parametrize("family", ["obrien_fleming", "pocock"])
@pytest.mark.parametrize("planned", [0.6, 1.0, 1.6])
def test_an_effect_that_matters_is_seldom_given_up(family, planned):
    """Stopping at any look for futility costs at most 1 − power, also when the variance is not the planned one.

    `planned`: the drift over that of a plan with this power. 2,000 worlds: Monte-Carlo error 0.9 points.
    """
    drift = futility(FIVE, 0.025, 0.8, family).drift * planned
    rng = np.random.default_rng(9)
    walk = rng.normal(drift / 5, math.sqrt(0.2), (2000, 5)).cumsum(axis=1) / np.sqrt(FIVE)
    stopped = 0
    for path in walk:
        for k, z in enumerate(path):
            # the unit is the error at the end: value = z/√t, error = 1/√t, and the minimum is the drift
            if futile(shift(z / math.sqrt(FIVE[k]), 1 / FIVE[k]), drift, 0.95, FIVE[: k + 1], family):
                stopped += 1
                break
    assert stopped / 2000 <= 0.2 + 2 * 0.009


def test_no_effect_is_given_up_early_and_a_harm_at_once():
    assert futile(shift(-2.0, 1.0), 3.0, 0.95, FIVE[:2], "pocock")
    assert futile(shift(2.0, 1.0), -3.0, 0.95, FIVE[:2], "pocock")
    assert not futile(shift(3.0, 1.0), 3.0, 0.95, FIVE[:2], "pocock")
    assert not futile(shift(2.6, 1.0), 30.0, 0.95, FIVE, "pocock")  # small, but shown
    edge = 1.0 - efficacy(FIVE, 0.2, "pocock", sides=1)[-1]
    for beyond, said in ((-0.01, True), (0.01, False)):
        assert futile(shift(edge + beyond, 1.0), 1.0, 0.95, FIVE, "pocock") is said


def test_futility_by_the_minimum_is_close_to_the_planned_boundary():
    # the plan's boundary leaves out paths that already won, so it lies a little farther in
    for family in ("obrien_fleming", "pocock"):
        plan = futility(FIVE, 0.025, 0.8, family)
        own = [
            plan.drift * math.sqrt(t) - z for t, z in zip(FIVE, efficacy(FIVE, 0.2, family, 1), strict=True)
        ]
        assert own[:3] == pytest.approx(plan.boundaries[:3], abs=0.05)
        assert all(mine <= planned + 1e-9 for mine, planned in zip(own, plan.boundaries, strict=True))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: interval(shift(), 1.0, FIVE, "pocock"), r"`level` is 1\.0"),
        (lambda: interval(shift(), 0.95, (), "pocock"), "`look` is -1 of 0 looks"),
        (lambda: interval(shift(), 0.95, (0.5, 0.4), "pocock"), r"`information` is 0\.4 after 0\.5"),
        (lambda: interval(shift(), 0.95, FIVE, "pocock", look=5), "`look` is 5 of 5 looks"),
        (lambda: interval(shift(), 0.95, FIVE, "pocock", look=-6), "`look` is -6"),
        (lambda: repeated_p(1.0, (0.0, 0.4), "pocock"), r"`information` is 0\.0"),
        (lambda: width(FIVE, 0.0, "pocock"), r"`level` is 0\.0"),
        (lambda: inflation_factor(FIVE, 1.0, "pocock"), r"`level` is 1\.0"),
        (lambda: inflation_factor(FIVE, 0.95, "pocock", 0.01), r"`power` is 0\.01"),
        (lambda: inflation_factor((), 0.95, "pocock"), "`information` is empty"),
        (lambda: futile(shift(), 0.0, 0.95, FIVE, "pocock"), r"`minimum` is 0\.0"),
        (lambda: futile(shift(), 1.0, 0.95, FIVE, "pocock", 0.5), r"`power` is 0\.5"),
        (lambda: futile(shift(), math.inf, 0.95, FIVE, "pocock"), "`minimum` is inf"),
    ],
)
def test_nonsense_is_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
