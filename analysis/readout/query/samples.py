"""One statement: exposures by arm as logged, and for every Need of events its sample by arm."""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from analysis.readout.asked import Asked
from analysis.readout.query.units import events_of, impressions_of, units, until
from experiments.metrics import Need, Window
from experiments.stats.samples import Count, Moments
from ingest.schema import unbound

LARGEST = 1e150
"""A number beyond this cannot be squared; it counts as missing."""


def statement(asked: Asked, needs: Sequence[Need]) -> ir.Table:
    """One row per arm as logged (known or not, with a unit or without), with samples over its counted units.

    A unit counts if its arm is known and it saw no other. Columns beside arm, known and identified: units,
    rows, several, persons (behind the units that count), all_persons (over all arms); per need i: triggered_i
    (units with an anchor), n_i (of those, whose window has ended), and hits_i, or mean_i and deviations_i
    (squared deviations, summed).
    """
    found = units(asked)
    counted = _anchored(asked, found, tuple(dict.fromkeys(need.window for need in needs)))
    seen = found.left_join(counted, ["unit", "known"]).select(
        found, *(column for column in counted.columns if column not in found.columns)
    )
    values = _values(asked, counted, needs)
    if values is not None:
        seen = seen.left_join(values, ["unit", "known"]).select(
            seen, *(column for column in values.columns if column not in seen.columns)
        )
    columns: dict[str, Any] = {
        "units": seen.count(),
        "rows": seen.rows.sum(),
        "several": (seen.arms > 1).sum(),
        "persons": seen.person.nunique(where=seen.known & (seen.arms == 1)),
    }
    for place, need in enumerate(needs):
        columns |= _sample(place, need, seen, until(asked))
    arms = seen.group_by("arm", "known", identified=seen.unit.notnull()).agg(**columns)
    people = found.filter(found.known, found.arms == 1, found.unit.notnull()).person.nunique().as_scalar()
    return arms.mutate(all_persons=people).order_by("known", "identified", "arm")


def sample_of(place: int, need: Need, row: Mapping[str, Any] | None) -> Count | Moments:
    """The sample of one need in one arm; empty if the arm is absent from the log."""
    n = int(row[f"n_{place}"]) if row is not None else 0
    if row is None or n == 0:
        return Count(0, 0) if need.reducer == "hit" else Moments(0, 0.0, 0.0)
    if need.reducer == "hit":
        return Count(n, int(row[f"hits_{place}"]))
    return Moments(
        n, float(row[f"mean_{place}"]), max(float(row[f"deviations_{place}"]), 0.0) if n > 1 else 0.0
    )


def impressions_after(asked: Asked, counted: ir.Table) -> ir.Table:
    """Every impression of a counted unit at or after its exposure, with unit and arm."""
    since = counted.select("unit", "arm", since=counted.ts)
    joined = impressions_of(asked).join(since, "unit")
    return joined.filter(joined.shown_ts >= joined.since).drop("since")


def counted_units(found: ir.Table) -> ir.Table:
    """Of `units`, those that count: with a unit, in a known arm, and in no other."""
    return found.filter(found.unit.notnull(), found.known, found.arms == 1).select(
        "unit", "known", "arm", "ts"
    )


def _anchored(asked: Asked, found: ir.Table, windows: Sequence[Window]) -> ir.Table:
    """Counted units with their two anchors, exposed_ts and shown_ts, and the end of each window."""
    counted = counted_units(found)
    if any(window.anchor == "impression" for window in windows):
        after = impressions_after(asked, counted)
        first = after.group_by("unit").agg(shown_ts=after.shown_ts.min())
        counted = counted.left_join(first, "unit").select(counted, first.shown_ts)
    else:
        counted = counted.mutate(shown_ts=ibis.null("timestamp('UTC')"))
    counted = counted.select("unit", "known", "shown_ts", exposed_ts=counted.ts)
    ends = {
        _end(window): until(asked)
        if window.within_us is None
        else counted[_anchor(window)] + ibis.interval(microseconds=window.within_us)
        for window in windows
    }
    return counted.mutate(**ends)


def _values(asked: Asked, counted: ir.Table, needs: Sequence[Need]) -> ir.Table | None:
    """One value per need and unit that has any of the events; None if no need asks for events."""
    if not needs:
        return None
    events = events_of(asked)
    events = events.filter(events.event.isin(sorted({need.event for need in needs})))
    happened = events.select(
        "unit", "event", "ts",
        **{f"field_{place}": _number(events, need.field) for place, need in enumerate(needs) if need.field is not None},
    )  # fmt: skip
    joined = happened.join(counted, "unit")
    found = {}
    for place, need in enumerate(needs):
        inside = (
            (joined.event == need.event)
            & (joined.ts >= joined[_anchor(need.window)])
            & (joined.ts <= joined[_end(need.window)])
        )
        if need.reducer == "sum":
            found[f"value_{place}"] = joined[f"field_{place}"].sum(where=inside)
        else:
            found[f"value_{place}"] = inside.fill_null(False).sum()  # noqa: FBT003
    return joined.group_by("unit", "known").agg(**found)


def _sample(place: int, need: Need, seen: ir.Table, end: ir.Value) -> dict[str, Any]:
    """The columns of one need: who has an anchor, whose window has ended, and the sufficient statistic of those."""
    anchor = seen[_anchor(need.window)]
    matured = (anchor.notnull() & (seen[_end(need.window)] <= end)).fill_null(False)  # noqa: FBT003
    value = seen[f"value_{place}"].fill_null(0)
    columns = {f"triggered_{place}": anchor.notnull().sum(), f"n_{place}": matured.sum()}
    if need.reducer == "hit":
        return columns | {f"hits_{place}": (matured & (value > 0)).sum()}
    spread = value.cast("float64").var(where=matured, how="pop") * matured.sum()
    return columns | {f"mean_{place}": value.mean(where=matured), f"deviations_{place}": spread}


def _anchor(window: Window) -> str:
    return "exposed_ts" if window.anchor == "exposure" else "shown_ts"


def _end(window: Window) -> str:
    return f"end_{window.anchor}_{window.within_us or 'open'}"


def _number(events: ir.Table, field: str) -> ir.Value:
    """A property as a number: its typed column, else read from the properties; NULL where it is none."""
    columns = unbound("events").schema()
    if field in columns and columns[field].is_floating():
        number = events[field]
    elif '"' in field or "\\" in field:
        raise ValueError(
            f"`property` is {field!r}; must be free of quotes and backslashes; rename the property."
        )
    else:
        raw = events.properties[f'"{field}"']
        number = ibis.coalesce(raw.str, raw.cast("string")).try_cast("float64")
    return ibis.ifelse(number.isnan() | (number.abs() > LARGEST), ibis.null("float64"), number)
