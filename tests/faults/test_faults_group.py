"""Group-sequential looks from spending to interval, one fault at a time: known answers must notice each."""

import math

import numpy as np

from experiments.stats.effects import Shift
from tests.faults.answers import code, ends, near, refuses, stories_of
from tests.faults.planting import Fault

FIVE = (0.2, 0.4, 0.6, 0.8, 1.0)
OBF = (4.876884949, 3.357011922, 2.680280064, 2.289816768, 2.031032043)  # rpact 3.3.4, asOF, two-sided 5 %
POCOCK = (2.437976688, 2.426813858, 2.410193840, 2.396645401, 2.385984572)


def check_spending(m):
    near(m.spent(0.5, 0.025, "pocock"), 0.025 * math.log(1 + (math.e - 1) / 2), 1e-15)
    # 2 − 2 Φ(2.241402728 / √t)
    near(m.spent(0.5, 0.025, "obrien_fleming"), 0.00152532276, 1e-10)
    near(m.spent(0.25, 0.025, "obrien_fleming"), 7.366808436e-6, 1e-14)
    near(m.spent(0.5, 0.2, "obrien_fleming"), 0.0699263267, 1e-9)
    near(m.spent(0.999999, 0.3, "obrien_fleming"), 0.3, 1e-5)
    for family in ("obrien_fleming", "pocock"):
        assert m.spent(1.0, 0.025, family) == m.spent(3.0, 0.025, family) == 0.025
    refuses(
        (
            lambda: m.spent(0.0, 0.05, "pocock"),
            lambda: m.spent(-1.0, 0.05, "obrien_fleming"),
            lambda: m.spent(math.inf, 0.05, "pocock"),
            lambda: m.spent(2.0, 0.0, "pocock"),
            lambda: m.spent(2.0, 1.0, "pocock"),
            lambda: m.spent(0.5, 0.05, "haybittle"),
        )
    )


SPENDING = (
    Fault("spent", "math.e - 1", "math.e"),
    Fault("spent", "math.log1p", "math.log"),
    Fault("spent", "return alpha * math", "return math"),
    Fault("spent", "math.sqrt(share)", "share"),
    Fault("spent", "z_of(1 - alpha)", "z_of(1 - 2 * alpha)"),
    Fault("spent", "share >= 1", "share > 1.5"),
    Fault("spent", "        return alpha\n", "        return 2 * alpha\n"),
    Fault("spent", 'spending == "pocock"', 'spending != "pocock"'),
    Fault("spent", "and share > 0", "and share >= 0"),
    Fault("spent", "math.isfinite(share) and ", ""),
    Fault("spent", "0 < alpha < 1", "0 <= alpha < 1"),
    Fault("spent", "0 < alpha < 1", "0 < alpha <= 1"),
    Fault("spent", "spending not in get_args(Spending)", "spending in ()"),
)


