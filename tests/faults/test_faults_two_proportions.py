"""Two shares on request, one fault at a time: known answers must notice each."""

import math

from experiments.stats.effects import Effect, Interval
from experiments.stats.samples import Count
from tests.faults.answers import code, ends, near, refuses, stories_of
from tests.faults.planting import Fault

NONE, ALL, SOME = Count(50, 0), Count(50, 50), Count(50, 5)


def check_shares(m):
    found = m.shift(Count(100, 50), Count(200, 80), 0.9)
    near(found.value, -0.05)
    near(found.variance, 0.24 / 200 + 0.81 * 0.25 / 100, 1e-12)
    assert found.units == 300
    near(found.freedom, (0.0012 + 0.002025) ** 2 / (0.0012**2 / 199 + 0.002025**2 / 99), 1e-9)
    change = m.relative_shift(Count(100, 50), Count(200, 80), 0.95)
    near(change.value, -0.2)
    near(change.variance, 0.0012 / 0.25 + 0.16 * 0.0025 / 0.0625, 1e-12)
    assert change.units == 300
    assert m.relative_shift(Count(50, 2), SOME, 0.95).code == "ratio_of_uncertain_control"
    log = m.log_shift(Count(100, 50), Count(200, 80))
    near(log.value, math.log(0.8), 1e-12)
    near(log.variance, 0.5 / 50 + 0.6 / 80, 1e-12)
    for ask in (m.shift, lambda c, t: m.relative_shift(c, t, 0.95)):
        assert code(ask(Count(0, 0), SOME)) == code(ask(SOME, Count(0, 0))) == "no_units"
        assert code(ask(NONE, NONE)) == code(ask(ALL, ALL)) == "no_variation"
        assert (
            code(ask(NONE, SOME)) == code(ask(SOME, ALL)) == code(ask(NONE, ALL)) == "arm_without_variation"
        )
    assert code(m.log_shift(NONE, SOME)) == code(m.log_shift(SOME, NONE)) == "ratio_without_hits"
    assert code(m.log_shift(ALL, ALL)) == "no_variation"
    assert code(m.log_shift(Count(0, 0), SOME)) == code(m.log_shift(SOME, Count(0, 0))) == "no_units"
    turned = m.unlogged(Effect(math.log(0.8), Interval(math.log(0.5), 0.0), 0.05, "relative", "log_ratio"))
    near(turned.value, -0.2)
    ends(turned, -0.5, 0.0)
    assert (
        code(m.unlogged(Effect(0.0, Interval(0.0, 1e6), 0.5, "relative", "log_ratio")))
        == "ratio_of_uncertain_control"
    )
    for arm, expected in (
        ((100, 25), None),
        ((100, 75), None),
        ((99, 40), 99),
        ((1000, 24), 100),
        ((1000, 976), 100),
    ):
        for said in (m.enough(Count(*arm), Count(100, 25)), m.enough(Count(100, 25), Count(*arm))):
            assert (said is None) == (expected is None)
            if said is not None:
                facts = dict(said.facts)
                assert facts["units"] == expected
                assert min(facts["hits"], facts["misses"]) == min(25, arm[1], arm[0] - arm[1])


SHARES = (
    Fault("shift", "t - coefficient * c", "t - c"),
    Fault(
        "shift",
        "vt, treatment.n, coefficient**2 * vc, control.n",
        "vt, control.n, coefficient**2 * vc, treatment.n",
    ),
    Fault("shift", "vt, treatment.n, coefficient**2 * vc", "vt, treatment.n, vc"),
    Fault("shift", '"wald", freedom', '"wald"'),
    Fault("shift", "vt + coefficient**2 * vc", "vt + coefficient * vc"),
    Fault("shift", "control.n + treatment.n", "treatment.n"),
    Fault("relative_shift", "(c, vc, t, vt,", "(c, vt, t, vc,"),
    Fault("relative_shift", "control.n + treatment.n", "control.n"),
    Fault("log_shift", "control.hits == 0 or treatment.hits == 0", "control.hits == 0"),
    Fault("log_shift", "(arm.n - arm.hits) / arm.hits / arm.n", "1 / arm.hits"),
    Fault("log_shift", "math.log(treatment.hits / treatment.n) -", "math.log(treatment.hits / control.n) -"),
    Fault("log_shift", "control.n == 0 or treatment.n == 0", "control.n == 0"),
    Fault("unlogged", "effect.interval.low, effect.value,", "effect.value, effect.value,"),
    Fault("enough", "units >= LEAST_UNITS and", ""),
    Fault("enough", ") >= LEAST_HITS", ") > LEAST_HITS"),
    Fault("enough", "min(control.n, treatment.n)", "max(control.n, treatment.n)"),
    Fault("enough", "min(hits, misses)", "hits"),
    Fault("_without_error", "control.n + treatment.n)", "control.n)"),
    Fault("_without_error", "arm.hits in (0, arm.n)", "arm.hits == 0"),
    Fault("_without_error", "if any(", "if all("),
    Fault("_share_and_variance", "(count.n - count.hits)", "count.hits"),
)


