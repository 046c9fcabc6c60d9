"""Intervals that know persons: R's robust errors, single impressions, coverage with persons alike in themselves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import survival
from experiments.stats.effects import NoEffect
from experiments.stats.samples import RiskTable
from tests.experiments.rscript import numbers_from_r
from tests.experiments.stats.endings import CAUSES, DATA, ENDINGS, table_of

TICKS = 40


def sums(table, endings, persons, at, cause="tap"):
    """Σ influence of each person's units, shape (persons, m)."""
    found = survival.influence(table, cause, at)
    total = np.zeros((max(persons) + 1, len(at)))
    for person, (ms, name) in zip(persons, endings, strict=True):
        total[person] += found.ended[table.causes.index(name), ms] if name else found.censored[ms]
    return total


SCRIPT = """
time <- c({times}); status <- c({status}); person <- c({persons}); n <- length(time)
y <- Surv(time, factor(status, 0:3, c("censored", "tap", "dismiss", "leave")))
fit <- survfit(y ~ 1, id = seq_len(n), influence = TRUE)
robust <- function(k) sqrt(colSums(rowsum(matrix(fit$influence.pstate[, -1, k + 1], n), person)^2))
say("time", fit$time); for (k in 1:3) say(paste0("error", k), robust(k))
alone <- survfit(Surv(time, status > 0) ~ 1, cluster = person, robust = TRUE)
say("alone_time", alone$time); say("alone", alone$std.err)
"""