def check_paths(m):
    first = m.start()
    # Φ(−(1.5 − 2 √0.3)) and its mirror; z with P(Z ≥ z) = 10⁻⁶ around 2 √0.3
    near(first.above(1.5, 0.3, 2.0), 0.342902363, 1e-8)
    near(first.below(1.5, 0.3, 2.0), 1 - 0.342902363, 1e-8)
    near(first.upper(1e-6, 0.3, 2.0), 4.753424309 + 2 * math.sqrt(0.3), 1e-8)
    near(first.lower(1e-6, 0.3, 2.0), -4.753424309 + 2 * math.sqrt(0.3), 1e-8)
    for drift, up, down in ((0.0, 0.0118876816, 0.0162929836), (1.5, 0.1395733653, 0.0004243658)):
        going = first.onward(-2.0, 2.5, 0.3, 0.7, drift)
        # scipy, one integral over Z(0.3): −2 < Z(0.3) < 2.5 and Z(0.7) ≥ 2.2, or ≤ −2.0
        near(going.above(2.2, 0.7, drift), up, 1e-9)
        near(going.below(-2.0, 0.7, drift), down, 1e-9)
        near(going.upper(up, 0.7, drift), 2.2, 1e-4)
        near(going.lower(down, 0.7, drift), -2.0, 1e-4)
        near(going.above(going.upper(0.05, 0.7, drift), 0.7, drift), 0.05, 1e-12)
    # a look that stops nobody changes nothing, however close or far the looks
    for times in ((0.3, 0.3001, 1.0), (0.01, 0.5, 0.50001), (0.01, 0.0101, 0.0102)):
        paths = first
        for t, following in zip(times, (*times[1:], 1.1), strict=True):
            paths = paths.onward(-math.inf, math.inf, t, following, 1.0)
            near(float(paths.mass.sum()), 1.0, 1e-12)
        near(paths.above(1.0, 1.1, 1.0), 0.5194641846, 1e-9)
        assert (np.diff(paths.places) > 0).all()
    near(float(first.onward(-math.inf, math.inf, 0.5, 1.0, 30.0).mass.sum()), 1.0, 1e-12)
    nobody = first.onward(1.0, 1.0, 0.3, 0.7)
    assert nobody.above(-9.0, 0.7) == 0.0
    narrow = first.onward(-2.0, 2.0, 0.5, 0.5001).onward(-2.0, 2.0, 0.5001, 1.0)
    # scipy: one integral over Z(0.5); multivariate_normal, to 1e-8
    near(float(narrow.mass.sum()), 0.9538905742, 1e-9)
    near(narrow.above(2.0, 1.0), 0.0151736, 1e-7)


PATHS = (
    Fault("Paths.above", "[0]", "[1]"),
    Fault("Paths.below", "above(-z", "above(z"),
    Fault("Paths.below", "-drift", "drift"),
    Fault("Paths.upper", "drift * math.sqrt(information) - ", "-drift * math.sqrt(information) + "),
    Fault("Paths.upper", "math.log(chance)", "math.log(chance / 2)"),
    Fault("Paths.upper", "for _ in range(_MOST_TURNS)", "for _ in range(1)"),
    Fault("Paths.lower", "-self._mirrored()", "self._mirrored()"),
    Fault("Paths.lower", "-drift", "drift"),
    Fault("Paths.onward", "low * root", "low"),
    Fault("Paths.onward", "high * root", "high"),
    Fault("Paths.onward", "mean - (_REACH + 1)", "mean - 3"),
    Fault("Paths.onward", "drift * information\n", "0.0\n"),
    Fault("Paths.onward", "np.zeros(1), root", "np.ones(1), root"),
    Fault("Paths.onward", "min(information - self.information, following - information)", "(information - self.information)"),
    Fault("Paths.onward", "min(information - self.information, following - information)", "(following - information)"),
    Fault("Paths.onward", "weights * width", "weights"),
    Fault("Paths.onward", "information, places, mass, width", "self.information, places, mass, width"),
    Fault("Paths._mirrored", "-self.places[::-1]", "self.places"),
    Fault("Paths._mirrored", "self.mass[::-1]", "self.mass"),
    Fault("Paths._log_above", "+ drift * grown", ""),
    Fault("Paths._log_above", "/ math.sqrt(grown)\n        logs", "\n        logs"),
    Fault("Paths._log_above", "z * math.sqrt(information)", "z"),
    Fault("Paths._log_above", "return most + math.log(whole)", "return math.log(whole)"),
    Fault("Paths._density", "- drift * grown", ""),
    Fault("Paths._density", "step * math.sqrt(2 * math.pi)", "math.sqrt(2 * math.pi)"),
    Fault("Paths._density", "-0.5 *", "-"),
    Fault("Paths._density", "_REACH + 1 + _REACH", "0.1 + 0.1"),
    Fault("Paths._near", "// _NODES * _NODES - banded // 2 // _NODES * _NODES", "// _NODES * _NODES"),
    Fault("start", "np.ones(1)", "np.zeros(1)"),
    Fault("_gauss_legendre", "weights / 2", "weights"),
    Fault("_gauss_legendre", "(nodes + 1) / 2", "nodes"),
)  # fmt: skip


