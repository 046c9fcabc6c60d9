"""Post-stratification: a saturated regression of statsmodels, laws, the rule of joining, and coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t
from statsmodels.api import OLS

from experiments.stats import means, strata
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.samples import Count, Moments


def moments(values):
    values = np.asarray(values, float)
    return Moments(values.size, float(values.mean()), float(values.var() * values.size))


def drawn(seed, sizes, effects=(0.0, 0.0, 0.0)):
    """Values of each stratum in one arm; strata lie far apart."""
    rng = np.random.default_rng(seed)
    return {
        name: rng.normal(3 * place + effect, 1 + place, size)
        for place, (name, size, effect) in enumerate(zip("abc", sizes, effects, strict=True))
    }


def test_the_effect_is_that_of_a_saturated_regression():
    """Lin (2013): outcome on arm × (stratum − its share); the arm's slope and its HC2 error, which is Σ w² s²/n."""
    one, other = drawn(1, (40, 60, 25)), drawn(2, (70, 30, 20), (0.5, -0.2, 1.0))
    names = np.concatenate([np.repeat(list(arm), [len(x) for x in arm.values()]) for arm in (one, other)])
    arm = np.repeat([0.0, 1.0], [125, 120])
    known = np.column_stack([(names == name) - np.mean(names == name) for name in "bc"])
    design = np.column_stack([np.ones(245), arm, known, known * arm[:, None]])
    values = np.concatenate([*one.values(), *other.values()])
    fitted = OLS(values, design).fit(cov_type="HC2")
    found = strata.shift(*({k: moments(x) for k, x in side.items()} for side in (one, other)))
    apart = np.array([other[name].mean() - one[name].mean() for name in "abc"])
    weights = np.array([110, 90, 45]) / 245
    between = weights @ (apart - weights @ apart) ** 2 / 245
    assert found.value == pytest.approx(fitted.params[1], rel=1e-9)
    assert found.variance == pytest.approx(fitted.bse[1] ** 2 + between, rel=1e-9)
    assert (found.units, found.scale, found.method) == (245, "absolute", "post_stratified")


def test_the_relative_change_follows_every_part_by_hand():
    one, other = drawn(1, (40, 60, 25), (2, 2, 2)), drawn(2, (70, 30, 20), (2.5, 1.8, 3.0))
    found = strata.relative_shift(*({k: moments(x) for k, x in arm.items()} for arm in (one, other)), 0.95)
    weights = np.array([110, 90, 45]) / 245
    c, tr = (np.array([arm[name].mean() for name in "abc"]) for arm in (one, other))
    k = weights @ tr / (weights @ c)
    variance = weights @ (tr - k * c) ** 2 / 245
    for name, weight in zip("abc", weights, strict=True):
        variance += weight**2 * (
            other[name].var(ddof=1) / other[name].size + k**2 * one[name].var(ddof=1) / one[name].size
        )
    assert (found.value, found.variance) == pytest.approx((k - 1, variance / (weights @ c) ** 2), rel=1e-9)
    assert (found.units, found.scale, found.freedom) == (245, "relative", None)
    effect = strata.relative_difference(
        *({k: moments(x) for k, x in arm.items()} for arm in (one, other)), 0.9
    )
    assert effect.interval.high - effect.value == pytest.approx(norm.ppf(0.95) * found.error)


def test_two_strata_of_shares_by_hand():
    # a: 2/10 and 5/20, b: 20/40 and 18/30; w = .3, .7; d = .05, .1; D = .085
    control, treatment = {"a": Count(10, 2), "b": Count(40, 20)}, {"a": Count(20, 5), "b": Count(30, 18)}
    found = strata.shift(control, treatment)
    cells = (
        (0.09 * 0.2 * 0.8 / 9, 9),
        (0.09 * 0.25 * 0.75 / 19, 19),
        (0.49 * 0.25 / 39, 39),
        (0.49 * 0.24 / 29, 29),
    )
    variance = sum(part for part, _ in cells) + (0.3 * 0.035**2 + 0.7 * 0.015**2) / 100
    assert (found.value, found.variance) == pytest.approx((0.085, variance), rel=1e-12)
    assert found.freedom == pytest.approx(variance**2 / sum(part**2 / df for part, df in cells), rel=1e-12)
    assert strata.shift(control, treatment, 0.9).value == pytest.approx(0.085 + 0.1 * 0.41)
    effect = strata.difference(control, treatment, 0.9, 0.9)
    told = strata.shift(control, treatment, 0.9)
    assert effect.interval.high - effect.value == pytest.approx(t.ppf(0.95, told.freedom) * told.error)


VALUES = st.lists(st.integers(-20, 20), max_size=8)
ARM = st.dictionaries(st.sampled_from("abcdef"), VALUES, max_size=6).map(
    lambda arm: {name: moments(x) for name, x in arm.items() if x}
)


@given(ARM, ARM, st.permutations("uvwxyz"))
def test_arms_swap_and_names_and_empty_strata_do_not_matter(control, treatment, names):
    found = strata.shift(control, treatment)
    renamed = dict(zip("abcdef", names, strict=True))
    again = strata.shift(
        {renamed[key]: x for key, x in control.items()} | {"none": Moments(0, 0.0, 0.0)},
        {renamed[key]: x for key, x in treatment.items()},
    )
    back = strata.shift(treatment, control)
    if isinstance(found, NoEffect):
        assert isinstance(again, NoEffect)
        assert isinstance(back, NoEffect)
        assert found.code == again.code == back.code
        return
    assert (again.value, again.variance) == pytest.approx((found.value, found.variance), abs=1e-9)
    assert (back.value, back.variance) == pytest.approx((-found.value, found.variance), abs=1e-9)
    assert again.freedom == pytest.approx(found.freedom)
    assert found.units == sum(x.n for arm in (control, treatment) for x in arm.values())


