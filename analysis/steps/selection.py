"""What a funnel reads: (unit, time, step mask, value) rows, in order where the store has one; compiled by Ibis."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add, and_, or_
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
from sqlglot import exp, parse_one

from analysis.ask import sql_of
from analysis.steps.arms import SINCE, exposed, instant
from analysis.steps.carried import list_extract, list_position, numbers, texts, valued
from analysis.steps.cohorts import of_cohort
from analysis.steps.fields import field, holds, not_numbers
from experiments.conditions import Where
from experiments.funnel import PROPERTY, Funnel
from experiments.instants import later
from experiments.steps import Matched
from ingest.schema import unbound

if TYPE_CHECKING:
    from analysis.steps.held import HeldRows

_SOURCES = {
    "user": ("events", "person"),
    "session": ("event_sessions", "session"),
    "attempt": ("event_attempts", "attempt"),
    "impression": ("events", "impression_id"),
}
_CLUSTERED = "events_main", "person_key"


@dataclass(frozen=True, slots=True)
class Selection:
    """The questions behind one funnel, as DuckDB SQL.

    Args:
        rows: Columns unit (NULL where there is none), ts, steps (the mask), of a breakdown mark (the value's place
            among `known`, from 1, or a bare 1 where a value stands, else 0) and, unless `known` tells it, value. Rows
            that come as they are stored are those of $first ≤ unit < $last.
        counts: One row: for each of `fields` how many values were no numbers; None without such fields.
        fields: Fields that are compared with numbers and may hold something else.
        fresh: The same question as `rows` for rows that are not merged into the stored order yet; None if all are.
        held: The rows of `rows`, where they are held in memory.
    """

    rows: str
    counts: str | None
    fields: tuple[str, ...]
    fresh: str | None = None
    held: "HeldRows | None" = None


def select(
    funnel: Funnel,
    *,
    clustered: bool,
    ordered: bool,
    known: tuple[str, ...] = (),
    who: ir.Table | None = None,
) -> Selection:
    """Compile a funnel's definition to what it reads; what was compiled lately is kept.

    Args:
        funnel: The definition.
        clustered: Read persons where they are stored in order, under their integer key.
        ordered: Sort the rows by unit, ts, seq, event_id; else they come as they are stored.
        known: Every value of the breakdown's field, if they are few: rows then carry a value's place.
        who: Who was exposed, as `exposed` takes it; compiled each time.

    Returns:
        The questions.

    Raises:
        ValueError: A condition cannot be asked of its field.
    """
    asked = funnel.model_dump_json(), clustered, ordered, known
    return _select(*asked) if who is None else _compiled(*asked, who)


@lru_cache(maxsize=256)
def _select(definition: str, clustered: bool, ordered: bool, known: tuple[str, ...]) -> Selection:  # noqa: FBT001
    return _compiled(definition, clustered, ordered, known, None)


def _compiled(
    definition: str,
    clustered: bool,  # noqa: FBT001
    ordered: bool,  # noqa: FBT001
    known: tuple[str, ...],
    who: ir.Table | None,
) -> Selection:
    funnel = Funnel.model_validate_json(definition)
    seen, unit = source(funnel, clustered=clustered, who=who)
    named = [is_named(seen, step) for step in funnel.steps]
    steps = mask_of(seen, funnel, named)
    columns = {"unit": unit, "ts": seen.ts, "steps": steps, **valued(seen, funnel, known)}
    some = some_name(seen, funnel.steps)
    rows = seen if some is None else seen.filter(some)
    if ordered:
        rows = rows.filter(steps > 0).select(**columns, seq=seen.seq, event_id=seen.event_id)
        rows = rows.order_by("unit", "ts", "seq", "event_id").select(*columns)
        text = sql_of(rows)
    else:
        text = ranged(sql_of(rows.select(**columns)))
    wrong = numeric_of(seen, funnel.where, funnel.steps, named)
    asked = {f"not_number_{k}": times_of(one) for k, one in enumerate(wrong.values())}
    counted = of_cohort(seen, funnel.cohort) if clustered else seen
    counts = sql_of(counted.aggregate(**asked)) if asked else None
    return Selection(text, counts, tuple(wrong))


def ranged(sql: str) -> str:
    """The rows of a range of units, so that several ranges can be read side by side."""
    every = parse_one(sql, dialect="duckdb", into=exp.Select).subquery("every_unit")
    some = exp.select("*").from_(every).where("unit >= $first AND unit < $last", dialect="duckdb")
    return some.sql(dialect="duckdb", pretty=True)


def source(funnel: Funnel, *, clustered: bool, who: ir.Table | None = None) -> tuple[ir.Table, ir.Value]:
    """The events that can take part, and the column of their unit; where persons are stored in order `kept` chooses."""
    view, column = _CLUSTERED if clustered else _SOURCES.get(funnel.unit, ("events", ""))
    rows = unbound(view)
    bounds = []
    if funnel.from_ is not None:
        bounds.append(rows.ts >= instant(funnel.from_))
    if funnel.to is not None:
        bounds.append(rows.ts <= instant(later(funnel.to, funnel.within_us)))
    if funnel.observed_until is not None:
        bounds.append(rows.ts <= instant(funnel.observed_until))
    seen = rows.filter(*bounds) if bounds else rows
    seen = exposed(seen if clustered else of_cohort(seen, funnel.cohort), funnel, who)
    unit = seen[column] if column else field(seen, funnel.unit.removeprefix(PROPERTY)).cast("string")
    return seen, unit if clustered else unit.nullif("")


def is_named(rows: ir.Table, step: Matched) -> ir.BooleanValue:
    """Does the event's name match the step? An OR of equalities, never IN: an IN-list is joined and loses order."""
    if step.events is None:
        return rows.event.notnull()
    return reduce(or_, [rows.event == name for name in step.events])


