"""Caps from all arms together: numpy's quantiles, laws, and what caps of each arm's own would do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.winsorising import Caps, cap_ranks, caps_at, caps_of

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80).map(np.array)
SHARES = st.sampled_from([(0.99, None), (0.9, 0.05), (None, 0.1), (0.75, 0.25)])


@given(VALUES, SHARES)
def test_caps_are_numpys_quantiles(values, shares):
    upper, lower = shares
    found = caps_of(values, upper, lower)
    expected = [None if share is None else float(np.quantile(values, share)) for share in (lower, upper)]
    if isinstance(found, Caps):
        for cap, other in zip((found.low, found.high), expected, strict=True):
            assert (cap is None) == (other is None)
            assert cap is None or cap == pytest.approx(other, rel=1e-12, abs=1e-9)


@given(VALUES, SHARES)
def test_capped_values_lie_between_the_caps_and_the_others_stay(values, shares):
    found = caps_of(values, *shares)
    if isinstance(found, Caps):
        capped = found.applied(values)
        low = -np.inf if found.low is None else found.low
        high = np.inf if found.high is None else found.high
        inside = (values >= low) & (values <= high)
        assert (capped[inside] == values[inside]).all()
        assert ((capped >= low) & (capped <= high)).all()
        assert (np.diff(capped[np.argsort(values)]) >= 0).all()
        assert (found.applied(capped) == capped).all()


@given(st.integers(1, 10**9), SHARES)
def test_a_handful_of_ranks_is_enough(n, shares):
    ranks = cap_ranks(n, *shares)
    assert list(ranks) == sorted(set(ranks))
    assert (ranks[0], ranks[-1]) == (1, n)
    assert len(ranks) <= 6


def test_ranks_read_from_a_table_give_the_same_caps():
    values = np.random.default_rng(1).lognormal(0, 2, 1234)
    ascending = np.sort(values)
    read = {rank: float(ascending[rank - 1]) for rank in cap_ranks(1234, 0.99, 0.01)}
    assert caps_at(read, 1234, 0.99, 0.01) == caps_of(values, 0.99, 0.01)
    del read[1]
    with pytest.raises(ValueError, match="no rank 1"):
        caps_at(read, 1234, 0.99, 0.01)


def test_a_cap_that_would_make_all_values_equal_says_so():
    rare = np.concatenate([np.zeros(995), np.arange(1.0, 6.0)])
    said = caps_of(rare, 0.99)
    assert (said.code, dict(said.facts)) == ("cap_levels_all_values", {"value": 0.0})
    assert caps_of(rare, 0.999).high > 0
    assert caps_of(np.full(9, 3.0), 0.9) == Caps(None, 3.0)  # they were equal before
    assert caps_of(np.empty(0)).code == "no_units"
    assert caps_of(np.array([7.0])) == Caps(None, 7.0)


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_extreme_values_keep_their_order(size):
    found = caps_of(size * np.arange(1, 101), 0.9, 0.1)
    assert (found.low / size, found.high / size) == pytest.approx((10.9, 90.1))


def test_what_must_be_said_in_full():
    for upper, lower in ((None, None), (1.0, None), (0.0, None), (0.9, 1.0), (0.5, 0.5), (0.4, 0.6)):
        with pytest.raises(ValueError, match=r"^`"):
            cap_ranks(10, upper, lower)
    for low, high in ((2.0, 1.0), (None, float("inf")), (float("nan"), None)):
        with pytest.raises(ValueError, match=r"^`"):
            Caps(low, high)
    with pytest.raises(ValueError, match=r"^`values`"):
        caps_of(np.array([1.0, np.nan]))


def _worlds(seed, control, treatment, share, worlds):
    """Differences of capped means without any effect, with their standard errors: pooled caps, and each arm's own."""
    rng = np.random.default_rng(seed)
    c, t = (np.exp(2 * rng.normal(size=(worlds, n))) for n in (control, treatment))
    pooled = np.array([caps_of(np.concatenate(both), share).high for both in zip(c, t, strict=True)])[:, None]
    own = [np.quantile(arm, share, axis=1, keepdims=True) for arm in (c, t)]
    for caps in ((pooled, pooled), own):
        one, other = (np.minimum(arm, cap) for arm, cap in zip((c, t), caps, strict=True))
        error = np.sqrt(one.var(axis=1, ddof=1) / control + other.var(axis=1, ddof=1) / treatment)
        yield other.mean(axis=1) - one.mean(axis=1), error


def test_caps_of_each_arm_raise_false_alarms_and_pooled_ones_do_not():
    """Log-normal, σ = 2, no effect, 500 units an arm capped at 95 %: 2,000 worlds, Monte-Carlo s.e. 0.5 and 1 points."""
    pooled, own = (
        np.mean(np.abs(found) > 1.959964 * error) for found, error in _worlds(1, 500, 500, 0.95, 2000)
    )
    assert abs(pooled - 0.05) < 3 * 0.005
    assert own > 0.2  # 24 %


def test_caps_of_each_arm_shift_the_smaller_one():
    """The same, 50 units against 1,000 capped at 99 %: 1,500 worlds; without effect the mean difference should be 0."""
    (pooled, _), (own, _) = _worlds(2, 50, 1000, 0.99, 1500)
    errors = [found.std() / np.sqrt(found.size) for found in (pooled, own)]
    assert abs(pooled.mean()) < 3.5 * errors[0]
    assert abs(own.mean()) > 4.5 * errors[1]
