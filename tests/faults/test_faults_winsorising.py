"""Caps from all arms together, one fault at a time: known answers must notice each."""

import numpy as np

from tests.faults.answers import code, near, refuses, stories_of
from tests.faults.planting import Fault


def check_winsorising(m):
    values = np.arange(101.0)[::-1] ** 2
    found = m.caps_of(values, 0.955, 0.105)
    near(found.high, (95**2 + 96**2) / 2, 1e-9)
    near(found.low, (10**2 + 11**2) / 2, 1e-9)
    assert m.caps_of(values) == m.Caps(None, 99.0**2)
    assert m.caps_of(values, None, 0.1) == m.Caps(100.0, None)
    assert found.applied(np.array([5000.0, 0.0, 9999.0])).tolist() == [5000.0, found.low, found.high]
    assert m.Caps(None, 2.0).applied(np.array([-9.0, 3.0])).tolist() == [-9.0, 2.0]
    assert m.Caps(2.0, None).applied(np.array([-9.0, 3.0])).tolist() == [2.0, 3.0]
    assert m.cap_ranks(101, 0.955, 0.105) == (1, 11, 12, 96, 97, 101)
    assert m.cap_ranks(101) == (1, 100, 101)
    assert m.cap_ranks(0) == ()
    assert m.cap_ranks(1) == (1,)
    assert m.caps_of(np.array([7.0])) == m.Caps(None, 7.0)
    assert code(m.caps_of(np.empty(0))) == "no_units"
    said = m.caps_of(np.concatenate([np.zeros(995), np.arange(1.0, 6.0)]))
    assert code(said) == "cap_levels_all_values"
    assert said.facts == (("value", 0.0),)
    assert m.caps_of(np.full(9, 3.0)) == m.Caps(None, 3.0)
    assert m.Caps(1.0, 1.0).low == 1
    refuses(
        (
            lambda: m.caps_of(np.array([1.0, np.nan])),
            lambda: m.caps_at({1: 1.0, 3: 2.0}, 3),
            lambda: m.cap_ranks(9, None, None),
            lambda: m.cap_ranks(9, 1.0),
            lambda: m.cap_ranks(9, None, 0.0),
            lambda: m.cap_ranks(9, 0.5, 0.5),
            lambda: m.Caps(2.0, 1.0),
            lambda: m.Caps(None, np.inf),
        )
    )


WINSORISING = (
    Fault("Caps.__post_init__", "self.low > self.high", "self.low >= self.high"),
    Fault("Caps.__post_init__", "not math.isfinite(value)", "False"),
    Fault("Caps.applied", "np.clip(values, low, high)", "np.clip(values, low, None)"),
    Fault("Caps.applied", "-math.inf if self.low is None", "0.0 if self.low is None"),
    Fault("cap_ranks", "{1, n}", "{n}"),
    Fault("cap_ranks", "min(left + 1, n)", "left + 1"),
    Fault("cap_ranks", "(lower, upper)", "(upper,)"),
    Fault("cap_ranks", "if n == 0:", "if n < 0:"),
    Fault("caps_at", "_at(values, n, lower)", "_at(values, n, upper)"),
    Fault("caps_at", "first < last and", ""),
    Fault("caps_at", "kept[0] == kept[1]", "False"),
    Fault("caps_at", "if missing:", "if False:"),
    Fault("caps_of", "np.sort(values)", "values"),
    Fault("caps_of", "rank - 1", "rank - 2"),
    Fault("_left", "(n - 1) * share", "n * share"),
    Fault("_at", "- (left - 1)", "- left"),
    Fault("_at", "below * (1 - part) + above * part", "below"),
    Fault("_require_shares", "lower >= upper", "lower > upper"),
    Fault("_require_shares", "0 < share < 1", "0 <= share <= 1"),
    Fault("_require_shares", "upper is None and lower is None", "False"),
)

SUITES = {"stats/winsorising.py": (check_winsorising, WINSORISING)}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
