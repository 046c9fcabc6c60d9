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
VALUES = "value", "value_2"
"""The columns of the values that a funnel is split by."""


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
    return _values(by[0]) if len(by) == 1 and by[0] in _FEW else None


@cache
def _values(by: str) -> str:
    column = unbound("events_main")[by]
    few = column.name("value").as_table().filter(is_there(column)).distinct().order_by("value")
    return sql_of(few.limit(MOST_KNOWN + 1))


def valued(
    rows: ir.Table, funnel: Funnel, known: Sequence[str]
) -> tuple[ir.IntegerValue | None, dict[str, ir.Value]]:
    """What the breakdown adds: a mark above the bits of the steps, and the values where their places do not do.

    Args:
        rows: The events.
        funnel: The definition.
        known: Every value of the breakdown's one field; empty if they are many or the fields are two.

    Returns:
        The mark, 0 where there is no value, and columns `value` and `value_2`, of an experiment the arm; None and none
        without either.
    """
    if funnel.breakdown is None and funnel.variant is None:
        return None, {}
    n = len(funnel.steps)
    values = [rows[ARM]] if funnel.breakdown is None else [field(rows, name) for name in funnel.breakdown.by]
    if known:
        return places_of(values[0], known, n), {}
    some = reduce(or_, [is_there(value) for value in values])
    return ibis.cases((some, 1 << n), else_=0).cast("int64"), dict(zip(VALUES, values, strict=False))


def places_of(value: ir.StringValue, known: Sequence[str], n: int) -> ir.IntegerValue:
    """The value's place among the known ones, from 1, above the n bits of steps; 0 where there is none."""
    places = [place << n for place in range(1, len(known) + 1)]
    return list_extract(numbers([*places, 0, 0]), list_position(texts([*known, "", None]), value))


def numbers(given: Iterable[int]) -> ir.ArrayValue:
    """A list of numbers, to take one of."""
    return ibis.literal(list(given), type="array<int64>")


def texts(given: Sequence[str | None]) -> ir.ArrayValue:
    """A list of texts, to find one in."""
    return ibis.literal(list(given), type="array<string>")


def is_there(value: ir.Value) -> ir.BooleanValue:
    """Is there a value, and no empty text?"""
    return value.notnull() & (value != "") if value.type().is_string() else value.notnull()
