"""The verbs of lists and cohorts: JSON in and out, as the terminal and the owner of the store do them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from analysis.members.compute import MembersQuery
from ingest.cohorts import Cohort, cohorts, withdraw

if TYPE_CHECKING:
    from ingest import Store

Json = dict[str, object]
Verb = Callable[["Store", Mapping[str, object]], Json]


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Write(_Payload):
    question: MembersQuery
    kind: Literal["csv", "parquet"]
    path: str


class _Add(_Payload):
    name: str
    who: str = Field(min_length=1)
    question: MembersQuery | None = None
    ids: str | None = None


class _Named(_Payload):
    name: str
    who: str = Field(min_length=1)


class _Nothing(_Payload):
    pass


def members_write(store: "Store", payload: Mapping[str, object]) -> Json:
    """Write a whole list to a file."""
    from analysis.members.export import write

    asked = _Write.model_validate(payload)
    written = write(store, asked.question, asked.kind, Path(asked.path))
    return {"path": asked.path, "written": written, "data_version": store.data_version()}


def cohort_add(store: "Store", payload: Mapping[str, object]) -> Json:
    """Save a list, or persons named in a file, as a new cohort."""
    from analysis.members.freezing import freeze, freeze_ids

    asked = _Add.model_validate(payload)
    if asked.question is not None and asked.ids is None:
        made = freeze(store, asked.name, asked.question, asked.who)
    elif asked.ids is not None and asked.question is None:
        made = freeze_ids(store, asked.name, Path(asked.ids), asked.who)
    else:
        raise ValueError("`question` and `ids` are both given or both left out; must be one of them; choose.")
    return {"cohort": plain(made), "data_version": store.data_version()}


def cohort_list(store: "Store", payload: Mapping[str, object]) -> Json:
    """List the cohorts on record."""
    _Nothing.model_validate(payload)
    return {"cohorts": [plain(one) for one in cohorts(store).values()], "data_version": store.data_version()}


def cohort_refresh(store: "Store", payload: Mapping[str, object]) -> Json:
    """Make a cohort again as a new version."""
    from analysis.members.freezing import refresh

    asked = _Named.model_validate(payload)
    return {"cohort": plain(refresh(store, asked.name, asked.who)), "data_version": store.data_version()}


def cohort_remove(store: "Store", payload: Mapping[str, object]) -> Json:
    """Withdraw a cohort."""
    asked = _Named.model_validate(payload)
    withdraw(store, asked.name, asked.who)
    return {"name": asked.name, "removed": True, "data_version": store.data_version()}


def plain(one: Cohort) -> Json:
    """A cohort as plain JSON; docs/json/cohort.md explains every key."""
    told = asdict(one)
    return {**{name: told[name] for name in ("name", "version", "who", "at", "persons")}, **one.about}


VERBS: dict[str, Verb] = {
    "members_write": members_write,
    "cohort_add": cohort_add,
    "cohort_list": cohort_list,
    "cohort_refresh": cohort_refresh,
    "cohort_remove": cohort_remove,
}
