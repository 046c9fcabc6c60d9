"""Verification of some answers only, one fault at a time: known answers must notice each."""

import math

import numpy as np
import pytest

from experiments.stats.proportions import rate, wilson
from experiments.stats.samples import Count
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault

Z, T59 = 1.959963984540054, 2.0009953780882688  # R 4.2.2: qnorm(.975), qt(.975, 59)


def check_verification(m):
    found = m.bounds(1000, Count(500, 450))
    assert (found.lowest, found.highest, found.unverified) == (
        rate(Count(1000, 450)),
        rate(Count(1000, 950)),
        0.5,
    )
    assert m.bounds(1000, Count(500, 450), 0.8).lowest == rate(Count(1000, 450), 0.8)
    assert m.bounds(5, Count(5, 4)).unverified == 0
    assert code(m.bounds(0, Count(0, 0))) == "quality.no_items"
    sure, doubtful = m.Stratum("sure", 800, Count(40, 38)), m.Stratum("doubtful", 200, Count(100, 60))
    night = m.Stratum("night", 300, Count(50, 10), accepted=False)
    fixed = m.precision([sure, doubtful, night])
    value = 0.8 * 0.95 + 0.2 * 0.6
    near(fixed.value, value, 1e-12)
    (l1, u1), (l2, u2) = wilson(38, 40, Z), wilson(60, 100, Z)
    noise = Z * math.sqrt(800 * (0.95 - value) ** 2 + 200 * (0.6 - value) ** 2) / 1000
    near(fixed.interval.low, value - math.hypot(0.8 * (0.95 - l1), 0.2 * (0.6 - l2), noise), 1e-12)
    near(fixed.interval.high, value + math.hypot(0.8 * (u1 - 0.95), 0.2 * (u2 - 0.6), noise), 1e-12)
    assert (fixed.n, fixed.method, fixed.interval.level) == (140, "stratified", 0.95)
    assert m.precision([sure, doubtful], 0.8).interval.low > fixed.interval.low
    assert m.precision([m.Stratum("x", 9, Count(2, 2)), m.Stratum("y", 9, Count(2, 2))]).interval.high == 1.0
    assert m.precision([m.Stratum("x", 9, Count(2, 0)), m.Stratum("y", 9, Count(2, 0))]).interval.low == 0.0
    single = m.precision([m.Stratum("x", 1, Count(1, 1)), m.Stratum("y", 1, Count(1, 0))])
    assert (single.interval.low, single.interval.high) == (0.0, 1.0)
    check_recall(m, sure, doubtful, night)
    blind = m.Stratum("blind", 30, Count(0, 0))
    said = m.precision([sure, blind])
    assert (code(said), dict(said.facts)) == ("quality.never_verified", {"name": "blind", "items": 30})
    assert code(m.recall([sure, night, blind])) == "quality.never_verified"
    assert m.precision([sure, m.Stratum("none", 0, Count(0, 0))]) == m.precision([sure])
    assert m.recall([sure, night, m.Stratum("none", 0, Count(0, 0))]) == m.recall([sure, night])
    assert code(m.precision([night])) == code(m.recall([])) == "quality.no_items"
    assert (
        code(m.recall([sure]))
        == code(m.recall([night]))
        == code(m.specificity([sure]))
        == "quality.one_side_only"
    )
    assert code(m.recall([m.Stratum("x", 9, Count(5, 0)), night])) == "quality.too_few_found"
    assert code(m.recall([m.Stratum("x", 2, Count(2, 1)), night], 0.999)) == "quality.too_few_found"
    refuses(
        [
            lambda: m.bounds(10, Count(11, 3)),
            lambda: m.bounds(-1, Count(0, 0)),
            lambda: m.bounds(10, Count(3, 3), 1),
            lambda: m.Stratum("x", 3, Count(4, 1)),
            lambda: m.precision([], 1),
            lambda: m.recall([], 1),
        ]
    )
    for call in (lambda: m.bounds(-1, Count(0, 0)), lambda: m.Stratum("x", -1, Count(0, 0))):
        with pytest.raises(ValueError, match="whole number of 0 or more"):
            call()


