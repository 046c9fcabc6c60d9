"""Predictions of longer display times, one fault at a time: what the data say, what a curve says, and how they join."""

import numpy as np

from experiments.stats import survival
from experiments.stats.cure import fit, fits
from experiments.stats.cure.families import FAMILIES
from experiments.stats.cure.fitting import Fits
from experiments.stats.cure.future import Future
from experiments.stats.cure.likelihood import log_likelihood
from experiments.stats.cure.past import past
from experiments.stats.cure.spans import until
from experiments.stats.samples import RiskTable
from tests.experiments.stats import cure_reference as slow
from tests.experiments.stats.test_cure import CAUSES, PARAMETERS, small
from tests.faults.answers import code, ends, near, refuses, stories_of
from tests.faults.planting import Fault


def check_future(m):
    for name, (share, place, shape) in PARAMETERS.items():
        future = m.Future(FAMILIES[name], 300.0, 900.0, 0.0004)
        at = np.array([[np.log(share), place, shape], [np.log(share / 2), place, shape]])
        for row, part in ((0, share), (1, share / 2)):
            expected = slow.ended_later(name, part, place, shape, 300.0, 900.0, 0.0004)
            near(future.ended(at)[row], expected, 1e-9)
            left = (1 - part * slow.waiting(name, place, shape).cdf([300, 900])) @ np.array([0, 1])
            left /= 1 - part * slow.waiting(name, place, shape).cdf(300)
            near(future.left(at)[row], left * np.exp(-0.24), 1e-12)
            near(future.ended(at)[row] + 0.0004 * future.stay_ms(at)[row] + future.left(at)[row], 1.0, 1e-12)
        faster = m.Future(FAMILIES[name], 300.0, 900.0, 0.0004 + 1e-9)
        moment = (future.stay_ms(at)[0] - faster.stay_ms(at)[0]) / 1e-9
        near(future.stay_moment(at)[0] / moment, 1.0, 1e-3)
    alone = m.Future(FAMILIES["exponential"], 100.0, 600.0, 0.0)
    near(alone.stay_ms(np.array([[0.0, np.log(200.0), 0.0]]))[0], 200 * -np.expm1(-2.5), 1e-9)
    assert np.isfinite(alone.ended(np.array([[0.0, -9.0, 0.0]]))).all()  # nobody would be left: not an error


FUTURE_FAULTS = (
    Fault("Future.ended", "1 - self.rate * stay - staying[:, -1]", "1 - self.rate * stay"),
    Fault("Future.ended", "self.rate * stay", "stay"),
    Fault("Future.ended", "staying[:, :-1] @", "staying[:, 1:] @"),
    Fault("Future.stay_ms", "[:, :-1]", "[:, 1:]"),
    Fault("Future.stay_moment", "- self.from_ms", ""),
    Fault("Future.stay_moment", "* after", ""),
    Fault("Future.left", "[:, -1]", "[:, -2]"),
    Fault("Future._staying", "alone[:, 1:] / alone[:, :1]", "alone[:, 1:]"),
    Fault("Future._staying", "np.exp(log_share) *", ""),
    Fault("Future._staying", "np.exp(-self.rate", "np.exp(self.rate"),
    Fault("Future._staying", "np.minimum(part, NEARLY_ALL)", "np.minimum(part, 0.2)"),
    Fault("Future._moments", "/ 2", "/ 2.5"),
    Fault("Future._weights", "/ 2", ""),
    Fault("_nodes", "found[1]", "found[0]"),
)


