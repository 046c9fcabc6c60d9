"""Faults planted in the sums of groups: sums by hand and sums of all units at once must notice every one."""

from types import ModuleType

import numpy as np
import pytest

from tests.faults.answers import stories_of
from tests.faults.planting import Fault

DAY = 100
MEASURES = np.array([(1, -1, 0, -1), (2, 0, 0, 10)])
COLUMNS = np.array([(0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 0, 2), (-1, 1, 0), (1, 1, 0)])
WINDOWS = np.array([(0, -1), (0, 40)])
SUMS = np.array([(window, column) for window in range(2) for column in range(len(COLUMNS))])
PRODUCTS = np.array([
    (one[0], left, right)
    for left, one in enumerate(SUMS) for right, other in enumerate(SUMS) if one[0] == other[0] and left <= right
])  # fmt: skip
SINCE = np.array([50, 50, 70, 50, 50, 70])
GROUPS = np.array([0, 0, 0, 1, -1, 0])
# unit 1 names and spends 1.5 and 2.5; unit 2 spends 4 and did something before; unit 3 (not yet of age) spends 1
KEYS, TS = np.array([1, 1, 1, 2, 2, 2, 3, 4, 5, 9]), np.array([50, 55, 60, 45, 51, 61, 71, 52, 53, 54])
MASKS = np.array([2, 4, 4, 1, 4, 4, 4, 6, 6, 6])
NUMBERS = np.array([[9.0, 1.5, 2.5, 9.0, 4.0, 9.0, 1.0, 8.0, 7.0, 5.0]])


def plan_of(m: ModuleType) -> object:
    least = np.array([0, 0, 0, 4.0, 0, 0])
    return m.Plan(MEASURES, 0, COLUMNS, least, WINDOWS, SUMS, PRODUCTS, DAY, 14)


def summed(m: ModuleType, units: slice) -> object:
    keys = np.arange(1, 7)[units]
    found = m.UnitValues(keys, SINCE[units], GROUPS[units], 2, plan_of(m))
    for row in range(len(KEYS)):
        found.feed(KEYS[row : row + 1], TS[row : row + 1], MASKS[row : row + 1], NUMBERS[:, row : row + 1])
    return found.finish()


def check_sums(m: ModuleType) -> None:
    plan = plan_of(m)
    assert plan.numeric.tolist() == [False, False, True, True, False, True]
    assert plan.whole.tolist() == [True, True, False, True, True, False]
    whole = summed(m, slice(0, 6))
    assert whole.n.tolist() == [[4, 2], [1, 1]]
    # group 0, all units: 1, 0, 0, 0 named; spent 4 (of 1.5 and 2.5), 4 (9 came too late), 1, 0; one with a history
    assert whole.totals[0].tolist() == [1, 1, 0, 2, 1, 0, 1, 1, 0, 2, 1, 0]
    assert whole.means[0] == pytest.approx([0.25, 0.25, 2.25, 0.5, 0.25, 0, 0.5, 0.5, 4, 1, 0.5, 0])
    assert whole.largest[0].tolist() == [1, 1, 4, 1, 1, 0, 1, 1, 4, 1, 1, 0]
    spent = PRODUCTS.tolist().index([0, 2, 2])
    assert whole.spreads[0, spent] == pytest.approx(12.75)  # 16 + 16 + 1 − 81 / 4
    for cut in (0, 1, 2, 3, 5, 6):
        one, other = summed(m, slice(0, cut)), summed(m, slice(cut, 6))
        for both in (one.plus(other, plan), other.plus(one, plan)):
            assert both.n.tolist() == whole.n.tolist()
            assert both.totals.tolist() == whole.totals.tolist()
            assert both.products.tolist() == whole.products.tolist()
            assert both.largest.tolist() == whole.largest.tolist()
            assert both.means == pytest.approx(whole.means, abs=1e-12)
            mixed = [not (plan.whole[SUMS[a, 1]] and plan.whole[SUMS[b, 1]]) for _, a, b in PRODUCTS]
            assert both.spreads[:, mixed] == pytest.approx(whole.spreads[:, mixed], abs=1e-12)
    by_hand(m, plan)
    counted = m.Plan(MEASURES[:1], -1, COLUMNS[:2], np.zeros(2), WINDOWS, SUMS[[0, 1]], PRODUCTS[:1], DAY, 14)
    alone = m.UnitValues(np.array([1]), np.array([50]), np.array([0]), 1, counted)
    alone.feed(np.array([1, 1]), np.array([50, 52]), np.array([2, 3]), np.zeros((0, 2)))
    assert alone.finish().totals.tolist() == [[2, 1]]
    assert alone._amounts.size == 0  # nothing is summed, so nothing is held


