"""Quantiles of curves and cumulative hazards: R's survival, laws, coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import survival
from experiments.stats.effects import NoEffect
from experiments.stats.samples import RiskTable
from tests.experiments.rscript import numbers_from_r
from tests.experiments.stats.endings import CAUSES, DATA, ENDINGS, SILENT, drawn, table_of

SCRIPT = """
time <- c({times}); status <- c({status})
for (k in 0:3) {{
    fit <- survfit(Surv(time, if (k == 0) status > 0 else status == k) ~ 1)
    say("time", fit$time); say(paste0("hazard", k), fit$cumhaz); say(paste0("error", k), fit$std.chaz)
}}
fit <- survfit(Surv(time, status > 0) ~ 1, conf.type = "log-log")
found <- quantile(fit, c(.2, .25, .5, .75))
say("quantile", found$quantile); say("lower", found$lower); say("upper", found$upper)
"""


@pytest.mark.r
@pytest.mark.parametrize("name", DATA)
def test_hazards_and_quantiles_equal_r(name):
    endings = DATA[name]
    table = table_of(endings, 250)
    said = numbers_from_r(
        SCRIPT.format(
            times=",".join(str(ms) for ms, _ in endings),
            status=",".join(str(CAUSES.index(cause) + 1 if cause else 0) for _, cause in endings),
        )
    )
    at = np.array(said["time"], int)
    for k, cause in enumerate((None, *CAUSES)):
        ours = survival.cumulative_hazard(table, cause)
        assert ours.value[at] == pytest.approx(said[f"hazard{k}"], abs=1e-9)
        assert np.sqrt(ours.variance[at]) == pytest.approx(said[f"error{k}"], abs=1e-9)
    stay = survival.staying(table)
    for place, share in enumerate((0.2, 0.25, 0.5, 0.75)):
        found = survival.quantile_ms(stay, share)
        if isinstance(found, NoEffect):
            assert math.isnan(said["quantile"][place])
            continue
        assert found.value == said["quantile"][place]
        lower, upper = said["lower"][place], said["upper"][place]
        if len(endings) < 100:
            continue  # R draws no limits where nothing or everything has ended; ours are Wilson's there
        if math.isnan(upper):
            assert found.interval is None or found.interval.high == stay.last_ms or stay.value[-1] == 0
        else:
            assert (found.interval.low, found.interval.high) == (lower, upper)


@given(ENDINGS, st.sampled_from([None, *CAUSES]))
def test_the_cumulative_hazard_rises_inside_its_limits(endings, cause):
    table = table_of(endings)
    found = survival.cumulative_hazard(table, cause)
    assert (np.diff(found.value) >= 0).all()
    end = found.last_ms + 1
    assert (found.low[:end] <= found.value[:end]).all()
    assert (found.value[:end] <= found.high[:end]).all()
    assert np.isfinite(found.high[:end]).all()
    assert found.at(found.last_ms).n == len(endings)
    assert survival.cumulative_hazard(table, cause, 0.99).high[found.last_ms] > found.high[found.last_ms]


@given(ENDINGS)
def test_hazards_of_causes_add_up(endings):
    table = table_of(endings)
    parts = [survival.cumulative_hazard(table, cause) for cause in CAUSES]
    whole = survival.cumulative_hazard(table)
    assert sum(one.value for one in parts) == pytest.approx(whole.value, abs=1e-12)
    assert sum(one.variance for one in parts) == pytest.approx(whole.variance, abs=1e-12)


@pytest.mark.parametrize("name", SILENT)
def test_where_nothing_ends_the_hazard_is_bounded_by_the_chance_of_that(name):
    table = table_of(SILENT[name], 40)
    found = survival.cumulative_hazard(table, "tap")
    last, watched = found.last_ms, table.at_risk()[found.last_ms]
    assert (found.value[last], found.low[last]) == (0.0, 0.0)
    assert math.exp(-found.high[last] * watched) == pytest.approx(0.025)
    assert found.at(last + 1).code == "beyond_observation"
    assert survival.quantile_ms(survival.staying(table), 0.5).code == "quantile_not_reached"


@given(ENDINGS, st.floats(0.01, 0.99), st.sampled_from([None, *CAUSES]))
def test_a_quantile_is_where_the_curve_reaches_the_share(endings, share, cause):
    table = table_of(endings)
    curve = survival.staying(table) if cause is None else survival.incidence(table, cause)
    ended = 1 - curve.value if cause is None else curve.value
    found = survival.quantile_ms(curve, share)
    if isinstance(found, NoEffect):
        assert ended[curve.last_ms] < share
        assert dict(found.facts)["most"] == pytest.approx(ended[curve.last_ms])
        return
    assert ended[math.ceil(found.value)] >= share - 1e-6
    if math.ceil(found.value) > 0:
        before = math.floor(found.value) - (found.value == math.floor(found.value))
        assert ended[max(before, 0)] <= share + 1e-6 or found.value == 0
    if found.interval is not None:
        assert found.interval.low <= found.value <= found.interval.high <= curve.last_ms


def test_the_middle_of_a_while_is_taken():
    table = table_of([(2, "tap"), (4, "tap"), (9, "tap"), (20, None)])
    assert survival.quantile_ms(survival.incidence(table, "tap"), 0.5).value == 6.5
    assert survival.quantile_ms(survival.staying(table), 0.5).value == 6.5
    assert survival.quantile_ms(survival.staying(table), 0.4).value == 4.0
    never = survival.quantile_ms(survival.incidence(table, "tap"), 0.9)
    assert never.sentence == "Only 75.0% ended this way while anyone was watched, fewer than 90.0%."


def test_a_far_end_that_is_not_reached_is_not_invented():
    endings = [(k, "tap") for k in range(1, 12)] + [(25, None)] * 10
    found = survival.quantile_ms(survival.incidence(table_of(endings), "tap"), 0.5)
    assert found.value == 11.0
    assert found.interval is None


def test_what_is_refused_and_who_is_nobody():
    empty = RiskTable.from_rows(CAUSES, [], 9)
    assert survival.cumulative_hazard(empty).code == "no_units"
    with pytest.raises(ValueError, match="`cause` is 'swipe'; must be one of"):
        survival.cumulative_hazard(empty, "swipe")
    curve = survival.staying(table_of(drawn(1, 30, 20, 20)))
    for share in (0.0, 1.0):
        with pytest.raises(ValueError, match=r"`share` is .*; must be in"):
            survival.quantile_ms(curve, share)


@pytest.mark.parametrize("n", [200, 2_000])
def test_intervals_hold_the_truth_as_often_as_they_say(n):
    """400 worlds of taps at .7 and dismissals at .5 a second, on ms; Monte-Carlo error .0109, bounds 3 of them."""
    random, worlds, hits = np.random.default_rng(n), 400, np.zeros(2)
    total = 1.2
    quarter = -math.log(1 - 0.25 * total / 0.7) / total * 1000
    hazard = 0.7 * 1.5
    for _ in range(worlds):
        ms = np.ceil(random.exponential(1000 / total, n)).astype(int)
        taps = random.random(n) < 0.7 / total
        table = RiskTable(
            ("tap", "dismiss"),
            np.stack([np.bincount(ms[(ms <= 2000) & chosen], minlength=2001) for chosen in (taps, ~taps)]),
            np.bincount([2000], weights=[(ms > 2000).sum()]).astype(np.int64),
        )
        hits[0] += survival.quantile_ms(survival.incidence(table, "tap"), 0.25).interval.contains(quarter)
        hits[1] += survival.cumulative_hazard(table, "tap").at(1500).interval.contains(hazard)
    assert np.abs(hits / worlds - 0.95).max() < 0.01 + 3 * math.sqrt(0.05 * 0.95 / worlds), hits / worlds
