"""Whether the log has what metrics are read from: their events by name, and numbers in their properties."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any

import ibis

from analysis.ask import ask, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query.arms import Reading
from analysis.readout.query.units import events_of
from analysis.readout.query.values import number_of, typed
from analysis.steps.fields import holds
from experiments.metrics import CAUSES, Metric
from experiments.stats.samples import Count, Moments, Quantile, Ratio
from experiments.steps import ANY_EVENT
from ingest.schema import unbound

if TYPE_CHECKING:
    from ingest import Store


@dataclass(frozen=True, slots=True)
class Logged:
    """What the log has.

    Args:
        names: event -> when it last came, of the whole log; empty unless some metric has nothing at all.
        unread: metric key -> property -> (its events up to the end of observation, those without a number in it), of
            properties without a column of their own: those that a column was made for were numbers when they landed.
        sql: the statements that ran.
    """

    names: dict[str, datetime] = field(default_factory=dict)
    unread: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    sql: tuple[str, ...] = ()


def logged(store: "Store", asked: Asked, reading: Reading) -> Logged:
    """Look into the log for metrics without anything, and for properties that are summed or ranked.

    Args:
        store: an open store.
        asked: the experiment and the end of observation.
        reading: what was read.
    """
    ran = []
    names: dict[str, datetime] = {}
    if any(nothing_at_all(reading, metric) for metric in asked.experiment.metrics):
        events = unbound("events")
        question = events.group_by("event").agg(last=events.ts.max()).order_by("event")
        names = {row["event"]: row["last"] for row in ask(store, question).to_pylist()}
        ran.append(sql_of(question))
    unread: dict[str, dict[str, tuple[int, int]]] = {}
    columns, keys = _numbers(asked)
    if columns:
        events = events_of(asked)
        of_metrics = sorted({need.event for metric in asked.experiment.metrics for need in metric.needs()})
        if ANY_EVENT not in of_metrics:
            events = events.filter(events.event.isin(of_metrics))
        asked_of_events = events.aggregate(**{name: told(events).sum() for name, told in columns.items()})
        (row,) = ask(store, asked_of_events).to_pylist()
        ran.append(sql_of(asked_of_events))
        for place, (key, name) in enumerate(keys):
            count = int(row[f"events_{place}"] or 0)
            unread.setdefault(key, {})[name] = count, count - int(row[f"numbers_{place}"] or 0)
    return Logged(names, unread, tuple(ran))


def nothing_at_all(reading: Reading, metric: Metric) -> bool:
    """Has no counted unit anything of the metric, though units were watched?"""
    told = [arm.metrics[metric.key].sample for arm in reading.arms]
    need = metric.needs()[0]
    watched = any(sample.n or isinstance(sample, Quantile) for sample in told)
    if not watched or need.source == "funnel" or need.event == ANY_EVENT:
        return False
    for sample in told:
        if isinstance(sample, Count) and sample.hits:
            return False
        if isinstance(sample, Moments) and (sample.mean or sample.deviations):
            return False
        if isinstance(sample, Ratio) and (sample.top_mean or sample.bottom_mean):
            return False
        if isinstance(sample, Quantile) and sample.events:
            return False
        if (
            not isinstance(sample, Count | Moments | Ratio | Quantile)
            and sample.events[tuple(CAUSES.values()).index(CAUSES[need.event])].any()
        ):
            return False
    return True


def _numbers(asked: Asked) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """For every property that a metric sums or ranks: how many of its events there are, and how many have a number."""
    columns: dict[str, Any] = {}
    keys: list[tuple[str, str]] = []
    for metric in asked.experiment.metrics:
        for need in metric.needs():
            if need.field is None or typed(need.field):
                continue
            place, name = len(keys), need.field

            def happened(events: Any, need: Any = need) -> Any:  # noqa: ANN401 (an Ibis table)
                named = ibis.literal(True) if need.event == ANY_EVENT else events.event == need.event  # noqa: FBT003
                return reduce(and_, holds(events, need.where), named).fill_null(False)  # noqa: FBT003

            columns[f"events_{place}"] = lambda events, of=happened: of(events).cast("int64")
            columns[f"numbers_{place}"] = lambda events, of=happened, name=name: (
                of(events) & number_of(events, name).notnull()
            ).cast("int64")
            keys.append((metric.key, name))
    return columns, keys
