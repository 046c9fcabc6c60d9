"""Who of the walked units stands on a list: by outcome at a step, and by group of the breakdown."""

from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.steps import Walked

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Outcome = Literal["reached", "dropped", "maturing"]
OUTCOMES: tuple[Outcome, ...] = ("reached", "dropped", "maturing")
REST = "$other"


def by_outcome(walked: Walked, step: int, before: int) -> dict[Outcome, Bools]:
    """Part the units that got to the step before into three that add up to them.

    Args:
        walked: The walk.
        step: The step, from 1.
        before: The last required step before it, from 1; the step itself if it is the first.

    Returns:
        For every unit, whether it reached the step; whether it did not and no chain of it still can; whether it did
        not and one still could after the end of observation.
    """
    reached: Bools = walked.reach >= step
    short: Bools = (walked.reach >= before) & ~reached
    maturing: Bools = short & walked.growing & (walked.grows_to >= step)
    return {"reached": reached, "dropped": short & ~maturing, "maturing": maturing}


def in_group(walked: Walked, group: tuple[str | None, ...] | None, top: int) -> Bools:
    """Which units stand in a group of the breakdown.

    Args:
        walked: The walk, with the breakdown's values.
        group: Its name as the funnel's answer has it: (value,), (None,) for units without a value, ("$other",) for
            the rest; None for everybody.
        top: How many values stand alone.

    Raises:
        ValueError: No unit stands in such a group.
    """
    if group is None:
        return np.ones(len(walked.reach), np.bool_)
    labels, codes = _coded(walked.values, len(walked.reach))
    entered = np.bincount(codes, minlength=len(labels) + 1)
    seen = [code for code in range(len(labels)) if entered[code]]
    ranked = sorted(seen, key=lambda code: (-entered[code], labels[code]))
    named: dict[tuple[str | None, ...], list[int]] = {(labels[code],): [code] for code in ranked[:top]}
    wanted = {(REST,): ranked[top:], (None,): [len(labels)], **named}.get(group)
    if not wanted or not entered[wanted].any():
        known = ", ".join(labels[code] for code in ranked[:top]) or "none"
        raise ValueError(
            f"`group` is {group[0]!r}; must be a group of the breakdown ({known}); name one of them."
        )
    return np.isin(codes, wanted)


def _coded(values: pa.Array | None, units: int) -> tuple[list[str], Ints]:
    """The values as people write them, and the place of each unit's; their number where it has none."""
    found = pa.nulls(units) if values is None else values
    coded = found if isinstance(found, pa.DictionaryArray) else found.dictionary_encode()
    labels = [_label(value) for value in coded.dictionary.to_pylist()]
    return labels, coded.indices.fill_null(len(labels)).to_numpy(zero_copy_only=False).astype(np.int64)


def _label(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
