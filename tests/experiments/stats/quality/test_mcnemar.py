"""Two versions on the same items, against the papers, R, statsmodels, and every table that can occur."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from experiments.stats import proportions
from experiments.stats.effects import NoEffect
from experiments.stats.quality import mcnemar
from experiments.stats.quality.mcnemar import Paired
from tests.experiments.stats.quality.score_worlds import misses

TABLES = st.builds(Paired, *[st.integers(0, 60)] * 4)


# Columns: both, only the second, only the first, neither. Newcombe (1998), Statist. Med. 17:2635-2650, method 10:
# .0569 to .3404. Fagerland, Lydersen & Laake (2014), Statist. Med. 33:2850-2875, airway data of Bentur et al. (2009): -.507
# to -.026.
@pytest.mark.parametrize(
    ("table", "low", "high"),
    [((36, 12, 2, 0), 0.0569, 0.3404), ((1, 1, 7, 12), -0.5069, -0.0256)],
)
def test_the_difference_reproduces_the_papers(table, low, high):
    both, second, first, neither = table
    found = mcnemar.difference(Paired(both, first, second, neither))
    assert found.value == pytest.approx((second - first) / sum(table), abs=1e-15)
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (low, high)
    assert (found.scale, found.method) == ("absolute", "newcombe_paired")


def test_the_tests_reproduce_fagerlands_example():
    # Fagerland, Lydersen & Laake (2013), BMC Med. Res. Methodol. 13:91, airway data: exact .0703, mid-p .0391, asymptotic .0339,
    # with continuity correction .0771.
    airway = Paired(1, 1, 7, 12)
    assert round(mcnemar.exact(airway), 4) == 0.0703
    assert round(mcnemar.mid_p(airway), 4) == 0.0391
    assert round(mcnemar.chi_square(airway).p_value, 4) == 0.0339
    assert round(mcnemar.chi_square(airway, continuity=True).p_value, 4) == 0.0771


def test_the_tests_reproduce_r():
    # R 4.2.2: P <- matrix(c(794, 86, 150, 570), 2); mcnemar.test(P): 16.818, p = 4.115e-05; correct = FALSE: 17.356,
    # p = 3.099e-05; binom.test(86, 236)$p.value: 3.71593613957143e-05.
    approval = Paired(794, 86, 150, 570)
    corrected, plain = mcnemar.chi_square(approval, continuity=True), mcnemar.chi_square(approval)
    assert (round(corrected.statistic, 3), float(f"{corrected.p_value:.4g}")) == (16.818, 4.115e-05)
    assert (round(plain.statistic, 3), float(f"{plain.p_value:.4g}"), plain.freedom) == (17.356, 3.099e-05, 1)
    assert mcnemar.exact(approval) == pytest.approx(3.71593613957143e-05, rel=1e-12)


@given(TABLES)
def test_exact_and_chi_square_equal_statsmodels(paired):
    table = [[paired.both, paired.only_first], [paired.only_second, paired.neither]]
    assume(paired.only_first + paired.only_second > 0)
    expected = statsmodels_mcnemar(table, exact=True).pvalue
    assert mcnemar.exact(paired) == pytest.approx(expected, rel=1e-9)
    for continuity in (True, False):
        if continuity and paired.only_first == paired.only_second:
            continue  # statsmodels corrects a difference of 0 to 1, R and we to 0
        expected = statsmodels_mcnemar(table, exact=False, correction=continuity)
        found = mcnemar.chi_square(paired, continuity=continuity)
        assert found.statistic == pytest.approx(expected.statistic, rel=1e-12)
        assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)


@given(TABLES)
def test_mid_p_is_exact_less_half_of_what_was_seen_on_both_sides(paired):
    assume(paired.n > 0)
    n, fewer = paired.only_first + paired.only_second, min(paired.only_first, paired.only_second)
    seen = binom.pmf(fewer, n, 0.5)
    expected = 1.0 if paired.only_first == paired.only_second else 2 * binom.cdf(fewer, n, 0.5) - seen
    assert mcnemar.mid_p(paired) == pytest.approx(expected, rel=1e-9)
    assert mcnemar.mid_p(paired) <= mcnemar.exact(paired) <= 1


def test_equal_disagreements_correct_to_nothing():
    assert mcnemar.chi_square(Paired(5, 3, 3, 5), continuity=True).statistic == 0.0
    assert mcnemar.chi_square(Paired(5, 3, 3, 5), continuity=True).p_value == 1.0


def test_versions_that_never_disagree():
    same = Paired(90, 0, 0, 10)
    assert mcnemar.exact(same) == mcnemar.mid_p(same) == 1.0
    assert mcnemar.chi_square(same).code == "quality.never_disagree"
    assert dict(mcnemar.chi_square(same).facts) == {"n": 100}
    found = mcnemar.difference(same)
    assert (found.value, found.p_value) == (0.0, 1.0)
    assert found.interval.low < 0 < found.interval.high
    assert mcnemar.agreement(same).value == 1.0


def test_without_items_nothing_is_said():
    nothing = Paired(0, 0, 0, 0)
    for ask in (mcnemar.exact, mcnemar.mid_p, mcnemar.chi_square, mcnemar.difference, mcnemar.agreement):
        assert ask(nothing).code == "quality.no_items"


def test_rows_are_counted_in_pairs():
    first = np.array([True, True, False, False, True])
    second = np.array([True, False, True, False, True])
    found = Paired.from_rows(first, second, frozenset({"gallery"}))
    assert found == Paired(2, 1, 1, 1, frozenset({"gallery"}))
    assert (found.n, found.first.hits, found.second.hits) == (5, 3, 3)
    assert found + Paired(1, 0, 2, 0, frozenset({"street"})) == Paired(3, 1, 3, 1, found.parts | {"street"})
    assert mcnemar.agreement(found) == proportions.rate(proportions.Count(5, 3))
    with pytest.raises(ValueError, match="must be disjoint"):
        found + found


@given(TABLES, st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_stays_among_differences_and_mirrors(paired, level):
    assume(paired.n > 0)
    there = mcnemar.difference(paired, level)
    back = mcnemar.difference(
        Paired(paired.both, paired.only_second, paired.only_first, paired.neither), level
    )
    assert -1 <= there.interval.low <= there.value <= there.interval.high <= 1
    assert back.interval.low == pytest.approx(-there.interval.high, abs=1e-14)
    assert back.p_value == pytest.approx(there.p_value, rel=1e-9)


@given(TABLES, st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.9999]))
def test_the_p_value_is_where_the_interval_begins_to_exclude_zero(paired, level):
    assume(paired.n > 0)
    found = mcnemar.difference(paired, level)
    assume(abs(found.p_value - (1 - level)) > 1e-6)
    assert found.interval.contains(0.0) == (found.p_value > 1 - level)


def test_pairs_tell_versions_apart_where_two_separate_samples_could_not():
    # 1,000 items; the candidate repairs 40 and spoils 15: 2.5 points, p = .001 in pairs, .15 as if the items were others.
    paired = Paired(860, 15, 40, 85)
    assert mcnemar.mid_p(paired) < 0.002
    assert mcnemar.difference(paired).interval.low > 0.009
    apart = proportions.difference(paired.first, paired.second)
    assert apart.value == pytest.approx(mcnemar.difference(paired).value)
    assert apart.interval.low < 0


def every_table(n):
    return [
        (both, one, other, n - both - one - other)
        for both in range(n + 1)
        for one in range(n + 1 - both)
        for other in range(n + 1 - both - one)
    ]


def chances(tables, shares):
    counts = np.array(tables)
    n = counts[0].sum()
    logs = np.array([math.lgamma(k + 1) for k in range(n + 1)])
    return np.exp(logs[n] - logs[counts].sum(axis=1) + counts @ np.log(shares))


def test_newcombes_interval_covers_over_every_table_of_25_items():
    """No simulation: each of the 3,276 tables with its own probability."""
    tables = every_table(25)
    found = [mcnemar.difference(Paired(*table)) for table in tables]
    covered = {}
    for shares in (
        (0.7, 0.1, 0.1, 0.1),
        (0.6, 0.05, 0.2, 0.15),
        (0.25, 0.25, 0.25, 0.25),
        (0.8, 0.02, 0.08, 0.1),
    ):
        truth = shares[2] - shares[1]
        inside = np.array([one.interval.contains(truth) for one in found])
        covered[shares] = float(chances(tables, shares) @ inside)
    assert min(covered.values()) > 0.94  # with few disagreements it is wide: .9949 in the last
    assert covered[0.25, 0.25, 0.25, 0.25] < 0.95


def test_newcombes_interval_covers_with_many_items():
    """1,500 sets of 2,000 items; Monte Carlo standard error .006."""
    rng = np.random.default_rng(11)
    shares = (0.8, 0.05, 0.08, 0.07)
    found = [
        mcnemar.difference(Paired(*map(int, rng.multinomial(2000, shares)))).interval.contains(0.03)
        for _ in range(1500)
    ]
    share, error = misses(found)
    assert abs(share - 0.95) < 3 * error


def rejections(n, discordant, share_second, p_value):
    """The chance of p ≤ .05 among n items of which a share disagrees, by enumeration of b and c."""
    found = 0.0
    for apart in range(n + 1):
        weight = binom.pmf(apart, n, discordant)
        for second in range(apart + 1):
            said = p_value(Paired(n - apart, apart - second, second, 0))
            if not isinstance(said, NoEffect) and said <= 0.05:
                found += weight * binom.pmf(second, apart, share_second)
    return found


def test_false_alarms_and_power_by_enumeration():
    """60 items, 30 % of them disagreements. False alarms: exact and mid-p keep 5 %. Power with 4:1: mid-p finds more."""
    asked = {
        "exact": mcnemar.exact,
        "mid_p": mcnemar.mid_p,
        "plain": lambda paired: getattr(mcnemar.chi_square(paired), "p_value", 1.0),
        "corrected": lambda paired: getattr(mcnemar.chi_square(paired, continuity=True), "p_value", 1.0),
    }
    false = {name: rejections(60, 0.3, 0.5, ask) for name, ask in asked.items()}
    power = {name: rejections(60, 0.3, 0.8, ask) for name, ask in asked.items()}
    assert false["exact"] < 0.035
    assert false["corrected"] < 0.035
    assert 0.035 < false["mid_p"] <= 0.05
    assert 0.04 < false["plain"] < 0.056
    assert power["exact"] < power["mid_p"] <= power["plain"]
    assert power["mid_p"] > 0.7


def test_a_level_or_count_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="`level` is 95"):
        mcnemar.difference(Paired(1, 1, 1, 1), 95)
    with pytest.raises(ValueError, match="`level` is 1"):
        mcnemar.difference(Paired(0, 0, 0, 0), 1)
    with pytest.raises(ValueError, match="`only_second` is -1"):
        Paired(1, 1, -1, 1)
    with pytest.raises(ValueError, match="`second` is not 2 booleans"):
        Paired.from_rows(np.array([True, False]), np.array([1, 0]))
    with pytest.raises(ValueError, match="`second` is not 2 booleans"):
        Paired.from_rows(np.array([True, False]), np.array([True]))
