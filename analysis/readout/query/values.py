"""One value per need and counted unit, from its events in the window, and what it did before its exposure."""

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import Any

import ibis
import ibis.expr.types as ir

from analysis.readout.asked import Asked
from analysis.readout.query.units import BACKGROUND, day_of, events_of, impressions_of, until
from analysis.steps.fields import holds
from experiments.metrics import Need, Window
from experiments.steps import ANY_EVENT
from ingest.schema import unbound

LARGEST = 1e150
"""A number beyond this cannot be squared; it counts as missing."""
LOOK_BACK_DAYS = 14
LOOK_BACK = ibis.interval(days=LOOK_BACK_DAYS)
"""How long before its exposure a unit is watched, to adjust what it did later."""


def counted_units(found: ir.Table) -> ir.Table:
    """Of `units`, those that count: with a unit, in a known arm, and in no other."""
    return found.filter(found.unit.notnull(), found.known, found.arms == 1).select(
        "unit", "known", "arm", "ts"
    )


def impressions_after(asked: Asked, counted: ir.Table) -> ir.Table:
    """Every impression of a counted unit at or after its exposure, with unit, arm and the day of that exposure."""
    since = counted.select("unit", "arm", since=counted.ts, day=day_of(counted.ts))
    joined = impressions_of(asked).join(since, "unit")
    return joined.filter(joined.shown_ts >= joined.since).drop("since")


def anchored(asked: Asked, found: ir.Table, windows: Sequence[Window]) -> ir.Table:
    """Counted units with their two anchors, exposed_ts and shown_ts, and where each window begins and ends."""
    counted = counted_units(found)
    if any(window.anchor == "impression" for window in windows):
        after = impressions_after(asked, counted)
        first = after.group_by("unit").agg(shown_ts=after.shown_ts.min())
        counted = counted.left_join(first, "unit").select(counted, first.shown_ts)
    else:
        counted = counted.mutate(shown_ts=ibis.null("timestamp('UTC')"))
    counted = counted.select("unit", "known", "shown_ts", exposed_ts=counted.ts)
    bounds: dict[str, ir.Value] = {}
    for window in windows:
        start = counted[anchor(window)]
        if window.delay_us:
            start = start + ibis.interval(microseconds=window.delay_us)
            bounds[begin(window)] = start
        bounds[end(window)] = (
            until(asked) if window.within_us is None else start + ibis.interval(microseconds=window.within_us)
        )
    return counted.mutate(**bounds)


def values_of(
    asked: Asked, counted: ir.Table, needs: Sequence[Need], looked_back: Sequence[int], *, history: bool
) -> ir.Table | None:
    """One row per unit that has any event in question; None if no need asks for events.

    Columns: `value_i` for every need (a list where values are ranked), `before_i` for those looked back, and `history`,
    whether the unit did anything then.
    """
    if not needs:
        return None
    events = events_of(asked)
    if not history and all(need.event != ANY_EVENT for need in needs):
        events = events.filter(events.event.isin(sorted({need.event for need in needs})))
    else:
        events = events.filter(~events.event.isin(BACKGROUND))
    happened = events.select("unit", "event", "ts", **_asked_of_events(events, needs))
    joined = happened.join(counted, "unit")
    found: dict[str, Any] = {}
    for place, need in enumerate(needs):
        inside = (joined.ts >= joined[begin(need.window)]) & (joined.ts <= joined[end(need.window)])
        found[f"value_{place}"] = _reduced(joined, need, place, inside)
    early = (joined.ts < joined.exposed_ts) & (joined.ts >= joined.exposed_ts - LOOK_BACK)
    for place in looked_back:
        found[f"before_{place}"] = _reduced(joined, needs[place], place, early)
    if history:
        found["history"] = _times(early)
    return joined.group_by("unit", "known").agg(**found)


def anchor(window: Window) -> str:
    """The column of a window's anchor."""
    return "exposed_ts" if window.anchor == "exposure" else "shown_ts"


def begin(window: Window) -> str:
    """The column where a window begins."""
    return f"begin_{window.anchor}_{window.delay_us}" if window.delay_us else anchor(window)


def end(window: Window) -> str:
    """The column where a window ends."""
    return f"end_{window.anchor}_{window.delay_us}_{window.within_us or 'open'}"


def _asked_of_events(events: ir.Table, needs: Sequence[Need]) -> dict[str, ir.Value]:
    """What the needs ask of an event beside its name and time: numbers, and whether their conditions hold."""
    asked: dict[str, ir.Value] = {}
    for place, need in enumerate(needs):
        if need.field is not None:
            asked[f"field_{place}"] = number_of(events, need.field)
        if need.where:
            asked[f"holds_{place}"] = reduce(and_, holds(events, need.where)).fill_null(False)  # noqa: FBT003
    return asked


def _matches(joined: ir.Table, need: Need, place: int) -> ir.BooleanValue:
    named = ~joined.event.isin(BACKGROUND) if need.event == ANY_EVENT else joined.event == need.event
    return named & joined[f"holds_{place}"] if need.where else named


def _reduced(joined: ir.Table, need: Need, place: int, inside: ir.BooleanValue) -> ir.Value:
    counts = inside & _matches(joined, need, place)
    if need.reducer == "sum":
        return joined[f"field_{place}"].sum(where=counts)
    if need.reducer == "below":
        return joined[f"field_{place}"].collect(where=counts)  # without missing ones
    return _times(counts)


def _times(counts: ir.BooleanValue) -> ir.IntegerValue:
    return counts.fill_null(False).cast("int64").sum()  # noqa: FBT003


def typed(field: str) -> bool:
    """Has a property a column of numbers of its own?"""
    columns = unbound("events").schema()
    return field in columns and bool(columns[field].is_floating())


def number_of(events: ir.Table, field: str) -> ir.Value:
    """A property as a number: its typed column, else read from the properties; NULL where it is none."""
    if typed(field):
        number = events[field]
    elif '"' in field or "\\" in field:
        raise ValueError(
            f"`property` is {field!r}; must be free of quotes and backslashes; rename the property."
        )
    else:
        raw = events.properties[f'"{field}"']
        number = ibis.coalesce(raw.str, raw.cast("string")).try_cast("float64")
    return ibis.ifelse(number.isnan() | (number.abs() > LARGEST), ibis.null("float64"), number)
