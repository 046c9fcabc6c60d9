"""Do groups end alike: R's survdiff and cmprsk, laws, and how often alike groups are called different."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from experiments.stats import survival
from experiments.stats.effects import NoEffect
from experiments.stats.samples import RiskTable
from tests.experiments.rscript import numbers_from_r
from tests.experiments.stats.endings import CAUSES, DATA, ENDINGS, SILENT, drawn, table_of

WORLDS = {**DATA, "three long groups": drawn(8, 600, 90, 200), "three tied groups": drawn(9, 500, 9, 6)}
del WORLDS["one unit"]


def split(endings, of, wanted):
    return table_of([one for one, group in zip(endings, of, strict=True) if group == wanted], 250)


SCRIPT = """
suppressMessages(library(cmprsk))
time <- c({times}); status <- c({status}); g <- c({groups}); z <- c({strata})
chisq <- function(of) tryCatch(survdiff(of)$chisq, error = function(e) NaN)  # singular
say("any", chisq(Surv(time, status > 0) ~ g))
say("any_by", chisq(Surv(time, status > 0) ~ g + strata(z)))
for (k in sort(unique(status[status > 0]))) {{
    say(paste0("one", k), chisq(Surv(time, status == k) ~ g))
    say(paste0("one_by", k), chisq(Surv(time, status == k) ~ g + strata(z)))
}}
say("gray", cuminc(time, status, g)$Tests); say("gray_by", cuminc(time, status, g, strata = z)$Tests)
fit <- survdiff(Surv(time, status > 0) ~ g); say("excess", fit$obs - fit$exp)
"""


@pytest.mark.r
@pytest.mark.parametrize("name", WORLDS)
def test_every_statistic_equals_r(name):
    endings = WORLDS[name]
    of = [place % 3 if "three" in name else place % 2 for place in range(len(endings))]
    stratum = [(place // 3) % 2 for place in range(len(endings))]
    status = [CAUSES.index(cause) + 1 if cause else 0 for _, cause in endings]
    said = numbers_from_r(
        SCRIPT.format(
            times=",".join(str(ms) for ms, _ in endings),
            status=",".join(map(str, status)),
            groups=",".join(map(str, of)),
            strata=",".join(map(str, stratum)),
        )
    )
    groups = sorted(set(of))
    whole = [split(endings, of, group) for group in groups]
    parts = [
        [split(endings, list(zip(of, stratum, strict=True)), (group, part)) for group in groups]
        for part in (0, 1)
    ]
    found = survival.log_rank(whole)
    if found.statistic > 0:
        assert found.excess == pytest.approx(said["excess"], abs=1e-9)
    equal(found, said["any"][0], 1e-9)
    equal(survival.log_rank(*parts), said["any_by"][0], 1e-9)
    for row, k in enumerate(sorted(set(status) - {0})):
        cause, kinds = CAUSES[k - 1], len(set(status) - {0})
        equal(survival.log_rank(whole, cause=cause), said[f"one{k}"][0], 1e-9)
        equal(survival.log_rank(*parts, cause=cause), said[f"one_by{k}"][0], 1e-9)
        for key, strata in (("gray", [whole]), ("gray_by", parts)):
            test = survival.gray(*strata, cause=cause)
            equal(test, said[key][row], 1e-6)
            if not isinstance(test, NoEffect):
                assert test.p_value == pytest.approx(said[key][kinds + row], abs=1e-6)
                assert test.freedom == said[key][2 * kinds + row]


def equal(found, statistic, within):
    """R says 0, NaN or -1 where the groups cannot be told apart."""
    if isinstance(found, NoEffect):
        assert not statistic > 0
    else:
        assert found.statistic == pytest.approx(statistic, abs=within, rel=within)


@example(
    [(1, "leave")], [(0, "leave"), (1, "leave")], [(0, None), (1, "leave")], [1, 2, 0], "leave"
)  # Gray's estimate of one variance is 0 there, though that group differs
@given(ENDINGS, ENDINGS, ENDINGS, st.permutations([0, 1, 2]), st.sampled_from(CAUSES))
def test_the_order_of_groups_does_not_matter(first, second, third, order, cause):
    tables = [table_of(endings) for endings in (first, second, third)]
    for ask in (survival.gray, survival.log_rank):
        one, other = ask(tables, cause=cause), ask([tables[place] for place in order], cause=cause)
        if isinstance(one, NoEffect) or isinstance(other, NoEffect):
            continue  # rank of a nearly singular covariance
        assert other.statistic == pytest.approx(one.statistic, rel=1e-6, abs=1e-8)
        assert sum(one.excess) == pytest.approx(0, abs=1e-9)
        assert other.excess == pytest.approx([one.excess[place] for place in order], abs=1e-9)
        assert 0 <= one.p_value <= 1


@given(ENDINGS, st.sampled_from(CAUSES))
def test_twice_the_same_group_differs_in_nothing(endings, cause):
    for ask in (survival.gray, survival.log_rank):
        found = ask([table_of(endings)] * 2, cause=cause)
        if not isinstance(found, NoEffect):
            assert found.statistic == pytest.approx(0, abs=1e-9)
            assert found.p_value == pytest.approx(1, abs=1e-4)


@given(st.lists(st.tuples(st.integers(1, 25), st.sampled_from(["tap", None])), min_size=4, max_size=60))
def test_a_stratum_of_nobody_changes_nothing(endings):
    groups = [table_of(endings[::2]), table_of(endings[1::2])]
    nobody = [RiskTable.from_rows(CAUSES, [], 3)] * 2
    assert survival.gray(groups, nobody, cause="tap") == survival.gray(groups, cause="tap")
    assert survival.log_rank(groups, nobody) == survival.log_rank(groups)


def test_a_group_of_nobody_is_left_out():
    groups = [table_of([(k % 9, "tap"), (k % 7, None)] * 3) for k in range(5, 7)]
    nobody = RiskTable.from_rows(CAUSES, [], 3)
    found, without = (
        survival.log_rank([groups[0], nobody, groups[1]], cause="tap"),
        survival.log_rank(groups, cause="tap"),
    )
    assert (found.statistic, found.freedom) == (without.statistic, 1)
    assert found.excess == (without.excess[0], 0.0, without.excess[1])
    assert survival.gray([groups[0], nobody], cause="tap").code == "no_units"


@pytest.mark.parametrize("name", SILENT)
def test_where_nothing_ends_nothing_tells_groups_apart(name):
    table = table_of(SILENT[name], 40)
    assert survival.log_rank([table, table]).code == "groups_alike"
    assert survival.gray([table, table], cause="tap").code == "groups_alike"


def test_what_is_refused():
    table = table_of([(1, "tap")])
    with pytest.raises(ValueError, match="`cause` is 'swipe'; must be one of"):
        survival.gray([table, table], cause="swipe")
    with pytest.raises(ValueError, match=r"`strata` has \[2, 1\] groups; must have the same"):
        survival.log_rank([table, table], [table])
    with pytest.raises(ValueError, match=r"`strata` has \[\] groups"):
        survival.log_rank()


def test_dismissals_in_a_hurry_are_what_gray_sees_and_cause_specific_hazards_do_not():
    """Taps at the same rate among those still watching; one arm dismisses five times as often."""
    random = np.random.default_rng(3)
    arms = [world(random, 4_000, 0.3, dismiss) for dismiss in (0.2, 1.0)]
    assert survival.log_rank(arms, cause="tap").p_value > 0.05
    assert survival.gray(arms, cause="tap").p_value < 1e-6
    assert survival.log_rank(arms, cause="dismiss").p_value < 1e-12


@pytest.mark.parametrize(("n", "tap"), [(200, 0.08), (1_000, 0.3)])
def test_alike_groups_are_called_different_as_often_as_said(n, tap):
    """800 worlds of three alike arms in two unlike strata: at 5 %, within 3 Monte-Carlo errors of .0077."""
    random, worlds, alarms = np.random.default_rng(n), 800, np.zeros(2)
    for _ in range(worlds):
        strata = [[world(random, n, tap * pace, 0.5 * pace) for _ in range(3)] for pace in (1, 2)]
        alarms[0] += survival.log_rank(*strata, cause="tap").p_value < 0.05
        alarms[1] += survival.gray(*strata, cause="tap").p_value < 0.05
    assert np.abs(alarms / worlds - 0.05).max() < 3 * math.sqrt(0.05 * 0.95 / worlds), alarms / worlds


def world(random, n, tap, other, ticks=40):
    ms = np.ceil(random.exponential(ticks / (tap + other), n)).astype(int)
    cause = np.where(random.random(n) < tap / (tap + other), 0, 1)
    limit = random.integers(ticks // 2, ticks + 1, n)
    seen = ms <= limit
    events, censored = np.zeros((2, ticks + 1), np.int64), np.zeros(ticks + 1, np.int64)
    np.add.at(events, (cause[seen], ms[seen]), 1)
    np.add.at(censored, limit[~seen], 1)
    return RiskTable(("tap", "dismiss"), events, censored)