def some_name(rows: ir.Table, matched: Sequence[Matched]) -> ir.BooleanValue | None:
    """Is the event one of those that are named? None if one of them takes every event."""
    names = [one.events for one in matched]
    if any(events is None for events in names):
        return None
    return place_of(
        rows, sorted({name for events in names if events is not None for name in events})
    ).notnull()


def place_of(rows: ir.Table, names: Sequence[str]) -> ir.IntegerValue:
    """The place of the event's name in a list. DuckDB looks it up once per different name, and never joins."""
    return list_position(texts(names), rows.event)


def mask_of(rows: ir.Table, funnel: Funnel, named: Sequence[ir.BooleanValue]) -> ir.IntegerValue:
    """Bit k-1: this event may serve step k; `from` and `to` bind the first step only."""
    start = []
    if funnel.from_ is not None:
        start.append(rows.ts >= instant(funnel.from_))
    if funnel.to is not None:
        start.append(rows.ts < instant(funnel.to))
    if funnel.variant is not None:
        start.append(rows.ts >= rows[SINCE])
    everywhere = holds(rows, funnel.where)
    bits: dict[str, int] = {}
    parts: list[ir.IntegerValue] = []
    for k, (step, name) in enumerate(zip(funnel.steps, named, strict=True)):
        conditions = [*(start if k == 0 else []), *everywhere, *holds(rows, step.where)]
        if conditions or step.events is None:
            parts.append(ibis.cases((reduce(and_, [name, *conditions]), 1 << k), else_=0).cast("int64"))
        else:
            for event in step.events:
                bits[event] = bits.get(event, 0) | 1 << k
    if bits:
        masks = list_extract(numbers(bits.values()), place_of(rows, list(bits)))
        parts.insert(0, masks.fill_null(0) if parts else masks)
    return reduce(add, parts)


def numeric_of(
    rows: ir.Table, where: Where, matched: Sequence[Matched], named: Sequence[ir.BooleanValue]
) -> dict[str, ir.BooleanValue]:
    """Per field: is this one of the events that compare the field with a number, and its value is none?"""
    asked: dict[str, list[ir.BooleanValue]] = {}
    for one_of_them, name in zip(matched, named, strict=True):
        for one, wrong in (not_numbers(rows, where) | not_numbers(rows, one_of_them.where)).items():
            asked.setdefault(one, []).append(name & wrong)
    return {one: reduce(or_, wrong) for one, wrong in asked.items()}


def times_of(condition: ir.BooleanValue) -> ir.IntegerValue:
    """In how many rows does the condition hold?"""
    return ibis.cases((condition, 1), else_=0).sum().fill_null(0).cast("int64")
