"""One line of a log read exactly: an Event, or a Reject that says what was wrong and what to do."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from ingest.events import FIRST_YEAR, LAST_YEAR, MAX_ID_LENGTH, MAX_NAME_LENGTH
from ingest.instants import instant
from ingest.strict_json import decode, kind, refuse


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that could not become an event: where it stood, a stable code, a sentence, and the line itself."""

    line: int
    code: str
    sentence: str
    raw: str


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
        text = {
            name: _text(record, name)
            for name in ("event_id", "user_id", "anonymous_id", "session_id", "attempt_id")
        }
        soft = {
            name: _soft_text(record.get(name)) for name in ("platform", "os_version", "app_version", "device")
        }
        if text["user_id"] is None and text["anonymous_id"] is None:
            refuse(
                "no_unit",
                "`user_id` is missing; must be there unless `anonymous_id` is; add either to the event",
            )
        extra = {k: v for k, v in record.items() if k not in cls.model_fields}
        return cls.model_validate(
            {
                "event": _name(record),
                "ts": _required_time(record),
                **text,
                **soft,
                "seq": record["seq"] if type(record.get("seq")) is int else None,
                "sent_at": instant(record.get("sent_at")),
                "received_at": instant(record.get("received_at")),
                "properties": {**extra, **_properties(record)},
            }
        )


def _name(record: dict[str, Any]) -> str:
    value = record.get("event")
    if value is None or value == "":
        refuse(
            "no_event", '`event` is missing; must name what happened; add it, for example "suggestion_shown"'
        )
    if not isinstance(value, str):
        refuse("event_type", f"`event` is a JSON {kind(value)}; must be a string; log the event's name")
    if len(value) > MAX_NAME_LENGTH:
        refuse(
            "event_too_long",
            f"`event` is {len(value)} characters; must be at most {MAX_NAME_LENGTH}; shorten the name",
        )
    return value


def _text(record: dict[str, Any], name: str) -> str | None:
    value = record.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, (dict, list)):
        refuse("id_type", f"`{name}` is a JSON {kind(value)}; must be a string or a number; log the plain id")
    text = _soft_text(value)
    if text is not None and len(text) > MAX_ID_LENGTH:
        refuse(
            "id_too_long",
            f"`{name}` is {len(text)} characters; must be at most {MAX_ID_LENGTH}; log a shorter id",
        )
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
        refuse(
            "properties_type",
            f"`properties` is a JSON {kind(value)}; must be an object; put the values under names",
        )
    return dict(value)


def _required_time(record: dict[str, Any]) -> datetime:
    value = record.get("ts")
    if value is None or value == "":
        refuse(
            "no_ts",
            "`ts` is missing; must say when it happened; add ISO 8601 with an offset, or epoch s, ms or µs",
        )
    moment = instant(value)
    if moment is None:
        shown = json.dumps(value, ensure_ascii=False)[:60]
        refuse(
            "bad_ts",
            f"`ts` is {shown}; must be ISO 8601 with an offset or epoch s, ms or µs of {FIRST_YEAR}–{LAST_YEAR}",
        )
    return moment
