"""Curves over time, hazards and risk tables, one fault at a time: known answers must notice each."""

import numpy as np

from experiments.stats.samples import RiskTable
from tests.faults.answers import ends, near, refuses, stories_of
from tests.faults.planting import Fault

CAUSES = ("tap", "dismiss", "leave")
STORY = [(1, "tap", 1), (2, "dismiss", 1), (2, None, 1), (3, "tap", 1), (4, None, 1)]


def check_curves(m):
    table = RiskTable.from_rows(CAUSES, STORY, 6)
    tap, leave, stay = m.incidence(table, "tap"), m.incidence(table, "leave"), m.staying(table)
    for found, expected in ((tap.value, [0, 0.2, 0.2, 0.5, 0.5]), (stay.value, [1, 0.8, 0.6, 0.3, 0.3])):
        assert np.abs(found[:5] - expected).max() < 1e-12
    near(tap.variance[1], 0.032, 1e-12)
    near(tap.variance[3], 0.065, 1e-12)  # R 4.2.2: survfit(Surv(time, factor(cause)) ~ 1)$std.err^2
    near(stay.variance[3], 0.09 * (1 / 20 + 1 / 12 + 1 / 2), 1e-12)
    assert leave.value.tolist() == [0.0] * 7
    assert (leave.low == 0).all()
    near(leave.high[0], 3.8414588 / 8.8414588)  # Wilson, 0 of 5
    near(leave.high[3], 3.8414588 / 7.8414588)  # one of the five was censored before
    assert (tap.n, tap.level, tap.last_ms) == (5, 0.95, 4)
    assert tap.known.tolist()[:5] == [5, 5, 5, 4, 4]
    # exp(log F · exp(± 1.959964 · √.065 / (F |log F|))), F = .5
    near(tap.low[3], 0.5 ** np.exp(1.9599640 * 0.065**0.5 / (0.5 * np.log(2))), 1e-6)
    near(tap.high[3], 0.5 ** np.exp(-1.9599640 * 0.065**0.5 / (0.5 * np.log(2))), 1e-6)
    # R 4.2.2, the same call, conf.type = "log-log": time, pstate, std.err², lower, upper of cause 1
    time, cause = (1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 9), (1, 2, 1, 1, 0, 3, 1, 1, 0, 2, 1, 0, 1, 0)
    rows = [(t, (None, *CAUSES)[c], 1) for t, c in zip(time, cause, strict=True)]
    longer = m.incidence(RiskTable.from_rows(CAUSES, rows, 9), "tap")
    for at, value, variance, low, high in (
        (2, 0.14285714286, 0.008746355685, 0.023223164085, 0.3655441317),
        (3, 0.21428571429, 0.012026239067, 0.052123068116, 0.4478631600),
        (5, 0.37301587302, 0.017685175187, 0.134937441276, 0.6153797307),
        (7, 0.46825396825, 0.020293484825, 0.189205689819, 0.7076694608),
        (9, 0.61111111111, 0.023666050782, 0.261537706831, 0.8345721934),
    ):
        near(longer.value[at], value, 1e-10)
        near(longer.variance[at], variance, 1e-10)
        ends(longer.at(at), low, high, 1e-9)
    assert tap.at(5).code == m.time_lost_ms(tap, 5).code == "beyond_observation"
    near(tap.at(4).value, 0.5)
    near(m.time_lost_ms(tap, 4), 0.2 + 0.2 + 0.5)
    everyone = m.incidence(RiskTable.from_rows(CAUSES, [(2, "tap", 20)], 4), "tap")
    near(everyone.at(4).interval.low, 1 - 3.8414588 / 23.8414588)
    assert everyone.at(4).interval.high == 1.0
    assert (everyone.variance == 0).all()
    assert m.incidence(RiskTable.from_rows(CAUSES, [], 4), "tap").code == "no_units"
    assert m.staying(RiskTable.from_rows(CAUSES, [], 4)).code == "no_units"
    ties = RiskTable.from_rows(CAUSES, [(3, "tap", 3), (3, "dismiss", 2), (5, "tap", 2), (5, "leave", 3)], 5)
    for cause, share in (("tap", 0.5), ("dismiss", 0.2), ("leave", 0.3)):
        curve = m.incidence(ties, cause)
        near(curve.value[5], share, 1e-12)
        near(curve.variance[5], share * (1 - share) / 10, 1e-12)
    at_once = m.incidence(RiskTable.from_rows(CAUSES, [(0, "tap", 5)] * 5, 1), "tap")
    assert (at_once.high <= 1).all()


