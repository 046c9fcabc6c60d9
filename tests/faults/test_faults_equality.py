"""Log-rank and Gray's test, one fault at a time: numbers from R must notice each."""

import numpy as np
import pytest

from experiments.stats.samples import RiskTable
from experiments.stats.survival.equality import gray, log_rank
from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a fault may divide by 0
CAUSES = ("tap", "dismiss", "leave")
TIME = (1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 9, 2, 3, 4, 4, 6, 8, 9, 9, 9, 5)
CAUSE = (1, 2, 1, 1, 0, 3, 1, 1, 0, 2, 1, 0, 1, 0, 2, 1, 1, 2, 1, 0, 0, 2, 0, 1)
GROUP, STRATUM = np.tile([0, 1, 2], 8), np.tile([0, 0, 0, 1, 1, 1], 4)


def table(chosen, times=1):
    rows = [(ms, (None, *CAUSES)[k], times) for ms, k, here in zip(TIME, CAUSE, chosen, strict=True) if here]
    return RiskTable.from_rows(CAUSES, rows, 9 + int(np.flatnonzero(chosen)[0]))  # grids of different length


WHOLE = [table(group == GROUP) for group in range(3)]
TRIPLED = [table(group == GROUP, 3) for group in range(3)]
PARTS = [[table((group == GROUP) & (part == STRATUM)) for group in range(3)] for part in (0, 1)]


def check_equality(m):
    """R 4.2.2: survdiff(Surv(time, ...) ~ g [+ strata(z)]), cuminc(time, cause, g)$Tests."""
    found = m.log_rank(WHOLE)
    near(found.statistic, 1.829693535940, 1e-10)
    near(found.p_value, 0.400578002769, 1e-10)
    assert (found.freedom, found.method) == (2, "log_rank")
    assert (
        np.abs(np.subtract(found.excess, [2.2128851540616, -2.1858076563959, -0.0270774976657])).max() < 1e-10
    )
    strata = m.log_rank(*PARTS, cause="tap")
    near(strata.statistic, 2.446512471181, 1e-10)
    assert (
        np.abs(np.subtract(strata.excess, [2.327777777778, -0.783333333333, -1.544444444444])).max() < 1e-10
    )
    near(m.log_rank(WHOLE, cause="dismiss").statistic, 0.648921238620, 1e-10)
    taps = m.gray(WHOLE, cause="tap")
    near(taps.statistic, 3.429174490250, 1e-10)
    assert taps.method == "gray"
    empty = RiskTable.from_rows(CAUSES, [], 4)
    beside = m.log_rank([WHOLE[0], empty, WHOLE[1]])
    assert beside.freedom == 1
    assert beside.excess[1] == 0.0
    assert m.log_rank([WHOLE[0], empty, WHOLE[1]], [empty] * 3) == beside
    assert m.log_rank([WHOLE[0], empty]).code == "no_units"
    still = RiskTable.from_rows(CAUSES, [(3, None, 5)], 4)
    assert m.log_rank([still, still]).code == m.gray([still, still], cause="tap").code == "groups_alike"
    alone = RiskTable.from_rows(CAUSES, [(2, "tap", 2)], 4)
    at_once = RiskTable.from_rows(CAUSES, [(0, None, 2)], 4)
    assert m.log_rank([alone, at_once]).code == "groups_alike"
    refuses(
        (
            lambda: m.log_rank(WHOLE, cause="swipe"),
            lambda: m.gray(WHOLE, cause="swipe"),
            lambda: m.log_rank(WHOLE, WHOLE[:2]),
            m.log_rank,
        )
    )


def check_scores(m):
    """The same, through χ² = uᵀ V⁻ u of the first two groups."""
    for groups, cause, statistic in (
        (WHOLE, "tap", 3.429174490250),
        (WHOLE, "dismiss", 0.461973791323),
        (WHOLE, "leave", 1.825174514981),
        (TRIPLED, "tap", TRIPLE[0]),
        (TRIPLED, "dismiss", TRIPLE[1]),
        (TRIPLED, "leave", TRIPLE[2]),
    ):
        own, other, risk = (
            np.zeros((3, 12), np.int64),
            np.zeros((3, 12), np.int64),
            np.zeros((3, 12), np.int64),
        )
        for row, one in enumerate(groups):
            width = one.limit_ms + 1
            own[row, :width] = one.events[CAUSES.index(cause)]
            other[row, :width] = one.events.sum(axis=0) - own[row, :width]
            risk[row, :width] = one.at_risk()
        score, variance = m.gray_scores(own, other, risk)
        near(float(score[:2] @ np.linalg.solve(variance[:2, :2], score[:2])), statistic, 1e-10)
        near(float(score[1:] @ np.linalg.solve(variance[1:, 1:], score[1:])), statistic, 1e-10)
        assert abs(score.sum()) < 1e-12
    both = log_rank(WHOLE, cause="tap"), gray(WHOLE, cause="tap")
    assert both[0] != both[1]


