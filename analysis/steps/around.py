"""The events of units in stretches of time, whatever the steps ask for: what stands before, between and after steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.ask import batches, sql_of
from analysis.steps.cohorts import of_cohort
from analysis.steps.fields import field
from experiments.funnel import PROPERTY, Funnel
from experiments.instants import EPOCH
from ingest.schema import unbound

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
_NONE = -1
_ROWS = 1 << 20
"""Large batches, for the units are looked up anew in each."""
_BACKGROUND = ("experiment_exposed", "frames_summary")
_SOURCES = {
    "user": ("events", "person"),
    "session": ("event_sessions", "session"),
    "attempt": ("event_attempts", "attempt"),
    "impression": ("events", "impression_id"),
}


@dataclass(frozen=True, slots=True)
class Stretches:
    """For each unit the stretch of time whose events are wanted, both ends outside.

    Args:
        keys: The units: stored integer keys of persons, or text.
        after_us: Events later than this.
        before_us: Events earlier than this.
    """

    keys: pa.Array
    after_us: Ints
    before_us: Ints


@dataclass(frozen=True, slots=True)
class Around:
    """The events that stand in the stretches, in order of unit, time, seq and event_id.

    Args:
        units: The place of each event's unit among the keys.
        events: Its name.
        sql: The SQL that ran.
    """

    units: Ints
    events: pa.Array
    sql: str


def events_around(
    store: "Store", funnel: Funnel, stretches: Stretches, until: datetime | None, names: Sequence[str] = ()
) -> Around:
    """Read the events of units in their stretches; telemetry is no act of anybody and is left out.

    Args:
        store: An open store.
        funnel: The unit; every event of a unit counts, whatever the steps ask for.
        stretches: Whose events, from when to when.
        until: End of observation.
        names: Only events of these names; empty for all.
    """
    sql = sql_of(_rows(funnel, stretches, until, names))
    units, events = _kept(store, sql, stretches)
    return Around(units, events, sql)


def _rows(funnel: Funnel, stretches: Stretches, until: datetime | None, names: Sequence[str]) -> ibis.Table:
    stored = pa.types.is_integer(stretches.keys.type)
    view, column = ("events_main", "person_key") if stored else _SOURCES.get(funnel.unit, ("events", ""))
    rows = unbound(view) if stored else of_cohort(unbound(view), funnel.cohort)
    if until is not None:
        rows = rows.filter(rows.ts <= ibis.timestamp(until))
    if len(stretches.keys):
        first, last = int(stretches.after_us.min()), int(stretches.before_us.max())
        rows = rows.filter(rows.ts > _instant(first), rows.ts < _instant(last))
    rows = rows.filter(*(rows.event != name for name in _BACKGROUND))
    if names:
        rows = rows.filter(reduce(or_, [rows.event == name for name in names]))
    unit = rows[column] if column else field(rows, funnel.unit.removeprefix(PROPERTY)).cast("string")
    named = rows.select(unit=unit, ts=rows.ts, seq=rows.seq, event_id=rows.event_id, event=rows.event)
    ordered = named.filter(named.unit.notnull()).order_by("unit", "ts", "seq", "event_id")
    return ordered.select("unit", "ts", "event")


def _kept(store: "Store", sql: str, stretches: Stretches) -> tuple[Ints, pa.Array]:
    """Of the rows in order, those in a stretch: the place of their unit and their event."""
    units: list[Ints] = [np.empty(0, np.int64)]
    events: list[pa.Array] = [pa.array([], pa.string())]
    with batches(store, sql, rows=_ROWS) as reader:
        for batch in reader:
            unit = batch["unit"].cast(stretches.keys.type)
            place = pc.index_in(unit, value_set=stretches.keys).fill_null(_NONE).to_numpy().astype(np.int64)
            ts = batch["ts"].cast(pa.int64()).to_numpy()
            if len(stretches.keys):
                inside = (ts > stretches.after_us[place]) & (ts < stretches.before_us[place]) & (place >= 0)
                units.append(place[inside])
                events.append(batch["event"].cast(pa.string()).filter(pa.array(inside)))
    return np.concatenate(units), pa.concat_arrays(events)


def _instant(us: int) -> ibis.Value:
    return ibis.literal(EPOCH + timedelta(microseconds=us), type="timestamp('UTC')")
