"""What a funnel with options reads: beside the step mask, exclusions, first occurrences and the held value."""

from functools import lru_cache, reduce
from operator import add, and_

import ibis
import ibis.expr.types as ir
from ibis.expr import datatypes as dt

from analysis.ask import sql_of
from analysis.steps.arms import SINCE
from analysis.steps.carried import is_there, valued
from analysis.steps.cohorts import of_cohort
from analysis.steps.fields import field, holds
from analysis.steps.selection import (
    Selection,
    is_named,
    mask_of,
    numeric_of,
    place_of,
    ranged,
    some_name,
    source,
    times_of,
)
from experiments.funnel import Funnel
from ingest.events import BACKGROUND

_BETWEEN_VALUES = "\x1f"


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]
def hash_of(text: str) -> dt.uint64:
    """DuckDB's 64-bit hash of a text."""


def select_ruled(
    funnel: Funnel,
    *,
    clustered: bool,
    ordered: bool,
    known: tuple[str, ...] = (),
    who: ir.Table | None = None,
) -> Selection:
    """Compile a funnel with options to what it reads; what was compiled lately is kept.

    The columns are those of a plain funnel, and `extra` and `code` as the walk takes them, where an option asks.
    Conditions on every event leave the others out altogether: they neither exclude nor stand between. `from` and `to`
    are left to the walk. A strict funnel reads every event of its units, except those that the tracking plan calls
    background.

    Args:
        funnel: The definition.
        clustered: Read persons where they are stored in order, under their integer key.
        ordered: Sort the rows by unit, ts, seq, event_id; else they come as they are stored.
        known: Every value of the breakdown's field, if they are few: rows then carry a value's place.
        who: Who was exposed, as `exposed` takes it; compiled each time.

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
    history = any(step.occurrence != "any" for step in funnel.steps)
    every, unit = source(
        funnel.model_copy(update={"from_": None}) if history else funnel, clustered=clustered, who=who
    )
    named = [is_named(every, step) for step in funnel.steps]
    barred = [is_named(every, one) for one in funnel.exclusions]
    steps = mask_of(
        every, funnel.model_copy(update={"from_": None, "to": None, "where": {}, "variant": None}), named
    )
    columns = {"unit": unit, "ts": every.ts, "steps": steps}
    if history or barred:
        columns["extra"] = _extra(every, funnel, named, barred, steps)
    if funnel.hold:
        columns["code"] = _code(every, funnel)
    if funnel.variant is not None:  # a chain starts at the exposure or later, and so no step comes before it
        columns["steps"] = steps = ibis.cases((every.ts >= every[SINCE], steps), else_=0).cast("int64")
    columns |= valued(every, funnel, known)
    rows = every.filter(_taken(every, funnel), *holds(every, funnel.where))
    if ordered:
        rows = rows.select(**columns, seq=every.seq, event_id=every.event_id)
        text = sql_of(rows.order_by("unit", "ts", "seq", "event_id").select(*columns))
    else:
        text = ranged(sql_of(rows.select(**columns)))
    wrong = numeric_of(every, funnel.where, [*funnel.steps, *funnel.exclusions], [*named, *barred])
    asked = {f"not_number_{k}": times_of(one) for k, one in enumerate(wrong.values())}
    counted = of_cohort(every, funnel.cohort) if clustered else every
    counts = sql_of(counted.aggregate(**asked)) if asked else None
    return Selection(text, counts, tuple(wrong))


def _taken(rows: ir.Table, funnel: Funnel) -> ir.BooleanValue:
    """Is the event of any interest?"""
    matched = [*funnel.steps, *funnel.exclusions]
    some = some_name(rows, matched)
    if some is None:
        return rows.event.notnull()
    if funnel.order != "strict":
        return some
    telemetry = BACKGROUND - {name for one in matched for name in one.events or ()}
    return place_of(rows, sorted(telemetry)).isnull()


def _extra(
    rows: ir.Table,
    funnel: Funnel,
    named: list[ir.BooleanValue],
    barred: list[ir.BooleanValue],
    steps: ir.IntegerValue,
) -> ir.IntegerValue:
    """Bit k-1: a candidate for the first occurrence of step k; bit n + e: an event of exclusion e."""
    n, bits = len(funnel.steps), [(ibis.literal(value=False), 0)]
    for k, (step, name) in enumerate(zip(funnel.steps, named, strict=True)):
        if step.occurrence == "first_ever":
            bits.append((name, k))
        elif step.occurrence == "first_matching":
            bits.append(((steps // (1 << k)) % 2 == 1, k))
    for e, (one, name) in enumerate(zip(funnel.exclusions, barred, strict=True)):
        bits.append((reduce(and_, [name, *holds(rows, one.where)]), n + e))
    return reduce(add, [ibis.cases((said, 1 << bit), else_=0).cast("int64") for said, bit in bits])


def _code(rows: ir.Table, funnel: Funnel) -> ir.IntegerValue:
    """The held values as one number; -1 if one of them is missing."""
    values = [field(rows, name) for name in funnel.hold]
    text = reduce(add, [value.cast("string") + _BETWEEN_VALUES for value in values])
    code = (hash_of(text) // 2).cast("int64")
    return ibis.cases((reduce(and_, [is_there(value) for value in values]), code), else_=-1).cast("int64")
