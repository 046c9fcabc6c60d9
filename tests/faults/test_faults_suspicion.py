"""Results to be doubted, one fault at a time: known answers must notice each."""

import math

from experiments.stats.effects import Check, Effect, Interval, Shift
from experiments.stats.samples import Moments
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault


def told(found):
    assert isinstance(found, Check)
    return found.passed, found.reason.code


def relative(value, error):
    return Shift(value, error**2, 100, "relative", "delta")


def absolute(value, error=1.0):
    return Shift(value, error**2, 100, "absolute", "welch")


def check_suspicion(m):
    z = 1.959964
    good, bad = (True, "size_plausible"), (False, "too_good_to_be_true")
    for value, expected in ((0.751, bad), (0.749, good), (-0.4287, bad), (-0.4284, good)):
        shift = relative(value + math.copysign(0.1 * z, value), 0.1)
        assert told(m.too_good(shift)) == expected, value
    found = dict(m.too_good(relative(1.0, 0.1)).reason.facts)
    near(found["bound"], 1 - 0.1 * z, 1e-6)
    near(found["z"], 10.0, 1e-9)
    assert (found["change"], found["usual"]) == (1.0, 0.25)
    assert dict(m.too_good(relative(0.1, 0.1)).reason.facts)["bound"] == 0.0
    near(dict(m.too_good(relative(-0.5, 0.1)).reason.facts)["bound"], -0.5 + 0.1 * z, 1e-6)
    clear = relative(0.4, 0.01)
    assert told(m.too_good(clear)) == told(m.too_good(clear, clearest=41.0)) == good
    assert told(m.too_good(clear, clearest=39.0)) == told(m.too_good(clear, usual=0.1)) == bad
    assert told(m.too_good(relative(-0.4, 0.01), clearest=39.0)) == bad
    assert told(m.too_good(relative(0.2, 0.001), clearest=39.0)) == good
    assert told(m.too_good(clear, multiple=1.5)) == bad
    assert told(m.too_good(relative(0.93, 0.1), level=0.9)) == bad
    assert told(m.too_good(relative(1.0, 0.1), interval=lambda s, level: _drawn(s, 0.0, 2.0, level))) == good

    sample = Moments(4, 4.0, 20.0)  # 1, 3, 5, 7
    rest = m.without_largest(sample, 7.0)
    assert rest.n == 3
    near(rest.mean, 3.0, 1e-12)
    near(rest.deviations, 8.0, 1e-12)
    assert m.without_largest(Moments(2, 2.0, 2.0), 3.0) == Moments(1, 1.0, 0.0)
    rounded = _moments([0.1, 0.2])
    assert m.without_largest(rounded, 0.2).deviations == 0.0
    assert m.without_largest(Moments(1, 2.0, 0.0), 2.0) == Moments(0, 0.0, 0.0)
    assert m.without_largest(Moments(3, 1e300, 0.0), 1e300) == Moments(2, 1e300, 0.0)

    # 99 zeros-and-twos (mean 1, s = 1) and one far value; what the others say is untouched by it
    rows = [0.0, 2.0] * 50
    plain, much = _moments(rows), _moments([*rows, 61.0])
    shifted = Moments(100, 1.45, plain.deviations)  # se = .1421: .45 is 3.2 of them
    decides = m.one_unit_moves(much, shifted, 61.0, 2.45)
    assert told(decides) == (False, "one_unit_decides")
    facts = dict(decides.reason.facts)
    assert (facts["arm"], facts["value"]) == ("control", 61.0)
    near(facts["moved"], (much.mean - 1.0) / math.sqrt(much.variance / 101 + shifted.variance / 100), 1e-9)
    assert facts["p_with"] > 0.7 > 0.01 > facts["p_without"]
    other = m.one_unit_moves(shifted, much, 2.45, 61.0)
    assert told(other) == (False, "one_unit_decides")
    assert dict(other.reason.facts)["arm"] == "treatment"
    assert told(m.one_unit_moves(much, plain, 61.0, 2.0)) == (True, "one_unit_matters")
    assert told(m.one_unit_moves(plain, plain, 2.0, 2.0)) == (True, "no_unit_decides")
    edge = Moments(100, 1.275, plain.deviations)  # p = .054, .049 without a unit: changes, but hardly moves
    assert told(m.one_unit_moves(plain, edge, 2.0, 0.275)) == (True, "one_unit_matters")
    assert told(m.one_unit_moves(plain, edge, 2.0, 0.275, level=0.999)) == (True, "no_unit_decides")
    fair = Moments(100, 1.4, plain.deviations)  # p = .005, which is not enough at .999
    assert told(m.one_unit_moves(plain, fair, 2.0, 0.4, level=0.999)) == (True, "no_unit_decides")
    alone = m.one_unit_moves(
        _moments([0.0] * 9 + [9.0]), _moments([0.0] * 10), 9.0, 0.0
    )  # nothing varies without it
    assert told(alone) == (True, "one_unit_matters")
    assert dict(alone.reason.facts)["p_without"] == 1.0
    assert code(m.one_unit_moves(Moments(1, 2.0, 0.0), plain, 2.0, 2.0)) == "one_unit"
    assert code(m.one_unit_moves(Moments(0, 0.0, 0.0), plain, 2.0, 2.0)) == "no_units"

    # two-sided .0005 / 4: z = 3.836 (R 4.2.2: qnorm(1 - .0005 / 8))
    alike = {f"m{i}": absolute(0.5) for i in range(3)}
    over, under = (m.pre_exposure_bias({**alike, "taps": absolute(one)}) for one in (-3.84, -3.83))
    assert told(over) == (False, "arms_differed_before")
    assert told(under) == (True, "arms_alike_before")
    assert dict(over.reason.facts)["metric"] == "taps"
    near(dict(over.reason.facts)["value"], -3.84, 1e-12)
    near(over.p_value, 4 * 1.2304e-4, 1e-7)
    near(m.pre_exposure_bias({"taps": absolute(1.959964)}).p_value, 0.05, 1e-6)
    assert m.pre_exposure_bias(alike).p_value == 1.0
    assert m.pre_exposure_bias({"taps": absolute(2.0)}, alpha=0.05).passed is False
    drawn = m.pre_exposure_bias(
        {"taps": absolute(9.0)}, interval=lambda s, level: _drawn(s, -1.0, 2.0, level)
    )
    assert drawn.passed
    assert code(m.pre_exposure_bias({})) == "no_metric_before"
    refuses(
        (
            lambda: m.too_good(absolute(1.0)),
            lambda: m.too_good(relative(1.0, 1.0), usual=0.0),
            lambda: m.too_good(relative(1.0, 1.0), multiple=0.5),
            lambda: m.too_good(relative(1.0, 1.0), clearest=0.0),
            lambda: m.without_largest(Moments(0, 0.0, 0.0), 1.0),
            lambda: m.without_largest(sample, 9.0),
            lambda: m.without_largest(sample, -1.0),
            lambda: m.without_largest(sample, math.inf),
            lambda: m.pre_exposure_bias({}, alpha=0.0),
        )
    )