def check_past(m):
    rows = [
        (1, "tap", 2),
        (2, "dismiss", 1),
        (3, None, 3),
        (5, "tap", 1),
        (6, "leave", 2),
        (8, "dismiss", 1),
        (9, "tap", 1),
    ]
    table = RiskTable.from_rows(CAUSES, [*rows, (10, None, 9)], 10)
    seen = m.past(table, 10)
    assert seen.end == 10
    curves = [survival.incidence(table, cause) for cause in CAUSES]
    nothing = np.zeros(3)
    for row, curve in enumerate(curves):
        gains = np.zeros((3, 10))
        gains[row] = 1.0
        value, variance = seen.mean(gains, 0.0, nothing)
        near(value, curve.value[9], 1e-12)
        near(variance, curve.variance[9], 1e-12)  # the delta method, equal to R's: test_survival_r.py
    # no censoring on the way: the mean time on the screen and the variance of a mean
    whole = RiskTable.from_rows(
        CAUSES, [(1, "tap", 2), (2, "dismiss", 1), (6, "leave", 3), (10, None, 4)], 10
    )
    times = np.repeat([1.5, 2.5, 6.5, 10.0], [2, 1, 3, 4])
    plain = m.past(whole, 10)
    value, variance = plain.mean(plain.middle(), 10.0, nothing)
    near(value, times.mean(), 1e-12)
    near(variance, times.var() / 10, 1e-12)
    # rates over ms 5 to 9: 14, 13, 11, 11, 10 at risk of the first table; an ending's own ms counts half
    near(seen.exposure, 14 + 13 + 11 + 11 + 10 - 2.5, 1e-12)
    assert np.allclose(seen.rates, np.array([2, 1, 2]) / 56.5)
    # what comes through a rate: a table where only the rate matters, S(end) · slope · rate, Poisson's variance
    late = RiskTable.from_rows(
        CAUSES, [(ms, "dismiss", 5) for ms in range(20, 100)] + [(100, None, 100_000)], 100
    )
    there = m.past(late, 100)
    slopes = np.array([0.0, 700.0, 0.0])
    gains = np.full((3, 100), 700.0 * there.rates[1])  # ending earlier costs nothing
    _, variance = there.mean(gains, 700.0 * there.rates[1], slopes)
    near(variance / ((there.staying[-1] * 700) ** 2 * 250 / there.exposure**2), 1.0, 2e-3)
    _, unseen = there.mean(gains, 0.0, np.array([0.0, 0.0, 700.0]))
    _, without = there.mean(gains, 0.0, nothing)
    near((unseen - without) / (there.staying[-1] * 700 / there.exposure) ** 2, 1.0, 1e-6)
    # under the data's own hazard, the same mean; under twice the hazard, the sum by hand
    gains = np.arange(30.0).reshape(3, 10)
    near(seen.means_if(0, seen.hazards[:1], gains, 4.0)[0], seen.mean(gains, 4.0, nothing)[0], 1e-12)
    near(seen.means_if(2, seen.hazards[2:], gains, 4.0)[0], seen.mean(gains, 4.0, nothing)[0], 1e-12)
    only = m.past(RiskTable.from_rows(CAUSES, [(1, "dismiss", 5), (2, None, 5)], 2), 2)
    doubled = only.means_if(0, np.array([[0.2, 0.5]]), np.ones((3, 2)) * [[1.0], [10.0], [0.0]], 100.0)
    near(doubled[0], 0.2 + 0.8 * (0.5 * 1 + 0.5 * 10) + 0.8 * 0.0 * 100, 1e-12)
    assert m.past(RiskTable.from_rows(CAUSES, [(1, "tap", 1)], 3), 3).staying.tolist() == [1, 1, 0, 0]
    gone = m.past(RiskTable.from_rows(CAUSES, [(1, "tap", 3)], 9), 9)
    assert gone.mean(gone.middle(), 9.0, nothing) == (1.5, 0.0)
    assert gone.rates.tolist() == [0.0, 0.0, 0.0]


PAST_FAULTS = (
    Fault("Past.middle", "+ 0.5", ""),
    Fault("Past.mean", "self.staying[:-1], self.staying[1:]", "self.staying[1:], self.staying[1:]"),
    Fault("Past.mean", "* gain_at_end", "* gain_at_end * 0"),
    Fault("Past.mean", "total - gained", "gained"),
    Fault("Past.mean", "(gains - later)", "gains"),
    Fault("Past.mean", "+ self._through_rates(after[-1] * slopes)", ""),
    Fault("Past.mean", "- (self.hazards * change).sum(axis=0) ** 2", ""),
    Fault("Past.mean", "change**2", "change"),
    Fault("Past.mean", "+ unseen", ""),
    Fault("Past.mean", "self.rates == 0", "self.rates < 0"),
    Fault("Past.means_if", "- hazard, axis=1)", ", axis=1)"),
    Fault("Past.means_if", "gains[row]", "gains[0]"),
    Fault("Past.means_if", "left[:, -1] * gain_at_end", "left[:, -1]"),
    Fault("Past._through_rates", ">= _from(self.end)", ">= 0"),
    Fault("past", "- ended.sum() / 2", "- ended.sum()"),
    Fault("past", "slice(_from(end), end)", "slice(0, end)"),
    Fault("past", "where=risk > 0", "where=risk > 1"),
    Fault("past", "np.cumprod(1 - hazards.sum(axis=0))", "np.cumprod(1 - hazards[0])"),
    Fault("_from", "1 - _LAST_PART", "0.4 * _LAST_PART"),
)


