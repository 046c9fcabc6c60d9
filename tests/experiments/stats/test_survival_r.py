"""The curves against R's survival and cmprsk, point by point, on ten kinds of data."""

import numpy as np
import pytest

from experiments.stats import survival
from experiments.stats.samples import RiskTable
from tests.experiments.rscript import numbers_from_r
from tests.experiments.stats.endings import CAUSES, DATA, SILENT, drawn

pytestmark = pytest.mark.r

SCRIPT = """
time <- c({times}); status <- c({status})
fit <- survfit(Surv(time, factor(status, 0:3, c("censored", "tap", "dismiss", "leave"))) ~ 1)
say("time", fit$time)
for (k in 1:3) {{
    say(paste0("value", k), fit$pstate[, k + 1])
    say(paste0("error", k), fit$std.err[, k + 1])
}}
banded <- survfit(Surv(time, factor(status, 0:3, c("censored", "tap", "dismiss", "leave"))) ~ 1,
                  conf.type = "log-log")
for (k in 1:3) {{ say(paste0("low", k), banded$lower[, k + 1]); say(paste0("high", k), banded$upper[, k + 1]) }}
alone <- survfit(Surv(time, status > 0) ~ 1, conf.type = "log-log")
say("staying", alone$surv); say("staying_error", alone$std.err * alone$surv)
say("staying_low", alone$lower); say("staying_high", alone$upper)
"""


@pytest.mark.parametrize("name", DATA)
def test_every_point_equals_r_survival(name):
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
        ours = survival.incidence(table, cause)
        assert ours.value[at] == pytest.approx(said[f"value{k}"], abs=1e-12)
        assert np.sqrt(ours.variance[at]) == pytest.approx(said[f"error{k}"], abs=1e-9)
        inner = (ours.value[at] > 0) & (ours.value[at] < 1)
        assert ours.low[at][inner] == pytest.approx(np.array(said[f"low{k}"])[inner], abs=1e-9)
        assert ours.high[at][inner] == pytest.approx(np.array(said[f"high{k}"])[inner], abs=1e-9)
    stay = survival.staying(table)
    assert stay.value[at] == pytest.approx(said["staying"], abs=1e-12)
    inner = (stay.value[at] > 0) & (stay.value[at] < 1)
    assert np.sqrt(stay.variance[at])[inner] == pytest.approx(
        np.array(said["staying_error"])[inner], abs=1e-9
    )
    assert stay.low[at][inner] == pytest.approx(np.array(said["staying_low"])[inner], abs=1e-9)
    assert stay.high[at][inner] == pytest.approx(np.array(said["staying_high"])[inner], abs=1e-9)


@pytest.mark.parametrize("name", SILENT)
def test_without_any_ending_nothing_happens(name):
    """R's multi-state curve needs an ending; its Kaplan-Meier does not: it stays at 1."""
    endings = SILENT[name]
    table = RiskTable.from_rows(CAUSES, [(ms, cause, 1) for ms, cause in endings], 250)
    times = ",".join(str(ms) for ms, _ in endings)
    said = numbers_from_r(
        f"fit <- survfit(Surv(c({times}), rep(0, {len(endings)})) ~ 1); say('staying', fit$surv)"
    )
    assert set(said["staying"]) == {1.0}
    assert set(survival.staying(table).value.tolist()) == {1.0}
    for cause in CAUSES:
        assert set(survival.incidence(table, cause).value.tolist()) == {0.0}


def test_incidence_equals_cmprsk_and_its_variance_nearly():
    """cmprsk::cuminc has the same estimate; its variance (Aalen 1978) divides by Y - 1 where ours divides by Y."""
    endings = drawn(5, 2000, 60, 60)
    table = RiskTable.from_rows(CAUSES, [(ms, cause, 1) for ms, cause in endings], 250)
    times = ",".join(str(ms) for ms, _ in endings)
    status = ",".join(str(CAUSES.index(cause) + 1 if cause else 0) for _, cause in endings)
    said = numbers_from_r(
        f"suppressMessages(library(cmprsk)); fit <- cuminc(c({times}), c({status}))\n"
        "p <- timepoints(fit, c(5, 15, 25)); for (k in 1:3) "
        "{ say(paste0('value', k), p$est[k, ]); say(paste0('var', k), p$var[k, ]) }"
    )
    for k, cause in enumerate(CAUSES, 1):
        ours = survival.incidence(table, cause)
        assert ours.value[[5, 15, 25]] == pytest.approx(said[f"value{k}"], abs=1e-12)
        assert ours.variance[[5, 15, 25]] == pytest.approx(said[f"var{k}"], rel=0.01)


def test_the_hazard_interval_equals_poisson_test():
    bins = survival.hazard(
        RiskTable.from_rows(["tap"], [(10, "tap", 7), (20, "tap", 3), (30, None, 90)], 30), "tap", 15
    )
    for one in bins:
        said = numbers_from_r(f"say('interval', poisson.test({one.events}, {one.watched_s!r})$conf.int)")
        assert [one.rate.interval.low, one.rate.interval.high] == pytest.approx(said["interval"], rel=1e-6)
