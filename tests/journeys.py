"""Journeys as stories: who did what when, written as NDJSON and landed through the public door.

    store = journeys(tmp_path, {"ann": ["camera_opened 10:00:00", "photo_taken 10:00:02 device='pixel 3'"]})

A word after the time is a field: top-level fields stand beside the event, anything else becomes a property
("properties.x" always does).
Times are of 2026-04-06 in UTC unless a date stands before them; the n-th event of the story has event_id "e<n>".
"""

import atexit
import json
import shlex
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from ingest import Store, load
from ingest.events import FIELDS

DAY = "2026-04-06"


def journeys(folder: Path, stories: Mapping[str, Sequence[str]], *, fresh: int = 0) -> Store:
    """An open store in `folder`/home with these journeys landed.

    Args:
        folder: a temporary folder.
        stories: person -> events, each "NAME TIME field=value …"; a value is JSON if it reads as JSON, else text.
        fresh: how many of the last events land in a load of their own after the others were merged into the
            stored person order, and so stand in the store's fresh tail.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = [event(person, told) for person, events in stories.items() for told in events]
    lines = [
        json.dumps({"event_id": f"e{n:06}", **row}, ensure_ascii=False) + "\n" for n, row in enumerate(rows)
    ]
    store = store_in(folder / "home")
    early = len(lines) - fresh
    for name, part in (("early", lines[:early]), ("fresh", lines[early:])):
        if part:
            log = folder / f"{name}.ndjson"
            log.write_text("".join(part), encoding="utf-8")
            load(store, log)
    return store


def store_in(home: Path) -> Store:
    """An open store; one that is not there yet is a copy of an empty one, for making its tables takes a while."""
    if not home.exists():
        shutil.copytree(_empty(), home)
    return Store.open(home)


@cache
def _empty() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kazasu-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Store.open(folder / "home").close()
    return folder / "home"


def event(person: str, told: str) -> dict[str, object]:
    """One event of a story as a line of a log."""
    name, *words = shlex.split(told)
    date = words.pop(0) if words[0].count("-") == 2 else DAY
    who = "anonymous_id" if person.startswith("anon:") else "user_id"
    row: dict[str, object] = {
        "event": name,
        "ts": f"{date}T{words.pop(0)}Z",
        who: person.removeprefix("anon:"),
    }
    properties: dict[str, object] = {}
    for word in words:
        key, _, text = word.partition("=")
        (row if key in FIELDS else properties)[key.removeprefix("properties.")] = _value(text)
    return row | ({"properties": properties} if properties else {})


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
