"""Times lost and stayed, one fault at a time: numbers from R's survival must notice each."""

import math

import pytest

from experiments.stats.samples import RiskTable
from tests.faults.answers import ends, near, refuses, stories_of
from tests.faults.planting import Fault

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a fault may divide by 0
CAUSES = ("tap", "dismiss", "leave")
TIME = (1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 9)
CAUSE = (1, 2, 1, 1, 0, 3, 1, 1, 0, 2, 1, 0, 1, 0)
ROWS = [(ms, (None, *CAUSES)[k], 1) for ms, k in zip(TIME, CAUSE, strict=True)]
Z = 1.9599639845
T10 = 2.228138851986  # R: qt(.975, 10), of the 6 taps before 8


def log_log(mean, error, until, z):
    """F^exp(± z se / (F log F)) of the share F = mean / until."""
    share = mean / until
    wide = z * error / until / (share * -math.log(share))
    return until * share ** math.exp(wide), until * share ** math.exp(-wide)


def check_areas(m):
    # R 4.2.2, survival 3.5-3: summary(survfit(Surv(time, factor(cause, 0:3)) ~ 1, id = 1:14), rmean = 8)$table, and
    # of Surv(time, cause > 0); the error of cause 1 is sqrt(colSums(residuals(fit, times = 8, type = "sojourn")^2))
    table = RiskTable.from_rows(CAUSES, ROWS, 12)
    tap, stayed = m.time_lost(table, "tap", 8), m.staying_time(table, 8)
    error = 0.65832159557
    near(tap.value, 1.857142857143, 1e-11)
    near(m.time_lost(table, "dismiss", 8).value, 0.595238095238, 1e-11)
    near(m.time_lost(table, "leave", 9).value, 0.396825396825, 1e-11)
    ends(tap, *log_log(1.857142857143, error, 8, T10), 1e-8)
    assert (tap.n, tap.interval.level, tap.method) == (14, 0.95, "aalen_johansen_area")
    near(stayed.value, 5.230158730159, 1e-11)
    ends(stayed, *log_log(5.230158730159, 0.695379602861, 8, Z), 1e-8)
    assert stayed.method == "kaplan_meier_area"
    near(m.staying_time(table, 9).value, 5.515873015873, 1e-11)
    wider = m.time_lost(table, "tap", 8, 0.99).interval
    assert wider.low < tap.interval.low
    assert wider.level == 0.99
    assert m.staying_time(table, 8, 0.9).interval.low > stayed.interval.low
    assert m.time_lost(table, "tap", 10).code == m.staying_time(table, 10).code == "beyond_observation"
    twice = RiskTable.from_rows(
        CAUSES, ROWS * 2, 12
    )  # 12 taps before 8, 10 before 7: enough for a normal quantile
    ends(m.time_lost(twice, "tap", 8), *log_log(1.857142857143, error / math.sqrt(2), 8, Z), 1e-8)
    often = RiskTable.from_rows(CAUSES, ROWS * 4, 12)  # 8 taps before 3: just enough
    eight, spread = m.time_lost(often, "tap", 3), m.time_lost_influence(often, "tap", 3).variance(often)[0]
    ends(eight, *log_log(eight.value, math.sqrt(spread), 3, Z), 1e-8)
    forty = m.Persons(
        0.4, 40
    )  # of the 12 taps of `twice`: variance .4 · 40/39, R: qt(.975, 39) = 2.022690912
    known = m.time_lost(twice, "tap", 8, persons=forty)
    ends(known, *log_log(1.857142857143, math.sqrt(0.4 * 40 / 39), 8, 2.022690911735), 1e-8)
    assert (known.method, known.n) == ("aalen_johansen_area_clustered", 28)
    few = m.time_lost(table, "tap", 8, persons=forty)  # of 6 taps: 10 degrees of freedom are fewer than 39
    ends(few, *log_log(1.857142857143, math.sqrt(0.4 * 40 / 39), 8, T10), 1e-8)
    assert m.time_lost(table, "tap", 8, persons=m.Persons(0.4, 9)).code == "few_clusters"
    ten = m.time_lost(RiskTable.from_rows(CAUSES, [(9, None, 50)], 9), "tap", 4, persons=m.Persons(0.0, 10))
    t9 = 2.262157162740992  # R: qt(.975, 9)
    ends(ten, 0.0, 4 * t9 * t9 / (10 + t9 * t9), 1e-8)
    none = m.time_lost(RiskTable.from_rows(CAUSES, [(3, None, 15), (9, None, 5)], 9), "tap", 4)
    ends(none, 0.0, 4 * Z * Z / (20 + Z * Z), 1e-8)
    fewer = m.time_lost(RiskTable.from_rows(CAUSES, [(3, None, 15), (9, None, 5)], 9), "tap", 5)
    ends(fewer, 0.0, 5 * Z * Z / (5 + Z * Z), 1e-8)
    other = RiskTable.from_rows(CAUSES, [(2, "tap", 3), (9, None, 11)], 9)
    change = m.time_lost_difference(table, other, "tap", 8)
    one = m.time_lost(other, "tap", 8)
    near(one.value, 18 / 14, 1e-12)
    near(change.value, 18 / 14 - 1.857142857143, 1e-11)
    below = math.hypot(one.value - one.interval.low, tap.interval.high - tap.value)
    above = math.hypot(one.interval.high - one.value, tap.value - tap.interval.low)
    ends(change, change.value - below, change.value + above, 1e-9)
    paired = m.time_lost_difference(table, twice, "tap", 8, persons=(None, forty)).interval
    near(paired.high, math.hypot(known.interval.high - known.value, tap.value - tap.interval.low), 1e-9)
    paired = m.time_lost_difference(twice, table, "tap", 8, persons=(forty, None)).interval
    near(paired.high, math.hypot(tap.interval.high - tap.value, known.value - known.interval.low), 1e-9)
    assert m.time_lost_difference(table, other, "tap", 8, 0.9).interval.low > change.interval.low
    assert m.time_lost_difference(table, other, "tap", 10).code == "beyond_observation"
    assert m.time_lost_difference(other, table, "tap", 10).code == "beyond_observation"
    empty = RiskTable.from_rows(CAUSES, [], 9)
    assert m.time_lost(empty, "tap", 3).code == m.staying_time(empty, 3).code == "no_units"
    assert m.time_lost_difference(table, empty, "tap", 8).code == "no_units"
    assert m.time_lost_difference(empty, table, "tap", 8).code == "no_units"
    everyone = m.time_lost(RiskTable.from_rows(CAUSES, [(0, "tap", 3)], 9), "tap", 3)
    assert (everyone.value, everyone.interval.high) == (3.0, 3.0)
    refuses((lambda: m.time_lost(table, "swipe", 8), lambda: m.time_lost(table, "tap", 0)))
    refuses((lambda: m.staying_time(table, 0),))


