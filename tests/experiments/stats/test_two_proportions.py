"""Two shares on request: Wald, score, exact, against papers, statsmodels, scipy, likelihoods maximised anew, and laws."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import barnard_exact, binom, chi2_contingency, fisher_exact, norm
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.proportion import test_proportions_2indep as of_statsmodels

from experiments.stats import proportions, shares, shifts
from experiments.stats.effects import Effect, NoEffect, Shift
from experiments.stats.samples import Count
from experiments.stats.two_proportions import barnard, exact, fisher, score, score_ratio, wald
from tests.experiments.stats.counts import counts

LEVELS = st.sampled_from([0.8, 0.95, 0.999])


@st.composite
def mixed(draw, most=2000):
    """An arm with hits and misses."""
    n = draw(st.integers(2, most))
    return Count(n, draw(st.integers(1, n - 1)))


@given(mixed(), mixed(), LEVELS)
def test_wald_equals_statsmodels(control, treatment, level):
    found = wald(control, treatment, level)
    seen = (treatment.hits, treatment.n, control.hits, control.n)
    low, high = confint_proportions_2indep(*seen, method="wald", compare="diff", alpha=1 - level)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=1e-12)
    assert found.p_value == pytest.approx(
        of_statsmodels(*seen, method="wald", compare="diff").pvalue, abs=1e-9
    )


def test_wald_weighs_control_by_the_coefficient():
    found = shares.shift(Count(100, 50), Count(200, 80), 0.9)
    assert found.value == pytest.approx(0.4 - 0.45)
    assert found.variance == pytest.approx(0.24 / 200 + 0.81 * 0.25 / 100)
    assert found.units == 300
    assert wald(Count(100, 50), Count(200, 80), coefficient=0.9) == shifts.fixed(replace(found, freedom=None))


@given(mixed(), mixed(), LEVELS)
def test_relative_shifts_draw_the_intervals_that_proportions_draw(control, treatment, level):
    delta, log = shares.relative_shift(control, treatment, level), shares.log_shift(control, treatment)
    one, other = (
        proportions.delta_ratio(control, treatment, level),
        proportions.log_ratio(control, treatment, level),
    )
    assert isinstance(delta, NoEffect) == isinstance(one, NoEffect)
    if isinstance(delta, Shift):
        drawn, turned = shifts.fixed(delta, level), shares.unlogged(shifts.fixed(log, level))
        for found, expected in ((drawn, one), (turned, other)):
            assert (found.value, found.interval.low, found.interval.high, found.p_value) == pytest.approx(
                (expected.value, expected.interval.low, expected.interval.high, expected.p_value), rel=1e-9
            )


def test_where_an_arm_does_not_vary_there_is_no_standard_error():
    none, all_, some = Count(50, 0), Count(50, 50), Count(50, 5)
    for ask in (shares.shift, wald, lambda c, t: shares.relative_shift(c, t, 0.95)):
        assert ask(Count(0, 0), some).code == ask(some, Count(0, 0)).code == "no_units"
        assert ask(none, none).code == ask(all_, all_).code == "no_variation"
        assert ask(none, some).code == ask(some, all_).code == ask(none, all_).code == "arm_without_variation"
    assert shares.log_shift(none, some).code == shares.log_shift(some, none).code == "ratio_without_hits"
    assert shares.log_shift(all_, all_).code == "no_variation"
    assert shares.log_shift(Count(0, 0), some).code == "no_units"
    wide = Effect(
        0.0, shifts.fixed(Shift(0.0, 1e6, 2, "relative", "log_ratio")).interval, 1.0, "relative", "log_ratio"
    )
    assert shares.unlogged(wide).code == "ratio_of_uncertain_control"


@pytest.mark.parametrize(
    "arms", list(itertools.product([(2, 1), (10**12, 1), (10**70, 1), (10**70, 10**69)], repeat=2))
)
def test_extreme_counts_never_crash_the_shifts(arms):
    control, treatment = (Count(*arm) for arm in arms)
    assert isinstance(shares.shift(control, treatment), Shift | NoEffect)
    assert isinstance(shares.relative_shift(control, treatment, 0.95), Shift | NoEffect)
    assert isinstance(shares.log_shift(control, treatment), Shift | NoEffect)
    assert isinstance(shares.enough(control, treatment), NoEffect | None)
    assert shares.shift(Count(10**170, 1), Count(10**170, 2)).code == "no_variation"


def test_looking_begins_with_a_hundred_units_and_25_of_each_kind():
    good = Count(100, 25)
    assert shares.enough(good, good) is None
    assert shares.enough(good, Count(100, 75)) is None
    for poor in (Count(99, 40), Count(1000, 24), Count(1000, 976), Count(0, 0)):
        said = shares.enough(poor, good)
        assert said == shares.enough(good, poor)
        assert said.code == "too_early_to_look"
        assert dict(said.facts)["units"] == min(poor.n, 100)


# Newcombe (1998), Statistics in Medicine 17:873-890, Table II, method 6: the eight pairs (a) to (h).
@pytest.mark.parametrize(
    ("treatment", "control", "low", "high"),
    [
        ((70, 56), (80, 48), 0.0528, 0.3382),
        ((10, 9), (10, 3), 0.1700, 0.8406),
        ((7, 6), (7, 2), 0.0342, 0.8534),
        ((56, 5), (29, 0), -0.0326, 0.1933),
        ((10, 0), (20, 0), -0.1658, 0.2844),
        ((10, 0), (10, 0), -0.2879, 0.2879),
        ((10, 10), (20, 0), 0.7156, 1.0),
        ((10, 10), (10, 0), 0.6636, 1.0),
    ],
)
def test_the_score_interval_reproduces_newcombes_table(treatment, control, low, high):
    found = score(Count(*control), Count(*treatment))
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (low, high)


def test_the_score_interval_equals_propcis():
    # R PropCIs: diffscoreci(7, 34, 1, 34, 0.95) = 0.0270416, 0.3452912, as statsmodels' own tests quote it.
    found = score(Count(34, 1), Count(34, 7))
    assert (found.interval.low, found.interval.high) == pytest.approx((0.0270416, 0.3452912), abs=6e-8)


def _z_of_difference(control, treatment, d):
    """Miettinen & Nurminen's z with the likeliest shares found by maximising the likelihood itself.

    Not statsmodels: 0.15.0 has count · d where the cubic of Miettinen & Nurminen's appendix has n · d (its issue 10269), so
    its shares are not the likeliest: 0.26328 for 40/120 − 20/100 = 0.0152, less likely than 0.26339.
    """

    def falling(p):
        q = p + d
        up = treatment.hits / q + control.hits / p
        return up - (treatment.n - treatment.hits) / (1 - q) - (control.n - control.hits) / (1 - p)

    edge = 1e-13
    p = brentq(falling, max(0, -d) + edge, min(1, 1 - d) - edge, xtol=1e-15, rtol=1e-14)
    n, q = control.n + treatment.n, p + d
    variance = (q * (1 - q) / treatment.n + p * (1 - p) / control.n) * n / (n - 1)
    return (treatment.hits / treatment.n - control.hits / control.n - d) / math.sqrt(variance)


@given(mixed(), mixed(), LEVELS)
@settings(max_examples=60)
def test_the_score_test_rejects_what_lies_outside_the_score_interval(control, treatment, level):
    found, z = score(control, treatment, level), norm.isf((1 - level) / 2)
    for end, expected in ((found.interval.low, z), (found.interval.high, -z)):
        inside = end + math.copysign(1e-9, expected)
        outside = end - math.copysign(1e-9, expected)
        assert abs(_z_of_difference(control, treatment, inside)) <= z
        assert -1 < outside < 1
        assert abs(_z_of_difference(control, treatment, outside)) >= z


def test_the_likeliest_shares_are_no_less_likely_than_any_others():
    def unlikely(p, d=0.015221289552094477):
        return -(40 * math.log(p + d) + 80 * math.log(1 - p - d) + 20 * math.log(p) + 80 * math.log(1 - p))

    best = minimize_scalar(unlikely, bounds=(0.01, 0.9), method="bounded", options={"xatol": 1e-10})
    assert unlikely(0.26338943) <= best.fun + 1e-12 < unlikely(0.26327612)


@given(mixed(), mixed())
def test_score_p_values_are_pearsons(control, treatment):
    table = [[arm.hits, arm.n - arm.hits] for arm in (control, treatment)]
    statistic, p_value, *_ = chi2_contingency(table, correction=False)
    n = control.n + treatment.n
    assert score_ratio(control, treatment).p_value == pytest.approx(p_value, abs=1e-9)
    assert score(control, treatment).p_value == pytest.approx(
        2 * norm.sf(math.sqrt(statistic * (n - 1) / n)), abs=1e-9
    )
    seen = (treatment.hits, treatment.n, control.hits, control.n)
    expected = of_statsmodels(*seen, method="score", compare="diff").pvalue
    assert score(control, treatment).p_value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("treatment", "control"),
    [
        ((120, 40), (100, 20)),
        ((25, 9), (30, 3)),
        ((299, 10), (300, 3)),
        ((1000, 9), (1000, 1)),
        ((5000, 800), (4000, 700)),
    ],
)
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_koopmans_interval_equals_statsmodels(treatment, control, level):
    found = score_ratio(Count(*control), Count(*treatment), level)
    low, high = confint_proportions_2indep(
        treatment[1], treatment[0], control[1], control[0], "score", "ratio", 1 - level, correction=False
    )
    assert (found.interval.low + 1, found.interval.high + 1) == pytest.approx((low, high), rel=1e-9)


# R PropCIs: riskscoreci(7, 34, 1, 34, 0.95) = 1.220853, 42.575718, as statsmodels' own tests quote it.
def test_koopmans_interval_equals_propcis():
    found = score_ratio(Count(34, 1), Count(34, 7))
    assert (found.interval.low + 1, found.interval.high + 1) == pytest.approx((1.220853, 42.575718), rel=1e-6)


# Koopman (1984), Biometrics 40:513-517: 36 of 40 and 16 of 80: ratio 4.5, 95 % interval 2.94 to 7.15.
def test_koopmans_own_example():
    found = score_ratio(Count(80, 16), Count(40, 36))
    assert found.value + 1 == pytest.approx(4.5)
    assert (round(found.interval.low + 1, 2), round(found.interval.high + 1, 2)) == (2.94, 7.15)


@given(counts(), counts(), LEVELS)
@example(Count(1, 0), Count(1, 1), 0.95)
@example(Count(5000, 5000), Count(1, 1), 0.95)
def test_score_effects_agree_with_themselves(control, treatment, level):
    found, back = score(control, treatment, level), score(treatment, control, level)
    assert found.interval.contains(found.value)
    assert (found.p_value >= 1 - level) == found.interval.contains(0)
    assert back.interval.low == pytest.approx(-found.interval.high, abs=1e-12)
    assert back.p_value == pytest.approx(found.p_value)
    if control.hits > 0:
        relative = score_ratio(control, treatment, level)
        assert relative.interval.contains(relative.value)
        assert (relative.p_value >= 1 - level) == relative.interval.contains(0)
        if treatment.hits > 0:
            turned = score_ratio(treatment, control, level)
            assert (1 + turned.interval.low) * (1 + relative.interval.high) == pytest.approx(1)


@pytest.mark.parametrize(
    "arms", list(itertools.product([(1, 0), (1, 1), (10**9, 0), (10**9, 3), (10**12, 10**12)], repeat=2))
)
def test_extreme_counts_never_crash_the_score_intervals(arms):
    control, treatment = (Count(*arm) for arm in arms)
    assert isinstance(score(control, treatment), Effect)
    found = score_ratio(control, treatment)
    assert isinstance(found, Effect) == (control.hits > 0)
    assert isinstance(fisher(Count(9, 4), treatment), float)


@pytest.mark.slow
def test_the_score_interval_covers_on_average_over_shares_and_nowhere_badly():
    """All outcomes of 20 and 15 units, 81 pairs of shares: no simulation."""
    ends = {
        (c, t): score(Count(20, c), Count(15, t)).interval for c, t in itertools.product(range(21), range(16))
    }
    grid = np.linspace(0.05, 0.95, 9)
    one_of, other_of = ({p: binom.pmf(np.arange(n + 1), n, p) for p in grid} for n in (20, 15))
    covered = [
        sum(one_of[p][c] * other_of[q][t] for (c, t), one in ends.items() if one.contains(q - p))
        for p, q in itertools.product(grid, repeat=2)
    ]
    assert 0.945 < np.mean(covered) < 0.965
    assert min(covered) > 0.92


def test_rare_hits_among_a_thousand_million_units_keep_their_digits():
    # The ratio of two Poisson rates given 23 events: near 20 / 3, whatever the units; and the difference scales.
    many, more = score(Count(10**9, 3), Count(10**9, 20)), score(Count(10**6, 3), Count(10**6, 20))
    assert many.interval.low * 1e9 == pytest.approx(more.interval.low * 1e6, rel=1e-4)
    assert many.interval.high * 1e9 == pytest.approx(more.interval.high * 1e6, rel=1e-4)


@given(counts(most=400), counts(most=400))
def test_fisher_equals_scipy(control, treatment):
    table = [[arm.hits, arm.n - arm.hits] for arm in (control, treatment)]
    assert fisher(control, treatment) == pytest.approx(fisher_exact(table).pvalue, abs=1e-9)
    assert fisher(control, treatment) == pytest.approx(fisher(treatment, control), abs=1e-12)


def test_fishers_tea():
    # R 4.2.2: fisher.test(matrix(c(3, 1, 1, 3), 2))$p.value = 0.4857142857
    assert fisher(Count(4, 1), Count(4, 3)) == pytest.approx(0.4857142857, abs=1e-10)


@pytest.mark.parametrize(
    ("treatment", "control"),
    [((12, 7), (10, 10)), ((56, 5), (29, 0)), ((25, 9), (30, 3)), ((120, 40), (100, 20))],
)
def test_exact_p_values_are_twice_barnards(treatment, control):
    table = [[treatment[1], control[1]], [treatment[0] - treatment[1], control[0] - control[1]]]
    less, more = (barnard_exact(table, alternative=side, n=64).pvalue for side in ("less", "greater"))
    one, other = Count(*control), Count(*treatment)
    assert exact(one, other).p_value == pytest.approx(min(1, 2 * min(less, more)), abs=1e-9)
    assert sorted((barnard(one, other), barnard(other, one))) == pytest.approx(sorted((less, more)), abs=1e-9)


def test_outcomes_as_far_apart_as_the_one_seen_count_with_it():
    # 9 and 3 of 10 against all outcomes with (t − c)² / ((t + c) (20 − t − c)) ≥ 36 / 96; scipy's barnard_exact loses ties
    # to rounding and says 0.00693.
    t, c = np.arange(11)[:, None], np.arange(11)[None, :]
    among = ((t - c) ** 2 * 96 >= 36 * (t + c) * (20 - t - c)) & (t > c)
    chances = binom.pmf(np.arange(11), 10, np.linspace(0, 1, 20_001)[:, None])
    highest = np.einsum("gi,ij,gj->g", chances, among, chances).max()
    assert exact(Count(10, 3), Count(10, 9)).p_value == pytest.approx(2 * highest, abs=1e-9)


def test_exact_limits_of_arms_without_hits_are_clopper_and_pearsons():
    # Nothing in 10 and 10: the worst is a control at 0, so (1 − d)¹⁰ = 0.025.
    found = exact(Count(10, 0), Count(10, 0))
    assert found.interval.high == pytest.approx(1 - 0.025**0.1, abs=1e-9)
    assert found.interval.low == -found.interval.high
    assert found.p_value == 1


def test_the_exact_interval_covers_at_its_level_at_every_pair_of_shares():
    ends = {
        (c, t): exact(Count(5, c), Count(4, t), 0.9).interval
        for c, t in itertools.product(range(6), range(5))
    }
    for p, q in itertools.product([0.01, 0.1, 0.25, 0.4, 0.5, 0.7, 0.85, 0.99], repeat=2):
        covered = sum(
            binom.pmf(c, 5, p) * binom.pmf(t, 4, q) for (c, t), one in ends.items() if one.contains(q - p)
        )
        assert covered >= 0.9 - 1e-9


@given(counts(most=15), counts(most=15))
@settings(max_examples=15, deadline=None)
def test_the_exact_interval_agrees_with_its_p_value_and_mirrors(control, treatment):
    found, back = exact(control, treatment), exact(treatment, control)
    assert found.interval.contains(found.value)
    assert (found.p_value >= 0.05) == found.interval.contains(0)
    assert back.interval.low == pytest.approx(-found.interval.high, abs=1e-9)


def test_who_cannot_be_compared_exactly():
    for ask in (exact, fisher, barnard, score, score_ratio):
        assert ask(Count(0, 0), Count(5, 1)).code == ask(Count(5, 1), Count(0, 0)).code == "no_units"
    assert (
        exact(Count(301, 9), Count(9, 9)).code
        == barnard(Count(9, 9), Count(301, 9)).code
        == "too_many_for_exact"
    )
    assert fisher(Count(10**8, 10**7), Count(10**8, 10**7)).code == "too_many_for_exact"
    assert score_ratio(Count(9, 0), Count(9, 1)).code == "ratio_without_hits"
    for ask in (exact, score, score_ratio):
        with pytest.raises(ValueError, match="level"):
            ask(Count(9, 1), Count(9, 1), 1.0)
