"""Mixture-cure curves against scipy.stats and a general optimiser, on data small enough to go through ms by ms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import differential_evolution, minimize

from benchmarks.evidence.launches import LAUNCHES, Launch
from experiments.stats import survival
from experiments.stats.cure import FAMILIES, fit, fits, predict
from experiments.stats.cure.future import Future
from experiments.stats.cure.likelihood import log_likelihood
from experiments.stats.cure.profile import profile
from experiments.stats.cure.spans import spans
from experiments.stats.effects import NoEffect
from experiments.stats.samples import RiskTable
from tests.experiments.stats import cure_reference as slow

CAUSES = ("tap", "dismiss", "leave")
PARAMETERS = {
    "exponential": (0.5, np.log(300), 0.0),
    "weibull": (0.7, np.log(350), 0.5),
    "log_normal": (0.6, np.log(250), -0.3),
    "log_logistic": (0.6, np.log(250), 0.8),
    "gamma": (0.8, np.log(320), 0.7),
}


def small(seed=1, n=400, limit_ms=300):
    """A few hundred endings on a short grid, some censored on the way."""
    rng = np.random.default_rng(seed)
    wait = np.where(rng.random(n) < 0.7, rng.gamma(2, 120, n), np.inf)
    times = np.stack([wait, rng.exponential(900, n), rng.exponential(1800, n), rng.uniform(0, 3000, n)])
    rows = [
        (int(t), [*CAUSES, None][k], 1) if t < limit_ms else (limit_ms, None, 1)
        for t, k in zip(times.min(axis=0), times.argmin(axis=0), strict=True)
    ]
    return RiskTable.from_rows(CAUSES, rows, limit_ms)


@pytest.mark.parametrize("family", FAMILIES)
def test_shares_ended_are_those_of_scipy(family):
    _, place, shape = PARAMETERS[family]
    wait = slow.waiting(family, place, shape)
    ms = np.array([0.5, 3, 40, 299, 300, 2000])
    assert FAMILIES[family].ended(np.log(ms), np.array(place), np.array(shape)) == pytest.approx(
        wait.cdf(ms), rel=1e-12
    )
    mass = FAMILIES[family].within(np.log(ms), np.log(ms + 1), np.array(place), np.array(shape))
    assert mass == pytest.approx(np.log(wait.cdf(ms + 1) - wait.cdf(ms)), abs=1e-6)


@pytest.mark.parametrize("family", ["exponential", "weibull", "log_normal", "log_logistic"])
def test_small_shares_far_in_the_tail_keep_their_digits(family):
    # density · 1 ms: beyond 1 − 1e-16 the difference of two cdf would be 0
    place, shape = np.array(np.log(100.0)), np.array(-1.0 if family == "log_normal" else 0.6)
    at = 4000.0
    mass = FAMILIES[family].within(np.log(at), np.log(at + 1), place, shape)
    assert float(mass) == pytest.approx(slow.waiting(family, place, shape).logpdf(at + 0.5), abs=1e-2)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_likelihood_is_the_one_said_ms_by_ms(family):
    table = small()
    data = spans(table, "tap")
    for share, place, shape in (PARAMETERS[family], (0.3, np.log(500), PARAMETERS[family][2] / 2)):
        found = log_likelihood(FAMILIES[family], data, np.array([[np.log(share), place, shape]]))[0]
        expected = slow.log_likelihood(table, "tap", family, share, place, shape)
        assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_maximum_is_that_of_a_general_optimiser(family):
    table = small()
    found = fit(table, "tap", family)
    data = spans(table, "tap")
    shaped = FAMILIES[family].shaped

    def fall(at):
        point = np.array([[at[0], at[1], at[2] if shaped else 0.0]])
        return -log_likelihood(FAMILIES[family], data, point)[0]

    wide = [(-5, 0), (np.log(300) - 4, np.log(300) + 6), (-2, 2.5)]
    start = differential_evolution(fall, wide, seed=1, tol=1e-10, maxiter=300).x
    best = minimize(
        fall,
        start,
        method="Nelder-Mead",
        bounds=wide,
        options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 4000},
    )
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-6)
    assert found.log_likelihood == pytest.approx(
        slow.log_likelihood(table, "tap", family, found.share, found.place, found.shape), abs=1e-6
    )
    assert found.aic == pytest.approx(2 * (3 if shaped else 2) + 2 * best.fun, abs=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_gathering_neighbours_changes_nothing_that_matters(family):
    launch = next(one for one in LAUNCHES if one.family == "gamma")
    table = launch.drawn(np.random.default_rng(3), 3000, 2000)
    point = (0.8, np.log(3000), -0.2 if family == "log_normal" else 0.4)
    found = log_likelihood(FAMILIES[family], spans(table, "tap"), np.array([[np.log(point[0]), *point[1:]]]))[
        0
    ]
    assert found == pytest.approx(slow.log_likelihood(table, "tap", family, *point), abs=3e-5)
    assert spans(table, "tap").ended.size < 400


@pytest.mark.parametrize("family", FAMILIES)
def test_an_interval_ends_where_a_general_optimiser_says(family):
    """At each end, the best that any parameters with that value reach is χ²/2 = 1.9207 below the maximum."""
    table = small(seed=4, n=1500)
    found, rate = fit(table, "tap", family), 0.0017
    future = Future(FAMILIES[family], 300, 500, rate)
    span = profile(found, future.ended)
    data, shaped = found.data, FAMILIES[family].shaped

    def best_with(value):
        def fall(at):
            point = np.array([[0.0, at[0], at[1] if shaped else 0.0]])
            here = FAMILIES[family].ended(np.array([[np.log(300)]]), point[:, 1:2], point[:, 2:])[0, 0]
            unit = _part(family, point[0], rate)
            share = value / (unit + value * here)  # value = π · unit / (1 − π · here)
            if not 0 < share <= 1:
                return 1e6 + abs(share)
            point[0, 0] = np.log(share)
            return -log_likelihood(FAMILIES[family], data, point)[0]

        starts = [span.at_low[1:], span.at_high[1:]]
        options = {"xatol": 1e-6, "fatol": 1e-6, "maxiter": 600}
        return -min(minimize(fall, start, method="Nelder-Mead", options=options).fun for start in starts)

    for end, outside in ((span.low, -1), (span.high, 1)):
        assert found.log_likelihood - best_with(end) == pytest.approx(1.9207, abs=2e-3)
        assert found.log_likelihood - best_with(end * (1 + outside * 0.02)) > 1.9207


@pytest.mark.slow
def test_an_interval_is_that_of_a_fine_grid():
    """Every share and every place around the maximum, 300 of each: those that lose at most 1.9207, and what they say."""
    found = fit(small(seed=4, n=1500), "leave", "exponential")
    future = Future(FAMILIES["exponential"], 300, 500, 0.0017)
    span = profile(found, future.ended)
    shares, places = np.linspace(0.05, 1, 300), np.linspace(found.place - 4, found.place + 1, 300)
    points = np.array([[np.log(share), place, 0.0] for share in shares for place in places])
    heights = [
        log_likelihood(FAMILIES["exponential"], found.data, some) for some in np.array_split(points, 60)
    ]
    kept = points[np.concatenate(heights) >= found.log_likelihood - 1.920729]
    said = future.ended(kept)
    assert span.low <= said.min()
    assert said.max() <= span.high
    assert (span.low, span.high) == pytest.approx((said.min(), said.max()), rel=0.02)


def _part(family, point, rate):
    """∫ e^(−rate (s − L)) dG(s), the part of `ended_later` that π multiplies."""
    wait = slow.waiting(family, point[1], point[2])
    nodes, weights = np.polynomial.legendre.leggauss(40)
    return float(100 * weights @ (wait.pdf(400 + 100 * nodes) * np.exp(-rate * (100 + 100 * nodes))))


@pytest.mark.parametrize("family", FAMILIES)
def test_what_becomes_of_those_still_there_is_the_density_integrated(family):
    share, place, shape = PARAMETERS[family]
    future = Future(FAMILIES[family], 300.0, 900.0, 0.0004)
    at = np.array([[np.log(share), place, shape]])
    expected = slow.ended_later(family, share, place, shape, 300.0, 900.0, 0.0004)
    assert future.ended(at)[0] == pytest.approx(expected, abs=1e-9)
    faster = Future(FAMILIES[family], 300.0, 900.0, 0.0004 + 1e-8)
    assert future.stay_moment(at)[0] == pytest.approx(
        (future.stay_ms(at)[0] - faster.stay_ms(at)[0]) / 1e-8, rel=1e-3
    )


@pytest.mark.parametrize("launch", LAUNCHES, ids=lambda one: f"{one.family} {one.share}")
def test_a_curve_is_recovered_from_many_users(launch):
    found = fit(launch.expected(200_000_000, 8000), "tap", launch.family)
    assert found.share == pytest.approx(launch.share, rel=0.02)
    assert found.place == pytest.approx(launch.place, abs=0.03)
    assert found.shape == pytest.approx(launch.shape, abs=0.01)


def test_without_a_cured_share_everybody_would_end():
    found = fit(small(), "tap", "weibull", cured=False)
    assert found.share == 1.0
    assert found.aic == pytest.approx(4 - 2 * found.log_likelihood)
    assert found.log_likelihood <= fit(small(), "tap", "weibull").log_likelihood


def test_few_endings_fit_nothing():
    table = RiskTable.from_rows(CAUSES, [(k, "tap", 1) for k in range(9)] + [(50, None, 1000)], 50)
    assert {one.code for one in fits(table, "tap").found.values()} == {"too_few_endings"}
    assert predict(fits(table, "tap"), 60).code == "too_few_endings"
    assert predict(fits(table, "tap"), 50).shares["tap"].value == pytest.approx(9 / 1009)
    assert predict(fits(RiskTable.from_rows(CAUSES, [], 50), "tap"), 60).code == "no_units"
    # endings at the limit itself come while the prompt goes away: nobody was watched longer to learn a curve from
    late = RiskTable.from_rows(CAUSES, [(50, "tap", 40), (50, None, 100)], 50)
    assert predict(fits(late, "tap"), 60).code == "too_few_endings"


def test_questions_without_sense_are_refused():
    table = small()
    for call in (
        lambda: fits(table, "swipe"),
        lambda: fit(table, "tap", "gompertz"),
        lambda: predict(fits(table, "tap"), 0),
    ):
        with pytest.raises(ValueError, match=r"^`"):
            call()


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.sampled_from([40, 150, 600]))
def test_every_prediction_is_a_whole_whatever_the_data(seed, n):
    found = fits(small(seed, n), "tap")
    there = [predict(found, ms) for ms in (450, 451)]
    if isinstance(there[0], NoEffect):
        assert n == 40
        return
    for one in there[0].families:
        total = sum(share.value for share in one.shares.values())
        later = next(other for other in there[1].families if other.family == one.family)
        # those still there stay on: d attention / dN = 1 − Σ shares
        assert (later.attention_s.value - one.attention_s.value) * 1000 == pytest.approx(1 - total, abs=1e-3)
    for share in there[0].shares.values():
        assert 0 <= share.interval.low <= share.value <= share.interval.high <= 1


def test_inside_the_data_no_family_is_asked():
    table = small()
    there = predict(fits(table, "tap"), 200)
    assert (there.extrapolated, there.from_ms, there.families) == (False, 300, ())
    for cause in CAUSES:
        assert there.shares[cause] == survival.incidence(table, cause).at(200)
    expected = np.array([survival.staying(table).value[t] for t in range(200)])
    assert there.attention_s.value == pytest.approx(
        (expected.sum() + 0.5 * (1 - expected[-1])) / 1000, rel=2e-3
    )


def test_from_the_data_to_beyond_there_is_no_jump():
    table = LAUNCHES[4].drawn(np.random.default_rng(1), 20_000, 4000)
    found = fits(table, "tap")
    last, next_ms = predict(found, 4000), predict(found, 4001)
    assert next_ms.extrapolated
    for cause in CAUSES:
        old, new = last.shares[cause], next_ms.shares[cause]
        for before, after in (
            (old.value, new.value),
            (old.interval.low, new.interval.low),
            (old.interval.high, new.interval.high),
        ):
            assert after == pytest.approx(before, abs=3e-4)
    assert next_ms.attention_s.value == pytest.approx(last.attention_s.value + 0.001 * 0.37, abs=1e-4)


def test_everybody_gone_before_the_limit_leaves_nothing_to_extrapolate():
    table = RiskTable.from_rows(CAUSES, [(k, CAUSES[k % 3], 1) for k in range(60)], 100)
    there = predict(fits(table, "tap"), 100)
    assert not there.extrapolated
    assert there.shares["tap"].value == pytest.approx(1 / 3)
    assert there.attention_s.value == pytest.approx(np.mean(np.arange(60) + 0.5) / 1000)


def test_the_answer_joins_the_families_near_the_best():
    table = LAUNCHES[4].drawn(np.random.default_rng(1), 20_000, 4000)
    there = predict(fits(table, "tap"), 8000)
    near = [one for one in there.families if one.aic_distance <= 6]
    assert 1 < len(near) < 5
    assert [one.supported for one in there.families] == [one in near for one in there.families]
    assert there.shares["tap"].value == there.families[0].shares["tap"].value
    assert there.shares["tap"].interval.low == min(one.shares["tap"].interval.low for one in near)
    assert there.shares["tap"].interval.high == max(one.shares["tap"].interval.high for one in near)
    assert all(one.shares["tap"].interval is None for one in there.families if one not in near)


def test_where_the_share_is_undetermined_the_interval_goes_to_its_bound():
    """Taps rise to the very end of 1 s: everybody may tap in the end, or few; the upper end is where everybody would."""
    launch = Launch("weibull", 0.9, float(np.log(6000)), 0.9)
    table = launch.drawn(np.random.default_rng(2), 5000, 1000)
    found = fit(table, "tap", "weibull")
    span = profile(found, Future(FAMILIES["weibull"], 1000, 8000, 0.00015).ended)
    assert np.exp(span.at_high[0]) == pytest.approx(1.0, abs=1e-6)
    assert span.low < 0.3
    assert span.high > 0.6


@pytest.mark.slow
def test_small_launches_are_predicted():
    """Two launches of each kind, 30 in all; `make evidence` has 500 of each."""
    inside, widths = [], []
    for launch in LAUNCHES:
        truth = launch.truth(8000)
        for seed in range(2):
            table = launch.drawn(np.random.default_rng([seed, 11]), 20_000, 4000)
            there = predict(fits(table, "tap"), 8000)
            inside.append(there.shares["tap"].interval.contains(truth["tap"]))
            widths.append(
                (there.shares["tap"].interval.high - there.shares["tap"].interval.low) / truth["tap"]
            )
    assert np.mean(inside) >= 0.9
    assert np.median(widths) <= 0.4
