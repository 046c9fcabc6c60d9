"""Scores as probabilities, one fault at a time: known answers must notice each."""

import math

import numpy as np
import pytest

from experiments.stats.effects import Interval
from experiments.stats.proportions import rate
from experiments.stats.quality.cells import Cells
from experiments.stats.samples import Count
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault

NOTHING = Cells(np.zeros(0), np.zeros(0, int), np.zeros(0, int))
LOGITS = Cells(np.array([-1.0, 2.0]), np.array([3, 3]), np.array([1, 2]))
FOUR = Cells(np.array([0.1, 0.3, 0.55, 0.9]), np.array([10, 20, 30, 40]), np.array([2, 4, 21, 34]))


def same(found, expected):
    assert np.asarray(found).tolist() == pytest.approx(expected, abs=1e-12)


def check_cells(m):
    parts = frozenset({"a"})
    rows = (
        np.array([0.7, 0.2, 0.7, 0.9, -0.0, 0.0]),
        np.array([3, 5, 2, 0, 1, 1]),
        np.array([2, 1, 0, 0, 1, 0]),
    )
    found = m.Cells.from_rows(*rows, parts)
    assert found == m.Cells(np.array([0.0, 0.2, 0.7]), np.array([2, 5, 5]), np.array([1, 1, 2]), parts)
    assert not math.copysign(1, found.scores[0]) < 0
    assert (found.items, found.positives) == (12, 4)
    assert m.Cells.from_rows(*(rows[k][:0] for k in range(3))).items == 0
    assert m.Cells.from_rows(rows[0][:3], np.ones(3, bool), np.array([True, False, True])).hits.tolist() == [
        0,
        2,
    ]
    whole = found + m.Cells(np.array([0.2, 0.8]), np.array([2, 3]), np.array([1, 2]), frozenset({"b"}))
    assert whole.scores.tolist() == [0.0, 0.2, 0.7, 0.8]
    assert (whole.n.tolist(), whole.hits.tolist(), whole.parts) == (
        [2, 7, 5, 3],
        [1, 2, 2, 2],
        frozenset("ab"),
    )
    grid = m.Cells.on_grid(
        np.array([0.0, 0.14, 0.16, 0.151, 1.0]), np.array([True, True, False, True, False]), 20, parts
    )
    same(grid.scores, [0.0, 0.15, 1.0])
    assert (grid.n.tolist(), grid.hits.tolist(), grid.parts) == ([1, 3, 1], [1, 2, 0], parts)
    assert m.Cells.on_grid(np.array([0.1234]), np.array([True])).scores.tolist() == [0.123]
    for other in (
        m.Cells(np.array([0.0, 0.2, 0.8]), found.n, found.hits, parts),
        m.Cells(found.scores, np.array([2, 5, 6]), found.hits, parts),
        m.Cells(found.scores, found.n, np.array([1, 1, 3]), parts),
        m.Cells(found.scores, found.n, found.hits),
    ):
        assert found != other
    assert found != 3
    m.require_probabilities(m.Cells(np.array([0.0, 1.0]), np.array([1, 1]), np.array([0, 1])))
    m.require_probabilities(m.Cells(np.zeros(0), np.zeros(0, int), np.zeros(0, int)))
    assert code(m.no_items()) == "quality.no_items"
    one, two = np.array([0.5]), np.array([0.2, 0.5])
    with pytest.raises(ValueError, match=r"^`steps` is 0"):
        m.Cells.on_grid(one, np.array([True]), 0)
    refuses(
        [
            lambda: found.n.__setitem__(0, 1),
            lambda: found.hits.__setitem__(0, 1),
            lambda: found.scores.__setitem__(0, 1),
            lambda: found + found,
            lambda: m.Cells(two[::-1].copy(), np.array([1, 1]), np.array([0, 0])),
            lambda: m.Cells(np.array([0.2, 0.2]), np.array([1, 1]), np.array([0, 0])),
            lambda: m.Cells(np.array([0.2, np.inf]), np.array([1, 1]), np.array([0, 0])),
            lambda: m.Cells(two[None, :], np.array([[1, 1]]), np.array([[0, 0]])),
            lambda: m.Cells(two, np.array([1, 0]), np.array([0, 0])),
            lambda: m.Cells(two, np.array([1, 1]), np.array([0, -1])),
            lambda: m.Cells(two, np.array([1, 1]), np.array([0, 2])),
            lambda: m.Cells(two, np.array([1.0, 1.0]), np.array([0, 0])),
            lambda: m.Cells(two, np.array([1, 1]), np.array([0])),
            lambda: m.Cells.from_rows(two, np.array([1]), np.array([0, 0])),
            lambda: m.Cells.from_rows(one, np.array([1.5]), np.array([0])),
            lambda: m.Cells.from_rows(one, np.array([1]), np.array([2])),
            lambda: m.Cells.from_rows(np.array([0.5, 0.5]), np.array([5, 5]), np.array([-1, 3])),
            lambda: m.Cells.from_rows(np.array([0.5, 0.5]), np.array([5, 2]), np.array([0, 3])),
            lambda: m.Cells.from_rows(np.array([0.5, 0.5]), np.array([5, -2]), np.array([0, -2])),
            lambda: m.Cells.from_rows(np.array([np.nan, 0.5]), np.array([0, 5]), np.array([0, 3])),
            lambda: m.Cells.on_grid(one, np.array([True]), -3),
            lambda: m.Cells.on_grid(one, np.array([1])),
            lambda: m.Cells.on_grid(one, np.array([True, True])),
            lambda: m.Cells.on_grid(np.array([1.0001]), np.array([True])),
            lambda: m.Cells.on_grid(np.array([-0.0001]), np.array([True])),
            lambda: m.require_probabilities(
                m.Cells(np.array([-0.1, 0.5]), np.array([1, 1]), np.array([0, 1]))
            ),
            lambda: m.require_probabilities(
                m.Cells(np.array([0.1, 1.5]), np.array([1, 1]), np.array([0, 1]))
            ),
        ]
    )


