"""Who of the walked units stands on a list: by outcome at a step, and by group of the breakdown."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.steps import NEVER, Walked
from analysis.steps.grouping import grouped

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Outcome = Literal["reached", "dropped", "maturing"]
OUTCOMES: tuple[Outcome, ...] = ("reached", "dropped", "maturing")


def by_outcome(walked: Walked, step: int) -> dict[Outcome, Bools]:
    """Part the units that got to the required step before, and whose design has this one, into three.

    Args:
        walked: The walk.
        step: The step, from 1.

    Returns:
        For every unit, whether it reached the step; whether it did not and no chain of it still can; whether it did
        not and one still could after the end of observation.
    """
    reached = walked.reached(step) & walked.has(step)
    short: Bools = walked.reached(walked.before(step)) & walked.has(step) & ~reached
    maturing: Bools = short & walked.maturing(step)
    return {"reached": reached, "dropped": short & ~maturing, "maturing": maturing}


def in_group(walked: Walked, group: tuple[str | None, ...], top: int) -> Bools:
    """Which units stand in a group of the breakdown.

    Args:
        walked: The walk, with the values that it is split by.
        group: Its name as the funnel's answer has it: its values, None for what is missing, "$other" for the rest.
        top: How many values stand alone.

    Raises:
        ValueError: No unit stands in such a group.
    """
    found = grouped(walked.values, len(walked.reach), len(group), top)
    if group not in found.labels:
        known = ", ".join(_told(label) for label in found.labels) or "none"
        raise ValueError(f"`group` is {_told(group)}; must be one of the groups ({known}); name one of them.")
    mine: Bools = found.place == found.labels.index(group)
    return mine


def furthest(walked: Walked, units: Ints) -> tuple[Ints, Ints]:
    """How far units got, from 1, and when they reached that step, in microseconds.

    Args:
        walked: The walk.
        units: Their places in it.
    """
    reach, times = walked.reach[units], walked.times[units]
    if walked.optional or walked.lacks is not None:
        served = times != NEVER if walked.lacks is None else (times != NEVER) & ~walked.lacks[units]
        reach = times.shape[1] - np.argmax(served[:, ::-1], axis=1)
    return reach, times[np.arange(len(units)), reach - 1]


def _told(group: tuple[str | None, ...]) -> str:
    return " + ".join("no value" if value is None else repr(value) for value in group)
