"""Faults planted in the corrected conversion rate, one at a time: the checks must notice every one."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import experiments.stats.conversion
from experiments.stats.effects import NoEffect
from tests.faults.planting import Fault, is_caught, load

SOURCE = Path(experiments.stats.conversion.__file__)
FAULTS = (
    Fault("conversion", 'times, side="left")\n    censored', 'times, side="right")\n    censored'),
    Fault("conversion", "1 - events / risk", "1 - events / waits.size"),
    Fault("conversion", "np.unique(waits[converted]", "np.unique(waits"),
    Fault("conversion", "risk * left", "risk * risk"),
    Fault("conversion", "staying**2 * greenwood", "greenwood"),
    Fault("conversion", "1 - staying, 1 - high, 1 - low", "1 - staying, 1 - low, 1 - high"),
    Fault("conversion", "1 - staying, 1 - high", "staying, 1 - high"),
    Fault("conversion", "_FOR_EVER if emptied else int(ordered[-1])", "int(ordered[-1])"),
    Fault("conversion", "int(ordered[-1])", "_FOR_EVER"),
    Fault("conversion", "waits.min() < 0", "waits.min() < -9"),
    Fault("conversion", "if not waits.size:", "if False:"),
    Fault("Conversion.at", 'side="right")) - 1', 'side="left")) - 1'),
    Fault("Conversion.at", "wait > self.watched", "wait >= self.watched"),
    Fault("Conversion.at", "if place < 0:", "if place < 1:"),
)


def check(m) -> None:
    waits = np.array([1, 2, 2, 3, 3, 5, 8])
    converted = np.array([True, True, False, True, True, False, False])
    curve = m.conversion(waits, converted)
    one, two = Fraction(6, 7), Fraction(6, 7) * Fraction(5, 6)
    three = two * Fraction(2, 4)
    shares = {0: 0, 1: 1 - one, 2: 1 - two, 3: 1 - three, 4: 1 - three, 8: 1 - three}
    for wait, share in shares.items():
        assert curve.at(wait).value == pytest.approx(float(share))
        assert curve.at(wait).interval.contains(float(share))
    assert isinstance(curve.at(9), NoEffect)
    # R: survfit(Surv(c(1,2,2,3,3,5,8), c(1,1,0,1,1,0,0)) ~ 1, conf.type = "log-log"), survival 0.428571
    variance = float(three) ** 2 * (1 / 42 + 1 / 30 + 2 / 8)
    theta = 1.959963984540054 * np.sqrt(variance) / (float(three) * np.log(float(three)))
    ends = sorted(1 - float(three) ** np.exp(sign * theta) for sign in (1, -1))
    assert [curve.at(4).interval.low, curve.at(4).interval.high] == pytest.approx(ends)
    everybody = m.conversion(np.array([1, 2]), np.array([True, True]))
    assert everybody.at(99).value == 1
    assert isinstance(m.conversion(np.empty(0, np.int64), np.empty(0, bool)), NoEffect)
    with pytest.raises(ValueError, match="at least 0"):
        m.conversion(np.array([-1, 3]), np.array([True, False]))


def test_the_untouched_module_passes(tmp_path):
    check(load(SOURCE, tmp_path))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, tmp_path):
    assert is_caught(SOURCE, fault, check, tmp_path)