def check_boundaries(m):
    for family, published in (("obrien_fleming", OBF), ("pocock", POCOCK)):
        found = m.efficacy(FIVE, 0.05, family)
        assert all(abs(z - said) < 1e-7 for z, said in zip(found, published, strict=True))
        assert m.efficacy(FIVE[:3], 0.05, family) == found[:3]
        near(m.crossed(FIVE, found)[-1], 0.05, 1e-12)
    # rpact 3.3.4: asP, one-sided 2.5 %, looks at 0.1, 0.5, 1
    one = m.efficacy((0.1, 0.5, 1.0), 0.025, "pocock", 1)
    assert all(
        abs(z - said) < 1e-6 for z, said in zip(one, (2.655110048, 2.252564244, 2.216952749), strict=True)
    )
    near(m.crossed((0.1, 0.5, 1.0), one, sides=1)[-1], 0.025, 1e-12)
    # Armitage, McPherson & Rowe (1969): ten looks at 1.96 err 19.3 times in a hundred; and with a drift of 3
    tenth = [k / 10 for k in range(1, 11)]
    near(m.crossed(tenth, [1.959964] * 10)[-1], 0.193, 5e-4)
    up, down = m.crossed_by_side(FIVE, POCOCK, 3.0)
    # rpact 3.3.4, getPowerAndAverageSampleNumber: both sides together
    near(up[-1] + down[-1], 0.776337440405, 1e-8)
    near(up[-1], 0.776337440405 - 8.539e-5, 1e-8)
    assert 0 < down[0] < down[-1]
    assert list(up) == sorted(up)
    assert m.crossed_by_side(FIVE, POCOCK, 3.0, 1)[1] == (0.0,) * 5
    assert m.crossed((1.0,), (0.0,)) == (1.0,)
    close = (0.3, 0.3001, 0.8, 1.0)
    near(m.crossed(close, m.efficacy(close, 0.05, "pocock"))[-1], 0.05, 1e-12)
    assert m.efficacy((0.001, 0.5), 0.05, "obrien_fleming")[0] == 8.2
    near(m.efficacy((0.001, 0.5), 0.05, "obrien_fleming")[1], 2.9625880, 1e-6)
    assert m.efficacy((0.5, 1.0, 1.2), 0.05, "pocock")[2] == 8.2
    near(m.crossed((0.4, 0.95, 1.07), m.efficacy((0.4, 0.95, 1.07), 0.05, "pocock"))[-1], 0.05, 1e-12)
    assert min(m.efficacy((0.3, 0.6, 0.9), 1 - 1e-15, "obrien_fleming", 1)) >= -8.2
    assert m.looks_of((0.5, 0.5 + 1e-9, 1.0)) == (0.5, 0.5 * (1 + 1e-5), 1.0)
    refuses(
        (
            lambda: m.efficacy((), 0.05, "pocock"),
            lambda: m.efficacy((0.5, 0.5), 0.05, "pocock"),
            lambda: m.efficacy((0.0, 0.5), 0.05, "pocock"),
            lambda: m.efficacy((0.5, math.inf), 0.05, "pocock"),
            lambda: m.efficacy((0.5,), 1.0, "pocock"),
            lambda: m.efficacy((0.5,), 0.05, "pocock", 3),
            lambda: m.crossed((0.5, math.inf), (2.0, 2.0)),
            lambda: m.crossed((0.5, 1.0), (2.0,)),
            lambda: m.crossed((0.5,), (2.0,), 0.0, 0),
        )
    )