CURVES = (
    Fault("incidence", "before * share", "share"),
    Fault("incidence", "_staying(risk, ended)[:-1]", "_staying(risk, ended)[1:]"),
    Fault("incidence", "table.events[table.causes.index(cause)]", "table.events[0]"),
    Fault("incidence", "_staying(risk, ended)", "_staying(risk, events)"),
    Fault("staying", "risk * (risk - ended)", "risk * risk"),
    Fault("staying", "value**2 *", "value *"),
    Fault("_staying", "1 - _over(ended, risk)", "1 - _over(ended, risk + 1)"),
    Fault("_incidence_variance", "risk * (risk - ended)", "risk * risk"),
    Fault("_incidence_variance", "before * share, risk", "share, risk"),
    Fault("_incidence_variance", "(1 - share), risk", "1.0 + 0 * share, risk"),
    Fault("_incidence_variance", "2 * step * linear", "step * linear"),
    Fault("_incidence_variance", "step**2 * weight", "step * weight"),
    Fault("_incidence_variance", "squares - 2 * mixed", "squares - mixed"),
    Fault("_incidence_variance", "squares - 2 * mixed", "squares + 2 * mixed"),
    Fault("_incidence_variance", "+ np.cumsum(own)", "+ own"),
    Fault("_sum_before", "np.cumsum(terms)[:-1]", "np.cumsum(terms)[1:]"),
    Fault("_over", "np.zeros(below.shape)", "np.ones(below.shape)"),
    Fault("_curve", "np.cumsum(table.censored)[:-1]", "np.cumsum(table.censored)[1:]"),
    Fault("_curve", "z_of(level)", "z_of(0.9)"),
    Fault("_curve", "np.flatnonzero(risk > 0)[-1]", "np.flatnonzero(risk > 1)[-1]"),
    Fault("limits", "np.exp(-exponent)", "np.exp(exponent)"),
    Fault("limits", "(value * -log + ~inner)", "(-log + ~inner)"),
    Fault("limits", "np.sqrt(variance)", "variance"),
    Fault("limits", "z * z / (known + z * z)", "z * z / (known + 1)"),
    Fault("Curve.at", "ms > self.last_ms", "ms > self.last_ms + 1"),
    Fault("time_lost_ms", "curve.value[:until_ms]", "curve.value[: until_ms + 1]"),
)


def check_hazard(m):
    # R 4.2.2: poisson.test(10)$conf.int = 4.795388696 18.390356042; poisson.test(0)$conf.int[2] = 3.688879454
    table = RiskTable.from_rows(
        ["dismiss", "tap"], [(300, "tap", 10), (500, "dismiss", 4), (1000, None, 10)], 1000
    )
    first, last = m.hazard(table, "tap", 500)
    assert (first.from_ms, first.to_ms, first.events) == (0, 500, 10)
    near(first.watched_s, 24 * 0.3 + 14 * 0.2, 1e-12)
    near(first.rate.value, 1.0, 1e-12)
    ends(first.rate, 0.4795388696, 1.8390356042, 1e-8)
    assert first.rate.n == 24
    assert (last.from_ms, last.to_ms, last.events, last.rate.interval.low) == (500, 1000, 0, 0.0)
    near(last.rate.interval.high, 3.688879454 / 5.0, 1e-8)
    assert [one.events for one in m.hazard(table, "dismiss", 500)] == [0, 4]
    assert [one.to_ms for one in m.hazard(table, "tap", 300)] == [300, 600, 900, 1000]
    at_the_end = RiskTable.from_rows(["tap"], [(1000, "tap", 3)], 1000)
    assert [one.events for one in m.hazard(at_the_end, "tap", 500)] == [0, 3]
    early = RiskTable.from_rows(["tap"], [(2, "tap", 5)], 10)
    assert m.hazard(early, "tap", 5)[1].rate.code == "no_units"


