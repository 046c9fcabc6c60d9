"""What each verb does: one dispatcher for the terminal and for the owner of the store; JSON in and out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from analysis import wordings
from analysis.ask import TookTooLong, ask, cached
from analysis.members import verbs as lists
from analysis.refusals import UNAVAILABLE, refusal, sentences
from analysis.verification import verbs as verification
from ingest.schema import unbound
from ingest.store import DatabaseError

if TYPE_CHECKING:
    from ingest import Store

Json = dict[str, object]
Progress = Callable[..., None]

ROOMS = {
    "funnel": ("analysis.funnel", "FunnelQuery"),
    "taps": ("analysis.time_to_tap", "TapsQuery"),
    "readout": ("analysis.readout", "ReadoutQuery"),
    "models": ("analysis.models", "ModelsQuery"),
    "health": ("analysis.health", "HealthQuery"),
    "trend": ("analysis.trend", "TrendQuery"),
    "milestones": ("analysis.milestones", "MilestonesQuery"),
    "alerts": ("analysis.alerts", "AlertsQuery"),
    "losses": ("analysis.losses", "LossesQuery"),
    "segments": ("analysis.segments", "SegmentsQuery"),
    "paths": ("analysis.paths", "PathsQuery"),
    "drivers": ("analysis.drivers", "DriversQuery"),
    "members": ("analysis.members", "MembersQuery"),
    "contrast": ("analysis.contrast", "ContrastQuery"),
    "timing": ("analysis.timing", "TimingQuery"),
    "between": ("analysis.between", "BetweenQuery"),
    "reading": ("analysis.reading", "ReadingQuery"),
    "display_limit": ("analysis.display_limit", "DisplayLimitQuery"),
    "copies": ("analysis.copies", "CopiesQuery"),
    "display_change": ("analysis.display_change", "DisplayChangeQuery"),
    "verification": ("analysis.verification", "VerificationQuery"),
}


EXPERIMENT = "experiment"
FILE_VERBS = frozenset(
    {
        "ingest",
        "quarantine_write",
        "quarantine_replay",
        "members_write",
        "cohort_add",
        "cohort_refresh",
        "models_import",
        "models_export",
    }
)
"""Verbs that read or write files which the user names: an OSError is then bad input."""


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Ingest(_Payload):
    paths: tuple[str, ...] = Field(min_length=1)
    mapping: str | None = None


class _Quarantined(_Payload):
    code: str | None = None
    source: str | None = None
    limit: int = Field(default=50, ge=1, le=100_000)


class _WriteOut(_Payload):
    path: str
    code: str | None = None


class _Replay(_Payload):
    mended: str | None = None


class _Written(_Payload):
    body: dict[str, object]
    who: str = Field(min_length=1)


class _Asked(_Payload):
    now: AwareDatetime


class _Nothing(_Payload):
    pass


def run_verb(
    store: "Store", verb: str, payload: Mapping[str, object], *, progress: Progress | None = None
) -> Json:
    """Do one verb on an open store.

    Args:
        store: the store, open in this process.
        verb: one of `VERBS` or `ROOMS`.
        payload: the verb's fields (a room's verb takes its query's fields); paths are absolute.
        progress: called while logs are landing, as `ingest.load` does.

    Returns:
        The verb's answer as plain JSON; `{"error": {"code", "sentence", "exit"}}` where it cannot be done.
    """
    try:
        if verb in ROOMS:
            return _ask_room(store, verb, payload)
        if verb == "ingest":
            return _ingest(store, payload, progress)
        if verb in VERBS:
            return VERBS[verb](store, payload)
    except ValidationError as error:
        return refusal("bad_input", sentences(error))
    except TookTooLong as error:
        return refusal("took_too_long", str(error), exit_code=UNAVAILABLE)
    except DatabaseError as error:
        said = str(error).split("\n", 1)[0]
        return refusal("engine", f"`store` gave no answer: {said}; run: kazasu doctor", exit_code=UNAVAILABLE)
    except OSError as error:
        if verb not in FILE_VERBS:
            raise
        return refusal("unreadable_file", f"`{error.filename}` is not usable: {error.strerror}.")
    except ValueError as error:
        if not str(error).startswith("`"):
            raise
        return refusal("bad_input", str(error))
    known = ", ".join(sorted({"ingest", *VERBS, *ROOMS}))
    return refusal("unknown_verb", f"`verb` is {verb!r}; must be one of {known}.")


def _ask_room(store: "Store", verb: str, payload: Mapping[str, object]) -> Json:
    module, name = ROOMS[verb]
    room = import_module(module)
    query = getattr(room, name).model_validate_json(json.dumps(payload))
    answer: Json = room.to_json(cached(store, query, room.answer))
    return answer


def _ingest(store: "Store", payload: Mapping[str, object], progress: Progress | None) -> Json:
    from analysis.alerts import after_load
    from ingest import load

    asked = _Ingest.model_validate(payload)
    mapping = Path(asked.mapping) if asked.mapping else None
    report = load(store, asked.paths, mapping=mapping, progress=progress)
    return {
        "lines": report.lines,
        "landed": report.landed,
        "duplicates": report.duplicates,
        "rejected": report.rejected,
        "codes": report.codes,
        "files": [asdict(file) for file in report.files],
        "errors": [{"source": source, "sentence": said} for source, said in report.errors.items()],
        **after_load(store),
        "data_version": store.data_version(),
    }


def _quarantine_list(store: "Store", payload: Mapping[str, object]) -> Json:
    asked = _Quarantined.model_validate(payload)
    rejects = unbound("rejects")
    if asked.code is not None:
        rejects = rejects.filter(rejects.code == asked.code)
    if asked.source is not None:
        rejects = rejects.filter(rejects.source.contains(asked.source))
    counts = ask(store, rejects.group_by("code").agg(lines=rejects.count()).order_by("code")).to_pylist()
    newest = rejects.order_by(rejects.load_id.desc(), "source", "line").limit(asked.limit)
    return {
        "total": sum(row["lines"] for row in counts),
        "codes": {row["code"]: row["lines"] for row in counts},
        "rejects": ask(store, newest).to_pylist(),
        "data_version": store.data_version(),
    }


def _quarantine_write(store: "Store", payload: Mapping[str, object]) -> Json:
    from ingest.quarantine import write_out

    asked = _WriteOut.model_validate(payload)
    written = write_out(store, Path(asked.path), asked.code)
    return {"path": asked.path, "written": written, "data_version": store.data_version()}


def _quarantine_replay(store: "Store", payload: Mapping[str, object]) -> Json:
    from analysis.alerts import after_load
    from ingest.quarantine import replay

    asked = _Replay.model_validate(payload)
    report = replay(store, Path(asked.mended) if asked.mended else None)
    return {
        "replayed": report.replayed,
        "landed": report.landed,
        "duplicates": report.duplicates,
        "still_rejected": [
            {"reject": reject, "sentence": sentence} for reject, sentence in report.still_rejected.items()
        ],
        **after_load(store),
        "data_version": store.data_version(),
    }


def _rebuild(store: "Store", payload: Mapping[str, object]) -> Json:
    from ingest.loading import rebuild

    _Nothing.model_validate(payload)
    return {"loads": rebuild(store), "data_version": store.data_version()}


def _experiment_add(store: "Store", payload: Mapping[str, object]) -> Json:
    from experiments import Experiment

    asked = _Written.model_validate(payload)
    design = Experiment.model_validate_json(json.dumps(asked.body))
    before = store.records.get(EXPERIMENT, design.key)
    if before == asked.body:
        return {"key": design.key, "added": False, "data_version": store.data_version()}
    store.records.add(EXPERIMENT, design.key, asked.body, asked.who)
    return {"key": design.key, "added": True, "data_version": store.data_version()}


def _experiment_list(store: "Store", payload: Mapping[str, object]) -> Json:
    _Nothing.model_validate(payload)
    newest = {record["key"]: record for record in store.records.all(EXPERIMENT)}
    return {"experiments": list(newest.values()), "data_version": store.data_version()}


def _doctor(store: "Store", payload: Mapping[str, object]) -> Json:
    from analysis.terminal.inside import examine_store

    asked = _Asked.model_validate_json(json.dumps(payload))
    return {"findings": [asdict(finding) for finding in examine_store(store, asked.now)]}


VERBS: dict[str, Callable[["Store", Mapping[str, object]], Json]] = {
    "quarantine_list": _quarantine_list,
    "quarantine_write": _quarantine_write,
    "quarantine_replay": _quarantine_replay,
    "rebuild": _rebuild,
    "experiment_add": _experiment_add,
    "experiment_list": _experiment_list,
    "doctor": _doctor,
    **lists.VERBS,
    **wordings.VERBS,
    **verification.VERBS,
}
