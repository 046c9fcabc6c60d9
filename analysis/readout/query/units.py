"""Who was exposed to what, one row per unit: the relation that every sample stands on."""

from datetime import UTC

import ibis
import ibis.expr.types as ir

from analysis.readout.asked import PLACES, Asked, Split
from ingest.schema import unbound

EXPOSED = "experiment_exposed"
SHOWN = "suggestion_shown"

_EVENTS = {
    "user": ("events", "person"),
    "session": ("event_sessions", "session"),
    "attempt": ("event_attempts", "attempt"),
    "impression": ("events", "impression_id"),
}


def events_of(asked: Asked) -> ir.Table:
    """Every event with the experiment's `unit`, up to the end of observation; `unit` may be NULL."""
    view, column = _EVENTS[asked.experiment.unit]
    events = unbound(view)
    return events.mutate(unit=events[column]).filter(events.ts <= until(asked))


def impressions_of(asked: Asked) -> ir.Table:
    """Every impression with the experiment's `unit`, up to the end of observation."""
    impressions = unbound("impressions")
    seen = impressions.filter(impressions.shown_ts <= until(asked))
    if asked.experiment.unit == "user":
        return seen.mutate(unit=seen.person)
    if asked.experiment.unit == "impression":
        return seen.mutate(unit=seen.impression_id)
    events = events_of(asked)
    shown = events.filter(events.event == SHOWN).select("impression_id", "unit", shown_ts=events.ts)
    placed = shown.group_by("impression_id", "shown_ts").agg(unit=shown.unit.min())
    return seen.join(placed, ["impression_id", "shown_ts"])


def units(asked: Asked) -> ir.Table:
    """One row per unit and `known`: its first arm, when, how many arms it saw, and where.

    Columns: unit (NULL: exposures without one, all in one row), known (the arm is one of the experiment's),
    arm, ts (the first exposure), arms (distinct arms seen), rows, person,
    platform, device, os_version, app_version.
    """
    seen = _by_property(asked, asked.by) if asked.by else _by_exposure(asked)
    order = [seen.ts, seen.seq, seen.event_id]
    first = {name: seen[name].first(order_by=order, include_null=True) for name in ("arm", "person", *PLACES)}
    found = seen.group_by("unit", "known").agg(
        ts=seen.ts.min(), arms=seen.arm.nunique(), rows=seen.count(), **first
    )
    for name, value in asked.places.items():
        found = found.filter(found[name] == value)
    return found


def until(asked: Asked) -> ir.Value:
    """The end of observation as a value of the question."""
    return ibis.literal(asked.observed_until.astimezone(UTC))


def _by_exposure(asked: Asked) -> ir.Table:
    events = events_of(asked)
    plan = asked.experiment
    seen = events.filter(events.event == EXPOSED, events.experiment == plan.key, events.variant.notnull())
    if plan.start is not None:
        seen = seen.filter(seen.ts >= ibis.literal(plan.start.astimezone(UTC)))
    return seen.select(
        "unit", "ts", "seq", "event_id", "person", *PLACES,
        arm=seen.variant, known=seen.variant.isin([variant.key for variant in plan.variants]),
    )  # fmt: skip


def _by_property(asked: Asked, by: Split) -> ir.Table:
    shown = impressions_of(asked)
    if asked.experiment.start is not None:
        shown = shown.filter(shown.shown_ts >= ibis.literal(asked.experiment.start.astimezone(UTC)))
    column = shown[by]
    values = {
        variant.key: _value(variant.payload.get(by, variant.key), by) for variant in asked.experiment.variants
    }
    arm = ibis.cases(*((column == value, key) for key, value in values.items()), else_=column.cast("string"))
    return shown.filter(column.notnull()).select(
        "unit", "person", *PLACES, ts=shown.shown_ts, seq=ibis.null("int64"), event_id=shown.impression_id,
        arm=arm, known=column.isin(list(values.values())),
    )  # fmt: skip


def _value(given: object, by: Split) -> str | float:
    """A variant's value of the property, of the column's own type."""
    if by != "display_ms":
        return str(given)
    try:
        return float(str(given))
    except ValueError as error:
        raise ValueError(
            f"`display_ms` is {given!r} in a variant; must be milliseconds; write payload = {{ display_ms = 4000 }}."
        ) from error
