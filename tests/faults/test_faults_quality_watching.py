"""A watched promise and the day of drift, one fault at a time: known answers must notice each."""

import math
from functools import cache

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from experiments.stats.change_point import ChangePoint
from experiments.stats.samples import Count
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault


@cache
def below(right, wrong, promised, concentration):
    """The evidence as its integral."""
    prior = beta(concentration * promised, concentration * (1 - promised))

    def gain(q):
        return (q / promised) ** right * ((1 - q) / (1 - promised)) ** wrong * prior.pdf(q)

    return math.log(quad(gain, 0, promised, limit=200)[0] / prior.cdf(promised))


def check_watching(m):
    right, n = np.array([0, 3, 80, 95, 0]), np.array([0, 7, 100, 100, 12])
    for promised, concentration in ((0.9, 50.0), (0.6, 10.0)):
        found = m.evidence_below(right, n, promised, concentration)
        for one, k, many in zip(found, right, n, strict=True):
            near(one, below(k, many - k, promised, concentration), 1e-6)
    near(m.evidence_below(right, n, 0.9)[2], below(80, 20, 0.9, m.CONCENTRATION), 1e-6)
    days = [Count(0, 0), Count(40, 37), Count(60, 45), Count(0, 0), Count(60, 42), Count(500, 480)]
    evidence = [below(37, 3, 0.9, 50), below(82, 18, 0.9, 50), below(124, 36, 0.9, 50)]
    assert evidence[1] < math.log(20) < evidence[2]
    watched = m.watch(days, 0.9)
    assert watched.broken_on == 4
    near(watched.p_value, math.exp(-evidence[2]), 1e-7)
    assert watched.precision == m.confidence_sequence(Count(660, 604), 0.9)
    early = m.watch(days[:4], 0.9)
    assert early.broken_on is None
    near(early.p_value, math.exp(-evidence[1]), 1e-7)
    assert m.watch(days[:4], 0.9, alpha=0.5).broken_on == 2
    assert m.watch(days[:4], 0.9, alpha=0.5).precision.interval.level == 0.5
    near(m.watch(days, 0.9, concentration=5.0).p_value, math.exp(-below(124, 36, 0.9, 5)), 1e-7)
    assert m.watch(days, 0.9, concentration=5.0).precision == m.confidence_sequence(
        Count(660, 604), 0.9, 0.95, 5.0
    )
    assert m.watch([Count(30, 30)], 0.9).p_value == 1.0
    for nothing in (m.watch([], 0.9), m.watch([Count(0, 0)], 0.9), m.confidence_sequence(Count(0, 0), 0.9)):
        assert code(nothing) == "quality.no_items"
    check_sequence(m)
    check_drift(m)
    refuses(
        [
            lambda: m.watch([], 0.0),
            lambda: m.watch(days, 0.9, 0.0),
            lambda: m.confidence_sequence(Count(0, 0), 1.0),
            lambda: m.confidence_sequence(Count(0, 0), 0.9, 1.0),
            lambda: m.worsening([], 1.0),
        ]
    )
    for k, many, promised, name in (([3], [2], 0.9, "right"), ([-1], [2], 0.9, "right"), ([1, 1], [2], 0.9, "right"),
                                    ([1], [2], 1.0, "promised")):  # fmt: skip
        with pytest.raises(ValueError, match=f"^`{name}` is"):
            m.evidence_below(np.array(k), np.array(many), promised)
    with pytest.raises(ValueError, match=r"^`promised` is 1"):
        m.watch(days, 1)
    with pytest.raises(ValueError, match=r"^`alpha` is 1"):
        m.watch(days, 0.9, 1)


def check_sequence(m):
    """The ends where B(45 + right, 5 + wrong) / B(45, 5) / likelihood is 1/α."""

    def surprise(share, right, wrong):
        prior = math.lgamma(45) + math.lgamma(5) - math.lgamma(50)
        after = math.lgamma(45 + right) + math.lgamma(5 + wrong) - math.lgamma(50 + right + wrong)
        return after - prior - right * math.log(share) - wrong * math.log(1 - share)

    found = m.confidence_sequence(Count(200, 150), 0.9)
    assert (found.value, found.n, found.method) == (0.75, 200, "beta_binomial_sequence")
    for end in (found.interval.low, found.interval.high):
        near(surprise(end, 150, 50), math.log(20), 1e-9)
    assert found.interval.low < 0.75 < found.interval.high
    none, every = m.confidence_sequence(Count(30, 0), 0.9), m.confidence_sequence(Count(30, 30), 0.9, 0.8)
    assert (none.interval.low, every.interval.high) == (0.0, 1.0)
    near(surprise(none.interval.high, 0, 30), math.log(20), 1e-9)
    near(surprise(every.interval.low, 30, 0), math.log(5), 1e-9)


