"""Looks where the variance is estimated: Student's quantiles turn boundaries, and a few units no longer raise errors."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.stats import means, shares
from experiments.stats.effects import Shift
from experiments.stats.samples import Count, Moments
from experiments.stats.sequential import confidence_sequence, group
from experiments.stats.sequential.boundaries import efficacy
from experiments.stats.shifts import fixed, reach, score

FIVE = tuple(k / 5 for k in range(1, 6))
FREEDOMS = st.floats(1, 1e9)


def shift(value=0.3, variance=0.01, freedom=9.0):
    return Shift(value, variance, 1000, "absolute", "welch", freedom)


@given(st.floats(0.01, 8), FREEDOMS)
def test_a_boundary_keeps_its_error(z, freedom):
    assert stats.t.sf(reach(z, freedom), freedom) == pytest.approx(stats.norm.sf(z), rel=1e-6)
    assert reach(z, freedom) >= z * (1 - 1e-9)
    assert reach(z, None) == z


@given(st.floats(1e-6, 1e4), FREEDOMS, st.floats(1e-100, 1e100))
def test_the_score_turns_reach_back(z, freedom, error):
    assert score(shift(-reach(z, freedom) * error, error**2, freedom)) == pytest.approx(z, rel=1e-7, abs=1e-9)


def test_one_look_is_students_interval():
    """With one look at the planned end both ways of looking at times set beforehand are Welch's."""
    one = fixed(shift())
    found = group.interval(shift(), 0.95, (1.0,), "pocock")
    assert found.interval.high == pytest.approx(one.interval.high, rel=1e-8)
    assert found.p_value == pytest.approx(one.p_value, rel=1e-7)


@given(st.floats(-9, 9), FREEDOMS, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_intervals_exclude_nothing_exactly_where_p_is_below_alpha(z, freedom, level):
    for found in (
        group.interval(shift(z, 1.0, freedom), level, FIVE[:3], "pocock"),
        confidence_sequence.interval(shift(z, 1.0, freedom), level, 1000),
    ):
        if abs(found.p_value - (1 - level)) > 1e-9:
            assert (found.p_value < 1 - level) == (not found.interval.contains(0.0))


@pytest.mark.parametrize("freedom", [1.0, 2.5, 1e6, 1e15])
@pytest.mark.parametrize("variance", [1e-300, 1.0, 1e300])
@pytest.mark.parametrize("value", [0.0, -1e-300, 1e300])
def test_extreme_but_finite_numbers_have_an_answer(freedom, variance, value):
    given = shift(value, variance, freedom)
    for looks in ((1e-12,), (1e-12, 1.0)):
        found = group.interval(given, 0.95, looks, "obrien_fleming")
        assert math.isfinite(found.interval.high)
        assert 0 <= found.p_value <= 1
        assert group.futile(given, 0.1, 0.95, looks, "pocock") in (True, False)
    for tuned_to in (1, 10**12):
        assert 0 <= confidence_sequence.interval(given, 0.95, tuned_to).p_value <= 1


def test_few_units_do_not_raise_the_error():
    """Normal values, five looks at 4, 8, … 20 units an arm, 20,000 paths: s.e. 0.15 points."""
    rng = np.random.default_rng(1)
    x, n = rng.standard_normal((2, 20_000, 20)), np.arange(4, 21, 4)
    sums = [np.stack([np.cumsum(one, axis=1), np.cumsum(one * one, axis=1)])[:, :, n - 1] for one in x]
    (c, vc), (t, vt) = ((s[0] / n, (s[1] / n - (s[0] / n) ** 2) / (n - 1)) for s in sums)
    seen, share = np.abs(t - c) / np.sqrt(vc + vt), vt / (vc + vt)
    freedom = (n - 1) / (share**2 + (1 - share) ** 2)
    boundary = np.array(efficacy(FIVE, 0.05, "pocock"))
    assert np.mean(np.any(seen >= boundary, axis=1)) > 0.09
    least = stats.norm.sf(boundary)
    assert np.mean(np.any(stats.t.sf(seen, freedom) <= least, axis=1)) < 0.05 + 3 * 0.0016
    # the arrays above are the formulae of the code
    arms = [Moments.from_sums(4, *(float(s[k][7, 0]) for k in (0, 1))) for s in sums]
    told = means.shift(*arms)
    assert told.freedom == pytest.approx(freedom[7, 0])
    assert score(told) == pytest.approx(stats.norm.isf(stats.t.sf(seen[7, 0], freedom[7, 0])), rel=1e-9)


def test_shares_have_the_degrees_of_freedom_of_their_yes_and_no():
    found = shares.shift(Count(100, 30), Count(80, 40), 0.5)
    vt, vc = 0.25 / 80, 0.25 * 0.21 / 100
    assert found.freedom == pytest.approx((vt + vc) ** 2 / (vt**2 / 79 + vc**2 / 99))
    assert found.variance == pytest.approx(vt + vc)
