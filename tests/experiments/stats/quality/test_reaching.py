"""The threshold of a wanted precision: a plain search, and promises kept over many worlds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from experiments.stats.effects import NoEffect
from experiments.stats.proportions import rate
from experiments.stats.quality.cells import Cells
from experiments.stats.quality.reaching import reaching
from experiments.stats.samples import Count
from tests.experiments.stats.quality.score_worlds import GRID, cells, drawn, misses


def enough(wanted, truly, tail):
    """The textbook size of a one-sided test of a share with power .8."""
    spread = norm.isf(tail) * (wanted * (1 - wanted)) ** 0.5 + norm.isf(0.2) * (truly * (1 - truly)) ** 0.5
    return math.ceil((spread / (truly - wanted)) ** 2)


def plainly(found, wanted, level):
    """(threshold, lowest, assured) by walking over the thresholds one after the other."""
    tail = (1 - level) / 2
    rows = [
        (score, found.n[place:].sum(), found.hits[place:].sum()) for place, score in enumerate(found.scores)
    ]
    least = next(n for n in range(1, 10_000) if wanted**n <= tail)
    seen = [score for score, n, hits in rows if n >= least and hits / n >= wanted]
    if not seen:
        return None
    lowest = next(score for score, n, hits in rows if binom.cdf(hits, n, wanted) > tail)
    ends = []
    for share in (0.75, 0.5):
        start, reached = enough(wanted, wanted + share * (1 - wanted), tail / 2), None
        for score, n, hits in reversed(rows):
            if n < start:
                continue
            if binom.sf(hits - 1, n, wanted) > tail / 2:
                break
            reached = score
        ends.append(reached)
    shown = [end for end in ends if end is not None]
    return seen[0], lowest, min(shown) if shown else None


@given(cells(most=400), st.sampled_from([0.5, 0.6, 0.8, 0.9]), st.sampled_from([0.8, 0.95]))
def test_it_is_what_a_walk_over_the_thresholds_finds(found, wanted, level):
    ours, expected = reaching(found, wanted, level), plainly(found, wanted, level)
    if expected is None:
        assert ours.code == "quality.precision_not_reached"
        return
    assured = None if isinstance(ours.assured, NoEffect) else ours.assured
    assert (ours.threshold, ours.lowest, assured) == expected
    place = int(np.searchsorted(found.scores, ours.threshold))
    here = Count(int(found.n[place:].sum()), int(found.hits[place:].sum()))
    assert ours.precision == rate(here, level)
    assert ours.accepted == here.n / found.items
    assert ours.lowest <= ours.threshold
    assert assured is None or assured >= ours.threshold


def test_a_model_whose_precision_rises():
    # 10,000 items in ten bands with .55, .60, …, 1.00 right: those from the sixth on are .900 right, from the seventh on .925.
    bands = Cells(np.arange(10) / 10, np.full(10, 1000), np.arange(550, 1001, 50))
    found = reaching(bands, 0.9)
    assert (found.threshold, found.lowest, found.assured) == (0.5, 0.5, 0.6)
    assert found.precision.value == 0.9
    assert (found.accepted, found.level) == (0.5, 0.95)
    # .55 · 100 is above 55 as a double; 55 of 100 are 55 % all the same
    assert reaching(Cells(np.array([0.5]), np.array([100]), np.array([55])), 0.55).threshold == 0.5


RISING = 1 - 0.6 * (1 - GRID)
REACHED = np.cumsum(RISING[::-1])[::-1] / np.arange(100, 0, -1)


@pytest.mark.parametrize(("items", "wanted"), [(1000, 0.8), (10_000, 0.9)])
def test_assured_thresholds_keep_their_promise(items, wanted):
    """1,000 worlds each. `assured` falls short in 2.5 % at most, `lowest` is too high as rarely; the one seen in half."""
    rng = np.random.default_rng(3)
    truth = float(GRID[np.flatnonzero(wanted <= REACHED)[0]])
    short, high, seen, silent = [], [], [], 0
    for _ in range(1000):
        found = reaching(drawn(rng, items, RISING), wanted)
        high.append(found.lowest > truth)
        seen.append(REACHED[np.searchsorted(GRID, found.threshold)] < wanted)
        if isinstance(found.assured, NoEffect):
            silent += 1
        else:
            short.append(REACHED[np.searchsorted(GRID, found.assured)] < wanted)
    assert np.mean(short) <= 0.025 + 2 * misses(short)[1]
    assert np.mean(high) <= 0.025 + 2 * misses(high)[1]
    assert 0.3 < np.mean(seen) < 0.6
    assert silent < 10


def test_a_model_that_errs_most_where_it_is_surest_is_not_assured_there():
    rng = np.random.default_rng(4)
    rates = np.where(GRID > 0.95, 0.6, 0.97)  # accepted from .5: .933
    found = reaching(drawn(rng, 20_000, rates), 0.9)
    assert found.threshold < 0.1
    assert found.assured.code == "quality.precision_not_shown"


def test_what_cannot_be_reached_is_said():
    poor = Cells(np.array([0.1, 0.9]), np.array([500, 500]), np.array([200, 300]))
    said = reaching(poor, 0.9)
    assert (said.code, dict(said.facts)) == ("quality.precision_not_reached", {"least": 36, "wanted": 0.9})
    few = Cells(np.array([0.9]), np.array([36]), np.array([36]))
    found = reaching(few, 0.9)
    assert (found.threshold, found.assured.code) == (0.9, "quality.precision_not_shown")
    fewer = Cells(np.array([0.9]), np.array([35]), np.array([35]))
    assert reaching(fewer, 0.9).code == "quality.precision_not_reached"
    nothing = Cells.from_rows(np.zeros(0), np.zeros(0, int), np.zeros(0, int))
    assert reaching(nothing, 0.9).code == "quality.no_items"


@pytest.mark.parametrize(("wanted", "level"), [(0, 0.95), (1, 0.95), (90, 0.95), (0.9, 1)])
def test_nonsense_is_refused(wanted, level):
    with pytest.raises(ValueError, match="must be in"):
        reaching(Cells(np.array([0.9]), np.array([36]), np.array([36])), wanted, level)
