"""Sample ratio under looks at any time: the evidence exactly, its errors by simulation, the first bad hour."""

import itertools
import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.effects import Check, NoEffect
from experiments.stats.split_change import SplitChange, first_bad
from experiments.stats.srm import check_sample_ratio
from experiments.stats.srm_phases import Phase, check_sample_ratio_phases, phased_p
from experiments.stats.srm_sequence import (
    check_sample_ratio_anytime,
    log_evidence,
    running_p,
    sample_ratio_p,
)

ALPHA = 0.0005


def exact_log_evidence(counts, prior):
    """log B in rational arithmetic, unit by unit: each arrives with (prior + seen) / all against its planned share."""
    whole, seen, found = sum(prior), [0] * len(prior), Fraction(1)
    for arm, n in enumerate(counts):
        for _ in range(n):
            found *= Fraction(prior[arm] + seen[arm], whole + sum(seen)) / Fraction(prior[arm], whole)
            seen[arm] += 1
    with localcontext() as context:
        context.prec = 40
        return float(Decimal(found.numerator).ln() - Decimal(found.denominator).ln())


def looks_to(n):
    """100, and then every +1 %."""
    looks = [100]
    while looks[-1] < n:
        looks.append(math.ceil(looks[-1] * 1.01))
    return looks


def alarms(shares, weights, n, paths, alphas, seed):
    """Share of simulated experiments that ever alarmed up to n units at each alpha."""
    rng = np.random.default_rng(seed)
    counts, most, before = np.zeros((paths, len(weights)), np.int64), np.full(paths, -np.inf), 0
    for look in looks_to(n):
        counts += rng.multinomial(look - before, shares, paths)
        most, before = np.maximum(most, log_evidence(counts, weights)), look
    return [float((most > math.log(1 / alpha)).mean()) for alpha in alphas]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), min_size=2, max_size=4))
def test_the_evidence_is_the_product_of_predictions(arms):
    counts, prior = [n for n, _ in arms], [weight for _, weight in arms]
    found = float(log_evidence(np.array(counts), prior, float(sum(prior))))
    assert found == pytest.approx(exact_log_evidence(counts, prior), rel=1e-11, abs=1e-11)


@pytest.mark.parametrize(
    ("counts", "weights", "concentration", "expected"),
    [
        # mpmath 1.3.0, 40 digits: loggamma(c) − loggamma(N + c) + Σ loggamma(n + cθ) − loggamma(cθ) − n log θ
        ([10**9, 10**9 + 300_000], [1, 1], 1000, 15.241960241704001),
        ([5, 10**6], [1e-300, 1], 1000, 2704.105360420703),
        ([0, 10], [1, 1], 1e-3, 6.236910717976688),
        ([3, 4, 1000], [0.2, 0.3, 7], 1e12, 2.8920071407461698e-08),
    ],
)
def test_huge_and_lopsided_counts_lose_no_digits(counts, weights, concentration, expected):
    found = float(log_evidence(np.array(counts), weights, concentration))
    assert found == pytest.approx(expected, rel=1e-11, abs=1e-13)


def test_optimizely_s_own_package_gives_the_same_evidence():
    # ssrm_test 0.1.5 (Optimizely Inc. 2020): sequential_p_values([counts], [.1, .5, .4], [.1, .5, .4], 10000)
    weights = [0.1, 0.5, 0.4]
    assert sample_ratio_p([1032, 4996, 3972], weights, 10_000) == 1.0
    assert sample_ratio_p([1100, 5000, 3900], weights, 10_000) == pytest.approx(0.09295364529220776, rel=1e-9)
    assert sample_ratio_p([1150, 5000, 3850], weights, 10_000) == pytest.approx(
        0.0020608385198632602, rel=1e-9
    )


