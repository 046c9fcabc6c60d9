"""The rows of `samples.statement` in one pass over the stored events: many persons, nothing capped."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.ask import ask, batches, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query import ranking
from analysis.readout.query.asking import Asking, Ranked
from analysis.readout.query.layout import Layout
from analysis.readout.query.units import BACKGROUND, day_of, events_of, units
from analysis.readout.query.values import number_of
from analysis.steps.fields import holds
from experiments.instants import us_of
from experiments.stats.unit_sums import GroupSums, UnitValues
from experiments.steps import ANY_EVENT

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Row = dict[str, Any]
MANY = 100_000
"""From so many units on the pass is read; below it one statement is as quick, and pages show it whole."""
_RANGE = 131_072
_BITS = 62


@dataclass(frozen=True, slots=True)
class Passed:
    """What one pass gave.

    Args:
        rows: those of `samples.statement`, without lists of values.
        values: metric key -> values by arm and day, of metrics that are ranked.
        ran: the SQL that ran.
    """

    rows: list[Row]
    values: dict[str, ranking.Values]
    ran: list[str]


def passed(
    store: "Store",
    asked: Asked,
    asking: tuple[Asking, ...],
    ranked: tuple[Ranked, ...],
    many: int = MANY,
) -> Passed | None:
    """Sums and ranked values in one pass; None if the question needs `samples.statement`.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.
        asking: metrics whose sums are read.
        ranked: metrics whose values themselves are read.
        many: units from which on the pass is taken.
    """
    if not _takes(asked, asking, ranked):
        return None
    exposed = _exposed(asked)
    table = ask(store, exposed)
    if table.num_rows < max(many, 1) or table["unit"].null_count or table["arm"].null_count:
        return None
    found = _Units.of(table)
    if (np.diff(found.keys) <= 0).any():
        return None
    plan = Layout(asking, ranked, us_of(asked.observed_until))
    if len(plan.bits) > _BITS:
        return None
    happened = sql_of(_events(asked, plan))
    ranged = f"SELECT * FROM ({happened}) WHERE unit BETWEEN $low AND $high"  # noqa: S608
    sums, counting = plan.plan, found.counting(plan.last)
    edges = range(0, len(found.keys), _RANGE)

    def part(start: int) -> tuple[GroupSums, list[list[ranking.Taken]]]:
        here = slice(start, start + _RANGE)
        values = UnitValues(found.keys[here], found.since[here], found.counted[here], found.groups, sums)
        taken: list[list[ranking.Taken]] = [[] for _ in ranked]
        span = {"low": int(found.keys[here][0]), "high": int(found.keys[here][-1])}
        with batches(store, ranged, span) as reader:
            for batch in reader:
                arrays = _arrays(batch, plan)
                values.feed(*arrays)
                for one, told in zip(taken, plan.values, strict=True):
                    one.append(counting.taken(told, *arrays))
        return values.finish(), taken

    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(part, edges))
    total = reduce(lambda one, other: one.plus(other, sums), (one for one, _ in parts))
    arms = [variant.key for variant in asked.experiment.variants]
    values = {
        rank.metric.key: counting.by_group(arms, [one for _, taken in parts for one in taken[place]])
        for place, rank in enumerate(ranked)
    }
    return Passed(_told(asked, asking, found, plan, total), values, [sql_of(exposed), happened])


def _takes(asked: Asked, asking: Sequence[Asking], ranked: Sequence[Ranked]) -> bool:
    return (
        asked.as_stored
        and asked.persons != "events"
        and bool(asking or ranked)
        and all(one.cap is None for one in asking)
        and all(need.window.anchor == "exposure" for one in asking for need in one.needs)
        and all(one.need.window.anchor == "exposure" for one in ranked)
    )


def _exposed(asked: Asked) -> ir.Table:
    found = units(asked)
    arms = [variant.key for variant in asked.experiment.variants]
    arm = ibis.cases(*((found.arm == key, place) for place, key in enumerate(arms)))
    return found.select(
        "ts", unit=found.unit.cast("int64"), arm=arm.cast("int64"), several=(found.arms > 1).cast("int64"),
        day=day_of(found.ts).cast("int64"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Units:
    """Exposed units in the order of their keys; a group is an arm and a day, `counted` -1 for those left out."""

    keys: Ints
    since: Ints
    group: Ints
    counted: Ints
    several: Ints
    first_day: int
    days: int
    groups: int

    def counting(self, last: int) -> ranking.Counting:
        """What of them ranked values ask."""
        return ranking.Counting(self.keys, self.since, self.counted, self.first_day, self.days, last)

    @classmethod
    def of(cls, table: pa.Table) -> "_Units":
        keys, arms, several, day = (table[name].to_numpy() for name in ("unit", "arm", "several", "day"))
        since = _us(table["ts"].combine_chunks())
        first = int(day.min())
        days = int(day.max()) - first + 1
        group = arms * days + (day - first)
        counted = np.where(several > 0, -1, group)
        if (np.diff(keys) < 0).any():
            order = np.argsort(keys, kind="stable")
            keys, since, group, counted, several = (
                one[order] for one in (keys, since, group, counted, several)
            )
        return cls(keys, since, group, counted, several, first, days, int(group.max()) + 1)


def _events(asked: Asked, plan: Layout) -> ir.Table:
    """Each event's unit, time, a bit for every condition that holds, and the numbers that are summed."""
    events = events_of(asked)
    every: ir.Value = ibis.literal(0, "int64")
    for bit, ((event, _), need) in enumerate(plan.bits.items()):
        named = events.event == event
        if event == ANY_EVENT:
            named = reduce(lambda one, other: one & other, (events.event != name for name in BACKGROUND))
        if need is not None and need.where:
            named = reduce(lambda one, other: one & other, holds(events, need.where), named)
        every += ibis.ifelse(named.fill_null(False), ibis.literal(1 << bit, "int64"), 0)  # noqa: FBT003
    numbers = {f"number_{place}": number_of(events, name) for name, place in plan.numbers.items()}
    return events.select("ts", unit=events.unit.cast("int64"), mask=every.cast("int64"), **numbers)


