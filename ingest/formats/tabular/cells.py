"""One value of a row as SQL: found by the name of a column or a path into it, as text and as JSON."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from ingest.formats.tabular import sql
from ingest.formats.tabular.rows import Column, Kind, SourceError
from ingest.formats.tabular.sql import Expression

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[([^\]=]+)=([^\]]*)\]")
_NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_STRING = r'"(?:[^"\\]|\\.)*"'
_WORD_NOT_JSON = (
    "[INi]|n[aA]"  # of NaN, Infinity, inf, nan: outside strings JSON has only true, false and null
)
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A value: as text, as JSON text (both NULL when it is missing), what it is, and as the column has it."""

    text: Expression
    json: Expression
    kind: Kind
    native: Expression


class Cells:
    """Finds the values that a mapping names in the columns of a log.

    Args:
        columns: the log's columns.
        null: texts that mean "missing".
        sparse: a column that no row has is merely missing everywhere (NDJSON), not a mistake.
        name: the log's name, for sentences.
    """

    def __init__(self, columns: Sequence[Column], null: Sequence[str], name: str, *, sparse: bool) -> None:
        self._columns = {column.name: column for column in columns}
        self._null = [sql.text(token) for token in null]
        self._sparse = sparse
        self._name = name

    def find(self, path: str) -> Cell:
        """The value at a path: a column's name, then `.member`, `[2]` or `[member=value]` as often as needed.

        Args:
            path: `price`, `user.id`, `items[0].price`, `params[key=ga_session_id].value`.

        Raises:
            SourceError: the log has no such column.
        """
        root, rest = self._root(path)
        if root is None:
            return Cell(sql.NULL, sql.NULL, "json", sql.NULL)
        native = sql.column(root.alias)
        if root.kind == "json" or rest:
            return self._cell(_inside(_document(native, root.kind), rest), "json")
        return self._cell(native, root.kind)

    def is_whole(self, path: str) -> bool:
        """Whether a path is the plain name of a column."""
        return path in self._columns

    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(self._columns)

    def _root(self, path: str) -> tuple[Column | None, str]:
        if path in self._columns:
            return self._columns[path], ""
        for place in reversed([found.start() for found in re.finditer(r"[.\[]", path)]):
            rest = path[place:]
            if path[:place] in self._columns and re.fullmatch(f"(?:{_STEP.pattern})+", rest):
                return self._columns[path[:place]], rest
        if self._sparse:
            return None, ""
        raise SourceError(self._unknown(path))

    def _unknown(self, path: str) -> str:
        names = ", ".join(list(self._columns)[:20])
        seen = next(
            (word for mark, word in _SEPARATORS.items() if len(self._columns) == 1 and mark in names), None
        )
        hint = f"set `delimiter`: the header looks separated by {seen}" if seen else "correct the mapping"
        return f"`{path}` is not a column of {self._name}; must be one of {names}; {hint}"

    def _cell(self, native: Expression, kind: Kind) -> Cell:
        text = _text_of(native, kind)
        if self._null and kind in ("text", "json"):
            text = sql.case([(sql.is_one_of(text, self._null), sql.NULL)], text)
        if kind == "number":
            text = sql.when(sql.not_null(_finite(native)), text)
        json = sql.json_text(text if kind != "number" and kind != "boolean" else native)
        if kind == "json":
            suspect = sql.call("regexp_matches", native, sql.text("NaN|Infinity"))
            odd = sql.all_of([suspect, exp.Not(this=strict_json(native))])
            json = sql.case([(odd, sql.json_text(native))], native)
        return Cell(text, sql.when(sql.not_null(text), json), kind, native)


