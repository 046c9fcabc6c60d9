"""Thresholds, one fault at a time: known answers must notice each."""

import math

import numpy as np
import pytest

from experiments.stats.proportions import rate, wilson
from experiments.stats.quality.cells import Cells
from experiments.stats.samples import Count
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault

Z = 1.959963984540054
NOTHING = Cells(np.zeros(0), np.zeros(0, int), np.zeros(0, int))
FOUR = Cells(np.array([0.2, 0.5, 0.6, 0.9]), np.array([40, 30, 20, 10]), np.array([5, 10, 12, 9]))


def same(found, expected):
    assert np.asarray(found).tolist() == pytest.approx(expected, abs=1e-12)


def check_thresholds(m):
    found = m.curve(FOUR)
    assert found.thresholds.tolist() == [0.2, 0.5, 0.6, 0.9]
    assert (found.accepted.tolist(), found.right.tolist()) == ([100, 60, 30, 10], [36, 31, 21, 9])
    same(found.precision.value, [0.36, 31 / 60, 0.7, 0.9])
    same(found.recall.value, [1, 31 / 36, 21 / 36, 9 / 36])
    same(found.f1.value, [72 / 136, 62 / 96, 42 / 66, 18 / 46])
    for place, (n, k) in enumerate(zip(found.accepted, found.right, strict=True)):
        either = n + 36 - k
        for shares, (low, high) in (
            (found.precision, wilson(k, n, Z)),
            (found.recall, wilson(k, 36, Z)),
            (found.f1, [2 * end / (1 + end) for end in wilson(k, either, Z)]),
        ):
            near(shares.low[place], low, 1e-12)
            near(shares.high[place], high, 1e-12)
    assert found.level == 0.95
    near(m.curve(FOUR, 0.8).precision.low[0], wilson(36, 100, 1.2815515655446004)[0], 1e-12)
    assert m.curve(FOUR, 0.8).level == 0.8
    blind = m.curve(FOUR, rejected_known=False)
    assert code(blind.recall) == code(blind.f1) == "quality.rejected_unknown"
    same(blind.precision.value, [0.36, 31 / 60, 0.7, 0.9])
    never = Cells(np.array([0.2, 0.5]), np.array([4, 3]), np.array([0, 0]))
    assert code(m.curve(never).recall) == code(m.curve(never).f1) == "quality.no_positives"
    low, high = m.wilson_limits(np.array([0, 3, 7]), np.array([5, 6, 7]), Z)
    for place, (k, n) in enumerate(((0, 5), (3, 6), (7, 7))):
        assert (low[place], high[place]) == pytest.approx(wilson(k, n, Z), abs=1e-15)
    assert (low[0], high[2]) == (0.0, 1.0)
    tiny = m.wilson_limits(np.array([1]), np.array([6]), 0.0)
    assert tiny[0][0] <= 1 / 6 <= tiny[1][0]
    check_average(m)
    for ask in (m.curve, m.average_precision):
        assert code(ask(NOTHING)) == "quality.no_items"
    assert code(m.average_precision(never)) == "quality.no_positives"
    refuses([lambda: m.curve(NOTHING, 1), lambda: m.average_precision(NOTHING, 1)])


def check_average(m):
    found = m.average_precision(FOUR)
    value = (5 * 0.36 + 10 * 31 / 60 + 12 * 0.7 + 9 * 0.9) / 36
    near(found.value, value, 1e-12)
    assert (found.n, found.method) == (100, "average_precision")

    def precision(n, hits):
        return float(hits @ (np.cumsum(hits[::-1]) / np.cumsum(n[::-1]))[::-1]) / hits.sum()

    step, variance = 1e-6, 0.0
    for place in range(4):  # what an item more of each kind changes
        one = np.eye(4)[place] * step
        if_hit = (precision(FOUR.n + one, FOUR.hits + one) - value) / step
        if_missed = (precision(FOUR.n + one, FOUR.hits) - value) / step
        variance += FOUR.hits[place] * if_hit**2 + (FOUR.n - FOUR.hits)[place] * if_missed**2
    for level, z in ((0.95, Z), (0.8, 1.2815515655446004)):
        interval = m.average_precision(FOUR, level).interval
        half = z * math.sqrt(variance) / (value * (1 - value))
        centre = math.log(value / (1 - value))
        near(interval.low, 1 / (1 + math.exp(half - centre)), 1e-5)
        near(interval.high, 1 / (1 + math.exp(-half - centre)), 1e-5)
        assert interval.level == level
    ordered = m.average_precision(Cells(np.array([1.0, 2.0]), np.array([5, 5]), np.array([0, 5])))
    assert (ordered.value, ordered.interval) == (1.0, None)
    alike = m.average_precision(Cells(np.array([1.0]), np.array([10]), np.array([5])))
    assert alike.value == 0.5
    near(alike.interval.high, 1 / (1 + math.exp(-Z * math.sqrt(0.25 / 10) / 0.25)), 1e-12)