def check_score(m):
    # Newcombe (1998), Statist. Med. 17:873-890, Table II, method 6
    ends(m.score(Count(80, 48), Count(70, 56)), 0.0528, 0.3382, 6e-5)
    ends(m.score(Count(29, 0), Count(56, 5)), -0.0326, 0.1933, 6e-5)
    ends(m.score(Count(10, 0), Count(10, 10)), 0.6636, 1.0, 6e-5)
    ends(m.score(Count(10, 10), Count(10, 0)), -1.0, -0.6636, 6e-5)
    near(
        m.score(Count(80, 48), Count(70, 56), 0.9).interval.low, 0.07702, 1e-5
    )  # inside the 95 % one: z = 1.644854
    # p = 0.693333: 0.2² / (p (1 − p) (1/70 + 1/80)) · 149/150 = 6.9757
    near(m.score(Count(80, 48), Count(70, 56)).p_value, 0.0082583, 1e-6)
    found = m.score_ratio(Count(80, 16), Count(40, 36))  # Koopman (1984), Biometrics 40:513-517
    ends(found, 1.94, 6.15, 6e-3)
    near(found.value, 3.5)
    near(m.score_ratio(Count(20, 6), Count(40, 9)).p_value, math.erfc(math.sqrt(0.4 / 2)), 1e-9)
    ends(
        m.score_ratio(Count(100, 50), Count(100, 50)), -0.2432957, 0.3215201, 1e-6
    )  # statsmodels 0.15, score, ratio
    none = m.score_ratio(Count(100, 50), Count(100, 0))
    assert none.interval.low == none.value == -1
    near(none.interval.high, -0.9259079, 1e-6)
    near(m.score_ratio(Count(10, 10), Count(10, 10)).interval.low, 1 / (1 + 1.959964**2 / 10) - 1, 1e-5)
    there, back = m.score(Count(20, 6), Count(25, 0)), m.score(Count(25, 0), Count(20, 6))
    ends(there, -back.interval.high, -back.interval.low, 1e-12)
    rare = m.score(Count(10**9, 3), Count(10**9, 20))
    ends(rare, 8.4014e-9, 2.82021e-8, 1e-12)
    for ask in (m.score, m.score_ratio):
        assert code(ask(Count(0, 0), SOME)) == code(ask(SOME, Count(0, 0))) == "no_units"
    assert code(m.score_ratio(NONE, SOME)) == "ratio_without_hits"
    refuses([lambda: m.score(SOME, SOME, 1.0), lambda: m.score_ratio(SOME, SOME, 0.0)])


SCORE = (
    Fault("score", "control.n == 0 or treatment.n == 0", "control.n == 0"),
    Fault("score", "-_apart(control, treatment, d) <= z", "_apart(control, treatment, d) <= z"),
    Fault("score", "value, -1.0)", "value, 0.0)"),
    Fault("score_ratio", "control.hits == 0", "control.hits < 0"),
    Fault(
        "score_ratio",
        "-_times(control, treatment, math.exp(x)) <= z",
        "-_times(control, treatment, math.exp(x)) <= 1",
    ),
    Fault("score_ratio", "above < _LARGEST and", "False and"),
    Fault("score_ratio", "Effect(value - 1", "Effect(value"),
    Fault("score_ratio", "Interval(low - 1, high - 1", "Interval(low, high"),
    Fault("score_ratio", "_times(control, treatment, 1.0)", "_times(control, treatment, 1.1)"),
    Fault("_edge", "within = middle", "within = beyond"),
    Fault("_edge", "<= _CLOSE * whole", "<= 1e-2 * whole"),
    Fault("_apart", "n / (n - 1)", "1"),
    Fault("_apart", "q * (1 - q) / treatment.n", "q * (1 - q) / control.n"),
    Fault("_apart", "(1 / control.n + 1 / treatment.n)", "(2 / control.n)"),
    Fault("_likeliest", "max(0.0, -difference)", "0.0"),
    Fault("_likeliest", "gained / q", "gained / p"),
    Fault("_likeliest", "misses / (1 - p)", "misses / p"),
    Fault("_likeliest", "_CLOSE * low", "1e-9"),
    Fault("_likeliest", "slope > 0", "slope < 0"),
    Fault("_times", "+ 4 * ratio * misses", ""),
    Fault("_times", "(treatment.n - treatment.hits) *", "treatment.hits *"),
    Fault("_times", "+ ratio * q *", "+ q *"),
)


