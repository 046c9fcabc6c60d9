"""Faults planted in the judgement of alert rules and in the telling: the checks must notice every one."""

from pathlib import Path

import pytest

import experiments.alerting
from tests.faults.planting import Fault, is_caught, load

SOURCE = Path(experiments.alerting.__file__)
FUNNEL = {"within": "1m", "steps": [{"event": "a"}, {"event": "b"}]}
RULE = {"key": "r", "funnel": FUNNEL, "step": 2, "threshold": 0.5}
FAULTS = (
    Fault("judge", "high < rule.threshold", "low < rule.threshold"),
    Fault("judge", "low > rule.threshold", "high > rule.threshold"),
    Fault("judge", 'rule.side == "below"', 'rule.side == "above"'),
    Fault("judge", "rule.level)", "0.8)"),
    Fault("judge", "Count(entered, reached)", "Count(entered, entered - reached)"),
    Fault("judge", '"cannot_say", rate', '"quiet", rate'),
    Fault("judge", 'if broken else "quiet"', 'if not broken else "quiet"'),
    Fault("AlertRule._fits", "self.step > len", "self.step > 1 + len"),
    Fault("AlertRule._fits", '"observed_until", ', ""),
    Fault("AlertRule._address", '"https://", "http://"', '"http"'),
    Fault("AlertRule", 'over: str = "1d"', 'over: str = "1h"'),
    Fault("AlertRule", "ge=2", "ge=1"),
)


def check(m) -> None:
    below = m.AlertRule.model_validate(RULE)
    above = m.AlertRule.model_validate({**RULE, "side": "above"})
    found = {(n, hits): (m.judge(below, n, hits).state, m.judge(above, n, hits).state)
             for n, hits in ((0, 0), (100, 30), (100, 70), (100, 42), (100, 58))}  # fmt: skip
    assert found == {
        (0, 0): ("cannot_say", "cannot_say"),
        (100, 30): ("alert", "quiet"),
        (100, 70): ("quiet", "alert"),
        (100, 42): ("quiet", "quiet"),
        (100, 58): ("quiet", "quiet"),
    }
    assert below.over_us == 86_400_000_000
    for wrong in (
        {"step": 3},
        {"step": 1},
        {"webhook": "httpx://a"},
        {"funnel": {**FUNNEL, "observed_until": "2026-01-01T00:00:00Z"}},
    ):
        with pytest.raises(ValueError, match=r"must be|greater"):
            m.AlertRule.model_validate({**RULE, **wrong})


def test_the_untouched_module_passes(tmp_path):
    check(load(SOURCE, tmp_path))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, tmp_path):
    assert is_caught(SOURCE, fault, check, tmp_path)
