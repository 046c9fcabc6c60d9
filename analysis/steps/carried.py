"""The values that a funnel is split by: how rows carry them beside the step mask; compiled by Ibis."""

from collections.abc import Iterable, Sequence
from functools import cache, reduce
from operator import or_

import ibis
import ibis.expr.types as ir
from ibis.expr import datatypes as dt

from analysis.ask import sql_of
from analysis.steps.arms import ARM
from analysis.steps.fields import field
from experiments.funnel import Funnel
from ingest.schema import unbound

_FEW = frozenset(
    {
        "platform",
        "os_version",
        "app_version",
        "device",
        "model",
        "model_version",
        "conversion",
        "delegate",
        "label",
    }
    | {"copy_id", "design_id", "method", "true_label", "experiment", "variant", "event"}
)
"""Text columns that hold the same few values over and over."""
MOST_KNOWN = 255
VALUES, MARK = ("value", "value_2"), "mark"
"""The columns of the values that a funnel is split by, and of their places."""
_WIDEST = 64


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def list_position(known: dt.Array(dt.string), wanted: str) -> int:  # type: ignore[valid-type, empty-body]
    """DuckDB's place of a value in a list, from 1; NULL if it is not there."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def list_extract(bits: dt.Array(dt.int64), place: int) -> int:  # type: ignore[valid-type, empty-body]
    """DuckDB's element of a list at a place."""


def values(funnel: Funnel) -> str | None:
    """The question for every value of the breakdown's field; None if they may be many.

    Args:
        funnel: The definition; its unit is stored in order.
    """
    by = () if funnel.breakdown is None else funnel.breakdown.by
    return different(by[0], MOST_KNOWN) if len(by) == 1 and by[0] in _FEW else None


@cache
def different(by: str, most: int) -> str:
    """The question for the different values of a stored text column, in order; one more than `most` if they are more."""
    column = unbound("events_main")[by]
    few = column.name("value").as_table().filter(is_there(column)).distinct().order_by("value")
    return sql_of(few.limit(most + 1))


def valued(rows: ir.Table, funnel: Funnel, known: Sequence[str]) -> dict[str, ir.Value]:
    """What the breakdown adds: a mark, and the values where their places do not do.

    Args:
        rows: The events.
        funnel: The definition.
        known: Every value of the breakdown's one field; empty if they are many or the fields are two.

    Returns:
        Columns: `mark`, the value's place from 1 or a bare 1, 0 where there is no value; `value` and `value_2` unless
        the place does, of an experiment the arm. None without either.
    """
    if funnel.breakdown is None and funnel.variant is None:
        return {}
    values = [rows[ARM]] if funnel.breakdown is None else [field(rows, name) for name in funnel.breakdown.by]
    if known:
        return {MARK: places_of(values[0], known)}
    some = reduce(or_, [is_there(value) for value in values])
    return {MARK: ibis.cases((some, 1), else_=0).cast("uint8"), **dict(zip(VALUES, values, strict=False))}


def places_of(value: ir.StringValue, known: Sequence[str]) -> ir.IntegerValue:
    """The value's place among the known ones, from 1; 0 where there is none."""
    places = range(1, len(known) + 1)
    return list_extract(numbers([*places, 0, 0]), list_position(texts([*known, "", None]), value))


def numbers(given: Iterable[int]) -> ir.ArrayValue:
    """A list of numbers, to take one of; as narrow as they allow, for what is taken is read a million times."""
    found = list(given)
    wide = next(bits for bits in (8, 16, 32, 64) if max(found) < 1 << bits)
    return ibis.literal(found, type=f"array<{'int64' if wide == _WIDEST else f'uint{wide}'}>")


def texts(given: Sequence[str | None]) -> ir.ArrayValue:
    """A list of texts, to find one in."""
    return ibis.literal(list(given), type="array<string>")


def is_there(value: ir.Value) -> ir.BooleanValue:
    """Is there a value, and no empty text?"""
    return value.notnull() & (value != "") if value.type().is_string() else value.notnull()
