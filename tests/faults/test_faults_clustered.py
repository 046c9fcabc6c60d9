"""Intervals that know persons, one fault at a time: limits worked out by hand must notice each."""

import math
from statistics import NormalDist

import pytest

from experiments.stats import survival
from experiments.stats.samples import RiskTable
from tests.faults.answers import code, ends, near, refuses, stories_of
from tests.faults.planting import Fault

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a fault may divide by 0
T_19, T_29, T_19_AT_99 = (
    2.0930240544,
    2.0452296421,
    2.8609346065,
)  # R 4.2.2: qt(.975, c(19, 29)), qt(.995, 19)


def log_log(share, error, t):
    wide = t * error / (share * -math.log(share))
    return share ** math.exp(wide), share ** math.exp(-wide)


def check_clustered(m):
    rows = [(2, "tap", 30), (3, "dismiss", 10), (6, None, 60)]
    curve = survival.incidence(RiskTable.from_rows(("tap", "dismiss"), rows, 9), "tap")
    more = survival.incidence(
        RiskTable.from_rows(("tap", "dismiss"), [(2, "tap", 45), (6, None, 45)], 9), "tap"
    )
    early, found, late = m.clustered(curve, [1, 5, 7], [0.0, 0.0038, 0.0038], 20)
    near(found.value, 0.3, 1e-12)
    ends(found, *log_log(0.3, math.sqrt(0.0038 * 20 / 19), T_19), 1e-8)
    assert (found.n, found.interval.level, found.method) == (100, 0.95, "aalen_johansen_clustered")
    ends(early, 0.0, T_19**2 / (20 + T_19**2), 1e-8)
    assert late.code == "beyond_observation"
    (surer,) = m.clustered(curve, [5], [0.0038], 20, 0.99)
    ends(surer, *log_log(0.3, math.sqrt(0.0038 * 20 / 19), T_19_AT_99), 1e-8)
    (single,) = m.clustered(curve, [1], [0.0], 500)  # no more is known than of 100 units
    assert single.interval.high > 3.85 / 103.85
    assert code(m.clustered(curve, [5], [0.0038], 9)[0]) == "few_clusters"
    assert not hasattr(m.clustered(curve, [5], [0.0038], 10)[0], "code")
    few = m.few_clusters(4)
    assert few.facts == (("persons", 4), ("needed", 10))
    one, other = m.Persons(0.0038, 20), m.Persons(0.003, 30)
    (beside,) = m.clustered(more, [5], [0.003], 30)
    ends(beside, *log_log(0.5, math.sqrt(0.003 * 30 / 29), T_29), 1e-8)
    apart = m.clustered_difference(curve, more, 5, (one, other))
    near(apart.value, 0.2, 1e-12)
    below = math.hypot(0.5 - beside.interval.low, found.interval.high - 0.3)
    above = math.hypot(beside.interval.high - 0.5, 0.3 - found.interval.low)
    ends(apart, 0.2 - below, 0.2 + above, 1e-9)
    assert m.clustered_difference(curve, more, 5, (one, other), level=0.9).interval.low > apart.interval.low
    both = m.clustered_difference(curve, more, 5, (one, other), 0.001)
    error = math.sqrt((0.0038 + 0.003 - 2 * 0.001) * 20 / 19)
    near(both.value, 0.2, 1e-12)
    ends(both, 0.2 - T_19 * error, 0.2 + T_19 * error, 1e-8)
    near(both.p_value, 0.01108861, 1e-7)  # R 4.2.2: 2 * pt(-0.2 / sqrt(0.0048 * 20 / 19), 19)
    assert m.clustered_difference(curve, more, 5, (one, other), 0.001, 0.9).interval.low > both.interval.low
    assert m.clustered_difference(curve, more, 5, (one, other), 0.004).code == "no_variation"
    assert m.clustered_difference(curve, more, 7, (one, other)).code == "beyond_observation"
    assert m.clustered_difference(curve, more, 5, (m.Persons(0.0038, 9), other)).code == "few_clusters"
    assert m.clustered_difference(curve, more, 5, (one, m.Persons(0.003, 9)), 0.001).code == "few_clusters"
    near(one.variance, 0.004, 1e-12)
    near(m.Persons(0.0, 1).variance, 0.0)
    far = m.clustered_difference(curve, more, 5, (m.Persons(1e-9, 20), m.Persons(1e-9, 20)))
    assert 0 <= far.p_value < 1e-9
    refuses(
        (
            lambda: m.Persons(-1e-9, 5),
            lambda: m.Persons(math.inf, 5),
            lambda: m.Persons(0.1, 0),
            lambda: m.clustered(curve, [5, 6], [0.1], 20),
        )
    )
    assert NormalDist().inv_cdf(0.975) < T_29 < T_19


CLUSTERED = (
    Fault("Persons.variance", "self.count / max", "self.count * 0 + 1 / max"),
    Fault("Persons.variance", "self.count - 1, 1", "self.count, 1"),
    Fault("Persons.__post_init__", "self.square >= 0", "self.square >= -1"),
    Fault("Persons.__post_init__", "math.isfinite(self.square)", "True"),
    Fault("Persons.__post_init__", "self.count < 1", "self.count < 0"),
    Fault("clustered", "len(at_ms) != len(squares)", "len(at_ms) < len(squares)"),
    Fault("clustered", "z_of(level)", "z_of(0.9)"),
    Fault("clustered", "curve.n", "clusters"),
    Fault("clustered_difference", "other.value - one.value", "one.value - other.value"),
    Fault("clustered_difference", "_term(-1, control", "_term(1, control"),
    Fault("clustered_difference", "2 * cross", "cross"),
    Fault("clustered_difference", "- 2 * cross", "+ 2 * cross"),
    Fault("clustered_difference", "* count / (count - 1)", ""),
    Fault("clustered_difference", "min(side.count", "max(side.count"),
    Fault("clustered_difference", "variance <= 0", "variance <= -9"),
    Fault("clustered_difference", "(z_of(level), count - 1)", "(z_of(level), count)"),
    Fault("clustered_difference", "treatment, ms, persons[1]", "treatment, ms, persons[0]"),
    Fault("clustered_difference", "return other", "return one"),
    Fault("_p_value", "2 * float", "float"),
    Fault("_p_value", "stdtr(freedom", "stdtr(freedom + 1"),
    Fault("_term", "ms > curve.last_ms", "ms > curve.last_ms + 1"),
    Fault("_term", "persons.count < FEWEST_CLUSTERS", "persons.count <= FEWEST_CLUSTERS"),
    Fault("_term", "persons.count < FEWEST_CLUSTERS", "persons.count < 2"),
    Fault("_term", "np.minimum(curve.known[ms : ms + 1], persons.count)", "curve.known[ms : ms + 1]"),
    Fault("_term", "np.minimum(curve.known[ms : ms + 1], persons.count)", "np.array([persons.count])"),
    Fault("_term", "persons.count - 1)", "persons.count)"),
    Fault("_term", "persons.variance", "persons.square"),
    Fault("_term", "min(student_of(z, persons.count - 1), _FARTHEST_T)", "z"),
)  # fmt: skip

test_the_untouched_clusters_pass, test_every_fault_in_clusters_is_caught = stories_of(
    {"stats/survival/clustered.py": (check_clustered, CLUSTERED)}
)
