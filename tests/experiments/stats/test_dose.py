"""Monotone shares by display time: a general optimiser, laws, and simulation."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from experiments.stats import dose, proportions
from experiments.stats.dose import dose_response
from experiments.stats.samples import Count


def arms_of(pairs):
    return [(1000 * (row + 1), Count(n, hits)) for row, (hits, n) in enumerate(pairs)]


COUNTS = st.lists(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=3, max_size=6
)


def test_a_story_worked_by_hand():
    """4, 6, 8, 10 s: 100, 160, 140 and 200 of 1,000 tap; 6 and 8 s are pooled to 150."""
    found = dose_response(
        [
            (8000, Count(1000, 140)),
            (4000, Count(1000, 100)),
            (6000, Count(1000, 160)),
            (10_000, Count(1000, 200)),
        ]
    )
    assert [one.n_ms for one in found.responses] == [4000, 6000, 8000, 10_000]
    assert [one.share.value for one in found.responses] == pytest.approx([0.1, 0.15, 0.15, 0.2])
    assert [one.pooled for one in found.responses] == [False, True, True, False]
    assert [one.count.hits for one in found.responses] == [100, 160, 140, 200]
    # only 6 -> 8 s falls: one-sided half of Newcombe's p of the difference, times six pairs
    p_value = proportions.difference(Count(1000, 160), Count(1000, 140)).p_value
    assert found.falls_p == pytest.approx(min(1.0, 6 * p_value / 2))


def test_arms_far_apart_do_not_lend_each_other_anything():
    """Where neighbours are far away, an inner interval is the likelihood interval of one binomial share."""
    found = dose_response(arms_of([(20, 400), (120, 400), (320, 400)]))
    low, high = found.responses[1].share.interval.low, found.responses[1].share.interval.high
    for end in (low, high):
        alone = 2 * (120 * np.log(0.3 / end) + 280 * np.log(0.7 / (1 - end)))
        assert alone == pytest.approx(3.841459, abs=1e-5)  # R: qchisq(.95, 1)


@pytest.mark.parametrize(
    "pairs", [[(5, 50), (9, 40), (8, 60), (30, 70)], [(3, 30), (3, 40), (2, 50)], [(0, 20), (4, 20), (9, 20)]]
)
def test_an_interval_ends_where_a_general_optimiser_says(pairs):
    found = dose_response(arms_of(pairs))
    hits, n = np.array(pairs, float).T
    k = len(pairs)

    def best_with(row, share):
        def fall(p):
            inside = np.clip(p, 1e-12, 1 - 1e-12)
            return -(hits @ np.log(inside) + (n - hits) @ np.log1p(-inside))

        rising = [
            {"type": "ineq", "fun": lambda p: np.diff(p)},
            {"type": "eq", "fun": lambda p: p[row] - share},
        ]
        start = np.sort(np.clip(hits / n, 0.01, 0.99))
        return -min(
            minimize(
                fall,
                begun,
                method="SLSQP",
                constraints=rising,
                bounds=[(1e-12, 1 - 1e-12)] * k,
                options={"ftol": 1e-13, "maxiter": 500},
            ).fun
            for begun in (start, np.full(k, share))
        )

    fitted = np.array([one.share.value for one in found.responses])
    inside = np.clip(fitted, 1e-12, 1 - 1e-12)
    best = float(hits @ np.log(inside) + (n - hits) @ np.log1p(-inside))
    for row, one in enumerate(found.responses):
        allowed = 1.920729 * (1 + 0.4 * np.log(k / 2.4) if row in (0, k - 1) else 1)
        for end in (one.share.interval.low, one.share.interval.high):
            if 0 < end < 1:
                assert best - best_with(row, end) == pytest.approx(allowed, abs=2e-4)


@given(COUNTS)
def test_shares_never_fall_and_lie_inside_their_intervals(pairs):
    found = dose_response(arms_of(pairs))
    values = [one.share.value for one in found.responses]
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(values))
    # pooling keeps the number of taps
    assert sum(one.share.value * one.count.n for one in found.responses) == pytest.approx(
        sum(hits for hits, _ in pairs)
    )
    for one in found.responses:
        assert 0 <= one.share.interval.low <= one.share.value <= one.share.interval.high <= 1
    assert 0 <= found.falls_p <= 1


@given(COUNTS)
def test_shares_that_rise_stay_as_they_are(pairs):
    rising = sorted(pairs, key=lambda pair: pair[0] / pair[1])
    found = dose_response(arms_of(rising))
    assert [one.share.value for one in found.responses] == pytest.approx([hits / n for hits, n in rising])
    assert not any(one.pooled for one in found.responses)


@pytest.mark.parametrize("shares", [(0.1, 0.15, 0.2), (0.2, 0.2, 0.2), (0.05, 0.05, 0.05, 0.05, 0.05)])
def test_intervals_cover_rising_and_equal_shares(shares):
    rng, inside, falls = np.random.default_rng(8), [], 0
    for _ in range(250):
        found = dose_response(arms_of([(int(rng.binomial(1500, share)), 1500) for share in shares]))
        inside.append(
            [one.share.interval.contains(p) for one, p in zip(found.responses, shares, strict=True)]
        )
        falls += found.falls_p <= 0.05
    assert (np.mean(inside, axis=0) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 250)).all()
    assert falls / 250 <= 0.05 + 3 * np.sqrt(0.95 * 0.05 / 250)


def test_what_cannot_be_said():
    assert dose_response(arms_of([(1, 10), (2, 10)])).code == "few_display_times"
    assert dose_response(arms_of([(1, 10), (2, 10), (0, 0)])).code == "no_units"
    assert dose.FEWEST == 3
    with pytest.raises(ValueError, match=r"^`arms`"):
        dose_response([(4000, Count(10, 1))] * 3)
