"""One line of a log read exactly: an Event, or a Reject that says what was wrong and what to do."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Never

from pydantic import AwareDatetime, BaseModel, ConfigDict

from ingest.events import FIRST_YEAR, LAST_YEAR, MAX_DEPTH, MAX_ID_LENGTH, MAX_LINE_BYTES, MAX_NAME_LENGTH

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)", re.ASCII
)
_EPOCH = re.compile(r"\d{1,16}(?:\.\d{1,9})?", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_INTEGER = 4_000
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_END_US = 7_258_118_400_000_000


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that could not become an event: where it stood, a stable code, a sentence, and the line itself."""

    line: int
    code: str
    sentence: str
    raw: str


class Refused(ValueError):
    """A line is no event; carries the code to count it by."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Event(BaseModel):
    """One event as logged: required are the name, the time and somebody it happened to."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    event: str
    ts: AwareDatetime
    event_id: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    session_id: str | None = None
    attempt_id: str | None = None
    seq: int | None = None
    platform: str | None = None
    os_version: str | None = None
    app_version: str | None = None
    device: str | None = None
    sent_at: AwareDatetime | None = None
    received_at: AwareDatetime | None = None
    properties: dict[str, Any] = {}

    @classmethod
    def from_line(cls, line: bytes) -> "Event":
        """Read one NDJSON line.

        Args:
            line: the raw bytes, without the line feed.

        Returns:
            The event, with every unknown field kept.

        Raises:
            Refused: the line breaks the contract; `code` and the sentence say how.
        """
        record = decode(line)
        text = {name: _text(record, name) for name in ("event_id", "user_id", "anonymous_id", "session_id", "attempt_id")}
        soft = {name: _soft_text(record.get(name)) for name in ("platform", "os_version", "app_version", "device")}
        if text["user_id"] is None and text["anonymous_id"] is None:
            _refuse("no_unit", "`user_id` is missing; must be there unless `anonymous_id` is; add either to the event")
        extra = {k: v for k, v in record.items() if k not in cls.model_fields}
        return cls.model_validate(
            {
                "event": _name(record),
                "ts": _required_time(record),
                **text,
                **soft,
                "seq": record["seq"] if type(record.get("seq")) is int else None,
                "sent_at": _soft_time(record.get("sent_at")),
                "received_at": _soft_time(record.get("received_at")),
                "properties": {**extra, **_properties(record)},
            }
        )


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
        _refuse("line_too_long", f"`line` is {len(line):,} bytes; must be at most {MAX_LINE_BYTES:,}; log less in one event")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse("not_utf8", f"`line` is not UTF-8 at byte {error.start + 1}; must be UTF-8; convert the file, then load it")
    text = text.removeprefix("\ufeff")
    _limit_depth(text)
    try:
        record = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_no_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        _refuse("not_json", f"`line` is not JSON at character {error.pos + 1} ({error.msg}); must be one JSON object")
    if not isinstance(record, _Pairs):
        _refuse("not_object", f"`line` is a JSON {_kind(record)}; must be one JSON object; log one event a line")
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
        self.twice = next(iter(_repeated([key for key, _ in pairs])), None) if len(pairs) != len(self) else None


def _repeated(keys: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            yield key
        seen.add(key)


def _refuse(code: str, sentence: str) -> Never:
    raise Refused(code, sentence)


def _no_constant(name: str) -> Never:
    _refuse("not_json", f"`line` holds {name}, which JSON does not have; must be a number or null; log null")


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
        _refuse("too_deep", f"`line` nests {deepest} levels deep; must be at most {MAX_DEPTH}; flatten the properties")


def _refuse_bad_characters(text: str) -> None:
    if "\\" not in text:
        return
    plain = json.dumps(json.loads(text, parse_int=_integer), ensure_ascii=False)
    if "\\u0000" in plain.replace("\\\\", ""):
        _refuse("nul_character", "`line` holds a NUL character (\\u0000); must be text without it; strip it before logging")
    if _SURROGATE.search(plain):
        _refuse("lone_surrogate", "`line` holds half a surrogate pair (\\ud800–\\udfff); must be whole characters; log UTF-8")


def _refuse_twice(where: str, pairs: _Pairs) -> None:
    if pairs.twice is not None:
        _refuse("duplicate_key", f"`{where}` names {pairs.twice!r} twice; must name each key once; keep the one you mean")


def _kind(value: object) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", type(None): "null"}
    return names.get(type(value), "object")


def _name(record: dict[str, Any]) -> str:
    value = record.get("event")
    if value is None or value == "":
        _refuse("no_event", "`event` is missing; must name what happened; add it, for example \"suggestion_shown\"")
    if not isinstance(value, str):
        _refuse("event_type", f"`event` is a JSON {_kind(value)}; must be a string; log the event's name")
    if len(value) > MAX_NAME_LENGTH:
        _refuse("event_too_long", f"`event` is {len(value)} characters; must be at most {MAX_NAME_LENGTH}; shorten the name")
    return value


def _text(record: dict[str, Any], name: str) -> str | None:
    value = record.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, (dict, list)):
        _refuse("id_type", f"`{name}` is a JSON {_kind(value)}; must be a string or a number; log the plain id")
    text = _soft_text(value)
    if text is not None and len(text) > MAX_ID_LENGTH:
        _refuse("id_too_long", f"`{name}` is {len(text)} characters; must be at most {MAX_ID_LENGTH}; log a shorter id")
    return text


def _soft_text(value: object) -> str | None:
    if value is None or value == "" or isinstance(value, (dict, list)):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _properties(record: dict[str, Any]) -> dict[str, Any]:
    value = record.get("properties")
    if value is None:
        return {}
    if not isinstance(value, dict):
        _refuse("properties_type", f"`properties` is a JSON {_kind(value)}; must be an object; put the values under names")
    return dict(value)


def _required_time(record: dict[str, Any]) -> datetime:
    value = record.get("ts")
    if value is None or value == "":
        _refuse("no_ts", "`ts` is missing; must say when it happened; add ISO 8601 with an offset, or epoch s, ms or µs")
    moment = _soft_time(value)
    if moment is None:
        shown = json.dumps(value, ensure_ascii=False)[:60]
        _refuse("bad_ts", f"`ts` is {shown}; must be ISO 8601 with an offset or epoch s, ms or µs of {FIRST_YEAR}–{LAST_YEAR}")
    return moment


def _soft_time(value: object) -> datetime | None:
    """The instant a time field names, or None when it names none; the same grammar as the macro kz_time in SQL."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    if _ISO.fullmatch(text):
        return _iso_time(text) if FIRST_YEAR <= int(text[:4]) <= LAST_YEAR else None
    return _epoch_time(text) if _EPOCH.fullmatch(text) else None


def _iso_time(text: str) -> datetime | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, offset_h, offset_m = match.groups()
    if sign and (int(offset_h) > 15 or int(offset_m or 0) > 59):
        return None
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micros, tzinfo=UTC)
        shift = timedelta(hours=int(offset_h or 0), minutes=int(offset_m or 0))
        return local - shift if sign == "+" else local + shift
    except (ValueError, OverflowError):
        return None


def _epoch_time(text: str) -> datetime | None:
    whole, _, fraction = text.partition(".")
    number = int(whole)
    places = 6 if number < 10**11 else 3 if number < 10**14 else 0
    micros = number * 10**places + (int(fraction[:places].ljust(places, "0")) if places else 0)
    return _EPOCH_START + timedelta(microseconds=micros) if micros < _EPOCH_END_US else None
