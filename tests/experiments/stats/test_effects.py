"""The shapes of an answer refuse what is no answer."""

import math

import pytest

from experiments.stats.effects import Effect, Estimate, Interval


def test_an_interval_contains_its_ends():
    half = Interval(0.0, 0.5)
    assert half.contains(0.0)
    assert half.contains(0.5)
    assert not half.contains(math.nextafter(0.5, 1))


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Interval(math.nan, 1.0), "`low` is nan; must be finite"),
        (lambda: Interval(0.0, math.inf), "`high` is inf; must be finite"),
        (lambda: Interval(1.0, 0.0), r"`low` is 1\.0; must be at most `high`"),
        (lambda: Interval(0.0, 1.0, 95), r"`level` is 95; must be in \(0, 1\)"),
        (lambda: Estimate(math.nan, None, 3, "wilson"), "`value` is nan; must be finite"),
        (lambda: Estimate(0.5, None, -3, "wilson"), "`n` is -3; must be 0 or more"),
        (
            lambda: Effect(math.inf, Interval(0, 1), 0.5, "absolute", "welch"),
            "`value` is inf; must be finite",
        ),
        (lambda: Effect(0.5, Interval(0, 1), 1.5, "absolute", "welch"), r"`p_value` is 1\.5; must be in"),
        (lambda: Effect(0.5, Interval(0, 1), math.nan, "absolute", "welch"), "`p_value` is nan; must be in"),
    ],
)
def test_what_is_no_number_is_refused(build, sentence):
    with pytest.raises(ValueError, match=sentence):
        build()