def by_hand(m: ModuleType, plan: object) -> None:
    """Two units of mean 2 and 5 and three of mean 4 and 1: gap (2, −4), weight 2 · 3 / 5."""
    size = (1, len(SUMS))
    first, second = np.tile([2.0, 5.0], 6)[None], np.tile([4.0, 1.0], 6)[None]
    none, sums = np.zeros((1, len(PRODUCTS)), np.int64), np.zeros(size, np.int64)
    told = [
        m.GroupSums(np.array([[n, n]]), sums, means, none, np.full(none.shape, 0.5), np.full(size, float(n)))
        for n, means in ((2, first), (3, second))
    ]
    both = told[0].plus(told[1], plan)
    assert both.means == pytest.approx(np.tile([3.2, 2.6], 6)[None])
    for place, (_, left, right) in enumerate(PRODUCTS):
        gap = (2.0 if left % 2 == 0 else -4.0) * (2.0 if right % 2 == 0 else -4.0)
        assert both.spreads[0, place] == pytest.approx(1.0 + 1.2 * gap)
    assert (both.n.tolist(), both.largest.max(), both.largest.min()) == ([[5, 5]], 3.0, 3.0)


GROUP_SUMS = (
    Fault("Plan.whole", "!= RAW", "== RAW"),
    Fault("Plan.whole", "| ~self.numeric", ""),
    Fault("Plan.numeric", "(measure >= 0) &", ""),
    Fault("Plan.numeric", "self.measures[measure, 1] >= 0", "self.measures[measure, 1] > 0"),
    Fault("GroupSums.plus", "other.means - self.means", "self.means - other.means"),
    Fault("GroupSums.plus", "gap * (theirs / both)", "gap * (mine / both)"),
    Fault("GroupSums.plus", "gap * (theirs / both)", "gap / 2"),
    Fault("GroupSums.plus", "np.where(mine + theirs > 0, ", "np.where(mine > 0, "),
    Fault("GroupSums.plus", "gap[:, left] * gap[:, right]", "gap[:, left] * gap[:, left]"),
    Fault("GroupSums.plus", "here * there / np.maximum(here + there, 1.0)", "here + there"),
    Fault("GroupSums.plus", "self.spreads + other.spreads + between", "self.spreads + other.spreads"),
    Fault("GroupSums.plus", "self.n + other.n", "self.n"),
    Fault("GroupSums.plus", "self.totals + other.totals", "other.totals"),
    Fault("GroupSums.plus", "self.products + other.products", "self.products"),
    Fault("GroupSums.plus", "np.maximum(self.largest, other.largest)", "self.largest"),
    Fault("GroupSums.plus", "window = plan.sums[:, 0]", "window = plan.sums[:, 0] * 0"),
    Fault("GroupSums.plus", "self.n[:, of].astype", "self.n[:, of * 0].astype"),
    Fault("UnitValues.__init__", "wide if (plan.measures[:, 1] >= 0).any() else 0", "wide"),
    Fault("UnitValues.feed", "plan.last, plan.back", "plan.back, plan.last"),
    Fault("UnitValues.feed", "plan.history, plan.last", "-1, plan.last"),
    Fault("UnitValues.finish", "plan.columns, plan.least, plan.whole", "plan.columns, plan.least * 0, plan.whole"),
    Fault("UnitValues.finish", "plan.products, plan.last", "plan.products, 10**9"),
)  # fmt: skip

test_the_untouched_sums_pass, test_every_fault_is_caught = stories_of(
    {"stats/unit_sums.py": (check_sums, GROUP_SUMS)}
)