CELLS = (
    Fault("Cells.__post_init__", "self.scores.ndim != 1 or", ""),
    Fault("Cells.__post_init__", "not np.isfinite(self.scores).all() or", ""),
    Fault("Cells.__post_init__", "np.diff(self.scores) <= 0", "np.diff(self.scores) < 0"),
    Fault("Cells.__post_init__", '("n", self.n, 1)', '("n", self.n, 0)'),
    Fault("Cells.__post_init__", '("hits", self.hits, 0)', '("hits", self.hits, -5)'),
    Fault("Cells.__post_init__", "or counts.dtype != np.int64", ""),
    Fault("Cells.__post_init__", "(self.hits > self.n).any()", "(self.hits > self.n).all()"),
    Fault(
        "Cells.__post_init__",
        "(self.scores, self.n, self.hits):\n            values",
        "(self.scores, self.n):\n            values",
    ),
    Fault("Cells.from_rows", "items[order] > 0", "items[order] >= 0"),
    Fault("Cells.from_rows", "+ 0.0", ""),
    Fault("Cells.from_rows", "prepend=-np.inf) > 0", "prepend=-np.inf) >= 0"),
    Fault("Cells.from_rows", "counts[order], starts", "counts, starts"),
    Fault("Cells.from_rows", 'not in "iub"', 'not in "iubf"'),
    Fault("Cells.from_rows", "(right < 0).any() or", ""),
    Fault("Cells.from_rows", "or (right > items).any()", ""),
    Fault("Cells.from_rows", "if not np.isfinite(score).all()", "if not np.isfinite(score[items > 0]).all()"),
    Fault("Cells.from_rows", "every, true, parts)", "every, true)"),
    Fault("Cells.on_grid", "if steps == 0", "if steps < 0"),
    Fault("Cells.on_grid", "or right.dtype != np.bool_", ""),
    Fault("Cells.on_grid", "scores >= 0", "scores >= -1"),
    Fault("Cells.on_grid", "scores <= 1", "scores <= 2"),
    Fault("Cells.on_grid", "np.rint(scores * steps)", "(scores * steps)"),
    Fault("Cells.on_grid", "place[right]", "place[~right]"),
    Fault("Cells.on_grid", "n[seen], hits[seen], parts", "n[seen], hits[seen]"),
    Fault(
        "Cells.__add__",
        "((self.n, other.n), (self.hits, other.hits))",
        "((self.n, other.n), (self.hits, other.n))",
    ),
    Fault("Cells.__eq__", "self.parts == other.parts and", ""),
    Fault("Cells.positives", "self.hits.sum()", "self.n.sum()"),
    Fault("require_probabilities", "cells.scores[0] < 0 or cells.scores[-1] > 1)", "cells.scores[0] < 0)"),
    Fault("require_probabilities", "cells.scores[0] < 0 or cells.scores[-1] > 1)", "cells.scores[-1] > 1)"),
)


