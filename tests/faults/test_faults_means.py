"""Means, quantiles and several questions at once, one fault at a time: known answers must notice each."""

from functools import partial

from experiments.stats.effects import Effect, Shift
from experiments.stats.samples import Moments
from tests.faults.answers import code, ends, near, refuses, stories_of
from tests.faults.planting import Fault


def check_means(m):
    # R 4.2.2: t.test(extra ~ group, data = sleep): df = 17.776474, p-value = 0.07939414019
    first = Moments.from_sums(10, 7.5, 34.43)
    second = Moments.from_sums(10, 23.3, 90.37)
    sleep = m.difference(second, first)
    near(sleep.value, -1.58)
    ends(sleep, -3.3654832307, 0.2054832307, 1e-6)
    near(sleep.p_value, 0.07939414019, 1e-6)
    # unequal n, var t/nt = 1, var c/nc = 4: df = 25/(1/9 + 16/3) = 4.591837; R 4.2.2: qt(.975, df) * sqrt(5)
    uneven = m.difference(Moments(4, 0.0, 16.0 * 3), Moments(10, 5.0, 10.0 * 9))
    near(uneven.interval.high - 5.0, 5.905125888, 1e-8)
    near(m.welch_freedom(1.0, 10, 4.0, 4), 4.591837, 1e-5)
    half = m.difference(Moments(50, 10.0, 49.0), Moments(50, 6.0, 49.0), coefficient=0.5)
    near(half.value, 1.0)
    near(
        half.interval.high - half.interval.low,
        2 * m._t(0.95, m.welch_freedom(0.02, 50, 0.005, 50)) * 0.025**0.5,
        1e-9,
    )
    change = m.relative_difference(Moments(100, 10.0, 4.0 * 99), Moments(100, 12.0, 9.0 * 99))
    near(change.value, 0.2)
    ends(change, 0.2 - 1.959964 * 0.0384187, 0.2 + 1.959964 * 0.0384187, 1e-6)
    told = m.relative_shift(Moments(100, 10.0, 4.0 * 99), Moments(100, 12.0, 9.0 * 99), 0.95)
    near(told.value, 0.2)
    near(told.error, 0.0384187, 1e-6)
    assert told.units == 200
    assert m.shift(first, second).units == 20
    alone = m.mean(first)
    near(alone.value, 0.75)
    ends(alone, -0.5297804, 2.0297804, 1e-5)  # R 4.2.2: t.test(sleep$extra[1:10])$conf.int
    assert alone.n == 10
    assert m.mean(Moments(1, 3.0, 0.0)).interval is None
    assert m.mean(Moments(0, 0.0, 0.0)).code == "no_units"
    relative = partial(m.relative_shift, level=0.95)
    for compared in (m.difference, m.relative_difference, m.shift, relative):
        assert (
            code(compared(Moments(0, 0.0, 0.0), first))
            == code(compared(first, Moments(0, 0.0, 0.0)))
            == "no_units"
        )
        assert (
            code(compared(Moments(1, 3.0, 0.0), first))
            == code(compared(first, Moments(1, 3.0, 0.0)))
            == "one_unit"
        )
        assert code(compared(Moments(5, 1.0, 0.0), Moments(5, 2.0, 0.0))) == "no_variation"
    assert isinstance(m.difference(Moments(5, 1.0, 0.0), first), Effect)


MEANS = (
    Fault("mean", "sample.n - 1", "sample.n"),
    Fault("mean", "sample.variance / sample.n)", "sample.variance)"),
    Fault("mean", "if sample.n == 1:", "if sample.n < 1:"),
    Fault("shift", "coefficient**2 * control.variance", "coefficient * control.variance"),
    Fault("shift", "treatment.mean - coefficient * control.mean", "treatment.mean - control.mean"),
    Fault("shift", "Shift(value, vt + vc,", "Shift(value, vt,"),
    Fault("shift", "treatment.variance / treatment.n", "treatment.variance / control.n"),
    Fault("shift", "control.n + treatment.n, ", "control.n, "),
    Fault(
        "relative_difference", "control.mean, vc, treatment.mean, vt", "control.mean, vt, treatment.mean, vc"
    ),
    Fault("welch_freedom", "(nt - 1)", "nt"),
    Fault("welch_freedom", "(1 - share) ** 2", "(1 - share)"),
    Fault("welch_freedom", "vt / (vt + vc)", "vc / (vt + vc)"),
    Fault("relative_shift", "control.mean, vc, treatment.mean, vt", "control.mean, vt, treatment.mean, vc"),
    Fault("relative_shift", "control.n + treatment.n", "control.n"),
    Fault("_t", "(1 - level) / 2", "(1 - level)"),
    Fault("_no_comparison", "control.n == 1 or treatment.n == 1", "control.n == 1"),
    Fault("_no_comparison", "control.deviations == 0 and", "control.deviations == 0 or"),
)


