"""What can be wrong with an event made from a row, as SQL tests in the order in which they are told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from ingest.events import MAX_ID_LENGTH, MAX_LINE_BYTES, MAX_NAME_LENGTH
from ingest.formats.tabular import sql
from ingest.formats.tabular.cells import as_type
from ingest.formats.tabular.fields import Value
from ingest.formats.tabular.sql import Expression
from ingest.formats.tabular.times import needs_zone

NO_EVENT_ID = "no_event_id"
_IDS = ("event_id", "user_id", "anonymous_id", "session_id", "attempt_id")
_NUL = r"(^|[^\\])(\\\\)*\\u0000"
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """A test that a faulty event meets, with the code, the field and the value to tell."""

    test: Expression
    code: str
    field: str
    value: Expression

    def as_json(self) -> Expression:
        """Code, field and value as a JSON array."""
        shown = sql.call("left", self.value, sql.number(_SHOWN))
        return sql.call("json_array", sql.text(self.code), sql.text(self.field), shown)


@dataclass(frozen=True, slots=True)
class Made:
    """The columns of an event under way: its time, the length it is moved by, its id, its line."""

    at: Expression
    length: Expression
    event_id: Expression
    text: Expression


def duplicate_key(line: Expression) -> Fault:
    """The fault of a JSON line that names a member twice."""
    keys = sql.call("json_keys", line)
    twice = exp.NEQ(this=sql.call("list_unique", keys), expression=sql.call("len", keys))
    return Fault(twice, "duplicate_key", "line", sql.text(""))


def faults(values: Mapping[str, Value], made: Made, *, zone_free: bool) -> Iterator[Fault]:
    """Everything that can be wrong with an event.

    Args:
        values: its fields.
        made: its columns.
        zone_free: times without an offset have no zone to be read in.
    """
    empty = sql.text("")
    event, ts = values["event"].text, values["ts"].text
    yield Fault(sql.is_null(ts), "no_ts", "ts", empty)
    if zone_free:
        yield Fault(sql.all_of([sql.is_null(made.at), needs_zone(ts)]), "ts_without_zone", "ts", ts)
    yield Fault(sql.is_null(made.at), "bad_ts", "ts", ts)
    yield Fault(sql.is_null(made.length), "bad_shift", "shift", empty)
    for name, value in values.items():
        if value.unlisted is not None:
            yield Fault(value.unlisted, "unmapped_value", name, value.found)
    yield Fault(sql.is_null(event), "no_event", "event", empty)
    yield _too_long(event, MAX_NAME_LENGTH, "event_too_long", "event")
    units = [values[name].text for name in ("user_id", "anonymous_id") if name in values]
    yield Fault(sql.all_of([sql.is_null(unit) for unit in units]), "no_unit", "user_id", empty)
    yield Fault(sql.is_null(made.event_id), NO_EVENT_ID, "event_id", empty)
    yield from _id_faults(values)
    yield from _spread_faults(values.get("properties"))
    yield from _line_faults(made.text)


def _id_faults(values: Mapping[str, Value]) -> Iterator[Fault]:
    for name in _IDS:
        value = values.get(name)
        if value is None:
            continue
        if value.cell is not None and value.cell.kind == "json":
            nested = [sql.text("OBJECT"), sql.text("ARRAY")]
            yield Fault(sql.is_one_of(sql.call("json_type", value.json), nested), "id_type", name, value.text)
        yield _too_long(value.text, MAX_ID_LENGTH, "id_too_long", name)


def _spread_faults(spread: Value | None) -> Iterator[Fault]:
    if spread is not None and spread.cell is not None:
        kind = sql.call("json_type", as_type(spread.cell, "json"))
        yield Fault(
            exp.NEQ(this=kind, expression=sql.text("OBJECT")), "properties_type", "properties", spread.text
        )


def _line_faults(line: Expression) -> Iterator[Fault]:
    too_long = exp.GT(this=sql.call("strlen", line), expression=sql.number(MAX_LINE_BYTES))
    yield Fault(too_long, "line_too_long", "line", sql.text(""))
    quick = sql.call("contains", line, sql.text("\\u0000"))  # the expression after it is exact, and slower
    nul = sql.all_of([quick, sql.call("regexp_matches", line, sql.text(_NUL))])
    yield Fault(nul, "nul_character", "line", sql.text(""))


def _too_long(text: Expression, limit: int, code: str, field: str) -> Fault:
    return Fault(exp.GT(this=sql.call("length", text), expression=sql.number(limit)), code, field, text)
