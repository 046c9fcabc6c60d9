"""What to test next and how many units it takes, one fault at a time."""

import numpy as np
import pytest

from benchmarks.evidence.launches import LAUNCHES
from experiments.stats.cure import fits, predict
from experiments.stats.cure.past import past
from experiments.stats.power import per_arm
from experiments.stats.samples import RiskTable
from tests.experiments.stats.test_cure import CAUSES, small
from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault


def check_power(m):
    # R 4.2.2: power.prop.test(p1 = , p2 = , power = , sig.level = )$n = 3840.847, 2073.201, 47519.134
    assert m.per_arm(0.1, 0.12) == 3841
    assert m.per_arm(0.25, 0.2, 0.01, 0.9) == 2074
    assert m.per_arm(0.5, 0.51, 0.025) == 47_520
    refuses(
        (
            lambda: m.per_arm(0.0, 0.1),
            lambda: m.per_arm(0.1, 1.0),
            lambda: m.per_arm(0.1, 0.1),
        )
    )
    for power in (0.5, 1.0):
        with pytest.raises(ValueError, match=r"^`power`"):
            m.per_arm(0.1, 0.2, 0.05, power)


POWER_FAULTS = (
    Fault("per_arm", "0 < share < 1", "0 <= share < 1"),
    Fault("per_arm", "0 < share < 1", "0 < share <= 1"),
    Fault("per_arm", "control == treatment", "control > 1"),
    Fault("per_arm", "0.5 < power < 1", "0.5 <= power < 1"),
    Fault("per_arm", "0.5 < power < 1", "0.5 < power <= 1"),
    Fault("per_arm", "(control + treatment) / 2", "control"),
    Fault("per_arm", "z_of(1 - alpha)", "z_of(1 - 2 * alpha)"),
    Fault("per_arm", "z_of(2 * power - 1)", "z_of(power)"),
    Fault("per_arm", "2 * middle * (1 - middle)", "middle * (1 - middle)"),
    Fault("per_arm", "+ treatment * (1 - treatment)", ""),
    Fault("per_arm", "(alike + apart) ** 2", "(alike + apart)"),
    Fault("per_arm", "math.ceil", "math.floor"),
)

FOUND = fits(LAUNCHES[4].drawn(np.random.default_rng(1), 20_000, 4000), "tap")
SEEN = past(FOUND.table, 4000)
NOW = {n_ms: predict(FOUND, n_ms).shares["tap"] for n_ms in (4000, 7000, 10_000)}
BEST = FOUND.within()[0]


