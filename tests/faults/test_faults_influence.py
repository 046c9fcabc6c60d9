"""Influences of units on curves, one fault at a time: numbers from R's survival must notice each."""

import numpy as np

from experiments.stats.samples import RiskTable
from tests.faults.answers import near, refuses, stories_of
from tests.faults.planting import Fault

CAUSES = ("tap", "dismiss", "leave")
ENDINGS = [
    (time, (None, *CAUSES)[cause])
    for time, cause in zip(
        (1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 9), (1, 2, 1, 1, 0, 3, 1, 1, 0, 2, 1, 0, 1, 0), strict=True
    )
]
# R 4.2.2, survival 3.5-3: survfit(Surv(time, factor(cause, 0:3)) ~ 1, id = 1:14, influence = TRUE)$influence.pstate
# of cause 1 at 5 and at 8, of the first state at 8; residuals(fit, times = 8, type = "sojourn") of cause 1
AT_5 = (
    0.04478458050, -0.02664399093, 0.04478458050, 0.04478458050, -0.01077097506, -0.02840765936, 0.05095742001,
    0.05095742001, -0.02840765936, -0.02840765936, -0.02840765936, -0.02840765936, -0.02840765936, -0.02840765936,
)  # fmt: skip
AT_8 = (
    0.03798185941, -0.03344671202, 0.03798185941, 0.03798185941, -0.00804988662, -0.03626858151, 0.04309649786,
    0.04309649786, -0.02039556563, -0.03944318468, 0.05579491056, -0.03944318468, -0.03944318468, -0.03944318468,
)  # fmt: skip
ANY_AT_8 = (
    0.02040816327, 0.02040816327, 0.02040816327, 0.02040816327, -0.00816326531, 0.02358276644, 0.02358276644,
    0.02358276644, -0.02403628118, 0.03310657596, 0.03310657596, -0.06213151927, -0.06213151927, -0.06213151927,
)  # fmt: skip
LOST_BY_8 = (
    0.36734693878, -0.13265306122, 0.29591836735, 0.22448979592, -0.07551020408, -0.13900226757, 0.09909297052,
    0.09909297052, -0.12312925170, -0.14217687075, -0.04693877551, -0.14217687075, -0.14217687075, -0.14217687075,
)  # fmt: skip


def of_each(found, column):
    return [
        found.ended[CAUSES.index(cause), ms, column] if cause else found.censored[ms, column]
        for ms, cause in ENDINGS
    ]


def check_influence(m):
    table = RiskTable.from_rows(CAUSES, [(ms, cause, 1) for ms, cause in ENDINGS], 9)
    found = m.influence(table, "tap", [5, 8])
    for column, expected in ((0, AT_5), (1, AT_8)):
        assert np.abs(np.subtract(of_each(found, column), expected)).max() < 1e-10
        near(float(found.variance(table)[column]), float(np.square(expected).sum()), 1e-10)
    assert np.abs(np.subtract(of_each(m.influence(table, None, [8]), 0), ANY_AT_8)).max() < 1e-10
    lost = m.time_lost_influence(table, "tap", 8)
    assert np.abs(np.subtract(of_each(lost, 0), LOST_BY_8)).max() < 1e-10
    assert lost.censored.shape == (10, 1)
    assert found.causes == CAUSES
    twice = RiskTable(CAUSES, table.events * 2, table.censored * 2)
    near(float(m.influence(twice, "tap", [8]).variance(twice)[0]), float(found.variance(table)[1]) / 2, 1e-12)
    dismissed = m.influence(table, "dismiss", [9])
    near(sum(of_each(dismissed, 0)), 0.0, 1e-12)
    near(float(dismissed.ended[1, 1, 0] - dismissed.ended[0, 1, 0]), 1 / 14, 1e-12)
    end = m.influence(RiskTable.from_rows(CAUSES, [(2, "tap", 3), (2, "leave", 1)], 4), "tap", [1, 2, 4])
    assert (
        np.abs(end.ended[:, 2] - [[0, 1 / 16, 1 / 16], [0, -3 / 16, -3 / 16], [0, -3 / 16, -3 / 16]]).max()
        < 1e-12
    )
    two = m.influence(RiskTable.from_rows(CAUSES, [(1, "leave", 1), (2, "tap", 1)], 2), "tap", [2])
    near(float(two.ended[2, 1, 0]), -0.25, 1e-12)
    near(float(two.ended[0, 2, 0]), 0.25, 1e-12)
    refuses(
        (
            lambda: m.influence(table, "swipe", [1]),
            lambda: m.influence(table, "tap", [10]),
            lambda: m.influence(table, "tap", [3, -1]),
            lambda: m.time_lost_influence(table, "tap", 10),
            lambda: m.time_lost_influence(table, "tap", -1),
        )
    )


INFLUENCE = (
    Fault("influence", "<= moments[None]", "< moments[None]"),
    Fault("influence", "moments.max() <= table.limit_ms", "moments.max() <= table.limit_ms + 1"),
    Fault("influence", "moments.min() >= 0 and", ""),
    Fault("time_lost_influence", "until_ms - np.arange", "until_ms + 1 - np.arange"),
    Fault("time_lost_influence", "np.arange(table.limit_ms + 1), 0)", "np.arange(table.limit_ms + 1), -99)"),
    Fault("time_lost_influence", "0 <= until_ms <=", "until_ms <="),
    Fault("_influence", "ended if cause is None else", "ended if cause else"),
    Fault("_influence", "table.events[table.causes.index(cause)]", "table.events[0]"),
    Fault("_influence", "[:-1]])", "[1:]])"),
    Fault("_influence", "1 - ended * each", "1 - own * each"),
    Fault("_influence", "before * each", "each"),
    Fault("_influence", "gain[:0:-1]", "gain[:0:-1] * 0"),
    Fault("_influence", "_one_over(risk - ended)", "each"),
    Fault("_influence", "gain * each[:, None] -", "gain * each[:, None] +"),
    Fault("_influence", "gain * each[:, None] -", "gain -"),
    Fault("_influence", "ended * each * survivors", "ended * each"),
    Fault("_influence", "ended * each * survivors", "own * each * survivors"),
    Fault("_influence", "later * survivors[:, None] + past", "past"),
    Fault("_influence", "later * survivors[:, None] + past", "later + past"),
    Fault("_influence", "later * survivors[:, None] + past", "later * survivors[:, None] - past"),
    Fault("_influence", "np.repeat(-kept[None]", "np.repeat(kept[None]"),
    Fault("_influence", "name == cause:", "name != cause:"),
    Fault("_influence", "+= jump[:, None] * weight", "+= jump[:, None]"),
    Fault("_influence", "moved, -past)", "moved, past)"),
    Fault("_one_over", "units > 0)", "units > 1)"),
    Fault("Influence.variance", "self.ended**2", "self.ended"),
    Fault("Influence.variance", "self.censored**2", "0 * self.censored"),
    Fault("Influence.variance", "table.events.astype(np.float64)", "1.0 * (table.events > 0)"),
)  # fmt: skip

test_the_untouched_influences_pass, test_every_fault_in_influences_is_caught = stories_of(
    {"stats/survival/influences.py": (check_influence, INFLUENCE)}
)