def check_recall(m, sure, doubtful, night):
    found = m.recall([sure, night, doubtful])
    caught, missed = 800 * 0.95 + 200 * 0.6, 300 * 0.2
    near(found.value, caught / (caught + missed), 1e-12)
    assert (found.n, found.method, found.interval.level) == (190, "begg_greenes", 0.95)
    (l1, u1), (l2, u2), (l0, u0) = wilson(38, 40, Z), wilson(60, 100, Z), wilson(10, 50, Z)
    own, other = Z * math.sqrt(800 * 0.95**2 + 200 * 0.6**2), Z * math.sqrt(300 * 0.2**2)
    la = caught - math.hypot(800 * (0.95 - l1), 200 * (0.6 - l2), own)
    ua = caught + math.hypot(800 * (u1 - 0.95), 200 * (u2 - 0.6), own)
    lb, ub = missed - math.hypot(300 * (0.2 - l0), other), missed + math.hypot(300 * (u0 - 0.2), other)
    product = caught * missed  # Donner & Zou (2012), eq. 9 and 10
    low = (product - math.sqrt(product**2 - lb * ua * (2 * missed - lb) * (2 * caught - ua))) / (
        ua * (2 * caught - ua)
    )
    high = (product + math.sqrt(product**2 - ub * la * (2 * missed - ub) * (2 * caught - la))) / (
        la * (2 * caught - la)
    )
    near(found.interval.high, 1 / (1 + low), 1e-9)
    near(found.interval.low, 1 / (1 + high), 1e-9)
    assert m.recall([sure, night, doubtful], 0.8).interval.low > found.interval.low + 0.005
    none = m.recall([sure, m.Stratum("rest", 300, Count(50, 0), accepted=False)])
    assert (none.value, none.interval.high) == (1.0, 1.0)
    assert 0.97 < none.interval.low < 0.98
    liver = [m.Stratum("+", 429, Count(263, 231)), m.Stratum("-", 221, Count(81, 27), accepted=False)]
    near(m.recall(liver).value, 0.836, 5e-4)  # Drum & Christacopoulos (1972), corrected
    near(m.specificity(liver).value, 0.738, 5e-4)
    assert m.specificity(liver, 0.8).interval.level == m.recall(liver, 0.8).interval.level == 0.8


VERIFICATION = (
    Fault("Stratum", "accepted: bool = True", "accepted: bool = False"),
    Fault("Stratum.__post_init__", '        require_count("items", self.items)\n', ""),
    Fault("Stratum.__post_init__", "self.verified.n > self.items", "self.verified.n < 0"),
    Fault("bounds", '    require_count("answers", answers)\n', ""),
    Fault("bounds", "if verified.n > answers", "if verified.n > 2 * answers"),
    Fault("bounds", "verified.hits + unknown)", "verified.hits)"),
    Fault("bounds", "rate(Count(answers, right), level)", "rate(Count(answers, right))"),
    Fault("bounds", "unknown / answers", "verified.hits / answers"),
    Fault("precision", "one.accepted and", ""),
    Fault("precision", "and one.items > 0", ""),
    Fault("precision", "(_share(one) - value) ** 2", "_share(one) ** 2"),
    Fault("precision", "sum(one.items for one in accepted)", "sum(one.verified.n for one in accepted)"),
    Fault("precision", "    z = z_of(level)\n", "    z = 1.959963984540054\n"),
    Fault("precision", "min(max(high / n, value), 1.0)", "max(high / n, value)"),
    Fault("precision", "max(min(low / n, value), 0.0)", "min(low / n, value)"),
    Fault("recall", "if not one.accepted]", "if one.accepted]"),
    Fault("specificity", "one.verified.n - one.verified.hits", "one.verified.hits"),
    Fault("specificity", "not one.accepted", "one.accepted"),
    Fault("specificity", "recall(turned, level)", "recall(turned)"),
    Fault("_found", "    z_of(level)\n", ""),
    Fault("_found", "if one.items > 0", ""),
    Fault("_found", "not sides[0] or", ""),
    Fault("_found", "or not sides[1]", ""),
    Fault("_found", "ratio(caught, missed, level", "ratio(caught, missed, 0.95"),
    Fault("_found", "ratio(caught, missed,", "ratio(missed, caught,"),
    Fault("_found", "change.value + 1", "change.value"),
    Fault("_found", "_verified([*sides[0], *sides[1]])", "_verified(sides[0])"),
    Fault("_noise", "_share(one) ** 2", "_share(one)"),
    Fault("_limits", "[z * noise], [z * noise]", "[], []"),
    Fault("_limits", "one.items * (_share(one) - low)", "one.items * (high - _share(one))"),
    Fault("_limits", "math.hypot(*above)", "math.hypot(*below)"),
    Fault("_unknown", "if one.verified.n == 0", "if one.verified.n < 0"),
    Fault("_never_verified", "stratum.name, stratum.items", "stratum.name, stratum.verified.n"),
    Fault("_sum", "one.items * _share(one)", "_share(one)"),
    Fault("_share", "stratum.verified.hits / stratum.verified.n", "stratum.verified.hits / stratum.items"),
)


