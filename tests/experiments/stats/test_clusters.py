"""Shares of units that share persons: statsmodels' clustered errors, laws, and coverage by simulation."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import beta
from statsmodels.api import OLS

from experiments.stats import proportions
from experiments.stats.clusters import Clusters, difference, rate, relative_difference
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.samples import Count


def side(n, hits):
    return Clusters(np.array(n, np.int64), np.array(hits, np.int64))


def world(rng, persons, first, second, overlap):
    """Persons with 1 to 4 units on one side or on both, whose own rates spread widely around the side's."""
    own = rng.random(persons)
    both, left = rng.random(persons) < overlap, rng.random(persons) < 0.5
    sides = []
    for share, here in ((first, both | left), (second, both | ~left)):
        n = np.where(here, 1 + rng.binomial(3, 0.3, persons), 0)
        sides.append(Clusters(n, rng.binomial(n, beta.ppf(own, 3 * share, 3 * (1 - share)))))
    return sides


@pytest.mark.parametrize("overlap", [0.0, 0.4, 1.0])
def test_many_persons_have_the_errors_of_a_clustered_regression(overlap):
    """statsmodels: units regressed on their side, errors clustered by person."""
    control, treatment = world(np.random.default_rng(3), 3000, 0.4, 0.45, overlap)
    person = np.concatenate([np.repeat(np.arange(3000), one.n) for one in (control, treatment)])
    hits = [
        np.concatenate([np.arange(n) < h for n, h in zip(one.n, one.hits, strict=True)])
        for one in (control, treatment)
    ]
    sides = np.repeat([0.0, 1.0], [len(hits[0]), len(hits[1])])
    design = np.column_stack([np.ones(len(sides)), sides])
    fitted = OLS(np.concatenate(hits).astype(float), design).fit(
        cov_type="cluster", cov_kwds={"groups": person}
    )
    found = difference(control, treatment)
    assert found.value == pytest.approx(fitted.params[1])
    width = (found.interval.high - found.interval.low) / (2 * 1.96)
    assert width == pytest.approx(fitted.bse[1], rel=0.01)
    assert found.p_value == pytest.approx(fitted.pvalues[1], rel=0.1)
    told = relative_difference(control, treatment)
    assert told.value == pytest.approx(fitted.params[1] / fitted.params[0])
    assert told.p_value == pytest.approx(found.p_value)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60))
def test_persons_with_one_unit_on_one_side_are_newcombes(people):
    control = side([not left for left, _ in people], [not left and hit for left, hit in people])
    treatment = side([left for left, _ in people], [left and hit for left, hit in people])
    assert difference(control, treatment) == proportions.difference(control.count, treatment.count)
    assert relative_difference(control, treatment) == proportions.relative_difference(
        control.count, treatment.count
    )
    assert rate(control) == proportions.rate(control.count)


PERSONS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)),
    min_size=1,
    max_size=25,
)


FEW = (
    [(2, 0, 4, 1), (4, 4, 2, 2)],  # an end comes to 0 and stays there
    [(1, 0, 4, 0), (1, 1, 3, 3)],
    [(0, 0, 3, 1), (1, 0, 4, 1), (1, 1, 1, 1)],  # comes to 0 and leaves it again
    [(1, 0, 4, 1), (1, 0, 4, 1), (1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 3, 2)],
)


@given(PERSONS)
@example(FEW[0])
@example(FEW[1])
@example(FEW[2])
@example(FEW[3])
def test_the_sides_swap_and_the_two_intervals_never_disagree(people):
    a = side([n for n, _, _, _ in people], [min(n, h) for n, h, _, _ in people])
    b = side([n for _, _, n, _ in people], [min(n, h) for _, _, n, h in people])
    forth, back = difference(a, b), difference(b, a)
    if isinstance(forth, NoEffect):
        assert isinstance(back, NoEffect)
        return
    assert forth.interval.low == pytest.approx(-back.interval.high)
    assert forth.interval.high == pytest.approx(-back.interval.low)
    assert forth.p_value == pytest.approx(back.p_value)
    assert -1 <= forth.interval.low <= forth.value <= forth.interval.high <= 1
    clear = forth.interval.low > 0 or forth.interval.high < 0
    assert clear == (forth.p_value < 0.05) or abs(forth.p_value - 0.05) < 1e-6
    told = relative_difference(a, b)
    if isinstance(told, Effect) and abs(forth.p_value - 0.05) > 1e-6:
        assert clear == (told.interval.low > 0 or told.interval.high < 0)


