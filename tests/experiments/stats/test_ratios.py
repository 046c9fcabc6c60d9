"""Relative changes of shares: MOVER, the delta method, the log ratio."""

import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from experiments.stats import proportions
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.samples import Count
from tests.experiments.stats.counts import counts


@given(counts(), counts(), st.sampled_from([0.9, 0.95, 0.99]))
@example(Count(200, 3), Count(200, 0), 0.95)
@example(Count(50, 50), Count(70, 70), 0.95)
def test_the_ends_of_the_relative_change_are_where_the_shifted_difference_touches_zero(
    control, treatment, level
):
    """treatment − R · control with R = 1 + end: its interval begins or ends at 0 (Donner & Zou 2012)."""
    found = proportions.relative_difference(control, treatment, level)
    if isinstance(found, NoEffect):
        assert (control.hits, found.code) == (0, "ratio_without_hits")
        return
    low, high = 1 + found.interval.low, 1 + found.interval.high
    assert found.value == pytest.approx(
        treatment.hits / treatment.n / (control.hits / control.n) - 1, abs=1e-9
    )
    at_high = proportions.difference(control, treatment, level, high).interval.high
    assert at_high == pytest.approx(0, abs=1e-9 * max(1.0, high))
    if treatment.hits:
        assert proportions.difference(control, treatment, level, low).interval.low == pytest.approx(
            0, abs=1e-9
        )
    else:
        assert low == 0
    plain = proportions.difference(control, treatment, level)
    assert found.p_value == plain.p_value
    if abs(plain.p_value - (1 - level)) > 1e-9:
        assert found.interval.contains(0.0) == plain.interval.contains(0.0)


def test_a_relative_change_is_stated_with_a_single_tap_in_control():
    found = proportions.relative_difference(Count(1000, 1), Count(1000, 40))
    assert found.value == pytest.approx(39)
    assert 5 < found.interval.low < 39 < found.interval.high < 400
    assert proportions.relative_difference(Count(0, 0), Count(5, 1)).code == "no_units"
    assert proportions.relative_difference(Count(5, 1), Count(0, 0)).code == "no_units"


@given(counts(), counts())
def test_the_delta_ratio_follows_the_delta_method(control, treatment):
    """Oracle: the gradient of t/c taken numerically instead of by hand."""
    found = proportions.delta_ratio(control, treatment)
    assume(isinstance(found, Effect))
    c, t = control.hits / control.n, treatment.hits / treatment.n
    h = 1e-6 * c
    slope_t, slope_c = 1 / c, (t / (c + h) - t / (c - h)) / (2 * h)
    error = math.hypot(
        slope_t * math.sqrt(t * (1 - t) / treatment.n), slope_c * math.sqrt(c * (1 - c) / control.n)
    )
    assert found.value == pytest.approx((t - c) / c, abs=1e-9)
    assert found.interval.high - found.interval.low == pytest.approx(2 * 1.959963984540054 * error, rel=1e-5)
    assert (found.p_value < 0.05) == (not found.interval.contains(0.0))


@given(counts(least=30), counts(least=30))
def test_the_log_ratio_equals_statsmodels(control, treatment):
    found = proportions.log_ratio(control, treatment)
    assume(isinstance(found, Effect))
    low, high = confint_proportions_2indep(
        treatment.hits, treatment.n, control.hits, control.n, compare="ratio", method="log"
    )
    assert found.interval.low == pytest.approx(low - 1, rel=1e-9, abs=1e-9)
    assert found.interval.high == pytest.approx(high - 1, rel=1e-9, abs=1e-9)
    assert found.interval.low > -1


@pytest.mark.parametrize("relative", [proportions.delta_ratio, proportions.log_ratio])
@pytest.mark.parametrize(
    ("control", "treatment", "code"),
    [
        (Count(0, 0), Count(10, 1), "no_units"),
        (Count(10, 1), Count(0, 0), "no_units"),
        (Count(100, 0), Count(100, 10), "ratio_without_hits"),
        (Count(100, 10), Count(100, 0), "ratio_without_hits"),
        (Count(9, 9), Count(7, 7), "no_variation"),
        (Count(1000, 3), Count(1000, 40), "ratio_of_uncertain_control"),
    ],
)
def test_a_ratio_that_cannot_be_stated_says_why(relative, control, treatment, code):
    found = relative(control, treatment)
    assert isinstance(found, NoEffect)
    assert found.code == code
    assert found.sentence.endswith(".")