INTERVALS = {  # of the share of those there at 300 ms who tap before 500; test_cure.py has them from Nelder–Mead
    "exponential": (0.26018028, 0.29947297),
    "weibull": (0.16161781, 0.45018795),
    "log_normal": (0.26595908, 0.32303270),
    "log_logistic": (0.24782564, 0.37661273),
    "gamma": (0.23006924, 0.44933568),
}
TABLE = small(seed=4, n=1500)


def check_profile(m):
    for name, (low, high) in INTERVALS.items():
        found = fit(TABLE, "tap", name)
        span = m.profile(found, Future(FAMILIES[name], 300, 500, 0.0017).ended)
        near(span.low, low, 2e-5)
        near(span.high, high, 2e-5)
        for at in (span.at_low, span.at_high):
            held = log_likelihood(FAMILIES[name], found.data, at[None])[0]
            near(found.log_likelihood - held, 1.920729, 1e-3)
            assert at[0] <= 1e-12
    gamma = fit(TABLE, "tap", "gamma")
    wide = m.profile(gamma, Future(FAMILIES["gamma"], 300, 500, 0.0017).ended, 0.5)
    held = log_likelihood(FAMILIES["gamma"], gamma.data, wide.at_low[None])[0]
    near(gamma.log_likelihood - held, 0.227468, 1e-3)  # R: qchisq(.5, 1) / 2
    # nobody censored before all have ended, no share: the variance of the log of an exponential mean is 1 / n
    rng = np.random.default_rng(3)
    rows = [(int(t), "tap", 1) for t in rng.exponential(2000, 900)]
    ends_all = RiskTable.from_rows(["tap"], [*rows, (40_000, None, 1)], 40_000)
    alone = m.covariance(fit(ends_all, "tap", "exponential", cured=False))
    near(alone[1, 1] * 900, 1.0, 1e-3)
    assert np.count_nonzero(alone) == 1
    pressed = m.covariance(fit(small(), "tap", "log_normal"))  # its share is 1, at the edge
    assert (pressed[0] == 0).all()
    assert pressed[1, 1] > 0
    inverse = m.covariance(gamma)
    assert np.allclose(inverse, inverse.T, rtol=1e-6)
    assert (np.linalg.eigvalsh(inverse) > 0).all()


PROFILE_FAULTS = (
    Fault("profile", "z_of(level) ** 2 / 2", "z_of(level) ** 2"),
    Fault("profile", "z_of(level)", "z_of(0.95)"),
    Fault("profile", "(1.0, -1.0)", "(1.0, 1.0)"),
    Fault("profile", "(1.0, -1.0)", "(-1.0, 1.0)"),
    Fault("covariance", "-across[", "across["),
    Fault("covariance", "turned / np.maximum(curved, floor)", "turned * np.maximum(curved, floor)"),
    Fault("covariance", "(found.point < high - AT_THE_EDGE)", "(found.point < high + 1)"),
    Fault("_extreme", "log_likelihood - drop", "log_likelihood - 2 * drop"),
    Fault("_extreme", "sign / max", "1 / max"),
    Fault("_extreme", "constraints=(held,)", "constraints=()"),
    Fault("_extreme", "bounds=np.column_stack([low, high])", "bounds=np.column_stack([low, high + 1])"),
    Fault("_extreme", "spare < -_FEASIBLE", "spare > -_FEASIBLE"),
    Fault("_extreme", "if reached else None", "if not reached else None"),
)

FOUND = fits(TABLE, "tap")
END = until(TABLE)
SEEN = past(TABLE, END)


