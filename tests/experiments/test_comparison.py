"""Every metric in every arm against control, at the levels that the plan asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import Experiment
from experiments.comparison import compare, non_inferiority, shown_level, smallness
from experiments.stats import fieller, means, proportions, survival
from experiments.stats.effects import NoEffect
from experiments.stats.equivalence import equivalent
from experiments.stats.multiplicity import benjamini_hochberg, holm
from experiments.stats.samples import Count, Moments, RiskTable


def metric(key, role="success", kind="conversion", **more):
    return {"key": key, "role": role, "kind": kind, "event": "suggestion_tapped", **more}


def experiment(metrics, arms=("control", "a", "b"), **more):
    return Experiment.model_validate(
        {"key": "x", "variants": [{"key": arm} for arm in arms], "metrics": metrics, **more}
    )


def arm_counts(**hits):
    return {arm: Count(1000, number) for arm, number in hits.items()}


def test_success_is_decided_by_holm_and_shown_at_bonferroni():
    plan = experiment([metric("tapped"), metric("listed")])
    samples = {
        "tapped": arm_counts(control=100, a=140, b=120),
        "listed": arm_counts(control=300, a=310, b=345),
    }
    found = compare(plan, samples)
    assert [(one.metric, one.arm) for one in found] == [
        ("tapped", "a"), ("tapped", "b"), ("listed", "a"), ("listed", "b"),
    ]  # fmt: skip
    raw = [one.effect.p_value for one in found]
    assert [one.adjusted_p for one in found] == list(holm(raw))
    assert {one.effect.interval.level for one in found} == {1 - 0.05 / 4}
    assert {one.relative.interval.level for one in found} == {1 - 0.05 / 4}
    assert found[0].effect == proportions.difference(Count(1000, 100), Count(1000, 140), 1 - 0.05 / 4)
    assert found[0].control_value == proportions.rate(Count(1000, 100), 0.95)
    assert found[0].treatment_value == proportions.rate(Count(1000, 140), 0.95)


def test_exploratory_metrics_share_their_own_benjamini_hochberg():
    plan = experiment([metric("tapped"), metric("p", "exploratory"), metric("q", "exploratory")])
    samples = {
        key: arm_counts(control=100, a=100 + 9 * k, b=100 + 14 * k)
        for k, key in enumerate(["tapped", "p", "q"], 1)
    }
    tapped, explored = compare(plan, samples)[:2], compare(plan, samples)[2:]
    assert [one.adjusted_p for one in tapped] == list(holm([one.effect.p_value for one in tapped]))
    assert [one.adjusted_p for one in explored] == list(
        benjamini_hochberg([one.effect.p_value for one in explored])
    )
    assert {one.effect.interval.level for one in explored} == {0.95}


def test_a_guardrail_has_no_adjusted_p_and_keeps_its_level():
    plan = experiment([metric("left", "guardrail", margin=0.02, direction="down")], arms=("control", "a"))
    (found,) = compare(plan, {"left": arm_counts(control=100, a=105)})
    assert found.adjusted_p is None
    assert found.effect.interval.level == 0.95
    assert shown_level(plan, "guardrail") == 0.95
    assert shown_level(plan, "success") == 0.95  # no success metric at all


def test_an_absolute_margin_is_held_by_the_one_sided_bound():
    (guardrail,) = experiment([metric("left", "guardrail", margin=0.03, direction="down")]).metrics
    control, treatment = Count(4000, 400), Count(4000, 440)
    upper = proportions.difference(control, treatment, 0.90).interval.high
    found = guarded(guardrail, control, treatment)
    assert found.shown
    assert (found.bound, found.margin) == (upper, 0.03)
    assert 0.01 < upper < 0.03
    (tight,) = experiment([metric("left", "guardrail", margin=0.01, direction="down")]).metrics
    assert not guarded(tight, control, treatment).shown


def guarded(guardrail, control, treatment):
    """Non-inferiority at a single look, one-sided 5 %."""
    return non_inferiority(
        guardrail,
        control,
        lambda level, coefficient: guardrail.effect(control, treatment, level, coefficient),
        0.05,
    )


def test_where_up_is_good_the_lower_bound_counts():
    (guardrail,) = experiment([metric("listed", "guardrail", margin=0.03)]).metrics
    control, treatment = Count(4000, 440), Count(4000, 400)
    found = guarded(guardrail, control, treatment)
    assert found.shown
    assert found.bound == proportions.difference(control, treatment, 0.90).interval.low
    assert found.margin == -0.03
    assert not guarded(guardrail, control, Count(4000, 300)).shown


@given(st.integers(200, 2000), st.integers(200, 2000), st.sampled_from(["up", "down"]))
def test_a_relative_margin_counts_the_uncertainty_of_control(in_control, in_treatment, direction):
    """With margin r: treatment − (1 ∓ r) · control on the good side of zero; oracle: the shifted contrast itself."""
    (guardrail,) = experiment([metric("m", "guardrail", margin="10%", direction=direction)]).metrics
    control, treatment = Count(4000, in_control), Count(4000, in_treatment)
    found = guarded(guardrail, control, treatment)
    factor = 0.9 if direction == "up" else 1.1
    shifted = proportions.difference(control, treatment, 0.90, coefficient=factor).interval
    assert found.shown == (shifted.low > 0 if direction == "up" else shifted.high < 0)
    assert abs(found.margin) == pytest.approx(0.1 * in_control / 4000)
    assert found.shown == (found.bound > found.margin if direction == "up" else found.bound < found.margin)


def test_a_relative_margin_of_a_negative_mean_allows_the_same_amount():
    (guardrail,) = experiment([metric("m", "guardrail", kind="mean", margin="10%")]).metrics
    found = guarded(guardrail, Moments(1000, -10.0, 999.0), Moments(1000, -10.5, 999.0))
    assert found.margin == pytest.approx(-1.0)
    assert found.shown
    assert not guarded(guardrail, Moments(1000, -10.0, 999.0), Moments(1000, -11.5, 999.0)).shown


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from([0.02, 0.05, "20%"]))
def test_small_is_what_two_one_sided_tests_show(in_control, in_treatment, minimum):
    """Oracle: `equivalent` (TOST) of the plain difference, or each shifted contrast on its side of zero."""
    (asked,) = experiment([metric("m", minimum=minimum)]).metrics
    control, treatment = Count(1000, in_control), Count(1000, in_treatment)

    def effect(level, coefficient=1.0):
        return asked.effect(control, treatment, level, coefficient)

    found = smallness(asked, control, effect, 0.05)
    if isinstance(minimum, float):
        told = equivalent(effect, -minimum, minimum, 0.05)
        assert found.shown == told.shown
        assert (found.low, found.high) == (told.effect.interval.low, told.effect.interval.high)
    else:
        assert found.shown == (effect(0.9, 0.8).interval.low > 0 and effect(0.9, 1.2).interval.high < 0)


def test_what_would_matter_is_asked_only_where_the_plan_names_it():
    plan = experiment([metric("tapped"), metric("left", minimum="5%")], arms=("control", "a"))
    empty = {"control": Count(0, 0), "a": Count(0, 0)}
    tapped, left = compare(plan, {"tapped": empty, "left": empty})
    assert tapped.smallness is None
    assert isinstance(left.smallness, NoEffect)


def test_other_roles_have_no_non_inferiority():
    (success,) = experiment([metric("tapped")]).metrics
    assert guarded(success, Count(10, 1), Count(10, 1)) is None


def test_empty_arms_are_compared_to_a_cannot_say():
    plan = experiment([metric("tapped"), metric("left", "guardrail", margin=0.1)], arms=("control", "a"))
    empty = {"control": Count(0, 0), "a": Count(0, 0)}
    for found in compare(plan, {"tapped": empty, "left": empty}):
        assert isinstance(found.effect, NoEffect)
        assert found.adjusted_p is None
        assert found.improvement is None
    assert isinstance(found.non_inferiority, NoEffect)


def test_each_kind_uses_its_own_formula():
    plan = experiment(
        [
            metric("spent", kind="mean", property="value"),
            metric("by-2s", kind="incidence", within="2s", direction="down"),
        ],
        arms=("control", "a"),
    )
    purses = {"control": Moments(50, 3.0, 60.0), "a": Moments(60, 3.5, 80.0)}
    curves = {
        arm: RiskTable.from_rows(
            ["tap", "dismiss", "leave"], [(1500, "tap", taps), (4000, None, 100 - taps)], 4000
        )
        for arm, taps in (("control", 30), ("a", 40))
    }
    spent, by_2s = compare(plan, {"spent": purses, "by-2s": curves})
    assert (spent.unit, by_2s.unit) == ("number", "share")
    assert spent.effect == means.difference(purses["control"], purses["a"], 0.975)
    assert spent.relative == fieller.of_means(purses["control"], purses["a"], 0.975)
    one, other = (survival.incidence(curves[arm], "tap", 0.975) for arm in ("control", "a"))
    assert by_2s.effect == survival.difference_at(one, other, 2000, 0.975)
    assert by_2s.relative == survival.relative_difference_at(one, other, 2000, 0.975)
    assert by_2s.treatment_value.value == pytest.approx(0.4)
    assert by_2s.improvement == -by_2s.effect.value


def test_an_incidence_beyond_the_display_limit_cannot_be_said():
    plan = experiment([metric("by-6s", kind="incidence", within="6s")], arms=("control", "a"))
    short = RiskTable.from_rows(["tap", "dismiss", "leave"], [(1500, "tap", 30), (4000, None, 70)], 4000)
    long = RiskTable.from_rows(["tap", "dismiss", "leave"], [(5500, "tap", 30), (8000, None, 70)], 8000)
    (found,) = compare(plan, {"by-6s": {"control": short, "a": long}})
    assert found.effect.code == found.relative.code == found.control_value.code == "beyond_observation"
    assert found.treatment_value.value == pytest.approx(0.3)


def test_a_missing_sample_and_a_wrong_kind_of_sample_are_refused():
    plan = experiment([metric("tapped")], arms=("control", "a"))
    with pytest.raises(ValueError, match="`samples` has nothing for metric 'tapped' in variant 'a'"):
        compare(plan, {"tapped": {"control": Count(1, 1)}})
    with pytest.raises(TypeError, match="`sample` is a Moments; must be a Count for 'tapped'"):
        compare(plan, {"tapped": {"control": Moments(1, 1.0, 0.0), "a": Count(1, 1)}})
