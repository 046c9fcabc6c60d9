"""Sample ratio at any time, over phases, and since when: one fault at a time, known answers must notice each."""

import math

import numpy as np

from experiments.stats.effects import Check
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault


def check_sequence(m):
    # mpmath 1.3.0, 40 digits, and Optimizely's ssrm_test 0.1.5 for the p-value
    near(float(m.log_evidence(np.array([10**9, 10**9 + 300_000]), [1, 1], 1000)), 15.241960241704001, 1e-9)
    near(float(m.log_evidence(np.array([5, 10**6]), [1e-300, 1], 1000)), 2704.105360420703, 1e-8)
    near(float(m.log_evidence(np.array([0, 10]), [1, 1], 1e-3)), 6.236910717976688, 1e-12)
    near(float(m.log_evidence(np.array([1, 0]), [1, 3], 8)), 0.0, 1e-14)
    near(float(m.log_evidence(np.array([40, 25]), [1, 1], 60)), 0.5403127578470592, 1e-12)
    both = m.log_evidence(np.array([[0, 10], [10, 0]]), [1, 1], 1e-3)
    near(float(both[1]), 6.236910717976688, 1e-12)
    near(m.sample_ratio_p([1150, 5000, 3850], [0.1, 0.5, 0.4], 10_000), 0.0020608385198632602, 1e-12)
    assert m.sample_ratio_p([500, 500], [1, 1]) == m.sample_ratio_p([0, 0], [1, 1]) == 1.0
    history = np.array([[1_000, 1_300], [4_000, 4_200]])
    remembered = m.check_sample_ratio_anytime([9_000, 9_050], [1, 1], history=history)
    near(remembered.p_value, m.sample_ratio_p([1_000, 1_300], [1, 1]), 1e-12)
    assert not remembered.passed
    near(m.running_p(history, [1, 1])[1], remembered.p_value, 1e-12)
    alone = m.check_sample_ratio_anytime([9_000, 9_050], [1, 1])
    assert isinstance(alone, Check)
    assert alone.passed
    ninety = m.check_sample_ratio_anytime([900, 110], [9, 1])
    assert ninety.passed
    assert dict(ninety.reason.facts)["expected"] == "909.0 / 101.0"
    near(
        m.check_sample_ratio_anytime([1_130, 1_000], [1, 1]).p_value, m.sample_ratio_p([1_130, 1_000], [1, 1])
    )
    weak = m.sample_ratio_p([1_160, 1_000], [1, 1])  # .04
    assert m.check_sample_ratio_anytime([1_160, 1_000], [1, 1], alpha=2 * weak).passed is False
    assert m.check_sample_ratio_anytime([1_160, 1_000], [1, 1], alpha=weak / 2).passed is True
    assert code(m.check_sample_ratio_anytime([0, 0], [1, 1])) == "no_exposures"
    assert m.p_of_evidence(-5.0) == 1.0
    near(m.p_of_evidence(2.0), math.exp(-2.0), 1e-12)
    refuses(
        (
            lambda: m.log_evidence(np.array([1, -2]), [1, 1]),
            lambda: m.log_evidence(np.array([1, 2, 3]), [1, 1]),
            lambda: m.log_evidence(np.array([1, 2]), [1, 1], 0.0),
            lambda: m.log_evidence(np.array([1, 2]), [1, 1], math.inf),
            lambda: m.running_p(np.array([[5, 5], [5, 4]]), [1, 1]),
            lambda: m.running_p(np.array([5, 5]), [1, 1]),
            lambda: m.check_sample_ratio_anytime([5, 5], [1, 1], alpha=0.0),
            lambda: m.check_sample_ratio_anytime([5, 5], [1, 1], alpha=1.0),
            lambda: m.check_sample_ratio_anytime([5, 5], [1, 1], history=np.array([[6, 0]])),
        )
    )


