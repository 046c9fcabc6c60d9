"""A quantile from a few order statistics is the quantile of all values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.order_statistics import needed_ranks, quantile_at
from experiments.stats.quantile import quantile

_VALUES = st.lists(st.floats(0, 1e4, allow_nan=False), max_size=400).map(sorted)


@given(values=_VALUES, share=st.sampled_from([0.01, 0.25, 0.5, 0.9, 0.99]))
def test_it_equals_the_quantile_of_all_values(values, share):
    ranks = needed_ranks(len(values), share)
    few = {rank: values[rank - 1] for rank in ranks}
    assert len(ranks) <= 4
    said, whole = quantile_at(few, len(values), share), quantile(values, share)
    if not values:
        assert said == whole
        return
    assert said.value == pytest.approx(whole.value, rel=1e-12, abs=1e-12)
    assert (said.interval, said.n) == (whole.interval, whole.n)


def test_the_median_of_a_hundred_lies_between_the_40th_and_the_61st_value():
    # B ~ Binomial(100, 1/2): P(B < 40) = .0176 <= .025 < P(B < 41) = .0284, and likewise from above
    assert needed_ranks(100, 0.5) == (40, 50, 51, 61)
    said = quantile_at({40: 4.0, 50: 5.0, 51: 6.0, 61: 9.0}, 100, 0.5)
    assert (said.value, said.interval.low, said.interval.high) == (5.5, 4.0, 9.0)


def test_a_missing_rank_is_named():
    with pytest.raises(ValueError, match="no rank 51"):
        quantile_at({40: 4.0, 50: 5.0, 61: 9.0}, 100, 0.5)
