"""The curves without a cured share against R's survreg on interval-censored times."""

import numpy as np
import pytest

from experiments.stats.cure import fit
from tests.experiments.rscript import numbers_from_r
from tests.experiments.stats.test_cure import small

pytestmark = pytest.mark.r

SCRIPT = """
from <- c({low}); to <- c({high})
for (family in c("exponential", "weibull", "lognormal", "loglogistic")) {{
    fit <- survreg(Surv(from, to, type = "interval2") ~ 1, dist = family,
                   control = survreg.control(rel.tolerance = 1e-12, maxiter = 200))
    say(family, c(fit$loglik[2], coef(fit), log(fit$scale)))
}}
"""
NAMES = {
    "exponential": "exponential",
    "weibull": "weibull",
    "log_normal": "lognormal",
    "log_logistic": "loglogistic",
}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_maximum_equals_survreg(seed):
    table = small(seed)
    low, high = [], []
    end = table.limit_ms
    for ms in range(end):
        hits = int(table.events[0, ms])
        others = int(table.events[1:, ms].sum())
        low += [max(ms, 1e-9)] * hits + [ms + 0.5] * others + [max(ms, 1e-9)] * int(table.censored[ms])
        high += [ms + 1] * hits + ["NA"] * others + ["NA"] * int(table.censored[ms])
    low += [end] * int(table.at_risk()[end])
    high += ["NA"] * int(table.at_risk()[end])
    said = numbers_from_r(SCRIPT.format(low=",".join(map(str, low)), high=",".join(map(str, high))))
    for family, name in NAMES.items():
        found = fit(table, "tap", family, cured=False)
        loglik, place, scale = said[name]
        assert found.log_likelihood == pytest.approx(loglik, abs=1e-6)
        assert found.place == pytest.approx(place, abs=1e-5)
        # survreg's scale is σ of log t; for the Weibull and the log-logistic it is 1 / shape
        shape = found.shape if family == "log_normal" else -found.shape
        assert shape == pytest.approx(0.0 if family == "exponential" else scale, abs=1e-5)
        assert np.isfinite(found.aic)
