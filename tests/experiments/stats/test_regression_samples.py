"""Regression: cross-moments of outcomes and covariates, against numpy, and what it refuses."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.samples import Moments, Ratio, Regression

ONE, OTHER = frozenset({"shard 1"}), frozenset({"shard 2"})
ROWS = st.lists(st.tuples(*[st.integers(-500, 500)] * 3), max_size=30)


def of_rows(rows, outcomes=1, parts=frozenset()):
    return Regression.from_rows(np.array(rows, float).reshape(-1, 3), outcomes, parts)


@given(ROWS, ROWS, st.sampled_from([1, 2]))
def test_disjoint_units_add_to_the_statistic_of_all(first, second, outcomes):
    together = of_rows(first, outcomes, ONE) + of_rows(second, outcomes, OTHER)
    every = np.array([*first, *second], float).reshape(-1, 3)
    assert (together.n, together.outcomes, together.parts) == (len(every), outcomes, ONE | OTHER)
    if len(every):
        assert together.means == pytest.approx(every.mean(axis=0), abs=1e-9)
    if len(every) > 1:
        assert together.products == pytest.approx(
            np.cov(every, rowvar=False) * (len(every) - 1), rel=1e-9, abs=1e-6
        )


def test_the_outcome_alone_is_a_mean_or_a_ratio():
    rows = [(1, 2, 5), (2, 2, 7), (6, 5, 7)]
    assert of_rows(rows, 1, ONE).outcome == Moments(3, 3.0, 14.0, ONE)
    assert of_rows(rows, 2, ONE).outcome == Ratio(3, 3.0, 3.0, 14.0, 6.0, 9.0, ONE)
    assert (of_rows(rows, 1).covariates, of_rows(rows, 2).covariates) == (2, 1)
    assert of_rows([], 2).outcome == Ratio(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    rounded = Regression(3, 2, np.array([1.0, 1.0]), np.array([[4.0, 7.0], [7.0, 9.0]]))
    assert rounded.outcome.codeviations == 6.0


def test_equal_samples_are_equal_and_not_hashable():
    rows = [(1, 2, 5), (2, 2, 7), (6, 5, 7)]
    same, apart = of_rows(rows, 1, ONE), of_rows(rows, 1, OTHER)
    assert same == of_rows(rows, 1, ONE)
    assert same != apart
    assert same != of_rows(rows, 2, ONE)
    assert same != of_rows([(1, 2, 5), (2, 2, 7), (6, 5, 8)], 1, ONE)
    assert same != of_rows([(2, 3, 6), (3, 3, 8), (7, 6, 8)], 1, ONE)
    assert same != "a sample"
    with pytest.raises(TypeError):
        hash(same)
    with pytest.raises(ValueError, match="read-only"):
        same.means[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        same.products[0, 0] = 1.0


def test_equal_values_spread_by_exactly_nothing():
    found = Regression.from_rows(np.column_stack([np.full(1000, 0.1), np.arange(1000.0)]))
    assert found.means[0] == 0.1
    assert not found.products[0].any()


def test_what_is_refused():
    with pytest.raises(ValueError, match="must be disjoint"):
        of_rows([(1, 2, 3)], 1, ONE) + of_rows([(3, 4, 5)], 1, ONE)
    eye = np.eye(2)
    for build in (
        lambda: Regression(-1, 1, np.zeros(2), eye * 0),
        lambda: Regression(3, 0, np.zeros(2), eye),
        lambda: Regression(3, 3, np.zeros(3), np.eye(3)),
        lambda: Regression(3, 2, np.zeros(1), np.eye(1)),
        lambda: Regression(3, 1, np.zeros(3), eye),
        lambda: Regression(3, 1, np.array([0.0, math.nan]), eye),
        lambda: Regression(3, 1, np.zeros(2), np.array([[1.0, math.inf], [math.inf, 1.0]])),
        lambda: Regression(3, 1, np.zeros(2), -eye),
        lambda: Regression(3, 1, np.zeros(2), np.array([[1.0, 0.5], [0.0, 1.0]])),
        lambda: Regression(1, 1, np.zeros(2), np.eye(2)),
        lambda: Regression(0, 1, np.ones(2), eye * 0),
        lambda: Regression.from_rows(np.zeros(3)),
        lambda: Regression.from_rows(np.array([[1.0, math.nan], [0.0, 1.0]])),
        lambda: Regression.from_rows(np.array([[1e300, 1.0], [0.0, 1.0]])),
        lambda: of_rows([(1, 2, 3)], 1, ONE) + of_rows([(1, 2, 3)], 2, OTHER),
        lambda: of_rows([(1, 2, 3)], 1, ONE) + Regression.from_rows(np.ones((2, 2)), 1, OTHER),
    ):
        with pytest.raises(ValueError, match=r"^`"):
            build()
