"""Faults planted in the scan for a stretch of bad days, one at a time: the checks must notice every one."""

import math
from pathlib import Path

import numpy as np
import pytest

import experiments.stats.scan
from experiments.stats.effects import NoEffect
from tests.experiments.stats.test_scan import sharpest
from tests.faults.planting import Fault, is_caught, load

SOURCE = Path(experiments.stats.scan.__file__)
FAULTS = (
    Fault("_sharpest", "share * (1 - share)", "share"),
    Fault("_sharpest", "(1 - n / total[:, None])", "1.0"),
    Fault("_sharpest", "o - n * share[:, None]", "n * share[:, None] - o"),
    Fault("_sharpest", "days // 2 + 1", "days + 1"),
    Fault("_sharpest", "range(1, days", "range(3, days"),
    Fault("_sharpest", "found > best", "found < best"),
    Fault("_sharpest", "place + length - 1", "place + length"),
    Fault("_sharpest", "spread >= LEAST_VARIANCE", "spread > 0"),
    Fault("worst_stretch", "int(last) + 1", "int(last)"),
    Fault("worst_stretch", "gone[orders]", "gone[orders][:, ::-1]"),
    Fault("worst_stretch", "units[orders], gone[orders]", "units[None, :], gone[None, :]"),
    Fault("worst_stretch", "shuffled >= best - 1e-9", "shuffled >= best + 1e9"),
    Fault("worst_stretch", "(gone > units).any()", "False"),
)


def check(m) -> None:
    rng = np.random.default_rng(3)
    assert isinstance(m.worst_stretch([1] * 9, [0, 1] * 4 + [1]), NoEffect)
    for _ in range(30):
        n = rng.integers(1, 60, 9)
        lost = rng.binomial(n, rng.uniform(0.2, 0.8, 9))
        expected, found = sharpest(n.tolist(), lost.tolist()), m.worst_stretch(n, lost)
        assert isinstance(found, NoEffect) == (expected is None)
        if expected is not None:
            assert found.score == pytest.approx(expected)
            inside = slice(found.first, found.last + 1)
            assert (found.n, found.lost) == (n[inside].sum(), lost[inside].sum())
            share, all_n = lost.sum() / n.sum(), n.sum()
            spread = found.n * share * (1 - share) * (1 - found.n / all_n)
            assert (found.lost - found.n * share) / math.sqrt(spread) == pytest.approx(found.score)
    n, rate = np.full(60, 30), np.full(60, 0.4)
    rate[20:30] = 0.65
    assert m.worst_stretch(n, rng.binomial(n, rate)).p_value <= 0.01
    quiet = [m.worst_stretch(n, rng.binomial(n, 0.4)).p_value for _ in range(40)]
    assert np.mean(np.array(quiet) <= 0.05) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 40)
    uneven = np.tile([5, 55], 30)  # a day's lost units belong to its own units
    assert m.worst_stretch(uneven, np.tile([2, 22], 30)).p_value > 0.1
    bad = np.tile([2, 22], 30)
    bad[20:30] = np.tile([4, 38], 5)
    assert m.worst_stretch(uneven, bad).p_value <= 0.01
    with pytest.raises(ValueError, match="more than"):
        m.worst_stretch([1] * 8, [2] * 8)


def test_the_untouched_module_passes(tmp_path):
    check(load(SOURCE, tmp_path))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, tmp_path):
    assert is_caught(SOURCE, fault, check, tmp_path)
