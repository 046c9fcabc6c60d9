"""Fields of an event by the name a person writes, and conditions on them, as Ibis expressions."""

from datetime import datetime
from functools import reduce
from operator import and_, or_

import ibis
import ibis.expr.types as ir
from ibis.expr import datatypes as dt

from experiments.conditions import Operators, Where
from ingest.events import FIELDS, PROMOTED

_PROPERTIES = "properties"
_COLUMNS = frozenset({"person", *FIELDS, *(one.name for one in PROMOTED)} - {_PROPERTIES})
_TOP_LEVEL = frozenset({"person", *FIELDS})
_ORDERINGS = {"ge": "__ge__", "le": "__le__", "gt": "__gt__", "lt": "__lt__"}


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def json_extract_string(value: dt.json, path: str) -> str:  # type: ignore[empty-body]
    """DuckDB's `->>`: the text of a property, NULL if it is missing or null."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def isfinite(value: float) -> bool:  # type: ignore[empty-body]
    """DuckDB's test for neither NaN nor infinite."""


def field(rows: ir.Table, name: str) -> ir.Value:
    """The value of a field.

    Args:
        rows: `events` or one of the views with its columns.
        name: A top-level field, a promoted property, any other property, or "properties.x" for the property
            that a field of the same name hides.

    Returns:
        A typed column, or the property as text.
    """
    if name in _COLUMNS:
        return rows[name]
    return _raw(rows, name.removeprefix(f"{_PROPERTIES}."))


def holds(rows: ir.Table, where: Where) -> list[ir.BooleanValue]:
    """One expression per condition; NULL counts as false.

    Args:
        rows: `events` or one of the views with its columns.
        where: Field -> value (equals) or operators.

    Raises:
        ValueError: A condition cannot be asked of the field, such as an offsetless text of a moment.
    """
    return [
        reduce(
            and_, [_holds(field(rows, name), name, operator, value) for operator, value in _given(condition)]
        )
        for name, condition in where.items()
    ]


def not_numbers(rows: ir.Table, where: Where) -> dict[str, ir.BooleanValue]:
    """For each field that `where` compares with a number: is its value there and no number?"""
    compared = [name for name, one in where.items() if any(_is_number(value) for _, value in _given(one))]
    return {
        name: _no_number(rows, name) for name in compared if name not in _TOP_LEVEL or name not in _COLUMNS
    }


def _given(condition: object) -> list[tuple[str, object]]:
    if isinstance(condition, Operators):
        return [(name, value) for name, value in condition.given() if value is not None]
    return [("equals", condition)]


def _holds(value: ir.Value, name: str, operator: str, wanted: object) -> ir.BooleanValue:
    if operator == "is_null":
        return value.isnull() if wanted else value.notnull()
    if operator == "contains":
        return _text(value).contains(str(wanted))
    if operator == "in" and isinstance(wanted, tuple):
        return reduce(or_, [_compared(value, name, "__eq__", one) for one in wanted])
    method = {"equals": "__eq__", "ne": "__ne__", **_ORDERINGS}[operator]
    return _compared(value, name, method, wanted)


def _compared(value: ir.Value, name: str, method: str, wanted: object) -> ir.BooleanValue:
    if value.type().is_timestamp():
        return getattr(value, method)(ibis.literal(_moment(name, wanted), type="timestamp('UTC')"))
    if isinstance(wanted, bool):
        return getattr(_text(value).lower(), method)("true" if wanted else "false")
    if _is_number(wanted) or (value.type().is_numeric() and isinstance(wanted, str)):
        number = value if value.type().is_numeric() else value.cast("string").try_cast("float64")
        return getattr(number, method)(_number(name, wanted)) & isfinite(number)
    if method in _ORDERINGS.values():
        raise ValueError(
            f"`where.{name}` has the bound {wanted!r}; must be a number; write it without quotes."
        )
    return getattr(_text(value), method)(wanted)


def _text(value: ir.Value) -> ir.StringValue:
    return value if value.type().is_string() else value.cast("string")


def _raw(rows: ir.Table, name: str) -> ir.StringValue:
    return json_extract_string(rows[_PROPERTIES], "/" + name.replace("~", "~0").replace("/", "~1"))


def _no_number(rows: ir.Table, name: str) -> ir.BooleanValue:
    value = field(rows, name)
    if (
        value.type().is_numeric()
    ):  # a promoted property: what was no number landed as NULL, its raw value kept
        return (rows["bad_values"] > 0) & value.isnull() & _raw(rows, name).notnull()
    number = value.cast("string").try_cast("float64")
    return value.notnull() & (number.isnull() | ~isfinite(number))


def _is_number(value: object) -> bool:
    several = value if isinstance(value, tuple) else (value,)
    return any(isinstance(one, int | float) and not isinstance(one, bool) for one in several)


def _number(name: str, wanted: object) -> float:
    try:
        return float(str(wanted))
    except ValueError as no_number:
        raise ValueError(
            f"`where.{name}` is {wanted!r}; must be a number, as the field is; write one."
        ) from no_number


def _moment(name: str, wanted: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(wanted))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"`where.{name}` is {wanted!r}; must be a moment; write 2026-04-01T00:00:00+09:00.")
    return moment
