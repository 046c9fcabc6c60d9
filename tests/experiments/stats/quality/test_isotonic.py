"""Isotonic calibration, against scikit-learn and the min-max formula."""

import numpy as np
import pytest
from hypothesis import given
from sklearn.isotonic import IsotonicRegression

from experiments.stats.quality.calibration import brier, isotonic
from experiments.stats.quality.cells import Cells
from tests.experiments.stats.quality.score_worlds import GRID, cells, drawn, rows_of

ASKED = np.concatenate([np.linspace(-0.3, 1.3, 161), GRID])


@given(cells())
def test_it_predicts_what_scikit_learn_predicts(found):
    scores, truths = rows_of(found)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(scores, truths)
    ours = isotonic(found)
    assert ours.at(found.scores) == pytest.approx(theirs.predict(found.scores), abs=1e-9)
    assert ours.at(ASKED) == pytest.approx(theirs.predict(ASKED), abs=1e-9)


@given(cells())
def test_it_is_the_min_max_formula(found):
    """r at i = max over a ≤ i of min over b ≥ i of the rate from a to b (Barlow et al. 1972, theorem 1.4)."""
    ours = isotonic(found)
    m = found.scores.size
    for i in range(m):
        expected = max(
            min(found.hits[a : b + 1].sum() / found.n[a : b + 1].sum() for b in range(i, m))
            for a in range(i + 1)
        )
        assert ours.at(found.scores[i]) == pytest.approx(expected, abs=1e-12)


@given(cells())
def test_blocks_hold_every_item_once_and_rise(found):
    ours = isotonic(found)
    assert ours.n.sum() == found.items
    assert ours.hits.sum() == found.positives
    assert (np.diff(ours.rates) > -1e-12).all()
    assert (ours.low <= ours.high).all()
    assert (ours.low[1:] > ours.high[:-1]).all()
    again = isotonic(Cells.from_rows(ours.low, ours.n, ours.hits))
    assert again.rates == pytest.approx(np.unique(np.round(ours.rates, 12)), abs=1e-9)


def test_it_repairs_scores_on_items_it_has_not_seen():
    rng = np.random.default_rng(1)
    fitted = isotonic(drawn(rng, 20_000, GRID**2))
    fresh = drawn(rng, 20_000, GRID**2)
    repaired = Cells.from_rows(fitted.at(fresh.scores), fresh.n, fresh.hits)
    assert brier(repaired).value < brier(fresh).value - 0.02
    assert np.abs(fitted.at(GRID) - GRID**2).mean() < 0.02


def test_three_scores_by_hand():
    # rates .5, .25, .75: the first two pool to 3/8; between .4 and .8 the line from 3/8 to 3/4
    ours = isotonic(Cells(np.array([0.2, 0.4, 0.8]), np.array([4, 4, 4]), np.array([2, 1, 3])))
    assert ours.rates.tolist() == [0.375, 0.75]
    assert (ours.low.tolist(), ours.high.tolist()) == ([0.2, 0.8], [0.4, 0.8])
    assert ours.at(np.array([0.0, 0.3, 0.6, 1.0])).tolist() == pytest.approx([0.375, 0.375, 0.5625, 0.75])


def test_no_items_and_no_number():
    nothing = Cells.from_rows(np.zeros(0), np.zeros(0, int), np.zeros(0, int))
    assert isotonic(nothing).code == "quality.no_items"
    one = isotonic(Cells(np.array([7.0]), np.array([2]), np.array([1])))
    assert one.at(np.array([-1.0, 9.0])).tolist() == [0.5, 0.5]
    with pytest.raises(ValueError, match="`scores` is not all finite"):
        one.at(np.array([np.nan]))
