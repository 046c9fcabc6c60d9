"""Whether arms trigger alike: rarely an alarm without a difference, however often one looks; soon one with it."""

import numpy as np
import pytest

from experiments.stats.samples import Count
from experiments.stats.srm_sequence import MIXED, log_evidence
from experiments.stats.trigger_ratio import trigger_ratio_p

ALPHA = 0.0005


def test_the_evidence_of_those_who_triggered_and_of_the_others_multiplies() -> None:
    p_value = trigger_ratio_p([Count(900, 300), Count(1100, 500)], [1, 1])
    both = log_evidence(np.array([[300, 500], [600, 600]]), [1, 1], MIXED).sum()
    assert p_value == pytest.approx(np.exp(-both), rel=1e-12)


def test_a_mixture_is_the_mean_of_its_evidences() -> None:
    counts = np.array([480, 520])
    each = [np.exp(log_evidence(counts, [1, 1], one)) for one in MIXED]
    assert np.exp(log_evidence(counts, [1, 1], MIXED)) == pytest.approx(np.mean(each), rel=1e-12)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.98])
@pytest.mark.parametrize("weights", [(1, 1), (9, 1), (1, 1, 2)])
def test_looking_again_and_again_rarely_alarms(share: float, weights: tuple[int, ...]) -> None:
    # 4,000 experiments, 60 looks each: at most .05 % + 4 standard errors may ever alarm
    rng = np.random.default_rng(7)
    planned = np.array(weights) / sum(weights)
    looks = np.diff(np.geomspace(100, 100_000, 60).astype(int), prepend=0)
    hits = np.stack([rng.multinomial(rng.binomial(n, share, 4_000), planned) for n in looks]).cumsum(axis=0)
    others = np.stack([rng.multinomial(rng.binomial(n, 1 - share, 4_000), planned) for n in looks]).cumsum(
        axis=0
    )
    evidence = log_evidence(hits, weights, MIXED) + log_evidence(others, weights, MIXED)
    alarmed = (evidence.max(axis=0) > -np.log(ALPHA)).mean()
    assert alarmed <= ALPHA + 4 * np.sqrt(ALPHA / 4_000)


@pytest.mark.parametrize(("before", "after"), [(0.5, 0.45), (0.98, 0.96), (0.05, 0.07)])
def test_a_difference_is_found(before: float, after: float) -> None:
    rng = np.random.default_rng(8)
    n = 10_000
    found = [
        trigger_ratio_p(
            [Count(n, int(rng.binomial(n, before))), Count(n, int(rng.binomial(n, after)))], [1, 1]
        )
        < ALPHA
        for _ in range(200)
    ]
    assert np.mean(found) > 0.5


def test_without_units_nothing_is_told() -> None:
    assert trigger_ratio_p([Count(0, 0), Count(0, 0)], [1, 1]) == 1.0