AREAS = (
    Fault("time_lost", "table.n, level", "table.n, 0.9"),
    Fault("time_lost", "table.n, level", "0, level"),
    Fault("staying_time", "table.n, level", "table.n, 0.95"),
    Fault("staying_time", "until_ms > curve.last_ms", "until_ms > curve.last_ms + 1"),
    Fault("staying_time", "_area(table, None, curve", "_area(table, table.causes[0], curve"),
    Fault("staying_time", "_require(until_ms)", "pass"),
    Fault("time_lost_difference", "weight=-coefficient", "weight=coefficient"),
    Fault("time_lost_difference", "weight=-coefficient", "weight=-2 * coefficient"),
    Fault("time_lost_difference", "level, \"mover", "0.95, \"mover"),
    Fault("time_lost_difference", "lost_term(treatment, cause", "lost_term(control, cause"),
    Fault("time_lost_difference", "return other", "return one"),
    Fault("lost_term", "incidence(table, cause)", "incidence(table, table.causes[0])"),
    Fault("lost_term", "until_ms > curve.last_ms", "until_ms > table.limit_ms"),
    Fault("lost_term", "_require(until_ms)", "pass"),
    Fault("_area", "curve.value[:until_ms]", "curve.value[1 : until_ms + 1]"),
    Fault("_area", "/ until_ms**2", "/ until_ms"),
    Fault("_area", "time_lost_influence(table, cause, until_ms)", "time_lost_influence(table, cause, until_ms - 1)"),
    Fault("_area", "until_ms - 1 : until_ms]", "until_ms : until_ms + 1]"),
    Fault("_area", "until_ms - 1 : until_ms]", "0:1]"),
    Fault("_area", "float(low[0]) * until_ms", "float(low[0])"),
    Fault("_area", "float(share[0]) * until_ms", "float(share[0])"),
    Fault("_area", "0 < ended < _FEW", "0 < ended < 6"),
    Fault("_area", "0 < ended < _FEW", "0 < ended <= _FEW"),
    Fault("_area", "ended + _SPARE", "ended"),
    Fault("_area", "[place, :until_ms]", "[place]"),
    Fault("_area", "slice(None) if cause is None else table.causes.index(cause)", "slice(None)"),
    Fault("_area", "slice(None) if cause is None else table.causes.index(cause)", "0"),
    Fault("_area", "persons.variance", "persons.square"),
    Fault("_area", "np.minimum(known, persons.count)", "known"),
    Fault("_area", "freedom.append(persons.count - 1)", "freedom.append(persons.count)"),
    Fault("_area", "freedom.append(persons.count - 1)", "pass"),
    Fault("_area", "min(freedom)", "max(freedom)"),
    Fault("lost_term", "persons.count < FEWEST_CLUSTERS", "persons.count <= FEWEST_CLUSTERS"),
    Fault("lost_term", "persons.count < FEWEST_CLUSTERS", "persons.count < 0"),
    Fault("lost_term", "curve, until_ms, persons)", "curve, until_ms)"),
    Fault("time_lost", "until_ms, persons)", "until_ms, None)"),
    Fault("time_lost_difference", "persons[0]", "persons[1]"),
    Fault("time_lost_difference", "persons[1]", "persons[0]"),
    Fault("_require", "until_ms < 1", "until_ms < 0"),
)  # fmt: skip

test_the_untouched_areas_pass, test_every_fault_in_areas_is_caught = stories_of(
    {"stats/survival/areas.py": (check_areas, AREAS)}
)