def check_beyond(m):
    said = {one.family: m.beyond(FOUND, one, SEEN, 500, 0.95) for one in FOUND.within()}
    best = FOUND.within()[0]
    assert best.family == "gamma"
    near(said["weibull"].aic_distance, FOUND.found["weibull"].aic - best.aic, 1e-9)
    assert [said[name].supported for name in ("gamma", "weibull", "log_normal", "exponential")] == [
        True,
        True,
        False,
        False,
    ]
    assert said["log_normal"].shares["tap"].interval is said["log_normal"].attention_s.interval is None
    for name, one in said.items():
        point = FOUND.found[name].point
        rate = SEEN.rates[1] + SEEN.rates[2]
        later = slow.ended_later(name, np.exp(point[0]), *point[1:], END, 500, rate)
        there = SEEN.staying[-1]
        near(one.shares["tap"].value, survival.incidence(TABLE, "tap").value[END - 1] + there * later, 1e-7)
        gone = sum(share.value for share in one.shares.values())
        stay = (one.attention_s.value * 1000 - SEEN.mean(SEEN.middle(), END, np.zeros(3))[0]) / there
        for row, cause in ((1, "dismiss"), (2, "leave")):
            value = survival.incidence(TABLE, cause).value[END - 1] + there * SEEN.rates[row] * stay
            near(one.shares[cause].value, value, 1e-9)
        assert gone < 1
        assert (one.shares["tap"].n, one.shares["tap"].method, one.share) == (
            1500,
            name,
            FOUND.found[name].share,
        )
    # the ends: check_profile's joined with the data's error; that they cover is shown by simulation in `make evidence`
    ends(said["gamma"].shares["tap"], 0.42845907, 0.51585909, 2e-5)
    ends(said["weibull"].shares["tap"], 0.40844153, 0.51357238, 2e-5)
    ends(said["gamma"].shares["dismiss"], 0.25150346, 0.30476120, 2e-5)
    ends(said["gamma"].shares["leave"], 0.10186122, 0.14021824, 2e-5)
    ends(said["gamma"].attention_s, 0.21720789, 0.23541895, 2e-5)
    near(m.beyond(FOUND, best, SEEN, 500, 0.8).shares["tap"].interval.level, 0.8)
    # by its curve, what is there at 100 ms and not at 101 is π (G(101) − G(100)) / (1 − π G(100))
    wait = slow.waiting("gamma", best.place, best.shape)
    expected = best.share * (wait.cdf(101) - wait.cdf(100)) / (1 - best.share * wait.cdf(100))
    near(m.hazards(best, best.point[None], 200)[0, 100], expected, 1e-12)
    near(m._together(3.0, 4.0, 0.0), 5.0)
    near(m._together(3.0, 4.0, 1.0), 7.0)


BEYOND_FAULTS = (
    Fault("FamilyPrediction.supported", "<= SUPPORTED", "<= 99"),
    Fault("_Part.times", "rate * self.best", "self.best"),
    Fault("_Part.times", "rate * self.least", "self.least"),
    Fault("_Side.parts", "!= self.row", "== self.row"),
    Fault("_Side.parts", "after * left - stay", "after * left + stay"),
    Fault("_Side.parts", "others * -moment", "others * moment"),
    Fault("_Side._part", "max(span.high, best)", "best"),
    Fault("_Side._part", "min(span.low, best)", "best"),
    Fault("_Side.joined", "passed_ms + part.best", "part.best"),
    Fault("_Side.joined", "part.through_rates)", "0 * part.through_rates)"),
    Fault("_Side.joined", "if not self.supported:", "if self.supported:"),
    Fault("_Side.joined", "most == 1.0", "most == 0.0"),
    Fault(
        "_Side.joined", "low = value - _together(below, there * (part", "low = value - _together(below, (part"
    ),
    Fault(
        "_Side.joined",
        "high = value + _together(above, there *",
        "high = value + _together(0 * above, there *",
    ),
    Fault("_Side._correlation", "shared / math.sqrt(own * variance)", "0.0"),
    Fault("_Side._correlation", "@ inverse @ part.rise)\n        return", "@ part.rise)\n        return"),
    Fault("beyond", "gains[row] = 1.0", "gains[0] = 1.0"),
    Fault(
        "_Side.parts", "ending.through_rates[row] += stays.best", "ending.through_rates[row] -= stays.best"
    ),
    Fault("beyond", "within()[0].aic", "within()[-1].aic"),
    Fault("hazards", "1 - alone[:, 1:] / alone[:, :-1]", "alone[:, :-1] - alone[:, 1:]"),
    Fault("_together", "2 * shared", "shared"),
    Fault("_in_seconds", "span.high / 1000", "span.high"),
)


