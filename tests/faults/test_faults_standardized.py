"""Incidences over strata, one fault at a time: sums worked out by hand must notice each."""

import math

from experiments.stats import survival
from experiments.stats.samples import RiskTable
from tests.faults.answers import ends, near, refuses, stories_of
from tests.faults.planting import Fault

CAUSES = ("dismiss", "tap")
Z = 1.9599639845


def check_standardized(m):
    first = RiskTable.from_rows(CAUSES, [(2, "tap", 30), (4, None, 70)], 12)
    second = RiskTable.from_rows(CAUSES, [(2, "tap", 10), (3, "dismiss", 10), (6, None, 30)], 9)
    found = m.stratified_incidence([first, second], "tap", [0.25, 0.75])
    near(float(found.value[2]), 0.25 * 0.3 + 0.75 * 0.2, 1e-12)
    variance = 0.0625 * 0.21 / 100 + 0.5625 * 0.16 / 50
    near(float(found.variance[3]), variance, 1e-12)
    wide = Z * math.sqrt(variance) / (0.225 * -math.log(0.225))
    ends(found.at(3), 0.225 ** math.exp(wide), 0.225 ** math.exp(-wide), 1e-9)
    assert (found.n, found.last_ms, found.value.size, found.level) == (150, 4, 10, 0.95)
    assert found.method == "aalen_johansen_standardized"
    assert found.at(5).code == "beyond_observation"
    units = math.floor(1 / (0.0625 / 100 + 0.5625 / 50))
    assert int(found.known[1]) == units
    ends(found.at(1), 0.0, Z * Z / (units + Z * Z), 1e-8)
    other = m.stratified_incidence([first, second], "dismiss", [0.25, 0.75], 0.8)
    near(float(other.value[3]), 0.15, 1e-12)
    assert other.level == 0.8
    assert m.stratified_incidence([first, second], "tap", [0.25, 0.75], 0.8).low[3] > found.low[3]
    everyone = RiskTable.from_rows(CAUSES, [(0, "tap", 7)], 3)
    assert m.stratified_incidence([everyone] * 3, "tap", [0.1, 0.2, 0.7]).value.max() <= 1
    empty = RiskTable.from_rows(CAUSES, [], 3)
    assert m.stratified_incidence([first, empty], "tap", [0.5, 0.5]).code == "no_units"
    assert survival.difference_at(found, found, 3).value == 0
    refuses(
        (
            lambda: m.stratified_incidence([], "tap", []),
            lambda: m.stratified_incidence([first], "tap", [0.5, 0.5]),
            lambda: m.stratified_incidence([first, second], "tap", [0.5, 0.6]),
            lambda: m.stratified_incidence([first, second], "tap", [1.5, -0.5]),
            lambda: m.stratified_incidence([first, second], "tap", [1.0, 0.0]),
            lambda: m.stratified_incidence([first], "swipe", [1.0]),
            lambda: found.value.__setitem__(0, 0.5),
        )
    )


STANDARDIZED = (
    Fault("stratified_incidence", "+ _ROUNDING", "- 1"),
    Fault("stratified_incidence", "len(weights) != len(strata)", "len(weights) < len(strata)"),
    Fault("stratified_incidence", "weight <= 0", "weight < 0"),
    Fault("stratified_incidence", "any(weight <= 0 for weight in weights) or", ""),
    Fault("stratified_incidence", "abs_tol=1e-9", "abs_tol=0.2"),
    Fault("stratified_incidence", "min(table.limit_ms", "max(table.limit_ms"),
    Fault("stratified_incidence", "share**2 * np.stack", "share * np.stack"),
    Fault("stratified_incidence", "(share * np.stack", "(1 / len(share) * np.stack"),
    Fault("stratified_incidence", "(share**2 / np.maximum", "(share / np.maximum"),
    Fault("stratified_incidence", "np.maximum(each, 1)", "1"),
    Fault("stratified_incidence", "known, z_of(level)", "known, z_of(0.9)"),
    Fault("stratified_incidence", "min(curve.last_ms", "max(curve.last_ms"),
    Fault("stratified_incidence", "sum(curve.n", "max(curve.n"),
    Fault("stratified_incidence", "array.setflags(write=False)", "array.setflags()"),
    Fault("stratified_incidence", "units, level,", "units, 0.95,"),
)  # fmt: skip

test_the_untouched_strata_pass, test_every_fault_in_strata_is_caught = stories_of(
    {"stats/survival/standardized.py": (check_standardized, STANDARDIZED)}
)
