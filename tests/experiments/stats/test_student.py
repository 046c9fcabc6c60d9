"""Student's quantile at the level of a normal one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.contrast import student_of


@pytest.mark.parametrize(
    ("freedom", "t"), [(1, 12.7062), (5, 2.5706), (10, 2.2281), (30, 2.0423), (1000, 1.9623)]
)
def test_at_95_percent_it_is_that_of_the_tables(freedom, t):
    """Fisher & Yates 1963, Statistical Tables, table III."""
    assert student_of(1.959964, freedom) == pytest.approx(t, abs=1e-4)


@given(st.floats(0, 45), st.floats(0, 45), st.integers(1, 10_000))
def test_it_never_falls_and_never_comes_below_the_normal_one(one, other, freedom):
    low, high = (student_of(z, freedom) for z in sorted((one, other)))
    assert -1e-12 <= low <= high * (1 + 1e-9) + 1e-12
    assert high >= max(one, other) * (1 - 1e-9) - 1e-12


@pytest.mark.parametrize("freedom", [1, 5, 6, 30])
def test_where_the_inversion_ends_it_is_infinite(freedom):
    assert student_of(40, freedom) == math.inf
