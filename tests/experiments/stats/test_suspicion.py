"""Results to be doubted: each check against recomputation from rows, with its false alarms and its power by simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.stats import contrast
from experiments.stats.effects import Check, Effect, NoEffect, Shift
from experiments.stats.samples import Moments
from experiments.stats.shifts import fixed
from experiments.stats.suspicion import one_unit_moves, pre_exposure_bias, too_good, without_largest


def moments(values):
    values = np.asarray(values, float)
    return Moments(len(values), float(values.mean()), float(((values - values.mean()) ** 2).sum()))


def farthest(values):
    return float(values[np.abs(values - np.mean(values)).argmax()])


def relative(value, error):
    return Shift(value, error**2, 1_000, "relative", "delta")


def failed(found, code):
    assert isinstance(found, Check)
    assert (found.passed, found.reason.code) == (False, code)
    return True


def passed(found, code):
    assert isinstance(found, Check)
    assert (found.passed, found.reason.code) == (True, code)
    return True


# Twyman's law


def test_the_declared_rule_of_twyman_s_law():
    z = 1.959963984540054
    assert failed(too_good(relative(0.76 + z * 0.1, 0.1)), "too_good_to_be_true")
    assert passed(too_good(relative(0.74 + z * 0.1, 0.1)), "size_plausible")
    assert failed(too_good(relative(-0.44 - z * 0.1, 0.1)), "too_good_to_be_true")  # 1/1.75 − 1 = −.4286
    assert passed(too_good(relative(-0.42 - z * 0.1, 0.1)), "size_plausible")
    clear = relative(0.40, 0.01)  # 40 standard errors and beyond the usual, but not three times it
    assert passed(too_good(clear), "size_plausible")
    assert failed(too_good(clear, clearest=20.0), "too_good_to_be_true")
    assert passed(too_good(relative(0.2, 0.001), clearest=20.0), "size_plausible")
    assert failed(too_good(clear, usual=0.1), "too_good_to_be_true")
    assert "+40%" in too_good(clear, usual=0.1).reason.sentence


def test_a_wider_interval_is_harder_to_suspect():
    def wide(shift, level):
        return fixed(Shift(shift.value, 4 * shift.variance, shift.units, shift.scale, shift.method), level)

    assert failed(too_good(relative(1.0, 0.1)), "too_good_to_be_true")
    assert passed(too_good(relative(1.0, 0.1), interval=wide), "size_plausible")


def suspected(events, ratio, copies, paths, seed):
    """Share of simulated experiments under suspicion: `copies` of each of the treatment's events are logged."""
    rng = np.random.default_rng(seed)
    found = 0
    for c, t in zip(rng.poisson(events, paths), rng.poisson(events * ratio, paths), strict=True):
        shift = contrast.relative_shift(c, c, copies * t, copies**2 * t, 2, 0.95)
        found += isinstance(shift, Shift) and not too_good(shift).passed
    return found / paths


def test_events_counted_twice_or_half_lost_are_suspected_and_usual_effects_are_not():
    # 1,000 experiments each: standard error .007 where .95 is said; P(> 3 of 1,000) < .02 where .001 is said
    assert suspected(1_700, 1.0, 2, 1_000, seed=1) >= 0.95 - 3 * 0.007
    assert suspected(2_000, 0.5, 1, 1_000, seed=2) >= 0.94 - 3 * 0.007
    assert suspected(30, 1.25, 1, 1_000, seed=3) <= 0.003
    assert suspected(30, 1.0, 1, 1_000, seed=4) <= 0.003
    assert suspected(5_000, 1.25, 1, 300, seed=5) == 0


# One unit


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40))
def test_leaving_one_out_equals_counting_the_others(values):
    values = np.array(values)
    one = farthest(values)
    found = without_largest(moments(values), one)
    others = np.delete(values, np.abs(values - values.mean()).argmax())
    assert found.n == len(others)
    if len(others):
        expected = moments(others)
        assert found.mean == pytest.approx(expected.mean, abs=1e-9)
        assert found.deviations == pytest.approx(expected.deviations, rel=1e-9, abs=1e-7)


def test_leaving_out_who_is_not_there_is_refused():
    sample = moments([1.0, 2.0, 3.0, 4.0])
    for value in (8.0, -3.0, math.inf, math.nan):
        with pytest.raises(ValueError, match=r"^`largest`"):
            without_largest(sample, value)
    with pytest.raises(ValueError, match=r"^`sample` has 0 units"):
        without_largest(Moments(0, 0.0, 0.0), 1.0)
    assert without_largest(moments([0.1] * 7), 0.1).deviations < 1e-30
    lossy = Moments.from_sums(3, 3e9 + 3, (1e9 - 1) ** 2 + (1e9 + 1) ** 2 + (1e9 + 3) ** 2)
    assert without_largest(lossy, 1e9 + 3).n == without_largest(Moments(3, 1e-278, 0.0), 0.0).n == 2
    assert without_largest(moments([3.0]), 3.0) == Moments(0, 0.0, 0.0)


def doubted(control, treatment, level=0.95):
    return one_unit_moves(moments(control), moments(treatment), farthest(control), farthest(treatment), level)


