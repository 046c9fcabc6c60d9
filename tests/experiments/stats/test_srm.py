"""Sample ratio: chi-square for large counts, exact for small ones."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chisquare

from experiments.stats.effects import NoEffect
from experiments.stats.srm import check_sample_ratio, sample_ratio


def test_a_planned_unequal_split_as_r_prints_it():
    # R 4.2.2: chisq.test(c(505, 495, 1100), p = c(.25, .25, .5)): X-squared = 4.8571429, p-value = 0.08816269
    found = sample_ratio([505, 495, 1100], [1, 1, 2])
    assert found.expected == (525.0, 525.0, 1050.0)
    assert found.p_value == pytest.approx(0.08816269, abs=1e-8)
    assert found.method == "chi_square"


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.floats(0.5, 4)), min_size=2, max_size=5).filter(
        lambda arms: sum(seen for seen, _ in arms) > 400
    )
)
def test_large_samples_equal_scipy(arms):
    observed, weights = [seen for seen, _ in arms], [weight for _, weight in arms]
    found = sample_ratio(observed, weights)
    expected = [sum(observed) * weight / sum(weights) for weight in weights]
    assert found.method == "chi_square"
    assert found.expected == pytest.approx(expected)
    assert found.p_value == pytest.approx(chisquare(observed, expected).pvalue, rel=1e-6, abs=1e-300)


def test_a_few_units_in_two_arms_as_r_prints_it():
    # R 4.2.2: binom.test(8, 12, p = .3)$p.value = 0.00948937113
    found = sample_ratio([8, 4], [3, 7])
    assert found.method == "exact_multinomial"
    assert found.p_value == pytest.approx(0.00948937113, abs=1e-11)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5)), min_size=2, max_size=4))
def test_small_samples_equal_listing_every_outcome(arms):
    observed, weights = [seen for seen, _ in arms], [weight for _, weight in arms]
    found = sample_ratio(observed, weights)
    if isinstance(found, NoEffect):
        assert sum(observed) == 0
        return
    n, shares = sum(observed), [weight / sum(weights) for weight in weights]

    def chance(outcome):
        ways = math.factorial(n) // math.prod(math.factorial(units) for units in outcome)
        return ways * math.prod(share**units for share, units in zip(shares, outcome, strict=True))

    outcomes = [o for o in itertools.product(range(n + 1), repeat=len(arms)) if sum(o) == n]
    if min(found.expected) < 5:
        likely = chance(observed) * (1 + 1e-7)
        total = sum(p for p in map(chance, outcomes) if p <= likely)
        assert found.p_value == pytest.approx(min(1.0, total), rel=1e-9)


def test_a_tiny_arm_among_many_units_is_compared_arm_by_arm():
    # 10,000 units over three arms have 50 million outcomes: three binomials instead, times three.
    found = sample_ratio([9990, 4, 6], [9998, 1, 1])
    singles = [
        binomtest(seen, 10_000, share).pvalue for seen, share in ((9990, 0.9998), (4, 1e-4), (6, 1e-4))
    ]
    assert found.method == "exact_binomials"
    assert found.p_value == pytest.approx(3 * min(singles), rel=1e-6)


@given(st.permutations([(900, 2.0), (1100, 2.0), (500, 1.0), (3, 0.004)]))
def test_the_order_of_the_arms_does_not_matter(arms):
    found = sample_ratio([seen for seen, _ in arms], [weight for _, weight in arms])
    reference = sample_ratio([900, 1100, 500, 3], [2.0, 2.0, 1.0, 0.004])
    assert found.p_value == pytest.approx(reference.p_value, rel=1e-9)


def test_only_the_ratio_of_the_weights_matters():
    assert sample_ratio([60, 40], [1, 1]).p_value == sample_ratio([60, 40], [50, 50]).p_value


def test_a_mismatch_fails_the_check_and_says_the_figures():
    # Fabijan et al. (2019): 821,588 against 815,482 where 50:50 was planned has p = 1.8e-6: do not trust.
    found = check_sample_ratio([821_588, 815_482], [1, 1])
    assert not found.passed
    assert found.reason.code == "sample_ratio_mismatch"
    assert "821,588 / 815,482" in found.reason.sentence
    assert found.p_value == pytest.approx(1.8e-6, rel=0.05)


def test_alpha_is_where_the_check_turns():
    p_value = sample_ratio([1070, 930], [1, 1]).p_value
    assert 0.0005 < p_value < 0.005
    assert not check_sample_ratio([1070, 930], [1, 1], alpha=p_value * 1.01).passed
    assert check_sample_ratio([1070, 930], [1, 1], alpha=p_value * 0.99).passed
    assert check_sample_ratio([1070, 930], [1, 1], alpha=p_value * 0.99).reason.code == "sample_ratio_ok"


def test_nobody_exposed_yet_is_no_answer():
    assert sample_ratio([0, 0], [1, 1]).code == "no_exposures"
    assert check_sample_ratio([0, 0], [1, 1]).code == "no_exposures"


@pytest.mark.parametrize(
    ("observed", "weights", "sentence"),
    [
        ([5], [1], "`observed` is 1 arms"),
        ([5, 5], [1], "`weights` 1; must be equal"),
        ([5, -1], [1, 1], r"`observed` is .* must be 0 or more"),
        ([5, 5], [1, 0], r"`weights` is .* must be positive"),
        ([5, 5], [1, math.inf], r"`weights` is .* must be positive"),
    ],
)
def test_nonsense_is_refused(observed, weights, sentence):
    with pytest.raises(ValueError, match=sentence):
        sample_ratio(observed, weights)


def test_alpha_must_be_a_probability():
    with pytest.raises(ValueError, match=r"`alpha` is 1\.5"):
        check_sample_ratio([5, 5], [1, 1], alpha=1.5)
