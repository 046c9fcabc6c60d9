"""Superior, not inferior, equivalent: statsmodels' two one-sided tests, normal theory, and laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, ttest_ind
from statsmodels.stats.proportion import test_proportions_2indep as of_statsmodels
from statsmodels.stats.proportion import tost_proportions_2indep
from statsmodels.stats.weightstats import ttost_ind

from experiments.stats import means, proportions, shifts
from experiments.stats.effects import NoEffect, Shift
from experiments.stats.equivalence import Equivalence, OneSided, equivalent, non_inferior, superior
from experiments.stats.samples import Count, Moments
from experiments.stats.two_proportions import score, wald


def welch(control, treatment):
    samples = [
        Moments(x.size, float(x.mean()), float(((x - x.mean()) ** 2).sum())) for x in (control, treatment)
    ]
    return lambda level: means.difference(*samples, level)


def near_normal(value, error=1.0):
    return lambda level: shifts.fixed(Shift(value, error**2, 100, "absolute", "known"), level)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("margins", [(-0.5, 0.5), (-0.2, 1.0), (-2.0, -0.1)])
def test_tost_of_means_equals_statsmodels(seed, margins):
    rng = np.random.default_rng(seed)
    control, treatment = rng.normal(0, 1, 40), rng.normal(0.2, 2, 60)
    found = equivalent(welch(control, treatment), *margins)
    p_value, (_, p_low, _), (_, p_high, _) = ttost_ind(treatment, control, *margins, usevar="unequal")
    assert (found.p_value, found.p_low, found.p_high) == pytest.approx((p_value, p_low, p_high), abs=1e-9)
    assert found.shown == (p_value < 0.05)
    assert found.effect.interval.level == pytest.approx(0.9)


@pytest.mark.parametrize("arms", [((400, 80), (500, 105)), ((90, 40), (70, 36)), ((1000, 20), (1000, 22))])
@pytest.mark.parametrize("margins", [(-0.05, 0.05), (-0.1, 0.02)])
def test_tost_of_shares_equals_statsmodels(arms, margins):
    control, treatment = (Count(*arm) for arm in arms)
    seen = (treatment.hits, treatment.n, control.hits, control.n)
    expected = tost_proportions_2indep(*seen, *margins, method="wald")
    found = equivalent(lambda level: wald(control, treatment, level), *margins)
    assert found.p_value == pytest.approx(expected.pvalue, abs=1e-9)


@pytest.mark.parametrize("arms", [((40, 8), (50, 15)), ((90, 40), (70, 30))])
def test_non_inferiority_by_the_score_interval_is_farrington_and_mannings_test(arms):
    """One-sided p-value of Miettinen & Nurminen's z at the margin, its shares found on a grid of the likelihood."""
    control, treatment = (Count(*arm) for arm in arms)
    found = non_inferior(lambda level: score(control, treatment, level), 0.05, -1)
    p = np.linspace(0.0501, 0.9999, 2_000_001)  # control's share; the treatment's is lower by the margin
    chance = treatment.hits * np.log(p - 0.05) + (treatment.n - treatment.hits) * np.log1p(0.05 - p)
    p = p[np.argmax(chance + control.hits * np.log(p) + (control.n - control.hits) * np.log1p(-p))]
    q, n = p - 0.05, control.n + treatment.n
    error = math.sqrt((q * (1 - q) / treatment.n + p * (1 - p) / control.n) * n / (n - 1))
    z = (treatment.hits / treatment.n - control.hits / control.n + 0.05) / error
    assert found.p_value == pytest.approx(norm.sf(z), abs=1e-7)
    assert (found.bound, found.shown) == (-0.05, norm.sf(z) < 0.025)