SEQUENCE = (
    Fault("log_evidence", "concentration * share", "concentration / len(share) + 0 * share"),
    Fault("log_evidence", "0.5 * (np.log(all_after", "0.5 * (-np.log(all_after"),
    Fault("log_evidence", "0.5 * (", "1.0 * ("),
    Fault("log_evidence", "np.log(after) - np.log(prior)", "np.log(after)"),
    Fault("log_evidence", "- remainder(all_after)", ""),
    Fault("log_evidence", "(rest - rest_before)", "rest"),
    Fault("log_evidence", "n - whole[..., None] * share", "after - whole[..., None] * share"),
    Fault("log_evidence", "all_after[..., None] * share)", "whole[..., None] * share + 1)"),
    Fault("log_evidence", "n.min() >= 0", "True"),
    Fault("log_evidence", "0 < concentration < math.inf", "0 <= concentration <= math.inf"),
    Fault("_entropy", "np.log(after) - np.log(planned)", "np.log(after / planned)[..., ::-1]"),
    Fault("_entropy", "np.log1p(", "np.log("),
    Fault("p_of_evidence", "-max(log, 0.0)", "-log"),
    Fault("p_of_evidence", "-max(log, 0.0)", "-max(log / 2, 0.0)"),
    Fault("running_p", "np.minimum.accumulate(np.exp(-evidence))", "np.exp(-evidence)"),
    Fault("running_p", "< 0).any()", "< -10).any()"),
    Fault("check_sample_ratio_anytime", "np.vstack([history, observed])", "np.array([observed], np.int64)"),
    Fault("check_sample_ratio_anytime", "n * share for", "n / 2 for"),
    Fault("check_sample_ratio_anytime", "concentration)[-1]", "concentration)[0] + 0.5"),
    Fault("check_sample_ratio_anytime", "if n == 0:", "if n < 0:"),
    Fault("check_sample_ratio_anytime", "p_value, alpha)", "p_value, 0.0005)"),
    Fault("require_alpha", "0 < alpha < 1", "0 <= alpha < 1"),
    Fault("require_alpha", "0 < alpha < 1", "0 < alpha <= 1"),
)


def check_phases(m):
    from experiments.stats.srm_sequence import sample_ratio_p

    first, second = m.Phase((1_000, 1_150), (1, 1)), m.Phase((2_000, 1_000, 1_200), (2, 1, 1))
    one, other = sample_ratio_p([1_000, 1_150], [1, 1]), sample_ratio_p([2_000, 1_000, 1_200], [2, 1, 1])
    near(m.phased_p([first, second]), one * other, 1e-12)
    near(m.phased_p([m.Phase((1_000, 1_150, 0), (1, 1, 0)), second]), one * other, 1e-12)
    near(m.phased_p([first], 50.0), sample_ratio_p([1_000, 1_150], [1, 1], 50.0), 1e-12)
    assert m.phased_p([m.Phase((1_000, 1_000, 1), (1, 1, 0))]) == 0.0
    ramp = m.check_sample_ratio_phases([m.Phase((9_000, 1_000), (9, 1)), m.Phase((20_000, 20_100), (1, 1))])
    assert ramp.passed
    assert dict(ramp.reason.facts)["expected"] == "29,050.0 / 21,050.0"
    assert dict(ramp.reason.facts)["observed"] == "29,000 / 21,100"
    off = m.check_sample_ratio_phases([m.Phase((9_000, 1_000), (9, 1)), m.Phase((21_500, 20_100), (1, 1))])
    assert off.passed is False
    assert m.check_sample_ratio_phases([m.Phase((9_000, 1_000), (9, 1))], alpha=0.9).passed
    near(m.check_sample_ratio_phases([first], concentration=50.0).p_value, m.phased_p([first], 50.0), 1e-12)
    assert code(m.check_sample_ratio_phases([m.Phase((0, 0), (1, 1))])) == "no_exposures"
    refuses(
        (
            lambda: m.Phase((1, 2), (1, 0)),
            lambda: m.Phase((1, 2, -1), (1, 1, 0)),
            lambda: m.Phase((1, 2), (1, 1, 1)),
            lambda: m.Phase((1, 2), (1, -1)),
            lambda: m.check_sample_ratio_phases([first, second]),
            lambda: m.check_sample_ratio_phases([first], alpha=0.0),
        )
    )


PHASES = (
    Fault("Phase.__post_init__", "require_split(*_open(self))", ""),
    Fault(
        "Phase.__post_init__", "require_split(self.observed, [weight or 1.0 for weight in self.weights])", ""
    ),
    Fault("Phase.__post_init__", "len(self.observed) != len(self.weights)", "False"),
    Fault("phased_p", "return 0.0", "return 1.0"),
    Fault("phased_p", "math.fsum(", "max("),
    Fault("phased_p", "w, concentration))", "w))"),
    Fault("phased_p", "if not weight", "if False"),
    Fault("_open", "pair[1] != 0", "pair[0] != 0"),
    Fault("check_sample_ratio_phases", "require_alpha(alpha)", ""),
    Fault("check_sample_ratio_phases", "len(arms) > 1", "len(arms) > 2"),
    Fault("check_sample_ratio_phases", "sum(p.observed) * w", "sum(observed) * w"),
    Fault("check_sample_ratio_phases", "/ math.fsum(p.weights)", ""),
    Fault("check_sample_ratio_phases", "sum(observed) == 0", "sum(observed) < 0"),
    Fault(
        "check_sample_ratio_phases", "phased_p(phases, concentration)", "phased_p(phases[:1], concentration)"
    ),
    Fault("check_sample_ratio_phases", "phased_p(phases, concentration)", "phased_p(phases)"),
)