def check_weighting(m):
    def drawn_of(*rows, parts=frozenset()):
        rates, *counts = zip(*rows, strict=True)
        return m.Drawn(np.array(rates, float), *(np.array(column, np.int64) for column in counts), parts)

    one = drawn_of((0.1, 110, 10, 9), (0.5, 100, 50, 20))
    # 10 stand for 100 (90 right), 50 for 100 (40 right): .65; squares (9 · 100 + 20 · 4) .35² + (1 · 100 + 30 · 4) .65²
    squares = 980 * 0.35**2 + 220 * 0.65**2
    like = min(200**2 / 1200, 0.65 * 0.35 * 200**2 / squares * 59 / 60) * (Z / T59) ** 2
    found = m.hajek(one)
    near(found.value, 0.65, 1e-12)
    for end, expected in zip(
        (found.interval.low, found.interval.high), wilson(0.65 * like, like, Z), strict=True
    ):
        near(end, expected, 1e-9)
    assert (found.n, found.method, found.interval.level) == (60, "hajek", 0.95)
    # where errors crowd at the low rate the variance decides, not Kish
    crowded = drawn_of((0.1, 100, 10, 5), (0.5, 100, 50, 50))
    value = 150 / 200
    squares = (500 + 200) * (1 - value) ** 2 + 500 * value**2
    like = value * (1 - value) * 200**2 / squares * 59 / 60 * (Z / T59) ** 2
    assert like < 200**2 / 1200 * (Z / T59) ** 2
    near(m.hajek(crowded).interval.low, wilson(value * like, like, Z)[0], 1e-9)
    assert m.hajek(one, 0.8).interval.level == 0.8
    assert m.hajek(one, 0.8).interval.low > found.interval.low
    every = m.hajek(drawn_of((0.1, 100, 10, 10), (0.5, 100, 50, 50)))
    near(
        every.interval.low, wilson(200**2 / 1200 * (Z / T59) ** 2, 200**2 / 1200 * (Z / T59) ** 2, Z)[0], 1e-9
    )
    assert (every.value, every.interval.high) == (1.0, 1.0)
    thompson = m.horvitz_thompson(one)
    near(thompson.value, 130 / 210, 1e-12)
    values = np.array([10.0] * 9 + [2.0] * 20 + [0.0] * 181)
    half = T59 * values.std(ddof=1) / math.sqrt(210)
    near(thompson.interval.low, 130 / 210 - half, 1e-9)
    near(thompson.interval.high, 130 / 210 + half, 1e-9)
    assert (thompson.n, thompson.method) == (60, "horvitz_thompson")
    assert m.horvitz_thompson(one, 0.8).interval.level == 0.8
    wide = m.horvitz_thompson(drawn_of((0.1, 30, 2, 2)))
    assert (wide.interval.low, wide.interval.high) == (0.0, 1.0)
    more = m.horvitz_thompson(drawn_of((0.2, 20, 9, 9)))
    assert (more.value, more.interval.high) == (2.25, 2.25)
    for nothing_varies in ((1.0, 1, 1, 1), (0.3, 9, 9, 9), (0.5, 9, 4, 0)):
        assert m.horvitz_thompson(drawn_of(nothing_varies)).interval is None
    mixed = m.horvitz_thompson(drawn_of((0.5, 3, 3, 3), (0.7, 4, 4, 4)))
    assert mixed.interval is not None
    assert m.hajek(drawn_of((0.5, 9, 1, 1))).interval is None
    check_rates(m, drawn_of)


