"""All pairs of arms: statsmodels' Holm, a simultaneous level, and independence of names and order."""

import itertools
import random
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from experiments.stats import proportions
from experiments.stats.effects import NoEffect
from experiments.stats.pairwise import pairwise
from experiments.stats.samples import Count
from tests.experiments.stats.counts import counts

ARMS = {"4 s": Count(1000, 180), "8 s": Count(1000, 225), "12 s": Count(990, 240), "16 s": Count(1010, 236)}


@pytest.fixture(autouse=True, scope="module")
def _uncollected():
    """statsmodels' Holm collects garbage at every call, which takes half a second beside many other tests."""
    with patch("gc.collect"):
        yield


def test_every_pair_stands_once_in_the_order_of_the_arms():
    found = pairwise(ARMS, proportions.difference)
    assert [(one.control, one.treatment) for one in found] == list(itertools.combinations(ARMS, 2))
    for one in found:
        assert one.effect == proportions.difference(ARMS[one.control], ARMS[one.treatment], 1 - 0.05 / 6)


@given(st.lists(counts(most=400), min_size=2, max_size=5), st.sampled_from([0.01, 0.05, 0.3]))
def test_decisions_equal_holms_in_statsmodels(samples, alpha):
    found = pairwise({str(place): one for place, one in enumerate(samples)}, proportions.difference, alpha)
    rejected, adjusted, *_ = multipletests([one.effect.p_value for one in found], alpha, "holm")
    assert [one.p_value for one in found] == pytest.approx(adjusted.tolist(), abs=1e-12)
    assert [one.differs for one in found] == rejected.tolist()
    for one in found:
        assert one.differs or one.effect.interval.contains(0)


@given(st.lists(counts(most=400), min_size=2, max_size=5), st.randoms())
def test_neither_names_nor_order_change_what_is_found(samples, chance):
    names = [f"arm {place}" for place in range(len(samples))]
    arms = dict(zip(names, samples, strict=True))
    order = random.Random(chance.random()).sample(names, len(names))
    renamed = {name[::-1]: arms[name] for name in order}
    found = {frozenset((one.control, one.treatment)): one for one in pairwise(arms, proportions.difference)}
    for one in pairwise(renamed, proportions.difference):
        other = found[frozenset((one.control[::-1], one.treatment[::-1]))]
        sign = 1 if one.control[::-1] == other.control else -1
        assert one.effect.value == pytest.approx(sign * other.effect.value, abs=1e-12)
        assert one.p_value == pytest.approx(other.p_value, rel=1e-9)
        if abs(one.p_value - 0.05) > 1e-9:
            assert one.differs == other.differs


def test_an_empty_arm_leaves_the_others_comparable_at_the_same_level():
    found = pairwise({**ARMS, "empty": Count(0, 0)}, proportions.difference)
    assert len(found) == 10
    for one in found:
        if "empty" in (one.control, one.treatment):
            assert isinstance(one.effect, NoEffect)
            assert (one.p_value, one.differs) == (None, False)
        else:
            assert one.effect.interval.level == 1 - 0.05 / 10
    first = next(one for one in found if one.treatment == "12 s")
    assert first.p_value == pytest.approx(10 * first.effect.p_value)


def test_fewer_than_two_arms_are_no_comparison():
    for arms in ({}, {"alone": Count(1, 1)}):
        with pytest.raises(ValueError, match=r"^`arms`"):
            pairwise(arms, proportions.difference)
    with pytest.raises(ValueError, match=r"^`alpha`"):
        pairwise(ARMS, proportions.difference, 1.0)