def test_an_unbelievable_purchase_is_named_with_what_it_does():
    rng = np.random.default_rng(7)
    control, treatment = rng.normal(10, 3, 400), rng.normal(10.55, 3, 400)
    before = stats.ttest_ind(treatment, control, equal_var=False).pvalue
    assert before < 0.05
    treatment[0] = -500.0
    found = doubted(control, treatment)
    assert failed(found, "one_unit_decides")
    facts = dict(found.reason.facts)
    whole, rest = (stats.ttest_ind(one, control, equal_var=False) for one in (treatment, treatment[1:]))
    assert (facts["arm"], facts["value"]) == ("treatment", pytest.approx(-500.0))
    assert facts["p_with"] == pytest.approx(whole.pvalue, rel=1e-9)
    assert facts["p_without"] == pytest.approx(rest.pvalue, rel=1e-9)
    error = math.sqrt(treatment.var(ddof=1) / 400 + control.var(ddof=1) / 400)
    assert facts["moved"] == pytest.approx((treatment[1:].mean() - treatment.mean()) / error, rel=1e-9)


def test_a_unit_that_moves_but_does_not_decide_is_a_note():
    rng = np.random.default_rng(8)
    control, treatment = rng.normal(10, 3, 400), rng.normal(10, 3, 400)
    control[0] = 300.0
    found = doubted(control, treatment)
    assert passed(found, "one_unit_matters")
    assert dict(found.reason.facts)["arm"] == "control"


def test_ordinary_data_do_not_fail_and_a_bot_does():
    # 400 normal worlds without effect: no failure; a unit of 40 % of its arm's sum added to a clear effect: at least .9 fail
    rng = np.random.default_rng(9)
    worlds = rng.normal(10, 4, (400, 2, 60))
    assert all(doubted(c, t).passed for c, t in worlds)
    skewed = rng.lognormal(0, 1, (200, 2, 2_000))
    assert all(doubted(c, t).passed for c, t in skewed)
    caught = 0
    for c, t in rng.exponential(10, (100, 2, 500)):
        t = np.append(t * 1.3, 0.0)
        c = np.append(c, 0.4 * c.sum())  # the bot hides the effect
        caught += not doubted(c, t).passed
    assert caught >= 90


def test_tiny_arms_do_not_break_it():
    assert isinstance(one_unit_moves(Moments(1, 2.0, 0.0), moments([1.0, 2.0]), 2.0, 1.0), NoEffect)
    assert isinstance(one_unit_moves(Moments(0, 0.0, 0.0), moments([1.0, 2.0]), 2.0, 1.0), NoEffect)
    assert isinstance(one_unit_moves(moments([1.0, 1.0]), moments([1.0, 1.0]), 1.0, 1.0), NoEffect)
    for control, treatment, largest in (
        (moments([0.0, 1.0]), moments([5.0, 7.0]), (1.0, 7.0)),
        (moments([0.0] * 9 + [1.0]), moments([0.0] * 9), (1.0, 0.0)),
        (Moments(3, 0.0, 1.5e308), moments([0.0, 1.0]), (1e154, 1.0)),
        (Moments(3, 1e300, 0.0), moments([0.0, 1e-300, 1.0]), (1e300, 1.0)),
    ):
        assert isinstance(one_unit_moves(control, treatment, *largest), Check)


# Before the exposure


def test_metrics_before_exposure_are_tested_together():
    error, m = 0.5, 4
    bound = -stats.norm.ppf(0.0005 / m / 2) * error
    others = {f"m{i}": Shift(0.1, error**2, 100, "absolute", "welch") for i in range(m - 1)}
    over = pre_exposure_bias({**others, "taps": Shift(-bound * 1.001, error**2, 100, "absolute", "welch")})
    under = pre_exposure_bias({**others, "taps": Shift(-bound * 0.999, error**2, 100, "absolute", "welch")})
    assert failed(over, "arms_differed_before")
    assert passed(under, "arms_alike_before")
    assert under.p_value == pytest.approx(4 * 2 * stats.norm.sf(bound * 0.999 / error), rel=1e-9)
    assert dict(over.reason.facts)["metric"] == "taps"
    assert pre_exposure_bias(others).p_value == 1.0
    nothing = pre_exposure_bias({})
    assert isinstance(nothing, NoEffect)
    assert nothing.code == "no_metric_before"


def test_its_false_alarms_and_power():
    # 2,000 experiments with 5 metrics at alpha = .05: at most .05 + 3 · .0049; power of five standard errors in one of ten: .83
    rng = np.random.default_rng(10)

    def alarm(z, alpha):
        found = pre_exposure_bias(
            {str(i): Shift(x, 1.0, 9, "absolute", "welch") for i, x in enumerate(z)}, alpha
        )
        return not found.passed

    quiet = [alarm(z, 0.05) for z in rng.standard_normal((2_000, 5)).tolist()]
    assert 0.03 < np.mean(quiet) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 2_000)
    loud = rng.standard_normal((1_000, 10))
    loud[:, 3] += 5
    assert np.mean([alarm(z, 0.0005) for z in loud.tolist()]) == pytest.approx(0.83, abs=0.04)


def test_the_interval_function_decides():
    def never(shift, level):
        return Effect(
            shift.value,
            fixed(Shift(0.0, 1.0, 9, "absolute", "welch"), level).interval,
            1.0,
            "absolute",
            "wide",
        )

    assert passed(
        pre_exposure_bias({"taps": Shift(9.0, 1.0, 9, "absolute", "welch")}, interval=never),
        "arms_alike_before",
    )


def test_bounds_out_of_range_are_refused():
    calls = (
        lambda: too_good(Shift(1.0, 1.0, 9, "absolute", "welch")),
        lambda: too_good(relative(1.0, 1.0), usual=0.0),
        lambda: too_good(relative(1.0, 1.0), multiple=0.5),
        lambda: too_good(relative(1.0, 1.0), clearest=0.0),
        lambda: pre_exposure_bias({}, alpha=0.0),
    )
    for call in calls:
        with pytest.raises(ValueError, match=r"^`"):
            call()