BOUNDARIES = (
    Fault("efficacy", "    _require_sides(sides)\n", ""),
    Fault("efficacy", "0 < alpha < 1", "0 < alpha <= 1"),
    Fault("crossed", "up + down", "up"),
    Fault("crossed", "min(up + down, 1.0)", "(up + down) / 2"),
    Fault("crossed_by_side", "ups[-1] + paths", "paths"),
    Fault(
        "crossed_by_side",
        "downs[-1] + paths.below(-z, t, drift) if",
        "downs[-1] + paths.above(z, t, drift) if",
    ),
    Fault("crossed_by_side", "paths.above(z, t, drift)", "paths.above(z, t)"),
    Fault("crossed_by_side", "paths.onward(-z if sides == 2 else -math.inf", "paths.onward(-math.inf"),
    Fault("crossed_by_side", "paths.onward(-z if sides == 2 else -math.inf", "paths.onward(-z"),
    Fault("crossed_by_side", "looks[place + 1], drift", "looks[place + 1]"),
    Fault("crossed_by_side", "    _require_sides(sides)\n", ""),
    Fault("looks_of", "now > before", "now >= before"),
    Fault("looks_of", "math.isfinite(now) and ", ""),
    Fault("looks_of", "1 + _CLOSEST", "1"),
    Fault("looks_of", "        before = now\n", ""),
    Fault("_efficacy", "alpha / sides", "alpha"),
    Fault("_efficacy", "- used, paths", ", paths"),
    Fault("_efficacy", "used + left", "left"),
    Fault("_efficacy", "left <= max(farthest, LEAST)", "left <= -1"),
    Fault("_efficacy", "-z if sides == 2 else -math.inf", "-math.inf"),
    Fault("_efficacy", "-z if sides == 2 else -math.inf", "-z"),
    Fault("_efficacy", "looks[place + 1])", "t + 1)"),
    Fault("_require_sides", "(1, 2)", "(1, 2, 3)"),
)


def check_futility(m):
    # rpact 3.3.4: one-sided 2.5 %, power 80 %, asOF with bsOF; asP with bsP at 0.1, 0.5, 1; not binding
    plan = m.futility(FIVE, 0.025, 0.8, "obrien_fleming")
    said = (-1.2921473671, 0.1697040261, 0.9625049108, 1.5264932862, 2.031032063)
    assert all(abs(z - other) < 1e-6 for z, other in zip(plan.boundaries, said, strict=True))
    near(plan.inflation, 1.15500342138, 1e-6)
    near(plan.drift**2, 9.06548294714, 1e-5)
    other = m.futility((0.1, 0.5, 1.0), 0.025, 0.8, "pocock")
    near(other.boundaries[0], -0.8385486138, 1e-6)
    near(other.boundaries[1], 1.0228416431, 1e-6)
    near(other.inflation, 1.31942448336, 1e-6)
    near(m.inflation(FIVE, 0.05, 0.8, "obrien_fleming"), 1.02471989147, 1e-7)
    near(
        m.inflation(FIVE, 0.2, 0.7, "pocock"), 1.24830091255, 1e-8
    )  # rpact 3.3.4, asP, two-sided 20 %, power 70 %
    early = m.futility((0.001, 1.0), 0.025, 0.8, "obrien_fleming")
    near(early.boundaries[0], early.drift * math.sqrt(0.001) - 8.2, 1e-12)
    near(m.inflation((1.0,), 0.05, 0.9, "pocock"), 1.0, 1e-9)
    near(m.futility((1e12,), 0.025, 0.8, "pocock").drift * 1e6, 2.801585, 1e-5)
    refuses(
        (
            lambda: m.futility((0.5, 0.9), 0.025, 0.8, "pocock"),
            lambda: m.futility((0.5, 1.0), 0.025, 0.025, "pocock"),
            lambda: m.futility((0.5, 1.0), 0.0, 0.8, "pocock"),
            lambda: m.inflation((0.5, 1.0), 0.05, 1.0, "pocock"),
            lambda: m.inflation((0.5,), 0.05, 0.8, "pocock"),
        )
    )