def test_a_unit_written_ten_times_tells_no_more_than_once():
    """Ten equal units of everybody: the interval of one unit each, but for Student's wider quantile."""
    once = (
        side([1] * 40 + [0] * 40, [1] * 10 + [0] * 70),
        side([0] * 40 + [1] * 40, [0] * 40 + [1] * 22 + [0] * 18),
    )
    ten = [Clusters(one.n * 10, one.hits * 10) for one in once]
    alone, tenfold = difference(*once), difference(*ten)
    assert tenfold.value == pytest.approx(alone.value)
    ratio = (tenfold.interval.high - tenfold.interval.low) / (alone.interval.high - alone.interval.low)
    assert 1 < ratio < 1.06
    blind = proportions.difference(ten[0].count, ten[1].count)
    assert blind.interval.high - blind.interval.low < 0.4 * (tenfold.interval.high - tenfold.interval.low)


def test_who_does_the_same_on_both_sides_tells_nothing_of_a_difference():
    both = side([2] * 30, [2] * 12 + [0] * 18)
    found = difference(both, both)
    assert (found.value, found.p_value) == (0, 1)
    assert found.interval.high < 0.06 < proportions.difference(both.count, both.count).interval.high


def test_where_nobody_or_everybody_got_there_a_person_is_one_draw():
    nobody = rate(side([5] * 20, [0] * 20))
    assert isinstance(nobody, Estimate)
    low, high = nobody.interval.low, nobody.interval.high
    student = 2.093024  # 97.5 % of Student's t on 19 degrees of freedom
    assert (nobody.value, low) == (0, 0)
    assert high == pytest.approx(student**2 / (20 + student**2), abs=1e-5)
    everybody = rate(side([5] * 20, [5] * 20))
    assert (everybody.interval.low, everybody.interval.high) == pytest.approx((1 - high, 1), abs=1e-9)


def test_what_cannot_be_said():
    one, none = side([9, 0], [4, 0]), side([0, 0], [0, 0])
    some = side([3, 4], [1, 2])
    assert difference(one, some).code == difference(some, one).code == rate(one).code == "one_person"
    assert (
        difference(none, some).code == relative_difference(none, some).code == rate(none).code == "no_units"
    )
    assert relative_difference(side([3, 4], [0, 0]), some).code == "ratio_without_hits"
    with pytest.raises(ValueError, match="hits"):
        side([1, 1], [1])
    with pytest.raises(ValueError, match="hits"):
        side([1, 1], [2, 0])
    with pytest.raises(ValueError, match="treatment"):
        difference(some, side([1], [0]))


@pytest.mark.parametrize(
    ("persons", "first", "second", "overlap"),
    [
        (25, 0.1, 0.1, 0.5),
        (40, 0.1, 0.25, 0.0),
        (100, 0.5, 0.55, 1.0),
        (60, 0.9, 0.97, 0.3),
        (300, 0.05, 0.05, 0.4),
    ],
)
def test_intervals_cover_the_difference(persons, first, second, overlap):
    """At least 95 % but for 3 Monte-Carlo errors; Newcombe's own, blind for persons, is said beside it."""
    rng, runs = np.random.default_rng(persons), 600
    found = [difference(*world(rng, persons, first, second, overlap)) for _ in range(runs)]
    told = [one for one in found if isinstance(one, Effect)]
    assert len(told) > 0.98 * runs
    covered = sum(one.interval.contains(second - first) for one in told) / len(told)
    error = math.sqrt(0.95 * 0.05 / len(told))
    assert covered >= 0.95 - 3 * error, f"{covered:.3f} ± {error:.3f}"
    if first == second:
        alarms = sum(one.p_value < 0.05 for one in told) / len(told)
        assert alarms <= 0.05 + 3 * error


def test_an_interval_that_is_blind_for_persons_covers_too_seldom():
    """The reason for all this: 5 to 8 alike units a person, none on both sides."""
    rng, runs = np.random.default_rng(8), 400
    blind, aware = 0, 0
    for _ in range(runs):
        own, left = rng.random(120), rng.random(120) < 0.5
        n = 5 + rng.integers(0, 4, 120)
        hits = rng.binomial(n, beta.ppf(own, 0.9, 2.1))
        control, treatment = (Clusters(n * here, hits * here) for here in (left, ~left))
        blind += proportions.difference(control.count, treatment.count).interval.contains(0)
        aware += difference(control, treatment).interval.contains(0)
    assert blind / runs < 0.85
    assert aware / runs >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / runs)
    assert control.count == Count(int(control.n.sum()), int(control.hits.sum()))
