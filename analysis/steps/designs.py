"""Groups of different design: where a group has no such step, its units are walked over the steps that it has.

A step that is absent by design passes with the last step before it that the group has: it is reached and timed with
that one, so nobody is ever lost there.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.steps.columns import coded
from analysis.steps.walked import NEVER, Walked
from experiments.funnel import Funnel

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Absent = frozenset[int]


def by_design(funnel: Funnel, walk: Callable[[Funnel], Walked]) -> Walked:
    """Walk every unit over the steps that the design of its group has.

    A unit's group is that of all the steps, whatever its design; exclusions do not change it.

    Args:
        funnel: The definition, with one field or an experiment to split by.
        walk: Walks one funnel whose steps are all required or optional.

    Returns:
        One walk over all the steps.

    Raises:
        ValueError: There are no groups, for the one who asks set them aside.
    """
    if funnel.touch is None:
        raise ValueError(
            "`absent_in` is given; must be left out where groups are set aside, for it names groups; leave it out."
        )
    every = _with(funnel, frozenset())
    whole = walk(every)
    entered = walk(every.model_copy(update={"exclusions": ()})) if funnel.exclusions else whole
    names, codes = coded(entered.values, len(entered.reach))
    n = len(funnel.steps)
    designs: list[tuple[Absent, Walked]] = [(frozenset(), whole)]
    parts, walks = [], [entered] if funnel.exclusions else []
    absent_of = {name: _absent(funnel, name) for name in names}
    designs += [
        (absent, walk(_with(funnel, absent)))
        for absent in sorted(set(absent_of.values()) - {frozenset()}, key=sorted)
    ]
    for absent, walked in designs:
        place = (
            pc.index_in(walked.keys, value_set=entered.keys).to_numpy(zero_copy_only=False).astype(np.int64)
        )
        mine = np.array([absent_of[name] == absent for name in names] + [not absent], np.bool_)[codes[place]]
        found = codes[place][mine]
        values = pa.DictionaryArray.from_arrays(
            pa.array(found, mask=found == len(names)), pa.array(names, pa.string())
        )
        parts.append(_widened(replace(_some(walked, mine), values=values), absent, funnel))
        walks.append(walked)
    return replace(
        whole,
        reach=np.concatenate([one.reach for one in parts]),
        times=np.concatenate([one.times for one in parts]),
        growing=np.concatenate([one.growing for one in parts]),
        values=pa.concat_arrays([one.values for one in parts]),
        keys=pa.concat_arrays([one.keys for one in parts]),
        grows_to=np.concatenate([one.grows_to for one in parts]),
        open_steps=None
        if whole.open_steps is None
        else np.concatenate([one.open_steps for one in parts if one.open_steps is not None]),
        lacks=np.concatenate(
            [
                np.tile([k in absent for k in range(1, n + 1)], (len(one.reach), 1))
                for one, (absent, _) in zip(parts, designs, strict=True)
            ]
        ).astype(np.bool_),
        excluded_units=len(entered.reach) - sum(len(one.reach) for one in parts),
        sql="\n\n".join(dict.fromkeys(one.sql for one in walks)),
    )


def _absent(funnel: Funnel, name: str) -> Absent:
    return frozenset(k for k, step in enumerate(funnel.steps, 1) if name in step.absent_in)


def _with(funnel: Funnel, absent: Absent) -> Funnel:
    """The funnel of a design: all of its steps are asked for; exclusions stand between steps that every design has."""
    present = [k for k in range(1, len(funnel.steps) + 1) if k not in absent]
    steps = tuple(funnel.steps[k - 1].model_copy(update={"absent_in": ()}) for k in present)
    at = {k: place for place, k in enumerate(present, 1)}
    exclusions = tuple(
        one.model_copy(update={"after": at[one.after], "before": at[one.before]}) for one in funnel.exclusions
    )
    return funnel.model_copy(update={"steps": steps, "exclusions": exclusions})


def _some(walked: Walked, mine: Bools) -> Walked:
    return replace(
        walked,
        reach=walked.reach[mine],
        times=walked.times[mine],
        growing=walked.growing[mine],
        keys=walked.keys.filter(pa.array(mine)),
        grows_to=walked.grows_to[mine],
        open_steps=None if walked.open_steps is None else walked.open_steps[mine],
    )


def _widened(walked: Walked, absent: Absent, funnel: Funnel) -> Walked:
    """A walk over the steps of a design as one over all of them."""
    steps = range(1, len(funnel.steps) + 1)
    present = [k for k in steps if k not in absent]
    required = [k for k in present if not funnel.steps[k - 1].optional]
    to = np.array([0, *(_passed(k, required, len(steps)) for k in present)])
    times, open_steps = (
        np.full((len(walked.reach), len(steps)), NEVER),
        np.zeros((len(walked.reach), len(steps)), np.bool_),
    )
    for place, k in enumerate(present, 1):
        times[:, k - 1] = walked.times[:, place - 1]
        open_steps[:, k - 1] = walked.maturing(place)
    for k in sorted(absent):
        if not funnel.steps[k - 1].optional:
            times[:, k - 1] = times[:, max(one for one in required if one < k) - 1]
    return replace(
        walked, reach=to[walked.reach], times=times, grows_to=to[walked.grows_to], open_steps=open_steps
    )


def _passed(step: int, required: Sequence[int], steps: int) -> int:
    """The last step, of all of them, that is passed with this one: the one before the next that is asked for."""
    return min((one - 1 for one in required if one > step), default=steps)