def _drawn(shift, low, high, level):
    return Effect(shift.value, Interval(low, high, level), 0.5, shift.scale, shift.method)


def _moments(values):
    mean = math.fsum(values) / len(values)
    return Moments(len(values), mean, math.fsum((x - mean) ** 2 for x in values))


SUSPICION = (
    Fault("too_good", "max(ends.low, 0.0)", "max(ends.high, 0.0)"),
    Fault("too_good", "max(ends.low, 0.0)", "ends.low"),
    Fault("too_good", "min(ends.high, 0.0)", "min(ends.low, 0.0)"),
    Fault("too_good", "max(ends.low, 0.0) if change.value > 0", "max(ends.low, 0.0) if change.value < 0"),
    Fault("too_good", "abs(z) >= clearest", "z >= clearest"),
    Fault("too_good", "and _beyond(bound, usual)", ""),
    Fault("too_good", "multiple * usual", "multiple"),
    Fault("too_good", "interval(change, level)", "fixed(change, level)"),
    Fault("too_good", "interval(change, level)", "interval(change, 0.95)"),
    Fault("too_good", 'change.scale != "relative"', "False"),
    Fault("too_good", "passed=False", "passed=True"),
    Fault("too_good", "1 <= multiple", "0 <= multiple"),
    Fault("_beyond", "1 / (1 + rise) - 1", "-rise"),
    Fault("_beyond", "bound >= rise or", ""),
    Fault("without_largest", "sample.mean - away / (n - 1)", "sample.mean - away / n"),
    Fault("without_largest", "math.sqrt(n / (n - 1))", "1.0"),
    Fault("without_largest", "(whole - part) * (whole + part)", "whole * whole - part"),
    Fault("without_largest", "if n > 2 else 0.0", ""),
    Fault("without_largest", "part > whole", "away > whole"),
    Fault("without_largest", "if sample.n == 1:", "if sample.n == 2:"),
    Fault("one_unit_moves", "abs(t.mean - c.mean - shift.value)", "(t.mean - c.mean - shift.value)"),
    Fault("one_unit_moves", "/ shift.error", "/ shift.variance"),
    Fault("one_unit_moves", "changes and moved > _HALF", "changes"),
    Fault("one_unit_moves", "changes and moved > _HALF", "moved > _HALF"),
    Fault("one_unit_moves", "changes or moved > _HALF", "changes"),
    Fault("one_unit_moves", "changes or moved > _HALF", "moved > _HALF"),
    Fault("one_unit_moves", "(p_with < 1 - level)", "(p_with < 0.05)"),
    Fault("one_unit_moves", "max(found)", "found[0]"),
    Fault("one_unit_moves", "max(found)", "found[1]"),
    Fault("one_unit_moves", "else 1.0", "else 0.0"),
    Fault("one_unit_moves", "passed=not decides", "passed=decides"),
    Fault("pre_exposure_bias", "max(len(shifts), 1)", "1"),
    Fault("pre_exposure_bias", "len(effects) * effects[worst]", "effects[worst]"),
    Fault("pre_exposure_bias", "min(effects, key", "max(effects, key"),
    Fault("pre_exposure_bias", "min(1.0, len", "max(0.0, len"),
    Fault("pre_exposure_bias", "interval(shift, level)", "fixed(shift, level)"),
    Fault("pre_exposure_bias", "passed=not differ", "passed=differ"),
)


SUITES = {"stats/suspicion.py": (check_suspicion, SUSPICION)}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