HAZARD = (
    Fault("hazard", "range(0, max(limit, 1), width_ms)", "range(0, limit + 1, width_ms)"),
    Fault("hazard", "table.events[table.causes.index(cause)]", "table.events[0]"),
    Fault("hazard", "high + 1 if high == limit else high", "high"),
    Fault("hazard", "high + 1 if high == limit else high", "high + 1"),
    Fault("hazard", "risk[low + 1 : high + 1]", "risk[low:high]"),
    Fault("hazard", "/ 1000", "/ 100"),
    Fault("_hazard_bin", "2 * events, 1 - tail", "2 * events + 2, 1 - tail"),
    Fault("_hazard_bin", "2 * events + 2, tail", "2 * events, tail"),
    Fault("_hazard_bin", "(1 - level) / 2", "(1 - level)"),
    Fault("_hazard_bin", "if watched_s == 0:", "if events < 0:"),
    Fault("_hazard_bin", "events / watched_s", "events"),
)


def check_risk(m):
    table = m.RiskTable.from_rows(CAUSES, [*STORY, (1, "tap", 2)], 6, frozenset({"a"}))
    assert table.n == 7
    assert table.limit_ms == 6
    assert table.at_risk().tolist() == [7, 7, 4, 2, 1, 0, 0]
    assert table.events.tolist()[0] == [0, 3, 0, 1, 0, 0, 0]
    assert table.censored.tolist() == [0, 0, 1, 0, 1, 0, 0]
    short = table.shortened(2)
    assert (short.n, short.limit_ms, short.censored.tolist()) == (7, 2, [0, 0, 3])
    assert short.parts == table.parts
    more = m.RiskTable.from_rows(CAUSES, [(8, "leave", 2)], 8, frozenset({"b"}))
    both = table + more
    assert (both.n, both.limit_ms, both.parts) == (9, 8, frozenset({"a", "b"}))
    assert both.at_risk().tolist() == [9, 9, 6, 4, 3, 2, 2, 2, 2]
    assert both == more + table
    assert both != table
    refuses(
        (
            lambda: m.RiskTable.from_rows(CAUSES, [(7, "tap", 1)], 6),
            lambda: m.RiskTable.from_rows(CAUSES, [(-1, "tap", 1)], 6),
            lambda: m.RiskTable.from_rows(CAUSES, [(1, "swipe", 1)], 6),
            lambda: m.RiskTable.from_rows(CAUSES, [(1, "tap", -1)], 6),
            lambda: m.RiskTable.from_rows(("tap", "tap"), [], 6),
            lambda: m.RiskTable(("tap",), np.full((1, 3), -1), np.zeros(3, np.int64)),
            lambda: m.RiskTable(("tap",), np.zeros((2, 3), np.int64), np.zeros(3, np.int64)),
            lambda: table.shortened(7),
            lambda: table + table,
            lambda: table + m.RiskTable.from_rows(("tap",), [], 6, frozenset({"c"})),
            lambda: table.events.__setitem__((0, 0), 9),
        )
    )


RISK = (
    Fault("RiskTable.at_risk", "left[:-1]", "left[1:]"),
    Fault("RiskTable.at_risk", "+ self.censored)", ")"),
    Fault("RiskTable.n", "+ self.censored.sum()", ""),
    Fault("RiskTable.from_rows", "+= units", "= units"),
    Fault("RiskTable.from_rows", "0 <= ms <= limit_ms", "ms <= limit_ms"),
    Fault("RiskTable.from_rows", "{None: len(causes)}", "{None: 0}"),
    Fault("RiskTable.shortened", "+ self.censored[end:].sum()", ""),
    Fault("RiskTable.shortened", "self.events[:, end:].sum() +", ""),
    Fault("RiskTable.shortened", "end = limit_ms + 1", "end = limit_ms"),
    Fault("RiskTable.shortened", ".copy(), censored, self.parts)", ".copy(), censored)"),
    Fault(
        "RiskTable.__add__",
        "censored[: table.censored.size] += table.censored",
        "censored[: table.censored.size] = table.censored",
    ),
    Fault("RiskTable.__add__", "max(self", "min(self"),
    Fault("RiskTable.__add__", "united(self.parts, other.parts)", "self.parts | other.parts"),
    Fault("RiskTable.__post_init__", "counts.setflags(write=False)", "counts.setflags()"),
    Fault("RiskTable.__post_init__", "(counts < 0).any()", "(counts < -1).any()"),
)


SUITES = {
    "stats/survival/curves.py": (check_curves, CURVES),
    "stats/survival/hazard.py": (check_hazard, HAZARD),
    "stats/samples/risk.py": (check_risk, RISK),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
