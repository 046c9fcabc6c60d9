"""Faults planted where rows are read from memory: generated columns must notice every one."""

from pathlib import Path

import pytest

import analysis.steps.held
from tests.analysis.steps.test_held import check
from tests.faults.planting import Fault, is_caught, load

SOURCE = Path(analysis.steps.held.__file__)
FAULTS = (
    Fault("HeldRows.of", "min(begin + size, last)", "begin + size"),
    Fault("HeldRows.of", "range(first, last, size)", "range(first, last - 1, size)"),
    Fault("HeldRows.of", "begin + chosen", "chosen"),
    Fault("HeldRows.of", "held.moments[cut], lookup.rows", "held.moments[cut], lookup.start"),
    Fault("HeldRows.of", "*lookup.start", "*lookup.rows"),
    Fault("HeldRows.of", "marks.take(codes[rows])", "codes[rows]"),
    Fault("Held.rows", '(part["first"], part["last"])', '(part["first"], part["last"] - 1)'),
    Fault("HeldRows._tables", "masks > 0", "masks >= 0"),
    Fault("HeldRows._tables", "taken[0] = self.held.events.whole", "taken[0] = True"),
    Fault("HeldRows._tables", "[0, *(self.lookup", "[1, *(self.lookup"),
    Fault("HeldRows._tables", "[True, *(name", "[False, *(name"),
    Fault("HeldRows._tables", "name not in background", "name in self.lookup.masks"),
    Fault("HeldRows._tables", "np.min_scalar_type(max(numbers))", "np.uint8"),
    Fault("HeldRows._marks", "enumerate(self.known, 1)", "enumerate(self.known)"),
    Fault("HeldRows._marks", "places.get(name, 0)", "places.get(name, 1)"),
    Fault("HeldRows._marks", "[0, *(places", "[*(places"),
    Fault("_chosen", "since is None and until is None", "since is None"),
    Fault("_chosen", "moments >= since", "moments > since"),
    Fault("_chosen", "moments <= until", "moments < until"),
    Fault("_only_between", "moments < since", "moments <= since"),
    Fault("_only_between", "moments >= until", "moments > until"),
    Fault("_only_between", "~steps.dtype.type(1)", "steps.dtype.type(0)"),
    Fault("_only_between", "since is not None or until is not None", "since is not None"),
)


def checked(module) -> None:
    for seed in range(400):
        check(seed, module)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, tmp_path):
    assert is_caught(SOURCE, fault, checked, tmp_path)


def test_the_untouched_module_passes(tmp_path):
    checked(load(SOURCE, tmp_path))
