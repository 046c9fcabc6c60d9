"""The reliability diagram, against scikit-learn and item by item."""

from fractions import Fraction
from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from statsmodels.stats.proportion import proportion_confint

from experiments.stats.quality.calibration import reliability
from experiments.stats.quality.cells import Cells
from tests.experiments.stats.quality.score_worlds import cells, rows_of


def same_as_sklearn(found, bins, by):
    scores, truths = rows_of(found)
    if by == "mass" and gcd(scores.size - 1, bins) > 1:
        return  # a quantile is one of the scores: numpy's rounding may put it into either bin, see the story below
    strategy = {"width": "uniform", "mass": "quantile"}[by]
    rates, means = calibration_curve(truths, scores, n_bins=bins, strategy=strategy)
    ours = reliability(found, bins, by)
    assert [one.rate.value for one in ours] == pytest.approx(rates.tolist(), abs=1e-12)
    assert [one.score for one in ours] == pytest.approx(means.tolist(), abs=1e-12)
    assert sum(one.count.n for one in ours) == scores.size
    assert sum(one.count.hits for one in ours) == truths.sum()


@given(cells(), st.integers(1, 15), st.sampled_from(["width", "mass"]))
def test_bins_equal_scikit_learn_on_a_grid_of_ties_and_edges(found, bins, by):
    same_as_sklearn(found, bins, by)


@pytest.mark.parametrize("by", ["width", "mass"])
def test_bins_equal_scikit_learn_on_scores_without_ties(by):
    rng = np.random.default_rng(2)
    for items in (8, 102, 3003):
        scores = rng.beta(2, 1, items)
        found = Cells.from_rows(scores, np.ones(items, int), (rng.random(items) < scores).astype(int))
        for bins in (1, 2, 10, 15):
            same_as_sklearn(found, bins, by)


@given(cells(), st.sampled_from([0.8, 0.95]))
def test_every_bin_holds_its_items_and_wilsons_interval(found, level):
    scores, truths = rows_of(found)
    for place, one in enumerate(reliability(found, 5, "width", level)):
        inside = (scores > one.low) & (scores <= one.high) | ((scores == 0) & (one.low == 0))
        assert one.count.n == inside.sum()
        assert one.count.hits == truths[inside].sum()
        low, high = proportion_confint(one.count.hits, one.count.n, alpha=1 - level, method="wilson")
        assert one.rate.interval.low == pytest.approx(low, abs=1e-12)
        assert one.rate.interval.high == pytest.approx(high, abs=1e-12)
        assert place < 5


@given(cells(), st.integers(1, 15))
def test_bins_of_equal_mass_end_at_quantiles_to_the_last_item(found, bins):
    """With fractions instead of floats: item i is in the bin of the first quantile that is not below its score."""
    scores, truths = rows_of(found)
    exact = [Fraction(score) for score in scores]
    edges = []
    for k in range(1, bins):
        left, rest = divmod(k * (scores.size - 1), bins)
        edges.append(
            exact[left] + (exact[min(left + 1, scores.size - 1)] - exact[left]) * Fraction(rest, bins)
        )
    place = [sum(edge < score for edge in edges) for score in exact]
    expected = [(place.count(k), sum(truths[np.array(place) == k])) for k in sorted(set(place))]
    assert [(one.count.n, one.count.hits) for one in reliability(found, bins, "mass")] == expected


def test_equal_scores_stay_in_one_bin_of_equal_mass():
    # 80 of 100 items share one score: three of four quartiles are that score, so only two bins have items.
    found = Cells(np.array([0.1, 0.5, 0.9]), np.array([10, 80, 10]), np.array([1, 40, 9]))
    ours = reliability(found, 4, "mass")
    assert [(one.score, one.count.n) for one in ours] == [(pytest.approx((1 + 40) / 90), 90), (0.9, 10)]


def test_no_items_no_diagram_and_nonsense_is_refused():
    nothing = Cells.from_rows(np.zeros(0), np.zeros(0, int), np.zeros(0, int))
    assert reliability(nothing).code == reliability(nothing, by="mass").code == "quality.no_items"
    one = Cells(np.array([0.5]), np.array([2]), np.array([1]))
    with pytest.raises(ValueError, match="`bins` is 0"):
        reliability(one, 0)
    with pytest.raises(ValueError, match="`by` is 'size'"):
        reliability(one, 5, "size")
    with pytest.raises(ValueError, match=r"`scores` has 1\.5"):
        reliability(Cells(np.array([1.5]), np.array([2]), np.array([1])))
    with pytest.raises(ValueError, match="`level` is 0"):
        reliability(one, level=0)
