"""Small logs for landing: good lines, poisoned lines, and a store's content as plain sets."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest import Store


def good(number: int, **fields: Any) -> bytes:
    """A line that lands; its id is e{number}."""
    event = {
        "event_id": f"e{number}",
        "event": "camera_opened",
        "ts": f"2026-04-01T00:{number // 60 % 60:02d}:{number % 60:02d}+09:00",
        "user_id": f"u{number % 3}",
        **fields,
    }
    return json.dumps(event, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Poison:
    """A line that must not land, and the code it must be counted by."""

    name: str
    line: bytes
    code: str


def _with(**fields: Any) -> bytes:
    return good(777, **fields)


def _raw(tail: str) -> bytes:
    return ('{"event_id":"p","event":"camera_opened","ts":1775000000,"user_id":"u"' + tail).encode()


POISONS = [
    Poison("cut in the middle", good(777)[:30], "not_json"),
    Poison("cut before the last brace", good(777)[:-1], "not_json"),
    Poison("two objects on a line", good(777) + good(778), "not_json"),
    Poison("words after the object", good(777) + b" and more", "not_json"),
    Poison("a comma too many inside", _raw(',"properties":{"a":1,}}'), "not_json"),
    Poison("a comma too many at the end", _raw(",}"), "not_json"),
    Poison("a comma too many, spaced", _raw(',"properties":{"a":1 ,  }}'), "not_json"),
    Poison("single quotes", b"{'event':'x'}", "not_json"),
    Poison("no quotes round a key", b'{event:"x"}', "not_json"),
    Poison("NaN in a property", _raw(',"properties":{"latency_ms":NaN}}'), "not_json"),
    Poison("Infinity in a property", _raw(',"properties":{"latency_ms": -Infinity}}'), "not_json"),
    Poison("nan in lower case", _raw(',"properties":{"score":nan}}'), "not_json"),
    Poison("a leading zero", _raw(',"seq":01}'), "not_json"),
    Poison("a raw control character", _raw(',"device":"a\tb"}'), "not_json"),
    Poison("a comment", b"// 2026-04-01", "not_json"),
    Poison("plain text", b"2026-04-01 00:00:00 INFO started", "not_json"),
    Poison("a blank line", b"", "blank_line"),
    Poison("only spaces", b"   ", "blank_line"),
    Poison("an array", b'["event"]', "not_object"),
    Poison("a number", b"42", "not_object"),
    Poison("null", b"null", "not_object"),
    Poison("a string", b'"event"', "not_object"),
    Poison("a key twice", _raw(',"user_id":"v"}'), "duplicate_key"),
    Poison("a property twice", _raw(',"properties":{"a":1,"a":1}}'), "duplicate_key"),
    Poison("an unknown key twice", _raw(',"country":"JP","country":"JP"}'), "duplicate_key"),
    Poison("half a surrogate pair", _raw(',"properties":{"title":"\\ud800"}}'), "lone_surrogate"),
    Poison("an escaped NUL", _raw(',"properties":{"title":"a\\u0000b"}}'), "nul_character"),
    Poison("a NUL in an id", _raw(',"session_id":"\\u0000"}'), "nul_character"),
    Poison("a raw NUL", _raw(',"device":"\0"}'), "not_json"),
    Poison("latin-1", "café".encode("latin-1").join([b'{"event":"', b'"}']), "not_utf8"),
    Poison("Shift-JIS", '{"event":"表示"}'.encode("shift_jis"), "not_utf8"),
    Poison("arrays a hundred deep", _raw(',"properties":{"a":' + "[" * 100 + "]" * 100 + "}}"), "too_deep"),
    Poison("objects forty deep", _raw(',"properties":' + '{"a":' * 40 + "1" + "}" * 40 + "}"), "too_deep"),
    Poison("three thousand deep", b"[" * 3000 + b"]" * 3000, "too_deep"),
    Poison("a 20 MB string", _raw(',"properties":{"a":"' + "x" * 20_000_000 + '"}}'), "line_too_long"),
    Poison("no event", b'{"event_id":"p","ts":1775000000,"user_id":"u"}', "no_event"),
    Poison("an empty event", _with(event=""), "no_event"),
    Poison("an event that is a number", _with(event=5), "event_type"),
    Poison("an event that is an object", _with(event={"a": 1}), "event_type"),
    Poison("no time", b'{"event_id":"p","event":"x","user_id":"u"}', "no_ts"),
    Poison("a time without an offset", _with(ts="2026-04-01T00:00:00"), "bad_ts"),
    Poison("a day that is none", _with(ts="2026-02-30T00:00:00Z"), "bad_ts"),
    Poison("an hour that is none", _with(ts="2026-02-03T24:00:00Z"), "bad_ts"),
    Poison("a date alone", _with(ts="2026-02-03"), "bad_ts"),
    Poison("a time of another age", _with(ts="0026-02-03T00:00:00Z"), "bad_ts"),
    Poison("a time that is true", _with(ts=True), "bad_ts"),
    Poison("nobody", b'{"event_id":"p","event":"x","ts":1775000000}', "no_unit"),
    Poison("an empty user", _with(user_id=""), "no_unit"),
    Poison("a user that is an object", _with(user_id={"id": 1}), "id_type"),
    Poison("an id of 600 characters", _with(event_id="x" * 600), "id_too_long"),
    Poison("properties that are an array", _with(properties=[1]), "properties_type"),
    Poison("properties that are text", _with(properties="{}"), "properties_type"),
]


def write(path: Path, lines: list[bytes]) -> Path:
    """Write lines as NDJSON."""
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def events(store: Store) -> list[tuple[Any, ...]]:
    """Every event of a store but for the number of its load, in an order of their content."""
    with store.cursor() as cursor:
        return cursor.execute("SELECT * EXCLUDE (load_id) FROM events ORDER BY ALL").fetchall()


def rejects(store: Store) -> set[tuple[Any, ...]]:
    """Every line in quarantine by code and text."""
    with store.cursor() as cursor:
        return set(cursor.execute("SELECT code, raw FROM rejects").fetchall())