def check_bins(m):
    wide = m.reliability(FOUR, 5)
    assert [(one.count.n, one.count.hits) for one in wide] == [(10, 2), (20, 4), (30, 21), (40, 34)]
    same([one.low for one in wide], [0.0, 0.2, 0.4, 0.8])
    same([one.high for one in wide], [0.2, 0.4, 0.6, 1.0])
    same([one.score for one in wide], [0.1, 0.3, 0.55, 0.9])
    assert [one.rate for one in wide] == [rate(one.count) for one in wide]
    (half,) = (one for one in m.reliability(FOUR, 2) if one.low == 0)
    near(half.score, 7 / 30, 1e-12)
    assert (half.count.n, half.rate.value, half.high) == (30, 0.2, 0.5)
    assert m.reliability(FOUR, 2, level=0.8)[0].rate == rate(Count(30, 6), 0.8)
    assert len(m.reliability(FOUR)) == 4
    edge = Cells(np.array([0.0, 0.5, 1.0]), np.array([1, 2, 4]), np.array([0, 1, 4]))
    assert [one.count.n for one in m.reliability(edge, 2)] == [3, 4]
    same(m.edges_of(edge, 4, "width"), [0, 0.25, 0.5, 0.75, 1])
    # of 7 items 0, .5, .5, 1, 1, 1, 1 the quartiles are at ranks 1.5, 3 and 4.5
    same(m.edges_of(edge, 4, "mass"), [0.0, 0.5, 1.0, 1.0, 1.0])
    three = Cells(np.array([0.0, 0.4, 1.0]), np.array([1, 1, 1]), np.array([0, 1, 1]))
    same(m.edges_of(three, 5, "mass"), [0.0, 0.16, 0.32, 0.52, 0.76, 1.0])
    assert [one.count.n for one in m.reliability(FOUR, 2, "mass")] == [60, 40]
    same(m.edges_of(NOTHING, 2, "mass"), [0, 0.5, 1])
    assert m.placed(edge, np.array([0, 0.5, 0.75, 1.0])).tolist() == [0, 0, 2]
    n, hits, scores = m.summed(FOUR, np.array([0, 2, 2, 0]), 3)
    assert (n.tolist(), hits.tolist()) == ([50, 0, 50], [36, 0, 25])
    same(scores, [37.0, 0.0, 22.5])
    assert code(m.reliability(NOTHING)) == "quality.no_items"
    refuses(
        [
            lambda: m.reliability(FOUR, 0),
            lambda: m.reliability(FOUR, -1),
            lambda: m.reliability(FOUR, 5, "size"),
            lambda: m.reliability(LOGITS),
            lambda: m.reliability(FOUR, level=1),
        ]
    )