def check_drift(m):
    days = [Count(0, 0)] + [Count(100, 92)] * 6 + [Count(0, 0)] + [Count(100, 80)] * 5
    found = m.worsening(days)
    assert isinstance(found, ChangePoint)
    assert found.day == 8
    near(found.before, 0.08, 1e-12)
    near(found.after, 0.2, 1e-12)
    few = m.worsening(days[:4])
    assert (code(few), dict(few.facts)) == ("quality.drift_too_few_days", {"days": 3, "least": 4})
    steady = m.worsening([Count(100, 90)] * 8)
    assert code(steady) == "quality.no_drift"
    assert dict(steady.facts)["p"] == "p = 1.000"
    assert steady.sentence.endswith("(p = 1.000).")
    # six days with the lower two of them first: 2 of 30 orders are as sharp, so p ≈ 1/15 (and its mirror is no worsening)
    doubtful = [Count(100, 95)] * 2 + [Count(100, 80)] * 4
    assert code(m.worsening(doubtful)) == "quality.no_drift"
    assert m.worsening(doubtful, 0.1).day == 2


WATCHING = (
    Fault("evidence_below", "wrong = n - right", "wrong = n"),
    Fault("evidence_below", "(after - before)", "after"),
    Fault("evidence_below", "both + (after", "(after"),
    Fault("evidence_below", "(promised, 1 - promised), concentration", "(promised, 1 - promised), 1000.0"),
    Fault("evidence_below", "right.shape != n.shape or", ""),
    Fault("evidence_below", "(right < 0).any() or", ""),
    Fault("evidence_below", "or (right > n).any()", ""),
    Fault("evidence_below", '    _require_share("promised", promised)\n', ""),
    Fault("watch", "    require_alpha(alpha)\n", ""),
    Fault("watch", '    _require_share("promised", promised)\n', ""),
    Fault("watch", "axis=0", "axis=1"),
    Fault("watch", "(day.n, day.hits)", "(day.n, day.n)"),
    Fault("watch", "sum(day.hits for day in days)", "days[-1].hits"),
    Fault("watch", "evidence >= -math.log(alpha)", "evidence >= -math.log(alpha / 2) + 9"),
    Fault("watch", "evidence >= -math.log(alpha)", "evidence >= math.log(alpha)"),
    Fault("watch", "alarms[0]", "alarms[-1]"),
    Fault("watch", "evidence.max()", "evidence[-1]"),
    Fault("watch", "1 - alpha, concentration)", "1 - alpha)"),
    Fault("watch", "promised, 1 - alpha", "promised, 0.95"),
    Fault("watch", "evidence_below(right, n, promised, concentration)", "evidence_below(right, n, promised)"),
    Fault("confidence_sequence", "-math.log(1 - level) - start", "-math.log(1 - level)"),
    Fault("confidence_sequence", "-math.log(1 - level)", "-math.log((1 - level) / 2)"),
    Fault("confidence_sequence", "around / share", "share / around"),
    Fault("confidence_sequence", "if right else 0.0\n    high", "if wrong else 0.0\n    high"),
    Fault("confidence_sequence", "if wrong else 1.0", "if right else 1.0"),
    Fault("confidence_sequence", "    z_of(level)\n", ""),
    Fault("confidence_sequence", '    _require_share("around", around)\n', ""),
    Fault("confidence_sequence", "_edge(outside, value, 1.0)", "_edge(outside, value, 0.0)"),
    Fault("worsening", "if day.n > 0", ""),
    Fault("worsening", "day.n - day.hits for", "day.hits for"),
    Fault("worsening", "day=places[found.day]", "day=found.day"),
    Fault("worsening", "in seen], alpha)", "in seen])"),
    Fault("worsening", "    require_alpha(alpha)\n", ""),
    Fault("worsening", '("days", len(seen))', '("days", len(days))'),
    Fault("_edge", "return beyond", "return (within + beyond) / 2 - 1e-8"),
    Fault("_edge", "if outside(middle)", "if not outside(middle)"),
    Fault("_require_share", "0 < share < 1", "0 <= share <= 1"),
)

SUITES = {"stats/quality/watching.py": (check_watching, WATCHING)}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
