"""Who is best and who cannot be told apart: laws of the brackets, and how often chance alone tells anybody apart."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import multiplicity, proportions
from experiments.stats.effects import NoEffect
from experiments.stats.ranking import groups, ranking
from experiments.stats.samples import Count

ARMS = st.lists(
    st.integers(0, 400).flatmap(lambda n: st.integers(0, n).map(lambda hits: Count(n, hits))), max_size=7
)


@st.composite
def graphs(draw):
    n = draw(st.integers(0, 8))
    pairs = list(combinations(range(n), 2))
    return n, draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []


@given(graphs())
def test_two_share_a_group_exactly_if_they_are_alike(graph):
    n, alike = graph
    found = groups(n, alike)
    together = {pair for group in found for pair in combinations(group, 2)}
    assert together == set(alike)
    assert all(group == tuple(sorted(set(group))) and len(group) > 1 for group in found)
    for group in found:  # no group lies in another, and none is there for nothing
        others = {pair for one in found if one != group for pair in combinations(one, 2)}
        assert set(combinations(group, 2)) - others
    assert list(found) == sorted(found, key=lambda one: (one[0], one[-1], one))


def test_a_chain_of_neighbours_is_bracketed_pair_by_pair_and_a_block_once():
    assert groups(4, [(0, 1), (1, 2), (2, 3)]) == ((0, 1), (1, 2), (2, 3))
    assert groups(4, list(combinations(range(4), 2))) == ((0, 1, 2, 3),)
    # Piepho (2004), section 2: A and B, B and C alike, A and C not; D stands alone.
    assert groups(4, [(0, 1), (1, 2)]) == ((0, 1), (1, 2))
    assert groups(5, []) == ()


def test_a_pair_the_wrong_way_round_is_refused():
    for pair in ((1, 0), (0, 0), (0, 3), (-1, 1)):
        with pytest.raises(ValueError, match="`alike` has"):
            groups(3, [pair])


@given(ARMS)
def test_the_order_is_by_share_and_every_pair_is_compared_as_anybody_would(counts):
    found = ranking(counts)
    assert sorted(found.order) == list(range(len(counts)))
    shares = [c.hits / c.n if c.n else -1 for c in counts]
    assert [shares[k] for k in found.order] == sorted(shares, reverse=True)
    assert found.rates == tuple(proportions.rate(c) for c in counts)
    expected = [(a, b) for a, b in combinations(found.order, 2) if counts[a].n and counts[b].n]
    assert [(one.better, one.worse) for one in found.comparisons] == expected
    plain = [proportions.difference(counts[b], counts[a]).p_value for a, b in expected]
    assert [one.adjusted_p for one in found.comparisons] == pytest.approx(
        list(multiplicity.holm(plain)), abs=1e-9
    )
    apart = {frozenset((one.better, one.worse)) for one in found.comparisons if one.apart}
    tied = {frozenset(pair) for group in found.ties for pair in combinations(group, 2)}
    assert apart.isdisjoint(tied)
    assert apart | tied == {frozenset(pair) for pair in expected}
    for (
        one
    ) in found.comparisons:  # an interval that all pairs share leaves out 0 only where Holm tells apart too
        assert one.apart or one.effect.interval.low <= 0 <= one.effect.interval.high


@given(ARMS, st.randoms())
def test_the_ties_do_not_depend_on_the_order_given_where_shares_differ(counts, chance):
    distinct = {c.hits / c.n: c for c in counts if c.n}
    rows = sorted(distinct.values(), key=lambda c: c.hits / c.n)
    mixed = rows.copy()
    chance.shuffle(mixed)
    told = [[[of[k] for k in group] for group in ranking(of).ties] for of in (rows, mixed)]
    assert told[0] == told[1]


def test_nothing_one_and_empty_arms():
    assert ranking([]).best() == ()
    assert ranking([Count(0, 0)]).best() == ()
    assert ranking([Count(10, 3)]).best() == (0,)
    found = ranking([Count(0, 0), Count(500, 50), Count(500, 400), Count(400, 318)])
    assert found.order == (2, 3, 1, 0)
    assert isinstance(found.rates[0], NoEffect)
    assert found.ties == ((2, 3),)
    assert found.best() == (2, 3)


@pytest.mark.slow
def test_with_no_real_difference_anybody_is_told_apart_at_most_as_often_as_alpha():
    rng = np.random.default_rng(4)
    worlds, arms, n = 1500, 5, 300
    hits = rng.binomial(n, 0.2, (worlds, arms))
    false = sum(
        any(one.apart for one in ranking([Count(n, int(h)) for h in row]).comparisons) for row in hits
    )
    error = (0.05 * 0.95 / worlds) ** 0.5
    assert 0.01 < false / worlds <= 0.05 + 3 * error


def test_a_large_difference_is_told_apart_nearly_always():
    rng = np.random.default_rng(5)
    told = 0
    for _ in range(300):
        counts = [Count(500, int(rng.binomial(500, p))) for p in (0.2, 0.2, 0.35)]
        told += ranking(counts).best() == (2,)
    assert told / 300 > 0.97
