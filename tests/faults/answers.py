"""How the lists of known answers compare, and the two tests that every list of faults owes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

import experiments
from experiments.stats.effects import Effect, Estimate, NoEffect
from tests.faults.planting import Fault, is_caught, load

HERE = Path(experiments.__file__).parent
Check = Callable[[ModuleType], object]


def near(found: float, expected: float, within: float = 1e-6) -> None:
    """Equal but for rounding."""
    assert abs(found - expected) <= within, (found, expected)


def ends(found: Effect | Estimate, low: float, high: float, within: float = 1e-4) -> None:
    """Both ends of an interval."""
    near(found.interval.low, low, within)
    near(found.interval.high, high, within)


def code(found: object) -> str:
    """The code of a "cannot say"."""
    assert isinstance(found, NoEffect)
    return found.code


def refuses(calls: Iterable[Callable[[], object]]) -> None:
    """Each call ends in a sentence of the house grammar."""
    for call in calls:
        with pytest.raises(ValueError, match=r"^`|read-only"):
            call()


def stories_of(suites: Mapping[str, tuple[Check, Sequence[Fault]]]) -> tuple[Callable, Callable]:
    """Two tests over a file -> (check, faults) list: the untouched file passes, every fault is caught."""

    @pytest.mark.parametrize("file", suites)
    def untouched(file, tmp_path):
        check, faults = suites[file]
        assert len(faults) >= 10
        check(load(HERE / file, tmp_path))

    @pytest.mark.parametrize(
        ("file", "fault"),
        [(file, fault) for file, (_, faults) in suites.items() for fault in faults],
        ids=str,
    )
    def caught(file, fault, tmp_path):
        assert is_caught(HERE / file, fault, suites[file][0], tmp_path)

    return untouched, caught