TRIPLE = (10.997470647517, 1.468275173123, 5.710095838607)

EQUALITY = (
    Fault("_equality", "len(here) < 2", "len(here) < 1"),
    Fault("_equality", "tables[place].n for tables in strata) > 0", "tables[place].n for tables in strata) >= 0"),
    Fault("_equality", "if not counts[0].any():", "if counts[0].size == -1:"),
    Fault("_equality", "excess + score", "score"),
    Fault("_equality", "variance + square", "square"),
    Fault("_equality", "can.size < 2", "can.size > 99"),
    Fault("_equality", "can[1:]", "can"),
    Fault("_equality", "can[1:]", "can[2:]"),
    Fault("_equality", "chdtrc(free.size,", "chdtrc(groups,"),
    Fault("_equality", "told[here] = excess", "told[: len(here)] = excess"),
    Fault("_equality", "excess[free] @ np", "np.ones(free.size) @ np"),
    Fault("_require", "not strata or", ""),
    Fault("_require", "> 1:", "> 2:"),
    Fault("_require", "cause not in table.causes", "cause in ()"),
    Fault("_counts", "ended[row, :width] if cause is None", "ended[row, :width] if cause"),
    Fault("_counts", "table.events[table.causes.index(cause)]", "table.events[0]"),
    Fault("_counts", "(ended - own)[:, some]", "ended[:, some]"),
    Fault("_counts", "max(table.limit_ms", "min(table.limit_ms"),
    Fault("_log_rank_scores", "risk / watched", "1 / len(risk) + 0 * risk"),
    Fault("_log_rank_scores", "watched - ended", "watched"),
    Fault("_log_rank_scores", "np.maximum(watched - 1, 1)", "watched"),
    Fault("_log_rank_scores", "- between", "+ between"),
    Fault("_log_rank_scores", "own - ended * share", "own + ended * share"),
    Fault("gray", "gray_scores", "_log_rank_scores"),
    Fault("log_rank", "_log_rank_scores", "gray_scores"),
)  # fmt: skip

SCORES = (
    Fault("gray_scores", "ended = own + other", "ended = own"),
    Fault("gray_scores", "_shifted(after, 1.0)", "after"),
    Fault("gray_scores", "_shifted(np.cumsum(before * _over(own, risk), axis=1), 0.0)", "_shifted(before, 0.0)"),
    Fault("gray_scores", "before * _over(own, risk)", "_over(own, risk)"),
    Fault("gray_scores", "_over(risk, before)", "1.0 * risk"),
    Fault("gray_scores", "_over(hits, total)", "_over(hits, risk.sum(axis=0))"),
    Fault("gray_scores", "weight * (1 - incidence)", "weight"),
    Fault("gray_scores", "np.eye(len(own))", "np.ones((len(own), len(own)))"),
    Fault("gray_scores", "common - step", "common"),
    Fault("gray_scores", "gathered[:, :, -1:] - gathered", "gathered[:, :, -1:]"),
    Fault("gray_scores", "gathered[:, :, -1:] - gathered", "-gathered"),
    Fault("gray_scores", "1 - common, after", "1 - common + step, after"),
    Fault("gray_scores", "(1 - apart) * ahead", "apart * ahead"),
    Fault("gray_scores", "own_pull + (1", "own_pull - (1"),
    Fault("gray_scores", "np.maximum(hits - 1, 0)", "0 * hits"),
    Fault("gray_scores", "total * before - 1", "total - 1"),
    Fault("gray_scores", "np.maximum(other - 1, 0)", "0 * other"),
    Fault("gray_scores", "risk - 1)", "risk)"),
    Fault("gray_scores", "before * step, risk", "step, risk"),
    Fault("gray_scores", "before**2 * other", "before * other"),
    Fault("gray_scores", "risk**2", "risk"),
    Fault("gray_scores", "by_own + by_other", "by_own"),
    Fault("gray_scores", "by_own + by_other", "by_own - by_other"),
)  # fmt: skip

test_the_untouched_tests_pass, test_every_fault_in_tests_is_caught = stories_of(
    {
        "stats/survival/equality.py": (check_equality, EQUALITY),
        "stats/survival/gray_scores.py": (check_scores, SCORES),
    }
)