BINS = (
    Fault("reliability", "bins: int = 10", "bins: int = 2"),
    Fault(
        "reliability",
        "if cells.items == 0:\n        return no_items()",
        "if cells.items == 0:\n        return ()",
    ),
    Fault("reliability", "Count(int(n[place]), int(hits[place]))", "Count(int(n[place]), int(n[place]))"),
    Fault("reliability", "rate(count, level)", "rate(count)"),
    Fault("reliability", "float(scores[place]) / count.n", "float(scores[place])"),
    Fault("reliability", "edges[place + 1]", "edges[place]"),
    Fault("edges_of", "    require_probabilities(cells)\n", ""),
    Fault("edges_of", "if bins == 0", "if bins < 0"),
    Fault("edges_of", 'if by not in ("width", "mass")', 'if by == "count"'),
    Fault("edges_of", "or cells.items == 0", ""),
    Fault("edges_of", "(cells.items - 1), bins)", "cells.items, bins)"),
    Fault("edges_of", 'side="right"', 'side="left"'),
    Fault("edges_of", "(rest / bins)", "(rest > 0)"),
    Fault("edges_of", "np.minimum(left + 1, cells.items - 1)", "left"),
    Fault("placed", 'side="left"', 'side="right"'),
    Fault("placed", "edges[1:-1]", "edges[:-1]"),
    Fault("summed", "np.add.at(hits, places, cells.hits)", "hits[places] = cells.hits"),
    Fault("summed", "np.add.at(n, places, cells.n)", "n[places] = cells.n"),
    Fault("summed", "cells.n * cells.scores", "cells.hits * cells.scores"),
)


def check_brier(m):
    one = Cells(np.array([0.2, 0.8]), np.array([10, 10]), np.array([4, 8]))
    errors = [0.64] * 4 + [0.04] * 6 + [0.04] * 8 + [0.64] * 2
    score = m.brier(one)
    near(score.value, 0.22, 1e-12)
    # R 4.2.2: qt(.975, 19) = 2.093024
    half = 2.0930240544 * math.sqrt(sum((x - 0.22) ** 2 for x in errors) / 19 / 20)
    near(score.interval.low, 0.22 - half, 1e-9)
    near(score.interval.high, 0.22 + half, 1e-9)
    assert (score.n, score.method) == (20, "brier")
    narrow = m.brier(one, 0.8).interval  # R 4.2.2: qt(.9, 19) = 1.327728
    near(narrow.high, 0.22 + half / 2.0930240544 * 1.3277282, 1e-6)
    assert narrow.level == 0.8
    wild = Cells(np.array([0.0, 1.0]), np.array([2, 1]), np.array([0, 0]))
    assert m.brier(wild).interval == Interval(0.0, 1.0)
    assert m.brier(Cells(np.array([0.9]), np.array([9]), np.array([9]))).interval is None
    assert m.brier(Cells(np.array([0.9]), np.array([1]), np.array([1]))).interval is None
    parts = frozenset({"a"})
    moments = m.squared_errors(Cells(one.scores, one.n, one.hits, parts))
    near(moments.deviations, sum((x - 0.22) ** 2 for x in errors), 1e-12)
    assert (moments.n, moments.parts) == (20, parts)
    assert m.squared_errors(NOTHING).n == 0
    murphy = m.decomposition(one)
    for found, expected in (
        (murphy.reliability, 0.02),
        (murphy.resolution, 0.04),
        (murphy.uncertainty, 0.24),
        (murphy.within, 0.0),
    ):
        near(found, expected, 1e-12)
    # one bin: mean score .5, rate .6; scores vary by .09, with the truth by .3 (8 − 4) / 20
    pooled = m.decomposition(one, 1)
    near(pooled.reliability, 0.01, 1e-12)
    near(pooled.resolution, 0.0, 1e-12)
    near(pooled.within, 0.09 - 2 * 0.06, 1e-12)
    for bins, by in ((3, "width"), (2, "mass"), (3, "mass")):
        found = m.decomposition(FOUR, bins, by)
        whole = found.reliability - found.resolution + found.uncertainty + found.within
        near(whole, m.brier(FOUR).value, 1e-12)
    assert m.decomposition(FOUR, 2, "mass") != m.decomposition(FOUR, 2)
    units, scores, right = np.array([7, 3, 7]), np.array([0.2, 0.5, 0.6]), np.array([True, False, False])
    ratio = m.by_unit(units, scores, right, parts)
    near(ratio.top_mean, (0.64 + 0.36 + 0.25) / 2, 1e-12)
    near(ratio.bottom_mean, 1.5, 1e-12)
    near(ratio.codeviations, 0.375, 1e-12)
    assert (ratio.n, ratio.parts) == (2, parts)
    # z = (.6 · (4 − 2) − .6 · (8 − 8)) / √(20 · .36 · .16)
    near(m.spiegelhalter(one), math.erfc(1.2 / math.sqrt(20 * 0.36 * 0.16) / math.sqrt(2)), 1e-12)
    assert code(m.spiegelhalter(Cells(np.array([0, 0.5, 1.0]), np.array([3] * 3), np.array([1, 2, 3])))) == (
        "quality.scores_without_doubt"
    )
    for ask in (m.brier, m.decomposition, m.spiegelhalter):
        assert code(ask(NOTHING)) == "quality.no_items"
    refuses(
        [
            lambda: m.brier(LOGITS),
            lambda: m.squared_errors(LOGITS),
            lambda: m.decomposition(LOGITS),
            lambda: m.spiegelhalter(LOGITS),
            lambda: m.decomposition(FOUR, 0),
            lambda: m.by_unit(units, scores[:2], right),
            lambda: m.by_unit(units, scores, right.astype(int)),
            lambda: m.by_unit(units, scores + 0.5, right),
            lambda: m.by_unit(units, scores - 0.5, right),
        ]
    )