def check_next(m):
    # what a family expects: its curve to the end of the data and beyond, the others' hazards, then their rates
    course = m._course(FOUND, BEST, SEEN, 8000)
    predicted = next(one for one in predict(FOUND, 8000).families if one.family == BEST.family)
    near(course.share(8000), predicted.shares["tap"].value, 4e-3)
    near(
        course.share(8000) + sum(predicted.shares[other].value for other in CAUSES[1:]) + course.left(8000),
        1,
        6e-3,
    )
    near(course.others[7999], SEEN.rates[1] + SEEN.rates[2], 1e-15)
    assert np.allclose(course.others[:4000], SEEN.hazards[1:].sum(axis=0))
    assert course.there[0] == 1.0
    near(
        course.there[7999] - course.left(8000),
        course.there[7999] * (course.hazard[7999] + course.others[7999]),
        1e-12,
    )
    shares = np.cumsum(course.there * course.hazard)
    near(course.share(4000), shares[3999], 1e-12)
    chosen = m._chosen(FOUND, BEST, SEEN, 0.05)
    longer = m._course(FOUND, BEST, SEEN, 12_000)
    assert longer.share(chosen) >= 0.95 * longer.share(12_000) > longer.share(chosen - 1)
    assert m._chosen(FOUND, BEST, SEEN, 0.9) == 4000
    assert [m._round(4001.0, 500), m._round(4000.0, 500), m._round(7.2, 1)] == [4500, 4000, 8]
    quick = LAUNCHES[4].drawn(np.random.default_rng(1), 4000, 4000)
    content = m.next_durations(
        fits(RiskTable(CAUSES, quick.events[:, ::16].copy(), quick.censored[::16].copy()), "tap"), within=0.9
    )
    assert code(content) == "long_enough"
    all_gone = RiskTable.from_rows(CAUSES, [(100 + 3 * k, "tap", 1) for k in range(200)], 60_000)
    assert code(m.next_durations(fits(all_gone, "tap"))) == "long_enough"
    few = RiskTable.from_rows(("tap",), [(3, "tap", 5), (50, None, 9)], 50)
    assert code(m.next_durations(fits(few, "tap"))) == "too_few_endings"
    for name, wrong in (("within", 1.0), ("matters", 0.0)):
        with pytest.raises(ValueError, match=f"^`{name}`"):
            m.next_durations(FOUND, **{name: wrong})
    plan = m.next_durations(FOUND)
    assert (plan.target_ms, [one.n_ms for one in plan.tests]) == (10_000, [7000, 10_000])
    assert plan.now == NOW[10_000]
    now = plan.now.interval.high - plan.now.interval.low
    for one in plan.tests:
        assert one.taps == NOW[one.n_ms]
        near(one.reduction, 1 - one.width / now, 1e-12)
        assert one.per_arm == per_arm(NOW[4000].value, 1.05 * NOW[4000].value, 0.025)
    # at the target itself, the sampling error of one share; 3 launches drawn at 7 s came to .0211, .0218, .0223
    value = m._course(FOUND, BEST, SEEN, 10_000).share(10_000)
    near(plan.tests[1].width, 2 * 1.959964 * np.sqrt(value * (1 - value) / 20_000), 1e-7)
    near(plan.tests[0].width, 0.02181347, 1e-6)
    # as if the present arm were shown as long as now: about the width of now, by the best family's world
    assert 0.5 < m._expected(FOUND, longer, SEEN, 4000, 10_000) / now < 1.5
    short = m.next_durations(fits(small(seed=4, n=1500), "tap"))
    assert 300 < short.tests[0].n_ms <= short.tests[-1].n_ms < 900


NEXT_FAULTS = (
    Fault("next_durations", "0 < within < 1", "0 < within < 2"),
    Fault("next_durations", "matters <= 0", "matters < 0"),
    Fault("next_durations", "== gone", "== -1"),
    Fault("next_durations", "max(_chosen", "min(_chosen"),
    Fault("next_durations", "1 + matters) if", "1 + 2 * matters) if"),
    Fault("next_durations", "1 - bonferroni_level(alpha, len(planned))", "alpha"),
    Fault("next_durations", "1 - width / width_now", "width / width_now"),
    Fault("next_durations", "NextDurations(target, now.shares", "NextDurations(target, share.shares"),
    Fault("_Course.share", "[:n_ms]", "[: n_ms + 1]"),
    Fault("_Course.left", "1 - self.hazard[n_ms - 1]", "1"),
    Fault("_course", "np.delete(seen.rates, row).sum()", "seen.rates.sum()"),
    Fault("_course", "others[: seen.end] =", "others[:0] = 0 *"),
    Fault("_course", "1 - hazard - others", "1 - hazard"),
    Fault("_chosen", "(1 - within) * shares[-1]", "within * shares[-1]"),
    Fault("_planned", "_NEARLY * min(widths.values())", "9 * min(widths.values())"),
    Fault("_planned", "(seen.end + longest) / 2", "seen.end + longest"),
    Fault("_round", "math.ceil", "math.floor"),
    Fault("_expected", "2 * chance", "chance"),
    Fault("_expected", "n * there)", "0.0)"),
    Fault("_expected", "course.share(n_ms) + there * value", "there * value * 0"),
    Fault("_expected", "max(ends) - min(ends)", "max(ends)"),
    Fault("_expected", "units * course.others[part]", "0 * course.others[part]"),
    Fault("_width", "share.interval.high - share.interval.low", "share.interval.high"),
)

SUITES = {
    "stats/power.py": (check_power, POWER_FAULTS),
    "stats/cure/next_durations.py": (check_next, NEXT_FAULTS),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
