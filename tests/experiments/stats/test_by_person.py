"""Units of persons: clustered variances of statsmodels, Welch where each has one unit, and error rates by simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import by_person, clusters, fieller, means
from experiments.stats.by_person import PersonSums
from experiments.stats.clusters import Clusters
from experiments.stats.effects import Effect, NoEffect, Shift
from experiments.stats.samples import Moments


def sums(units, tops, bottoms=None):
    units = np.array(units, np.int64)
    return PersonSums(units, np.array(tops, float), np.array(units if bottoms is None else bottoms, float))


def drawn(rng, persons, most=6):
    """Both arms of persons who have 1 to `most` units in each, values with an effect of the person."""
    arms = []
    own = rng.normal(size=persons)
    for _ in range(2):
        units = rng.integers(1, most + 1, persons)
        tops = units * own + np.sqrt(units) * rng.normal(size=persons)
        arms.append(sums(units, tops))
    return arms


def test_persons_in_both_arms_have_the_clustered_variance_of_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    rows = [
        (p, arm, rng.normal() + p % 3) for p in range(40) for arm in (0, 1) for _ in range(1 + (p + arm) % 4)
    ]
    who, arm, values = (np.array(one) for one in zip(*rows, strict=True))
    fit = sm.OLS(values, sm.add_constant(arm.astype(float))).fit(
        cov_type="cluster", cov_kwds={"groups": who, "use_correction": False}
    )
    control, treatment = (
        sums(*(np.bincount(who[arm == a], weights=w[arm == a]) for w in (np.ones_like(values), values)))
        for a in (0, 1)
    )
    found = by_person.shift(control, treatment)
    assert isinstance(found, Shift)
    assert found.value == pytest.approx(fit.params[1], rel=1e-9)
    assert found.variance == pytest.approx(fit.bse[1] ** 2 * 40 / 39, rel=1e-9)


def test_where_each_person_has_one_unit_it_is_welch_and_newcombe():
    rng = np.random.default_rng(2)
    values = [rng.lognormal(size=n) for n in (30, 45)]
    none = [np.zeros(n) for n in (30, 45)]
    control = sums(np.r_[np.ones(30), none[1]], np.r_[values[0], none[1]])
    treatment = sums(np.r_[none[0], np.ones(45)], np.r_[none[0], values[1]])
    moments = [Moments(one.size, one.mean(), ((one - one.mean()) ** 2).sum()) for one in values]
    apart, welch = by_person.difference(control, treatment, share=False), means.difference(*moments)
    assert isinstance(apart, Effect)
    assert isinstance(welch, Effect)
    assert apart.interval.low == pytest.approx(welch.interval.low, rel=1e-9)
    assert apart.p_value == pytest.approx(welch.p_value, rel=1e-9)
    relative, expected = by_person.relative_difference(control, treatment), fieller.of_means(*moments)
    assert isinstance(relative, Effect)
    assert isinstance(expected, Effect)
    assert relative.interval.high == pytest.approx(expected.interval.high, rel=1e-9)


def test_shares_at_one_look_are_those_of_clusters():
    control, treatment = sums([3, 0, 4, 1], [1, 0, 4, 0]), sums([2, 5, 0, 1], [2, 1, 0, 1])
    both = (
        Clusters(control.units, control.tops.astype(np.int64)),
        Clusters(treatment.units, treatment.tops.astype(np.int64)),
    )
    assert by_person.difference(control, treatment, share=True) == clusters.difference(*both)
    assert by_person.relative_difference(control, treatment, share=True) == clusters.relative_difference(
        *both
    )
    assert by_person.value(control, share=True) == clusters.rate(both[0])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.floats(-5, 5)), min_size=3, max_size=12))
def test_the_variance_is_that_of_one_number_a_person(rows):
    control = sums([c for c, _, _ in rows], [c * (x + c) for c, _, x in rows])
    treatment = sums([t for _, t, _ in rows], [t * x - t * t for _, t, x in rows])
    found = by_person.shift(control, treatment)
    if isinstance(found, NoEffect):
        return
    means_of = [arm.tops.sum() / arm.units.sum() for arm in (control, treatment)]
    pulls = [
        (arm.tops - m * arm.units) / arm.units.sum()
        for arm, m in zip((control, treatment), means_of, strict=True)
    ]
    persons = [int((arm.units > 0).sum()) for arm in (control, treatment)]
    every = int(((control.units > 0) | (treatment.units > 0)).sum())
    expected = sum((p**2).sum() * m / (m - 1) for p, m in zip(pulls, persons, strict=True))
    expected -= 2 * (pulls[0] * pulls[1]).sum() * every / (every - 1)
    assert found.variance == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_ten_units_that_behave_alike_are_one_person():
    rng = np.random.default_rng(3)
    hits = rng.random(100) < 0.5
    control, treatment = (
        sums(10 * here, 10 * (here & hits)) for here in (np.arange(100) % 2 == a for a in (0, 1))
    )
    by_unit = clusters.difference(control.hits, treatment.hits)
    assert isinstance(by_unit, Effect)
    single = clusters.difference(
        *(Clusters(one.hits.n // 10, one.hits.hits // 10) for one in (control, treatment))
    )
    assert isinstance(single, Effect)
    assert by_unit.p_value == pytest.approx(single.p_value, abs=0.03)


@pytest.mark.parametrize("apart", [False, True])
def test_without_effect_one_in_twenty_is_significant(apart):
    worlds, persons, rng, wrong = 1500, 80, np.random.default_rng(4), 0
    for _ in range(worlds):
        control, treatment = drawn(rng, persons)
        if apart:  # each person in one arm only
            here = np.arange(persons) % 2 == 0
            control, treatment = (
                sums(one.units * kept, one.tops * kept) for one, kept in ((control, here), (treatment, ~here))
            )
        found = by_person.difference(control, treatment, share=False)
        assert isinstance(found, Effect)
        wrong += found.p_value < 0.05
    assert wrong / worlds == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / worlds))


def test_what_cannot_be_said_is_said():
    empty, one = sums([0, 0], [0, 0]), sums([3, 0], [3, 0])
    assert isinstance(by_person.shift(empty, one), NoEffect)
    assert isinstance(by_person.shift(one, one), NoEffect)
    assert isinstance(by_person.relative_difference(sums([1, 1], [0, 0]), sums([1, 1], [1, 1])), NoEffect)
    with pytest.raises(ValueError, match=r"^`tops` has 1 persons"):
        sums([1, 2], [1.0])
    with pytest.raises(ValueError, match=r"^`tops` is not all finite"):
        sums([1], [math.inf])