THRESHOLDS = (
    Fault("curve", "from_above(cells.n), from_above(cells.hits)", "from_above(cells.n), cells.hits"),
    Fault("curve", "_shares(right, accepted, z)", "_shares(right, accepted, 1.96)"),
    Fault("curve", "if not rejected_known", "if rejected_known"),
    Fault("curve", "elif cells.positives == 0", "elif cells.positives < 0"),
    Fault("curve", "np.full_like(right, cells.positives)", "np.full_like(right, cells.items)"),
    Fault("curve", "accepted + cells.positives - right", "accepted + cells.positives"),
    Fault("curve", "2 * one / (1 + one)", "one"),
    Fault("curve", "jaccard.low, jaccard.high)", "jaccard.high, jaccard.low)"),
    Fault("curve", "if cells.items == 0", "if cells.items < 0"),
    Fault("average_precision", "if cells.positives == 0", "if cells.positives < 0"),
    Fault("average_precision", "/ cells.positives, 1.0)", "/ cells.items, 1.0)"),
    Fault("average_precision", "np.cumsum(cells.hits / accepted)", "cells.hits / accepted"),
    Fault("average_precision", "cells.hits * precision / accepted", "cells.hits / accepted"),
    Fault("average_precision", "precision - value + gained - lost", "precision - value"),
    Fault("average_precision", "precision - value + gained - lost", "precision + gained - lost"),
    Fault("average_precision", "+ (cells.n - cells.hits) @ if_missed**2", ""),
    Fault("average_precision", "math.sqrt(squares) / cells.positives", "math.sqrt(squares) / cells.items"),
    Fault("average_precision", "z * error / (value * (1 - value))", "z * error"),
    Fault("average_precision", "(centre - half, centre + half)", "(centre, centre + half)"),
    Fault("wilson_limits", "z * z / (2 * items)", "z * z / items"),
    Fault("wilson_limits", "(4 * items * items)", "(2 * items * items)"),
    Fault("wilson_limits", "1 + z * z / items", "1 + z / items"),
    Fault("wilson_limits", "np.maximum(centre - half, 0.0)", "centre - half + 1e-6"),
    Fault("wilson_limits", "np.minimum(low, share)", "low + 1e-9"),
    Fault("wilson_limits", "np.minimum(centre + half, 1.0)", "centre - half"),
    Fault("from_above", "counts[::-1])[::-1]", "counts)"),
    Fault("_shares", "Shares(hits / n, ", "Shares(n / n, "),
)


def check_reaching(m):
    bands = Cells(np.arange(10) / 10, np.full(10, 1000), np.arange(550, 1001, 50))
    found = m.reaching(bands, 0.9)
    # of those from a band on .900 are right from .5 on, .925 from .6 on: 3,700 of 4,000 is 5 standard errors above .9
    assert (found.threshold, found.lowest, found.assured) == (0.5, 0.5, 0.6)
    assert (found.accepted, found.level) == (0.5, 0.95)
    assert found.precision == rate(Count(5000, 4500))
    other = m.reaching(bands, 0.9, 0.8)
    assert (other.precision, other.level) == (rate(Count(5000, 4500), 0.8), 0.8)
    exact = Cells(np.array([0.5]), np.array([100]), np.array([55]))
    assert m.reaching(exact, 0.55).threshold == 0.5
    # 430 of 500: 3 standard errors below .9 (binom.cdf(430, 500, .9) = .0026); 445 of 500 is not
    low = Cells(np.array([0.1, 0.2, 0.3]), np.array([500, 300, 200]), np.array([350, 260, 190]))
    rising = m.reaching(low, 0.9)
    assert (rising.threshold, rising.lowest, rising.assured) == (0.2, 0.2, 0.3)
    below = m.reaching(Cells(np.array([0.2, 0.3]), np.array([300, 200]), np.array([255, 190])), 0.9)
    assert (below.threshold, below.lowest, below.assured) == (0.3, 0.2, 0.3)
    check_beginnings(m)
    poor = m.reaching(Cells(np.array([0.1, 0.9]), np.array([500, 500]), np.array([200, 300])), 0.9)
    assert (code(poor), dict(poor.facts)) == ("quality.precision_not_reached", {"least": 36, "wanted": 0.9})
    assert code(m.reaching(Cells(np.array([0.9]), np.array([35]), np.array([35])), 0.9)) == code(poor)
    few = m.reaching(Cells(np.array([0.9]), np.array([36]), np.array([36])), 0.9)
    assert (few.threshold, code(few.assured)) == (0.9, "quality.precision_not_shown")
    assert dict(few.assured.facts) == {"wanted": 0.9}
    assert code(m.reaching(NOTHING, 0.9)) == "quality.no_items"
    refuses(
        [
            lambda: m.reaching(bands, 0),
            lambda: m.reaching(bands, 1),
            lambda: m.reaching(NOTHING, 0.9, 1),
        ]
    )


