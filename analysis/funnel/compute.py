"""The funnel's question and its answer: counts, rates and step times, for everybody and for each group."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from analysis.funnel.answers import EventReach, FunnelAnswer, Group, StepAnswer, StepTime
from analysis.steps import Walked, walk_funnel
from analysis.steps.columns import coded
from analysis.steps.episodes import step_names
from analysis.steps.grouping import grouped
from experiments.funnel import Funnel
from experiments.stats.effects import NoEffect

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.integer]
_QUANTILES = (0.25, 0.5, 0.75, 0.9)
_US = 1e6


class FunnelQuery(Funnel):
    """A funnel to walk over a store: the definition as the file has it, split one way at most."""

    @model_validator(mode="after")
    def _split_one_way(self) -> Self:
        if self.breakdown is not None and self.variant is not None:
            raise ValueError(
                "`breakdown` stands beside `variant`; must be one of the two, for the arms are the groups; choose one."
            )
        return self


def answer(store: "Store", query: FunnelQuery) -> FunnelAnswer:
    """Walk a funnel and say who reached which step, how fast, and how groups differ.

    Rates are shares of units that entered (from_start) or reached the step before (from_previous), so they never
    rise. They carry no interval: who reaches a step is decided by those before it; compare groups on the readout.
    Step times run from the previous required step of each unit's chosen chain; quantiles interpolate linearly between
    order statistics (Hyndman and Fan 1996, type 7). The steps of an unordered funnel are levels: any k of its steps.

    Args:
        store: An open store.
        query: The funnel.

    Returns:
        The answer; rates are None and `cannot_say` tells why where nobody entered.

    Raises:
        ValueError: A condition cannot be asked of its field.
    """
    walked = walk_funnel(store, query, chains=True)
    (steps,) = _steps(query, walked, np.zeros(len(walked.reach), np.int16), 1)
    return FunnelAnswer(
        name=query.name,
        within_s=query.within_us / _US,
        unit=query.unit,
        timezone=query.timezone,
        by=_split_by(query),
        steps=steps,
        events=_events(query, walked),
        groups=_groups(query, walked),
        excluded_units=walked.excluded_units,
        units_without_id=walked.without_unit,
        not_numbers=walked.not_numbers,
        cannot_say=None if steps[0].units else _nobody(steps[0].name),
        observed_until=walked.observed_until,
        data_version=walked.data_version,
        synthetic=walked.synthetic,
        sql=walked.sql,
        attribution=None if query.breakdown is None else query.breakdown.attribution,
        experiment=None if query.variant is None else query.variant.experiment,
        several_variants=0 if walked.arms is None else walked.arms.several,
    )


def _steps(query: FunnelQuery, walked: Walked, group: Ints, groups: int) -> list[tuple[StepAnswer, ...]]:
    """The steps of each group, where `group` says in which of `groups` every unit stands."""
    names = step_names(query)
    stands_for = [None if query.order == "unordered" else step.milestone for step in query.steps]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda k: _step(k, walked, group, groups), range(1, len(names) + 1)))
    every = [one.units for one in found]
    entered = [every[0] if one.entered is None else one.entered for one in found]
    stood = [
        every[walked.before(k) - 1] if one.stood is None else one.stood for k, one in enumerate(found, 1)
    ]
    return [
        tuple(
            StepAnswer(
                name=names[k],
                units=one.units[g],
                from_start=_share(one.units[g], entered[k][g]),
                from_previous=_share(one.units[g], stood[k][g]),
                time=one.times[g],
                maturing=one.maturing[g],
                stood=stood[k][g],
                optional=k + 1 in walked.optional,
                milestone=stands_for[k],
                of_units=None if walked.lacks is None else entered[k][g],
            )
            for k, one in enumerate(found)
        )
        for g in range(groups)
    ]


class _Counts(NamedTuple):
    """Of one step, group by group; `entered` and `stood` are of units whose design has it, None where every one has."""

    units: list[int]
    maturing: list[int]
    times: list[StepTime | None]
    entered: list[int] | None
    stood: list[int] | None


def _step(step: int, walked: Walked, group: Ints, groups: int) -> _Counts:
    """How many of each group reached a step, how many still could, and how long it took."""
    entered = stood = None
    reaching = walked.reached(step)
    if walked.lacks is not None:
        has = walked.has(step)
        reaching &= has
        entered = np.bincount(group[has], minlength=groups).tolist()
        stood = np.bincount(group[has & walked.reached(walked.before(step))], minlength=groups).tolist()
    reached = np.flatnonzero(reaching)
    n = np.bincount(group[reached], minlength=groups)
    parts = _durations(walked, step, reached, group, n) if step > 1 else []
    waiting = np.flatnonzero(walked.maturing(step))
    times = [_time(part) for part in parts] or [None] * groups
    return _Counts(n.tolist(), np.bincount(group[waiting], minlength=groups).tolist(), times, entered, stood)


def _durations(walked: Walked, step: int, reached: Ints, group: Ints, n: Ints) -> list[Ints]:
    """Microseconds from the required step before of those who reached the step, group by group."""
    us = walked.times[reached, step - 1] - walked.times[reached, walked.before(step) - 1]
    if len(n) > 1:
        us = us[np.argsort(group[reached], kind="stable")]
    return np.split(us, np.cumsum(n)[:-1])


def _events(query: FunnelQuery, walked: Walked) -> tuple[EventReach, ...]:
    """Of an unordered funnel: in how many chosen chains each step was served."""
    if walked.served is None:
        return ()
    units = [int(np.count_nonzero(walked.served >> k & 1)) for k in range(len(query.steps))]
    return tuple(
        EventReach(step.label, n, _share(n, len(walked.reach)))
        for step, n in zip(query.steps, units, strict=True)
    )


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


def _split_by(query: FunnelQuery) -> tuple[str, ...]:
    if query.breakdown is None:
        return () if query.variant is None else ("variant",)
    return query.breakdown.by


def _groups(query: FunnelQuery, walked: Walked) -> tuple[Group, ...]:
    """Values by units that entered, then missing, then the rest; of an experiment its arms, control first."""
    by = query.breakdown
    if by is not None:
        rows = walked if walked.groups is None else walked.groups
        found = grouped(rows.values, len(rows.reach), len(by.by), by.top)
        steps = _steps(query, rows, found.place, len(found.labels))
        told = (_designed(one, label[0], query) for one, label in zip(steps, found.labels, strict=True))
        return tuple(map(Group, found.labels, found.kinds, found.values, told))
    if walked.arms is None:
        return ()
    arms = [arm for arm, _ in walked.arms.exposed]
    labels, codes = coded(walked.values, len(walked.reach))
    place = np.array([arms.index(label) for label in labels], np.int16)[codes] if labels else codes
    steps = _steps(query, walked, place, len(arms))
    return tuple(
        Group((arm,), "value", 1, _designed(told, arm, query), exposed)
        for (arm, exposed), told in zip(walked.arms.exposed, steps, strict=True)
    )


def _designed(steps: tuple[StepAnswer, ...], group: str | None, query: FunnelQuery) -> tuple[StepAnswer, ...]:
    """The steps of a group; those that its design does not have say so."""
    return tuple(
        replace(told, absent=True) if group in step.absent_in else told
        for told, step in zip(steps, query.steps, strict=True)
    )