def check_rates(m, drawn_of):
    near(m.rates_fit(drawn_of((0.5, 100, 60, 3))), 0.04550026389635842, 1e-12)  # z = 2
    # z = (40 + 120 − 200) / √(100 · .25 / .75 + 100 · 1) … (30 / .75 + 60 / .5 − 200) / 11.547
    near(
        m.rates_fit(drawn_of((0.5, 100, 60, 3), (0.75, 100, 30, 3))),
        math.erfc(40 / math.sqrt(400 / 3) / math.sqrt(2)),
        1e-12,
    )
    assert m.rates_fit(drawn_of((1.0, 50, 50, 3))) == 1.0
    assert m.rates_fit(drawn_of((1.0, 50, 49, 3))) == 0.0
    assert m.rates_fit(drawn_of((0.0, 0, 0, 0), (1.0, 50, 50, 3))) == 1.0
    hidden = drawn_of((0.0, 40, 0, 0), (0.5, 100, 50, 20))
    for ask in (m.hajek, m.horvitz_thompson, m.rates_fit):
        assert (code(ask(hidden)), dict(ask(hidden).facts)) == ("quality.rate_zero", {"answers": 40})
        assert code(ask(drawn_of((0.5, 0, 0, 0)))) == "quality.no_items"
    unseen = m.hajek(drawn_of((0.5, 30, 0, 0)))
    assert (code(unseen), dict(unseen.facts)) == ("nothing_verified", {"unverified": 30})
    assert m.hajek(drawn_of((0.2, 5, 0, 0), (0.5, 100, 50, 20))).value == 0.4
    one = drawn_of((0.1, 100, 10, 9), (0.5, 100, 50, 20), parts=frozenset({"a"}))
    both = one + drawn_of((0.5, 10, 4, 2), (1.0, 7, 6, 5), parts=frozenset({"b"}))
    assert both.rates.tolist() == [0.1, 0.5, 1.0]
    assert [counts.tolist() for counts in (both.answers, both.verified, both.right)] == [
        [100, 110, 7],
        [10, 54, 6],
        [9, 22, 5],
    ]
    assert both.parts == frozenset("ab")
    refuses(
        [
            lambda: one + one,
            lambda: one.rates.__setitem__(0, 1),
            lambda: one.right.__setitem__(0, 1),
            lambda: drawn_of((0.5, 10, 4, 2), (0.1, 10, 4, 2)),
            lambda: drawn_of((0.5, 10, 4, 2), (0.5, 10, 4, 2)),
            lambda: drawn_of((1.5, 10, 4, 2)),
            lambda: drawn_of((-0.5, 10, 4, 2)),
            lambda: drawn_of((0.5, 10, 11, 2)),
            lambda: drawn_of((0.5, 10, 4, 5)),
            lambda: drawn_of((0.5, -1, -1, -1)),
            lambda: drawn_of((0.0, 10, 4, 2)),
            lambda: m.Drawn(np.array([0.5]), np.array([3.0]), np.array([2]), np.array([1])),
            lambda: m.Drawn(np.array([0.5]), np.array([3, 3]), np.array([2, 2]), np.array([1, 1])),
            lambda: m.hajek(drawn_of((0.5, 0, 0, 0)), 1),
            lambda: m.horvitz_thompson(drawn_of((0.5, 0, 0, 0)), 1),
        ]
    )


