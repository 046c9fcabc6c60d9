"""Units per arm against R's power.prop.test, and by simulation."""

import numpy as np
import pytest
from scipy import stats

from experiments.stats.power import per_arm


def test_equals_r():
    # R 4.2.2: power.prop.test(p1 = , p2 = , power = , sig.level = )$n = 3840.847, 2073.201, 47519.134
    assert per_arm(0.1, 0.12) == 3841
    assert per_arm(0.25, 0.2, alpha=0.01, power=0.9) == 2074
    assert per_arm(0.5, 0.51, alpha=0.025) == 47_520


def test_finds_the_difference_as_often_as_it_says():
    n, rng = per_arm(0.2, 0.24), np.random.default_rng(5)
    control, treatment = rng.binomial(n, 0.2, 20_000) / n, rng.binomial(n, 0.24, 20_000) / n
    middle = (control + treatment) / 2
    found = np.abs(treatment - control) / np.sqrt(2 * middle * (1 - middle) / n) > stats.norm.ppf(0.975)
    assert found.mean() == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / 20_000) + 0.003)


@pytest.mark.parametrize(
    "wrong", [(0.1, 0.1), (0.0, 0.1), (0.1, 1.0), (0.1, 0.2, 0.05, 0.4), (0.1, 0.2, 1.5)]
)
def test_questions_without_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=r"^`"):
        per_arm(*wrong)