BRIER = (
    Fault("brier", "means.mean(sample, level)", "means.mean(sample)"),
    Fault("brier", "max(found.interval.low, 0.0)", "found.interval.low"),
    Fault("brier", "min(found.interval.high, 1.0)", "found.interval.high"),
    Fault("brier", "and sample.deviations > 0", ""),
    Fault("brier", 'found.n, "brier"', "found.n, found.method"),
    Fault("squared_errors", "    require_probabilities(cells)\n", ""),
    Fault("squared_errors", "misses = cells.n - cells.hits", "misses = cells.n"),
    Fault("squared_errors", "(1 - cells.scores) ** 2", "(1 + cells.scores) ** 2"),
    Fault("squared_errors", "(if_missed - mean) ** 2", "if_missed**2"),
    Fault("squared_errors", "spread if n > 1 else 0.0, cells.parts", "spread if n > 1 else 0.0"),
    Fault("by_unit", "or right.dtype != np.bool_", ""),
    Fault("by_unit", "scores <= 1", "scores <= 2"),
    Fault("by_unit", "scores >= 0", "scores >= -1"),
    Fault("by_unit", "(scores - right) ** 2", "abs(scores - right)"),
    Fault("by_unit", "np.bincount(place).astype", "np.ones(2).astype"),
    Fault("by_unit", ", parts)", ")"),
    Fault("decomposition", "    require_probabilities(cells)\n", ""),
    Fault("decomposition", "edges_of(cells, bins, by)", 'edges_of(cells, bins, "width")'),
    Fault("decomposition", "(score - rate) ** 2", "(score - base) ** 2"),
    Fault("decomposition", "(rate - base) ** 2", "(score - base) ** 2"),
    Fault("decomposition", "base * (1 - base), within", "base, within"),
    Fault("decomposition", "- 2 * (cells.hits @ apart)", "- (cells.hits @ apart)"),
    Fault("decomposition", "cells.n @ (apart * apart)", "0.0"),
    Fault("spiegelhalter", "    require_probabilities(cells)\n", ""),
    Fault("spiegelhalter", "tilt * tilt * cells.scores", "tilt * cells.scores"),
    Fault("spiegelhalter", "1 - 2 * cells.scores", "1 - cells.scores"),
    Fault("spiegelhalter", "cells.scores * tilt)", "tilt)"),
    Fault("spiegelhalter", "variance**0.5", "variance"),
    Fault("spiegelhalter", "if cells.items == 0", "if cells.items < 0"),
)


