"""Faults planted in the search for silent days: chances by hand must notice every one."""

import math

from tests.faults.answers import near, stories_of
from tests.faults.planting import Fault


def raises(make):
    try:
        make()
    except ValueError:
        return True
    return False


def check_silence(m):
    def days(hits, units=150):
        return {
            key: {day: m.Watched(units, n, n == 0) for day, n in enumerate(own)} for key, own in hits.items()
        }

    quiet = [15] * 5 + [0, 0] + [9] * 3
    (found,) = m.silences(days({"a": quiet, "b": quiet}))
    near(found.p_value, (1 - 0.5 * 9 / 150) ** 600 * 30, 1e-15)
    near(found.expected, 600 * 0.03, 1e-9)
    assert (found.first, found.last, found.units, found.arm) == (5, 6, 600, None)
    (late,) = m.silences(days({"a": [15] * 5 + [0, 0] + [20] * 3}), looked=4)
    near(late.p_value, (1 - 0.5 * 15 / 150) ** 300 * 10 * 2 * 4, 1e-12)
    (own,) = m.silences(days({"a": [12] * 10, "b": [15] * 4 + [0, 0, 0] + [15] * 3}))
    near(own.p_value, (1 - 0.5 * 12 / 150) ** 450 * 30, 1e-12)
    assert (own.arm, own.units) == ("b", 450)
    assert m.silences(days({"a": [15] * 10, "none": [0] * 10})) == ()
    assert m.silences(days({"a": [0] * 10})) == ()
    assert m.silences(days({"a": [60, 0] * 4 + [60]})) == ()
    assert len(m.silences(days({"a": [60, 0, 60, 0, 60, 0, 60]}))) == 3
    assert m.silences(days({"a": [2, 1, 0, 1]}, 8)) == ()
    some, none, nobody = m.Watched(150, 30, False), m.Watched(150, 0, True), m.Watched(0, 0, True)
    gap = {"a": {0: some, 1: nobody, 2: none, 3: some}}
    (one,) = m.silences(gap)
    assert (one.first, one.last) == (2, 2)
    empty = dict.fromkeys(range(14), some) | {3: none, 10: nobody}
    assert len(m.silences({"a": empty})) == 1
    fading = [60] * 8 + [20, 12, 6, 0]
    assert m.silences(days({"a": fading}, 150)) == ()
    rising = [0, 6, 12, 20] + [60] * 8
    assert m.silences(days({"a": rising}, 150)) == ()
    assert m.silences(days({"a": [30] * 6 + [0] + [30] * 6 + [0] + [30] * 3})) == ()
    near(m.at_least_active(4, 0.5, 4 * 0.25), 2.0, 1e-12)
    assert m.at_least_active(4, 0.0, 0.0) == 0.0
    assert m.at_least_active(3, -2.0, 0.0) == 3.0
    assert raises(lambda: m.Watched(2, 3, False))
    assert raises(lambda: m.Watched(2, -1, False))
    assert raises(lambda: m.silences({}, alpha=0.0))
    assert math.isnan(m._share([]))


SILENCE = (
    Fault("silences", "(len(days) + 1) * looked", "len(days) * looked"),
    Fault("silences", "(len(days) + 1) * looked", "(len(days) + 1)"),
    Fault("silences", "max(len(every), 1)", "1"),
    Fault("silences", "if key != arm", "if key == arm"),
    Fault("silences", "one.p_value < alpha", "True"),
    Fault("silences", "len(told) <= MOST_STRETCHES", "True"),
    Fault("silences", "len(told) <= MOST_STRETCHES", "len(told) < MOST_STRETCHES"),
    Fault("_stretches", "silent and open_run", "False"),
    Fault("_judged", "day < stretch[0]", "day <= stretch[0]"),
    Fault("_judged", "day > stretch[-1]", "day >= stretch[0]"),
    Fault("_judged", "before[-_NEAR:]", "before[:_NEAR]"),
    Fault("_judged", "after[:_NEAR]", "after"),
    Fault("_stretches", "{day - 7, day + 7} & hushed", "set()"),
    Fault("_stretches", "own[day].units and own[day].silent", "own[day].silent"),
    Fault("_sum", "all(one.silent", "any(one.silent"),
    Fault("_judged", "min(*around, at_most, 1.0)", "min(*around, 1.0)"),
    Fault("_judged", "min(*around, at_most, 1.0)", "min(max(around), at_most)"),
    Fault("_judged", "_KEPT * min", "min"),
    Fault("_judged", "* many, 1.0)", ", 1.0)"),
    Fault("at_least_active", "deviations / n / mean / mean", "deviations / mean / mean"),
    Fault("at_least_active", "min(n / (1 + spread), float(n))", "float(n)"),
    Fault("", "0 <= self.active <= self.units", "self.active <= self.units"),
    Fault("", "0 <= self.active <= self.units", "0 <= self.active"),
)

test_untouched, test_every_fault_is_caught = stories_of({"stats/silence.py": (check_silence, SILENCE)})
