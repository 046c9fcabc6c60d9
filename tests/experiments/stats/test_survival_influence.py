"""What one unit moves: laws, derivatives of a weighted curve, leaving one out; R's survival."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import survival
from experiments.stats.samples import RiskTable
from tests.experiments.rscript import numbers_from_r
from tests.experiments.stats.endings import CAUSES, DATA, ENDINGS, SILENT, table_of

MOMENTS = range(26)


def of_each(found, endings):
    """The influence of each unit on each estimate, shape (units, m)."""
    return np.array(
        [found.ended[CAUSES.index(cause), ms] if cause else found.censored[ms] for ms, cause in endings]
    )


def weighted_incidence(endings, weights, cause):
    """Aalen–Johansen as the textbook writes it, one ms after the other, units weighted."""
    times = np.array([ms for ms, _ in endings])
    ended = np.array([name is not None for _, name in endings])
    own = np.array([name is not None and cause in (None, name) for _, name in endings])
    staying, total, curve = 1.0, 0.0, []
    for t in MOMENTS:
        risk = weights[times >= t].sum()
        if ended[times == t].any():
            total = total + staying * weights[(times == t) & own].sum() / risk
            staying = staying * (1 - weights[(times == t) & ended].sum() / risk)
        curve.append(total)
    return np.array(curve)


@given(ENDINGS, st.sampled_from([*CAUSES, None]))
def test_it_is_the_derivative_by_a_units_weight(endings, cause):
    """By complex steps, exact to rounding (Squire & Trapp 1998, SIAM Rev. 40:110-112)."""
    found = of_each(survival.influence(table_of(endings), cause, MOMENTS), endings)
    for unit in range(0, len(endings), 7):
        weights = np.ones(len(endings), complex)
        weights[unit] += 1e-30j
        slope = weighted_incidence(endings, weights, cause).imag / 1e-30
        assert found[unit] == pytest.approx(slope, abs=1e-12)


@given(ENDINGS, st.sampled_from([*CAUSES, None]))
def test_it_sums_to_zero_and_its_squares_are_the_delta_variance(endings, cause):
    table = table_of(endings)
    found = survival.influence(table, cause, MOMENTS)
    assert np.abs(of_each(found, endings).sum(axis=0)).max() < 1e-12
    curve = survival.staying(table) if cause is None else survival.incidence(table, cause)
    assert found.variance(table) == pytest.approx(curve.variance, abs=1e-12)
    assert (of_each(found, endings) ** 2).sum(axis=0) == pytest.approx(curve.variance, abs=1e-12)


@given(ENDINGS)
def test_the_causes_together_move_what_any_ending_moves(endings):
    table = table_of(endings)
    parts = [survival.influence(table, cause, MOMENTS) for cause in CAUSES]
    whole = survival.influence(table, None, MOMENTS)
    assert np.abs(sum(one.ended for one in parts) - whole.ended).max() < 1e-12
    assert np.abs(sum(one.censored for one in parts) - whole.censored).max() < 1e-12


@given(st.lists(st.tuples(st.integers(0, 25), st.sampled_from(CAUSES)), min_size=2, max_size=60))
def test_without_censoring_it_is_what_leaving_one_out_changes(endings):
    """Then F − (F without one) = (y − F) / (n − 1), and the influence is (y − F) / n."""
    n, found = len(endings), survival.influence(table_of(endings), "tap", MOMENTS)
    whole = survival.incidence(table_of(endings), "tap").value
    for unit in range(0, n, 9):
        rest = survival.incidence(table_of(endings[:unit] + endings[unit + 1 :]), "tap").value
        moved = of_each(found, endings[unit : unit + 1])[0]
        assert (whole - rest) * (n - 1) / n == pytest.approx(moved, abs=1e-12)


def test_with_censoring_leaving_one_out_is_close():
    endings = DATA["heavy censoring"]
    table, n = RiskTable.from_rows(CAUSES, [(ms, cause, 1) for ms, cause in endings], 60), len(endings)
    found = of_each(survival.influence(table, "tap", [4, 9]), endings)
    whole = survival.incidence(table, "tap").value[[4, 9]]
    for unit in range(0, n, 13):
        rest = [(ms, cause, 1) for ms, cause in endings[:unit] + endings[unit + 1 :]]
        left = survival.incidence(RiskTable.from_rows(CAUSES, rest, 60), "tap").value[[4, 9]]
        assert whole - left == pytest.approx(found[unit], abs=10 / n**2)


@given(ENDINGS, st.integers(0, 25), st.sampled_from([*CAUSES, None]))
def test_what_moves_the_area_is_the_sum_of_what_moves_the_curve(endings, until, cause):
    table = table_of(endings)
    area, curve = survival.time_lost_influence(table, cause, until), survival.influence(table, cause, MOMENTS)
    assert area.ended[..., 0] == pytest.approx(curve.ended[..., :until].sum(axis=-1), abs=1e-11)
    assert area.censored[..., 0] == pytest.approx(curve.censored[..., :until].sum(axis=-1), abs=1e-11)


SCRIPT = """
time <- c({times}); status <- c({status}); n <- length(time)
y <- Surv(time, factor(status, 0:3, c("censored", "tap", "dismiss", "leave")))
fit <- survfit(y ~ 1, id = seq_len(n), influence = TRUE)
say("time", fit$time)
for (k in 1:3) {{
    say(paste0("error", k), fit$std.err[, k + 1])
    say(paste0("influence", k), t(matrix(fit$influence.pstate[, -1, k + 1], n)))
}}
alone <- survfit(Surv(time, status > 0) ~ 1, id = seq_len(n), robust = TRUE, influence = TRUE)
say("alone_time", alone$time); say("alone_error", alone$std.err); say("alone", t(matrix(alone$influence.surv, n)))
"""


@pytest.mark.r
@pytest.mark.parametrize("name", DATA)
def test_every_influence_equals_r(name):
    endings = DATA[name]
    table = RiskTable.from_rows(CAUSES, [(ms, cause, 1) for ms, cause in endings], 250)
    said = numbers_from_r(
        SCRIPT.format(
            times=",".join(str(ms) for ms, _ in endings),
            status=",".join(str(CAUSES.index(cause) + 1 if cause else 0) for _, cause in endings),
        )
    )
    at = np.array(said["time"], int)
    for k, cause in enumerate(CAUSES, 1):
        found = survival.influence(table, cause, at)
        assert np.sqrt(found.variance(table)) == pytest.approx(said[f"error{k}"], abs=1e-9)
        assert of_each(found, endings).ravel() == pytest.approx(said[f"influence{k}"], abs=1e-9)
    at = np.array(said["alone_time"], int)
    found = survival.influence(table, None, at)
    assert np.sqrt(found.variance(table)) == pytest.approx(said["alone_error"], abs=1e-9)
    assert -of_each(found, endings).ravel() == pytest.approx(said["alone"], abs=1e-9)


@pytest.mark.parametrize("name", SILENT)
def test_where_nothing_ends_nobody_moves_anything(name):
    table = RiskTable.from_rows(CAUSES, [(ms, cause, 1) for ms, cause in SILENT[name]], 40)
    for cause in (*CAUSES, None):
        found = survival.influence(table, cause, range(41))
        assert not found.censored.any()
        assert found.variance(table).tolist() == [0.0] * 41


def test_moments_outside_the_table_and_unknown_causes_are_refused():
    table = table_of([(1, "tap")])
    for call in (
        lambda: survival.influence(table, "tap", [26]),
        lambda: survival.influence(table, "tap", [-1]),
        lambda: survival.time_lost_influence(table, "tap", 26),
        lambda: survival.influence(table, "swipe", [1]),
    ):
        with pytest.raises(ValueError, match="must be"):
            call()
