"""The day since which more is lost: against a plain search, under no change, and under one that hits everybody."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.change_point import ChangePoint, worse_since
from experiments.stats.effects import NoEffect

DAYS = st.lists(st.tuples(st.integers(0, 60), st.floats(1, 60)), min_size=4, max_size=12)


def log_likelihood(pairs):
    """Of Poisson counts with one common rate, at its best, up to what does not depend on the rate."""
    lost, expected = sum(o for o, _ in pairs), sum(e for _, e in pairs)
    rate = lost / expected
    return sum((o * math.log(rate * e) if o else 0) - rate * e for o, e in pairs)


@given(DAYS)
def test_the_day_is_the_most_likely_of_a_plain_search(days):
    found = worse_since([o for o, _ in days], [e for _, e in days], alpha=1.0)
    gains = {}
    for day in range(1, len(days)):
        before, after = days[:day], days[day:]
        if sum(o for o, _ in after) * sum(e for _, e in before) > sum(o for o, _ in before) * sum(
            e for _, e in after
        ):
            gains[day] = log_likelihood(before) + log_likelihood(after) - log_likelihood(days)
    best = max(gains.values(), default=0)
    if isinstance(found, NoEffect):
        assert best == pytest.approx(0, abs=1e-6)
    else:
        assert gains[found.day] == pytest.approx(best, abs=1e-6)
        assert found.after > found.before
        assert found.after == pytest.approx(
            sum(o for o, _ in days[found.day :]) / sum(e for _, e in days[found.day :])
        )


def test_a_sharp_rise_is_found_on_its_day():
    found = worse_since([20, 19, 22, 20, 21, 41, 40, 43], [20] * 8)
    assert isinstance(found, ChangePoint)
    assert (found.day, round(found.before, 2), round(found.after, 2)) == (5, 1.02, 2.07)
    assert found.p_value <= 0.05


def test_what_hits_everybody_is_no_change():
    doubled = [20, 20, 20, 20, 40, 40, 40, 40]
    assert worse_since(doubled, doubled).code == "change_no_day"


def test_a_change_for_the_better_names_no_day():
    assert worse_since([40, 40, 40, 40, 20, 20, 20, 20], [20] * 8).code == "change_no_day"


def test_three_days_are_too_few():
    assert worse_since([1, 2, 30], [3, 3, 3]).code == "change_too_few_days"
    assert worse_since([], []).code == "change_too_few_days"


def test_under_no_change_a_day_is_named_as_seldom_as_promised():
    rng = np.random.default_rng(5)
    named = sum(
        isinstance(worse_since(rng.poisson(12, 14).tolist(), [12.0] * 14), ChangePoint) for _ in range(300)
    )
    assert named <= 26  # binomial(300, .05): P(more) < 0.4 %
    assert named >= 4


@pytest.mark.parametrize(
    ("lost", "expected"), [([1, 2], [1.0]), ([1] * 4, [1, 1, 0, 1]), ([-1] * 4, [1] * 4)]
)
def test_what_cannot_be_scanned_is_refused(lost, expected):
    with pytest.raises(ValueError, match=r"^`(lost|expected)`"):
        worse_since(lost, expected)