def _arrays(batch: pa.RecordBatch, plan: Layout) -> tuple[Ints, Ints, Ints, Floats]:
    keys, masks = (batch.column(name).to_numpy() for name in ("unit", "mask"))
    numbers = np.empty((len(plan.numbers), batch.num_rows))
    for place in plan.numbers.values():
        numbers[place] = batch.column(f"number_{place}").to_numpy(zero_copy_only=False)
    return keys, _us(batch.column("ts")), masks, numbers


def _us(column: pa.Array) -> Ints:
    found: Ints = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
    return found


def _told(asked: Asked, asking: Sequence[Asking], found: _Units, plan: Layout, sums: GroupSums) -> list[Row]:
    """The sums as the statement's rows, in its order."""
    seen = np.bincount(found.group, minlength=found.groups)
    several = np.bincount(found.group, weights=found.several, minlength=found.groups).astype(np.int64)
    arms = [variant.key for variant in asked.experiment.variants]
    told = []
    whole = plan.plan.whole
    for group in np.flatnonzero(seen).tolist():
        n, twice = int(seen[group]), int(several[group])
        row: Row = {
            "arm": arms[group // found.days], "known": True, "identified": True,
            "day": found.first_day + group % found.days, "units": n, "rows": n, "several": twice,
        }  # fmt: skip
        for k, one in enumerate(asking):
            window, places = plan.window(one), plan.places[k]
            row[f"triggered_{k}"] = n - twice
            row[f"n_{k}"] = int(sums.n[group, window])
            is_whole = [bool(whole[int(list(plan.sums)[place][1])]) for place in places]
            for a, left in enumerate(places):
                exact = is_whole[a]
                row[f"sum_{k}_{a}"] = (
                    int(sums.totals[group, left]) if exact else float(sums.means[group, left])
                )
                for b, right in enumerate(places[a:], start=a):
                    at = plan.products[window, left, right]
                    row[f"product_{k}_{a}_{b}"] = (
                        int(sums.products[group, at])
                        if exact and is_whole[b]
                        else float(sums.spreads[group, at])
                    )
            if len(one.needs) == 1 and not one.needs[0].binary and row[f"n_{k}"]:
                row[f"largest_{k}"] = float(sums.largest[group, places[0]])
        told.append(row)
    return sorted(told, key=lambda row: (row["arm"], row["day"]))
