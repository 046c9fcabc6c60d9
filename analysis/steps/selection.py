"""What a funnel reads: (unit, time, step mask, value) rows as Ibis expressions, in order where the store has one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import add, and_, or_

import ibis
import ibis.expr.types as ir

from analysis.steps.fields import field, holds, not_numbers
from experiments.funnel import PROPERTY, Funnel, Step
from ingest.schema import unbound

_SOURCES = {
    "user": ("events", "person"),
    "session": ("event_sessions", "session"),
    "attempt": ("event_attempts", "attempt"),
    "impression": ("events", "impression_id"),
}
_CLUSTERED = "events_main", "person_key"


@dataclass(frozen=True, slots=True)
class Selection:
    """The questions behind one funnel.

    Args:
        rows: Columns unit, ts, steps (the mask; its bit n says that a value stands there) and value, if asked.
        counts: One row: without_unit, then for each of `fields` how many values were no numbers; None if there
            is nothing to count.
        fields: Fields that are compared with numbers and may hold something else.
    """

    rows: ir.Table
    counts: ir.Table | None
    fields: tuple[str, ...]


def select(funnel: Funnel, *, clustered: bool, ordered: bool) -> Selection:
    """Compile a funnel's definition to what it reads.

    Args:
        funnel: The definition.
        clustered: Read persons where they are stored in order, under their integer key.
        ordered: Sort the rows by unit, ts, seq, event_id; else they come as they are stored.

    Returns:
        The questions, over unbound tables.

    Raises:
        ValueError: A condition cannot be asked of its field.
    """
    seen, unit = _source(funnel, clustered=clustered)
    named = [_named(seen, step) for step in funnel.steps]
    steps = reduce(
        add, [ibis.cases((step, 1 << k), else_=0) for k, step in enumerate(_steps(seen, funnel, named))]
    )
    columns = {"unit": unit, "ts": seen.ts, "steps": steps}
    if funnel.breakdown is not None:
        columns["value"] = field(seen, funnel.breakdown.by[0])
    if ordered:
        rows = seen.select(**columns, seq=seen.seq, event_id=seen.event_id)
        rows = rows.filter(rows.steps > 0, _there(rows.unit)).order_by("unit", "ts", "seq", "event_id")
        rows = rows.select(*columns)
    else:
        rows = seen.select(**columns)
    if funnel.breakdown is not None:
        rows = rows.mutate(
            steps=rows.steps + ibis.cases((_there(rows.value), 1 << len(funnel.steps)), else_=0)
        )
    fields = _numeric(seen, funnel, named)
    counts = None
    if fields or funnel.unit != "user":
        without = steps > 0 if funnel.unit == "user" else (steps > 0) & ~_there(unit)
        wrong = {f"not_number_{k}": _times(one) for k, one in enumerate(fields.values())}
        counts = seen.aggregate(without_unit=_times(without), **wrong)
    return Selection(rows, counts, tuple(fields))


def _source(funnel: Funnel, *, clustered: bool) -> tuple[ir.Table, ir.Value]:
    """The events that can take part, and the column of their unit."""
    view, column = _CLUSTERED if clustered else _SOURCES.get(funnel.unit, ("events", ""))
    rows = unbound(view)
    bounds = []
    if funnel.from_ is not None:
        bounds.append(rows.ts >= _instant(funnel.from_))
    if funnel.to is not None:
        bounds.append(rows.ts <= _instant(_later(funnel.to, funnel.within_us)))
    if funnel.observed_until is not None:
        bounds.append(rows.ts <= _instant(funnel.observed_until))
    seen = rows.filter(*bounds) if bounds else rows
    return seen, seen[column] if column else field(seen, funnel.unit.removeprefix(PROPERTY)).cast("string")


def _named(rows: ir.Table, step: Step) -> ir.BooleanValue:
    """Does the event's name match the step? An OR of equalities, never IN: an IN-list is joined and loses order."""
    if step.events is None:
        return rows.event.notnull()
    return reduce(or_, [rows.event == name for name in step.events])


def _steps(rows: ir.Table, funnel: Funnel, named: Sequence[ir.BooleanValue]) -> list[ir.BooleanValue]:
    """Per step: may this event serve it? `from` and `to` bind the first step only."""
    start = []
    if funnel.from_ is not None:
        start.append(rows.ts >= _instant(funnel.from_))
    if funnel.to is not None:
        start.append(rows.ts < _instant(funnel.to))
    everywhere = holds(rows, funnel.where)
    return [
        reduce(and_, [name, *(start if k == 0 else []), *everywhere, *holds(rows, step.where)])
        for k, (step, name) in enumerate(zip(funnel.steps, named, strict=True))
    ]


def _numeric(rows: ir.Table, funnel: Funnel, named: Sequence[ir.BooleanValue]) -> dict[str, ir.BooleanValue]:
    """Per field: is this an event of a step that compares the field with a number, and its value is none?"""
    asked: dict[str, list[ir.BooleanValue]] = {}
    for step, name in zip(funnel.steps, named, strict=True):
        for one, wrong in (not_numbers(rows, funnel.where) | not_numbers(rows, step.where)).items():
            asked.setdefault(one, []).append(name & wrong)
    return {one: reduce(or_, wrong) for one, wrong in asked.items()}


def _there(value: ir.Value) -> ir.BooleanValue:
    return value.notnull() & (value != "") if value.type().is_string() else value.notnull()


def _times(condition: ir.BooleanValue) -> ir.IntegerValue:
    return ibis.cases((condition, 1), else_=0).sum().fill_null(0).cast("int64")


def _instant(moment: datetime) -> ir.Value:
    return ibis.literal(moment.astimezone(UTC), type="timestamp('UTC')")


def _later(moment: datetime, us: int) -> datetime:
    try:
        return moment.astimezone(UTC) + timedelta(microseconds=us)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
