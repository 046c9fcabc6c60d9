"""A mapping over a log as one SELECT: each row gives its events as NDJSON text, or what is wrong with it."""

from sqlglot import exp

from ingest.formats.mapping.model import Mapping
from ingest.formats.tabular import sql
from ingest.formats.tabular.cells import Cells, pointer
from ingest.formats.tabular.event_text import EventText
from ingest.formats.tabular.faults import duplicate_key
from ingest.formats.tabular.rows import LINE, RAW, Rows
from ingest.formats.tabular.sql import Expression

SOURCE = "mapped_source"
_ROW_ID = "#row_id"
_DIGEST = "#digest"
_DIGEST_LENGTH = 32


def statement(mapping: Mapping, rows: Rows, name: str, *, numbered: bool) -> str:
    """The SELECT over the relation `mapped_source`.

    Args:
        mapping: how rows become events.
        rows: the opened log.
        name: its name, for sentences.
        numbered: give each row an id of its own (digest of the row, ordinal among its equals); this needs the
            whole file at once, so it is left out when the mapping names every event_id.

    Returns:
        DuckDB SQL with the columns line, problem (JSON array: code, field, value; or NULL), raw (the row, if
        there is a problem), made (number of events) and text (the events as NDJSON, each with its line feed).

    Raises:
        SourceError: the mapping does not fit the log's columns.
    """
    of_json = RAW in rows.schema.names
    cells = Cells(rows.columns, mapping.source.null, name, sparse=of_json)
    row_id = sql.column(_ROW_ID) if numbered else sql.NULL
    events = [EventText(mapping, number, cells, row_id) for number in range(1, len(mapping.rules()) + 1)]
    raw = sql.column(RAW) if of_json else _row_as_json(rows)
    read = _members(rows) if of_json else exp.select("*").from_(exp.to_table(SOURCE))
    layer = _numbered(read, raw) if numbered else read
    layer = _over(layer, "*", *(column for event in events for column in event.first_layer()))
    layer = _over(layer, "*", *(column for event in events for column in event.second_layer()))
    twice = [sql.when(fault.test, fault.as_json()) for fault in ([duplicate_key(raw)] if of_json else [])]
    problem = sql.call("coalesce", *twice, *(event.fault() for event in events))
    return _answer(_over(layer, "*", sql.named(problem, "problem")), raw, events).sql(dialect="duckdb")


def _answer(judged: exp.Select, raw: Expression, events: list[EventText]) -> exp.Select:
    problem = sql.column("problem")
    failed = sql.not_null(problem)
    made = [sql.case([(event.wanted, sql.number(1))], sql.number(0)) for event in events]
    texts = [sql.when(event.wanted, event.text) for event in events]
    return _over(
        judged,
        sql.named(sql.column(LINE), "line"),
        problem,
        sql.named(sql.when(failed, raw), "raw"),
        sql.named(sql.case([(failed, sql.number(0))], sql.total(made)), "made"),
        sql.named(sql.case([(failed, sql.text(""))], sql.call("concat", *texts)), "text"),
    )


def _over(inner: exp.Select, *columns: str | Expression) -> exp.Select:
    """A SELECT over another, which becomes part of it: copying each layer with all below it would take most of the time."""
    return exp.select(*columns).from_(inner.subquery("s", copy=False), copy=False)


def _members(rows: Rows) -> exp.Select:
    """JSON lines with their members as columns, found in one pass over each line."""
    pointers = [sql.text(pointer(column.name)) for column in rows.columns]
    found = sql.call("json_extract", sql.column(RAW), exp.Array(expressions=pointers))
    inner = exp.select(sql.column(LINE), sql.column(RAW), sql.named(found, "members")).from_(
        exp.to_table(SOURCE)
    )
    members = [
        sql.named(sql.call("list_extract", sql.column("members"), sql.number(n)), column.alias)
        for n, column in enumerate(rows.columns, start=1)
    ]
    return _over(inner, sql.column(LINE), sql.column(RAW), *members)


def _row_as_json(rows: Rows) -> Expression:
    pairs = [part for column in rows.columns for part in (sql.text(column.name), sql.column(column.alias))]
    return sql.cast(sql.call("json_object", *pairs), "VARCHAR")


def _numbered(read: exp.Select, raw: Expression) -> exp.Select:
    digest = sql.call("left", sql.call("sha256", raw), sql.number(_DIGEST_LENGTH))
    digested = _over(read, "*", sql.named(digest, _DIGEST))
    ordinal = exp.Window(
        this=sql.call("row_number"),
        partition_by=[sql.column(_DIGEST)],
        order=exp.Order(expressions=[sql.column(LINE)]),
    )
    row_id = sql.joined(sql.column(_DIGEST), sql.text("-"), sql.cast(ordinal, "VARCHAR"))
    return _over(digested, "*", sql.named(row_id, _ROW_ID))
