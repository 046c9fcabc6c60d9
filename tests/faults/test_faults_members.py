"""Faults planted in the choice of who stands on a list, each of which must be noticed."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest

from analysis.members import choosing
from analysis.steps import NEVER, Walked
from tests.faults.planting import Fault, is_caught, load

SOURCE = Path(choosing.__file__)
# of five units: two got everywhere, one to step 2 and may go on, one to step 2 for good, one only entered and may go on
REACH = np.array([3, 3, 2, 2, 1])
TIMES = np.array([[10, 20, 30], [11, 21, 31], [12, 22, NEVER], [13, 23, NEVER], [14, NEVER, NEVER]])
GROWING = np.array([True, False, True, False, True])


def walked(**more: object) -> Walked:
    usual = {
        "reach": REACH, "times": TIMES, "growing": GROWING, "grows_to": np.array([3, 3, 3, 3, 3]),
        "values": pa.array(["old", "new", "new", None, "rare"]), "keys": pa.array(list("abcde")), "without_unit": 0,
        "not_numbers": (), "observed_until": None, "data_version": "1", "synthetic": False, "sql": "", "excluded_units": 0,
    }  # fmt: skip
    return Walked(**{**usual, **more})


def check(module: ModuleType) -> None:
    def places(walk: Walked, step: int) -> list[list[int]]:
        return [np.flatnonzero(part).tolist() for part in module.by_outcome(walk, step).values()]

    assert list(module.by_outcome(walked(), 2)) == ["reached", "dropped", "maturing"]
    assert places(walked(), 3) == [[0, 1], [3], [2]]
    assert places(walked(), 2) == [[0, 1, 2, 3], [], [4]]
    assert places(walked(), 1) == [[0, 1, 2, 3, 4], [], []]
    skipped = TIMES.copy()
    skipped[0, 1] = NEVER
    still = np.array([[False] * 3, [False] * 3, [False, False, True], [False] * 3, [False, True, True]])
    optional = walked(times=skipped, optional=frozenset({2}), open_steps=still)
    assert places(optional, 2) == [[1, 2, 3], [0], [4]]
    assert places(optional, 3) == [[0, 1], [3], [2, 4]]
    units = np.array([4, 2, 0])
    reach, last = module.furthest(walked(), units)
    assert (reach.tolist(), last.tolist()) == ([1, 2, 3], [14, 22, 30])
    last_was_optional = walked(optional=frozenset({2}), reach=np.array([3, 3, 1, 1, 1]))
    reach, last = module.furthest(last_was_optional, units)
    assert (reach.tolist(), last.tolist()) == ([1, 2, 3], [14, 22, 30])

    # the design of the first unit has no step 3, that of the third no step 2
    lacking = walked(
        lacks=np.array([[False, False, True], [False] * 3, [False, True, False], [False] * 3, [False] * 3])
    )
    assert places(lacking, 3) == [[1], [3], [2]]
    assert places(lacking, 2) == [[0, 1, 3], [], [4]]
    reach, last = module.furthest(lacking, units)
    assert (reach.tolist(), last.tolist()) == ([1, 1, 2], [14, 12, 20])

    def grouped(*group: str | None) -> list[int]:
        return np.flatnonzero(module.in_group(walked(), group, 1)).tolist()

    assert [grouped("new"), grouped(None), grouped("$other")] == [[1, 2], [3], [0, 4]]
    with pytest.raises(
        ValueError, match=r"`group` is 'old'; must be one of the groups \('new', no value, '\$other'\)"
    ):
        grouped("old")


FAULTS = (
    Fault("by_outcome", "walked.reached(walked.before(step))", "walked.reached(step - 1)"),
    Fault("by_outcome", "walked.reached(walked.before(step)) & ", ""),
    Fault("by_outcome", " & ~reached\n", "\n"),
    Fault("by_outcome", "walked.reached(step) & walked.has(step)", "walked.reached(step)"),
    Fault("by_outcome", "walked.has(step) & ~reached", "~reached"),
    Fault("by_outcome", "short & walked.maturing(step)", "walked.maturing(step)"),
    Fault("by_outcome", "short & walked.maturing(step)", "short & walked.growing"),
    Fault("by_outcome", "short & ~maturing", "short"),
    Fault("by_outcome", "walked.before(step)", "max(step - 1, 1)"),
    Fault("in_group", "top)", "top + 1)"),
    Fault("in_group", "found.labels.index(group)\n", "found.labels.index(found.labels[0])\n"),
    Fault("in_group", "if group not in found.labels:", "if False:"),
    Fault("furthest", "if walked.optional or walked.lacks is not None:", "if False:"),
    Fault("furthest", "walked.optional or ", ""),
    Fault("furthest", "(times != NEVER) & ~walked.lacks[units]", "times != NEVER"),
    Fault("furthest", "times.shape[1] - np.argmax", "np.argmax"),
    Fault("furthest", "[:, ::-1]", ""),
    Fault("furthest", "reach - 1", "reach - 2"),
    Fault("furthest", "walked.reach[units]", "walked.reach"),
    Fault("_told", '"no value" if value is None else repr(value)', "repr(value)"),
)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault: Fault, tmp_path: Path) -> None:
    assert is_caught(SOURCE, fault, check, tmp_path)


def test_the_untouched_module_passes(tmp_path: Path) -> None:
    check(load(SOURCE, tmp_path))
