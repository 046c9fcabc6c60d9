"""What people keep beside the data: questions with a name, and annotations; append-only, so they outlive the index."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from experiments.funnel import Funnel

if TYPE_CHECKING:
    from ingest import Store

VIEW, ANNOTATION = "view", "annotation"
"""The kinds of record; a body of {"withdrawn": true} takes a record back."""
LONGEST_NAME, LONGEST_TEXT = 100, 200


@dataclass(frozen=True, slots=True)
class View:
    """A question with a name.

    Args:
        key: What its records carry; stays when the name changes.
        name: What people call it.
        who: Who wrote it last.
        at: When, ISO 8601.
        question: The funnel as plain JSON.
    """

    key: str
    name: str
    who: str
    at: str
    question: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Annotation:
    """Something that happened at a moment, such as a release.

    Args:
        key: What its records carry.
        moment: When it happened.
        text: What happened.
        who: Who wrote it.
    """

    key: str
    moment: datetime
    text: str
    who: str


def views(store: "Store") -> list[View]:
    """The views that stand, in order of name."""
    found = [
        View(
            key,
            str(record["body"]["name"]),
            str(record["who"]),
            str(record["at"]),
            record["body"]["question"],
        )
        for key, record in _standing(store, VIEW).items()
    ]
    return sorted(found, key=lambda one: (one.name, one.key))


def keep_view(store: "Store", name: str, question: Funnel, who: str) -> View:
    """Keep a question under a name.

    Args:
        store: An open store.
        name: A name that no other view has.
        question: The funnel.
        who: Who keeps it.

    Raises:
        ValueError: The name is empty, too long or taken.
    """
    named = _free(store, name)
    body = {"name": named, "question": question.model_dump(mode="json"), "withdrawn": False}
    return _written(store, _new_key(store, VIEW, named), body, who)


def rename_view(store: "Store", key: str, name: str, who: str) -> View:
    """Call a view something else; its key stays.

    Raises:
        ValueError: There is no such view, or the name is empty, too long or taken.
    """
    body = _body(store, VIEW, key)
    return _written(store, key, {**body, "name": _free(store, name)}, who)


def withdraw(store: "Store", kind: str, key: str, who: str) -> None:
    """Take a view or an annotation back; what was written stays on record.

    Args:
        store: An open store.
        kind: VIEW or ANNOTATION.
        key: Which one.
        who: Who takes it back.

    Raises:
        ValueError: There is none of that key.
    """
    store.records.add(kind, key, {**_body(store, kind, key), "withdrawn": True}, who)


def annotations(store: "Store") -> list[Annotation]:
    """The annotations that stand, the earliest first."""
    found = [
        Annotation(
            key, datetime.fromisoformat(record["body"]["moment"]), record["body"]["text"], str(record["who"])
        )
        for key, record in _standing(store, ANNOTATION).items()
    ]
    return sorted(found, key=lambda one: (one.moment, one.key))


def annotate(store: "Store", when: str, text: str, who: str, *, zone: str = "Asia/Tokyo") -> Annotation:
    """Write down what happened at a moment.

    Args:
        store: An open store.
        when: A day, 2026-05-01, or a moment, 2026-05-01T09:30; without an offset it is in the zone.
        text: What happened.
        who: Who writes it.
        zone: An IANA zone.

    Raises:
        ValueError: It is no day or moment, or the text is empty or too long.
    """
    told = text.strip()
    if not 0 < len(told) <= LONGEST_TEXT:
        raise ValueError(f"`text` is {text!r}; must have 1 to {LONGEST_TEXT} characters; say what happened.")
    moment = _moment(when, zone)
    key = _new_key(store, ANNOTATION, f"{moment.isoformat()} {told}")
    store.records.add(ANNOTATION, key, {"moment": moment.isoformat(), "text": told, "withdrawn": False}, who)
    return Annotation(key, moment, told, who)


def _moment(when: str, zone: str) -> datetime:
    try:
        if len(when) == len("2026-05-01"):
            return datetime.combine(date.fromisoformat(when), time(), ZoneInfo(zone))
        found = datetime.fromisoformat(when)
    except ValueError as wrong:
        raise ValueError(
            f"`when` is {when!r}; must be a day or a moment; write 2026-05-01 or 2026-05-01T09:30."
        ) from wrong
    return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))


def _standing(store: "Store", kind: str) -> dict[str, dict[str, Any]]:
    newest = {str(record["key"]): record for record in store.records.all(kind)}
    return {key: record for key, record in newest.items() if not record["body"].get("withdrawn")}


def _body(store: "Store", kind: str, key: str) -> dict[str, Any]:
    standing = _standing(store, kind)
    if key not in standing:
        raise ValueError(
            f"`key` is {key!r}; must be one of {', '.join(sorted(standing)) or 'none'}; name one."
        )
    return dict(standing[key]["body"])


def _written(store: "Store", key: str, body: dict[str, Any], who: str) -> View:
    store.records.add(VIEW, key, json.loads(json.dumps(body)), who)
    record = _standing(store, VIEW)[key]
    return View(key, body["name"], who, str(record["at"]), body["question"])


def _free(store: "Store", name: str) -> str:
    named = name.strip()
    if not 0 < len(named) <= LONGEST_NAME:
        raise ValueError(f"`name` is {name!r}; must have 1 to {LONGEST_NAME} characters; choose one.")
    if any(one.name == named for one in views(store)):
        raise ValueError(f"`name` is {name!r}; must be one that no saved view has; choose another.")
    return named


def _new_key(store: "Store", kind: str, wanted: str) -> str:
    """A key that no record ever had: a view keeps its key when its name goes to another."""
    used = {str(record["key"]) for record in store.records.all(kind)}
    keys = (wanted if nth == 1 else f"{wanted} {nth}" for nth in range(1, len(used) + 2))
    return next(key for key in keys if key not in used)