FUTILITY = (
    Fault("_futility", "efficacy(looks, alpha, spending, 1)", "efficacy(looks, alpha, spending)"),
    Fault("_futility", "(drift / one_look) ** 2", "drift / one_look"),
    Fault("_futility", "[1] - (1 - power)", "[1] - power"),
    Fault("_futility", "one_look, looks[-1]", "one_look, 1.0"),
    Fault("_inflation", "alpha / 2", "alpha"),
    Fault("_inflation", "[0][-1]", "[1][-1]"),
    Fault("_inflation", "** 2", ""),
    Fault("_lowers", "spent(t, beta, spending) - used", "spent(t, beta, spending)"),
    Fault("_lowers", "place + 1 == len(looks) or left", "left"),
    Fault("_lowers", "high, used + whole", "high, used"),
    Fault("_lowers", "drift * math.sqrt(t) - FARTHEST_Z", "-FARTHEST_Z"),
    Fault("_lowers", "paths.lower(left, t, drift)", "paths.lower(left, t)"),
    Fault("_lowers", "paths.below(high, t, drift)", "paths.below(high, t)"),
    Fault("_lowers", "used + left", "left"),
    Fault("_lowers", "paths.onward(low, high", "paths.onward(-math.inf, high"),
    Fault("_lowers", "paths.onward(low, high", "paths.onward(low, math.inf"),
    Fault("_lowers", "looks[place + 1], drift", "looks[place + 1]"),
    Fault("_one_look", "ndtri(power) - ndtri(alpha)", "ndtri(power) + ndtri(alpha)"),
    Fault("_require_plan", "[-1] < 1", "[-1] < 0.5"),
    Fault("_require_plan", "alpha < power < 1", "alpha <= power < 1"),
    Fault("_require_plan", "power < 1", "power <= 1"),
)


