"""Quantiles and the order statistics that enclose them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from experiments.stats.effects import NoEffect
from experiments.stats.quantile import Ranks, interval_ranks, needed_ranks, quantile, quantile_at


def test_the_median_of_a_hundred_lies_between_the_40th_and_the_61st():
    # Conover (1999), Practical Nonparametric Statistics, §3.2; P(B <= 39) = 0.0176, P(B <= 40) = 0.0284.
    assert interval_ranks(100, 0.5) == Ranks(40, 61)


def test_the_median_of_ten_lies_between_the_2nd_and_the_9th():
    # The textbook 97.9 % interval: P(B = 0 or 1) = 11/1024 on each side.
    assert interval_ranks(10, 0.5) == Ranks(2, 9)


@given(st.integers(1, 400), st.sampled_from([0.1, 0.5, 0.9, 0.99]), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_ranks_are_the_tightest_that_keep_each_tail(n, share, level):
    """Oracle: the binomial distribution listed in full."""
    chances = binom.pmf(np.arange(n + 1), n, share)
    tail = (1 - level) / 2
    lows = [rank for rank in range(1, n + 1) if chances[:rank].sum() <= tail]
    highs = [rank for rank in range(1, n + 1) if chances[rank:].sum() <= tail]
    found = interval_ranks(n, share, level)
    if isinstance(found, NoEffect):
        assert not lows or not highs
    else:
        assert (found.low, found.high) == (max(lows), min(highs))


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.99]))
def test_the_quantile_is_type_7_and_inside_its_interval(values, share):
    ascending = sorted(values)
    found = quantile(ascending, share)
    assert found.value == pytest.approx(float(np.quantile(ascending, share)), rel=1e-12, abs=1e-9)
    ranks = interval_ranks(len(values), share)
    if isinstance(ranks, NoEffect):
        assert found.interval is None
    else:
        assert (found.interval.low, found.interval.high) == (
            ascending[ranks.low - 1],
            ascending[ranks.high - 1],
        )


def test_latencies_as_r_prints_them():
    # R 4.2.2: quantile(c(1, 3, 4, 10, 12, 15), c(.5, .9, .99), type = 7) -> 7.00 13.50 14.85
    latencies = [1.0, 3.0, 4.0, 10.0, 12.0, 15.0]
    assert [quantile(latencies, share).value for share in (0.5, 0.9, 0.99)] == pytest.approx(
        [7.0, 13.5, 14.85]
    )


def test_a_hundred_values_cannot_bound_the_99th_percentile_from_above():
    # P(all 100 lie below it) = 0.99^100 = 37 %: no value is surely above.
    said = interval_ranks(100, 0.99)
    assert said.code == "too_few_for_quantile"
    assert "99%" in said.sentence
    assert quantile(list(range(100)), 0.99).interval is None


def test_nothing_measured_is_no_quantile():
    assert quantile([], 0.5).code == "no_units"


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: quantile([2.0, 1.0], 0.5), "`ascending` is not finite and sorted"),
        (lambda: quantile([1.0, math.nan], 0.5), "`ascending` is not finite and sorted"),
        (lambda: quantile([1.0], 1.0), "`share` is 1.0; must be in"),
        (lambda: interval_ranks(10, 0.5, 95), "`level` is 95; must be in"),
    ],
)
def test_nonsense_is_refused(build, sentence):
    with pytest.raises(ValueError, match=sentence):
        build()


@given(st.integers(1, 400), st.sampled_from([0.01, 0.25, 0.5, 0.9, 0.99]))
def test_at_most_four_ranks_are_needed(n, share):
    ranks = needed_ranks(n, share)
    assert len(ranks) <= 4
    assert all(1 <= rank <= n for rank in ranks)


def test_a_database_need_read_only_four_values_of_a_hundred():
    # B ~ Binomial(100, 1/2): P(B < 40) = .0176 <= .025 < P(B < 41) = .0284, and likewise from above
    assert needed_ranks(100, 0.5) == (40, 50, 51, 61)
    said = quantile_at({40: 4.0, 50: 5.0, 51: 6.0, 61: 9.0}, 100, 0.5)
    assert (said.value, said.interval.low, said.interval.high) == (5.5, 4.0, 9.0)


def test_a_missing_rank_is_named():
    with pytest.raises(ValueError, match="no rank 51"):
        quantile_at({40: 4.0, 50: 5.0, 61: 9.0}, 100, 0.5)