def folded(gap, error):
    """E|N(gap, error²)|, by adding up."""
    z = np.linspace(-9, 9, 180_001)
    return float((np.abs(gap + error * z) * np.exp(-z * z / 2)).sum() * 1e-4 / math.sqrt(2 * math.pi))


def check_expected_error(m):
    n, hits, scores = np.array([30, 50, 20]), np.array([10, 20, 18]), np.array([0.3, 0.5, 0.8])
    rates, cells = hits / n, Cells(scores, n, hits)
    found = m.calibration_error(cells, 10)
    plain = float(np.abs(scores - rates) @ n / 100)
    near(found.plain.value, plain, 1e-12)
    assert (found.plain.n, found.plain.method) == (100, "selected_bootstrap")
    error = np.sqrt(rates * (1 - rates) / (n - 1))
    pulled = sum(
        k * (2 * abs(s - r) - folded(s - r, e)) for k, s, r, e in zip(n, scores, rates, error, strict=True)
    )
    near(found.debiased, pulled / 100, 1e-7)
    near(found.squared, float(((scores - rates) ** 2 - error**2) @ n / 100), 1e-12)
    # no bin is clearly off: the lower end draws all from chance, the upper errs on either side
    squares = hits @ (1 - scores) ** 2 + (n - hits) @ scores**2
    near(found.plain.interval.high, plain + 1.959964 * math.sqrt((squares / 100 - plain**2) / 100), 1e-6)
    assert found.plain.interval.low == 0.0
    # two bins 20 and 25 points off among 2,000 items, a third exactly right: the first two err on either side
    n, hits, scores = np.array([1000, 200, 800]), np.array([400, 100, 560]), np.array([0.2, 0.5, 0.95])
    sure = m.calibration_error(Cells(scores, n, hits), 10)
    plain = (200 + 200) / 2000
    squares = hits @ (1 - scores) ** 2 + (n - hits) @ scores**2
    side = math.sqrt((squares / 2000 - plain**2) / 2000)
    near(sure.plain.interval.high, plain + 1.959964 * side, 1e-6)
    own = math.sqrt(((squares - 50) - 400 * 400 / 2000) / 2000**2)
    draws = np.random.default_rng(1).normal(size=(400_000, 2)) * [own, math.sqrt(50) / 2000]
    low = plain - np.quantile(draws[:, 0] + np.abs(draws[:, 1]), 0.975)
    near(sure.plain.interval.low, low, 0.0012)
    quiet = plain - np.quantile(draws[:, 0] + np.abs(draws[:, 1]), 0.9)
    near(m.calibration_error(Cells(scores, n, hits), 10, level=0.8).plain.interval.low, quiet, 0.0008)
    # a gap of 2.7 standard errors is clear among 10 bins (2.58 asked), not among 15 (2.71)
    edge = Cells(np.array([0.5, 0.9]), np.array([400, 1600]), np.array([173, 1440]))
    lows = [m.calibration_error(edge, bins, level=0.5).plain.interval.low for bins in (10, 15)]
    draws = np.random.default_rng(1).normal(size=(400_000, 2))
    noise = np.abs(draws[:, 1]) * 12 / 2000
    clear = draws[:, 0] * math.sqrt(100 - 27 * 27 / 2000) / 2000
    near(lows[0], 0.0135 - np.quantile(clear + noise, 0.75), 4e-4)
    near(lows[1], 0.0135 - np.quantile(np.abs(draws[:, 0]) * 10 / 2000 + noise, 0.75), 4e-4)
    default = m.calibration_error(edge, level=0.5)
    assert default == m.calibration_error(edge, 15, level=0.5)
    assert m.calibration_error(edge, level=0.5, seed=3) != default
    within = Cells(np.array([0.41, 0.45]), np.array([10, 10]), np.array([2, 7]))
    near(m.calibration_error(within, 10).plain.value, abs(8.6 - 9) / 20, 1e-12)
    assert m.calibration_error(FOUR, 2, "mass").plain.value != m.calibration_error(FOUR, 2).plain.value
    wrong = m.calibration_error(Cells(np.array([0.0, 1.0]), np.array([5, 5]), np.array([5, 1])))
    assert wrong.plain.interval.high == 1.0
    right = m.calibration_error(Cells(np.array([0.0, 1.0]), np.array([5, 5]), np.array([0, 5])))
    assert (right.plain.value, right.debiased, right.squared) == (0, 0, 0)
    assert m.calibration_error(Cells(np.array([0.52]), np.array([20]), np.array([10]))).debiased == 0.0
    alone = m.calibration_error(Cells(np.array([0.2, 0.9]), np.array([1, 40]), np.array([0, 30])))
    assert (code(alone.squared), dict(alone.squared.facts)) == ("quality.bin_of_one", {"alone": 1})
    assert alone.debiased <= alone.plain.value
    assert code(m.calibration_error(NOTHING)) == "quality.no_items"
    refuses(
        [
            lambda: m.calibration_error(NOTHING, level=1),
            lambda: m.calibration_error(LOGITS),
            lambda: m.calibration_error(FOUR, 0),
        ]
    )


