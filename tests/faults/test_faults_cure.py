"""The curves of longer display times, one fault at a time: families, spans, likelihood and maximum."""

import numpy as np

from experiments.stats.cure.families import FAMILIES
from experiments.stats.cure.spans import spans
from experiments.stats.samples import RiskTable
from tests.experiments.stats import cure_reference as slow
from tests.experiments.stats.test_cure import CAUSES, PARAMETERS, small
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault


def check_families(m):
    ms = np.array([0.5, 40.0, 299.0, 700.0])
    for name, (_, place, shape) in PARAMETERS.items():
        family, wait = m.FAMILIES[name], slow.waiting(name, place, shape)
        at = np.array([[place]]), np.array([[shape]])
        assert np.allclose(family.ended(np.log(ms), *at), wait.cdf(ms), rtol=1e-12, atol=0)
        mass = family.within(np.log(ms), np.log(ms + 1), *at)
        assert np.allclose(mass, np.log(wait.cdf(ms + 1) - wait.cdf(ms)), atol=1e-9, rtol=0)
        assert family.shaped == (name != "exponential")
        assert np.isfinite(
            family.within(np.array([9.0]), np.array([9.1]), np.array(1.0), np.array(3.0))
        ).all()
    for name, shape in (("weibull", 0.6), ("log_normal", -1.0)):
        late = m.FAMILIES[name].within(
            np.log(4000.0), np.log(4001.0), np.array(np.log(100.0)), np.array(shape)
        )
        near(float(late), slow.waiting(name, np.log(100.0), shape).logpdf(4000.5), 1e-2)
    near(
        float(m.FAMILIES["exponential"].ended(np.array(6.0), np.array(5.0), np.array(9.0))),
        1 - np.exp(-np.e),
        1e-12,
    )


FAMILY_FAULTS = (
    Fault("_exp", "np.minimum(x, _LARGEST_LOG)", "x * 1.0000001"),
    Fault("_log", "np.maximum(x, _SMALLEST)", "x"),
    Fault("_weibull_ended", "np.exp(shape)", "np.exp(-shape)"),
    Fault("_weibull_ended", "log_t - place", "log_t + place"),
    Fault("_weibull_within", "np.expm1(a - b)", "np.expm1(b - a)"),
    Fault("_weibull_within", ") - a", ") - b"),
    Fault("_exponential_ended", "np.zeros_like(shape)", "shape"),
    Fault("_exponential_within", "np.zeros_like(shape)", "1 + shape"),
    Fault("_log_normal_ended", "np.exp(-shape)", "np.exp(shape)"),
    Fault("_log_normal_within", "late = a > 0", "late = a > 99"),
    Fault("_log_normal_within", "np.where(late, -b, a)", "np.where(late, -a, a)"),
    Fault("_log_logistic_ended", "np.exp(shape)", "shape"),
    Fault("_log_logistic_within", "np.logaddexp(0.0, -b)", "np.logaddexp(0.0, b)"),
    Fault("_log_logistic_within", "np.logaddexp(0.0, a)", "np.logaddexp(0.0, -a)"),
    Fault("_gamma_ended", "_exp(log_t - place) * power", "_exp(log_t - place)"),
    Fault("_gamma_within", "log_a, place, shape)", "log_a, shape, place)"),
)


def check_spans(m):
    rows = [(0, "tap", 2), (3, "tap", 1), (3, "leave", 4), (5, None, 2), (9, "tap", 5), (9, None, 6)]
    table = RiskTable.from_rows(CAUSES, rows, 12)
    assert m.until(table) == 9
    data = m.spans(table, "tap")
    assert data.events == 3
    assert np.allclose(np.exp(data.log_to), [1, 4])
    assert np.allclose(np.exp(data.log_from), [0, 3])
    assert data.ended.tolist() == [2, 1]
    assert np.allclose(np.exp(data.log_seen), [3.5, 5, 9])
    assert data.kept.tolist() == [4, 2, 11]
    near(data.log_limit, np.log(9))
    assert m.spans(table, "leave").kept.tolist() == [2, 1, 2, 11]
    assert m.until(RiskTable.from_rows(CAUSES, [], 12)) == 0
    # gathered: 900, 901, 904, 905 and 900 again stand within 2 % of each other, 2000 far away
    units = {900: 2, 901: 1, 904: 1, 905: 3, 2000: 4}
    many = m.spans(
        RiskTable.from_rows(CAUSES, [(ms, "tap", n) for ms, n in units.items()] + [(2500, None, 1)], 2500),
        "tap",
    )
    assert many.ended.size == 3
    middle = (np.exp(many.log_from) + np.exp(many.log_to)) / 2 - 0.5
    assert np.allclose(np.exp(many.log_to) - np.exp(many.log_from), 1)
    for power in range(4):
        said = sum(n * float(ms) ** power for ms, n in units.items())
        near(float(many.ended @ middle**power) / said, 1.0, 1e-10)
    early = m.spans(
        RiskTable.from_rows(CAUSES, [(ms, "tap", 1) for ms in range(50)] + [(60, None, 1)], 60), "tap"
    )
    assert early.ended.size == 50
    refuses((lambda: m.spans(table, "swipe"),))


