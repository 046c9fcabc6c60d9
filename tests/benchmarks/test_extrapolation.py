"""The evidence of extrapolated display times counts what it says; its figures at full size are in docs/evidence.md."""

import numpy as np
import pytest

from benchmarks.evidence.extrapolation import story
from benchmarks.evidence.launches import LAUNCHES, RATES


@pytest.mark.parametrize("launch", LAUNCHES[::4], ids=str)
def test_a_story_is_reproducible_and_near_its_target(launch):
    row = story(launch, launches=4, seed=1)
    assert row == story(launch, launches=4, seed=1)
    assert row["coverage"] >= 0.75
    assert row["median width / truth"] <= 0.5
    assert 0 <= row["error"] <= 0.25
    assert row["launches"] == 4


@pytest.mark.parametrize("launch", LAUNCHES, ids=str)
def test_the_truth_is_what_many_users_do(launch):
    truth, n = launch.truth(8000), 400_000
    table = launch.drawn(np.random.default_rng(2), n, 8000)
    for row, cause in enumerate(("tap", *RATES)):
        share = table.events[row].sum() / n
        assert share == pytest.approx(truth[cause], abs=4 * np.sqrt(truth[cause] / n))
    # about half of the tappers until 8 s need more than 4 s: 35 to 45 of 100 with a peak at 2 s
    late = 1 - launch.truth(4000)["tap"] / truth["tap"]
    assert 0.2 < late < 0.45
    watched = table.at_risk().sum() / n / 1000
    assert watched == pytest.approx(truth["attention_s"], abs=0.02)