ERROR = (
    Fault("calibration_error", "bins: int = 15", "bins: int = 10"),
    Fault("calibration_error", "edges_of(cells, bins, by)", 'edges_of(cells, bins, "width")'),
    Fault("calibration_error", "np.abs(gaps.gap).sum()", "gaps.gap.sum()"),
    Fault("calibration_error", "- value * value", ""),
    Fault("calibration_error", "(max(spread, 0.0) / n)", "(max(spread, 0.0))"),
    Fault("calibration_error", "value + z *", "value + 1.5 *"),
    Fault("calibration_error", "(1 + level) / 2", "level"),
    Fault("calibration_error", "bins, seed), (1", "bins, _SEED), (1"),
    Fault("calibration_error", "max(low, 0.0)", "low"),
    Fault("calibration_error", "min(high, 1.0)", "high"),
    Fault("calibration_error", "    z = z_of(level)\n", "    z = 1.959964\n"),
    Fault("_gaps", "1 - 2 * cells.scores", "1 - cells.scores"),
    Fault("_gaps", "cells.n * cells.scores - squared", "cells.n * cells.scores"),
    Fault("_gaps", "(scores - hits)[kept]", "(hits - scores / 2)[kept]"),
    Fault("_noise", "_CLEARLY / bins", "_CLEARLY"),
    Fault("_noise", "> least *", "< least *"),
    Fault("_noise", "- own * own / n", ""),
    Fault("_noise", "np.where(clear, 0.0, np.sqrt(gaps.by_chance))", "np.sqrt(gaps.by_chance)"),
    Fault("_noise", "np.abs(drawn[:, 1:])", "drawn[:, 1:]"),
    Fault("_noise", "either * drawn[:, 0] + by_chance", "by_chance"),
    Fault("_noise", "either * drawn[:, 0] + by_chance", "either * drawn[:, 0]"),
    Fault("_spread", "gaps.gap * gaps.gap / gaps.n", "0.0"),
    Fault("_spread", "np.maximum(gaps.n - 1, 1)", "gaps.n"),
    Fault("_debiased", "2 * seen", "seen"),
    Fault("_debiased", "/ 2) + seen", "/ 2) - seen"),
    Fault("_debiased", "-ratio * ratio / 2", "-ratio * ratio"),
    Fault(
        "_debiased", "max(float((2 * seen - folded).sum()) / n, 0.0)", "float((2 * seen - folded).sum()) / n"
    ),
    Fault("_squared", "gaps.n == 1", "gaps.n == 0"),
    Fault("_squared", "- _spread(gaps)", ""),
    Fault("_squared", ".sum()) / n", ".sum())"),
)


