"""Precision of a model from the answers that people confirmed."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from experiments.stats.agreement import precision
from experiments.stats.effects import NoEffect


def test_nine_of_ten_confirmed_answers_are_right():
    # 1,000 confirmed, 900 right; 250 more nobody looked at: 900/1250 at worst, 1150/1250 at best.
    found = precision(correct=900, verified=1000, unverified=250)
    low, high = proportion_confint(900, 1000, method="wilson")
    assert found.estimate.value == 0.9
    assert found.estimate.interval.low == pytest.approx(low)
    assert found.estimate.interval.high == pytest.approx(high)
    assert found.estimate.n == 1000
    assert (found.unverified_share, found.lowest, found.highest) == (0.2, 0.72, 0.92)


def test_everything_confirmed_leaves_no_doubt_about_the_unseen():
    found = precision(correct=7, verified=8, unverified=0)
    assert found.lowest == found.highest == found.estimate.value
    assert found.unverified_share == 0


def test_nothing_confirmed_is_unknown_but_bounded():
    found = precision(correct=0, verified=0, unverified=40)
    assert isinstance(found.estimate, NoEffect)
    assert found.estimate.code == "nothing_verified"
    assert (found.unverified_share, found.lowest, found.highest) == (1.0, 0.0, 1.0)


def test_a_silent_model_has_no_precision():
    assert precision(correct=0, verified=0, unverified=0).code == "no_answers"


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ((3, 2, 0), "`correct` is 3; must be at most"),
        ((-1, 2, 0), "`hits` is -1"),
        ((1, 2, -1), "`unverified` is -1"),
    ],
)
def test_nonsense_is_refused(figures, sentence):
    with pytest.raises(ValueError, match=sentence):
        precision(*figures)
