"""Faults planted where units are copied once per value: generated logs must notice every one."""

from pathlib import Path

import pytest

import analysis.steps.splitting
from tests.analysis.steps.test_splitting import RARE, check, split_case
from tests.faults.planting import Fault, is_caught, load

SOURCE = Path(analysis.steps.splitting.__file__)
FAULTS = (
    Fault("Whole.feed", "self._kept = [whole.part(slice(cut, None))]", "self._kept = []"),
    Fault("Splitter.copies", "append=len(whole.keys)", "append=len(whole.keys) - 1"),
    Fault("Splitter.copies", "int(whole.values.max()) + 1", "int(whole.values.max())"),
    Fault("Splitter.told", "one.reach >= (self._step or 1)", "one.reach >= 1"),
    Fault("Splitter.told", "one.reach >= (self._step or 1)", "one.reach > (self._step or 1)"),
    Fault("Splitter.told", "owners[one.key]", "one.key"),
    Fault("Splitter._copied", "found.values != wanted", "found.values < wanted"),
    Fault("Splitter._copied", "1 << (self._step - 1)", "1 << self._step"),
    Fault("Splitter._copied", "(1 << n) - 1 if self._step is None", "1 if self._step is None"),
    Fault("Splitter._copied", "~other | (found.values == MISSING)", "~other"),
    Fault("Splitter._copied", "~other | (found.values == MISSING)", "found.values == found.values"),
    Fault("Splitter._copied", "extra & ((1 << n) - 1)", "extra * 0"),
    Fault("Splitter._copied", "self._copies += len(owners)", "self._copies += len(owners) - 1"),
    Fault("Splitter._copied", 'if self._rules.order == "strict":', "if False:"),
    Fault("Splitter._copied", "(masks | extra) != 0", "masks != 0"),
    Fault("Splitter._serving", 'if self._rules.order == "unordered"', "if False"),
    Fault("Splitter._serving", "if not self._rules.first_only or", "if True or"),
    Fault("Splitter._serving", "not bits & starting", "False"),
    Fault("Splitter._first_starts", "whole.moments >= since", "whole.moments > since"),
    Fault("Splitter._first_starts", "whole.moments > np.minimum", "whole.moments >= np.minimum"),
    Fault("Splitter._first_starts", "able &= whole.codes >= 0", "pass"),
    Fault("Splitter._first_starts", "able &= whole.moments == earliest", "able = whole.moments == earliest"),
    Fault("_own", "pairs[place] == mine", "pairs[place] >= mine"),
    Fault("_own", "np.flatnonzero(whole.extra)", "np.flatnonzero(whole.extra > 1)"),
    Fault("_own", "since[unit], np.diff", "since[unit * 0], np.diff"),
    Fault("_own", " != (pairs % wide)[theirs]", " >= (pairs % wide)[theirs]"),
    Fault("_own", "np.lexsort((rows, copy))", "np.argsort(copy)[::-1]"),
    Fault("_repeated", "np.cumsum(sizes) - sizes", "np.cumsum(sizes) * 0"),
    Fault("_some", "chances=None if units.chances is None else units.chances[kept]", "chances=units.chances"),
)


def checked(module) -> None:
    for case in RARE:
        check(case, module)
    for seed in range(2500):
        check(split_case(seed), module)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, tmp_path):
    assert is_caught(SOURCE, fault, checked, tmp_path)


def test_the_untouched_module_passes(tmp_path):
    checked(load(SOURCE, tmp_path))