def check_isotonic(m):
    found = m.isotonic(Cells(np.array([0.2, 0.4, 0.8]), np.array([4, 12, 4]), np.array([2, 3, 3])))
    same(found.rates, [5 / 16, 0.75])
    assert (found.low.tolist(), found.high.tolist()) == ([0.2, 0.8], [0.4, 0.8])
    assert (found.n.tolist(), found.hits.tolist()) == ([16, 4], [5, 3])
    same(found.at(np.array([0.0, 0.2, 0.3, 0.4, 0.8, 2.0])), [5 / 16] * 4 + [0.75] * 2)
    same(found.at(np.array([[0.6]]))[0], [(5 / 16 + 0.75) / 2])
    apart = m.isotonic(Cells(np.array([-3.0, 1.0, 2.0, 5.0]), np.array([2, 3, 4, 5]), np.array([0, 2, 2, 5])))
    same(apart.rates, [0.0, 4 / 7, 1.0])
    assert (apart.low.tolist(), apart.high.tolist()) == ([-3.0, 1.0, 5.0], [-3.0, 2.0, 5.0])
    same(apart.at(np.array([-1.0, 1.5, 3.5])), [2 / 7, 4 / 7, 11 / 14])
    falling = m.isotonic(Cells(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 2]), np.array([1, 1, 0])))
    assert (falling.rates.tolist(), falling.low.tolist(), falling.high.tolist()) == ([0.5], [1.0], [3.0])
    heavy = m.isotonic(Cells(np.array([1.0, 2.0, 3.0]), np.array([2, 100, 100]), np.array([1, 40, 44])))
    same(heavy.rates, [41 / 102, 0.44])
    assert code(m.isotonic(NOTHING)) == "quality.no_items"
    refuses([lambda: found.at(np.array([0.5, np.nan])), lambda: found.at(np.array([np.inf]))])


ISOTONIC = (
    Fault("Isotonic.rates", "self.hits / self.n", "self.hits / self.n.sum()"),
    Fault("Isotonic.at", "not np.isfinite(asked).all()", "np.isnan(asked).all()"),
    Fault("Isotonic.at", "[self.low, self.high]", "[self.low, self.low]"),
    Fault("Isotonic.at", "[self.low, self.high]", "[self.high, self.high]"),
    Fault("Isotonic.at", "np.repeat(self.rates, 2)", "np.tile(self.rates, 2)"),
    Fault("isotonic", "if cells.items == 0", "if cells.items < 0"),
    Fault("isotonic", "weights=cells.n.astype(np.float64)", "weights=np.ones(cells.n.size)"),
    Fault("isotonic", "cells.hits / cells.n, weights", "-cells.hits / cells.n, weights"),
    Fault("isotonic", "blocks[:-1], blocks[1:] - 1", "blocks[:-1], blocks[:-1]"),
    Fault("isotonic", "np.add.reduceat(cells.n, starts)", "cells.n[starts]"),
    Fault("isotonic", "np.add.reduceat(cells.hits, starts)", "cells.hits[starts]"),
    Fault("isotonic", "cells.scores[ends], n, hits", "cells.scores[starts], n, hits"),
)

SUITES = {
    "stats/quality/cells.py": (check_cells, CELLS),
    "stats/quality/calibration/bins.py": (check_bins, BINS),
    "stats/quality/calibration/brier.py": (check_brier, BRIER),
    "stats/quality/calibration/expected_error.py": (check_expected_error, ERROR),
    "stats/quality/calibration/isotonic.py": (check_isotonic, ISOTONIC),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