@given(*[st.lists(st.integers(-20, 20), min_size=2, max_size=12)] * 2)
def test_one_stratum_is_welch(one, other):
    found = strata.difference({"all": moments(one)}, {"all": moments(other)})
    plain = means.difference(moments(one), moments(other))
    if isinstance(plain, NoEffect):
        assert found.code == plain.code
    else:
        assert (found.value, found.p_value) == pytest.approx((plain.value, plain.p_value), abs=1e-9)
        assert found.interval.low == pytest.approx(plain.interval.low)


def test_strata_with_fewer_than_two_units_in_an_arm_are_joined():
    small = {"x": Count(1, 1), "y": Count(5, 1), "big": Count(50, 20)}
    whole = {"x": Count(4, 1), "z": Count(3, 2), "big": Count(40, 25)}
    joined = strata.shift({"x": Count(6, 2), "big": Count(50, 20)}, {"x": Count(7, 3), "big": Count(40, 25)})
    assert strata.shift(small, whole) == joined


def test_too_few_even_together_take_the_smallest_others_with_them():
    one = {"lone": Count(1, 1), "p": Count(4, 1), "q": Count(3, 1), "big": Count(50, 20)}
    other = {"p": Count(4, 3), "q": Count(5, 2), "big": Count(40, 25)}
    found = strata.shift(one, other)
    by_hand = strata.shift(
        {"rest": Count(8, 3), "big": Count(50, 20)}, {"rest": Count(9, 5), "big": Count(40, 25)}
    )
    assert (found.value, found.variance) == pytest.approx((by_hand.value, by_hand.variance))
    assert found.freedom == pytest.approx(by_hand.freedom)
    all_of_it = strata.shift({"a": Count(1, 1), "b": Count(9, 4)}, {"c": Count(9, 3)})
    assert (all_of_it.value, all_of_it.units) == pytest.approx((3 / 9 - 5 / 10, 19))


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ({}, {"a": Count(9, 1)}, "no_units"),
        ({"a": Count(9, 1)}, {"a": Count(0, 0)}, "no_units"),
        ({"a": Count(1, 1)}, {"a": Count(9, 1)}, "one_unit"),
        ({"a": Count(9, 1)}, {"b": Moments(1, 3.0, 0.0)}, "one_unit"),
        ({"a": Count(9, 0)}, {"a": Count(9, 0)}, "no_variation"),
        ({"a": Moments(2, 0.1, 1e-34)}, {"a": Moments(2, 0.1, 0.0)}, "no_variation"),
        ({"a": Moments(1, 1e300, 0.0), "b": Moments(1, -1e300, 0.0)}, {"a": Count(9, 1)}, "out_of_range"),
    ],
)
def test_what_cannot_be_said(one, other, code):
    assert strata.shift(one, other).code == strata.difference(one, other).code == code


def test_control_must_be_told_from_zero():
    assert (
        strata.relative_shift({"a": Count(9, 0)}, {"a": Count(9, 3)}, 0.95).code
        == "ratio_of_uncertain_control"
    )
    assert (
        strata.relative_difference({"a": Count(9, 1)}, {"a": Count(9, 3)}).code
        == "ratio_of_uncertain_control"
    )
    assert strata.relative_difference({}, {"a": Count(9, 3)}).code == "no_units"


EXTREME = st.sampled_from([0.0, 1e-300, 1e-160, 1e-8, 1.0, 3.0, 1e8, 1e150, 1e300, -1.0, -1e-160, -1e300])
WILD = st.dictionaries(
    st.sampled_from("abc"),
    st.tuples(st.integers(2, 4), EXTREME, EXTREME.map(abs)).map(lambda x: Moments(*x))
    | EXTREME.map(lambda x: Moments(1, x, 0.0)),
)


@given(WILD, WILD, st.sampled_from([1.0, 0.9, -1.1]))
def test_extreme_numbers_end_in_an_effect_or_a_sentence(one, other, coefficient):
    assert isinstance(strata.difference(one, other, 0.95, coefficient), Effect | NoEffect)
    assert isinstance(strata.relative_difference(one, other), Effect | NoEffect)


def test_it_takes_the_variance_between_strata_away_and_covers():
    """2 000 worlds of 150 units, strata drawn by chance, effects of their own: coverage 95 % ± 3 s.e. (0.49 points)."""
    rng, worlds, shares = np.random.default_rng(4), 2000, np.array([0.5, 0.3, 0.2])
    levels, effects = np.array([0.0, 2.0, 6.0]), np.array([0.2, 1.0, -1.0])
    true, found, plain = float(shares @ effects), [], []
    for _ in range(worlds):
        place, arm = rng.choice(3, 150, p=shares), rng.random(150) < 0.5
        y = levels[place] + arm * effects[place] + rng.normal(0, 1, 150)
        sides = [
            {str(k): moments(y[(arm == side) & (place == k)]) for k in range(3)} for side in (False, True)
        ]
        found.append(strata.shift(*sides))
        plain.append(y[arm].mean() - y[~arm].mean())
    covered = np.mean([abs(one.value - true) <= t.ppf(0.975, one.freedom) * one.error for one in found])
    assert abs(covered - 0.95) < 3 * math.sqrt(0.95 * 0.05 / worlds)
    said, seen = np.mean([one.variance for one in found]), np.var([one.value for one in found])
    assert said / seen == pytest.approx(1, abs=3 * math.sqrt(2 / worlds))
    assert seen < 0.3 * np.var(plain)
