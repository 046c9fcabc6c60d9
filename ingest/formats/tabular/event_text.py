"""One event of a row as SQL: whether it is made, what is wrong with it, and its line of canonical NDJSON."""

import json
from collections.abc import Iterator

from sqlglot import exp

from ingest.events import TEXT_FIELDS, TIME_FIELDS
from ingest.formats.mapping.model import Mapping
from ingest.formats.mapping.values import MICROSECONDS, Shift
from ingest.formats.tabular import sql
from ingest.formats.tabular.cells import Cells, as_type
from ingest.formats.tabular.faults import Made, faults
from ingest.formats.tabular.fields import Value, columns_used, condition, value_of
from ingest.formats.tabular.rows import LINE, SourceError
from ingest.formats.tabular.sql import Expression
from ingest.formats.tabular.times import as_iso, instant, moved

LINE_KEY = "__line__"
_NO_PROPERTY = (*TEXT_FIELDS, *TIME_FIELDS, "seq", "properties")


class EventText:
    """The n-th event that a mapping makes of a row.

    Args:
        mapping: the mapping.
        number: 1-based.
        cells: the log's columns.
        row_id: the id of the whole row, NULL where rows are not numbered.

    Raises:
        SourceError: the mapping does not fit the log's columns.
    """

    def __init__(self, mapping: Mapping, number: int, cells: Cells, row_id: Expression) -> None:
        self._mapping = mapping
        self._number = number
        self._cells = cells
        self._row_id = row_id
        self._rule = mapping.rules()[number - 1]
        fields = self._rule.fields
        self._values = {name: value_of(name, rule, cells, row_id) for name, rule in fields.items()}

    @property
    def wanted(self) -> Expression:
        """Whether the row makes this event; a column of the first layer."""
        return self._column("wanted")

    @property
    def text(self) -> Expression:
        """The event's line with its line feed; a column of the second layer."""
        return self._column("text")

    def first_layer(self) -> Iterator[Expression]:
        """Whether it is made, its time, the length it is moved by, its id."""
        conditions = [condition(self._cells, path, wanted) for path, wanted in self._rule.when.items()]
        yield self._named("wanted", sql.all_of(conditions))
        yield self._named("at", self._instant("ts"))
        yield self._named("length", self._shift())
        yield self._named("event_id", self._event_id())

    def second_layer(self) -> Iterator[Expression]:
        """The line."""
        moment = moved(self._column("at"), self._column("length"))
        yield self._named(
            "text",
            sql.call(
                "concat",
                sql.text(f'{{"{LINE_KEY}":'),
                sql.column(LINE),
                sql.text(',"ts":"'),
                as_iso(moment),
                sql.text('"'),
                *self._members(),
                sql.text(',"properties":'),
                self._properties(),
                sql.text("}\n"),
            ),
        )

    def fault(self) -> Expression:
        """The first thing wrong with the event as JSON (code, field, value), or NULL."""
        made = Made(self._column("at"), self._column("length"), self._column("event_id"), self.text)
        zone_free = "iso" in self._formats("ts") and self._zone("ts") is None
        found = faults(self._values, made, zone_free=zone_free)
        return sql.when(self.wanted, sql.case([(fault.test, fault.as_json()) for fault in found]))

    def _event_id(self) -> Expression:
        events = self._mapping.events
        own = self._number <= len(events) and "event_id" in events[self._number - 1].fields
        given = self._row_id
        if "event_id" in self._values:
            given = sql.call("coalesce", self._values["event_id"].text, given)
        if own or len(events) <= 1:
            return given
        return sql.joined(given, sql.text(f":{self._number}"))

    def _instant(self, name: str) -> Expression:
        cell = self._values[name].cell
        if cell is None:
            raise SourceError(
                f"`{name}` is a constant; must come from a column or a template; name the column"
            )
        return instant(cell, self._formats(name), self._zone(name), name)

    def _formats(self, name: str) -> tuple[str, ...]:
        return self._rule.fields[name].format or self._mapping.time.format

    def _zone(self, name: str) -> str | None:
        return self._rule.fields[name].zone or self._mapping.time.zone

    def _shift(self) -> Expression:
        shift = self._rule.shift or Shift(by="0s")
        fixed = shift.fixed_us()
        if fixed is not None:
            return sql.number(fixed)
        length = sql.cast(self._cells.find(shift.column or "").text, "DOUBLE", safe=True)
        sign = -1 if shift.back else 1
        count = exp.Mul(this=length, expression=sql.number(sign * MICROSECONDS[shift.unit]))
        return sql.cast(sql.call("round", count), "BIGINT", safe=True)

    def _members(self) -> Iterator[Expression]:
        yield _member("event_id", sql.json_text(self._column("event_id")))
        for name in (*TEXT_FIELDS, "seq", *TIME_FIELDS):
            if name in self._values and name not in ("event_id", "ts"):
                yield _member(name, self._plain(name, self._values[name]))

    def _plain(self, name: str, value: Value) -> Expression:
        if name in TIME_FIELDS:
            return sql.json_text(sql.call("coalesce", as_iso(self._instant(name)), value.text))
        if name == "seq":
            whole = sql.matches(value.text, "-?(0|[1-9][0-9]{0,17})")
            return sql.case([(whole, value.text)], sql.json_text(value.text))
        return sql.json_text(value.text)

    def _properties(self) -> Expression:
        named = {
            n.removeprefix("properties."): v.json for n, v in self._values.items() if n not in _NO_PROPERTY
        }
        if self._mapping.unmapped == "keep":
            used = columns_used(self._mapping)
            kept = [name for name in self._cells.names() if name not in used and name not in named]
            named |= {name: self._cells.find(name).json for name in kept}
        members = [sql.joined(_key(name), value) for name, value in named.items()]
        listed = sql.call("concat_ws", sql.text(","), *members) if members else sql.text("")
        explicit = sql.joined(sql.text("{"), listed, sql.text("}"))
        spread = self._values.get("properties")
        if spread is None or spread.cell is None:
            return explicit
        document = sql.call("coalesce", as_type(spread.cell, "json"), sql.text("{}"))
        return sql.call("json_merge_patch", document, explicit)

    def _column(self, name: str) -> Expression:
        return sql.column(f"#{name}{self._number}")

    def _named(self, name: str, value: Expression) -> Expression:
        return sql.named(value, f"#{name}{self._number}")


def _key(name: str) -> Expression:
    return sql.text(json.dumps(name, ensure_ascii=False) + ":")


def _member(name: str, value: Expression) -> Expression:
    return sql.joined(sql.text(f',"{name}":'), value)
