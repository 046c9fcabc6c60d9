"""Ratio: the sufficient statistic of Σ top / Σ bottom, against exact fractions, and what it refuses."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.samples import Ratio

PAIRS = st.lists(st.tuples(st.integers(-999, 999), st.integers(-999, 999)), max_size=30)
ONE, OTHER = frozenset({"shard 1"}), frozenset({"shard 2"})


def of_rows(pairs, parts=frozenset()):
    table = np.array(pairs, float).reshape(-1, 2)
    return Ratio.from_rows(table[:, 0].copy(), table[:, 1].copy(), parts)


def exact(pairs):
    """The five numbers in fractions: the truth by other means."""
    n = len(pairs)
    if n == 0:
        return 0.0, 0.0, 0.0, 0.0, 0.0
    top, bottom = Fraction(sum(y for y, _ in pairs), n), Fraction(sum(d for _, d in pairs), n)
    return (
        float(top),
        float(bottom),
        float(sum((y - top) ** 2 for y, _ in pairs)),
        float(sum((d - bottom) ** 2 for _, d in pairs)),
        float(sum((y - top) * (d - bottom) for y, d in pairs)),
    )


def numbers(sample):
    return (
        sample.top_mean,
        sample.bottom_mean,
        sample.top_deviations,
        sample.bottom_deviations,
        sample.codeviations,
    )


@given(PAIRS, PAIRS)
def test_disjoint_units_add_to_the_statistic_of_all(first, second):
    together = of_rows(first, ONE) + of_rows(second, OTHER)
    assert (together.n, together.parts) == (len(first) + len(second), ONE | OTHER)
    assert numbers(together) == pytest.approx(exact([*first, *second]), rel=1e-12, abs=1e-6)


@given(PAIRS)
def test_rows_and_sums_give_the_same(pairs):
    sums = (
        sum(y for y, _ in pairs),
        sum(d for _, d in pairs),
        sum(y * y for y, _ in pairs),
        sum(d * d for _, d in pairs),
        sum(y * d for y, d in pairs),
    )
    rows, read = of_rows(pairs), Ratio.from_sums(len(pairs), *map(float, sums))
    assert numbers(rows) == pytest.approx(exact(pairs), rel=1e-12, abs=1e-9)
    assert numbers(read) == pytest.approx(exact(pairs), rel=1e-9, abs=1e-6)


def test_a_ratio_by_hand():
    # tops 1, 2, 6 (mean 3, deviations 4 + 1 + 9), bottoms 2, 2, 5 (mean 3, 1 + 1 + 4), together 2 + 1 + 6
    found = of_rows([(1, 2), (2, 2), (6, 5)], ONE)
    assert found == Ratio(3, 3.0, 3.0, 14.0, 6.0, 9.0, ONE)
    assert found.value == 1.0
    assert of_rows([(1, 1), (1, -1)]).value is None
    assert of_rows([]).value is None


def test_equal_values_spread_by_exactly_nothing():
    """A mean of tenths is not a tenth in binary: what looks like chance would be rounding."""
    tenths = np.full(1000, 0.1)
    assert numbers(Ratio.from_rows(tenths, tenths)) == (0.1, 0.1, 0.0, 0.0, 0.0)
    sums = (sum([0.1] * 10), sum([0.1 * 0.1] * 10))
    found = Ratio.from_sums(10, sums[0], sums[0], sums[1], sums[1], sums[1])
    assert numbers(found)[2:] == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("unit", [1e-200, 1e-162, 1e-160, 1e-80, 1e80, 1e150])
def test_tiny_and_huge_values_are_held(unit):
    top, bottom = np.array([0.0, 1.0, 4.0]) * unit, np.array([1.0, 1.0, 7.0])
    found = Ratio.from_rows(top, bottom, ONE) + Ratio.from_rows(top * 3, bottom, OTHER)
    assert found.value == pytest.approx(unit * 20 / 18)
    assert math.isfinite(found.codeviations)


def test_what_is_refused():
    with pytest.raises(ValueError, match="must be disjoint"):
        of_rows([(1, 2)], ONE) + of_rows([(3, 4)], ONE | OTHER)
    with pytest.raises(ValueError, match="`parts` is empty"):
        of_rows([(1, 2)]) + of_rows([(3, 4)], ONE)
    for build in (
        lambda: Ratio(-1, 0.0, 0.0, 0.0, 0.0, 0.0),
        lambda: Ratio(3, math.nan, 0.0, 0.0, 0.0, 0.0),
        lambda: Ratio(3, 0.0, 0.0, -1.0, 0.0, 0.0),
        lambda: Ratio(3, 0.0, 0.0, 0.0, -1.0, 0.0),
        lambda: Ratio(3, 0.0, 0.0, 4.0, 9.0, 6.1),
        lambda: Ratio(3, 0.0, 0.0, 4.0, 9.0, -6.1),
        lambda: Ratio(1, 2.0, 2.0, 1.0, 0.0, 0.0),
        lambda: Ratio(0, 2.0, 0.0, 0.0, 0.0, 0.0),
        lambda: Ratio(0, 0.0, 2.0, 0.0, 0.0, 0.0),
        lambda: Ratio.from_rows(np.array([1.0, 2.0]), np.array([1.0])),
        lambda: Ratio.from_rows(np.array([1.0, math.inf]), np.array([1.0, 2.0])),
        lambda: Ratio.from_rows(np.array([1.0, math.nan]), np.array([1.0, 2.0])),
        lambda: Ratio.from_rows(np.array([1e300, 2.0]), np.array([1.0, 2.0])),
        lambda: Ratio.from_rows(np.ones((2, 2)), np.ones((2, 2))),
        lambda: Ratio.from_sums(0, 1.0, 0.0, 0.0, 0.0, 0.0),
        lambda: Ratio.from_sums(2, 4.0, 2.0, 7.0, 2.0, 4.0),
        lambda: Ratio.from_sums(2, 4.0, 2.0, 8.0, 1.0, 4.0),
        lambda: Ratio.from_sums(2, 4.0, 2.0, math.nan, 2.0, 4.0),
        lambda: Ratio.from_sums(2, 4.0, 2.0, 9.0, math.inf, 4.0),
        lambda: Ratio.from_sums(2, math.inf, 2.0, math.inf, 2.0, 4.0),
        lambda: Ratio.from_sums(2, 4.0, 2.0, 9.0, 2.0, math.nan),
        lambda: Ratio.from_sums(2, 4.0, 3.0, 10.0, 5.0, 9.0),
    ):
        with pytest.raises(ValueError, match=r"^`"):
            build()
    assert Ratio(3, 0.0, 0.0, 4.0, 9.0, 6.0 * (1 + 1e-10)).n == 3
    assert Ratio(9, 1e6, 1.0, 0.0, 9.0, 1e-9).n == 9  # a constant, as a database adds it up
