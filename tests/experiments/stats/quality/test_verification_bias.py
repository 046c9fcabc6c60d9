"""What people verified is not what the model did: bounds, strata, and Begg & Greenes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import agreement, proportions
from experiments.stats.effects import NoEffect
from experiments.stats.quality import verification
from experiments.stats.quality.verification import Stratum
from experiments.stats.samples import Count
from tests.experiments.stats.quality.score_worlds import misses


@st.composite
def strata(draw, least=1):
    sizes = draw(
        st.lists(
            st.tuples(st.integers(1, 300), st.floats(0, 1), st.floats(0, 1), st.booleans()),
            min_size=least,
            max_size=6,
        )
    )
    found = []
    for place, (verified, more, right, accepted) in enumerate(sizes):
        items = verified + round(1000 * more)
        found.append(
            Stratum(f"band {place}", items, Count(verified, round(verified * right)), accepted or place == 0)
        )
    return found


def test_half_unverified_leaves_half_open():
    # 1,000 answers, 500 verified, 450 right: 450/1000 at worst, 950/1000 at best
    found = verification.bounds(1000, Count(500, 450))
    assert found.lowest == proportions.rate(Count(1000, 450))
    assert found.highest == proportions.rate(Count(1000, 950))
    assert found.unverified == 0.5
    known = agreement.precision(450, 500, 500)
    assert (known.lowest, known.highest) == (found.lowest.value, found.highest.value)


def test_bounds_hold_whoever_was_verified():
    """1,000 worlds of 400 answers; people verify right ones six times as often. The plain share never covers, the bounds do."""
    rng = np.random.default_rng(1)
    plain, bounded = [], []
    for _ in range(1000):
        right = rng.random(400) < 0.8
        seen = rng.random(400) < np.where(right, 0.6, 0.1)
        verified = Count(int(seen.sum()), int((seen & right).sum()))
        found = verification.bounds(400, verified)
        bounded.append(found.lowest.interval.low <= 0.8 <= found.highest.interval.high)
        plain.append(proportions.rate(verified).interval.contains(0.8))
    assert np.mean(plain) < 0.01
    assert np.mean(bounded) > 0.99


def test_one_stratum_is_the_share_of_the_verified():
    found = verification.precision([Stratum("all", 10_000, Count(500, 450))])
    plain = proportions.rate(Count(500, 450))
    assert found.value == plain.value
    assert found.interval.low == pytest.approx(plain.interval.low, abs=1e-12)
    assert found.interval.high == pytest.approx(plain.interval.high, abs=1e-12)
    assert (found.n, found.method) == (500, "stratified")


@given(strata())
def test_each_stratum_counts_by_all_its_items(found):
    ours = verification.precision(found, 0.9)
    accepted = [one for one in found if one.accepted]
    expected = sum(one.items * one.verified.hits / one.verified.n for one in accepted)
    assert ours.value == pytest.approx(expected / sum(one.items for one in accepted), abs=1e-12)
    assert 0 <= ours.interval.low <= ours.value <= ours.interval.high <= 1
    assert ours.n == sum(one.verified.n for one in accepted)


def test_doubtful_answers_verified_most_are_put_right():
    """2,000 worlds: sure answers (97 % right) verified at 5 %, doubtful ones (60 %) at 60 %. Standard error .005."""
    rng = np.random.default_rng(2)
    truth, plain, weighed = 0.8 * 0.97 + 0.2 * 0.6, [], []
    for _ in range(2000):
        sizes = rng.multinomial(5000, [0.8, 0.2])
        verified = rng.binomial(sizes, [0.05, 0.6])
        right = rng.binomial(verified, [0.97, 0.6])
        known = [Count(int(n), int(k)) for n, k in zip(verified, right, strict=True)]
        bands = [Stratum("sure", int(sizes[0]), known[0]), Stratum("doubtful", int(sizes[1]), known[1])]
        weighed.append(verification.precision(bands).interval.contains(truth))
        together = Count(int(verified.sum()), int(right.sum()))
        plain.append(proportions.rate(together).interval.contains(truth))
    share, error = misses(weighed)
    assert abs(share - 0.95) < 3.5 * error
    assert np.mean(plain) < 0.01


# Drum & Christacopoulos (1972), J. Nucl. Med. 13:908-915, liver scans, as corrected in Zhou, Obuchowski & McClish (2002), ch. 10:
# verified 231 + 32 of 429 positive scans, 27 + 54 of 221 negative ones; sensitivity .836, specificity .738 (naive .895, .628).
LIVER = (Stratum("scan positive", 429, Count(263, 231)), Stratum("scan negative", 221, Count(81, 27), False))


def test_liver_scans_of_begg_and_greenes():
    assert round(231 / (231 + 27), 3) == 0.895
    assert round(54 / (54 + 32), 3) == 0.628
    assert round(verification.recall(LIVER).value, 3) == 0.836
    assert round(verification.specificity(LIVER).value, 3) == 0.738
    assert verification.recall(LIVER).n == 344
    assert verification.recall(LIVER).method == "begg_greenes"


def test_with_many_verified_it_is_begg_and_greenes_logit_interval():
    """Their variance of logit(sensitivity): (1 − p) / (n p) of each side + N / (N₁ N₀)."""
    (ours, n1, p1), (n0, p0) = (verification.recall(LIVER), 263, 231 / 263), (81, 27 / 81)
    variance = (1 - p1) / (n1 * p1) + (1 - p0) / (n0 * p0) + 650 / (429 * 221)
    centre = math.log(ours.value / (1 - ours.value))
    half = 1.959964 * math.sqrt(variance)
    assert ours.interval.low == pytest.approx(1 / (1 + math.exp(half - centre)), abs=0.005)
    assert ours.interval.high == pytest.approx(1 / (1 + math.exp(-half - centre)), abs=0.005)


@given(strata(least=2))
def test_recall_stays_among_shares_and_mirrors_specificity(found):
    ours = verification.recall(found)
    if isinstance(ours, NoEffect):
        assert ours.code in ("quality.one_side_only", "quality.too_few_found")
        return
    caught = sum(one.items * one.verified.hits / one.verified.n for one in found if one.accepted)
    every = sum(one.items * one.verified.hits / one.verified.n for one in found)
    assert ours.value == pytest.approx(caught / every, abs=1e-12)
    assert 0 <= ours.interval.low <= ours.value <= ours.interval.high <= 1
    turned = [
        Stratum(
            one.name, one.items, Count(one.verified.n, one.verified.n - one.verified.hits), not one.accepted
        )
        for one in found
    ]
    assert verification.specificity(turned) == ours


@pytest.mark.parametrize(("items", "rates"), [(2000, (0.5, 0.1)), (2000, (1.0, 1.0)), (20_000, (0.9, 0.02))])
def test_how_often_the_interval_of_recall_covers(items, rates):
    """1,000 worlds each, 30 % accepted of which 90 % right, 10 % missed; standard error .007. Naive recall is far off."""
    rng = np.random.default_rng(3)
    truth = 0.27 / (0.27 + 0.07)
    covered, naive = [], []
    for _ in range(1000):
        accepted = int(rng.binomial(items, 0.3))
        sizes = (accepted, items - accepted)
        verified = [int(rng.binomial(size, rate)) for size, rate in zip(sizes, rates, strict=True)]
        right = [int(rng.binomial(n, share)) for n, share in zip(verified, (0.9, 0.1), strict=True)]
        found = verification.recall(
            [
                Stratum("accepted", sizes[0], Count(verified[0], right[0])),
                Stratum("rejected", sizes[1], Count(verified[1], right[1]), False),
            ]
        )
        covered.append(found.interval.contains(truth))
        naive.append(right[0] / sum(right))
    share, error = misses(covered)
    assert abs(share - 0.955) < 3 * error
    if rates[0] > rates[1]:
        assert np.mean(naive) > truth + 0.1


def test_a_stratum_that_nobody_verified_says_so():
    blind = [Stratum("shown", 100, Count(50, 40)), Stratum("night", 30, Count(0, 0))]
    said = verification.precision(blind)
    assert (said.code, dict(said.facts)) == ("quality.never_verified", {"name": "night", "items": 30})
    rejected = [Stratum("shown", 100, Count(50, 40)), Stratum("night", 30, Count(0, 0), False)]
    assert verification.precision(rejected).value == 0.8
    assert verification.recall(rejected).code == "quality.never_verified"
    assert verification.specificity(rejected).code == "quality.never_verified"
    empty = [Stratum("shown", 100, Count(50, 40)), Stratum("none", 0, Count(0, 0))]
    assert verification.precision(empty).value == 0.8


def test_what_else_cannot_be_said():
    nothing = [Stratum("none", 0, Count(0, 0))]
    assert verification.precision(nothing).code == verification.recall(nothing).code == "quality.no_items"
    assert verification.precision([]).code == verification.bounds(0, Count(0, 0)).code == "quality.no_items"
    one_side = [Stratum("shown", 100, Count(50, 40))]
    assert (
        verification.recall(one_side).code
        == verification.specificity(one_side).code
        == "quality.one_side_only"
    )
    wrong = [Stratum("shown", 100, Count(50, 0)), Stratum("rest", 100, Count(50, 3), False)]
    assert verification.recall(wrong).code == "quality.too_few_found"
    nearly = [Stratum("shown", 9, Count(1, 1)), Stratum("rest", 100, Count(50, 3), False)]
    assert isinstance(verification.recall(nearly, 0.8).value, float)
    assert (
        verification.recall([Stratum("shown", 2, Count(2, 1)), *nearly[1:]], 0.999).code
        == "quality.too_few_found"
    )


def test_nonsense_is_refused():
    for call, sentence in (
        (lambda: verification.bounds(10, Count(11, 3)), "`verified` is 11 answers"),
        (lambda: verification.bounds(-1, Count(0, 0)), "`answers` is -1"),
        (lambda: Stratum("x", 3, Count(4, 1)), "`verified` is 4 items"),
        (lambda: Stratum("x", -3, Count(0, 0)), "`items` is -3"),
        (lambda: verification.precision(LIVER, 0), "`level` is 0"),
        (lambda: verification.recall(LIVER, 2), "`level` is 2"),
        (lambda: verification.bounds(10, Count(4, 3), 2), "`level` is 2"),
    ):
        with pytest.raises(ValueError, match=sentence):
            call()
