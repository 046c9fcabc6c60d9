"""How far counted units came in a funnel: each funnel is walked once over the stored order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.ask import ask, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query.before import before_of
from analysis.readout.query.units import day_of, units
from analysis.saved import views
from analysis.steps import Walked, walk_funnel
from experiments.breakdown import ByVariant
from experiments.durations import microseconds
from experiments.funnel import Funnel
from experiments.instants import us_of
from experiments.metrics import Reach
from experiments.stats.samples import Count, Regression

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reached:
    """One metric's counts: (arm, day) -> units and those that reached the step, units that have an anchor, and the sums
    with what was before the exposure where the metric is adjusted by it."""

    counts: dict[tuple[str, int], tuple[Count, int, Regression | None]]


@dataclass(frozen=True, slots=True)
class _Exposed:
    """Counted units: who, the place of their arm among the plan's, when they were exposed, and on which day."""

    persons: pa.Array
    arms: Ints
    since: Ints
    days: Ints


def reached(store: "Store", asked: Asked, metrics: Sequence[Reach]) -> tuple[dict[str, Reached], list[str]]:
    """The counts of every funnel metric, and the SQL that ran.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.
        metrics: the funnel metrics.

    Returns:
        Metric key -> counts by arm and day of exposure; the statements.

    Raises:
        ValueError: a funnel is not kept under that name, has fewer steps, or counts another unit than persons.
    """
    if not metrics:
        return {}, []
    who = units(asked)
    counted = who.filter(who.known, who.arms == 1, who.unit.notnull())
    question = counted.select("person", "arm", ts=counted.ts, day=day_of(counted.ts))
    table = ask(store, question)
    names = [variant.key for variant in asked.experiment.variants]
    exposed = _Exposed(
        table["person"].combine_chunks(),
        pc.index_in(table["arm"], pa.array(names)).to_numpy(),
        table["ts"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy(),
        table["day"].cast(pa.int64()).to_numpy(),
    )
    funnels = {metric.key: _cut(_funnel(store, metric), metric, asked) for metric in metrics}
    steps = {
        metric.key: funnels[metric.key].steps[metric.step - 1]
        for metric in metrics
        if asked.experiment.adjusts(metric)
    }
    before, ran = before_of(store, asked, steps, exposed.persons)
    since = None if asked.as_stored and table.num_rows else _taking_part(counted)
    walks: dict[str, Walked] = {}
    found = {}
    for metric in metrics:
        funnel = funnels[metric.key]
        defined = funnel.model_dump_json()
        if defined not in walks:
            walks[defined] = walk_funnel(store, funnel, who=since)
        walk = walks[defined]
        last = us_of(asked.observed_until)
        found[metric.key] = Reached(_counts(walk, metric, exposed, names, last, before.get(metric.key)))
    return found, [sql_of(question), *ran, *(walk.sql for walk in walks.values())]


def _taking_part(counted: ir.Table) -> ir.Table:
    """Who walks and since when: those that count, as the walk names it."""
    return counted.select(exposed_person=counted.person, exposed_ts=counted.ts, exposed_arm=counted.arm)


def _funnel(store: "Store", metric: Reach) -> Funnel:
    if isinstance(metric.funnel, Funnel):
        return metric.funnel
    kept = {view.name: view.question for view in views(store)}
    if metric.funnel not in kept:
        known = ", ".join(sorted(kept)) or "none is kept yet"
        raise ValueError(
            f"`funnel` is {metric.funnel!r} in the metric {metric.key!r}; must be a funnel that was kept ({known}) or one "
            "written out; keep it on the funnel page or write [metrics.funnel] with its steps."
        )
    return Funnel.model_validate(kept[metric.funnel])


def _cut(funnel: Funnel, metric: Reach, asked: Asked) -> Funnel:
    """The funnel as the metric walks it: of persons, from their exposure on, up to the step where a window cuts it."""
    if funnel.unit != "user" or asked.experiment.unit != "user":
        raise ValueError(
            f"`unit` is {funnel.unit!r} in the funnel of {metric.key!r}, and {asked.experiment.unit!r} in the experiment; "
            'must be "user" in both; people were assigned, so people are counted.'
        )
    if metric.step > len(funnel.steps):
        raise ValueError(
            f"`step` is {metric.step} in the funnel metric {metric.key!r}; must be at most {len(funnel.steps)}; count "
            "the funnel's steps."
        )
    since = ByVariant.model_validate({"experiment": asked.experiment.key, "from": asked.experiment.start})
    changes: dict[str, object] = {
        "variant": since, "breakdown": None, "observed_until": asked.observed_until, "from_": None, "to": None
    }  # fmt: skip
    if metric.within is not None:
        changes |= {"steps": funnel.steps[: metric.step], "exclusions": _until(funnel, metric.step)}
    return funnel.model_copy(update=changes)


def _until(funnel: Funnel, step: int) -> tuple[object, ...]:
    return tuple(one for one in funnel.exclusions if one.before <= step)


def _counts(
    walk: Walked,
    metric: Reach,
    exposed: _Exposed,
    names: Sequence[str],
    end: int,
    before: NDArray[np.float64] | None,
) -> dict[tuple[str, int], tuple[Count, int, Regression | None]]:
    """Units and those that reached the step, by arm and day of exposure; with (units, 2) what was before it, if given."""
    within = None if metric.within is None else microseconds(metric.within)
    matured = np.ones(len(exposed.since), np.bool_) if within is None else exposed.since + within <= end
    place = pc.index_in(exposed.persons, walk.keys.cast(pa.string())).to_numpy(zero_copy_only=False)
    entered = ~np.isnan(place.astype(np.float64))
    row = np.where(entered, place, 0).astype(np.int64)
    came = np.zeros(len(entered), np.bool_)
    if len(walk.reach):
        came = entered & walk.reached(metric.step)[row]
        if within is not None:
            came &= walk.times[row, metric.step - 1] <= exposed.since + within
    found = {}
    columns = None if before is None else np.column_stack([came, before])
    for arm, name in enumerate(names):
        mine = exposed.arms == arm
        for day in np.unique(exposed.days[mine]).tolist():
            here = mine & (exposed.days == day)
            kept = here & matured
            parts = frozenset({f"{name} {day}"})
            count = Count(int(kept.sum()), int((kept & came).sum()), parts)
            sums = None if columns is None else Regression.from_rows(columns[kept], 1, parts)
            found[name, int(day)] = count, int(here.sum()), sums
    return found