@pytest.mark.r
@pytest.mark.parametrize("name", [name for name in DATA if name != "one unit"])
def test_robust_errors_equal_r(name):
    """R's own robust error for Kaplan-Meier; with several causes survfit 3.5-3 leaves `cluster` aside, so R's influences
    are summed by person there."""
    endings = DATA[name]
    table = table_of(endings, 250)
    persons = [(7 * place * place + place) % max(len(endings) // 3, 2) for place in range(len(endings))]
    said = numbers_from_r(
        SCRIPT.format(
            times=",".join(str(ms) for ms, _ in endings),
            status=",".join(str(CAUSES.index(cause) + 1 if cause else 0) for _, cause in endings),
            persons=",".join(map(str, persons)),
        )
    )
    at = [int(ms) for ms in said["time"]]
    for k, cause in enumerate(CAUSES, 1):
        squares = (sums(table, endings, persons, at, cause) ** 2).sum(axis=0)
        assert np.sqrt(squares) == pytest.approx(said[f"error{k}"], abs=1e-9)
    at = [int(ms) for ms in said["alone_time"]]
    squares = (sums(table, endings, persons, at, None) ** 2).sum(axis=0)
    assert np.sqrt(squares) == pytest.approx(said["alone"], abs=1e-9)


@given(st.lists(ENDINGS, min_size=12, max_size=40), st.integers(0, 25))
def test_it_stands_on_the_sums_of_persons(people, ms):
    endings = [one for person in people for one in person]
    persons = [place for place, person in enumerate(people) for _ in person]
    table = table_of(endings)
    curve, square = survival.incidence(table, "tap"), 0.0
    square = float((sums(table, endings, persons, [ms]) ** 2).sum())
    (found,) = survival.clustered(curve, [ms], [square], len(people))
    if isinstance(found, NoEffect):
        assert found.code == curve.at(ms).code == "beyond_observation"
        return
    assert found.value == curve.value[ms]
    assert found.n == len(endings)
    assert 0 <= found.interval.low <= found.value <= found.interval.high <= 1
    (wider,) = survival.clustered(curve, [ms], [square], len(people), 0.99)
    assert wider.interval.low <= found.interval.low
    assert wider.interval.high >= found.interval.high


def test_with_many_persons_of_one_unit_it_is_the_curves_own_interval():
    endings = [(1 + k % 23, (*CAUSES, None)[k % 4]) for k in range(20_000)]
    table = table_of(endings)
    curve, found = survival.incidence(table, "tap"), survival.influence(table, "tap", [5, 15])
    pair = survival.clustered(curve, [5, 15], found.variance(table).tolist(), 20_000)
    for ms, one in zip((5, 15), pair, strict=True):
        assert one.interval.low == pytest.approx(curve.low[ms], rel=1e-4)
        assert one.interval.high == pytest.approx(curve.high[ms], rel=1e-4)


def test_everything_twice_by_the_same_persons_tells_no_more():
    """Each unit doubled within its person: the naive interval shrinks by √2, the clustered one stays."""
    endings = [(1 + k % 23, (*CAUSES, None)[k % 4]) for k in range(60)]
    once, twice = table_of(endings), table_of(endings * 2)
    squares = [
        float((sums(table, units, list(range(60)) * times, [10]) ** 2).sum())
        for table, units, times in ((once, endings, 1), (twice, endings * 2, 2))
    ]
    assert squares[0] == pytest.approx(squares[1], rel=1e-12)
    assert survival.influence(twice, "tap", [10]).variance(twice)[0] == pytest.approx(squares[0] / 2)


def test_the_same_persons_on_both_sides_cancel():
    """Against itself an arm does not differ at all; against a copy of which one person acts otherwise, hardly."""
    endings = [(1 + k % 23, (*CAUSES, None)[k % 4]) for k in range(60)]
    other = [*endings[:-1], (1, "tap")]
    persons = [place // 3 for place in range(60)]
    curves = [survival.incidence(table_of(one), "tap") for one in (endings, other)]
    c, t = (sums(table_of(one), one, persons, [10])[:, 0] for one in (endings, other))
    sides = (survival.Persons(float(c @ c), 20), survival.Persons(float(t @ t), 20))
    assert survival.clustered_difference(curves[0], curves[0], 10, (sides[0],) * 2, sides[0].square).code == (
        "no_variation"
    )
    paired = survival.clustered_difference(*curves, 10, sides, float(c @ t))
    apart = survival.clustered_difference(*curves, 10, sides)
    assert paired.value == pytest.approx(apart.value)
    assert paired.interval.high - paired.interval.low < (apart.interval.high - apart.interval.low) / 2
    # D ± t(19) √(20/19 Σ (difference of sums)²), t(19) = 2.093024
    error = math.sqrt(20 / 19 * float(((t - c) ** 2).sum()))
    assert paired.interval.high - paired.value == pytest.approx(2.093024 * error, rel=1e-6)
    level = 1 - paired.p_value
    touching = survival.clustered_difference(*curves, 10, sides, float(c @ t), level)
    assert min(abs(touching.interval.low), abs(touching.interval.high)) == pytest.approx(0, abs=1e-9)


def test_few_persons_are_told_apart_from_chance_by_nothing():
    table = table_of([(3, "tap"), (9, None)] * 20)
    curve = survival.incidence(table, "tap")
    (found,) = survival.clustered(curve, [5], [0.01], 9)
    assert found.code == "few_clusters"
    assert "9 persons; with fewer than 10" in found.sentence
    side, few = survival.Persons(0.01, 30), survival.Persons(0.01, 9)
    assert survival.clustered_difference(curve, curve, 5, (few, side)).code == "few_clusters"
    assert survival.clustered_difference(curve, curve, 5, (side, few)).code == "few_clusters"
    assert survival.clustered_difference(curve, curve, 10, (side, side)).code == "beyond_observation"
    with pytest.raises(ValueError, match="`square` is -1"):
        survival.clustered(curve, [5], [-1.0], 30)
    with pytest.raises(ValueError, match="`squares` has 1 entries"):
        survival.clustered(curve, [5, 6], [0.1], 30)
    with pytest.raises(ValueError, match="`count` is 0"):
        survival.clustered(curve, [5], [0.1], 0)


def test_nobody_tapped_is_bounded_by_the_persons_not_the_units():
    curve = survival.incidence(table_of([(20, None)] * 100), "tap")
    (found,) = survival.clustered(curve, [10], [0.0], 20)
    t = 2.093024054  # Student's quantile, 19 degrees of freedom
    assert found.interval.low == 0.0
    assert found.interval.high == pytest.approx(t * t / (20 + t * t), abs=1e-8)


def world(random, persons, tap, frail):
    """Five impressions a person; the hazard of a tap is the person's own, gamma with the variance `frail`."""
    person = np.repeat(np.arange(persons), 5)
    hazard = tap / TICKS * random.gamma(1 / frail, frail, persons)[person]
    every = hazard + 0.4 / TICKS
    ms = np.ceil(random.exponential(1 / every)).astype(int)
    cause = (random.random(person.size) >= hazard / every).astype(int)
    return person, np.minimum(ms, TICKS), np.where(ms <= TICKS, cause, -1)


def tabled(ms, cause):
    events, censored = np.zeros((2, TICKS + 1), np.int64), np.zeros(TICKS + 1, np.int64)
    np.add.at(events, (cause[cause >= 0], ms[cause >= 0]), 1)
    np.add.at(censored, ms[cause < 0], 1)
    return RiskTable(("tap", "dismiss"), events, censored)


def pulled(table, person, ms, cause, persons):
    found = survival.influence(table, "tap", [TICKS])
    each = np.where(cause >= 0, found.ended[np.maximum(cause, 0), ms, 0], found.censored[ms, 0])
    return np.bincount(person, each, persons)


@pytest.mark.slow
@pytest.mark.parametrize(("persons", "tap"), [(20, 0.8), (40, 0.1), (400, 0.02)])
def test_five_impressions_a_person_are_covered_where_the_naive_interval_fails(persons, tap):
    """700 pairs of arms, then as many of which the same persons stand on both sides; Monte-Carlo error .0082."""
    random, worlds, hits = np.random.default_rng(persons), 700, np.zeros(4)
    drawn = random.gamma(1.0, 1.0, 1_000_000) * tap + 0.4
    truth = float(((drawn - 0.4) / drawn * -np.expm1(-drawn)).mean())
    for _ in range(worlds):
        curves, sides = [], []
        for _ in range(2):
            person, ms, cause = world(random, persons, tap, 1.0)
            table = tabled(ms, cause)
            pull = pulled(table, person, ms, cause, persons)
            curves.append(survival.incidence(table, "tap"))
            sides.append(survival.Persons(float(pull @ pull), persons))
        (found,) = survival.clustered(curves[0], [TICKS], [sides[0].square], persons)
        hits[0] += found.interval.contains(truth)
        hits[1] += curves[0].at(TICKS).interval.contains(truth)
        hits[2] += survival.clustered_difference(*curves, TICKS, tuple(sides)).interval.contains(0.0)
        hits[3] += on_both_sides(random, persons, tap)
    slack = 3 * math.sqrt(0.95 * 0.05 / worlds)
    correct = hits[[0, 2, 3]] / worlds
    assert (0.94 - slack <= correct).all(), correct
    assert (correct <= 0.97 + slack).all(), correct
    if tap > 0.1:
        assert hits[1] / worlds < 0.9


def on_both_sides(random, persons, tap):
    """Does the interval hold 0 when the same persons saw both, three impressions of one and two of the other?"""
    person, ms, cause = world(random, persons, tap, 1.0)
    side = np.tile([0, 1, 0, 1, 0], persons)
    curves, pulls = [], []
    for one in range(2):
        chosen = side == one
        table = tabled(ms[chosen], cause[chosen])
        curves.append(survival.incidence(table, "tap"))
        pulls.append(pulled(table, person[chosen], ms[chosen], cause[chosen], persons))
    sides = tuple(survival.Persons(float(pull @ pull), persons) for pull in pulls)
    found = survival.clustered_difference(*curves, TICKS, sides, float(pulls[0] @ pulls[1]))
    return found.interval.contains(0.0)
