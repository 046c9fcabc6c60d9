"""The funnel's question and its answer: counts, rates and step times, for everybody and for each group."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from analysis.funnel.answers import EventReach, FunnelAnswer, Group, StepAnswer, StepTime
from analysis.steps import NEVER, Walked, walk_funnel
from analysis.steps.columns import coded
from analysis.steps.grouping import grouped
from experiments.breakdown import Breakdown
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
    names = _names(query)
    (steps,) = _steps(names, walked, np.zeros(len(walked.reach), np.int16), 1)
    return FunnelAnswer(
        name=query.name,
        within_s=query.within_us / _US,
        unit=query.unit,
        timezone=query.timezone,
        by=_split_by(query),
        steps=steps,
        events=_events(query, walked),
        groups=_groups(names, walked, query.breakdown),
        excluded_units=walked.excluded_units,
        units_without_id=walked.without_unit,
        not_numbers=walked.not_numbers,
        cannot_say=None if steps[0].units else _nobody(names[0]),
        observed_until=walked.observed_until,
        data_version=walked.data_version,
        synthetic=walked.synthetic,
        sql=walked.sql,
        attribution=None if query.breakdown is None else query.breakdown.attribution,
        experiment=None if query.variant is None else query.variant.experiment,
        several_variants=0 if walked.arms is None else walked.arms.several,
    )


def _steps(names: tuple[str, ...], walked: Walked, group: Ints, groups: int) -> list[tuple[StepAnswer, ...]]:
    """The steps of each group, where `group` says in which of `groups` every unit stands."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda k: _step(k, walked, group, groups), range(1, len(names) + 1)))
    units, maturing, times = zip(*found, strict=True)
    return [
        tuple(
            StepAnswer(
                name=name,
                units=units[k][g],
                from_start=_share(units[k][g], units[0][g]),
                from_previous=_share(units[k][g], units[walked.before(k + 1) - 1][g]),
                time=times[k][g],
                maturing=maturing[k][g],
                optional=k + 1 in walked.optional,
            )
            for k, name in enumerate(names)
        )
        for g in range(groups)
    ]


def _step(
    step: int, walked: Walked, group: Ints, groups: int
) -> tuple[list[int], list[int], list[StepTime | None]]:
    """How many of each group reached a step, how many still could, and how long it took."""
    reached = np.flatnonzero(walked.reached(step))
    waiting = np.flatnonzero(walked.maturing(step))
    n = np.bincount(group[reached], minlength=groups)
    parts = _durations(walked, step, reached, group, n) if step > 1 else []
    times = [_time(part) for part in parts] or [None] * groups
    return n.tolist(), np.bincount(group[waiting], minlength=groups).tolist(), times


def _durations(walked: Walked, step: int, reached: Ints, group: Ints, n: Ints) -> list[Ints]:
    """Microseconds from the required step before of those who reached the step, group by group."""
    us = walked.times[reached, step - 1] - walked.times[reached, walked.before(step) - 1]
    if len(n) > 1:
        us = us[np.argsort(group[reached], kind="stable")]
    return np.split(us, np.cumsum(n)[:-1])


def _names(query: FunnelQuery) -> tuple[str, ...]:
    """What the steps are called; in an unordered funnel, the levels."""
    n = len(query.steps)
    if query.order == "unordered":
        return tuple(f"any {k} of {n}" for k in range(1, n + 1))
    return tuple(step.label for step in query.steps)


def _events(query: FunnelQuery, walked: Walked) -> tuple[EventReach, ...]:
    """Of an unordered funnel: in how many chosen chains each step was served."""
    if walked.served is None:
        return ()
    units = np.count_nonzero(walked.served != NEVER, axis=0).tolist()
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


def _groups(names: tuple[str, ...], walked: Walked, by: Breakdown | None) -> tuple[Group, ...]:
    """Values by units that entered, then missing, then the rest; of an experiment its arms, control first."""
    if by is not None:
        rows = walked if walked.groups is None else walked.groups
        found = grouped(rows.values, len(rows.reach), len(by.by), by.top)
        steps = _steps(names, rows, found.place, len(found.labels))
        return tuple(map(Group, found.labels, found.kinds, found.values, steps))
    if walked.arms is None:
        return ()
    arms = [arm for arm, _ in walked.arms.exposed]
    labels, codes = coded(walked.values, len(walked.reach))
    place = np.array([arms.index(label) for label in labels], np.int16)[codes] if labels else codes
    steps = _steps(names, walked, place, len(arms))
    return tuple(
        Group((arm,), "value", 1, told, exposed)
        for (arm, exposed), told in zip(walked.arms.exposed, steps, strict=True)
    )
