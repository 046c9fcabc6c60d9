"""A small foreign log written to disk and mapped with a plain DuckDB cursor, for telling the mapping's rules."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest.event import Event
from ingest.formats.mapping.model import Mapping
from ingest.formats.tabular import LINE_KEY, MappedFile, to_ndjson

LEAST = """
[time]
zone = "UTC"
[fields]
user_id = "user"
event = "event"
ts = "ts"
"""


GOOD = "user,event,ts\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a log: its events in order of row, as written and without their row numbers."""

    events: list[dict]
    lines: list[int]
    file: MappedFile

    @property
    def event(self) -> dict:
        (event,) = self.events
        return event

    @property
    def properties(self) -> dict:
        return self.event["properties"]

    @property
    def reject(self) -> tuple[int, str]:
        (reject,) = self.file.rejects
        return reject.line, reject.code

    @property
    def rejected(self) -> list[tuple[int, str]]:
        return [(reject.line, reject.code) for reject in self.file.rejects]


def mapped(path: Path, toml: str) -> Outcome:
    """Map a log; every event written must be read by the exact reader of events, or the test ends here."""
    out = path.parent / "out.ndjson"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        file = to_ndjson(path, Mapping.model_validate(tomllib.loads(toml)), out, connection.cursor())
    lines = out.read_bytes().splitlines()
    for line in lines:
        Event.from_line(line)
    events = sorted(map(json.loads, lines), key=lambda event: (event[LINE_KEY], event["event_id"]))
    assert len(events) == file.events
    assert file.lines_in == file.events + len(file.rejects)
    return Outcome(events, [event.pop(LINE_KEY) for event in events], file)


def written(folder: Path, content: str | bytes, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def good(*users: str) -> str:
    """Rows that land, one a user; GOOD is their header."""
    return "".join(f"{user},opened,2026-04-01T10:00:00Z\n" for user in users)


def users(outcome: Outcome) -> list[str]:
    return [event["user_id"] for event in outcome.events]