SPAN_FAULTS = (
    Fault("until", "> 0", "> 11"),
    Fault("spans", "table.events.sum(axis=0) - table.events[row]", "table.events.sum(axis=0)"),
    Fault("reduced", "middle - 0.5", "middle"),
    Fault("reduced", "middle + 0.5", "middle + 1"),
    Fault("reduced", "_gathered(ms + 0.5, others)", "_gathered(ms, others)"),
    Fault("reduced", "_gathered(ms, censored)", "_gathered(ms + 1, censored)"),
    Fault("spans", "table.at_risk()[end]", "table.censored[end]"),
    Fault("reduced", "[kept, open_kept, [left]]", "[kept, open_kept, [0 * left]]"),
    Fault("reduced", "np.array([float(end)])", "np.array([float(end) + 1])"),
    Fault("logs", "np.maximum(ms, _BEFORE_ALL)", "np.maximum(ms, 1)"),
    Fault("_gathered", "units > 0", "units > 1"),
    Fault("_gathered", "np.where(ms < _FINEST, np.floor(ms), wide)", "wide"),
    Fault("_gathered", "apart**2", "apart"),
    Fault("_gathered", "apart**3", "apart"),
    Fault("_gathered", "skew**2 + 4", "skew**2 + 3"),
    Fault("_gathered", "(1 + skew / root)", "(1 - skew / root * 0)"),
    Fault("_gathered", "(skew - root) / 2", "(skew - root)"),
    Fault("_gathered", "spread <= _ONE_POINT", "spread <= 9"),
)


def check_likelihood(m):
    table = small(n=120)
    data = spans(table, "tap")
    for name, (share, place, shape) in PARAMETERS.items():
        points = np.array([[np.log(share), place, shape], [np.log(0.2), place + 1, shape]])
        found = m.log_likelihood(FAMILIES[name], data, points)
        for value, point in zip(found, points, strict=True):
            near(value, slow.log_likelihood(table, "tap", name, np.exp(point[0]), *point[1:]), 1e-6)
    everybody = np.array(
        [[0.0, -3.0, 0.0]]
    )  # all would have ended long before: nobody left is impossible, not an error
    assert np.isfinite(m.log_likelihood(FAMILIES["weibull"], data, everybody)).all()

    def valued(points):
        x, y, z = points.T
        return 3 * x**2 - 2 * x * y + y * z + 5 * z**2 + x

    at = np.array([1.0, -2.0, 0.5])
    assert np.allclose(m.slope(valued, at), [6 + 4 + 1, -2 + 0.5, -2 + 5], atol=1e-6)
    assert np.allclose(m.curvature(valued, at), [[6, -2, 0], [-2, 0, 1], [0, 1, 10]], atol=1e-6)
    assert [column.tolist() for column in m.columns(np.array([[1.0, 2.0, 3.0]]))] == [
        [[1.0]],
        [[2.0]],
        [[3.0]],
    ]


LIKELIHOOD_FAULTS = (
    Fault("columns", "points[:, 1:2], points[:, 2:]", "points[:, 2:], points[:, 1:2]"),
    Fault("columns", "points[:, :1]", "points[:, 1:2]"),
    Fault("log_likelihood", "+ log_share[:, 0] * data.events", ""),
    Fault("log_likelihood", "@ data.ended", "@ np.ones(data.ended.size)"),
    Fault("log_likelihood", "np.exp(log_share) * family", "family"),
    Fault("log_likelihood", "data.log_seen", "data.log_seen + 0.001"),
    Fault("log_likelihood", "-np.minimum(share, NEARLY_ALL)", "-np.minimum(share, 1.0)"),
    Fault("log_likelihood", "np.minimum(share, NEARLY_ALL)", "np.minimum(share, 0.1)"),
    Fault("log_likelihood", "@ data.kept", "@ (data.kept > 0)"),
    Fault("slope", "(2 * _STEP)", "_STEP"),
    Fault("slope", "values[: at.size] - values[at.size :]", "values[at.size :] - values[: at.size]"),
    Fault("curvature", "(4 * _WIDE_STEP**2)", "(2 * _WIDE_STEP**2)"),
    Fault("curvature", "one[:, None] - one", "one[:, None] + one"),
    Fault("curvature", "against.reshape(2, -1).sum(axis=0)", "against.reshape(2, -1)[0]"),
)


