"""Verification at logged rates: Hájek and Horvitz-Thompson by hand, and how often they cover."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from experiments.stats.quality import weighting
from experiments.stats.quality.weighting import Drawn
from tests.experiments.stats.quality.score_worlds import misses


def drawn_of(*rows, parts=frozenset()):
    """From rows (rate, answers, verified, right)."""
    rates, *counts = zip(*rows, strict=True)
    return Drawn(np.array(rates, float), *(np.array(column, np.int64) for column in counts), parts)


@st.composite
def logged(draw):
    rows = []
    for rate in sorted(draw(st.sets(st.integers(1, 20), min_size=1, max_size=5))):
        answers = draw(st.integers(1, 500))
        verified = draw(st.integers(0, answers))
        rows.append((rate / 20, answers, verified, draw(st.integers(0, verified))))
    return drawn_of(*rows)


def test_each_verified_answer_speaks_for_others():
    # 10 verified at .1 stand for 100 (90 right), 50 at .5 for 100 (40 right): 130 of 200 instead of 29 of 60
    found = weighting.hajek(drawn_of((0.1, 100, 10, 9), (0.5, 100, 50, 20)))
    assert found.value == pytest.approx(0.65)
    assert (found.n, found.method) == (60, "hajek")
    thompson = weighting.horvitz_thompson(drawn_of((0.1, 110, 10, 9), (0.5, 100, 50, 20)))
    assert thompson.value == pytest.approx(130 / 210)
    assert (thompson.n, thompson.method) == (60, "horvitz_thompson")


@given(logged())
def test_hajeks_variance_is_the_linearised_one_item_by_item(found):
    ours = weighting.hajek(found, 0.9)
    weights = np.repeat(1 / found.rates, found.verified)
    truths = np.concatenate(
        [np.repeat([1.0, 0.0], [k, n - k]) for n, k in zip(found.verified, found.right, strict=True)]
    )
    if truths.size == 0:
        assert ours.code == "nothing_verified"
        return
    value = float(weights @ truths / weights.sum())
    assert ours.value == pytest.approx(value, abs=1e-12)
    if truths.size == 1:
        assert ours.interval is None
        return
    variance = float(((truths - value) * weights / weights.sum()) ** 2 @ np.ones(truths.size))
    variance *= truths.size / (truths.size - 1)
    kish = weights.sum() ** 2 / (weights**2).sum()
    items = min(kish, value * (1 - value) / variance) if variance > 1e-15 else kish
    from scipy.stats import norm, t

    items *= (norm.isf(0.05) / t.isf(0.05, truths.size - 1)) ** 2
    low, high = proportion_confint(items * value, items, alpha=0.1, method="wilson")
    assert ours.interval.low == pytest.approx(low, abs=1e-9)
    assert ours.interval.high == pytest.approx(high, abs=1e-9)


@given(logged())
def test_horvitz_thompsons_variance_is_that_of_a_mean_over_all_answers(found):
    ours = weighting.horvitz_thompson(found)
    if found.verified.sum() == 0:
        assert ours.code == "nothing_verified"
        return
    values = np.concatenate(
        [
            np.repeat([1 / rate, 0.0], [k, n - k])
            for rate, n, k in zip(found.rates, found.answers, found.right, strict=True)
        ]
    )
    assert ours.value == pytest.approx(values.mean(), abs=1e-12)
    if np.ptp(values) == 0:
        assert ours.interval is None
        return
    from scipy.stats import t

    half = t.isf(0.025, max(int(found.verified.sum()) - 1, 1)) * values.std(ddof=1) / math.sqrt(values.size)
    assert ours.interval.low == pytest.approx(max(values.mean() - half, 0), abs=1e-9)
    assert ours.interval.high == pytest.approx(max(min(values.mean() + half, 1), values.mean()), abs=1e-9)


def test_everything_verified_is_nearly_wilson():
    found = weighting.hajek(drawn_of((1.0, 2000, 2000, 1800)))
    low, high = proportion_confint(1800, 2000, method="wilson")
    assert found.interval.low == pytest.approx(low, abs=1e-4)
    assert found.interval.high == pytest.approx(high, abs=1e-4)


def world(rng, answers, shares, rates, precisions):
    sizes = rng.multinomial(answers, shares)
    verified = rng.binomial(sizes, rates)
    return Drawn(np.array(rates), sizes, verified, rng.binomial(verified, precisions))


@pytest.mark.parametrize(
    ("rates", "shares", "precisions", "answers", "least", "most"),
    [
        ((0.1, 1.0), (0.8, 0.2), (0.9, 0.9), 5000, 0.945, 0.965),
        ((0.05, 0.2, 1.0), (0.5, 0.3, 0.2), (0.64, 0.6, 0.56), 2000, 0.94, 0.965),
        ((0.3,), (1.0,), (0.97,), 500, 0.94, 0.965),
        (
            (0.02, 0.5),
            (0.5, 0.5),
            (0.92, 0.88),
            2000,
            0.95,
            1.0,
        ),  # 1.6 errors seen at rate .02: wide, not wrong
        ((0.05, 0.2, 1.0), (0.5, 0.3, 0.2), (0.99, 0.9, 0.7), 2000, 0.95, 1.0),  # doubtful ones verified most
    ],
)
def test_how_often_hajeks_interval_covers(rates, shares, precisions, answers, least, most):
    """1,500 worlds each; standard error .006."""
    rng = np.random.default_rng(1)
    truth = float(np.dot(shares, precisions))
    covered, values, plain = [], [], []
    for _ in range(1500):
        one = world(rng, answers, shares, rates, precisions)
        found = weighting.hajek(one)
        covered.append(found.interval.contains(truth))
        values.append(found.value)
        plain.append(weighting.horvitz_thompson(one).value)
    share, error = misses(covered)
    assert least - 2.5 * error < share < most + 2.5 * error
    assert abs(np.mean(plain) - truth) < 3.5 * np.std(plain) / 1500**0.5
    assert np.std(values) < np.std(plain)


def test_horvitz_thompson_covers_with_many_verified():
    """1,500 worlds of 2,000 answers; standard error .006."""
    rng = np.random.default_rng(2)
    covered = []
    for _ in range(1500):
        found = weighting.horvitz_thompson(world(rng, 2000, (0.8, 0.2), (0.1, 1.0), (0.92, 0.88)))
        covered.append(found.interval.contains(0.8 * 0.92 + 0.2 * 0.88))
    share, error = misses(covered)
    assert abs(share - 0.948) < 3 * error


def test_rates_that_were_not_used_are_noticed():
    """1,500 worlds: 5 % false alarms (standard error .006); a tenth of the labels lost is found in nine of ten."""
    rng = np.random.default_rng(3)
    fine = [
        weighting.rates_fit(world(rng, 3000, (0.5, 0.5), (0.1, 0.5), (0.9, 0.9))) < 0.05 for _ in range(1500)
    ]
    lost = []
    for _ in range(200):
        sizes = rng.multinomial(20_000, (0.5, 0.5))
        verified = rng.binomial(sizes, (0.09, 0.45))
        lost.append(weighting.rates_fit(Drawn(np.array([0.1, 0.5]), sizes, verified, verified)) < 0.05)
    share, error = misses(fine)
    assert abs(share - 0.05) < 3 * error
    assert np.mean(lost) > 0.9


def test_where_all_must_be_verified_any_gap_is_a_breach():
    assert weighting.rates_fit(drawn_of((1.0, 50, 50, 3))) == 1.0
    assert weighting.rates_fit(drawn_of((1.0, 50, 49, 3))) == 0.0
    # z = (60 / .5 − 100) / √(100 · .5 / .5) = 2
    assert weighting.rates_fit(drawn_of((0.5, 100, 60, 3))) == pytest.approx(0.04550026389635842)


def test_disjoint_answers_add():
    one = drawn_of((0.1, 100, 10, 9), (0.5, 100, 50, 20), parts=frozenset({"may"}))
    other = drawn_of((0.5, 10, 4, 2), (1.0, 7, 7, 7), parts=frozenset({"june"}))
    both = one + other
    assert both.rates.tolist() == [0.1, 0.5, 1.0]
    assert both.answers.tolist() == [100, 110, 7]
    assert (both.verified.tolist(), both.right.tolist()) == ([10, 54, 7], [9, 22, 7])
    with pytest.raises(ValueError, match="must be disjoint"):
        both + one
    with pytest.raises(ValueError, match="read-only"):
        both.rates[0] = 1


def test_what_cannot_be_said():
    unreachable = drawn_of((0.0, 40, 0, 0), (0.5, 100, 50, 20))
    for ask in (weighting.hajek, weighting.horvitz_thompson, weighting.rates_fit):
        assert (ask(unreachable).code, dict(ask(unreachable).facts)) == ("quality.rate_zero", {"answers": 40})
        assert ask(drawn_of((0.5, 0, 0, 0))).code == "quality.no_items"
    unseen = drawn_of((0.5, 30, 0, 0))
    assert weighting.hajek(unseen).code == weighting.horvitz_thompson(unseen).code == "nothing_verified"
    assert dict(weighting.hajek(unseen).facts) == {"unverified": 30}
    nobody = drawn_of((0.0, 0, 0, 0), (0.5, 100, 50, 20))
    assert weighting.hajek(nobody).value == 0.4
    assert weighting.hajek(drawn_of((0.5, 30, 1, 1))).interval is None
    assert weighting.horvitz_thompson(drawn_of((1.0, 1, 1, 1))).interval is None
    for right, wall in ((60, 1.0), (0, 0.0)):
        alike = weighting.hajek(drawn_of((0.1, 100, 10, right // 6), (0.5, 100, 50, right - right // 6)))
        assert alike.value == wall
        assert alike.interval.high - alike.interval.low > 0.05


def test_nonsense_is_refused():
    for rows, sentence in (
        (((0.5, 10, 4, 2), (0.1, 10, 4, 2)), "`rates` are not ascending"),
        (((1.5, 10, 4, 2),), "`rates` are not ascending"),
        (((float("nan"), 10, 4, 2),), "`rates` are not ascending"),
        (((0.5, 10, 11, 2),), "`verified` exceeds"),
        (((0.5, 10, 4, 5),), "`right` exceeds"),
        (((0.5, -1, 0, 0),), "`answers` is not 1 whole numbers"),
        (((0.0, 10, 4, 2),), "`verified` has answers whose rate is 0"),
    ):
        with pytest.raises(ValueError, match=sentence):
            drawn_of(*rows)
    for level in (0, 95):
        with pytest.raises(ValueError, match="`level` is"):
            weighting.hajek(drawn_of((0.5, 10, 4, 2)), level)
        with pytest.raises(ValueError, match="`level` is"):
            weighting.horvitz_thompson(drawn_of((0.5, 10, 4, 2)), level)
