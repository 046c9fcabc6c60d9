"""Times lost and stayed: laws, pseudo-values, R's survival, coverage in worlds drawn again and again."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import survival
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.samples import RiskTable
from tests.experiments.rscript import numbers_from_r
from tests.experiments.stats.endings import CAUSES, DATA, ENDINGS, SILENT, drawn, table_of


@given(ENDINGS, st.integers(1, 25))
def test_times_lost_and_stayed_fill_the_time(endings, until):
    table = table_of(endings)
    lost = [survival.time_lost(table, cause, until) for cause in CAUSES]
    stayed = survival.staying_time(table, until)
    if isinstance(stayed, NoEffect):
        assert {one.code for one in (stayed, *lost)} == {"beyond_observation"}
        return
    assert stayed.value + sum(one.value for one in lost) == pytest.approx(until, abs=1e-9)
    for one in (stayed, *lost):
        assert 0 <= one.interval.low <= one.value <= one.interval.high <= until + 1e-9
        assert one.n == len(endings)


@given(ENDINGS, st.integers(1, 25))
def test_the_value_is_the_area(endings, until):
    found = survival.time_lost(table_of(endings), "tap", until)
    if isinstance(found, Estimate):
        curve = survival.incidence(table_of(endings), "tap")
        assert found.value == pytest.approx(survival.time_lost_ms(curve, until), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 25), st.sampled_from(CAUSES)), min_size=2, max_size=60))
def test_without_censoring_it_is_the_mean_and_its_usual_variance(endings):
    lost = np.array([25.0 - ms if cause == "tap" else 0.0 for ms, cause in endings])
    table = table_of(endings)
    assert survival.time_lost(table, "tap", 25).value == pytest.approx(lost.mean(), abs=1e-9)
    variance = survival.time_lost_influence(table, "tap", 25).variance(table)[0]
    assert variance == pytest.approx(lost.var() / len(endings), abs=1e-9)


def test_the_variance_is_that_of_pseudo_values():
    """Andersen, Klein & Rosthøj (2003), Biometrika 90:15-27: n L - (n - 1) L without one, and their variance."""
    endings, n = drawn(6, 400, 60, 50), 400
    table = table_of(endings, 60)
    whole = survival.time_lost(table, "tap", 20).value
    pseudo = []
    for unit in range(n):
        rest = survival.time_lost(table_of(endings[:unit] + endings[unit + 1 :], 60), "tap", 20).value
        pseudo.append(n * whole - (n - 1) * rest)
    variance = survival.time_lost_influence(table, "tap", 20).variance(table)[0]
    assert np.mean(pseudo) == pytest.approx(whole, abs=1e-3)
    assert np.var(pseudo) / n == pytest.approx(variance, rel=0.01)


@given(ENDINGS, ENDINGS, st.integers(1, 25))
def test_two_arms_compared(control, treatment, until):
    """Oracle: Zou & Donner (2008) by hand from the two printed intervals."""
    one, other = table_of(control), table_of(treatment)
    found = survival.time_lost_difference(one, other, "tap", until)
    c, t = survival.time_lost(one, "tap", until), survival.time_lost(other, "tap", until)
    if isinstance(found, NoEffect):
        assert isinstance(c, NoEffect) or isinstance(t, NoEffect)
        return
    assert found.value == pytest.approx(t.value - c.value, abs=1e-9)
    below = math.hypot(t.value - t.interval.low, c.interval.high - c.value)
    above = math.hypot(t.interval.high - t.value, c.value - c.interval.low)
    assert found.interval.low == pytest.approx(found.value - below, abs=1e-9)
    assert found.interval.high == pytest.approx(found.value + above, abs=1e-9)
    swapped = survival.time_lost_difference(other, one, "tap", until)
    assert isinstance(swapped, Effect)
    assert swapped.p_value == pytest.approx(found.p_value, abs=1e-9)


def test_everything_twice_by_the_same_persons_loses_no_uncertainty():
    """60 persons with one unit each, and the same with each unit doubled within its person."""
    endings = [(1 + k % 23, (*CAUSES, None)[k % 4]) for k in range(60)]
    found = []
    for times in (1, 2):
        table = table_of(endings * times)
        moved = survival.time_lost_influence(table, "tap", 20)
        sums = [
            times * float((moved.ended[CAUSES.index(c), ms] if c else moved.censored[ms])[0])
            for ms, c in endings
        ]
        persons = survival.Persons(math.fsum(one**2 for one in sums), 60)
        found.append(survival.time_lost(table, "tap", 20, persons=persons))
    assert found[0].interval.low == pytest.approx(found[1].interval.low, rel=1e-9)
    assert found[0].interval.high == pytest.approx(found[1].interval.high, rel=1e-9)
    alone = survival.time_lost(table_of(endings), "tap", 20).interval
    assert found[0].interval.high - found[0].interval.low == pytest.approx(alone.high - alone.low, rel=0.04)
    assert found[0].interval.high > alone.high


SCRIPT = """
time <- c({times}); status <- c({status}); n <- length(time)
y <- Surv(time, factor(status, 0:3, c("censored", "tap", "dismiss", "leave")))
fit <- survfit(y ~ 1, id = seq_len(n), influence = TRUE)
found <- summary(fit, rmean = {until})$table
say("lost", found[-1, "rmean"]); say("lost_error", found[-1, "se(rmean)"])
alone <- summary(survfit(Surv(time, status > 0) ~ 1), rmean = {until})$table
say("stayed", alone[c("rmean", "se(rmean)")])
"""


@pytest.mark.r
@pytest.mark.parametrize("name", DATA)
def test_means_and_errors_equal_r(name):
    endings = DATA[name]
    table = table_of(endings, 250)
    until = max(ms for ms, _ in endings)
    said = numbers_from_r(
        SCRIPT.format(
            times=",".join(str(ms) for ms, _ in endings),
            status=",".join(str(CAUSES.index(cause) + 1 if cause else 0) for _, cause in endings),
            until=until,
        )
    )
    for k, cause in enumerate(CAUSES):
        assert survival.time_lost(table, cause, until).value == pytest.approx(said["lost"][k], abs=1e-9)
        variance = survival.time_lost_influence(table, cause, until).variance(table)[0]
        assert math.sqrt(variance) == pytest.approx(said["lost_error"][k], abs=1e-9)
    assert survival.staying_time(table, until).value == pytest.approx(said["stayed"][0], abs=1e-9)
    variance = survival.time_lost_influence(table, None, until).variance(table)[0]
    assert math.sqrt(variance) == pytest.approx(said["stayed"][1], abs=1e-9)


@pytest.mark.parametrize("name", SILENT)
def test_where_nothing_ends_the_time_lost_is_bounded_by_the_share(name):
    table, last = table_of(SILENT[name], 40), max(ms for ms, _ in SILENT[name])
    lost = survival.time_lost(table, "tap", last)
    bound = survival.incidence(table, "tap").high[last - 1] * last
    assert (lost.value, lost.interval.low) == (0.0, 0.0)
    assert lost.interval.high == pytest.approx(bound, abs=1e-12)
    assert survival.staying_time(table, last).value == last
    assert survival.time_lost(table, "tap", last + 1).code == "beyond_observation"


def test_an_empty_arm_and_a_time_of_nothing():
    empty = RiskTable.from_rows(CAUSES, [], 9)
    assert survival.time_lost(empty, "tap", 5).code == survival.staying_time(empty, 5).code == "no_units"
    assert survival.time_lost_difference(empty, table_of([(9, None)]), "tap", 5).code == "no_units"
    assert survival.time_lost_difference(table_of([(9, None)]), empty, "tap", 5).code == "no_units"
    with pytest.raises(ValueError, match="`until_ms` is 0; must be 1 or more"):
        survival.time_lost(empty, "tap", 0)
    with pytest.raises(ValueError, match="`until_ms` is 0; must be 1 or more"):
        survival.staying_time(empty, 0)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "tap"), [(200, 0.06), (200, 0.8), (2_000, 0.006)])
def test_intervals_hold_the_truth_as_often_as_they_say(n, tap):
    """600 worlds of 40 ticks, about 10 taps expected in each arm or more; Monte-Carlo error .0089, bounds 3 of them."""
    random, worlds, ticks = np.random.default_rng(n), 600, 40
    hits = np.zeros(2)
    truth = lost_time(tap, 0.5, ticks)
    for _ in range(worlds):
        arms = [world(random, n, tap, 0.5, ticks) for _ in range(2)]
        hits[0] += survival.time_lost(arms[0], "tap", ticks).interval.contains(truth)
        hits[1] += survival.time_lost_difference(*arms, "tap", ticks).interval.contains(0.0)
    slack = 3 * math.sqrt(0.95 * 0.05 / worlds)
    assert (0.94 - slack <= hits / worlds).all(), hits / worlds
    assert (hits / worlds <= 0.96 + slack).all(), hits / worlds


def lost_time(tap, other, ticks):
    """Σ over t < ticks of F(t) under constant hazards, `tap` and `other` per `ticks`."""
    total = (tap + other) / ticks
    return float((tap / (tap + other) * -np.expm1(-total * np.arange(ticks))).sum())


def world(random, n, tap, other, ticks):
    ms = np.ceil(random.exponential(ticks / (tap + other), n)).astype(int)
    cause = np.where(random.random(n) < tap / (tap + other), 0, 1)
    events = np.zeros((2, ticks + 1), np.int64)
    np.add.at(events, (cause[ms <= ticks], ms[ms <= ticks]), 1)
    censored = np.zeros(ticks + 1, np.int64)
    censored[ticks] = (ms > ticks).sum()
    return RiskTable(("tap", "dismiss"), events, censored)
