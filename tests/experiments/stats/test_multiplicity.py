"""Holm and Benjamini–Hochberg, against R and statsmodels."""

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from experiments.stats.multiplicity import benjamini_hochberg, bonferroni_level, holm

pytestmark = pytest.mark.slow

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@pytest.fixture(autouse=True, scope="module")
def _uncollected():
    """statsmodels' Holm collects garbage at every call, which takes half a second beside many other tests."""
    with patch("gc.collect"):
        yield


def test_as_r_prints_it():
    # R 4.2.2: p.adjust(c(.01, .04, .03, .005, .6), "holm"); "BH"
    p_values = [0.01, 0.04, 0.03, 0.005, 0.6]
    assert holm(p_values) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.6])
    assert benjamini_hochberg(p_values) == pytest.approx([0.025, 0.05, 0.05, 0.025, 0.6])


@settings(max_examples=20)  # each call of theirs collects the garbage of the whole process
@given(P_VALUES)
def test_both_equal_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], abs=1e-15)
    assert benjamini_hochberg(p_values) == pytest.approx(
        multipletests(p_values, method="fdr_bh")[1], abs=1e-15
    )


@given(P_VALUES, st.randoms())
def test_the_order_of_the_questions_does_not_matter(p_values, random):
    order = list(range(len(p_values)))
    random.shuffle(order)
    for adjusted in (holm, benjamini_hochberg):
        straight, shuffled = adjusted(p_values), adjusted([p_values[place] for place in order])
        assert [straight[place] for place in order] == list(shuffled)


@given(P_VALUES)
def test_holm_is_never_kinder_than_benjamini_hochberg_nor_harsher_than_bonferroni(p_values):
    for raw, strict, kind in zip(p_values, holm(p_values), benjamini_hochberg(p_values), strict=True):
        assert raw <= kind * (1 + 1e-12)
        assert kind <= strict * (1 + 1e-12)
        assert strict <= min(1.0, len(p_values) * raw) * (1 + 1e-12)


def test_no_question_has_no_answer():
    assert holm([]) == ()
    assert benjamini_hochberg([]) == ()


def test_the_level_of_intervals_that_cover_together():
    assert bonferroni_level(0.05, 1) == pytest.approx(0.95)
    assert bonferroni_level(0.05, 4) == pytest.approx(0.9875)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: holm([0.5, 1.5]), "`p_values` has 1.5; must be in"),
        (lambda: benjamini_hochberg([float("nan")]), "`p_values` has nan; must be in"),
        (lambda: bonferroni_level(0.0, 3), "`alpha` is 0.0; must be in"),
        (lambda: bonferroni_level(0.05, 0), "`comparisons` is 0; must be 1 or more"),
    ],
)
def test_nonsense_is_refused(build, sentence):
    with pytest.raises(ValueError, match=sentence):
        build()
