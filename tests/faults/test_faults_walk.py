"""Faults planted in the walk's kernel, one at a time: the checks of the walk must notice every one."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings

import experiments.walk.kernel
from experiments.walk import OrderBroken, Walk, feeding
from tests.experiments.walk_cases import Case, cases, check_case, log, walked
from tests.faults.planting import Fault, is_caught, load
from tests.faults.uncompiled import UNCOMPILED, patience

SOURCE = Path(experiments.walk.kernel.__file__)
PATIENCE_S, PATIENCE_CALLS = 15, 50_000

FAULTS = (
    # the window
    Fault("walk", "time - within)", "time - within + 1)"),
    Fault("walk", "max(start[step + 1] + 1, time - within)", "start[step + 1] + 1"),
    Fault("_extend_by_many", "now - start[level] > within", "now - start[level] >= within"),
    Fault("_extend_by_many", " or now - start[level] > within", ""),
    # which chain is chosen
    Fault("walk", "max(start[step + 1] + 1, time - within)", "max(NEVER + 1, time - within)"),
    Fault("walk", "= began, slot[step + 1], mine", "= time, slot[step + 1], mine"),
    Fault("_extend_by_many", "start[level] <= start[level + 1] or", "start[level] == NEVER or"),
    Fault("_extend_by_many", "range(n - 1, -1, -1)", "range(n)"),
    Fault("_extend_by_many", "start[step + 1] = start[level]", "start[step + 1] = now"),
    Fault("_extend_by_many", "slot[level], slot[target] = slot[target], slot[level]", "pass"),
    Fault("_extend_by_many", "top = max(top, target)", "top = target"),
    Fault("walk", "= began, slot[step + 1], mine", "= began, mine, mine"),
    Fault("walk", "if step >= reach:", "if True:"),
    Fault("walk", "for done in range(reach):", "for done in range(step):"),
    # one row serves one step; ties
    Fault("_extend_by_many", "served[:], closed[:] = -1, -1, 0", "served[:], closed[:] = -1, -1, closed"),
    Fault("_augment", "or closed[row] or", "or"),
    Fault("_augment", "if served[row] >= 0:", "if False:"),
    Fault("_take_earliest", "if other < 0:", "if True:"),
    Fault("_take_earliest", "server[other], closed[row] = row, 0", "closed[row] = 0"),
    Fault("_take_earliest", "closed[server[step]] = 1", "pass"),
    Fault("_keep", "alike < n", "alike < 1"),
    Fault("walk", "moments[i + one] != time or", "True or"),
    Fault("walk", "if waiting == 0 and i + one", "if i + one"),
    Fault("walk", "i + one < count and", "i + one <= count and"),
    Fault("walk", "(waiting > 0 and moments[i] != instant)", "False"),
    Fault("walk", "left = mask & (mask - 1) != 0", "left = False"),
    Fault("walk", "step = _BIT[", "step = 0 * _BIT["),
    # units, batches, values
    Fault("walk", "time, mask = moments[i], masks[i] & steps", "time, mask = moments[i], masks[i]"),
    Fault(
        "walk",
        "reach, first, latest, first_mark, last_mark = 0, -1, -1, 0, 0",
        "first, latest, first_mark, last_mark = -1, -1, 0, 0",
    ),
    Fault("walk", "                start[:] = NEVER\n", ""),
    Fault("walk", "= reach, start[1]", "= reach, best[0, 0]"),
    Fault("walk", "                if first < 0:\n", "                if True:\n"),
    Fault("walk", "first, first_mark = latest, last_mark", "first, first_mark = latest, 1"),
    Fault("walk", "latest, last_mark = row, masks[i] >> n", "latest, last_mark = row, 1"),
    Fault("walk", "row = base + np.int64(i)", "row = np.int64(i)"),
    Fault("walk", "best[1, step] if step < reach else -1", "best[1, step]"),
    Fault("walk", "if units == out_key.shape[0]:", "if False:"),
    # order
    Fault("walk", "keys[i] < key or", "keys[i] < 0 or"),
    Fault("walk", "(not changed and moments[i] < time)", "False"),
    Fault(
        "walk", "    at[KEY], at[TIME], at[UNITS] = key, time, units", "    at[KEY], at[UNITS] = key, units"
    ),
)


@pytest.fixture
def check(monkeypatch):
    """Every check of the walk, run on a planted kernel."""

    def run(module) -> None:
        calls = itertools.count()

        def walk(*arguments):
            assert next(calls) < PATIENCE_CALLS, "the same unit ends again and again"
            return module.walk(*arguments)

        monkeypatch.setattr(feeding, "walk", walk)
        with patience(PATIENCE_S), np.errstate(all="ignore"):
            _stories()
            _order()
            _room()
            _property()

    return run


def test_the_untouched_kernel_passes(check, tmp_path):
    check(load(SOURCE, tmp_path, rewrites=UNCOMPILED))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, check, tmp_path):
    assert is_caught(SOURCE, fault, check, tmp_path, rewrites=UNCOMPILED)


def _stories() -> None:
    for n, within, text, cuts in (
        (3, 10, "a0 b1 a50 b51 c52", (3,)),
        (3, 10, "a0 a2 b5 c11", ()),
        (3, 10, "a0 b5 c10", ()),
        (3, 10, "a0 b5 c11", (1, 2)),
        (3, 10, "abc0 ab0 a0", (1,)),
        (3, 10, "abc0 bc0 a0", (2,)),
        (3, 10, "a0! b1 b1 c2! a4", (2, 4)),
    ):
        check_case(Walk, Case(n, within, {5: log(text), 6: log(text)}, cuts))
    many = walked(Walk, Case(3, 10, {1: log("a0 " * 30 + "b0 " * 30 + "c0")}, ()))[1]
    assert many.rows == (0, 30, 60)


def _order() -> None:
    for keys, times in (([1, 1], [5, 4]), ([2, 1], [0, 9]), ([1, 2, 1], [0, 0, 1])):
        for cut in range(len(keys)):
            assert _refused(keys, times, cut), (keys, times, cut)


def _refused(keys: list[int], times: list[int], cut: int) -> bool:
    walk = Walk(1, 10)
    try:
        for part in (slice(0, cut), slice(cut, None)):
            walk.feed(np.array(keys[part]), np.array(times[part]), np.zeros(len(keys[part]), np.int64))
    except OrderBroken:
        return True
    return False


def _room() -> None:
    # More units than one call has room for.
    keys = np.arange(3 * 10)
    before = feeding._ROOM
    feeding._ROOM = 4
    try:
        found = Walk(1, 10).feed(keys, keys, np.ones(30, np.int64))
    finally:
        feeding._ROOM = before
    assert np.array_equal(np.concatenate([part.key for part in found]), np.arange(29))


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)
@given(cases())
def _property(case: Case) -> None:
    check_case(Walk, case)
