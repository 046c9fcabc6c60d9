"""The Brier score, its interval by item and by person, its parts, and the test that needs no bins."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, ttest_1samp
from sklearn.metrics import brier_score_loss

from experiments.stats import means, ratios
from experiments.stats.quality import calibration
from experiments.stats.quality.cells import Cells
from tests.experiments.stats.quality.score_worlds import GRID, cells, drawn, misses, rows_of


@given(cells())
def test_the_score_equals_scikit_learn_and_its_interval_students(found):
    scores, truths = rows_of(found)
    ours = calibration.brier(found, 0.9)
    assert ours.value == pytest.approx(brier_score_loss(truths, scores, pos_label=1), abs=1e-12)
    assert (ours.n, ours.method) == (scores.size, "brier")
    errors = (scores - truths) ** 2
    if np.ptp(errors) > 1e-12:
        low, high = ttest_1samp(errors, 0).confidence_interval(0.9)
        assert ours.interval.low == pytest.approx(max(low, 0), abs=1e-9)
        assert ours.interval.high == pytest.approx(min(high, 1), abs=1e-9)


def test_equal_errors_have_no_interval():
    alike = Cells(np.array([0.9]), np.array([50]), np.array([50]))
    assert calibration.brier(alike).interval is None
    assert calibration.brier(alike).value == pytest.approx(0.01)
    assert calibration.brier(Cells(np.array([0.3]), np.array([1]), np.array([0]))).interval is None


def test_two_versions_compare_by_their_squared_errors():
    rng = np.random.default_rng(3)
    old, new = drawn(rng, 10_000, GRID**3), drawn(rng, 10_000, GRID)
    found = means.difference(calibration.squared_errors(old), calibration.squared_errors(new))
    assert found.value == pytest.approx(calibration.brier(new).value - calibration.brier(old).value)
    assert found.interval.high < 0


@given(cells(), st.integers(1, 12), st.sampled_from(["width", "mass"]))
def test_the_parts_add_up_to_the_score_with_bins_and_without(found, bins, by):
    score = calibration.brier(found).value
    for parts in (calibration.decomposition(found), calibration.decomposition(found, bins, by)):
        whole = parts.reliability - parts.resolution + parts.uncertainty + parts.within
        assert whole == pytest.approx(score, abs=1e-12)
        assert min(parts.reliability, parts.resolution, parts.uncertainty) >= 0
    assert calibration.decomposition(found).within == 0


@given(cells(), st.integers(1, 12))
def test_the_parts_are_those_of_a_walk_over_the_bins(found, bins):
    scores, truths = rows_of(found)
    place = np.clip(np.ceil(scores * bins - 1e-9).astype(int) - 1, 0, bins - 1)
    reliability = resolution = 0.0
    for k in set(place.tolist()):
        mine = place == k
        reliability += mine.sum() * (scores[mine].mean() - truths[mine].mean()) ** 2
        resolution += mine.sum() * (truths[mine].mean() - truths.mean()) ** 2
    parts = calibration.decomposition(found, bins)
    assert parts.reliability == pytest.approx(reliability / scores.size, abs=1e-12)
    assert parts.resolution == pytest.approx(resolution / scores.size, abs=1e-12)
    assert parts.uncertainty == pytest.approx(truths.mean() * (1 - truths.mean()), abs=1e-12)


def test_murphys_parts_of_a_forecast_by_hand():
    # 10 items at .2 with 4 hits, 10 at .8 with 8: reliability .5 (.2² + 0), resolution .2², uncertainty .6 · .4.
    parts = calibration.decomposition(Cells(np.array([0.2, 0.8]), np.array([10, 10]), np.array([4, 8])))
    assert (parts.reliability, parts.resolution) == (pytest.approx(0.02), pytest.approx(0.04))
    assert (parts.uncertainty, parts.within) == (pytest.approx(0.24), 0)


def test_items_of_one_person_are_not_independent():
    """600 worlds of 60 persons with 5 to 30 items, persons differ. By person it covers 95 %, by item 75; standard error .01."""
    rng = np.random.default_rng(7)
    by_person, by_item = [], []
    for _ in range(600):
        units = np.repeat(np.arange(60), rng.integers(5, 31, 60))
        scores = rng.choice(GRID, units.size)
        ability = np.where(rng.random(60) < 0.5, 0.0, 0.6)[
            units
        ]  # half of the persons get items that fit no score
        right = rng.random(units.size) < scores * (1 - ability) + 0.5 * ability
        # E (s − y)² = E s (1 − s) for those who fit; E (s² − 2 s q + q) with q = .4 s + .3 for the others
        truth = np.mean([np.mean(GRID * (1 - GRID)), np.mean(GRID**2 + (1 - 2 * GRID) * (0.4 * GRID + 0.3))])
        person = ratios.ratio(calibration.by_unit(units, scores, right))
        item = calibration.brier(Cells.on_grid(scores, right, 200))
        assert person.value == pytest.approx(item.value, abs=1e-12)
        by_person.append(person.interval.contains(truth))
        by_item.append(item.interval.contains(truth))
    share, error = misses(by_person)
    assert abs(share - 0.95) < 3.5 * error
    assert np.mean(by_item) < share - 0.02


def test_the_interval_covers_independent_items():
    """2,000 worlds of 300 items; standard error .005."""
    rng = np.random.default_rng(8)
    rates = 0.1 + 0.8 * GRID
    truth = np.mean(GRID**2 + (1 - 2 * GRID) * rates)
    share, error = misses(
        [calibration.brier(drawn(rng, 300, rates)).interval.contains(truth) for _ in range(2000)]
    )
    assert abs(share - 0.95) < 3 * error


@given(cells())
def test_spiegelhalter_is_its_sum_over_items(found):
    scores, truths = rows_of(found)
    variance = sum((1 - 2 * s) ** 2 * s * (1 - s) for s in scores)
    p_value = calibration.spiegelhalter(found)
    if variance < 1e-12:
        assert p_value.code == "quality.scores_without_doubt"
        return
    z = sum((y - s) * (1 - 2 * s) for s, y in zip(scores, truths, strict=True)) / math.sqrt(variance)
    assert p_value == pytest.approx(2 * norm.sf(abs(z)), rel=1e-9, abs=1e-300)


def test_spiegelhalters_test_keeps_its_level_and_finds_overconfidence():
    """2,000 worlds of 400 items: 5 % false alarms (standard error .005); scores too extreme by a fifth are found."""
    rng = np.random.default_rng(9)
    false = [calibration.spiegelhalter(drawn(rng, 400, GRID)) < 0.05 for _ in range(2000)]
    power = [calibration.spiegelhalter(drawn(rng, 400, 0.5 + 0.6 * (GRID - 0.5))) < 0.05 for _ in range(300)]
    share, error = misses(false)
    assert abs(share - 0.05) < 3 * error
    assert np.mean(power) > 0.9


def test_no_items_and_nonsense():
    nothing = Cells.from_rows(np.zeros(0), np.zeros(0, int), np.zeros(0, int))
    for ask in (calibration.brier, calibration.decomposition, calibration.spiegelhalter):
        assert ask(nothing).code == "quality.no_items"
        with pytest.raises(ValueError, match=r"`scores` has -0\.5"):
            ask(Cells(np.array([-0.5]), np.array([2]), np.array([1])))
    assert calibration.squared_errors(nothing).n == 0
    units, scores, right = np.array([1, 1, 2]), np.array([0.1, 0.2, 0.3]), np.array([True, False, True])
    assert calibration.by_unit(units, scores, right).n == 2
    with pytest.raises(ValueError, match="`units`, `scores` and `right` are 3, 2 and 3 rows"):
        calibration.by_unit(units, scores[:2], right)
    with pytest.raises(ValueError, match="`right` boolean"):
        calibration.by_unit(units, scores, right.astype(int))
    with pytest.raises(ValueError, match=r"`scores` is not all in \[0, 1\]"):
        calibration.by_unit(units, scores + 0.8, right)
