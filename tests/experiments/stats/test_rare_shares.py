"""What should befall few units, and all arms alike: units in several variants, late logs."""

import math

import numpy as np
import pytest

from experiments.stats.crossover import check_several_variants
from experiments.stats.effects import Check, NoEffect
from experiments.stats.lag import Lag, check_ingest_lag
from experiments.stats.samples import Count
from experiments.stats.share_sequence import alike_p
from experiments.stats.srm_sequence import sample_ratio_p


def failed(found, code):
    assert isinstance(found, Check)
    assert (found.passed, found.reason.code) == (False, code)
    return True


def passed(found, code):
    assert isinstance(found, Check)
    assert (found.passed, found.reason.code) == (True, code)
    return True


def test_hits_are_compared_as_a_split_in_proportion_to_the_units():
    counts = [Count(9_000, 150), Count(1_000, 50)]
    assert alike_p(counts) == pytest.approx(sample_ratio_p([150, 50], [9, 1], 30.0), rel=1e-12)
    assert alike_p([Count(5, 0), Count(7, 0)]) == 1.0
    assert isinstance(alike_p([Count(0, 0), Count(7, 0)]), NoEffect)
    with pytest.raises(ValueError, match=r"^`observed`"):
        alike_p([Count(7, 1)])


@pytest.mark.parametrize("share", [0.02, 0.2])
def test_looking_often_at_equal_shares_alarms_seldom(share):
    # 300 experiments, 170 looks at every +3 %: .05 + 3 · √(.05 · .95 / 300); measured with 20,000: .034 or less
    rng, looks = np.random.default_rng(11), [200]
    while looks[-1] < 30_000:
        looks.append(math.ceil(looks[-1] * 1.03))
    ever = np.zeros(300, bool)
    n, hits, before = np.zeros((300, 2), int), np.zeros((300, 2), int), 0
    for look in looks:
        more = rng.multinomial(look - before, [0.5, 0.5], 300)
        n, hits, before = n + more, hits + rng.binomial(more, share), look
        worth = np.abs(hits[:, 0] - hits[:, 1]) > 1.5 * np.sqrt(hits.sum(axis=1))  # no smaller one can alarm
        for i in np.flatnonzero(worth & ~ever):
            ever[i] = alike_p([Count(int(a), int(b)) for a, b in zip(n[i], hits[i], strict=True)]) < 0.05
    assert ever.mean() <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 300)


def test_several_variants_from_none_to_too_many():
    assert passed(check_several_variants([Count(500, 0), Count(510, 0)]), "several_variants_none")
    assert passed(check_several_variants([Count(5_000, 20), Count(5_100, 25)]), "several_variants_few")
    assert failed(check_several_variants([Count(500, 50), Count(500, 50)]), "several_variants_many")
    assert passed(check_several_variants([Count(500, 50), Count(500, 49)]), "several_variants_few")
    assert failed(check_several_variants([Count(5_000, 20), Count(5_100, 90)]), "several_variants_differ")
    assert isinstance(check_several_variants([Count(0, 0), Count(5, 1)]), NoEffect)
    rng = np.random.default_rng(12)  # 300 experiments: standard error .014 where .94 is said
    pairs = zip(
        rng.binomial(10_000, 0.01, 300).tolist(), rng.binomial(10_000, 0.02, 300).tolist(), strict=True
    )
    told = [not check_several_variants([Count(10_000, a), Count(10_000, b)]).passed for a, b in pairs]
    assert np.mean(told) == pytest.approx(0.94, abs=0.045)


def test_ingest_lag_from_fine_to_uneven():
    def arms(*late):
        return [Lag(30.0, 600.0 + i, Count(4_000, n)) for i, n in enumerate(late)]

    fine = check_ingest_lag(arms(40, 44), 86_400.0)
    assert passed(fine, "ingest_lag_ok")
    assert "30 / 30 s (median; 95 % within 600 / 601 s)" in fine.reason.sentence
    assert "86,400 s" in fine.reason.sentence
    assert failed(check_ingest_lag(arms(210, 190), 3_600.0), "ingest_lag_long")
    assert passed(check_ingest_lag(arms(209, 190), 3_600.0), "ingest_lag_ok")
    assert failed(check_ingest_lag(arms(40, 130), 3_600.0), "ingest_lag_differs")
    assert isinstance(
        check_ingest_lag([Lag(1.0, 2.0, Count(0, 0)), Lag(1.0, 2.0, Count(9, 0))], 60.0), NoEffect
    )


def test_bounds_out_of_range_are_refused():
    lag = Lag(1.0, 2.0, Count(9, 1))
    calls = (
        lambda: check_several_variants([Count(5, 1), Count(5, 1)], alpha=1.0),
        lambda: check_several_variants([Count(5, 1), Count(5, 1)], most=0.0),
        lambda: check_ingest_lag([lag, lag], 0.0),
        lambda: check_ingest_lag([lag, lag], 60.0, most=1.5),
        lambda: check_ingest_lag([lag, lag], 60.0, alpha=0.0),
        lambda: Lag(3.0, 2.0, Count(9, 1)),
        lambda: Lag(3.0, math.inf, Count(9, 1)),
    )
    for call in calls:
        with pytest.raises(ValueError, match=r"^`"):
            call()
