"""Welch's comparison of means, against R and scipy."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from experiments.stats import means
from experiments.stats.effects import Effect
from experiments.stats.samples import Moments

# R's data set `sleep` (Student 1908): extra hours of sleep under two drugs.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

VALUES = st.lists(st.integers(-1000, 1000).map(lambda k: k / 8), min_size=2, max_size=30)


def moments(values):
    return Moments.from_sums(len(values), float(sum(values)), float(sum(x * x for x in values)))


def test_sleep_as_r_prints_it():
    # R 4.2.2: t.test(extra ~ group, data = sleep)
    # t = -1.8608135, df = 17.776474, p-value = 0.07939414019; 95 percent: -3.3654832307  0.2054832307
    found = means.difference(moments(SECOND), moments(FIRST))
    assert found.value == pytest.approx(-1.58)
    assert found.interval.low == pytest.approx(-3.3654832307, abs=1e-9)
    assert found.interval.high == pytest.approx(0.2054832307, abs=1e-9)
    assert found.p_value == pytest.approx(0.07939414019, abs=1e-10)
    assert (found.scale, found.method) == ("absolute", "welch")


@given(VALUES, VALUES, st.sampled_from([0.8, 0.95, 0.99]))
def test_the_difference_equals_scipy(control, treatment, level):
    assume(len(set(control)) > 1)
    assume(len(set(treatment)) > 1)
    found = means.difference(moments(control), moments(treatment), level)
    theirs = stats.ttest_ind(treatment, control, equal_var=False)
    interval = theirs.confidence_interval(level)
    size = max(1.0, abs(interval.low), abs(interval.high))
    assert found.value == pytest.approx(np.mean(treatment) - np.mean(control), abs=1e-9)
    assert found.interval.low == pytest.approx(interval.low, abs=1e-7 * size)
    assert found.interval.high == pytest.approx(interval.high, abs=1e-7 * size)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-5, abs=1e-12)


@given(VALUES)
def test_one_mean_equals_scipy(values):
    assume(len(set(values)) > 1)
    found = means.mean(moments(values))
    low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
    assert found.value == pytest.approx(np.mean(values), abs=1e-9)
    assert found.interval.low == pytest.approx(low, rel=1e-7, abs=1e-6)
    assert found.interval.high == pytest.approx(high, rel=1e-7, abs=1e-6)


@given(VALUES, VALUES)
def test_a_coefficient_scales_control(control, treatment):
    """treatment − 0.9 · control is the plain difference from a control whose every value was multiplied by 0.9."""
    found = means.difference(moments(control), moments(treatment), coefficient=0.9)
    assume(isinstance(found, Effect))
    shrunk = means.difference(moments([0.9 * x for x in control]), moments(treatment))
    assert found.value == pytest.approx(shrunk.value, abs=1e-9)
    assert found.interval.low == pytest.approx(shrunk.interval.low, rel=1e-6, abs=1e-6)
    assert found.p_value == pytest.approx(shrunk.p_value, rel=1e-5, abs=1e-12)


def test_the_relative_change_by_hand():
    # control 10 ± s = 2 (n = 100), treatment 12 ± s = 3 (n = 100): var t/nt = 0.09, var c/nc = 0.04
    # se² = 0.09/10² + 12² · 0.04/10⁴ = 0.0009 + 0.000576, se = 0.0384187; r = 0.2
    found = means.relative_difference(Moments(100, 10.0, 4.0 * 99), Moments(100, 12.0, 9.0 * 99))
    assert (found.scale, found.method) == ("relative", "delta")
    assert found.value == pytest.approx(0.2)
    assert found.interval.low == pytest.approx(0.2 - 1.959964 * 0.0384187, abs=1e-6)
    assert found.interval.high == pytest.approx(0.2 + 1.959964 * 0.0384187, abs=1e-6)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(0.2 / 0.0384187), rel=1e-4)


def test_the_relative_change_keeps_its_sign_when_control_is_negative():
    # from −10 to −8 is a rise of 20 % of |control|
    found = means.relative_difference(Moments(100, -10.0, 99.0), Moments(100, -8.0, 99.0))
    assert found.value == pytest.approx(0.2)
    assert found.interval.low > 0


@pytest.mark.parametrize(
    ("control", "treatment", "code"),
    [
        (Moments(0, 0.0, 0.0), Moments(5, 1.0, 2.0), "no_units"),
        (Moments(5, 1.0, 2.0), Moments(0, 0.0, 0.0), "no_units"),
        (Moments(1, 1.0, 0.0), Moments(5, 1.0, 2.0), "one_unit"),
        (Moments(5, 1.0, 2.0), Moments(1, 1.0, 0.0), "one_unit"),
        (Moments(5, 1.0, 0.0), Moments(5, 2.0, 0.0), "no_variation"),
    ],
)
def test_arms_that_cannot_be_compared_say_why(control, treatment, code):
    assert means.difference(control, treatment).code == code
    assert means.relative_difference(control, treatment).code == code


def test_a_control_near_zero_has_no_relative_change():
    # mean 0.1 with a standard error of 1: any multiple of it is possible
    found = means.relative_difference(Moments(100, 0.1, 9900.0), Moments(100, 5.0, 9900.0))
    assert found.code == "ratio_of_uncertain_control"


def test_one_arm_without_spread_is_still_compared():
    found = means.difference(Moments(10, 0.0, 0.0), Moments(10, 1.0, 9.0))
    assert found.interval.low == pytest.approx(1 - stats.t.ppf(0.975, 9) * math.sqrt(0.1))


def test_the_smallest_samples():
    assert means.mean(Moments(0, 0.0, 0.0)).code == "no_units"
    assert means.mean(Moments(1, 3.0, 0.0)).interval is None
    assert means.mean(Moments(2, 3.0, 0.0)).interval.low == 3.0
