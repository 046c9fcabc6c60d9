"""From a list to a cohort: the persons of its units, frozen under a name; or persons that somebody typed."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from analysis.ask import batches
from analysis.members.compute import MembersQuery, listed
from analysis.members.query import Wanted, told
from analysis.spreadsheet import as_typed
from ingest.cohorts import Cohort, cohort, cohorts, put
from ingest.schema import unbound

if TYPE_CHECKING:
    from ingest import Store

COLUMNS = ("person", "user_id")
"""What the column of persons is called in a file with a header: ours, and the log's."""


def freeze(store: "Store", name: str, query: MembersQuery, who: str) -> Cohort:
    """Save the persons of a list as a new cohort.

    Args:
        store: An open store.
        name: What to call it.
        query: The list; limit and offset are set aside.
        who: Who saves it.

    Raises:
        ValueError: The name is taken or cannot be one, or the list cannot be made.
    """
    _refuse_taken(store, name)
    return _freeze(store, name, query, who)


def freeze_ids(store: "Store", name: str, path: Path, who: str) -> Cohort:
    """Save persons named in a file as a new cohort; those that the store does not know are counted and stay in it.

    Args:
        store: An open store.
        name: What to call it.
        path: CSV: with a header that has `person` or `user_id` that column, else the first one.
        who: Who saves it.

    Raises:
        OSError: The file cannot be read.
        ValueError: The name is taken or cannot be one, or the file holds no ids.
    """
    _refuse_taken(store, name)
    return _freeze_ids(store, name, path, who)


def refresh(store: "Store", name: str, who: str) -> Cohort:
    """Make a cohort again from where it came, as a new version of it.

    Args:
        store: An open store.
        name: What it is called.
        who: Who refreshes it.

    Raises:
        OSError: The file that it came from cannot be read.
        ValueError: There is none of that name, or it cannot be made again.
    """
    known = cohorts(store)
    about = (known[name] if name in known else cohort(store, name)).about
    if about["source"] is not None:
        return _freeze_ids(store, name, Path(about["source"]), who)
    return _freeze(store, name, MembersQuery.model_validate(about["question"]), who)


def _refuse_taken(store: "Store", name: str) -> None:
    if name in cohorts(store):
        raise ValueError(
            f"`name` is {name!r}, which is on record; must be new; choose another, or run: kazasu cohort refresh"
        )


def _freeze(store: "Store", name: str, query: MembersQuery, who: str) -> Cohort:
    with store.writing:  # no load may give persons new keys between the walk and the telling
        walked, places, _ = listed(store, query)
        parts = told(store, Wanted(query.funnel, walked, places)) if len(places) else iter(())
        persons = pa.chunked_array([part["person"] for part in parts], pa.string()).combine_chunks()
    until = walked.observed_until
    about = {
        "question": query.model_dump(
            mode="json", by_alias=True, exclude={"limit", "offset"}, exclude_none=True
        ),
        "units": len(places),
        "observed_until": None if until is None else until.isoformat(),
    }
    return put(store, name, persons, _about(walked.data_version, about), who)


def _freeze_ids(store: "Store", name: str, path: Path, who: str) -> Cohort:
    version = store.data_version()
    persons = pa.array(list(dict.fromkeys(_ids(path))), pa.string())
    if not len(persons):
        raise ValueError(
            f"`from` is {path}, which holds no ids; must hold one a line; look at its first column."
        )
    known = unbound("events").select("person").distinct()
    with batches(store, known) as reader:
        there = [batch["person"].cast(pa.string()) for batch in reader]
    unknown = len(persons) - pc.sum(pc.is_in(persons, pa.chunked_array(there, pa.string()))).as_py()
    return put(store, name, persons, _about(version, {"source": str(path), "unknown": unknown}), who)


def _about(version: str, more: Mapping[str, Any]) -> dict[str, Any]:
    usual = {"question": None, "source": None, "units": None, "unknown": 0, "observed_until": None}
    return {**usual, "data_version": version, **more}


def _ids(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            head = next(rows, [])
            named = [place for place, cell in enumerate(head) if cell.strip() in COLUMNS]
            place = named[0] if named else 0
            for row in [*([] if named else [head]), *rows]:
                if place < len(row) and row[place].strip():
                    yield as_typed(row[place].strip())
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(
            f"`from` is {path}, which is no CSV in UTF-8 ({error}); must be one; save it so."
        ) from error
