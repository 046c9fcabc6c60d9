"""Stories about suggestions as log lines, landed in a real store."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest import Store, load
from tests.journeys import store_in

START = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
EVENT = {
    "tap": "suggestion_tapped",
    "dismiss": "suggestion_dismissed",
    "leave": "suggestion_left",
    "expired": "suggestion_expired",
}
_numbers = itertools.count()


def at(seconds: float) -> datetime:
    """The instant so many seconds after the start of every story."""
    return START + timedelta(seconds=seconds)


def event(name, person, seconds, *, platform=None, device=None, **properties):
    """One log line."""
    kept = {key: value for key, value in properties.items() if value is not None}
    line = {"event_id": f"e{next(_numbers)}", "event": name, "ts": at(seconds).isoformat(), "user_id": person,
            "platform": platform, "device": device, "properties": kept}  # fmt: skip
    return {key: value for key, value in line.items() if value is not None}


def impression(
    person,
    ending=None,
    ms=None,
    *,
    after_s=0.0,
    limit=4000,
    elapsed=True,
    platform=None,
    device=None,
    **facts,
):
    """A suggestion shown `after_s` seconds into the story and ended `ms` later (None = no ending is logged).

    With `elapsed=False` the log has no elapsed_ms, only timestamps.
    """
    key = f"i{next(_numbers)}"
    place = {"platform": platform, "device": device}
    lines = [
        event("suggestion_shown", person, after_s, impression_id=key, display_ms=limit, **place, **facts)
    ]
    if ending is not None:
        lines.append(
            event(EVENT[ending], person, after_s + (ms or 0) / 1000, impression_id=key,
                  elapsed_ms=ms if elapsed else None, **place)
        )  # fmt: skip
    return lines


def exposed(person, variant, *, after_s=0.0, experiment="display"):
    """The person is assigned to a variant."""
    return [event("experiment_exposed", person, after_s, experiment=experiment, variant=variant)]


def much_later(person="nobody", *, seconds=86_400.0):
    """An unrelated event a day later, so that everything in the story lies in the past."""
    return [event("camera_opened", person, seconds)]


def landed(folder: Path, *stories) -> Store:
    """A new store in `folder` with the lines of these stories."""
    log = folder / "log.ndjson"
    lines = list(itertools.chain.from_iterable(stories))
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    store = store_in(folder / "home")
    report = load(store, [log])
    assert report.landed == len(lines), report
    return store