def as_type(cell: Cell, wanted: str | None) -> Expression:
    """A value as JSON of a wanted type; what cannot be read so stays text.

    Args:
        cell: the value.
        wanted: text | number | boolean | json, or None for the type the log gives it.
    """
    if wanted is None or (wanted == cell.kind and wanted != "text"):
        return cell.json
    kept = sql.json_text(cell.text)
    if wanted == "number":
        plain = sql.all_of([sql.matches(cell.text, _NUMBER), sql.call("isfinite", _double(cell.text))])
        return sql.case(
            [
                (plain, cell.text),
                (sql.call("isfinite", _double(cell.text)), sql.json_text(_double(cell.text))),
            ],
            kept,
        )
    if wanted == "boolean":
        lower = sql.call("lower", cell.text)
        yes = sql.is_one_of(lower, [sql.text(word) for word in ("true", "t", "yes", "1")])
        no = sql.is_one_of(lower, [sql.text(word) for word in ("false", "f", "no", "0")])
        return sql.case([(yes, sql.text("true")), (no, sql.text("false"))], kept)
    if wanted == "json":
        return sql.case([(strict_json(cell.text), sql.cast(sql.call("json", cell.text), "VARCHAR"))], kept)
    return kept


def strict_json(text: Expression) -> Expression:
    """Whether a text is JSON, without the words (NaN, Infinity) that the database lets through."""
    bare = sql.call("regexp_replace", text, sql.text(_STRING), sql.text(""), sql.text("g"))
    worded = sql.call("regexp_matches", bare, sql.text(_WORD_NOT_JSON))
    return sql.all_of([sql.call("json_valid", text), exp.Not(this=worded)])


def _document(native: Expression, kind: Kind) -> Expression:
    """A column's value as a JSON document to look into; NULL if it is none."""
    if kind == "json":
        return sql.json_text(native)
    return sql.when(strict_json(native), native) if kind == "text" else sql.NULL


def _inside(document: Expression, path: str) -> Expression:
    """The JSON text of the value that a path leads to inside a document."""
    for member, index, key, value in _STEP.findall(path):
        if key:
            test = exp.EQ(
                this=sql.call("json_extract_string", exp.to_identifier("x"), sql.text(pointer(key))),
                expression=sql.text(value),
            )
            chosen = exp.Lambda(this=test, expressions=[exp.to_identifier("x")])
            items = sql.call("json_extract", document, sql.text("$[*]"))
            document = sql.call("list_extract", sql.call("list_filter", items, chosen), sql.number(1))
        else:
            document = sql.call("json_extract", document, sql.text(pointer(member or index)))
    return sql.cast(document, "VARCHAR")


def pointer(member: str) -> str:
    """The JSON pointer (RFC 6901) to a member or an item of a document."""
    return "/" + member.replace("~", "~0").replace("/", "~1")


def _double(value: Expression) -> Expression:
    return sql.cast(value, "DOUBLE", safe=True)


def _finite(native: Expression) -> Expression:
    return sql.when(sql.call("isfinite", sql.cast(native, "DOUBLE")), native)


def _text_of(native: Expression, kind: Kind) -> Expression:
    if kind == "text":
        return native
    if kind == "json":
        return sql.call("json_extract_string", native, sql.text("$"))
    if kind == "number":  # 7.0, as frames write an id beside missing ones, is 7
        whole = exp.EQ(this=native, expression=sql.call("trunc", native))
        integer = sql.cast(sql.cast(native, "HUGEINT", safe=True), "VARCHAR")
        return sql.case([(sql.all_of([whole, sql.not_null(integer)]), integer)], sql.cast(native, "VARCHAR"))
    if kind == "instant":
        utc = sql.call("timezone", sql.text("UTC"), sql.cast(native, "TIMESTAMPTZ"))
        return sql.call("strftime", utc, sql.text("%Y-%m-%dT%H:%M:%S.%fZ"))
    if kind == "local":
        return sql.call("strftime", sql.cast(native, "TIMESTAMP"), sql.text("%Y-%m-%dT%H:%M:%S.%f"))
    return sql.cast(native, "VARCHAR")
