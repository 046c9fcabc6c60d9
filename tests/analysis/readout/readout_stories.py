"""Experiments told as stories: `land(store, {"ann": ["exposed to b 10:00:00", "tapped 10:00:05"]})`.

A happening is NAME [to VARIANT] TIME [key=value …]; the time is on 1 April 2026 in UTC, with up to microseconds.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from analysis import words
from analysis.readout import ReadoutAnswer, ReadoutQuery, answer
from experiments import Experiment
from experiments.stats.effects import NoEffect, Reason
from experiments.verdict import Verdict
from ingest import Store, load

NAMES = {
    "exposed": "experiment_exposed",
    "shown": "suggestion_shown",
    "tapped": "suggestion_tapped",
    "dismissed": "suggestion_dismissed",
    "left": "suggestion_left",
    "expired": "suggestion_expired",
}
FIELDS = (
    "session_id",
    "attempt_id",
    "platform",
    "device",
    "app_version",
    "os_version",
    "seq",
    "user_id",
    "received_at",
)
_files = count()


def event(person: str, told: str, event_id: str) -> dict[str, Any]:
    """One happening as a log line would have it."""
    words = told.split()
    name = words.pop(0)
    properties: dict[str, Any] = {}
    if words[0] == "to":
        properties = {"experiment": "x", "variant": words[1]}
        words = words[2:]
    at = words.pop(0)
    day = "2026-04-01" if "T" not in at else ""
    said: dict[str, Any] = {"event_id": event_id, "event": NAMES.get(name, name), "user_id": person}
    said["ts"] = f"{day}T{at}Z".removeprefix("T") if day else f"{at}Z"
    for word in words:
        key, _, value = word.partition("=")
        typed: Any = json.loads(value) if value[:1].isdigit() and key != "received_at" else value
        (said if key in FIELDS else properties)[key] = typed
    return said | {"properties": properties}


def land(store: Store, journeys: Mapping[str, Sequence[str]]) -> None:
    """Land the stories in a real store."""
    numbers = count()
    events = [
        event(person, told, f"{next(numbers):05}")
        for person, told_all in journeys.items()
        for told in told_all
    ]
    path = store.home.parent / f"story-{next(_files)}.ndjson"
    path.write_text("".join(json.dumps(one) + "\n" for one in events), encoding="utf-8")
    report = load(store, path)
    assert report.rejected == 0, report


def plan(*metrics: str, arms: Sequence[str] = ("control", "b"), more: str = "") -> Experiment:
    """Experiment `x` with these arms (a word, or TOML keys) and metrics (TOML keys each)."""
    text = f'key = "x"\n{more}\n'
    for arm in arms:
        text += "[[variants]]\n" + (arm if "=" in arm else f'key = "{arm}"') + "\n"
    for metric in metrics:
        text += f"[[metrics]]\n{metric}\n"
    return Experiment.from_toml(text)


def conversion(
    key: str = "tapped", event_name: str = "suggestion_tapped", more: str = "", role: str = "success"
) -> str:
    """A conversion metric as TOML keys."""
    return f'key = "{key}"\nrole = "{role}"\nkind = "conversion"\nevent = "{event_name}"\n{more}'


def readout(store: Store, experiment: Experiment | str, **asked: Any) -> ReadoutAnswer:
    """The readout of an experiment."""
    found = answer(store, ReadoutQuery(experiment=experiment, **asked))
    assert isinstance(found, ReadoutAnswer)
    speaks(found)
    return found


def speaks(found: ReadoutAnswer) -> None:
    """Everything that the answer says is said in both languages, with every fact its sentence needs."""
    verdict = found.verdict.reasons if isinstance(found.verdict, Verdict) else (found.verdict,)
    said: list[Reason | NoEffect] = [*verdict, *(check.reason for check in found.checks)]
    for metric in found.metrics:
        effects = [part for one in metric.effects for part in (one.effect, one.relative, one.non_inferiority)]
        parts = [*effects, *(arm.value for arm in metric.arms), metric.omnibus, metric.interaction]
        said += [part for part in parts if isinstance(part, NoEffect)]
    for one in said:
        assert words.has(f"reason.{one.code}"), one
        assert words.reason(one, "en")
        assert words.reason(one, "ja") != one.sentence, one


def hits(found: ReadoutAnswer, metric: str = "tapped") -> dict[str, tuple[int | None, int]]:
    """arm -> (hits, n) of one metric."""
    one = next(one for one in found.metrics if one.key == metric)
    return {arm.arm: (arm.hits, arm.n) for arm in one.arms}


def decision(found: ReadoutAnswer) -> str:
    assert isinstance(found.verdict, Verdict)
    return found.verdict.decision
