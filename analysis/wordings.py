"""The copies on record: what suggestions said; append-only, so that they outlive the index."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from experiments.copies import Copies, Copy, copy_key

if TYPE_CHECKING:
    from ingest import Store

Json = dict[str, object]
COPY = "copy"
"""The kind of record; a body of {"withdrawn": true, ...} takes a copy back."""


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    body: dict[str, object]
    who: str = Field(min_length=1)


class _Named(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    copy_id: str
    language: str
    design_id: str | None = None
    who: str = Field(min_length=1)


class _Nothing(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def copies_on_record(store: "Store") -> tuple[Copy, ...]:
    """The copies that stand, in order of copy, design and language.

    Raises:
        ValueError: A record breaks a rule that holds now.
    """
    found = [Copy.model_validate_json(json.dumps(record["body"])) for record in _standing(store).values()]
    return tuple(sorted(found, key=lambda one: (one.copy_id, one.design_id or "", one.language)))


def languages_of(
    copies: Sequence[Copy], copy_id: str | None, design_id: str | None, language: str | None
) -> tuple[Copy, ...]:
    """What a variant said: the words of its design before those of every design, one copy a language.

    Args:
        copies: The copies that stand.
        copy_id: The variant's copy; None has no words.
        design_id: Its design.
        language: The language that people saw it in, where the log says so: only the words in it (for "en-GB" also those
            in "en"); None takes every language.
    """
    fitting: dict[str, Copy] = {}
    for copy in sorted(copies, key=lambda one: one.design_id is None):
        of_it = copy.copy_id == copy_id and copy.design_id in (design_id, None)
        if of_it and (language is None or copy.language in (language, language.split("-", 1)[0])):
            fitting.setdefault(copy.language, copy)
    return tuple(sorted(fitting.values(), key=lambda one: one.language != language))


def _add(store: "Store", payload: Mapping[str, object]) -> Json:
    asked = _Written.model_validate(payload)
    given = Copies.model_validate_json(json.dumps(asked.body))
    standing, added, same = _standing(store), [], []
    for one in given.copies:
        body = one.model_dump(mode="json")
        if standing.get(one.key, {}).get("body") == body:
            same.append(one.key)
        else:
            store.records.add(COPY, one.key, body, asked.who)
            added.append(one.key)
    return {"added": added, "same": same, "data_version": store.data_version()}


def _list(store: "Store", payload: Mapping[str, object]) -> Json:
    _Nothing.model_validate(payload)
    return {"copies": list(_standing(store).values()), "data_version": store.data_version()}


def _remove(store: "Store", payload: Mapping[str, object]) -> Json:
    asked = _Named.model_validate(payload)
    key = copy_key(asked.copy_id, asked.language, asked.design_id)
    standing = _standing(store)
    if key not in standing:
        known = ", ".join(standing) or "none"
        raise ValueError(f"`copy` is {key}; must be one of {known}; name its language and design too.")
    store.records.add(COPY, key, {**standing[key]["body"], "withdrawn": True}, asked.who)
    return {"key": key, "withdrawn": True, "data_version": store.data_version()}


def _standing(store: "Store") -> dict[str, dict[str, Any]]:
    newest = {str(record["key"]): record for record in store.records.all(COPY)}
    return {key: record for key, record in newest.items() if not record["body"].get("withdrawn")}


VERBS = {"copy_add": _add, "copy_list": _list, "copy_remove": _remove}