def check_change(m):
    from experiments.stats.srm_sequence import sample_ratio_p

    counts = np.array([[0, 0], [500, 500], [510, 490], [0, 0], [700, 300], [690, 310], [500, 500]])
    found = m.first_bad(counts, [1, 1])
    assert (found.hour, found.alarm, found.before, found.since) == (4, 4, (1_010, 990), (1_890, 1_110))
    late = 1890 * math.log(1.26) + 1110 * math.log(0.74)
    whole = 2900 * math.log(1.16) + 2100 * math.log(0.84)
    near(math.log(found.always_p), whole - late, 1e-9)
    near(found.p_value / sample_ratio_p([2_400, 1_600], [1, 1]), 1.0, 1e-9)
    one_arm = m.first_bad(np.array([[3_000, 1_000], [2_000, 0]]), [3, 1])
    assert (one_arm.hour, one_arm.alarm, one_arm.before, one_arm.since) == (1, 1, (3_000, 1_000), (2_000, 0))
    none_left = m.first_bad(np.array([[5_000, 5_000], [3_000, 1_000], [20, 0]]), [1, 1])
    assert none_left.hour == 1
    start = m.first_bad(np.array([[0, 0], [900, 100], [900, 100]]), [1, 1])
    assert (start.hour, start.alarm, start.always_p) == (1, 1, 1.0)
    assert code(m.first_bad(counts[:3], [1, 1])) == "split_without_alarm"
    assert code(m.first_bad(np.zeros((3, 2), np.int64), [1, 1])) == "no_exposures"
    weak = sample_ratio_p([1_160, 1_000], [1, 1])
    assert m.first_bad(np.array([[1_160, 1_000]]), [1, 1], alpha=2 * weak).hour == 0
    assert code(m.first_bad(np.array([[1_160, 1_000]]), [1, 1], alpha=weak)) == "split_without_alarm"
    assert m.first_bad(np.array([[120, 60]]), [1, 1], concentration=10.0).alarm == 0
    refuses(
        (
            lambda: m.first_bad(np.array([5, 5]), [1, 1]),
            lambda: m.first_bad(np.array([[5, -5], [6, 6]]), [1, 1]),
            lambda: m.first_bad(np.array([[500, 5]]), [1, 1], alpha=1.0),
        )
    )


CHANGE = (
    Fault("first_bad", "hours[::-1].cumsum(axis=0)[::-1]", "hours.cumsum(axis=0)"),
    Fault("first_bad", "hours.cumsum(axis=0), weights", "hours, weights"),
    Fault("first_bad", "p_value >= alpha", "p_value > 2"),
    Fault("first_bad", "p_value >= alpha", "p_value > alpha"),
    Fault(
        "first_bad", "np.where(hours.sum(axis=1) > 0, deviance", "np.where(hours.sum(axis=1) > -1, deviance"
    ),
    Fault("first_bad", "scores.argmax()", "scores[1:].argmax()"),
    Fault("first_bad", "(running < alpha).argmax()", "running.argmin()"),
    Fault("first_bad", "hours[:hour]", "hours[: hour + 1]"),
    Fault("first_bad", "scores[start] - scores[hour]", "scores[hour] - scores[start]"),
    Fault("first_bad", "scores[start] - scores[hour]", "2 * scores[start] - 2 * scores[hour]"),
    Fault("first_bad", "running[-1]", "running[0]"),
    Fault("first_bad", "weights, concentration)", "weights)"),
    Fault("first_bad", "hours.sum() == 0", "hours.sum() < 0"),
    Fault("first_bad", "require_alpha(alpha)", ""),
    Fault("deviance", "* np.asarray(shares)", "/ 2 + 0 * np.asarray(shares)"),
    Fault("deviance", "(counts * np.log(ratio))", "np.log(ratio)"),
    Fault("deviance", "np.where(counts > 0, counts, 1)", "counts"),
    Fault("deviance", "2 * (counts", "(counts"),
)


SUITES = {
    "stats/srm_sequence.py": (check_sequence, SEQUENCE),
    "stats/srm_phases.py": (check_phases, PHASES),
    "stats/split_change.py": (check_change, CHANGE),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
