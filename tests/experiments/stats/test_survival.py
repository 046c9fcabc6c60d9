"""Endings over time: laws, hand-worked stories, statsmodels; R is in test_survival_r.py."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from experiments.stats import survival
from experiments.stats.proportions import rate
from experiments.stats.samples import Count, RiskTable
from tests.experiments.stats.endings import CAUSES, ENDINGS, table_of


def curves_of(table):
    return [survival.incidence(table, cause) for cause in CAUSES]


def test_a_story_worked_by_hand():
    # Five impressions: tap at 1, dismissed at 2, observation of one ended at 2, tap at 3, expired at 4.
    # S: 4/5 after 1; 3/5 after 2 (4 at risk, 1 ended); at 3 two are at risk: tap adds 3/5 * 1/2.
    table = table_of([(1, "tap"), (2, "dismiss"), (2, None), (3, "tap"), (4, None)], limit_ms=4)
    tap, dismiss, _ = curves_of(table)
    assert tap.value == pytest.approx([0, 0.2, 0.2, 0.5, 0.5])
    assert dismiss.value == pytest.approx([0, 0, 0.2, 0.2, 0.2])
    assert survival.staying(table).value == pytest.approx([1, 0.8, 0.6, 0.3, 0.3])
    # Greenwood at 3: 0.3² (1/(5·4) + 1/(4·3) + 1/(2·1)) = 0.09 · 0.6333
    assert survival.staying(table).variance[3] == pytest.approx(0.09 * (1 / 20 + 1 / 12 + 1 / 2))


def test_dismissals_are_not_censorings():
    """Constant hazards tap .15, dismiss .10, leave .05 per second: 42 % have tapped at 6 s, not 59 %."""
    hazards = {"tap": 0.15, "dismiss": 0.10, "leave": 0.05}
    people, rows, left = 10_000_000, [], 10_000_000.0
    for ms in range(1, 6001):
        gone = left * -math.expm1(-0.30 / 1000)
        rows += [(ms, cause, round(gone * hazard / 0.30)) for cause, hazard in hazards.items()]
        left -= gone
    rows.append((6000, None, people - sum(units for _, _, units in rows)))
    table = RiskTable.from_rows(CAUSES, rows, 6000)
    assert survival.incidence(table, "tap").value[6000] == pytest.approx(0.5 * -math.expm1(-1.8), abs=2e-3)
    wrong = RiskTable.from_rows(CAUSES, [(ms, c if c == "tap" else None, n) for ms, c, n in rows], 6000)
    assert 1 - survival.staying(wrong).value[6000] == pytest.approx(-math.expm1(-0.9), abs=2e-3)


@given(ENDINGS)
def test_incidences_and_staying_sum_to_one(endings):
    table = table_of(endings)
    total = sum(curve.value for curve in curves_of(table)) + survival.staying(table).value
    assert np.abs(total - 1).max() < 1e-12


@given(ENDINGS)
@example([(0, "tap"), (1, "tap"), (2, "tap"), (3, "tap"), (3, "tap")])  # 1/5 five times is a little above 1
def test_incidences_never_fall_and_stay_inside_their_limits(endings):
    for curve in [*curves_of(table_of(endings)), survival.staying(table_of(endings))]:
        step = np.diff(curve.value)
        assert (step >= 0).all() if curve.method == "aalen_johansen" else (step <= 0).all()
        assert (curve.low >= 0).all()
        assert (curve.low <= curve.value).all()
        assert (curve.value <= curve.high).all()
        assert (curve.high <= 1).all()
        assert np.isfinite(curve.variance).all()
        assert (curve.variance >= 0).all()


@given(st.lists(st.tuples(st.integers(0, 25), st.sampled_from(CAUSES)), min_size=1, max_size=80))
def test_without_censoring_a_curve_is_the_share_and_its_binomial_variance(endings):
    n = len(endings)
    for cause, curve in zip(CAUSES, curves_of(table_of(endings)), strict=True):
        share = np.array([sum(c == cause and ms <= t for ms, c in endings) for t in range(26)]) / n
        assert curve.value == pytest.approx(share, abs=1e-12)
        assert curve.variance == pytest.approx(share * (1 - share) / n, abs=1e-12)


@given(ENDINGS, st.integers(0, 25))
def test_the_future_does_not_change_the_past(endings, limit_ms):
    table = table_of(endings)
    for cause in CAUSES:
        whole, short = survival.incidence(table, cause), survival.incidence(table.shortened(limit_ms), cause)
        assert whole.value[: limit_ms + 1].tolist() == short.value.tolist()
        assert whole.variance[: limit_ms + 1].tolist() == short.variance.tolist()
        assert whole.high[: limit_ms + 1].tolist() == short.high.tolist()


@given(ENDINGS)
def test_the_curves_equal_statsmodels(endings):
    """Both variances are the multinomial delta method. statsmodels drops endings at time 0 and says nan once nobody is left;
    there ours keeps the last variance."""
    assume(any(cause for _, cause in endings))
    table = table_of(endings)
    time = (
        np.array([ms for ms, _ in endings]) + 1.0
    )  # statsmodels drops endings at time 0; a shift changes nothing
    status = np.array([CAUSES.index(cause) + 1 if cause else 0 for _, cause in endings])
    with np.errstate(all="ignore"):
        theirs = CumIncidenceRight(time, status)
    places = theirs.times.astype(int) - 1
    for row in range(int(status.max())):
        ours = survival.incidence(table, CAUSES[row])
        assert ours.value[places] == pytest.approx(theirs.cinc[row], abs=1e-12)
        known = np.isfinite(theirs.cinc_se[row])  # nan there once nobody is left
        assert ours.variance[places][known] == pytest.approx(theirs.cinc_se[row][known] ** 2, abs=1e-12)
    one = SurvfuncRight(time, (status > 0).astype(int))
    places = one.surv_times.astype(int) - 1
    assert survival.staying(table).value[places] == pytest.approx(one.surv_prob, abs=1e-12)


def test_nobody_tapped_is_bounded_like_a_share():
    # 20 impressions expired without any tap: Newcombe (1998), 0/20 has the Wilson interval 0 to 0.1611.
    table = RiskTable.from_rows(CAUSES, [(4, None, 20)], 4)
    curve = survival.incidence(table, "tap")
    assert curve.value.tolist() == [0.0] * 5
    assert curve.at(4).interval.low == 0.0
    assert round(curve.at(4).interval.high, 4) == 0.1611
    assert curve.high[4] == pytest.approx(rate(Count(20, 0)).interval.high, abs=1e-15)


def test_everybody_tapped_is_bounded_like_a_share():
    curve = survival.incidence(RiskTable.from_rows(CAUSES, [(2, "tap", 20)], 4), "tap")
    assert curve.at(3).value == 1.0
    assert (curve.at(3).interval.low, curve.at(3).interval.high) == pytest.approx((1 - 0.1611, 1.0), abs=5e-5)


def test_early_censoring_widens_the_bound_of_a_curve_at_zero():
    early = survival.incidence(RiskTable.from_rows(CAUSES, [(1, None, 15), (4, None, 5)], 4), "tap")
    assert early.high[1] == pytest.approx(rate(Count(20, 0)).interval.high)
    assert early.high[2] == pytest.approx(rate(Count(5, 0)).interval.high)


def test_a_curve_says_nothing_beyond_the_last_watched_moment():
    curve = survival.incidence(RiskTable.from_rows(CAUSES, [(1000, "tap", 3), (4000, None, 7)], 9000), "tap")
    assert curve.at(4000).value == pytest.approx(0.3)
    said = curve.at(5000)
    assert said.code == "beyond_observation"
    assert said.sentence == "Nobody was watched for 5 s; the curve ends at 4 s."
    assert survival.time_lost_ms(curve, 5000).code == "beyond_observation"


def test_after_the_last_ending_of_all_the_curve_is_known():
    curve = survival.incidence(RiskTable.from_rows(CAUSES, [(1, "tap", 3), (2, "leave", 1)], 9), "tap")
    assert curve.at(9).value == 0.75


def test_an_arm_nobody_entered_has_no_curve():
    empty = RiskTable.from_rows(CAUSES, [], 10)
    assert survival.incidence(empty, "tap").code == "no_units"
    assert survival.staying(empty).code == "no_units"


def test_the_level_widens_the_interval():
    table = table_of([(1, "tap"), (2, "tap"), (3, None), (4, None)])
    assert survival.incidence(table, "tap", 0.99).high[2] > survival.incidence(table, "tap", 0.9).high[2]
    # log(-log) at F = 1/2, variance 1/16: exponent exp(1.644854 · 0.25 / (0.5 · 0.693147)) = 3.276
    assert survival.incidence(table, "tap", 0.9).low[2] == pytest.approx(0.5**3.2763, abs=1e-4)


def test_the_area_is_the_time_lost():
    # All tap at 2 of 10 ms: eight ms lost; half of them: four.
    curve = survival.incidence(RiskTable.from_rows(CAUSES, [(2, "tap", 5), (10, None, 5)], 10), "tap")
    assert survival.time_lost_ms(curve, 10) == pytest.approx(4.0)
    assert survival.time_lost_ms(curve, 3) == pytest.approx(0.5)


def test_an_unknown_cause_is_refused():
    with pytest.raises(ValueError, match="`cause` is 'swipe'; must be one of"):
        survival.incidence(table_of([(1, "tap")]), "swipe")
