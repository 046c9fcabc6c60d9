"""Faults planted in the walks for other orders, optional steps and chains: the reference must notice every one."""

from pathlib import Path

import pytest

from experiments.walk import distinct, general, strict, unordered, whole
from experiments.walk.whole import WalkOfWholes
from tests.experiments.option_cases import RARE_ORDERS, check_hopes, check_options, option_case
from tests.faults.planting import Fault, is_caught, load
from tests.faults.uncompiled import UNCOMPILED, patience

PATIENCE_S, CASES = 60, 3000

STRICT = (
    Fault("walk", "ties = True\n                break", "pass"),
    Fault("walk", "if mask == 0:", "if False:"),
    Fault("walk", "start[level] = NEVER\n                top = 0", "pass\n                top = 0"),
    Fault("walk", "range(min(top + 1, n), 1, -1)", "range(2, min(top + 1, n) + 1)"),
    Fault("walk", "range(min(top + 1, n), 1, -1)", "range(min(top, n), 1, -1)"),
    Fault("walk", "began > start[level] and", "began != NEVER and"),
    Fault("walk", "now - began <= within", "now - began < within"),
    Fault("walk", " and now - began <= within", ""),
    Fault("walk", "if level > reach:", "if level >= reach:"),
    Fault("walk", "mask & 1 and since <= now < to", "mask & 1"),
    Fault("walk", "since <= now < to", "since <= now <= to"),
    Fault("walk", "if first < 0:", "if True:"),
    Fault("walk", "alive = max(alive, start[level])", "alive = start[level]"),
    Fault("walk", "highest = max(highest, int(start[1] != NEVER))", "pass"),
)  # fmt: skip
DISTINCT = (
    Fault("walk", "now < since", "now <= since"),
    Fault("walk", "if mask & (mask - 1):", "if False:"),
    Fault("walk", "if now < to:", "if now <= to:"),
    Fault("walk", "oldest = 0, now - within", "oldest = 0, now - within + 1"),
    Fault("walk", "many > levels and latest >= oldest", "many > levels"),
    Fault("walk", "many > levels and", "many >= levels and"),
    Fault("walk", "while end + 1 < i and moments[end + 1] == moments[end]:", "while False:"),
    Fault("walk", "while moments[at] >= to or masks[at] & steps == 0:", "while masks[at] & steps == 0:"),
    Fault("walk", "while at > begin and moments[at - 1] == moments[at]:", "while False:"),
    Fault("walk", "last[:] = -FAR\n        while", "pass\n        while"),
    Fault("walk", "if first < 0:", "if True:"),
    Fault("walk", "= key, levels, latest", "= key, levels, moments[end]"),
    Fault("walk", "left[i] = True", "pass"),
)  # fmt: skip
UNORDERED = (
    Fault("_enter", "times[step] < times[oldest]", "times[step] > times[oldest]"),
    Fault("_enter", "others = masks[step] & ~seen", "others = 0 * masks[step]"),
    Fault("_fits", "others = masks[step] & ~seen", "others = 0 * masks[step]"),
    Fault("_earliest", "found < levels and _fits(n, use[row], owner, masks, work)", "found < levels"),
    Fault("_earliest", "& ~taken & ~(1 << step)", "& ~taken"),
    Fault("_best_window", "and now >= first", ""),
    Fault("_best_window", "when[step] >= low:\n                    levels", "when[step] > low:\n                    levels"),
    Fault("_best_window", "min(last, moments[wall] - within - 1)", "last"),
    Fault("_best_window", "min(last, moments[wall] - within - 1)", "min(last, moments[wall] - within)"),
    Fault("_best_window", "bound and levels < n", "bound"),
    Fault("_best_window", "cleared = after", "pass"),
    Fault("_best_window", "owner[:] = -1\n            cleared", "pass\n            cleared"),
    Fault("_best_window", "min(start, latest)", "start"),
    Fault("_best_window", "elif barred and bound:", "elif barred:"),
    Fault("_next_wall", "codes[after] < 0 or ", ""),
    Fault("_next_wall", "if barred and not mine:", "if barred:"),
    Fault("_last_chances", "if moments[row] <= last:", "if True:"),
    Fault("_last_chances", "low = wall + 1", "break; low = wall + 1"),
    Fault("_last_chances", "if not (past >> step) & 1:", "if True:"),
    Fault("_last_chances", "start + within - 1", "start + within"),
    Fault("_last_chances", "start = min(start, latest)", "pass"),
    Fault("_better", "times[0] > best[0, 0]", "times[0] < best[0, 0]"),
    Fault("solve", "last = moments[opening]", "last = last"),
    Fault("solve", "levels < whole", "levels > whole"),
    Fault("_next_attempt", "moments[high] - moments[row] <= rule[WITHIN]", "moments[high] - moments[row] < rule[WITHIN]"),
    Fault("walk", "free[begin + best[1, level]] = 0", "free[begin] = 0"),
    Fault("walk", "excluded += levels < 0", "pass"),
    Fault("_write", "chances[:levels] = NEVER", "pass"),
)  # fmt: skip
GENERAL = (
    Fault("_timeline", " or beside[row] & between[level]", ""),
    Fault("_attach", "chances[after - 1] - optional[o, GAP]", "chances[after - 1]"),
    Fault("_attach", "since + optional[o, WINDOW]", "FAR"),
    Fault("_attach", "max(optional[o, GAP], rule[INCREASING])", "optional[o, GAP]"),
    Fault("_attach", "max(optional[o, GAP], rule[INCREASING])", "rule[INCREASING]"),
    Fault("_attach", "best[0, after] - rule[INCREASING]", "best[0, after]"),
    Fault("_attach", "high = min(high, best", "high = max(high, best"),
    Fault("_attach", "free = free and best[1, step] != row", "pass"),
    Fault("_attach", "free = free and rows[other] != row", "pass"),
    Fault("_attach", "if rule[STRICT] and not (", "if rule[STRICT] and ("),
    Fault("_attach", "exclusions[e, 0] <= after < exclusions[e, 1]", "exclusions[e, 0] < after < exclusions[e, 1]"),
    Fault("_attach", "(beside[row] >> o) & 1", "beside[row]"),
    Fault("_next_attempt", "while row > begin and moments[row - 1] == moments[row]:", "while False:"),
    Fault("_next_attempt", "rule[FROM] <= moments[row] < rule[TO]", "True"),
    Fault("walk", "until = max(until, taken[0, o])", "pass"),
    Fault("walk", "free[row] = spare[row] = 0", "pass"),
    Fault("walk", "moments[row] <= until and (free[row] | spare[row]) != 0", "free[row] != 0"),
    Fault("walk", "moments[begin] < until", "moments[begin] <= until"),
)  # fmt: skip
MODULES = {
    "strict": (strict, STRICT),
    "distinct": (distinct, DISTINCT),
    "unordered": (unordered, UNORDERED),
    "general": (general, GENERAL),
}
KINDS = {
    "strict": ("strict",),
    "distinct": ("unordered",),
    "unordered": ("unordered",),
    "general": ("ordered", "strict"),
}


@pytest.fixture
def check(monkeypatch):
    """Every generated case of the orders that a module walks, on a planted copy of it."""

    def run(module, name: str) -> None:
        monkeypatch.setattr(whole, name, module)
        with patience(PATIENCE_S):
            check_hopes(WalkOfWholes)
            for case in RARE_ORDERS:
                check_options(WalkOfWholes, case)
            for seed in range(CASES):
                check_options(WalkOfWholes, option_case(seed, KINDS[name]))

    return run


@pytest.mark.parametrize("name", MODULES)
def test_the_untouched_module_passes(name, check, tmp_path):
    check(load(Path(MODULES[name][0].__file__), tmp_path, rewrites=UNCOMPILED), name)


@pytest.mark.parametrize(
    ("name", "fault"), [(name, fault) for name, (_, faults) in MODULES.items() for fault in faults], ids=str
)
def test_every_fault_is_caught(name, fault, check, tmp_path):
    source = Path(MODULES[name][0].__file__)
    assert is_caught(source, fault, lambda module: check(module, name), tmp_path, rewrites=UNCOMPILED)
