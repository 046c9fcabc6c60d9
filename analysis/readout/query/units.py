"""Who was exposed to what, one row per unit: the relation that every sample stands on."""

from datetime import UTC
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from analysis.ask import ask
from analysis.readout.asked import PLACES, Asked, Persons, Split
from ingest.schema import unbound

if TYPE_CHECKING:
    from ingest import Store

EXPOSED = "experiment_exposed"
SHOWN = "suggestion_shown"
BACKGROUND = (EXPOSED, "frames_summary")
ONE_DAY_SECONDS = 86_400
ZONE_SECONDS = 9 * 3600
"""Days are those of the reporting zone, Asia/Tokyo, which has no summer time."""

_EVENTS = {
    "session": ("event_sessions", "session"),
    "attempt": ("event_attempts", "attempt"),
    "impression": ("events", "impression_id"),
}


def persons_of(store: "Store") -> Persons:
    """Where the events of persons are read: by their integer key where every row has one by now."""
    facts = store.facts()
    if facts.clustered:
        return "events_main"
    return "events_keyed" if facts.keyed else "events"


def as_stored(store: "Store", asked: Asked) -> bool:
    """Do the exposures that the store keeps, one row a person, answer the question as those of the log would?

    Not if an exposure lies outside the observed time, or somebody saw a variant that the plan does not have.
    """
    if asked.by is not None or asked.experiment.unit != "user":
        return False
    seen = unbound("exposures")
    mine = seen.filter(seen.experiment == asked.experiment.key)
    start, end = asked.experiment.start, until(asked)
    early = ibis.literal(False) if start is None else mine.ts < ibis.literal(start.astimezone(UTC))  # noqa: FBT003
    keys = [variant.key for variant in asked.experiment.variants]
    foreign = ~mine.variant.isin(keys)
    asked_of_them = mine.aggregate(
        others=(early | foreign).any(), late=(mine.ts > end).any(), several=(mine.variants > 1).any()
    )
    (row,) = ask(store, asked_of_them).to_pylist()
    whole = store.observed_until()
    cut = whole is not None and asked.observed_until < whole
    if row["others"] or (cut and (row["late"] or row["several"])):
        return False
    return not row["several"] or not _any_foreign(store, asked, keys)


def _any_foreign(store: "Store", asked: Asked, keys: list[str]) -> bool:
    """Was anybody exposed to a variant that the plan does not have, beside one that it has?"""
    events = unbound("events")
    mine = events.filter(events.event == EXPOSED, events.experiment == asked.experiment.key)
    (row,) = ask(store, mine.aggregate(found=(~mine.variant.isin(keys)).any())).to_pylist()
    return bool(row["found"])


def events_of(asked: Asked) -> ir.Table:
    """Every event with the experiment's `unit`, up to the end of observation; `unit` may be NULL."""
    if asked.experiment.unit == "user":
        events = unbound(asked.persons)
        unit = events.person if asked.persons == "events" else events.person_key
    else:
        view, column = _EVENTS[asked.experiment.unit]
        events = unbound(view)
        unit = events[column]
    return events.mutate(unit=unit).filter(events.ts <= until(asked))


def impressions_of(asked: Asked) -> ir.Table:
    """Every impression with the experiment's `unit`, up to the end of observation."""
    impressions = unbound("impressions")
    seen = impressions.filter(impressions.shown_ts <= until(asked))
    if asked.experiment.unit == "user":
        return seen.mutate(unit=seen.person if asked.persons == "events" else seen.person_key)
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
    found = _as_stored(asked) if asked.as_stored else _one_by_one(asked)
    for name, value in asked.places.items():
        found = found.filter(found[name] == value)
    return found


def until(asked: Asked) -> ir.Value:
    """The end of observation as a value of the question."""
    return ibis.literal(asked.observed_until.astimezone(UTC))


def day_of(moment: ir.Value) -> ir.Value:
    """The day of a moment in the reporting zone, as days since 1970."""
    return (moment.epoch_seconds() + ZONE_SECONDS) // ONE_DAY_SECONDS


def _as_stored(asked: Asked) -> ir.Table:
    seen = unbound("exposures")
    mine = seen.filter(seen.experiment == asked.experiment.key, seen.ts <= until(asked))
    return mine.select(
        "person", "ts", *PLACES, unit=mine.person if asked.persons == "events" else mine.person_key,
        known=ibis.literal(True), arm=mine.variant, arms=mine.variants, rows=ibis.literal(1, "int64"),  # noqa: FBT003
    )  # fmt: skip


def _one_by_one(asked: Asked) -> ir.Table:
    seen = _by_property(asked, asked.by) if asked.by else _by_exposure(asked)
    order = [seen.ts, seen.seq, seen.event_id]
    first = {name: seen[name].first(order_by=order, include_null=True) for name in ("arm", "person", *PLACES)}
    return seen.group_by("unit", "known").agg(
        ts=seen.ts.min(), arms=seen.arm.nunique(), rows=seen.count(), **first
    )


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