def check_group(m):
    shift = Shift(0.3, 0.01, 1000, "relative", "welch")
    found = m.interval(shift, 0.95, FIVE[:3], "obrien_fleming")
    ends(found, 0.3 - 0.2680280064, 0.3 + 0.2680280064, 1e-9)
    assert (found.value, found.scale, found.method) == (0.3, "relative", "welch_group")
    assert found.interval.level == 0.95
    assert m.interval(shift, 0.95, FIVE, "obrien_fleming", look=2) == found
    assert m.interval(shift, 0.95, FIVE, "obrien_fleming", look=-3) == found
    near(m.interval(shift, 0.9, (1.0,), "pocock").interval.high, 0.3 + 0.16448536269, 1e-9)
    for family, bounds in (("obrien_fleming", OBF), ("pocock", POCOCK)):
        near(m.repeated_p(-bounds[4], FIVE, family), 0.05, 1e-8)
        near(m.repeated_p(bounds[1], FIVE, family, 1), 0.05, 1e-8)
        near(m.repeated_p(2.5, (1.0,), family), 0.012419330651552270, 1e-11)
    assert m.repeated_p(0.0, FIVE, "pocock") == 1.0
    assert m.repeated_p(0.5, FIVE[:1], "obrien_fleming") == 1.0
    near(m.repeated_p(8.5, (0.001,), "obrien_fleming"), 1.9e-17, 1e-18)
    for z in (OBF[4] * (1 - 1e-13), OBF[4] * (1 + 1e-13)):
        there = m.interval(Shift(z, 1.0, 9, "absolute", "x"), 0.95, FIVE, "obrien_fleming")
        assert (there.p_value < 1 - 0.95) == (there.interval.low > 0)
    ten = m.interval(Shift(-3.0, 1.0, 9, "absolute", "x"), 0.95, FIVE, "pocock")
    near(ten.p_value, m.repeated_p(3.0, FIVE, "pocock"), 1e-12)
    assert ten.p_value < 0.01
    near(m.width(FIVE, 0.95, "obrien_fleming"), 2.031032043 / 1.959963985, 1e-8)
    near(m.width(FIVE, 0.95, "pocock", 0), 2.437976688 / 1.959963985, 1e-8)
    # rpact 3.3.4
    # R 4.2.2: qt(pnorm(2.680280064), 9) and qnorm(pt(3.3, 9))
    few, reach, seen = (
        Shift(-0.33, 0.01, 20, "absolute", "welch", 9.0),
        0.3442958181833212,
        2.6034189691645317,
    )
    ends(m.interval(few, 0.95, FIVE[:3], "obrien_fleming"), -0.33 - reach, -0.33 + reach, 1e-8)
    near(
        m.interval(few, 0.95, FIVE[:3], "obrien_fleming").p_value,
        m.repeated_p(seen, FIVE[:3], "obrien_fleming"),
        1e-9,
    )
    # qt(pnorm(.), 9) of Pocock's 2.410193840 (two-sided 5 %) and 1.363676180 (one-sided 20 %)
    for beyond in (-0.001, 0.001):
        told = Shift(1 - 0.5 * (1.4812855740168764 + beyond), 0.25, 9, "absolute", "x", 9.0)
        assert m.futile(told, 1.0, 0.95, FIVE[:3], "pocock") is (beyond > 0)
        told = Shift(2.9605970689696655 + beyond, 1.0, 9, "absolute", "x", 9.0)
        assert m.futile(told, 30.0, 0.95, FIVE[:3], "pocock") is (beyond < 0)
    near(m.inflation_factor(FIVE, 0.95, "obrien_fleming"), 1.02471989, 1e-7)
    near(m.inflation_factor(FIVE[:4], 0.95, "obrien_fleming"), 1.02471989, 1e-7)
    near(m.inflation_factor(FIVE, 0.95, "obrien_fleming", stopping=True), 1.15500342, 1e-6)
    assert m.past_the_end((0.5, 1.0)) is m.past_the_end((0.5, 0.9, 1.1)) is None
    said = m.past_the_end((0.5, 1.0, 1.1, 1.2))
    assert (code(said), said.facts) == ("looking.past_the_end", (("look", 2),))
    assert "at look 2, which" in said.sentence
    assert m.past_the_end((0.5, 1.0, 1.1), 1) is None
    bounds = m.efficacy(FIVE, 0.2, "pocock", 1)[:3]
    for beyond, given_up in ((-0.001, True), (0.001, False)):
        for good in (1, -1):
            now = Shift(good * (1 - 0.5 * bounds[2] + beyond), 0.25, 9, "absolute", "x")
            assert m.futile(now, 1.0 * good, 0.95, FIVE[:3], "pocock") is given_up
    strict = Shift(1 - 0.5 * m.efficacy(FIVE, 0.1, "pocock", 1)[2] + 0.001, 0.25, 9, "absolute", "x")
    assert not m.futile(strict, 1.0, 0.95, FIVE[:3], "pocock", 0.9)
    shown = Shift(2.42, 1.0, 9, "absolute", "x")
    assert not m.futile(shown, 30.0, 0.95, FIVE[:3], "pocock")
    assert m.futile(shown, 30.0, 0.99, FIVE[:3], "pocock")
    assert m.futile(shown, -30.0, 0.95, FIVE[:3], "pocock")
    refuses(
        (
            lambda: m.interval(shift, 1.0, FIVE, "pocock"),
            lambda: m.interval(shift, 0.95, FIVE, "pocock", look=5),
            lambda: m.interval(shift, 0.95, FIVE, "pocock", look=-6),
            lambda: m.width(FIVE, 0.0, "pocock"),
            lambda: m.width(FIVE, 0.95, "pocock", -6),
            lambda: m.inflation_factor((), 0.95, "pocock"),
            lambda: m.futile(shift, 0.0, 0.95, FIVE, "pocock"),
            lambda: m.futile(shift, math.nan, 0.95, FIVE, "pocock"),
            lambda: m.futile(shift, 1.0, 0.95, FIVE, "pocock", 0.5),
            lambda: m.futile(shift, 1.0, 0.95, FIVE, "pocock", 1.0),
        )
    )


