"""The confidence sequence: against gbstats, the mixture's integral and Lambert's W, and by its error under looks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import lambertw
from scipy.stats import norm

from experiments.stats.effects import Shift
from experiments.stats.sequential.boundaries import crossed
from experiments.stats.sequential.confidence_sequence import best_tuning, half_widths, interval, tuning, width

LEVELS, UNITS = st.floats(0.5, 0.9999), st.integers(1, 10**12)


def shift(value: float = 0.3, variance: float = 0.01, units: int = 1000) -> Shift:
    return Shift(value, variance, units, "absolute", "welch")


@pytest.mark.parametrize(
    ("value", "variance", "units", "alpha", "tuned_to", "low", "high", "p_value"),
    [
        # gbstats 0.8.0, SequentialTwoSidedTTest: √(s² N) · √(2 (N ρ² + 1) log(√(N ρ² + 1)/α) / (N ρ)²), absolute:
        # 400/4000 against 480/4100; 2400/120000 against 2600/118000; means of n = 300, sum 600, squares 2100 against
        # n = 200, sum 520, squares 2450
        (
            0.01707317073170732,
            4.771147400647118e-05,
            8100,
            0.05,
            5000,
            -0.0039808964513822,
            0.03812723791479684,
            0.21873061694002682,
        ),
        (
            0.002033898305084745,
            3.4594694037202763e-07,
            238000,
            0.01,
            20000,
            -0.00018581478948054373,
            0.004253611399650034,
            0.03108330076830014,
        ),
        (
            0.6000000000000001,
            0.03762138451454597,
            500,
            0.1,
            1000,
            0.05352653709582211,
            1.146473462904178,
            0.05380852604775552,
        ),
    ],
)
def test_the_interval_and_p_value_are_those_of_gbstats(
    value, variance, units, alpha, tuned_to, low, high, p_value
):
    found = interval(shift(value, variance, units), 1 - alpha, tuned_to)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=1e-13)
    assert found.p_value == pytest.approx(p_value, rel=1e-10)
    assert (found.method, found.scale, found.interval.level) == ("welch_sequence", "absolute", 1 - alpha)


def test_the_published_price_in_width():
    # GrowthBook's formula with its own N* = 5,000: 1.97 at N*/10, 1.55 at N*, 1.60 at 4 N*, 1.70 at 20 N*
    found = [round(width(n, 5000), 2) for n in (500, 5000, 20_000, 100_000)]
    assert found == [1.97, 1.55, 1.60, 1.70]


@pytest.mark.parametrize(
    ("z", "units", "tuned_to"), [(1.0, 300, 5000), (2.9, 5000, 5000), (4.0, 90_000, 2000)]
)
def test_the_p_value_is_one_over_the_integrated_likelihood_ratio(z, units, tuned_to):
    # Λ = ∫ exp(θ S − n θ²/2) N(θ; 0, ρ²) dθ, S = √n z the sum of standardised units
    total, rho = math.sqrt(units) * z, math.sqrt(tuning(tuned_to, 0.95))

    def weighted(theta: float) -> float:
        return math.exp(theta * total - units * theta * theta / 2) * norm.pdf(theta, scale=rho)

    middle, spread = total / (units + rho**-2), 1 / math.sqrt(units + rho**-2)
    likelihood, _ = quad(weighted, middle - 12 * spread, middle + 12 * spread, epsabs=0, epsrel=1e-12)
    found = interval(shift(z * 0.1, 0.01, units), 0.95, tuned_to)
    assert found.p_value == pytest.approx(min(1.0, 1 / likelihood), rel=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99, 0.999999])
def test_the_best_tuning_is_lamberts_and_the_closed_form_costs_next_to_nothing(level):
    alpha = 1 - level
    exact = -lambertw(-(alpha**2) / math.e, -1).real - 1
    assert best_tuning(700, level) * 700 == pytest.approx(exact, rel=1e-9)

    def squared(x: float) -> float:
        return (x + 1) / x * (math.log1p(x) - 2 * math.log(alpha))

    best = minimize_scalar(squared, bounds=(0.1, 60), method="bounded", options={"xatol": 1e-9}).x
    assert exact == pytest.approx(best, rel=1e-5)
    closed = tuning(1, level)
    assert closed < exact
    assert math.sqrt(squared(closed) / squared(exact)) < 1.002
    if level == 0.95:
        assert math.sqrt(squared(closed) / squared(exact)) == pytest.approx(1.00003, abs=5e-6)


@given(st.floats(-6, 6), st.floats(0.01, 100), UNITS, LEVELS, UNITS)
def test_the_interval_excludes_nothing_exactly_where_p_is_below_alpha(z, error, units, level, tuned_to):
    found = interval(shift(z * error, error**2, units), level, tuned_to)
    if abs(found.p_value - (1 - level)) > 1e-9:
        assert (found.p_value < 1 - level) == (not found.interval.contains(0.0))
    assert 0 < found.p_value <= 1


@given(st.floats(-5, 5), UNITS, st.integers(-100, 100))
def test_the_unit_of_measurement_does_not_matter(z, units, power):
    scale = 2.0**power
    one, other = (
        interval(shift(z, 1.0, units), 0.95, 5000),
        interval(shift(z * scale, scale**2, units), 0.95, 5000),
    )
    assert other.interval.low == pytest.approx(one.interval.low * scale, rel=1e-12)
    assert other.p_value == pytest.approx(one.p_value, rel=1e-9)


@given(UNITS, UNITS, LEVELS, LEVELS)
def test_more_confidence_is_wider_and_any_time_is_wider_than_one(units, tuned_to, one, other):
    low, high = sorted((one, other))
    narrow, wide = (interval(shift(units=units), level, tuned_to).interval for level in (low, high))
    if high - low > 1e-9:
        assert wide.high > narrow.high
    assert width(units, tuned_to, high) > 1
    assert (wide.high - 0.3) / 0.1 / norm.ppf((1 + high) / 2) == pytest.approx(
        width(units, tuned_to, high), rel=1e-7
    )


def test_many_looks_at_once():
    variance, units = np.array([[0.01], [0.04]]), np.array([100, 5000, 10**6])
    found = half_widths(variance, units, 0.05, 5000)
    assert found.shape == (2, 3)
    for row, squared in enumerate((0.01, 0.04)):
        for column, n in enumerate((100, 5000, 10**6)):
            one = interval(shift(0.0, squared, n), 0.95, 5000).interval
            assert found[row, column] == pytest.approx(one.high, rel=1e-12)


@pytest.mark.parametrize("variance", [1e-300, 1.0, 1e300])
@pytest.mark.parametrize("units", [1, 10**12])
@pytest.mark.parametrize("value", [0.0, -1e-300, 1e300])
@pytest.mark.parametrize("tuned_to", [1, 10**12])
def test_extreme_but_finite_numbers_have_an_answer(variance, units, value, tuned_to):
    for level in (1e-300, 0.95, 1 - 1e-16):
        found = interval(shift(value, variance, units), level, tuned_to)
        assert math.isfinite(found.interval.high - found.value)
        assert found.interval.contains(value)
        assert 0 <= found.p_value <= 1
        assert math.isfinite(width(units, tuned_to, level))
    assert np.isfinite(half_widths(variance, units, 1e-300, tuned_to)).all()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: interval(shift(), 1.0, 100), r"`level` is 1\.0"),
        (lambda: interval(shift(), 0.95, 0), "`tuned_to` is 0"),
        (lambda: width(0, 100), "`units` is 0"),
        (lambda: width(100, 100, 0.0), r"`level` is 0\.0"),
        (lambda: tuning(math.inf), "`tuned_to` is inf"),
        (lambda: best_tuning(0.5), r"`tuned_to` is 0\.5"),
        (lambda: half_widths([1.0, 0.0], 10, 0.05, 100), "`variance` has values outside"),
        (lambda: half_widths([1.0, math.nan], 10, 0.05, 100), "`variance` has values outside"),
        (lambda: half_widths(1.0, [10, 0], 0.05, 100), "`units` has values outside"),
        (lambda: half_widths(1.0, 10, 1.0, 100), r"`alpha` is 1\.0"),
        (lambda: half_widths(1.0, 10, 0.05, 0), "`tuned_to` is 0"),
    ],
)
def test_nonsense_is_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


@pytest.mark.parametrize(("looks", "error"), [(7, 0.009), (14, 0.012), (28, 0.017), (56, 0.020)])
def test_the_error_of_a_thousand_units_a_day_tuned_to_five_thousand(looks, error):
    # simulated once with 20,000 walks, error up to 0.1 points; here by integration
    units = 1000 * np.arange(1, looks + 1)
    found = crossed(tuple(units / units[-1]), tuple(half_widths(1.0, units, 0.05, 5000)))
    assert found[-1] == pytest.approx(error, abs=0.001)


def looked_at(paths: int, lift: float, seed: int):
    """28 days of 300 units an arm at 10 %: differences, their squared errors, and units of both arms by day."""
    rng = np.random.default_rng(seed)
    hits = [rng.binomial(300, share, (paths, 28)).cumsum(axis=1) for share in (0.1, 0.1 + lift)]
    each = 300 * np.arange(1, 29)
    shares = [hit / each for hit in hits]
    variance = sum(share * (1 - share) / each for share in shares)
    return shares[1] - shares[0], variance, 2 * each


def test_twenty_eight_looks_raise_no_more_than_five_per_cent_where_peeking_raises_over_twenty():
    # 4,000 worlds: Monte-Carlo error 0.2 points at 2 %, 0.7 points at 27 %
    value, variance, units = looked_at(4000, 0.0, 77)
    safe = (abs(value) > half_widths(variance, units, 0.05, 8400)).any(axis=1).mean()
    peeked = (abs(value) > norm.ppf(0.975) * np.sqrt(variance)).any(axis=1).mean()
    assert safe <= 0.05
    assert peeked > 0.20


def test_the_power_under_looks_is_that_of_theory():
    # 4,000 worlds: Monte-Carlo error 0.8 points
    lift = 0.025
    value, variance, units = looked_at(4000, lift, 78)
    found = (abs(value) > half_widths(variance, units, 0.05, 8400)).any(axis=1).mean()
    last = 0.1 * 0.9 / 8400 + 0.125 * 0.875 / 8400
    bounds = tuple(half_widths(1.0, units, 0.05, 8400))
    theory = crossed(tuple(units / units[-1]), bounds, lift / math.sqrt(last))[-1]
    assert theory > 0.8
    assert found >= 0.95 * theory