WEIGHTING = (
    Fault("Drawn.__post_init__", "rates >= 0", "rates >= -1"),
    Fault("Drawn.__post_init__", "rates <= 1", "rates <= 2"),
    Fault("Drawn.__post_init__", "np.diff(rates) <= 0", "np.diff(rates) < 0"),
    Fault("Drawn.__post_init__", "counts.shape != rates.shape or", ""),
    Fault("Drawn.__post_init__", "counts.dtype != np.int64 or", ""),
    Fault("Drawn.__post_init__", "or (counts < 0).any()", ""),
    Fault("Drawn.__post_init__", "(counts > above).any()", "(counts < -1).any()"),
    Fault("Drawn.__post_init__", "            above = counts\n", ""),
    Fault("Drawn.__post_init__", "self.verified[rates == 0].any()", "self.verified[rates < 0].any()"),
    Fault("Drawn.__post_init__", "self.answers, self.verified, self.right)", "self.answers, self.verified)"),
    Fault("Drawn.__add__", "np.add.at(total, place,", "np.add.at(total, place * 0,"),
    Fault("Drawn.__add__", "sums[1], sums[2]", "sums[2], sums[2]"),
    Fault("hajek", "float(n @ weight)", "float(drawn.answers.sum())"),
    Fault("hajek", "if verified == 1", "if verified == 0"),
    Fault("hajek", "weight**2) * (1 - value) ** 2", "weight) * (1 - value) ** 2"),
    Fault("hajek", "(n - right) @ weight**2", "right @ weight**2"),
    Fault("hajek", "like = min(like, value", "like = max(like, value"),
    Fault("hajek", "like = min(like, value", "like = min(like * 100, value"),
    Fault("hajek", "* (verified - 1) / verified", ""),
    Fault("hajek", "(z / student_of(z, verified - 1)) ** 2", "1"),
    Fault("hajek", "if squares > 0", "if squares >= 0"),
    Fault("hajek", "    z = z_of(level)\n", "    z = z_of(0.95)\n"),
    Fault("horvitz_thompson", "float(right @ weight) / answers", "float(right @ weight) / float(n @ weight)"),
    Fault("horvitz_thompson", "wrong == answers or", ""),
    Fault("horvitz_thompson", "(wrong == 0 and weight.size == 1)", "wrong == 0"),
    Fault("horvitz_thompson", "+ wrong * value * value", ""),
    Fault("horvitz_thompson", "squares / (answers - 1) / answers", "squares / answers / answers"),
    Fault("horvitz_thompson", "max(verified - 1, 1)", "max(answers - 1, 1)"),
    Fault("horvitz_thompson", "max(value - half, 0.0)", "value - half"),
    Fault("horvitz_thompson", "max(min(value + half, 1.0), value)", "value + half"),
    Fault("rates_fit", "(1 - rates) / rates", "1 / rates"),
    Fault("rates_fit", "- float(answers.sum())", ""),
    Fault("rates_fit", "1.0 if excess == 0 else 0.0", "1.0"),
    Fault("rates_fit", "if drawn.answers[~some].any()", "if drawn.answers[~some].all()"),
    Fault("_weighted", "1 / drawn.rates[some]", "drawn.rates[some]"),
    Fault("_weighted", "drawn.verified > 0", "drawn.rates > 2"),
    Fault("_unknown", "if out_of_reach > 0", "if out_of_reach > 99"),
    Fault("_unknown", "if int(drawn.verified.sum()) == 0", "if int(drawn.verified.sum()) < 0"),
    Fault("_unknown", "if answers == 0", "if answers < 0"),
)

SUITES = {
    "stats/quality/verification.py": (check_verification, VERIFICATION),
    "stats/quality/weighting.py": (check_weighting, WEIGHTING),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