MAXIMA = {  # each at most 1e-6 from what scipy's differential evolution and Nelder–Mead find, see test_cure.py
    "exponential": (-1086.8077200122, 0.0, 6.1033182, 0.0),
    "weibull": (-1070.1123989431, -0.5277308, 5.2847468, 0.6079180),
    "log_normal": (-1074.9676819363, 0.0, 5.6703464, 0.0782485),
    "log_logistic": (-1070.5800854456, -0.2438613, 5.3462778, 0.6642942),
    "gamma": (-1070.8689687372, -0.3855438, 5.3749064, 0.7654605),
}


def check_fitting(m):
    found = m.fits(small(), "tap")
    assert list(found.found) == list(MAXIMA)
    for name, (height, *point) in MAXIMA.items():
        one = found.found[name]
        near(one.log_likelihood, height, 1e-6)
        assert np.allclose(one.point, point, atol=2e-6)
        near(one.aic, (4 if name == "exponential" else 6) - 2 * height, 1e-5)
        assert (one.family, one.cured) == (name, True)
    assert [one.family for one in found.within(2)] == ["weibull", "log_logistic", "gamma"]
    assert [one.family for one in found.within()][-1] == "exponential"
    # R 4.2.2, survreg(Surv(from, to, type = "interval2") ~ 1, dist = "weibull"): the r tests ask it anew
    alone = m.fit(small(), "tap", "weibull", cured=False)
    assert (alone.share, alone.cured) == (1.0, False)
    near(alone.aic, 4 - 2 * alone.log_likelihood, 1e-9)
    assert alone.log_likelihood < found.found["weibull"].log_likelihood
    ten = [(k, "tap", 1) for k in range(10)] + [(50, None, 1000)]
    assert m.fit(RiskTable.from_rows(CAUSES, ten, 50), "tap", "exponential").share <= 1
    few = m.fit(RiskTable.from_rows(CAUSES, ten[1:], 50), "tap", "exponential")
    assert code(few) == "too_few_endings"
    assert few.facts == (("n", 9), ("needed", 10))
    data, gamma, best = found.found["gamma"].data, FAMILIES["gamma"], np.array(MAXIMA["gamma"][1:])
    shares = m._best_share(data, gamma.ended(data.log_seen, best[None, 1:2], best[None, 2:]))
    near(shares[0], best[0], 1e-5)
    first = m._starts(data, gamma, cured=True)[0]
    assert np.abs(first - best).max() < 0.5
    assert np.allclose(
        m._polished(data, gamma, best + np.array([0.01, -0.01, 0.02]), cured=True), best, atol=2e-6
    )
    bounds = m.box(found.found["gamma"].data, FAMILIES["gamma"])
    assert bounds[0][1] == 0.0
    assert bounds[1][0] < np.log(300) - 5 < np.log(300) + 20 < bounds[1][1]
    assert m.box(found.found["gamma"].data, FAMILIES["exponential"], cured=False)[::2] == [
        (0.0, 0.0),
        (0.0, 0.0),
    ]
    assert m.fits(small(), "leave").cause == "leave"
    near(m.fits(small(), "leave").found["exponential"].data.events, small().events[2].sum(), 1e-9)
    refuses((lambda: m.fit(small(), "tap", "gompertz"), lambda: m.fits(small(), "swipe")))


FITTING_FAULTS = (
    Fault("Fits.within", "there[0].aic + distance", "distance"),
    Fault("Fits.within", "key=lambda one: one.aic", "key=lambda one: -one.aic"),
    Fault("fits", "spans(table, cause)", "spans(table, table.causes[0])"),
    Fault("fit", "family not in FAMILIES", "family is None"),
    Fault("fit", "cured=cured", "cured=True"),
    Fault("box", "if cured else 0.0", "if not cured else 0.0"),
    Fault("box", "if family.shaped else (0.0, 0.0)", ""),
    Fault("box", "data.log_limit + _PLACES[0]", "data.log_limit + 0 * _PLACES[0]"),
    Fault("fitted", "< FEWEST", "<= FEWEST"),
    Fault("fitted", "(low < high).sum()", "(low <= high).sum()"),
    Fault("fitted", "2 * free - 2 * height", "2 * free - height"),
    Fault("fitted", "rise[~held]", "rise"),
    Fault("_starts", "np.argsort(-log", "np.argsort(log"),
    Fault("_best_share", "data.events >", "data.events <"),
    Fault("_climbed", "scale = -1 /", "scale = 1 /"),
    Fault("_rise", "(rise > 0)", "(rise < 0)"),
    Fault("_polished", "step[~held] = -np", "step[~held] = np"),
    Fault("_too_few", "round(events)), (", "FEWEST), ("),
)


SUITES = {
    "stats/cure/families.py": (check_families, FAMILY_FAULTS),
    "stats/cure/spans.py": (check_spans, SPAN_FAULTS),
    "stats/cure/likelihood.py": (check_likelihood, LIKELIHOOD_FAULTS),
    "stats/cure/fitting.py": (check_fitting, FITTING_FAULTS),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