def test_the_evidence_of_any_sample_size_averages_one_under_the_plan():
    # E B = 1 exactly: the sum over all outcomes of 30 units, of their chance times B.
    outcomes = np.array([(a, b, 30 - a - b) for a in range(31) for b in range(31 - a)])
    shares = np.array([0.2, 0.3, 0.5])
    chances = [
        math.factorial(30) / math.prod(math.factorial(n) for n in o) * np.prod(shares**o) for o in outcomes
    ]
    for concentration in (1.0, 1000.0):
        evidence = np.exp(log_evidence(outcomes, [2, 3, 5], concentration))
        assert float(np.dot(chances, evidence)) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(
    ("shares", "weights"), [([0.5, 0.5], [1, 1]), ([0.9, 0.1], [9, 1]), ([0.25, 0.25, 0.5], [1, 1, 2])]
)
def test_looking_at_every_percent_keeps_the_error_for_any_planned_split(shares, weights):
    # 2,000 experiments of 100 to 20,000 units, 534 looks: at alpha = .05 the error may be .05 + 3 √(.05 · .95 / 2,000)
    often, seldom = alarms(shares, weights, 20_000, 2_000, (0.05, ALPHA), seed=7)
    assert 0.002 < often <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 2_000)
    assert seldom <= ALPHA + 3 * math.sqrt(ALPHA * (1 - ALPHA) / 2_000)


def test_a_two_per_cent_mismatch_is_found_as_the_page_says():
    # .80 by 65,000 and .90 by 77,700 units; 1,500 experiments: standard errors .010 and .008
    found = [alarms([0.49, 0.51], [1, 1], n, 1_500, (ALPHA,), seed=11)[0] for n in (65_000, 77_700)]
    assert found == pytest.approx([0.80, 0.90], abs=0.035)


def test_the_running_p_is_the_lowest_so_far():
    counts = np.array([[10, 10], [60, 100], [600, 700], [5_000, 5_100]])
    single = [sample_ratio_p(row, [1, 1], 100) for row in counts.tolist()]
    assert running_p(counts, [1, 1], 100) == pytest.approx(list(itertools.accumulate(single, min)), rel=1e-12)
    assert single[-1] > min(single)


def test_an_alarm_once_raised_stands():
    history = np.array([[1_000, 1_300], [4_000, 4_200]])
    alone, remembered = (
        check_sample_ratio_anytime([9_000, 9_050], [1, 1], history=past) for past in (None, history)
    )
    assert isinstance(alone, Check)
    assert isinstance(remembered, Check)
    assert alone.passed
    assert not remembered.passed
    assert remembered.p_value == pytest.approx(sample_ratio_p([1_000, 1_300], [1, 1]), rel=1e-12)


def test_it_replaces_the_check_of_one_look():
    for observed in ([821_588, 815_482], [700, 500], [5_000, 5_020]):
        one, anytime = (
            check_sample_ratio(observed, [1, 1], ALPHA),
            check_sample_ratio_anytime(observed, [1, 1]),
        )
        assert isinstance(one, Check)
        assert isinstance(anytime, Check)
        assert (anytime.key, anytime.passed, anytime.reason.code) == (one.key, one.passed, one.reason.code)
        assert [fact[0] for fact in anytime.reason.facts] == [fact[0] for fact in one.reason.facts]
        assert anytime.reason.facts[:2] == one.reason.facts[:2]
    assert check_sample_ratio_anytime([0, 0], [1, 1]) == check_sample_ratio([0, 0], [1, 1])


@given(st.permutations([(9_000, 9.0), (1_150, 1.0), (480, 0.5)]))
def test_the_order_of_the_arms_and_the_scale_of_the_weights_do_not_matter(arms):
    found = sample_ratio_p([n for n, _ in arms], [7 * weight for _, weight in arms])
    assert found == pytest.approx(sample_ratio_p([9_000, 1_150, 480], [9.0, 1.0, 0.5]), rel=1e-9)


def test_a_ramp_from_one_in_ten_to_one_half_raises_no_alarm():
    ramp = [Phase((9_000, 1_000), (9, 1)), Phase((0, 0), (3, 1)), Phase((20_000, 20_100), (1, 1))]
    found = check_sample_ratio_phases(ramp)
    assert isinstance(found, Check)
    assert found.passed
    assert dict(found.reason.facts)["expected"] == "29,050.0 / 21,050.0"
    added = check_sample_ratio_anytime([29_000, 21_100], [1, 1])
    assert isinstance(added, Check)
    assert not added.passed


def test_evidence_of_phases_multiplies_and_a_closed_arm_may_receive_nobody():
    first, second = Phase((1_000, 1_150), (1, 1)), Phase((2_000, 1_000, 1_200), (2, 1, 1))
    alone = [sample_ratio_p(phase.observed, phase.weights) for phase in (first, second)]
    assert phased_p([first, second]) == pytest.approx(math.prod(alone), rel=1e-9)
    closed = Phase((1_000, 1_150, 0), (1, 1, 0))
    assert phased_p([closed, second]) == pytest.approx(math.prod(alone), rel=1e-9)
    assert phased_p([Phase((1_000, 1_150, 1), (1, 1, 0))]) == 0.0
    assert check_sample_ratio_phases([Phase((0, 0), (1, 1))]) == check_sample_ratio([0, 0], [1, 1])
    with pytest.raises(ValueError, match=r"`phases` has \[2, 3\] arms"):
        check_sample_ratio_phases([first, second])


