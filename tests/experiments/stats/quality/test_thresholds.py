"""Precision, recall, F1 and average precision, against scikit-learn, statsmodels and worlds whose truth is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve
from statsmodels.stats.proportion import proportion_confint

from experiments.stats import proportions
from experiments.stats.contrast import z_of
from experiments.stats.quality import thresholds
from experiments.stats.quality.cells import Cells
from tests.experiments.stats.quality.score_worlds import GRID, cells, drawn, misses, rows_of


@given(cells())
def test_the_curve_equals_scikit_learn(found):
    scores, truths = rows_of(found)
    ours = thresholds.curve(found)
    if found.positives == 0:
        assert ours.recall.code == ours.f1.code == "quality.no_positives"
        assert not ours.precision.value.any()
        return
    precision, recall, theirs = precision_recall_curve(truths, scores)
    assert ours.thresholds == pytest.approx(theirs, abs=0)
    assert ours.precision.value == pytest.approx(precision[:-1], abs=1e-12)
    assert ours.recall.value == pytest.approx(recall[:-1], abs=1e-12)
    for threshold, f1 in zip(ours.thresholds, ours.f1.value, strict=True):
        assert f1 == pytest.approx(f1_score(truths, scores >= threshold), abs=1e-12)


@given(cells(), st.sampled_from([0.8, 0.95, 0.999]))
def test_every_threshold_has_wilsons_intervals(found, level):
    ours = thresholds.curve(found, level)
    scores, truths = rows_of(found)
    for place, threshold in enumerate(ours.thresholds):
        taken = scores >= threshold
        assert (ours.accepted[place], ours.right[place]) == (taken.sum(), truths[taken].sum())
        low, high = proportion_confint(truths[taken].sum(), taken.sum(), alpha=1 - level, method="wilson")
        assert ours.precision.low[place] == pytest.approx(low, abs=1e-12)
        assert ours.precision.high[place] == pytest.approx(high, abs=1e-12)
        if found.positives == 0:
            continue
        low, high = proportion_confint(truths[taken].sum(), truths.sum(), alpha=1 - level, method="wilson")
        assert ours.recall.low[place] == pytest.approx(low, abs=1e-12)
        assert ours.recall.high[place] == pytest.approx(high, abs=1e-12)
        either = taken.sum() + truths.sum() - truths[taken].sum()
        low, high = proportion_confint(truths[taken].sum(), either, alpha=1 - level, method="wilson")
        assert ours.f1.low[place] == pytest.approx(2 * low / (1 + low), abs=1e-12)
        assert ours.f1.high[place] == pytest.approx(2 * high / (1 + high), abs=1e-12)


@given(st.lists(st.tuples(st.integers(1, 10**7), st.floats(0, 1)), min_size=1, max_size=20))
def test_many_wilson_limits_are_one_by_one_those_of_proportions(rows):
    n = np.array([many for many, _ in rows])
    hits = np.array([round(many * share) for many, share in rows])
    for z in (0.0, 1.0, z_of(0.95), 8.0):
        low, high = thresholds.wilson_limits(hits, n, z)
        expected = [proportions.wilson(int(hit), int(many), z) for hit, many in zip(hits, n, strict=True)]
        assert list(zip(low, high, strict=True)) == pytest.approx(np.array(expected), abs=1e-15)


def test_what_the_model_rejected_in_silence_has_no_recall():
    shown = Cells(np.array([0.8, 0.9]), np.array([50, 50]), np.array([30, 45]))
    ours = thresholds.curve(shown, rejected_known=False)
    assert ours.precision.value.tolist() == [0.75, 0.9]
    assert ours.recall.code == ours.f1.code == "quality.rejected_unknown"
    assert thresholds.curve(shown).recall.value.tolist() == [1.0, 0.6]


def test_wilson_covers_at_a_threshold_and_so_does_f1():
    """2,000 worlds of 150 items, threshold .6; standard error .005."""
    rng = np.random.default_rng(1)
    rates = 0.1 + 0.8 * GRID
    taken = GRID > 0.6
    truths = {
        "precision": rates[taken].mean(),
        "recall": rates[taken].sum() / rates.sum(),
        "f1": 2 * rates[taken].sum() / (taken.sum() + rates.sum()),
    }
    covered = {name: [] for name in truths}
    for _ in range(2000):
        ours = thresholds.curve(drawn(rng, 150, rates))
        place = int(np.searchsorted(ours.thresholds, 0.6))
        for name, truth in truths.items():
            shares = getattr(ours, name)
            covered[name].append(shares.low[place] <= truth <= shares.high[place])
    for name, flags in covered.items():
        share, error = misses(flags)
        assert abs(share - 0.95) < 3.5 * error, name


@given(cells())
def test_average_precision_equals_scikit_learn(found):
    ours = thresholds.average_precision(found)
    if found.positives == 0:
        assert ours.code == "quality.no_positives"
        return
    scores, truths = rows_of(found)
    assert ours.value == pytest.approx(average_precision_score(truths, scores), abs=1e-12)
    assert (ours.n, ours.method) == (found.items, "average_precision")
    if ours.interval is not None:
        assert 0 <= ours.interval.low <= ours.value <= ours.interval.high <= 1


def test_the_error_of_average_precision_is_that_of_its_slopes():
    """What one more item of each kind changes, by differences: Σ (slope)² is the variance, turned on the logit scale."""
    scores, n, hits = np.array([0.2, 0.5, 0.6, 0.9]), np.array([40, 30, 20, 10]), np.array([5, 10, 12, 9])

    def precision(n, hits):
        return float(hits @ (np.cumsum(hits[::-1]) / np.cumsum(n[::-1]))[::-1]) / hits.sum()

    value, step, variance = precision(n, hits), 1e-5, 0.0
    for place in range(4):
        one = np.eye(4)[place] * step
        if_hit = (precision(n + one, hits + one) - value) / step
        if_missed = (precision(n + one, hits) - value) / step
        variance += hits[place] * if_hit**2 + (n - hits)[place] * if_missed**2
    half = z_of(0.95) * variance**0.5 / (value * (1 - value))
    centre = np.log(value / (1 - value))
    ours = thresholds.average_precision(Cells(scores, n, hits))
    assert ours.interval.low == pytest.approx(1 / (1 + np.exp(half - centre)), abs=1e-4)
    assert ours.interval.high == pytest.approx(1 / (1 + np.exp(-half - centre)), abs=1e-4)


@pytest.mark.parametrize(("items", "least"), [(200, 0.91), (1000, 0.94)])
def test_how_often_the_interval_of_average_precision_covers(items, least):
    """1,500 worlds each; standard error .006."""
    rng = np.random.default_rng(2)
    rates = 1 / (1 + np.exp(3 - 5 * GRID))
    above = np.cumsum(rates[::-1])[::-1] / np.arange(100, 0, -1)
    truth = float(rates @ above / rates.sum())
    found = [
        thresholds.average_precision(drawn(rng, items, rates)).interval.contains(truth) for _ in range(1500)
    ]
    share, error = misses(found)
    assert least - 2 * error < share < 0.95 + 3 * error


def test_a_perfect_order_is_one_without_an_interval():
    ours = thresholds.average_precision(Cells(np.array([1.0, 2.0]), np.array([50, 50]), np.array([0, 50])))
    assert (ours.value, ours.interval) == (1.0, None)
    only = thresholds.average_precision(Cells(np.array([1.0]), np.array([50]), np.array([50])))
    assert (only.value, only.interval) == (1.0, None)


def test_no_items_and_no_level():
    nothing = Cells.from_rows(np.zeros(0), np.zeros(0, int), np.zeros(0, int))
    for ask in (thresholds.curve, thresholds.average_precision):
        assert ask(nothing).code == "quality.no_items"
        with pytest.raises(ValueError, match="`level` is 95"):
            ask(nothing, 95)
