"""Group-sequential boundaries: against R's rpact, published tables and the bivariate normal, and their own laws."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from experiments.stats.sequential.boundaries import FARTHEST_Z, crossed, efficacy
from experiments.stats.sequential.futility import futility, inflation
from experiments.stats.sequential.paths import start
from tests.experiments.rscript import numbers_from_r

FIVE = tuple(k / 5 for k in range(1, 6))
RPACT = """
say_design <- function(name, ...) {{
    d <- rpact::getDesignGroupSequential(tolerance = 1e-10, informationRates = c({looks}), ...)
    say(paste0(name, "_z"), d$criticalValues)
    say(paste0(name, "_low"), d$futilityBounds)
    say(paste0(name, "_inflation"), rpact::getDesignCharacteristics(d)$inflationFactor)
}}
for (type in c("OF", "P")) {{
    say_design(paste0(type, "_two"), typeOfDesign = paste0("as", type), sided = 2, alpha = {alpha}, beta = {beta})
    say_design(paste0(type, "_one"), typeOfDesign = paste0("as", type), sided = 1, alpha = {alpha} / 2, beta = {beta},
        typeBetaSpending = paste0("bs", type), bindingFutility = FALSE)
}}
"""


def near(found, there):
    """Equal where rpact can tell: it solves to 1e-10 in probability, so that its digits fade beyond |z| = 4.5."""
    assert len(found) == len(there)
    for z, said in zip(found, there, strict=True):
        assert z == pytest.approx(said, abs=1e-5) or abs(z) > 4.5, (z, said)


@pytest.mark.r
@pytest.mark.parametrize(
    ("looks", "alpha", "beta"),
    [
        (FIVE, 0.05, 0.2),
        ((0.3, 0.45, 1.0), 0.01, 0.1),
        ((0.1, 0.25, 0.4, 0.7, 1.0), 0.2, 0.3),
        ((0.05, 0.2, 0.22, 0.6, 1.0), 0.05, 0.2),
    ],
)
def test_boundaries_and_what_they_cost_equal_rpact(looks, alpha, beta):
    said = numbers_from_r(RPACT.format(looks=",".join(map(repr, looks)), alpha=alpha, beta=beta))
    for name, family in (("OF", "obrien_fleming"), ("P", "pocock")):
        two, one = efficacy(looks, alpha, family), efficacy(looks, alpha / 2, family, sides=1)
        lower = futility(looks, alpha / 2, 1 - beta, family)
        near(two, said[f"{name}_two_z"])
        near(one, said[f"{name}_one_z"])
        near(lower.boundaries[:-1], said[f"{name}_one_low"])
        assert lower.boundaries[-1] == one[-1]
        assert inflation(looks, alpha, 1 - beta, family) == pytest.approx(
            said[f"{name}_two_inflation"][0], abs=1e-5
        )
        assert lower.inflation == pytest.approx(said[f"{name}_one_inflation"][0], abs=1e-5)


@pytest.mark.parametrize(
    ("family", "published"),
    [
        # Lan–DeMets, two-sided 5 %, five equal looks; rpact 3.3.4 prints the same digits
        ("obrien_fleming", (4.8769, 3.3570, 2.6803, 2.2898, 2.0310)),
        ("pocock", (2.4380, 2.4268, 2.4102, 2.3966, 2.3860)),
    ],
)
def test_the_published_boundaries_of_five_looks(family, published):
    assert efficacy(FIVE, 0.05, family) == pytest.approx(published, abs=6e-5)


@pytest.mark.parametrize(
    ("looks", "error"),
    [(1, 0.050), (2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193), (20, 0.248), (50, 0.320)],
)
def test_the_error_of_peeking_as_armitage_mcpherson_and_rowe_found_it(looks, error):
    # 1969, JRSS A 132:235–244, table 2; Jennison & Turnbull 2000, table 2.1
    times = [k / looks for k in range(1, looks + 1)]
    assert crossed(times, [norm.ppf(0.975)] * looks)[-1] == pytest.approx(error, abs=6e-4)


@pytest.mark.parametrize("looks", [(0.5, 1.0), (0.5, 0.5001), (0.9, 0.901), (1e-4, 1.0), (0.7, 1.2)])
@pytest.mark.parametrize("drift", [0.0, 2.8])
def test_two_looks_equal_the_bivariate_normal(looks, drift):
    first, second = looks
    means = [drift * math.sqrt(t) for t in looks]
    covariance = np.array([[1, math.sqrt(first / second)], [math.sqrt(first / second), 1]])
    both = multivariate_normal(means, covariance, allow_singular=True)
    inside = both.cdf([2.3, 2.1], lower_limit=[-2.3, -2.1])
    assert crossed(looks, (2.3, 2.1), drift)[-1] == pytest.approx(1 - inside, abs=1e-7)
    below = both.cdf([2.3, 2.1])
    assert crossed(looks, (2.3, 2.1), drift, sides=1)[-1] == pytest.approx(1 - below, abs=1e-7)


@pytest.mark.slow
def test_every_one_per_cent_more_data_from_one_in_ten_thousand():
    looks = [1e-4]
    while looks[-1] < 1:
        looks.append(min(looks[-1] * 1.01, 1.0))
    for family, last in (("obrien_fleming", 2.1930), ("pocock", 2.6151)):
        began = time.perf_counter()
        bounds = efficacy(looks, 0.05, family)
        assert time.perf_counter() - began < 10
        assert len(bounds) == 927
        assert crossed(looks, bounds)[-1] == pytest.approx(0.05, abs=1e-10)
        assert bounds[-1] == pytest.approx(last, abs=2e-3)


def test_looks_one_unit_apart_spend_what_they_may():
    looks = (0.3, 0.3 + 1e-6, 0.3 + 2e-6, 0.6, 0.6 + 3e-5, 1.0)
    for family in ("obrien_fleming", "pocock"):
        bounds = efficacy(looks, 0.05, family)
        assert crossed(looks, bounds)[-1] == pytest.approx(0.05, abs=1e-10)
        assert bounds[-1] == pytest.approx(efficacy((0.3, 0.6, 1.0), 0.05, family)[-1], abs=1e-3)


LOOKS = (
    st.lists(st.integers(1, 1000), min_size=1, max_size=6, unique=True)
    .map(sorted)
    .map(lambda ks: [k / 1000 for k in ks])
)
FAMILIES = st.sampled_from(["obrien_fleming", "pocock"])


@settings(max_examples=60, deadline=None)
@given(LOOKS, st.floats(1e-6, 0.9), FAMILIES, st.sampled_from([1, 2]))
def test_what_is_crossed_is_what_may_be_spent_at_every_look(looks, alpha, family, sides):
    from experiments.stats.sequential.spending import spent

    found = crossed(looks, efficacy(looks, alpha, family, sides), sides=sides)
    assert found == pytest.approx([sides * spent(t, alpha / sides, family) for t in looks], abs=1e-10)


@settings(max_examples=60, deadline=None)
@given(LOOKS, st.floats(1e-6, 0.9), st.floats(1e-6, 0.9), FAMILIES)
def test_less_error_is_farther_out_and_later_looks_change_nothing(looks, one, other, family):
    low, high = sorted((one, other))
    strict, lax = efficacy(looks, low, family), efficacy(looks, high, family)
    assert all(s >= x - 1e-9 for s, x in zip(strict, lax, strict=True))
    assert efficacy(looks[:-1], low, family) == strict[:-1] if len(looks) > 1 else True
    assert max(strict) <= FARTHEST_Z


def test_a_run_over_the_end_spends_what_is_left_and_no_more():
    looks = (0.4, 0.95, 1.07)
    for family in ("obrien_fleming", "pocock"):
        assert crossed(looks, efficacy(looks, 0.05, family))[-1] == pytest.approx(0.05, abs=1e-10)
        assert efficacy((0.5, 1.0, 1.2), 0.05, family)[-1] == FARTHEST_Z


def test_a_look_before_the_first_spending_is_cut_off_and_its_error_kept():
    with_early, without = (
        efficacy(looks, 0.05, "obrien_fleming") for looks in ((0.001, 0.5, 1.0), (0.5, 1.0))
    )
    assert with_early[0] == FARTHEST_Z
    assert with_early[1:] == pytest.approx(without, abs=1e-9)


def test_futility_ends_at_the_efficacy_boundary_and_keeps_the_power():
    for family in ("obrien_fleming", "pocock"):
        plan = futility(FIVE, 0.025, 0.8, family)
        uppers = efficacy(FIVE, 0.025, family, sides=1)
        rng = np.random.default_rng(4)
        steps = rng.normal(plan.drift / 5, math.sqrt(0.2), (40_000, 5)).cumsum(axis=1) / np.sqrt(FIVE)
        low, high = steps < plan.boundaries, steps >= uppers
        first = (low | high).argmax(axis=1)
        stopped = low[np.arange(40_000), first].mean()
        assert stopped == pytest.approx(0.2, abs=0.008)  # 4 Monte-Carlo errors of 0.002
        assert plan.inflation > inflation(FIVE, 0.05, 0.8, family) > 1
    assert futility((1.0,), 0.025, 0.8, "pocock").inflation == pytest.approx(1, abs=1e-9)


def test_one_step_of_the_walk_is_the_normal_law():
    assert start().above(1.5, 0.3, 2.0) == pytest.approx(norm.sf(1.5 - 2 * math.sqrt(0.3)), rel=1e-12)
    assert start().below(-1.5, 0.3, 2.0) == pytest.approx(norm.cdf(-1.5 - 2 * math.sqrt(0.3)), rel=1e-12)
    assert start().upper(1e-12, 0.3, 2.0) == pytest.approx(norm.isf(1e-12) + 2 * math.sqrt(0.3), rel=1e-10)
    inside = start().onward(-1.0, 2.0, 0.3, 0.5, 1.0)
    mean = math.sqrt(0.3)
    assert inside.mass.sum() == pytest.approx(norm.cdf(2 - mean) - norm.cdf(-1 - mean), rel=1e-12)
    for chance in (1e-9, 0.2, 0.6):
        assert inside.below(inside.lower(chance, 0.5, 1.0), 0.5, 1.0) == pytest.approx(chance, rel=1e-9)
        assert inside.above(inside.upper(chance, 0.5, 1.0), 0.5, 1.0) == pytest.approx(chance, rel=1e-9)


@pytest.mark.parametrize("looks", [(1e-300, 1.0), (1e-12, 1e-6, 0.5), (0.5, 1e6), (1.0,), (1e12,)])
def test_extreme_information_has_boundaries(looks):
    for family in ("obrien_fleming", "pocock"):
        for alpha in (1e-14, 0.05, 0.999, 1 - 1e-9, 1 - 1e-15):
            assert all(0 <= z <= FARTHEST_Z for z in efficacy(looks, alpha, family))
            assert all(abs(z) <= FARTHEST_Z for z in efficacy(looks, alpha, family, sides=1))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: efficacy((), 0.05, "pocock"), "`information` is empty"),
        (
            lambda: efficacy((0.5, 0.5), 0.05, "pocock"),
            r"`information` is 0\.5 after 0\.5; must be finite and increase",
        ),
        (lambda: efficacy((0.0, 0.5), 0.05, "pocock"), r"`information` is 0\.0 after 0\.0"),
        (lambda: efficacy((0.5, math.inf), 0.05, "pocock"), "`information` is inf"),
        (lambda: efficacy((0.5,), 0.0, "pocock"), r"`alpha` is 0\.0"),
        (lambda: efficacy((0.5,), 0.05, "pocock", 3), "`sides` is 3"),
        (lambda: crossed((0.5, 1.0), (2.0,)), "`boundaries` has 1 values"),
        (lambda: crossed((0.5,), (2.0,), 0.0, 0), "`sides` is 0"),
        (lambda: futility((0.5, 0.9), 0.025, 0.8, "pocock"), r"`information` ends at 0\.9"),
        (lambda: futility((0.5, 1.0), 0.025, 0.02, "pocock"), r"`power` is 0\.02"),
        (lambda: inflation((0.5, 1.0), 0.05, 1.0, "pocock"), r"`power` is 1\.0"),
        (lambda: inflation((0.5,), 0.05, 0.8, "pocock"), r"`information` ends at 0\.5"),
    ],
)
def test_nonsense_is_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
