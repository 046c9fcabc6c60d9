"""The excess of a segment: Fisher's tea, an independent sum of the hypergeometric tail, and laws."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.effects import NoEffect
from experiments.stats.excess import excess, more
from experiments.stats.proportions import difference
from experiments.stats.samples import Count

COUNTS = st.integers(1, 40).flatmap(lambda n: st.builds(Count, st.just(n), st.integers(0, n)))


def test_the_lady_tasting_tea():
    """Three of four cups right: P = 0.243 (Agresti 2013, Categorical Data Analysis, 3.5.2)."""
    assert more(Count(4, 3), Count(4, 1)) == pytest.approx(17 / 70)
    assert more(Count(4, 4), Count(4, 0)) == pytest.approx(1 / 70)


@given(COUNTS, COUNTS)
def test_the_p_value_is_the_exact_tail(segment, others):
    n, hits = segment.n + others.n, segment.hits + others.hits
    ways = sum(
        comb(hits, x) * comb(n - hits, segment.n - x) for x in range(segment.hits, min(hits, segment.n) + 1)
    )
    assert more(segment, others) == pytest.approx(float(Fraction(ways, comb(n, segment.n))), abs=1e-12)


@given(COUNTS, COUNTS)
def test_the_excess_is_what_is_lost_beyond_the_rate_of_the_others(segment, others):
    found = excess(segment, others)
    assert found.value == pytest.approx(segment.hits - segment.n * others.hits / others.n)
    assert found.value == pytest.approx(found.lost - found.expected)
    assert found.interval.low <= found.value + 1e-9
    assert found.interval.high >= found.value - 1e-9
    apart = difference(others, segment)
    assert (found.interval.low > 0) == (apart.interval.low > 0)
    assert found.n == segment.n
    assert (found.sharpness > 1) == (found.value > 0 and found.interval.low > 0)


def test_of_two_segments_with_one_excess_the_narrower_is_sharper():
    narrow, wide = excess(Count(200, 100), Count(1000, 200)), excess(Count(1000, 260), Count(1000, 200))
    assert narrow.value == wide.value == 60
    assert narrow.sharpness > 2 * wide.sharpness


def test_nobody_beside_or_inside_cannot_say():
    assert isinstance(excess(Count(0, 0), Count(5, 1)), NoEffect)
    assert isinstance(excess(Count(5, 1), Count(0, 0)), NoEffect)