def check_beginnings(m):
    """R 4.2.2: sizes by qnorm(.9875), qnorm(.8): 114.87 at .975, 292.99 at .95; pbinom(k − 1, n, .9, lower = FALSE) ≤ .0125."""

    def assured(*bands):
        rows = [np.array(column) for column in zip(*bands, strict=True)]
        return m.reaching(Cells(np.arange(len(bands)) / 10, *rows), 0.9).assured

    assert assured((115, 111)) == 0.0  # pbinom(110, 115, .9, lower = FALSE) = .0081: four errors pass
    assert code(assured((115, 110))) == "quality.precision_not_shown"  # .0223: five do not
    assert code(assured((114, 114))) == "quality.precision_not_shown"  # too few to begin with
    # fails with 115 (eight errors), passes with 293 in all (twelve)
    assert assured((178, 174), (115, 107)) == 0.0
    assert code(assured((178, 160), (115, 107))) == "quality.precision_not_shown"
    # passes with 115, fails at 215, passes again below: only what lies above the failure counts from the first beginning
    assert assured((200, 100), (100, 85), (115, 115)) == 0.2
    # … and the second beginning goes on below it
    assert assured((118, 118), (60, 45), (115, 115)) == 0.0
    # what happens above the beginning does not matter
    assert assured((178, 178), (60, 60), (60, 54)) == 0.0


REACHING = (
    Fault("reaching", "    z_of(level)\n", ""),
    Fault("reaching", "0 < wanted < 1", "0 <= wanted <= 1"),
    Fault("reaching", "(1 - level) / 2", "1 - level"),
    Fault("reaching", "from_above(cells.n), from_above(cells.hits)", "cells.n, cells.hits"),
    Fault("reaching", "math.log(tail) / math.log(wanted)", "math.log(tail) / math.log(wanted) - 1"),
    Fault("reaching", "right / accepted >= wanted", "right >= wanted * accepted"),
    Fault("reaching", " & (accepted >= least)", ""),
    Fault("reaching", "seen[0]", "seen[-1]"),
    Fault(
        "reaching", "rate(Count(accepted_here, right_here), level)", "rate(Count(accepted_here, right_here))"
    ),
    Fault("reaching", "accepted_here / cells.items", "right_here / cells.items"),
    Fault("_not_missing", "> tail", "> 20 * tail"),
    Fault("_not_missing", "bdtr(right, accepted, wanted)", "1 - bdtr(right, accepted, wanted)"),
    Fault("_assured", "np.maximum(right - 1, 0)", "right"),
    Fault("_assured", "tail / len(_STARTS)", "tail"),
    Fault("_assured", "failed[-1]) + 1 if", "failed[0]) + 1 if"),
    Fault("_assured", "failed[-1]) + 1 if", "failed[-1]) if"),
    Fault("_assured", "start <= tried[-1]", "start < tried[-1]"),
    Fault("_assured", "return min(found)", "return max(found)"),
    Fault("_assured", "accepted >= _enough", "accepted > _enough"),
    Fault("_assured", "share * (1 - wanted), each)", "0.5 * (1 - wanted), each)"),
    Fault("_assured", "<= each)", "<= 1)"),
    Fault("_enough", "1 - 2 * tail", "1 - tail"),
    Fault("_enough", "2 * _POWER - 1", "_POWER"),
    Fault("_enough", "** 2)", ")"),
    Fault("_enough", "truly * (1 - truly)", "wanted * (1 - wanted)"),
)

SUITES = {
    "stats/quality/thresholds.py": (check_thresholds, THRESHOLDS),
    "stats/quality/reaching.py": (check_reaching, REACHING),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