GROUP = (
    Fault("interval", "efficacy(times, 1 - level, spending)", "efficacy(times, (1 - level) / 2, spending)"),
    Fault("interval", "[place], 1 - level", "[-1], 1 - level"),
    Fault("interval", "shift.freedom) * shift.error", "shift.freedom) * shift.variance"),
    Fault("interval", "reach(boundary, shift.freedom)", "boundary"),
    Fault("interval", "score(shift)", "shift.value / shift.error"),
    Fault("interval", "score(shift)", "abs(shift.value / shift.error)"),
    Fault(
        "interval",
        "min(p_value, math.nextafter(alpha, 0)) if excluded else max(p_value, alpha)",
        "p_value + 1e-9",
    ),
    Fault("interval", "if excluded", "if not excluded"),
    Fault("interval", "shift.value - half", "shift.value + half"),
    Fault("interval", "shift.scale", '"absolute"'),
    Fault("interval", "_group", "_sequence"),
    Fault("past_the_end", "times[:place]", "times"),
    Fault("past_the_end", "t >= 1", "t > 1"),
    Fault("past_the_end", "decided + 1),)", "decided),)"),
    Fault("past_the_end", "decided + 1:,}", "decided:,}"),
    Fault("repeated_p", "abs(z)", "z"),
    Fault("repeated_p", "spending, place", "spending, len(times) - 1"),
    Fault("width", "[place] / one_look", "[-1] / one_look"),
    Fault("width", " / one_look", ""),
    Fault("inflation_factor", "information[-1] >= 1", "information[-1] >= 0.5"),
    Fault("inflation_factor", "(1 - level) / 2", "1 - level"),
    Fault("inflation_factor", "if stopping", "if not stopping"),
    Fault("futile", "math.copysign(1.0, minimum)", "1.0"),
    Fault("futile", "not shown and", ""),
    Fault("futile", "1 - power, spending, 1)", "power, spending, 1)"),
    Fault("futile", "1 - power, spending, 1)", "1 - power, spending)"),
    Fault("futile", "1 - power, spending, 1)", "0.2, spending, 1)"),
    Fault("futile", "1 - level, spending", "0.05, spending"),
    Fault("futile", "abs(minimum)) / shift.error", "abs(minimum)) / shift.variance"),
    Fault("futile", "below <= -reach", "below >= -reach"),
    Fault("futile", "spending, 1)[place], shift.freedom)", "spending, 1)[place], None)"),
    Fault("futile", "shift.freedom\n    )\n    below", "None\n    )\n    below"),
    Fault("futile", "good * shift.value / shift.error", "abs(shift.value / shift.error)"),
    Fault("futile", "0.5 < power < 1", "0.5 <= power < 1"),
    Fault("futile", "0.5 < power < 1", "0.5 < power <= 1"),
    Fault("futile", "minimum == 0 or not math.isfinite(minimum)", "minimum == 0"),
    Fault("_repeated_p", "p_of(one_look), spending)[place]", "p_of(one_look), spending)[0]"),
    Fault("_repeated_p", "if z >= FARTHEST_Z:", "if z >= 99:"),
    Fault("_repeated_p", "short(_LEAST_Z) >= 0", "short(_LEAST_Z) >= 99"),
    Fault("_repeated_p", "xtol=_CLOSE", "xtol=1e-3"),
    Fault("_at", "len(times) + look", "len(times) + look - 1"),
    Fault("_at", "0 <= place < len(times)", "place < len(times)"),
    Fault("_at", "0 <= place < len(times)", "0 <= place <= len(times)"),
)

test_the_untouched_looks_pass, test_every_fault_in_the_looks_is_caught = stories_of(
    {
        "stats/sequential/spending.py": (check_spending, SPENDING),
        "stats/sequential/paths.py": (check_paths, PATHS),
        "stats/sequential/boundaries.py": (check_boundaries, BOUNDARIES),
        "stats/sequential/futility.py": (check_futility, FUTILITY),
        "stats/sequential/group.py": (check_group, GROUP),
    }
)
