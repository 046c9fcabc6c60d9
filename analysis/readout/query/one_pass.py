"""The rows of `samples.statement` in one pass over the stored events: many persons, nothing capped."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.ask import ask, batches, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query.samples import Asking, askings
from analysis.readout.query.units import BACKGROUND, day_of, events_of, units
from analysis.readout.query.values import number_of
from analysis.steps.fields import holds
from experiments.instants import us_of
from experiments.metrics import Need, Window
from experiments.stats.unit_sums import ANY, AT_LEAST, RAW, GroupSums, Plan, UnitValues
from experiments.steps import ANY_EVENT

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
Row = dict[str, Any]
MANY = 100_000
"""From so many units on the pass is read; below it one statement is as quick, and pages show it whole."""
_RANGE = 131_072
_BACK_US = 14 * 86_400_000_000
_BITS = 62
_HISTORY = "history"


def rows(store: "Store", asked: Asked, many: int = MANY) -> tuple[list[Row], list[str]] | None:
    """The rows of `samples.statement`, and the SQL that ran; None if the question needs that statement.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.
        many: units from which on the pass is taken.
    """
    asking = askings(asked)
    if not _takes(asked, asking):
        return None
    exposed = _exposed(asked)
    table = ask(store, exposed)
    if table.num_rows < max(many, 1) or table["unit"].null_count or table["arm"].null_count:
        return None
    found = _Units.of(table)
    if (np.diff(found.keys) <= 0).any():
        return None
    plan = _Layout(asking, us_of(asked.observed_until))
    if len(plan.bits) > _BITS:
        return None
    happened = sql_of(_events(asked, plan))
    ranged = f"SELECT * FROM ({happened}) WHERE unit BETWEEN $low AND $high"
    sums = plan.plan
    edges = range(0, len(found.keys), _RANGE)

    def part(start: int) -> GroupSums:
        here = slice(start, start + _RANGE)
        values = UnitValues(found.keys[here], found.since[here], found.counted[here], found.groups, sums)
        span = {"low": int(found.keys[here][0]), "high": int(found.keys[here][-1])}
        with batches(store, ranged, span) as reader:
            for batch in reader:
                values.feed(*_arrays(batch, plan))
        return values.finish()

    with ThreadPoolExecutor(2) as pool:
        total = reduce(lambda one, other: one.plus(other, sums), pool.map(part, edges))
    return _told(asked, asking, found, plan, total), [sql_of(exposed), happened]


def _takes(asked: Asked, asking: Sequence[Asking]) -> bool:
    return (
        asked.as_stored
        and asked.persons == "events_main"
        and bool(asking)
        and all(one.cap is None for one in asking)
        and all(need.window.anchor == "exposure" for one in asking for need in one.needs)
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


@dataclass(slots=True)
class _Layout:
    """The needs of all metrics as bits, numbers, measures, columns, sums and products, each kept once."""

    asking: tuple[Asking, ...]
    last: int
    bits: dict[tuple[str, str], Need | None] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    measures: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    columns: dict[tuple[int, int, int, float], int] = field(default_factory=dict)
    windows: dict[tuple[int, int], int] = field(default_factory=dict)
    sums: dict[tuple[int, int], int] = field(default_factory=dict)
    products: dict[tuple[int, int, int], int] = field(default_factory=dict)
    places: list[list[int]] = field(default_factory=list)
    history: int = -1

    def __post_init__(self) -> None:
        if any(one.adjusted for one in self.asking):
            self.bits[ANY_EVENT, "{}"] = None
            self.history = 0
        for one in self.asking:
            window = self.window(one)
            names = {f"value_{at}": need for at, need in zip(one.places, one.needs, strict=True)}
            names |= {f"before_{at}": need for at, need in zip(one.places, one.needs, strict=True)}
            columns = [
                self._column(None if name == _HISTORY else names[name], early=name.startswith("before"))
                for name in one.columns
            ]
            self.places.append([_kept(self.sums, (window, column)) for column in columns])
            for a, left in enumerate(self.places[-1]):
                for right in self.places[-1][a:]:
                    _kept(self.products, (window, left, right))

    def window(self, one: Asking) -> int:
        """The place of the window whose end makes a unit of the metric mature."""
        return _kept(self.windows, _bounds(one.needs[0].window))

    def _column(self, need: Need | None, *, early: bool) -> int:
        if need is None:
            return _kept(self.columns, (-1, 1, RAW, 0.0))
        name = need.event, repr(sorted(need.where.items()))
        self.bits.setdefault(name, need)
        bit = list(self.bits).index(name)
        number = -1 if need.reducer != "sum" or need.field is None else _kept(self.numbers, need.field)
        measure = _kept(self.measures, (bit, number, *_bounds(need.window)))
        kind, least = RAW, 0.0
        if need.at_least is not None and not early:
            kind, least = AT_LEAST, float(need.at_least)
        elif need.reducer == "hit":
            kind = ANY
        return _kept(self.columns, (measure, int(early), kind, least))

    @property
    def plan(self) -> Plan:
        """What the pass reads."""
        columns = np.array([key[:3] for key in self.columns], np.int64).reshape(-1, 3)
        return Plan(
            np.array(list(self.measures), np.int64).reshape(-1, 4),
            self.history,
            columns,
            np.array([key[3] for key in self.columns], np.float64),
            np.array(list(self.windows), np.int64).reshape(-1, 2),
            np.array(list(self.sums), np.int64).reshape(-1, 2),
            np.array(list(self.products), np.int64).reshape(-1, 3),
            self.last,
            _BACK_US,
        )


def _kept(places: dict[Any, int], key: object) -> int:
    return places.setdefault(key, len(places))


def _bounds(window: Window) -> tuple[int, int]:
    return window.delay_us, -1 if window.within_us is None else window.within_us


def _events(asked: Asked, plan: _Layout) -> ir.Table:
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


def _arrays(batch: pa.RecordBatch, plan: _Layout) -> tuple[Ints, Ints, Ints, NDArray[np.float64]]:
    keys, masks = (batch.column(name).to_numpy() for name in ("unit", "mask"))
    numbers = np.empty((len(plan.numbers), batch.num_rows))
    for place in plan.numbers.values():
        numbers[place] = batch.column(f"number_{place}").to_numpy(zero_copy_only=False)
    return keys, _us(batch.column("ts")), masks, numbers


def _us(column: pa.Array) -> Ints:
    found: Ints = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
    return found


def _told(
    asked: Asked, asking: Sequence[Asking], found: _Units, plan: _Layout, sums: GroupSums
) -> list[Row]:
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
                row[f"sum_{k}_{a}"] = int(sums.totals[group, left]) if exact else float(sums.means[group, left])
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