def check_prediction(m):
    inside = m.predict(FOUND, 200)
    assert (inside.extrapolated, inside.from_ms, inside.families, inside.n_ms) == (False, END, (), 200)
    for cause in CAUSES:
        assert inside.shares[cause] == survival.incidence(TABLE, cause).at(200)
    stays = survival.staying(TABLE).value[:200]
    near(
        inside.attention_s.value * 1000,
        (1 + stays[:-1].sum() + stays.sum()) / 2 + (stays[-1] - stays[-2]) / 2,
        0.5,
    )
    near(inside.attention_s.interval.high - inside.attention_s.interval.low, 0.00660137, 1e-7)
    assert not m.predict(FOUND, END).extrapolated
    there = m.predict(FOUND, 500)
    assert there.extrapolated
    assert [one.family for one in there.families] == [
        "gamma",
        "log_logistic",
        "weibull",
        "log_normal",
        "exponential",
    ]
    tap = there.shares["tap"]
    near(tap.value, there.families[0].shares["tap"].value, 1e-12)
    near(tap.interval.low, there.families[2].shares["tap"].interval.low, 1e-12)
    near(tap.interval.high, there.families[0].shares["tap"].interval.high, 1e-12)
    assert (tap.method, tap.n, tap.interval.level) == ("union_of_3", 1500, 0.95)
    near(
        there.attention_s.interval.high,
        max(one.attention_s.interval.high for one in there.families[:3]),
        1e-12,
    )
    assert m.predict(FOUND, 500, 0.8).shares["tap"].interval.level == 0.8
    drawn = m.by_curve(FOUND, FOUND.within()[0])
    assert drawn.size == END + 1
    assert drawn[0] == 0
    wait, best = slow.waiting("gamma", FOUND.within()[0].place, FOUND.within()[0].shape), FOUND.within()[0]
    near(drawn[1], best.share * wait.cdf(1), 1e-12)
    assert np.abs(drawn[:-1] - survival.incidence(TABLE, "tap").value[:-1]).max() < 0.02
    # nothing else ends anybody: the incidence is π G itself
    alone = RiskTable.from_rows(("tap",), [(k, "tap", 3) for k in range(60)] + [(80, None, 100)], 80)
    one = fit(alone, "tap", "weibull")
    held = m.by_curve(Fits(alone, "tap", {"weibull": one}), one)
    near(held[70], one.share * slow.waiting("weibull", one.place, one.shape).cdf(70), 1e-12)
    few = fits(RiskTable.from_rows(CAUSES, [(3, "tap", 5), (20, None, 9)], 20), "tap")
    assert code(m.predict(few, 21)) == "too_few_endings"
    assert [name for name, _ in m.predict(few, 20).unfitted] == list(FAMILIES)
    assert code(m.predict(fits(RiskTable.from_rows(CAUSES, [], 20), "tap"), 21)) == "no_units"
    gone = fits(RiskTable.from_rows(CAUSES, [(k, "tap", 1) for k in range(20)], 50), "tap")
    assert (m.predict(gone, 50).extrapolated, m.predict(gone, 50).from_ms) == (False, 50)
    refuses((lambda: m.predict(FOUND, 0),))


PREDICTION_FAULTS = (
    Fault("Prediction.extrapolated", "n_ms > self.from_ms", "n_ms >= self.from_ms"),
    Fault("predict", "n_ms < 1", "n_ms < 0"),
    Fault("predict", "n_ms <= end", "n_ms < end"),
    Fault("predict", "end = curve.last_ms", "end = until(found.table)"),
    Fault("predict", "if one.supported", "if one.aic_distance < 0.1"),
    Fault("predict", "if isinstance(one, NoEffect))", "if not isinstance(one, NoEffect))"),
    Fault("by_curve", "1 - others - hazard", "1 - hazard"),
    Fault("by_curve", "found.table.causes.index(found.cause)", "-1"),
    Fault("by_curve", "np.cumsum(left * hazard)", "np.cumsum(hazard)"),
    Fault("_inside", "curve.at(n_ms)", "curve.at(n_ms - 1)"),
    Fault("_inside", "seen.mean(seen.middle(), n_ms,", "seen.mean(seen.middle(), 0.0,"),
    Fault("_inside", "math.sqrt(variance)", "variance"),
    Fault("_union", "min(one.low", "max(one.low"),
    Fault("_union", "max(one.high", "min(one.high"),
    Fault("_union", "said[0].value", "said[-1].value"),
)


SUITES = {
    "stats/cure/future.py": (check_future, FUTURE_FAULTS),
    "stats/cure/past.py": (check_past, PAST_FAULTS),
    "stats/cure/profile.py": (check_profile, PROFILE_FAULTS),
    "stats/cure/beyond.py": (check_beyond, BEYOND_FAULTS),
    "stats/cure/prediction.py": (check_prediction, PREDICTION_FAULTS),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
