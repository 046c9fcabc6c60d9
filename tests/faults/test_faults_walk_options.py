"""Faults planted in the walk with options, one at a time: the reference must notice every one."""

from pathlib import Path

import pytest

import experiments.walk.general
from experiments.walk import whole
from experiments.walk.whole import WalkOfWholes
from tests.experiments.option_cases import RARE, RARE_ORDERS, check_options, option_case
from tests.faults.planting import Fault, is_caught, load
from tests.faults.uncompiled import UNCOMPILED, patience

SOURCE = Path(experiments.walk.general.__file__)
PATIENCE_S, CASES = 20, 5000

FAULTS = (
    # which rows may serve
    Fault("usable", "hold and codes[i] < 0", "hold and codes[i] < -1"),
    Fault("usable", "past, now = past | now, 0", "past, now = past, 0"),
    Fault("usable", "now |= extra[i] & steps", "past |= extra[i] & steps"),
    # rows of one instant
    Fault("_matched", "asked[row - begin] = 1", "asked[row - begin] = 0 * row + (depth > 0)"),
    Fault("_matched", "if owner < 0:", "if True:"),
    Fault("_furthest", "or tight[step] == 0", "or True"),
    Fault("_furthest", "step == level or ", ""),
    Fault("_earliest_rows", "use[mine[row]] = 0", "pass"),
    Fault("_earliest_rows", "            use[mine[row]] = kept\n", ""),
    Fault("_earliest_rows", "if possible:", "if True:"),
    # windows, gaps, starts
    Fault("_levels", "now - began <= within", "now - began < within"),
    Fault("_levels", "time[seen[level]] <= now - gaps[level]", "time[seen[level]] < now - gaps[level]"),
    Fault("_levels", "max(now - windows[level], low[g, level])", "low[g, level]"),
    Fault("_levels", "max(now - windows[level], low[g, level])", "now - windows[level]"),
    Fault("_levels", "time[queue[level, head[level]]] < oldest", "time[queue[level, head[level]]] <= oldest"),
    Fault("_levels", "first <= now <= last and ", ""),
    Fault("_levels", "and now <= cap", ""),
    Fault("_levels", "max(start[g, step], began)", "began"),
    Fault("_levels", "tail[level] -= 1", "head[level] = tail[level] - 1; break"),
    # the chain
    Fault("_chain", ">= gaps[level]:\n                    right", "> gaps[level]:\n                    right"),
    Fault("_chain", "time[to] - time[g] <= windows[level] and ", ""),
    Fault("_chain", " and low[to, level] <= time[g]", ""),
    Fault("_chain", "time[place[level - 1]] < gaps[level]", "time[place[level - 1]] <= gaps[level]"),
    # exclusions, strictness
    Fault("_timeline", "(ours or codes[row] < 0)", "True"),
    Fault("_timeline", "(ours or codes[row] < 0)", "ours"),
    Fault("_timeline", "range(exclusions[e, 0], exclusions[e, 1])", "range(exclusions[e, 0], exclusions[e, 0] + 1)"),
    Fault("_timeline", "if rule[STRICT]:", "if False:"),
    Fault("_timeline", "if not (ours and", "if not (True and"),
    Fault("_timeline", "if not (ours and ((masks[row] >> (level - 1)) & 1 or beside[row] & between[level]))", "if True"),
    Fault("_timeline", "(not hold or codes[after] == code)", "True"),
    Fault("_cut_off", '"right"', '"left"'),
    Fault("_cut_off", "exclusions[e, 0] <= reach < exclusions[e, 1]", "exclusions[e, 0] < reach < exclusions[e, 1]"),
    Fault("_cut_off", "codes[row] < 0 or", ""),
    # which chain, what may still come
    Fault("_better", "times[0] > best[0, 0]", "times[0] < best[0, 0]"),
    Fault("_better", "times[reach - 1] < best", "times[reach - 1] > best"),
    Fault("_last_chances", "or time[g] < low[count, level]", ""),
    Fault("_last_chances", "or (past >> level) & 1", ""),
    Fault("_last_chances", "if time[g] + shortest + more > end:", "if False:"),
    Fault("_last_chances", "end - more) - 1", "end - more)"),
    Fault("solve", "first = last = moments[i]", "first = moments[i]"),
    Fault("solve", "np.searchsorted(moments, moments[i])", "i"),
    Fault("solve", "cut <= began + within", "cut < began + within"),
    Fault("solve", "cut - within - 1", "cut - within"),
    Fault("solve", "not chosen or ", "not chosen or held.shape[0] > 1 or "),
    Fault("walk", "(free[row] | spare[row]) != 0 and masks[row] >> n", "masks[row] >> n"),
    Fault("walk", "excluded += reach < 0", "excluded += 2 * (reach < 0)"),
)  # fmt: skip


@pytest.fixture
def check(monkeypatch):
    """Every generated case, on a planted kernel."""

    def run(module) -> None:
        monkeypatch.setattr(whole, "general", module)
        with patience(PATIENCE_S):
            for case in (*RARE, *RARE_ORDERS):
                check_options(WalkOfWholes, case)
            for seed in range(CASES):
                check_options(WalkOfWholes, option_case(seed, ("ordered", "strict")))

    return run


def test_the_untouched_kernel_passes(check, tmp_path):
    check(load(SOURCE, tmp_path, rewrites=UNCOMPILED))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, check, tmp_path):
    assert is_caught(SOURCE, fault, check, tmp_path, rewrites=UNCOMPILED)
