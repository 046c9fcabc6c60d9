"""Readings against margins and all pairs of arms, one fault at a time: known answers must notice each."""

import math

import pytest

from experiments.stats import proportions, shifts
from experiments.stats.effects import NoEffect, Shift
from experiments.stats.samples import Count
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault


def known(value):
    return lambda level: shifts.fixed(Shift(value, 1.0, 100, "absolute", "known"), level)


def upper(z):
    """P(Z > z) of a standard normal Z."""
    return math.erfc(z / math.sqrt(2)) / 2


def check_equivalence(m):
    for value, sign in ((1.7, -1), (-1.7, 1)):
        found = m.superior(known(value), sign, 0.05)
        near(found.p_value, upper(1.7), 1e-11)
        assert found.shown
        assert found.bound == 0
        near(found.effect.interval.level, 0.9, 1e-12)
        assert not m.superior(known(value), sign).shown
        bad = m.superior(known(value), -sign, 0.05)
        near(bad.p_value, 1 - upper(1.7), 1e-11)
        assert not bad.shown
    for sign in (-1, 1):
        found = m.non_inferior(known(-0.3 * -sign), 2.5, sign)
        near(found.p_value, upper(2.2), 1e-11)
        assert found.shown
        assert found.bound == sign * 2.5
        near(m.non_inferior(known(4.0 * sign), 2.5, sign).p_value, 1 - upper(1.5), 1e-11)
        assert not m.non_inferior(known(6.0 * sign), 2.5, sign).shown
    assert m.non_inferior(known(-2.5), 2.5, -1).p_value == 0.5
    found = m.equivalent(known(0.5), -2.0, 2.4)
    near(found.p_low, upper(2.5), 1e-11)
    near(found.p_high, upper(1.9), 1e-11)
    assert found.p_value == found.p_high
    assert m.equivalent(known(-0.5), -2.0, 2.4).p_value == m.equivalent(known(-0.5), -2.0, 2.4).p_low
    assert found.shown
    near(found.effect.interval.level, 0.9, 1e-12)
    assert (found.low, found.high) == (-2.0, 2.4)
    for value in (0.9, -0.5):
        assert not m.equivalent(known(value), -2.0, 2.4).shown
    assert not m.equivalent(known(9.0), -2.0, 2.4).shown

    def some(level):
        return known(3.0)(level) if level < 0.97 else NoEffect("too_few", "Too few.")

    near(m.superior(some, -1).p_value, 0.015, 1e-9)
    assert code(m.superior(some, -1, 0.01)) == code(m.equivalent(some, -9.0, 9.0, 0.01)) == "too_few"
    assert 0 < m.superior(known(90.0), -1).p_value < 1e-14
    refuses(
        (
            lambda: m.non_inferior(known(0.0), 0.0, -1),
            lambda: m.non_inferior(known(0.0), math.inf, -1),
            lambda: m.superior(known(0.0), 0),
            lambda: m.superior(lambda level: known(0.0)(0.9), 1, 0.5),
            lambda: m.equivalent(known(0.0), 1.0, 1.0),
            lambda: m.equivalent(known(0.0), -math.inf, 1.0),
        )
    )


EQUIVALENCE = (
    Fault("superior", "0.0, worse_sign", "0.01, worse_sign"),
    Fault("superior", "alpha)", "alpha / 2)"),
    Fault("non_inferior", "worse_sign * margin, worse_sign", "margin, worse_sign"),
    Fault("non_inferior", "margin > 0", "margin >= 0"),
    Fault("non_inferior", "math.isfinite(margin) and", ""),
    Fault("equivalent", "low, -1, alpha", "low, 1, alpha"),
    Fault("equivalent", "high, 1, alpha", "high, -1, alpha"),
    Fault("equivalent", "max(above.p_value, below.p_value)", "min(above.p_value, below.p_value)"),
    Fault("equivalent", "above.shown and below.shown", "above.shown or below.shown"),
    Fault("equivalent", "low < high", "low <= high"),
    Fault("equivalent", "above.p_value, below.p_value, shown", "below.p_value, above.p_value, shown"),
    Fault("_beyond", "1 - 2 * alpha", "1 - alpha"),
    Fault("_beyond", "and worse_sign * (effect.value - bound) < 0", ""),
    Fault("_beyond", "not _reaches(effect, bound) and", ""),
    Fault("_beyond", "0 < alpha < 0.5", "0 < alpha < 1"),
    Fault("_beyond", "worse_sign not in (-1, 1)", "worse_sign > 1"),
    Fault("_p_value", "if value == bound:", "if value > bound:"),
    Fault("_p_value", "isinstance(found, NoEffect) or", "not isinstance(found, NoEffect) and"),
    Fault("_p_value", "/ math.sqrt(2)) / 2", "/ math.sqrt(2))"),
    Fault("_p_value", "else 1 - tail", "else tail"),
    Fault("_p_value", "reaching = 0.0, _FARTHEST", "reaching = 0.0, 2.0"),
)

