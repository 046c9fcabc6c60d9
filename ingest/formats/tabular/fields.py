"""The value of one event field as SQL: from a column, a constant or a template, through its map of values."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from ingest.events import PROMOTED
from ingest.formats.mapping.model import FieldRule, Mapping
from ingest.formats.mapping.values import Condition, Scalar
from ingest.formats.tabular import sql
from ingest.formats.tabular.cells import Cell, Cells, as_type
from ingest.formats.tabular.rows import SourceError
from ingest.formats.tabular.sql import Expression

ROW_ID = "row_id"
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_TYPES = {"DOUBLE": "number", "BOOLEAN": "boolean", "VARCHAR": None}
_PROMOTED = {promoted.name: _TYPES[promoted.type] for promoted in PROMOTED}


@dataclass(frozen=True, slots=True)
class Value:
    """A field's value.

    Attributes:
        text: as text; NULL when missing.
        json: as JSON text; NULL when missing.
        found: as the log has it, before the mapping's `values`.
        unlisted: when it is none of the mapping's `values` and must be; None if it need not be.
        cell: as the log has it; None if it is a constant.
    """

    text: Expression
    json: Expression
    found: Expression
    unlisted: Expression | None = None
    cell: Cell | None = None


def value_of(name: str, rule: FieldRule, cells: Cells, row_id: Expression) -> Value:
    """The value of an event field.

    Args:
        name: the field; properties with a typed column of their own are read as that type.
        rule: where it comes from.
        cells: the log's columns.
        row_id: stands in templates for `{row_id}`: the digest of the whole row with its ordinal.

    Raises:
        SourceError: the log lacks a column, or a template is malformed.
    """
    if rule.constant is not None:
        text = sql.text(_plain(rule.constant))
        return Value(text, sql.text(json.dumps(rule.constant, ensure_ascii=False)), text)
    if rule.template is not None:
        filled = _filled(rule.template, cells, row_id)
        cell = Cell(filled, sql.json_text(filled), "text", filled)
    else:
        cell = cells.find(rule.column or "")
    base = Value(cell.text, as_type(cell, rule.type or _PROMOTED.get(name)), cell.text, cell=cell)
    return _listed(base, rule) if rule.values else base


def condition(cells: Cells, path: str, wanted: Condition) -> Expression:
    """Whether a value satisfies a condition; a missing one satisfies only `is_null = true`."""
    text = cells.find(path).text
    number = sql.cast(text, "DOUBLE", safe=True)
    tests = [
        *([_equals(text, [wanted.eq])] if wanted.eq is not None else []),
        *([exp.Not(this=_equals(text, [wanted.ne]))] if wanted.ne is not None else []),
        *([_equals(text, wanted.in_)] if wanted.in_ is not None else []),
        *([exp.Not(this=_equals(text, wanted.not_in))] if wanted.not_in is not None else []),
    ]
    bounds = {exp.LT: wanted.lt, exp.LTE: wanted.le, exp.GT: wanted.gt, exp.GTE: wanted.ge}
    tests += [kind(this=number, expression=sql.number(b)) for kind, b in bounds.items() if b is not None]
    if wanted.is_null is not None:
        tests.append(sql.is_null(text) if wanted.is_null else sql.not_null(text))
    return sql.call("coalesce", sql.all_of(tests), exp.false())


def columns_used(mapping: Mapping) -> set[str]:
    """Columns that some field takes as they stand; the other columns are kept as properties."""
    rules = [rule for event in mapping.rules() for rule in event.fields.values()]
    return {rule.column for rule in rules if rule.column is not None and not rule.values}


def _listed(base: Value, rule: FieldRule) -> Value:
    keys = [sql.text(key) for key in rule.values]
    texts = [sql.text(_plain(value)) for value in rule.values.values()]
    jsons = [sql.text(json.dumps(value, ensure_ascii=False)) for value in rule.values.values()]
    kept = (base.text, base.json) if rule.otherwise == "keep" else (sql.NULL, sql.NULL)
    is_key = [exp.EQ(this=base.text, expression=key) for key in keys]
    unlisted = sql.all_of([sql.not_null(base.text), exp.Not(this=sql.is_one_of(base.text, keys))])
    return Value(
        sql.case(zip(is_key, texts, strict=True), kept[0]),
        sql.case(zip(is_key, jsons, strict=True), kept[1]),
        base.text,
        unlisted if rule.otherwise == "reject" else None,
        Cell(base.text, base.json, "text", base.text),
    )


def _equals(text: Expression, options: Iterable[Scalar]) -> Expression:
    return sql.any_of([_equal(text, option) for option in options])


def _equal(text: Expression, option: Scalar) -> Expression:
    if isinstance(option, bool):
        return exp.EQ(this=sql.call("lower", text), expression=sql.text(_plain(option)))
    if isinstance(option, str):
        return exp.EQ(this=text, expression=sql.text(option))
    return exp.EQ(this=sql.cast(text, "DOUBLE", safe=True), expression=sql.number(option))


def _plain(value: Scalar) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _filled(template: str, cells: Cells, row_id: Expression) -> Expression:
    parts: list[Expression] = []
    end = 0
    for found in _PLACE.finditer(template):
        parts.append(sql.text(template[end : found.start()]))
        end = found.end()
        if found[1] is None:
            parts.append(sql.text(found[0][0]))
        elif found[1] == ROW_ID and not cells.is_whole(ROW_ID):
            parts.append(row_id)
        else:
            parts.append(cells.find(found[1]).text)
    rest = template[end:]
    if "{" in rest or "}" in rest or not parts:
        raise SourceError(
            f'`template` is {template!r}; must name columns in braces, such as "{{user}}-{{ts}}"; correct it'
        )
    return sql.joined(*parts, sql.text(rest))
