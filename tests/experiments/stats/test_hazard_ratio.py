"""Hazard ratios and the agreement of two arms: against R and scipy, by hand, and by their own error rates."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.samples import RiskTable
from experiments.stats.survival import incidence
from experiments.stats.survival.gain import gained
from experiments.stats.survival.hazard_agreement import ALPHA, BAND, hazards_agree
from experiments.stats.survival.hazard_ratio import hazard_ratio
from tests.experiments.rscript import numbers_from_r
from tests.experiments.stats.endings import CAUSES, ENDINGS, table_of


def launch(seed: int, n: int, limit_ms: int, rates, surge=None) -> RiskTable:
    """People in front of a pop-up: endings per second and cause; `surge` = (from s, to s, further taps per second)."""
    rng = np.random.default_rng(seed)
    s = rng.exponential(1 / sum(rates), n)
    cause = rng.choice(len(rates), n, p=np.array(rates) / sum(rates))
    if surge is not None:
        begin, end, rate = surge
        other = begin + rng.exponential(1 / rate, n)
        hit = (other < end) & (other < s)
        s, cause = np.where(hit, other, s), np.where(hit, 0, cause)
    ms = (s * 1000).astype(np.int64)
    ended = ms <= limit_ms
    events, censored = np.zeros((len(rates), limit_ms + 1), np.int64), np.zeros(limit_ms + 1, np.int64)
    np.add.at(events, (cause[ended], ms[ended]), 1)
    censored[limit_ms] = (~ended).sum()
    return RiskTable(CAUSES, events, censored)


@pytest.mark.r
@pytest.mark.parametrize("seed", range(10))
def test_the_ratio_is_cox_with_breslows_ties(seed):
    control, treatment = (
        launch(seed, 300, 40, (9.0, 4.0, 2.0)),
        launch(seed + 50, 200, 60, (14.0, 4.0, 2.0)),
    )
    said = numbers_from_r(
        """
        rows <- function(ms, status, n, arm) data.frame(ms = rep(ms, n), status = rep(status, n), arm = arm)
        """
        + _in_r(control, 0)
        + _in_r(treatment, 1)
        + 'd <- rbind(a0, a1); fit <- coxph(Surv(ms, status) ~ arm, d, ties = "breslow",'
        " control = coxph.control(eps = 1e-14, iter.max = 60)); say('log', coef(fit))"
    )
    found = hazard_ratio(control, treatment, "tap")
    assert math.log(found.ratio.value) == pytest.approx(said["log"][0], abs=1e-9)


def _in_r(table: RiskTable, arm: int) -> str:
    taps, rest = table.events[0], table.events[1:].sum(axis=0) + table.censored
    rows = [(ms, 1, n) for ms, n in enumerate(taps) if n] + [(ms, 0, n) for ms, n in enumerate(rest) if n]
    columns = (",".join(str(row[k]) for row in rows) for k in range(3))
    ms, status, n = columns
    return f"a{arm} <- rows(c({ms}), c({status}), c({n}), {arm})\n"


def test_p_value_and_interval_are_the_binomials_when_the_arms_shrink_alike():
    """Five moments, each arm losing the same share of itself: 30 of 100 endings where 1/3 of the people are."""
    control = RiskTable.from_rows(["tap"], [(5, "tap", 70), (9, None, 930)], 9)
    treatment = RiskTable.from_rows(["tap"], [(5, "tap", 30), (9, None, 470)], 9)
    found = hazard_ratio(control, treatment, "tap")
    tails = binom.cdf(30, 100, 1 / 3), binom.sf(29, 100, 1 / 3)
    assert found.p_value == pytest.approx(2 * min(tails), abs=1e-12)
    assert found.ratio.value == pytest.approx((30 / 500) / (70 / 1000))
    for ratio, tail in ((found.ratio.interval.low, "sf"), (found.ratio.interval.high, "cdf")):
        share = ratio * 500 / (ratio * 500 + 1000)
        reached = binom.sf(29, 100, share) if tail == "sf" else binom.cdf(30, 100, share)
        assert reached == pytest.approx(0.025, abs=1e-9)


@given(ENDINGS, ENDINGS)
def test_the_interval_excludes_one_exactly_when_the_p_value_is_small(one, other):
    found = hazard_ratio(table_of(one), table_of(other), "tap", level=0.9)
    if isinstance(found.ratio, Estimate):
        assert found.ratio.interval.contains(found.ratio.value)
        assert found.ratio.interval.contains(1.0) == (found.p_value >= 0.1)


@given(ENDINGS, ENDINGS)
def test_swapping_the_arms_turns_the_ratio_over(one, other):
    found, turned = (hazard_ratio(table_of(a), table_of(b), "leave") for a, b in ((one, other), (other, one)))
    assert found.p_value == pytest.approx(turned.p_value)
    if isinstance(found.ratio, Estimate) and isinstance(turned.ratio, Estimate):
        assert found.ratio.value * turned.ratio.value == pytest.approx(1, rel=1e-9)
        assert found.ratio.interval.low * turned.ratio.interval.high == pytest.approx(1, rel=1e-9)


def test_what_cannot_be_divided_is_said():
    none, some = table_of([(5, None)] * 9), table_of([(4, "tap"), (5, None)])
    assert hazard_ratio(none, none, "tap").ratio.code == "no_endings"
    assert hazard_ratio(none, none, "tap").p_value == 1
    assert hazard_ratio(none, some, "tap").ratio.code == "ratio_without_hits"
    assert hazard_ratio(some, none, "tap").ratio.value == 0
    with pytest.raises(ValueError, match="`cause` is 'smile'; must be one of"):
        hazard_ratio(none, some, "smile")
    with pytest.raises(ValueError, match="`from_ms` is 9; must be 0 to 8"):
        hazard_ratio(none, some, "tap", 9, 9)


def test_the_ratio_of_a_part_looks_at_that_part_alone():
    control = table_of([(2, "tap")] * 10 + [(8, "tap")] * 10 + [(12, None)] * 80)
    treatment = table_of([(2, "tap")] * 10 + [(8, "tap")] * 30 + [(12, None)] * 60)
    early, late = (hazard_ratio(control, treatment, "tap", *part) for part in ((0, 5), (5, 10)))
    assert (early.control, early.treatment, late.control, late.treatment) == (10, 10, 10, 30)
    assert early.ratio.value == pytest.approx(1)
    assert late.ratio.value == pytest.approx(3)


STORY = (0.10, 0.03, 0.05)


def test_arms_that_saw_the_same_agree_and_rarely_alarm():
    """Clean launches: the state is `differ` in about one of a hundred, as Holm at .01 promises."""
    states = [
        hazards_agree(launch(2 * k, 1500, 400, STORY_T), launch(2 * k + 1, 1500, 800, STORY_T), 400).state
        for k in range(300)
    ]
    assert states.count("differ") <= 9  # 1 % of 300 = 3; 9 or fewer in 99.9 %
    sure = hazards_agree(launch(1, 200_000, 400, STORY_T), launch(2, 200_000, 800, STORY_T), 400)
    assert sure.state == "agree"
    assert all(BAND[0] < one.overall.ratio.value < BAND[1] for one in sure.causes)


STORY_T = tuple(10 * rate for rate in STORY)
"""Ten times as fast on a tenth of the time: the same shares with fewer ms."""


@pytest.mark.parametrize(("cause", "place"), [("tap", 0), ("dismiss", 1), ("leave", 2)])
def test_half_again_the_hazard_is_noticed_and_named(cause, place):
    changed = tuple(rate * (1.5 if k == place else 1) for k, rate in enumerate(STORY_T))
    found = [
        hazards_agree(launch(2 * k, 5000, 400, STORY_T), launch(2 * k + 1, 5000, 800, changed), 400)
        for k in range(40)
    ]
    caught = [one for one in found if one.state == "differ"]
    assert len(caught) >= 36
    assert sum(one.worst.cause == cause for one in caught) >= len(caught) - 1


def test_a_countdown_is_named_with_its_time():
    """The short arm shows the last second; overall the ratio looks harmless, in the last quarter it does not."""
    surge = (0.3, 0.4, 1.0)
    found = hazards_agree(launch(1, 5000, 400, STORY_T, surge), launch(2, 5000, 800, STORY_T), 400)
    assert found.state == "differ"
    assert (found.worst.cause, found.worst.from_ms, found.worst.to_ms) == ("tap", 300, 401)
    assert found.worst.ratio.value == pytest.approx(0.5, abs=0.12)


def test_a_small_difference_that_many_people_prove_is_still_agreement():
    changed = (STORY_T[0] * 1.06, *STORY_T[1:])
    found = hazards_agree(launch(1, 400_000, 400, STORY_T), launch(2, 400_000, 800, changed), 400)
    assert found.causes[0].adjusted < ALPHA
    assert found.state == "agree"


def test_few_endings_prove_nothing():
    found = hazards_agree(launch(1, 60, 400, STORY_T), launch(2, 60, 800, STORY_T), 400)
    assert found.state == "unclear"


def test_arms_are_compared_only_as_long_as_both_were_shown():
    control, treatment = launch(1, 500, 400, STORY_T), launch(2, 500, 800, STORY_T)
    found = hazards_agree(control, treatment, 400)
    assert found == hazards_agree(control, treatment.shortened(400), 400)
    assert found.until_ms == 400
    with pytest.raises(ValueError, match="`parts` is 0; must be 1 to 8"):
        hazards_agree(control, treatment, 400, parts=0)
    other = RiskTable.from_rows(["tap"], [(1, "tap", 1)], 5)
    with pytest.raises(ValueError, match="`causes` is"):
        hazards_agree(control, other, 5)


@given(ENDINGS, st.integers(-1, 24), st.integers(1, 25))
def test_what_is_gained_is_the_rise_of_the_curve(endings, after, more):
    table = table_of(endings)
    until = min(after + more, 25)
    curve, found = incidence(table, "tap"), gained(table, "tap", after, until)
    if until > curve.last_ms:
        assert found.code == "beyond_observation"
        return
    before = curve.value[after] if after >= 0 else 0.0
    assert found.value == pytest.approx(curve.value[until] - before, abs=1e-12)
    assert found.interval.contains(found.value)


def test_without_censoring_the_gain_is_a_plain_share():
    """200 people, all seen to the end: 30 taps in (10, 20]; Aalen-Johansen is 30/200 with variance p(1-p)/n."""
    table = table_of([(5, "tap")] * 40 + [(15, "tap")] * 30 + [(18, "leave")] * 80 + [(25, None)] * 50)
    found = gained(table, "tap", 10, 20)
    error = math.sqrt(0.15 * 0.85 / 200) / (0.15 * -math.log(0.15))
    assert found.value == pytest.approx(0.15)
    assert found.interval.low == pytest.approx(0.15 ** math.exp(1.959963984540054 * error))
    assert isinstance(gained(table_of([(1, "tap")]), "tap", -1, 25), Estimate)
    assert isinstance(gained(table_of([(1, None)]), "tap", -1, 25), NoEffect)
    with pytest.raises(ValueError, match="`after_ms` is 9; must be"):
        gained(table, "tap", 9, 9)
    with pytest.raises(ValueError, match="`cause` is 'smile'; must be one of"):
        gained(table, "smile", 1, 9)