def check_shifts(m):
    # R 4.2.2: t.test(extra ~ group, data = sleep), and qnorm and pnorm without degrees of freedom
    student = m.fixed(Shift(-1.58, 0.849**2, 20, "absolute", "welch", 17.776474))
    ends(student, -1.58 - 2.102808 * 0.849, -1.58 + 2.102808 * 0.849, 1e-5)
    near(student.p_value, 0.0793, 1e-3)
    normal = m.fixed(Shift(2.0, 1.0, 20, "relative", "delta"), 0.9)
    ends(normal, 2.0 - 1.6448536, 2.0 + 1.6448536, 1e-6)
    near(normal.p_value, 0.0455002639, 1e-8)
    assert (normal.scale, normal.method, normal.interval.level) == ("relative", "delta", 0.9)
    # R 4.2.2: qt(pnorm(2.680280064), 9), qnorm(pt(3.3, 9)); qt(1.2e-16, 9) is where normal boundaries end
    near(m.reach(2.680280064, 9.0), 3.442958181833212, 1e-9)
    assert (m.reach(2.5, None), m.reach(0.0, 9.0)) == (2.5, 0.0)
    near(m.reach(16.4, 9.0), 2 * m.reach(8.2, 9.0), 1e-9)
    assert m.reach(8.2, 9.0) > 100
    near(m.score(Shift(-0.33, 0.01, 20, "absolute", "welch", 9.0)), 2.6034189691645317, 1e-9)
    assert m.score(Shift(-6.0, 4.0, 20, "absolute", "welch")) == 3.0
    for z in (1e-3, 1.0, 8.0, 8.2, 20.0):
        near(m.score(Shift(m.reach(z, 9.0), 1.0, 20, "absolute", "welch", 9.0)) / z, 1.0, 1e-9)
    assert m.fixed(Shift(0.0, 1.0, 20, "absolute", "welch", 3.0)).p_value == 1.0


SHIFTS = (
    Fault("quantile", "if freedom is None", "if True"),
    Fault("quantile", "if freedom is None", "if False"),
    Fault("quantile", "stdtrit(freedom, (1 - level) / 2)", "stdtrit(freedom, 1 - level)"),
    Fault("one_look_p", "if shift.freedom is None", "if True"),
    Fault("one_look_p", "if shift.freedom is None", "if False"),
    Fault("one_look_p", "p_of(seen)", "p_of(seen / shift.error + 1)"),
    Fault("one_look_p", "2 * float(stdtr", "float(stdtr"),
    Fault("one_look_p", "shift.freedom, -seen", "shift.freedom, seen"),
    Fault("one_look_p", "shift.value / shift.error", "shift.value"),
    Fault("reach", "if freedom is None or boundary == 0", "if boundary == 0"),
    Fault("reach", "min(boundary, _FARTHEST_Z)", "boundary"),
    Fault("reach", "* (boundary / near)", ""),
    Fault("reach", "ndtr(-near)", "ndtr(near)"),
    Fault("score", "shift.value / shift.error", "shift.value / shift.variance"),
    Fault("score", "if shift.freedom is None", "if True"),
    Fault("score", "if seen > farthest", "if seen > 10 * farthest"),
    Fault("score", "_FARTHEST_Z * (seen / farthest)", "seen / farthest"),
    Fault("fixed", "level) * shift.error", "level) * shift.variance"),
    Fault("fixed", "shift.value - half, shift.value + half", "shift.value - half, shift.value + shift.error"),
    Fault("fixed", "shift.scale", "'absolute'"),
    Fault("fixed", "shift.method", "shift.scale"),
)


