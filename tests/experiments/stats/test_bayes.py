"""The Bayesian reading against closed forms, exact sums, scipy's own quadrature, and what looking often does to it."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from experiments.stats.bayes import chances_best, chances_best_share, of_counts, of_shift
from experiments.stats.beliefs import Beta, Normal
from experiments.stats.effects import NoEffect, Shift
from experiments.stats.samples import Count
from experiments.stats.shifts import fixed
from experiments.stats.stirling import remainder


def moved(value, error, scale="absolute"):
    return Shift(value, error**2, 1_000, scale, "welch")


def exact_chance(c, t):
    """P(t > c) of two Betas with whole parameters, in rational numbers (E. Miller 2015, "Formulas for Bayesian A/B testing")."""
    (ac, bc), (at, bt) = c, t

    def beta(a, b):
        return Fraction(math.factorial(a - 1) * math.factorial(b - 1), math.factorial(a + b - 1))

    return sum(beta(ac + i, bc + bt) / ((bt + i) * beta(1 + i, bt) * beta(ac, bc)) for i in range(at))


def exact_gain(c, t):
    """E (t − c)⁺ = E[t; t > c] − E[c; t > c], each a chance with one hit more."""
    (ac, bc), (at, bt) = c, t
    return Fraction(at, at + bt) * exact_chance(c, (at + 1, bt)) - Fraction(ac, ac + bc) * exact_chance(
        (ac + 1, bc), t
    )


arms = st.integers(1, 60).flatmap(lambda n: st.builds(Count, st.just(n), st.integers(0, n)))


@given(arms, arms)
@settings(max_examples=20)
def test_two_shares_equal_the_exact_sum(control, treatment):
    c, t = ((arm.hits + 1, arm.n - arm.hits + 1) for arm in (control, treatment))
    found, worse = of_counts(control, treatment), of_counts(control, treatment, direction="down")
    assert found.chance_better == pytest.approx(float(exact_chance(c, t)), abs=1e-12)
    assert found.loss_keeping == pytest.approx(float(exact_gain(c, t)), rel=1e-10)
    assert found.loss_shipping == pytest.approx(float(exact_gain(t, c)), rel=1e-10)
    assert found.value == pytest.approx(float(Fraction(t[0], sum(t)) - Fraction(c[0], sum(c))), abs=1e-15)
    assert worse.chance_better == pytest.approx(1 - found.chance_better, abs=1e-12)
    assert (worse.loss_shipping, worse.loss_keeping) == (found.loss_keeping, found.loss_shipping)


@pytest.mark.parametrize(
    ("control", "treatment", "prior"),
    [
        (Count(1_000, 30), Count(1_000, 45), Beta()),
        (Count(40, 0), Count(25, 3), Beta(0.5, 0.5)),
        (Count(20_000, 400), Count(300, 9), Beta(2, 98)),
        (Count(7, 6), Count(7, 7), Beta(1.0, 1.0)),
    ],
)
def test_two_shares_equal_scipy_s_quadrature(control, treatment, prior):
    found = of_counts(control, treatment, prior, level=0.9)
    c, t = (
        stats.beta(arm.hits + prior.hits, arm.n - arm.hits + prior.misses) for arm in (control, treatment)
    )
    points = sorted(
        {float(q) for one in (c, t) for q in one.ppf([1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.9, 1 - 1e-4, 1 - 1e-9])}
    )

    def whole(integrand, moves=(0.0,)):
        edges = sorted({0.0, 1.0, *(p - move for p in points for move in moves if 0 < p - move < 1)})
        parts = pairwise(edges)
        return math.fsum(integrate.quad(integrand, a, b, epsabs=1e-13, epsrel=1e-11)[0] for a, b in parts)

    assert found.chance_better == pytest.approx(whole(lambda x: c.cdf(x) * t.pdf(x)), abs=1e-9)
    assert found.loss_keeping == pytest.approx(whole(lambda x: c.cdf(x) * t.sf(x)), abs=1e-10)
    for end, tail in ((found.interval.low, 0.05), (found.interval.high, 0.95)):
        assert whole(lambda x, end=end: c.pdf(x) * t.cdf(x + end), (0.0, end)) == pytest.approx(
            tail, abs=1e-9
        )


def test_many_units_approach_the_normal_reading():
    # At 10¹² units an arm the two differ by the skewness only, about 1/√(n p): 10⁻⁶.
    n, p = 10**12, 1 / 3
    control, treatment = Count(n, n // 3), Count(n, n // 3 + 500_000)
    found, normal = of_counts(control, treatment), of_shift(moved(5e-7, math.sqrt(2 * p * (1 - p) / n)))
    assert found.chance_better == pytest.approx(normal.chance_better, abs=1e-6)
    assert found.loss_shipping == pytest.approx(normal.loss_shipping, rel=1e-5)


def test_a_published_posterior():
    # Gelman et al. 2013, Bayesian Data Analysis, §2.4: 437 girls among 980 births, flat prior: mean .446, 95 % from .415 to .477.
    belief = Beta(438, 544)
    assert belief.mean == pytest.approx(0.446, abs=5e-4)
    log_odds = np.log(np.array([0.415, 0.477]) / (1 - np.array([0.415, 0.477])))
    assert belief.below(log_odds) == pytest.approx([0.025, 0.975], abs=2.5e-3)
    assert belief.above(log_odds) == pytest.approx(1 - belief.below(log_odds), abs=1e-14)


@given(st.floats(-8, 8), st.floats(0.01, 100))
def test_a_flat_prior_reads_the_interval_of_one_look(z, error):
    shift = moved(z * error, error)
    found, look = of_shift(shift), fixed(shift)
    normal = stats.norm(shift.value, error)
    assert (found.interval, found.value) == (look.interval, look.value)
    assert found.chance_better == pytest.approx(normal.sf(0), rel=1e-9)
    farthest = max(shift.value, 0) + 12 * error
    gain = integrate.quad(lambda x: x * normal.pdf(x), 0, farthest, epsabs=0, points=[error])[0]
    assert found.loss_keeping == pytest.approx(gain, rel=1e-6, abs=1e-9 * error)
    assert found.loss_keeping - found.loss_shipping == pytest.approx(shift.value, abs=1e-12 * error)
    assert of_shift(shift, direction="down").chance_better == pytest.approx(normal.cdf(0), rel=1e-9)


@given(st.floats(-5, 5), st.floats(0.1, 10), st.floats(-5, 5), st.floats(0.1, 10))
def test_a_normal_prior_is_multiplied_with_the_likelihood(value, error, mean, sd):
    found = of_shift(moved(value, error), Normal(mean, sd))
    grid, step = np.linspace(-100, 100, 40_001, retstep=True)
    log = -(((grid - mean) / sd) ** 2 + ((value - grid) / error) ** 2) / 2
    density = np.exp(log - log.max()) / (np.exp(log - log.max()).sum() * step)
    assert found.value == pytest.approx((grid * density).sum() * step, abs=1e-8)
    assert found.loss_shipping == pytest.approx((np.maximum(-grid, 0) * density).sum() * step, abs=1e-4)
    spread = math.sqrt(((grid - found.value) ** 2 * density).sum() * step)
    assert (found.interval.high - found.interval.low) / 2 == pytest.approx(
        1.959963984540054 * spread, rel=1e-7
    )


def test_a_hand_worked_shrinkage():
    # equal spreads: halfway between prior and data, half the variance; z = 1/√.5·... : Normal(1, .5)
    found = of_shift(moved(2.0, 1.0, "relative"), Normal(0.0, 1.0), level=0.9)
    assert (found.value, found.scale) == (pytest.approx(1.0), "relative")
    assert found.interval.high == pytest.approx(1 + 1.6448536269514722 * math.sqrt(0.5))
    assert found.chance_better == pytest.approx(stats.norm.cdf(math.sqrt(2)))


def test_far_out_nothing_breaks():
    for value, error in ((1e300, 1e-150), (-1e300, 1e-150), (1e-300, 1e-150), (0.0, 1e150), (39.0, 1.0)):
        found = of_shift(moved(value, error))
        assert 0 <= found.chance_better <= 1
        assert found.loss_shipping >= 0
        assert found.loss_keeping - found.loss_shipping == pytest.approx(value, abs=1e-12 * error)
    assert of_counts(Count(0, 0), Count(5, 1)) == of_counts(Count(5, 1), Count(0, 0))
    assert isinstance(of_counts(Count(0, 0), Count(5, 1)), NoEffect)
    apart = of_counts(Count(568_182_587, 568_182_587), Count(12_291_393, 34))
    assert apart.loss_shipping == pytest.approx(-apart.value, rel=1e-12)
    one = of_counts(Count(1, 0), Count(1, 1))
    assert one.chance_better == pytest.approx(5 / 6, abs=1e-12)
    assert remainder(np.array([1e-300, 49.9, 50.1, 1e300])) == pytest.approx(
        [
            math.lgamma(1e-300) - 0.5 * 300 * math.log(10) - 0.5 * math.log(2 * math.pi),
            1 / 598.8,
            1 / 601.2,
            0,
        ],
        abs=3e-8,
    )


def test_three_arms_with_one_centre_follow_the_angle_between_them():
    # P(one is largest) = 1/4 + asin(ρ)/(2π) with ρ = s₁²/√((s₁² + s₂²)(s₁² + s₃²)) (Sheppard 1899)
    spreads = (1.0, 0.3, 5.0)
    found = chances_best([Normal(7.0, s) for s in spreads])
    for i, s in enumerate(spreads):
        a, b = (s**2 + other**2 for j, other in enumerate(spreads) if j != i)
        assert found[i] == pytest.approx(0.25 + math.asin(s**2 / math.sqrt(a * b)) / (2 * math.pi), abs=1e-12)


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(-4, 2)), min_size=2, max_size=5),
    st.sampled_from(["up", "down"]),
)
def test_chances_add_up_and_two_arms_have_a_closed_form(raw, direction):
    beliefs = [Normal(mean, 10**log) for mean, log in raw]
    found = chances_best(beliefs, direction)
    assert sum(found) == pytest.approx(1.0, abs=1e-11)
    one, other = beliefs[:2]
    z = (one.mean - other.mean) / math.hypot(one.sd, other.sd) * (1 if direction == "up" else -1)
    assert chances_best(beliefs[:2], direction)[0] == pytest.approx(stats.norm.cdf(z), abs=1e-12)


@given(st.lists(arms, min_size=2, max_size=4))
@settings(max_examples=20)
def test_chances_of_shares_add_up_and_two_arms_agree_with_the_pair(counts):
    for direction in ("up", "down"):
        assert sum(chances_best_share(counts, direction=direction)) == pytest.approx(1.0, abs=1e-11)
        pair = of_counts(counts[0], counts[1], direction=direction)
        assert chances_best_share(counts[:2], direction=direction)[1] == pytest.approx(
            pair.chance_better, abs=1e-10
        )


def test_four_shares_equal_a_direct_draw():
    # 400,000 draws from each posterior: standard error of a chance at most .0008
    counts = [Count(500, 40), Count(500, 52), Count(2_000, 190), Count(60, 3)]
    rng = np.random.default_rng(17)
    draws = np.array([rng.beta(1 + one.hits, 1 + one.n - one.hits, 400_000) for one in counts])
    for direction, best in (("up", draws.argmax(axis=0)), ("down", draws.argmin(axis=0))):
        shares = np.bincount(best, minlength=4) / 400_000
        assert chances_best_share(counts, direction=direction) == pytest.approx(shares, abs=4 * 0.0008)


def test_the_chance_is_calibrated_for_whoever_holds_the_prior_also_after_looking_often():
    # 20,000 truths from Normal(0, .5²), stopped at the first of 28 looks with a chance above .95: so many are better
    rng = np.random.default_rng(23)
    truth = rng.normal(0, 0.5, 20_000)
    looks = np.arange(1, 29)
    estimates = truth[:, None] + np.cumsum(rng.standard_normal((20_000, 28)), axis=1) / looks
    one = of_shift(moved(1.0, 1.0), Normal(0.0, 0.5))
    chances = stats.norm.cdf(
        0.25 * estimates / (0.25 + 1 / looks) / np.sqrt(0.25 / looks / (0.25 + 1 / looks))
    )
    assert one.chance_better == pytest.approx(stats.norm.cdf(0.2 / math.sqrt(0.2)), rel=1e-12)
    stopped = (chances > 0.95).any(axis=1)
    assert stopped.mean() > 0.2
    said = chances[stopped, (chances[stopped] > 0.95).argmax(axis=1)].mean()
    assert (truth[stopped] > 0).mean() == pytest.approx(said, abs=4 * math.sqrt(0.05 * 0.95 / stopped.sum()))


def test_looking_often_misleads_the_flat_prior_as_the_docstring_says():
    # no effect, 28 looks, stop above .975: 13.8 % of 200,000 experiments; here 20,000, standard error .24 points
    rng = np.random.default_rng(29)
    z = np.cumsum(rng.standard_normal((20_000, 28)), axis=1) / np.sqrt(np.arange(1, 29))
    assert of_shift(moved(1.959963984540054, 1.0)).chance_better == pytest.approx(0.975, rel=1e-12)
    assert (z.max(axis=1) > 1.959963984540054).mean() == pytest.approx(0.138, abs=0.0075)


def test_what_is_no_belief_is_refused():
    calls = (
        lambda: Normal(0.0, 0.0),
        lambda: Normal(math.inf, 1.0),
        lambda: Normal(0.0, math.inf),
        lambda: Beta(0.0, 1.0),
        lambda: Beta(1.0, math.nan),
        lambda: chances_best([Normal(0, 1)]),
        lambda: chances_best_share([Count(3, 1)]),
        lambda: of_shift(moved(1.0, 1.0), level=1.0),
        lambda: of_counts(Count(3, 1), Count(3, 1), level=0.0),
    )
    for call in calls:
        with pytest.raises(ValueError, match=r"^`"):
            call()
    assert isinstance(chances_best_share([Count(0, 0), Count(3, 1)]), NoEffect)
