"""One line decoded as JSON by RFC 8259, refusing what parsers disagree about."""

import json
import re
from collections.abc import Iterator
from typing import Any, Never

from ingest.events import MAX_DEPTH, MAX_LINE_BYTES

_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_INTEGER = 4_000


class Refused(ValueError):
    """A line is no event; carries the code to count it by."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def decode(line: bytes) -> dict[str, Any]:
    """Decode one line as a JSON object by RFC 8259, refusing what parsers disagree about.

    Args:
        line: the raw bytes.

    Returns:
        The object.

    Raises:
        Refused: not UTF-8, not JSON, not an object, a key twice, a lone surrogate, a NUL, too deep or too long.
    """
    if len(line) > MAX_LINE_BYTES:
        refuse(
            "line_too_long",
            f"`line` is {len(line):,} bytes; must be at most {MAX_LINE_BYTES:,}; log less in one event",
        )
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        refuse(
            "not_utf8",
            f"`line` is not UTF-8 at byte {error.start + 1}; must be UTF-8; convert the file, then load it",
        )
    text = text.removeprefix("\ufeff")
    if not text.strip():
        refuse("blank_line", "`line` is blank; must be one JSON object; leave no empty lines")
    _limit_depth(text)
    try:
        record = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_no_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        refuse(
            "not_json",
            f"`line` is not JSON at character {error.pos + 1} ({error.msg}); must be one JSON object",
        )
    if not isinstance(record, _Pairs):
        refuse(
            "not_object", f"`line` is a JSON {kind(record)}; must be one JSON object; log one event a line"
        )
    _refuse_bad_characters(text)
    _refuse_twice("line", record)
    if isinstance(record.get("properties"), _Pairs):
        _refuse_twice("properties", record["properties"])
    return dict(record)


class _Pairs(dict[str, Any]):
    """A JSON object that remembers a key it met twice."""

    twice: str | None

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice = (
            next(iter(_repeated([key for key, _ in pairs])), None) if len(pairs) != len(self) else None
        )


def _repeated(keys: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            yield key
        seen.add(key)


def refuse(code: str, sentence: str) -> Never:
    """Refuse the line, with a code to count it by and a sentence in the house grammar."""
    raise Refused(code, sentence)


def _no_constant(name: str) -> Never:
    refuse("not_json", f"`line` holds {name}, which JSON does not have; must be a number or null; log null")


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits  # Python refuses to read longer ones


def _limit_depth(text: str) -> None:
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return
    depth = deepest = 0
    quoted = escaped = False
    for char in text:
        if escaped:
            escaped = False
        elif quoted:
            escaped = char == "\\"
            quoted = char != '"'
        elif char == '"':
            quoted = True
        elif char in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "}]":
            depth -= 1
    if deepest > MAX_DEPTH:
        refuse(
            "too_deep",
            f"`line` nests {deepest} levels deep; must be at most {MAX_DEPTH}; flatten the properties",
        )


def _refuse_bad_characters(text: str) -> None:
    if "\\" not in text:
        return
    plain = json.dumps(json.loads(text, parse_int=_integer), ensure_ascii=False)
    if "\\u0000" in plain.replace("\\\\", ""):
        refuse(
            "nul_character",
            "`line` holds a NUL character (\\u0000); must be text without it; strip it before logging",
        )
    if _SURROGATE.search(plain):
        refuse(
            "lone_surrogate",
            "`line` holds half a surrogate pair (\\ud800–\\udfff); must be whole characters; log UTF-8",
        )


def _refuse_twice(where: str, pairs: _Pairs) -> None:
    if pairs.twice is not None:
        refuse(
            "duplicate_key",
            f"`{where}` names {pairs.twice!r} twice; must name each key once; keep the one you mean",
        )


def kind(value: object) -> str:
    """Return what JSON calls a value: boolean, number, string, array, null or object."""
    names = {
        bool: "boolean",
        int: "number",
        float: "number",
        str: "string",
        list: "array",
        type(None): "null",
    }
    return names.get(type(value), "object")
