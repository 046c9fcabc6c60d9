"""The expected calibration error: item by item, its bias, and how often its interval covers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.quality.calibration import calibration_error, reliability
from experiments.stats.quality.cells import Cells
from tests.experiments.stats.quality.score_worlds import GRID, cells, drawn, misses, rows_of


def bins_of(scores, bins):
    return np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], scores)


@given(cells(), st.integers(1, 15))
def test_it_is_the_mean_distance_of_the_bins_from_the_diagonal(found, bins):
    scores, truths = rows_of(found)
    place = bins_of(scores, bins)
    expected = sum(
        abs(scores[place == k].mean() - truths[place == k].mean()) * np.mean(place == k)
        for k in set(place.tolist())
    )
    ours = calibration_error(found, bins)
    assert ours.plain.value == pytest.approx(expected, abs=1e-12)
    assert 0 <= ours.plain.interval.low <= ours.plain.value <= ours.plain.interval.high <= 1
    assert 0 <= ours.debiased <= ours.plain.value + 1e-12
    drawn_from = reliability(found, bins, "mass")
    by_mass = sum(abs(one.score - one.rate.value) * one.count.n for one in drawn_from) / scores.size
    assert calibration_error(found, bins, "mass").plain.value == pytest.approx(by_mass, abs=1e-12)


def test_the_debiased_error_is_what_kumars_normal_draws_give():
    """Kumar, Liang & Ma (2019): twice the error less the mean error of bins drawn as N(rate, rate (1 − rate) / (n − 1))."""
    n, hits, scores = np.array([30, 50, 20]), np.array([10, 20, 18]), np.array([0.3, 0.5, 0.8])
    ours = calibration_error(Cells(scores, n, hits), 10)
    rate = hits / n
    draws = np.random.default_rng(1).normal(rate, np.sqrt(rate * (1 - rate) / (n - 1)), (400_000, 3))
    plain = np.abs(scores - rate) @ n / 100
    assert ours.debiased == pytest.approx(2 * plain - (np.abs(scores - draws) @ n / 100).mean(), abs=2e-4)


def test_the_squared_error_is_bröckers():
    n, hits, scores = np.array([30, 50, 20]), np.array([10, 20, 18]), np.array([0.3, 0.5, 0.8])
    rate = hits / n
    expected = ((scores - rate) ** 2 - rate * (1 - rate) / (n - 1)) @ n / 100
    assert calibration_error(Cells(scores, n, hits), 10).squared == pytest.approx(expected, abs=1e-14)


def test_few_items_of_a_perfect_model_look_miscalibrated():
    """400 worlds of 500 perfect items: the plain error averages .05 or so, the squared one 0 (within 3 standard errors)."""
    rng = np.random.default_rng(2)
    found = [calibration_error(drawn(rng, 500, GRID)) for _ in range(400)]
    plain, debiased = np.mean([(one.plain.value, one.debiased) for one in found], axis=0)
    squared = np.array([one.squared for one in found])
    assert 0.045 < plain < 0.06
    assert debiased < 0.65 * plain
    assert abs(squared.mean()) < 3 * squared.std() / 20
    assert 0.3 < np.mean(squared < 0) < 0.7


def test_the_squared_error_finds_the_truth_where_the_model_is_off():
    rng = np.random.default_rng(3)
    rates = 0.5 + 0.5 * (GRID - 0.5)
    place = bins_of(GRID, 15)
    gaps = np.bincount(place, GRID - rates) / np.bincount(place)
    truth = float(gaps**2 @ np.bincount(place)) / 100
    squared = np.array([calibration_error(drawn(rng, 400, rates)).squared for _ in range(400)])
    assert abs(squared.mean() - truth) < 3 * squared.std() / 20


SKEWED = GRID**3 / (GRID**3).sum()


@pytest.mark.parametrize(
    ("name", "rates", "weights", "items", "least", "most"),
    [
        ("perfect", GRID, None, 200, 0.94, 0.995),
        ("perfect, scores high", GRID, SKEWED, 2000, 0.94, 0.99),
        ("off everywhere", 0.5 + 0.5 * (GRID - 0.5), SKEWED, 50_000, 0.935, 0.98),
        ("off by a power", GRID**1.5, None, 50_000, 0.935, 0.97),
        ("one bin off", np.where((GRID > 0.8) & (GRID < 0.8667), GRID - 0.15, GRID), None, 5000, 0.94, 0.995),
        ("off by as much as chance", GRID - 0.1 * (GRID - 0.5), None, 1000, 0.97, 1.0),
    ],
)
def test_how_often_the_interval_covers(name, rates, weights, items, least, most):
    """700 worlds each; standard error .008 at 95 %. Perfect models can be missed on one side only, so 97.5 % is nominal there."""
    rng = np.random.default_rng(4)
    place = bins_of(GRID, 15)
    share = np.full(100, 0.01) if weights is None else weights
    truth = np.abs(np.bincount(place, share * (GRID - rates))).sum()
    truth = 0.0 if truth < 1e-12 else truth
    found = [
        calibration_error(drawn(rng, items, rates, weights)).plain.interval.contains(truth)
        for _ in range(700)
    ]
    covered, error = misses(found)
    assert least - 2 * error < covered < most + 2 * error, name


def test_bins_of_equal_mass_cover_too():
    """500 worlds of 3,000 items, 10 bins of equal mass; the truth is that of the deciles. Standard error .01."""
    rng = np.random.default_rng(5)
    rates = GRID**1.5
    truth = np.abs((GRID - rates).reshape(10, 10).sum(axis=1)).sum() / 100
    found = [
        calibration_error(drawn(rng, 3000, rates), 10, "mass").plain.interval.contains(truth)
        for _ in range(500)
    ]
    share, error = misses(found)
    assert share > 0.95 - 3 * error


def test_the_same_seed_gives_the_same_interval_and_another_hardly_another():
    found = drawn(np.random.default_rng(6), 500, GRID)
    one, again, other = (
        calibration_error(found, seed=seed).plain.interval for seed in (20_260_401, 20_260_401, 5)
    )
    assert one == again == calibration_error(found).plain.interval
    assert one.low == pytest.approx(other.low, abs=0.003)
    assert one.high == other.high


def test_a_wider_level_is_a_wider_interval():
    found = drawn(np.random.default_rng(6), 5000, GRID**1.3)
    narrow, wide = (calibration_error(found, level=level).plain.interval for level in (0.8, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high
    assert (narrow.level, wide.level) == (0.8, 0.99)


def test_what_cannot_be_said():
    nothing = Cells.from_rows(np.zeros(0), np.zeros(0, int), np.zeros(0, int))
    assert calibration_error(nothing).code == "quality.no_items"
    alone = calibration_error(Cells(np.array([0.2, 0.9]), np.array([1, 40]), np.array([0, 30])))
    assert (alone.squared.code, dict(alone.squared.facts)) == ("quality.bin_of_one", {"alone": 1})
    certain = calibration_error(Cells(np.array([0.0, 1.0]), np.array([50, 50]), np.array([0, 50])))
    assert (certain.plain.value, certain.debiased, certain.squared) == (0, 0, 0)
    with pytest.raises(ValueError, match="`level` is 95"):
        calibration_error(nothing, level=95)
    with pytest.raises(ValueError, match="`bins` is 0"):
        calibration_error(nothing, 0)