def test_superiority_equals_the_one_sided_tests_of_scipy_and_statsmodels():
    rng = np.random.default_rng(1)
    control, treatment = rng.normal(0, 1, 30), rng.normal(0.5, 2, 50)
    for worse, side in ((-1, "greater"), (1, "less")):
        found = superior(welch(control, treatment), worse)
        expected = ttest_ind(treatment, control, equal_var=False, alternative=side).pvalue
        assert found.p_value == pytest.approx(expected, abs=1e-9)
    one, other = Count(400, 80), Count(500, 130)
    expected = of_statsmodels(130, 500, 80, 400, method="wald", compare="diff", alternative="larger")
    assert superior(lambda level: wald(one, other, level), -1).p_value == pytest.approx(
        expected.pvalue, abs=1e-9
    )


@given(st.floats(-6, 6), st.floats(0.01, 5), st.sampled_from([-1, 1]), st.sampled_from([0.01, 0.025, 0.2]))
@settings(max_examples=60)
def test_normal_theory(value, margin, worse, alpha):
    found = non_inferior(near_normal(value), margin, worse, alpha)
    expected = norm.sf(-worse * value + margin)
    assert found.p_value == pytest.approx(expected, abs=1e-11)
    if abs(expected - alpha) > 1e-9:
        assert found.shown == (expected < alpha)
    turned = non_inferior(near_normal(-value), margin, -worse, alpha)
    assert turned.p_value == pytest.approx(found.p_value, abs=1e-14)


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.01, 6))
@settings(max_examples=40)
def test_equivalence_is_two_non_inferiorities(value, low, wide):
    found = equivalent(near_normal(value), low, low + wide)
    assert found.p_low == pytest.approx(norm.sf(value - low), abs=1e-11)
    assert found.p_high == pytest.approx(norm.cdf(value - low - wide), abs=1e-11)
    assert found.p_value == max(found.p_low, found.p_high)
    assert found.shown == (found.effect.interval.low > low and found.effect.interval.high < low + wide)


def test_a_relative_effect_and_any_other_kind_can_be_read():
    control, treatment = Count(4000, 800), Count(4000, 804)
    found = non_inferior(lambda level: proportions.relative_difference(control, treatment, level), 0.1, -1)
    assert isinstance(found, OneSided)
    assert found.effect.scale == "relative"
    assert found.shown


def test_an_effect_on_the_margin_is_even_odds_and_a_far_one_is_as_sure_as_digits_allow():
    assert superior(near_normal(0.0), -1).p_value == 0.5
    assert 0 < superior(near_normal(50.0), -1).p_value < 1e-15
    assert 1 - 1e-15 < superior(near_normal(-50.0), -1).p_value <= 1
    # As a share of the margin's size, extreme numbers are ordinary ones.
    assert non_inferior(near_normal(0.0, 1e-150), 1e-150, -1).p_value == pytest.approx(norm.sf(1), abs=1e-9)
    assert non_inferior(near_normal(0.0, 1e150), 1e150, 1).p_value == pytest.approx(norm.sf(1), abs=1e-9)


def test_a_level_without_interval_reaches_every_margin():
    def only_low_levels(level):
        return near_normal(3.0)(level) if level < 0.97 else NoEffect("too_few", "Too few.")

    found = superior(only_low_levels, -1)
    assert found.p_value == pytest.approx(0.015, abs=1e-9)  # not 0.00135: no interval above 97 % excludes 0
    assert found.shown
    assert superior(only_low_levels, -1, 0.01).code == "too_few"
    assert equivalent(only_low_levels, -9.0, 9.0, 0.01).code == "too_few"
    assert isinstance(equivalent(only_low_levels, -9.0, 9.0), Equivalence)


def test_what_must_be_said_in_full():
    effect = near_normal(0.0)
    for ask in (
        lambda: non_inferior(effect, 0.0, -1),
        lambda: non_inferior(effect, math.inf, -1),
        lambda: non_inferior(effect, 0.1, 0),
        lambda: superior(effect, 2),
        lambda: superior(effect, 1, 0.5),
        lambda: superior(effect, 1, 0.0),
        lambda: equivalent(effect, 1.0, 1.0),
        lambda: equivalent(effect, -math.inf, 1.0),
        lambda: equivalent(effect, -1.0, math.nan),
    ):
        with pytest.raises(ValueError, match=r"^`"):
            ask()