def hours(rng, t, change, kept):
    """100 units an hour and arm; the second arm keeps a share of its units from an hour on."""
    return rng.poisson(np.where(np.arange(t)[:, None] < change, 100, [100, 100 * kept]))


def test_the_hour_from_which_a_tenth_of_an_arm_is_lost_is_named():
    # 200 worlds of 200 hours, lost from hour 100 on: .75 alarm (standard error .03); half within 3 hours, .9 within 16
    rng = np.random.default_rng(3)
    found = [first_bad(hours(rng, 200, 100, 0.9), [1, 1]) for _ in range(200)]
    named = [one for one in found if isinstance(one, SplitChange)]
    assert len(named) / 200 == pytest.approx(0.75, abs=0.09)
    away = np.abs([one.hour - 100 for one in named])
    assert np.median(away) <= 5
    assert np.quantile(away, 0.9) <= 25
    assert np.mean([one.always_p < 0.05 for one in named]) > 0.95
    assert all(one.alarm >= 100 for one in named)


def test_a_split_off_from_the_start_is_said_to_be_so():
    rng = np.random.default_rng(5)
    found = [first_bad(hours(rng, 150, 0, 0.85), [1, 1]) for _ in range(200)]
    named = [one for one in found if isinstance(one, SplitChange)]
    assert len(named) == 200
    assert np.mean([one.always_p < 0.05 for one in named]) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)
    assert np.quantile([one.hour for one in named], 0.9) <= 15


def test_the_likeliest_hour_as_counted_by_hand():
    counts = np.array([[0, 0], [500, 500], [510, 490], [0, 0], [700, 300], [690, 310]])
    found = first_bad(counts, [1, 1])
    assert isinstance(found, SplitChange)
    assert (found.hour, found.alarm, found.before, found.since) == (4, 4, (1_010, 990), (1_390, 610))
    late = 1390 * math.log(1.39) + 610 * math.log(0.61)
    whole = 2400 * math.log(1.2) + 1600 * math.log(0.8)
    assert found.always_p == pytest.approx(math.exp(whole - late), rel=1e-9)
    assert found.p_value == pytest.approx(
        min(sample_ratio_p(row, [1, 1]) for row in counts.cumsum(axis=0).tolist()), rel=1e-9
    )
    quiet = first_bad(counts[:3], [1, 1])
    assert isinstance(quiet, NoEffect)
    assert quiet.code == "split_without_alarm"
    nobody = first_bad(np.zeros((3, 2), np.int64), [1, 1])
    assert isinstance(nobody, NoEffect)
    assert nobody.code == "no_exposures"


def test_what_is_no_split_is_refused():
    calls = (
        lambda: log_evidence(np.array([1, 2, 3]), [1, 1]),
        lambda: log_evidence(np.array([1, -2]), [1, 1]),
        lambda: log_evidence(np.array([1, 2]), [1, 1], 0.0),
        lambda: log_evidence(np.array([1, 2]), [1e-300, 1], 1e-300),
        lambda: running_p(np.array([[5, 5], [5, 4]]), [1, 1]),
        lambda: running_p(np.array([5, 5]), [1, 1]),
        lambda: check_sample_ratio_anytime([5, 5], [1, 1], alpha=0.0),
        lambda: check_sample_ratio_anytime([5, 5], [1, 1], history=np.array([[6, 0]])),
        lambda: sample_ratio_p([5, 5], [1, 0]),
        lambda: Phase((1, 2), (1, 0)),
        lambda: Phase((1, 2, -1), (1, 1, 0)),
        lambda: Phase((1, 2), (1, 1, 1)),
        lambda: first_bad(np.array([5, 5]), [1, 1]),
        lambda: first_bad(np.array([[5, -5], [6, 6]]), [1, 1]),
        lambda: first_bad(np.array([[5, 5]]), [1, 1], alpha=1.0),
    )
    for call in calls:
        with pytest.raises(ValueError, match=r"^`"):
            call()