def check_exact(m):
    near(
        m.fisher(Count(4, 1), Count(4, 3)), 0.4857142857, 1e-9
    )  # R 4.2.2: fisher.test(matrix(c(3, 1, 1, 3), 2))
    near(
        m.fisher(Count(100, 20), Count(120, 40)), 0.0332128656, 1e-9
    )  # R 4.2.2: fisher.test(matrix(c(40,80,20,80),2))
    near(m.fisher(Count(5, 2), Count(7, 7)), 10 / 220, 1e-12)  # C(7, x) C(5, 9 - x) = 35, 105, 70, 10 of 220
    none = m.exact(Count(10, 0), Count(10, 0))
    ends(none, 0.025**0.1 - 1, 1 - 0.025**0.1, 1e-8)
    near(none.p_value, 1.0, 1e-12)
    ends(m.exact(Count(10, 0), Count(10, 0), 0.8), 0.1**0.1 - 1, 1 - 0.1**0.1, 1e-8)
    # scipy 1.17: 2 · barnard_exact([[9, 3], [16, 27]], alternative="less" / "greater"), the smaller
    some = m.exact(Count(30, 3), Count(25, 9))
    near(some.p_value, 0.0225650226, 1e-8)
    # all 806 outcomes listed, at each difference 3001 shares of control: Chan & Zhang's limits without this file
    ends(some, 0.03537998, 0.48484948, 1e-7)
    near(m.barnard(Count(30, 3), Count(25, 9)), 0.0225650226 / 2, 1e-8)
    near(m.exact(Count(1, 0), Count(1, 1)).p_value, 0.5, 1e-9)
    near(
        m.exact(Count(10, 3), Count(10, 9)).p_value, 0.0079555511, 1e-9
    )  # all outcomes listed in test_two_proportions
    for ask in (m.exact, m.fisher, m.barnard):
        assert code(ask(Count(0, 0), SOME)) == code(ask(SOME, Count(0, 0))) == "no_units"
    assert code(m.exact(Count(301, 9), SOME)) == code(m.barnard(SOME, Count(301, 9))) == "too_many_for_exact"
    assert code(m.fisher(Count(10**8, 10**7), Count(10**8, 10**7))) == "too_many_for_exact"
    refuses([lambda: m.exact(SOME, SOME, 1.0)])


EXACT = (
    Fault("fisher", "max(0, hits - control.n)", "0"),
    Fault("fisher", "(1 + _TIE)", "(1 - _TIE)"),
    Fault("fisher", "/ (x + 1)", "/ (x + 2)"),
    Fault("fisher", "treatment.hits - least", "least"),
    Fault("fisher", "/ weights.sum()", ""),
    Fault("fisher", "min(hits, treatment.n)", "treatment.n"),
    Fault("exact", "(1 - level) / 2", "1 - level"),
    Fault("exact", "2 * min(gain, loss)", "min(gain, loss)"),
    Fault("exact", "_limit(treatment, control, -value, tail)", "_limit(control, treatment, -value, tail)"),
    Fault("exact", "max(-high, value)", "max(high, value)"),
    Fault("_refused", "max(control.n, treatment.n)", "treatment.n"),
    Fault("_limit", "found = middle", "found = without"),
    Fault("_limit", "min(without, 0.0), p_value", "0.0, p_value"),
    Fault("_worst", "max(0.0, -difference), min(1.0, 1 - difference)", "0.0, 1 - abs(difference)"),
    Fault("_worst", "best < _NEAR_BEST * tail", "best < 2 * tail"),
    Fault("_worst", "range(_ZOOMS)", "range(0)"),
    Fault("_gains", "- _SAME", "+ _SAME"),
    Fault("_gains", "c / control.n - difference", "c / control.n"),
    Fault("_gains", "p * (1 - p) / control.n", "p * (1 - p) / treatment.n"),
    Fault("_likeliest", "n - 2 * c", "n - 2 * n"),
    Fault("_likeliest", "- second / 3", "+ second / 3"),
    Fault("_chances", "shares + difference", "shares"),
    Fault("_binomial", "gammaln(n - x + 1)", "gammaln(n - x)"),
)

SUITES = {
    "stats/shares.py": (check_shares, SHARES),
    "stats/two_proportions/score.py": (check_score, SCORE),
    "stats/two_proportions/exact.py": (check_exact, EXACT),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
