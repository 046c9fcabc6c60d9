"""The funnel's question and its answer: counts, rates and step times, for everybody and for each group."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.funnel.answers import REST, FunnelAnswer, Group, Kind, StepAnswer, StepTime
from analysis.steps import Walked, walk_funnel
from experiments.funnel import Funnel
from experiments.stats.effects import NoEffect

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.integer]
_QUANTILES = (0.25, 0.5, 0.75, 0.9)
_US = 1e6


class FunnelQuery(Funnel):
    """A funnel to walk over a store: the definition as the file has it, and nothing else."""


def answer(store: "Store", query: FunnelQuery) -> FunnelAnswer:
    """Walk a funnel and say who reached which step, how fast, and how groups differ.

    Rates are shares of units that entered (from_start) or reached the step before (from_previous), so they never
    rise. They carry no interval: who reaches a step is decided by those before it; compare groups on the readout.
    Step times run from the previous step of each unit's chosen chain; quantiles interpolate linearly between order
    statistics (Hyndman and Fan 1996, type 7).

    Args:
        store: An open store.
        query: The funnel.

    Returns:
        The answer; rates are None and `cannot_say` tells why where nobody entered.

    Raises:
        ValueError: A condition cannot be asked of its field.
    """
    walked = walk_funnel(store, query)
    names = tuple(step.label for step in query.steps)
    (steps,) = _steps(names, walked, np.zeros(len(walked.reach), np.int16), 1)
    return FunnelAnswer(
        name=query.name,
        within_s=query.within_us / _US,
        unit=query.unit,
        timezone=query.timezone,
        by=() if query.breakdown is None else query.breakdown.by,
        steps=steps,
        groups=() if query.breakdown is None else _groups(names, walked, query.breakdown.top),
        excluded_units=walked.excluded_units,
        units_without_id=walked.without_unit,
        not_numbers=walked.not_numbers,
        cannot_say=None if steps[0].units else _nobody(names[0]),
        observed_until=walked.observed_until,
        data_version=walked.data_version,
        synthetic=walked.synthetic,
        sql=walked.sql,
    )


def _steps(names: tuple[str, ...], walked: Walked, group: Ints, groups: int) -> list[tuple[StepAnswer, ...]]:
    """The steps of each group, where `group` says in which of `groups` every unit stands."""
    growing = np.flatnonzero(walked.growing)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda k: _step(k, walked, growing, group, groups), range(len(names))))
    units, maturing, times = zip(*found, strict=True)
    return [
        tuple(
            StepAnswer(
                name=name,
                units=units[k][g],
                from_start=_share(units[k][g], units[0][g]),
                from_previous=_share(units[k][g], units[max(k - 1, 0)][g]),
                time=times[k][g],
                maturing=maturing[k][g],
            )
            for k, name in enumerate(names)
        )
        for g in range(groups)
    ]


def _step(
    k: int, walked: Walked, growing: Ints, group: Ints, groups: int
) -> tuple[list[int], list[int], list[StepTime | None]]:
    """How many of each group reached step k + 1, how many still could, and how long it took."""
    reached = np.flatnonzero(walked.reach > k)
    waiting = growing[(walked.reach[growing] <= k) & (walked.grows_to[growing] > k)]
    n = np.bincount(group[reached], minlength=groups)
    parts = _durations(walked, k, reached, group, n) if k else []
    times = [_time(part) for part in parts] or [None] * groups
    return n.tolist(), np.bincount(group[waiting], minlength=groups).tolist(), times


def _durations(walked: Walked, k: int, reached: Ints, group: Ints, n: Ints) -> list[Ints]:
    """Microseconds from step k to step k + 1 of those who reached it, group by group."""
    us = walked.times[reached, k] - walked.times[reached, k - 1]
    if len(n) > 1:
        us = us[np.argsort(group[reached], kind="stable")]
    return np.split(us, np.cumsum(n)[:-1])


def _nobody(step: str) -> NoEffect:
    sentence = f"Nobody reached the first step, {step}; there are no rates to show."
    return NoEffect("funnel_nobody_entered", sentence, (("step", step),))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _time(us: Ints) -> StepTime | None:
    if not len(us):
        return None
    quantiles = np.quantile(us, _QUANTILES) / _US
    return StepTime(float(us.mean()) / _US, *map(float, quantiles))


def _groups(names: tuple[str, ...], walked: Walked, top: int) -> tuple[Group, ...]:
    """Values by units that entered, then missing, then the rest; each unit stands in one group."""
    values = pa.nulls(len(walked.reach)) if walked.values is None else walked.values
    found = values if isinstance(values, pa.DictionaryArray) else values.dictionary_encode()
    labels = [_label(value) for value in found.dictionary.to_pylist()]
    codes = found.indices.fill_null(len(labels)).to_numpy(zero_copy_only=False).astype(np.int64)
    entered = np.bincount(codes, minlength=len(labels) + 1)
    seen = [code for code in range(len(labels)) if entered[code]]
    ranked = sorted(seen, key=lambda code: (-entered[code], labels[code]))
    named: list[tuple[tuple[str | None], Kind, list[int]]] = [
        ((labels[c],), "value", [c]) for c in ranked[:top]
    ]
    named += [((None,), "missing", [len(labels)])] if entered[-1] else []
    named += [((REST,), "rest", ranked[top:])] if ranked[top:] else []
    place = np.zeros(len(entered), np.int16)
    for nth, (_, _, members) in enumerate(named):
        place[members] = nth
    return tuple(
        Group(by=by, kind=kind, values=0 if kind == "missing" else len(members), steps=steps)
        for (by, kind, members), steps in zip(
            named, _steps(names, walked, place[codes], len(named)), strict=True
        )
    )


def _label(value: object) -> str:
    """A value as people write it: true, 4000 (not 4000.0), text as it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
