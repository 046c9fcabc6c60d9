"""Times of a row as SQL: read by the formats a mapping names, in the zone it names, as microseconds UTC."""

from collections.abc import Sequence

from sqlglot import exp

from ingest.events import FIRST_YEAR, LAST_YEAR
from ingest.formats.mapping.values import EPOCHS
from ingest.formats.tabular import sql
from ingest.formats.tabular.cells import Cell
from ingest.formats.tabular.rows import SourceError
from ingest.formats.tabular.sql import Expression

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = "([T ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?)"
_OFFSET = " ?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
_LARGEST_US = 10**17
_EPOCH = "-?[0-9]{1,17}(\\.[0-9]{1,9})?"


def instant(cell: Cell, formats: Sequence[str], zone: str | None, field: str) -> Expression:
    """The instant that a value names, TIMESTAMPTZ; NULL if it names none in the years that events may have.

    The hour that the end of summer time repeats counts as the second one; the hour that its start skips, as
    the hour after.

    Args:
        cell: the value.
        formats: `iso`, `epoch_s`, `epoch_ms`, `epoch_us` or patterns; the first that fits holds.
        zone: the IANA zone of times that carry no offset.
        field: the event field, for sentences.

    Raises:
        SourceError: the times lack offset and zone, or are numbers of no named unit.
    """
    if cell.kind == "instant":
        return _within_years(sql.cast(cell.native, "TIMESTAMPTZ"))
    if cell.kind == "local":
        return _within_years(_in_zone(sql.cast(cell.native, "TIMESTAMP"), _required(zone, field)))
    if cell.kind == "number" and not set(formats) <= set(EPOCHS):
        raise SourceError(
            f'`{field}` comes from a column of numbers; must say what they count; set format = "epoch_ms"'
        )
    readings = [_read(cell.text, form, zone, field) for form in formats]
    return _within_years(sql.call("coalesce", *readings) if len(readings) > 1 else readings[0])


def needs_zone(text: Expression) -> Expression:
    """Whether a text is ISO 8601 without an offset, so that only a zone is wanting."""
    return sql.matches(text, f"{_DAY}{_CLOCK}?")


def as_iso(moment: Expression) -> Expression:
    """An instant as ISO 8601 text in UTC with microseconds."""
    return sql.call(
        "strftime", sql.call("timezone", sql.text("UTC"), moment), sql.text("%Y-%m-%dT%H:%M:%S.%fZ")
    )


def moved(moment: Expression, microseconds: Expression) -> Expression:
    """An instant moved by a number of microseconds."""
    return exp.Add(this=moment, expression=sql.call("to_microseconds", microseconds))


def _read(text: Expression, form: str, zone: str | None, field: str) -> Expression:
    if form in EPOCHS:
        return _epoch(text, EPOCHS[form])
    if form == "iso":
        return _iso(text, zone)
    parsed = sql.call("try_strptime", text, sql.text(form))
    return parsed if "%z" in form else _in_zone(parsed, _required(zone, field))


def _iso(text: Expression, zone: str | None) -> Expression:
    branches = [(sql.matches(text, f"{_DAY}{_CLOCK}{_OFFSET}"), sql.cast(text, "TIMESTAMPTZ", safe=True))]
    if zone is not None:
        branches.append((needs_zone(text), _in_zone(sql.cast(text, "TIMESTAMP", safe=True), zone)))
    return sql.case(branches)


def _epoch(text: Expression, microseconds: int) -> Expression:
    count = exp.Mul(this=sql.cast(text, "DECIMAL(38, 9)", safe=True), expression=sql.number(microseconds))
    whole = sql.cast(sql.call("floor", count), "BIGINT", safe=True)
    plausible = exp.Between(this=whole, low=sql.number(-_LARGEST_US), high=sql.number(_LARGEST_US))
    return sql.when(sql.all_of([sql.matches(text, _EPOCH), plausible]), sql.call("make_timestamptz", whole))


def _in_zone(local: Expression, zone: str) -> Expression:
    return sql.call("timezone", sql.text(zone), local)


def _required(zone: str | None, field: str) -> str:
    if zone is None:
        raise SourceError(
            f'`{field}` is a time without an offset; must have a zone; set zone = "Asia/Tokyo" or your own'
        )
    return zone


def _within_years(moment: Expression) -> Expression:
    first = sql.cast(sql.text(f"{FIRST_YEAR}-01-01 00:00:00+00"), "TIMESTAMPTZ")
    after = sql.cast(sql.text(f"{LAST_YEAR + 1}-01-01 00:00:00+00"), "TIMESTAMPTZ")
    inside = sql.all_of([exp.GTE(this=moment, expression=first), exp.LT(this=moment, expression=after)])
    return sql.when(inside, moment)