def check_multiplicity(m):
    # R 4.2.2: p.adjust(c(.01, .04, .03, .005, .6), "holm" and "BH")
    p_values = [0.01, 0.04, 0.03, 0.005, 0.6]
    for found, expected in (
        (m.holm(p_values), [0.04, 0.09, 0.09, 0.025, 0.6]),
        (m.benjamini_hochberg(p_values), [0.025, 0.05, 0.05, 0.025, 0.6]),
        (m.holm([0.9, 0.8]), [1.0, 1.0]),
        (m.benjamini_hochberg([0.9, 0.2, 0.8]), [0.9, 0.6, 0.9]),
        (m.benjamini_hochberg([1.0]), [1.0]),
        (m.holm([0.01, 0.011]), [0.02, 0.02]),
    ):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            near(one, other, 1e-12)
    assert m.holm([]) == m.benjamini_hochberg([]) == ()
    near(m.bonferroni_level(0.05, 4), 0.9875, 1e-12)
    near(m.bonferroni_level(0.05, 1), 0.95, 1e-12)
    refuses(
        (
            lambda: m.holm([1.5]),
            lambda: m.holm([-0.1]),
            lambda: m.bonferroni_level(0.05, 0),
            lambda: m.bonferroni_level(1.0, 2),
        )
    )


MULTIPLICITY = (
    Fault("holm", "(m - rank)", "m"),
    Fault("holm", "(m - rank)", "(m - rank - 1)"),
    Fault("holm", "max(highest, ", "max(0.0, "),
    Fault("holm", "min(1.0, (m - rank) * p_values[place])", "(m - rank) * p_values[place]"),
    Fault("holm", "adjusted[place]", "adjusted[rank]"),
    Fault("benjamini_hochberg", "/ rank)", "/ (rank + 1))"),
    Fault("benjamini_hochberg", "range(m, 0, -1)", "range(1, m + 1)"),
    Fault("benjamini_hochberg", "min(lowest, m", "min(1.0, m"),
    Fault("benjamini_hochberg", "order[rank - 1]", "order[m - rank]"),
    Fault("benjamini_hochberg", "adjusted[place]", "adjusted[rank - 1]"),
    Fault("bonferroni_level", "alpha / comparisons", "alpha * comparisons"),
    Fault("bonferroni_level", "comparisons < 1", "comparisons < 0"),
    Fault("_ascending", "key=lambda place: p_values[place]", "key=lambda place: -p_values[place]"),
    Fault("_ascending", "0 <= p_value <= 1", "0 <= p_value"),
)


def check_quantile(m):
    assert m.interval_ranks(100, 0.5) == m.Ranks(40, 61)
    assert m.interval_ranks(10, 0.5) == m.Ranks(2, 9)
    assert m.interval_ranks(1000, 0.99) == m.Ranks(983, 997)
    assert m.interval_ranks(100, 0.5, 0.8) == m.Ranks(
        44, 57
    )  # R 4.2.2: qbinom(c(.1, .9), 100, .5) + 0:1 = 44 57
    assert m.interval_ranks(100, 0.99).code == m.interval_ranks(100, 0.01).code == "too_few_for_quantile"
    assert m.needed_ranks(100, 0.5) == (40, 50, 51, 61)
    near(m.quantile([1.0, 3.0, 4.0, 10.0, 12.0, 15.0], 0.9).value, 13.5, 1e-12)
    found = m.quantile([float(k * k) for k in range(1, 101)], 0.5)
    near(found.value, (50**2 + 51**2) / 2, 1e-9)
    ends(found, 1600.0, 3721.0, 1e-9)
    assert found.n == 100
    assert m.quantile([7.0], 0.5).value == 7.0
    assert m.quantile([], 0.5).code == "no_units"
    refuses([lambda: m.quantile([2.0, 1.0], 0.5)])


QUANTILE = (
    Fault("interval_ranks", "(1 - level) / 2", "1 - level"),
    Fault("interval_ranks", "bdtr(rank - 1, n, share)", "bdtr(rank, n, share)"),
    Fault("interval_ranks", "bdtrc(rank - 1, n, share)", "bdtrc(rank, n, share)"),
    Fault("interval_ranks", "1 + bisect_left", "bisect_left"),
    Fault("interval_ranks", "share**n > tail", "share**n > 1"),
    Fault("interval_ranks", "(1 - share) ** n > tail", "(1 - share) ** n > 1"),
    Fault("needed_ranks", "min(left + 1, n)", "left"),
    Fault("quantile_at", "(n - 1) * share", "n * share"),
    Fault("quantile_at", "(place - left + 1)", "(place - left)"),
    Fault("quantile_at", "values[ends.low]", "values[ends.high]"),
    Fault("quantile", "values[rank - 1]", "values[rank - 2]"),
    Fault("quantile", "(np.diff(values) < 0).any()", "False"),
)


SUITES = {
    "stats/means.py": (check_means, MEANS),
    "stats/shifts.py": (check_shifts, SHIFTS),
    "stats/multiplicity.py": (check_multiplicity, MULTIPLICITY),
    "stats/quantile.py": (check_quantile, QUANTILE),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