ARMS = {"a": Count(1000, 180), "b": Count(1000, 225), "c": Count(990, 240), "none": Count(0, 0)}


def check_pairwise(m):
    found = m.pairwise(ARMS, proportions.difference)
    assert [(one.control, one.treatment) for one in found] == [
        ("a", "b"),
        ("a", "c"),
        ("a", "none"),
        ("b", "c"),
        ("b", "none"),
        ("c", "none"),
    ]
    plain = [proportions.difference(ARMS[one.control], ARMS[one.treatment], 1 - 0.05 / 6) for one in found]
    assert [one.effect for one in found] == plain
    first, second, third = plain[1].p_value, plain[0].p_value, plain[3].p_value
    assert first < second < third
    for one, expected in zip(found, (5 * second, 6 * first, None, 4 * third, None, None), strict=True):
        if expected is None:
            assert one.p_value is None
        else:
            near(one.p_value, min(1.0, expected), 1e-12)
    assert [one.differs for one in found] == [5 * second < 0.05, True, False, False, False, False]
    assert [one.differs for one in m.pairwise(ARMS, proportions.difference, 3 * first)] == [False] * 6
    assert (
        m.pairwise({"a": ARMS["a"], "b": ARMS["b"]}, proportions.difference)[0].effect.interval.level == 0.95
    )
    edge = m.pairwise({"a": ARMS["a"], "b": ARMS["b"]}, proportions.difference, second)
    assert edge[0].differs
    refuses([lambda: m.pairwise(ARMS, None, 1.0)])
    with pytest.raises(ValueError, match=r"^`arms` is 1; must be two or more"):
        m.pairwise({"a": ARMS["a"]}, proportions.difference)


PAIRWISE = (
    Fault("pairwise", "combinations(arms, 2)", "combinations(sorted(arms, reverse=True), 2)"),
    Fault("pairwise", "bonferroni_level(alpha, len(pairs))", "1 - alpha"),
    Fault("pairwise", "bonferroni_level(alpha, len(pairs))", "bonferroni_level(alpha, len(arms))"),
    Fault(
        "pairwise",
        "effect_of(arms[control], arms[treatment], level)",
        "effect_of(arms[treatment], arms[control], level)",
    ),
    Fault(
        "pairwise",
        "effect_of(arms[control], arms[treatment], level)",
        "effect_of(arms[control], arms[treatment], 0.95)",
    ),
    Fault("pairwise", "else 1.0 for effect", "else 0.0 for effect"),
    Fault("pairwise", "effect, p_value, p_value <= alpha", "effect, p_value, p_value < alpha"),
    Fault("pairwise", "effect, p_value, p_value <= alpha", "effect, effect.p_value, p_value <= alpha"),
    Fault("pairwise", "effect, p_value, p_value <= alpha", "effect, p_value, effect.p_value <= alpha"),
    Fault("pairwise", "effect, None, differs=False", "effect, p_value, differs=False"),
    Fault("pairwise", "effect, None, differs=False", "effect, None, differs=True"),
    Fault("pairwise", "len(arms) < 2", "len(arms) < 1"),
)

SUITES = {
    "stats/equivalence.py": (check_equivalence, EQUIVALENCE),
    "stats/pairwise.py": (check_pairwise, PAIRWISE),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
