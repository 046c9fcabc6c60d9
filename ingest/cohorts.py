"""Cohorts: frozen lists of persons with a name, to filter by; a file of persons and a record that names it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.landing_files import move_durably
from ingest.store import Store

KIND = "cohort"
FOLDER = "cohorts"
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Cohort:
    """The newest version of a cohort.

    Args:
        name: what people call it.
        who: who wrote this version.
        at: when, ISO 8601.
        version: how many times it was written, from 1.
        persons: how many persons it holds.
        file: the file that holds them, within the store's folder of cohorts.
        about: where they come from: plain JSON, as whoever wrote it chose.
    """

    name: str
    who: str
    at: str
    version: int
    persons: int
    file: str
    about: Mapping[str, Any]


def cohorts(store: Store) -> dict[str, Cohort]:
    """Return the cohorts on record by name, in order of name; withdrawn ones are left out.

    Args:
        store: an open store.
    """
    return on_record(store.records.all(KIND))


def on_record(records: list[dict[str, Any]]) -> dict[str, Cohort]:
    """Return the cohorts that records of their kind tell, by name, in order of name.

    Args:
        records: every record of the kind, oldest first.
    """
    found: dict[str, Cohort] = {}
    versions: dict[str, int] = {}
    for record in records:
        name, body = str(record["key"]), record["body"]
        versions[name] = versions.get(name, 0) + 1
        if body["withdrawn"]:
            found.pop(name, None)
            continue
        who, at = str(record["who"]), str(record["at"])
        found[name] = Cohort(name, who, at, versions[name], body["persons"], body["file"], body["about"])
    return dict(sorted(found.items()))


def cohort(store: Store, name: str) -> Cohort:
    """Return a cohort by name.

    Args:
        store: an open store.
        name: what it is called.

    Raises:
        ValueError: there is none of that name, or its file is gone.
    """
    known = cohorts(store)
    if name not in known:
        names = ", ".join(known) or "none yet"
        raise ValueError(
            f"`cohort` is {name!r}; must be one on record ({names}); add it with: kazasu cohort add"
        )
    if not (store.home / FOLDER / known[name].file).exists():
        raise ValueError(
            f"`cohort` is {name!r}, whose file {known[name].file} is gone; must be there; run: kazasu doctor"
        )
    return known[name]


def put(store: Store, name: str, persons: pa.Array, about: Mapping[str, Any], who: str) -> Cohort:
    """Save a cohort, or a new version of it: first its persons as a file, then the record that makes it count.

    Args:
        store: an open store.
        name: what to call it.
        persons: who is in it, as text; each counts once.
        about: where they come from, plain JSON.
        who: who saves it.

    Returns:
        The cohort.

    Raises:
        ValueError: the name cannot be one.
        OSError: the file cannot be written.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(
            f"`name` is {name!r}; must be 1 to {LONGEST_NAME} visible characters; choose another name."
        )
    different = pc.unique(persons.cast(pa.string()).drop_null())
    whole = different.take(pc.sort_indices(different))
    with store.writing:
        file = _write(store.home / FOLDER, whole)
        _fill(store, {**_files(store), name: file})
        body = {"persons": len(whole), "file": file, "about": dict(about), "withdrawn": False}
        store.records.add(KIND, name, body, who)
    return cohort(store, name)


def withdraw(store: Store, name: str, who: str) -> None:
    """Withdraw a cohort: nothing can be filtered by it any more; its file and its records stay.

    Args:
        store: an open store.
        name: what it is called.
        who: who withdraws it.

    Raises:
        ValueError: there is none of that name.
    """
    known = cohorts(store)
    if name not in known:
        cohort(store, name)
    with store.writing:
        left = _files(store)
        body = {"persons": 0, "file": left.pop(name, ""), "about": {}, "withdrawn": True}
        store.records.add(KIND, name, body, who)
        _fill(store, left)


def index(store: Store) -> None:
    """Bring the index to what the records say.

    Args:
        store: an open store, whose writing lock the caller holds.
    """
    _fill(store, _files(store))


def _files(store: Store) -> dict[str, str]:
    return {name: one.file for name, one in cohorts(store).items()}


def _write(folder: Path, persons: pa.Array) -> str:
    """The file of these persons, written if it is not there; equal lists share one."""
    digest = blake2b(digest_size=16)
    for person in persons.to_pylist():
        digest.update(person.encode("utf-8", "surrogatepass") + b"\n")
    path = folder / f"{digest.hexdigest()}.parquet"
    if not path.exists():
        draft = folder / f"{path.stem}.{os.getpid()}.draft"
        pq.write_table(pa.table({"person": persons}), draft, compression="zstd")
        move_durably(draft, path)
    return path.name


def _fill(store: Store, wanted: Mapping[str, str]) -> None:
    """Put the persons of the wanted files into the index, in one transaction; a file that is gone has none."""
    there = {(name, file) for name, file in wanted.items() if (store.home / FOLDER / file).exists()}
    with store.cursor() as cursor:
        known = set(cursor.execute("SELECT cohort, file FROM cohort_files").fetchall())
        if known == there:
            return
        cursor.begin()
        try:
            for name, _ in sorted(known - there):
                cursor.execute("DELETE FROM cohort_files WHERE cohort = $cohort", {"cohort": name})
                cursor.execute("DELETE FROM cohort_persons WHERE cohort = $cohort", {"cohort": name})
            for name, file in sorted(there - known):
                told = {"cohort": name, "file": file}
                cursor.execute("INSERT INTO cohort_files VALUES ($cohort, $file)", told)
                cursor.execute(
                    "INSERT INTO cohort_persons SELECT $cohort, person FROM read_parquet($path)",
                    {"cohort": name, "path": str(store.home / FOLDER / file)},
                )
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise
