"""The one place that connects: opens and owns the DuckDB file, hands out cursors, knows the data version."""

import json
import os
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import duckdb

from ingest import schema
from ingest.facts import FACTS, StoreFacts
from ingest.flows import attempt_starts, flows
from ingest.records import Records
from ingest.writing import Writing

if TYPE_CHECKING:
    from ingest.landing import Manifest

Cursor = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error
FatalDatabaseError = duckdb.FatalException
DATABASE: Final = "kazasu.duckdb"
_HOLDER = re.compile(r"PID (\d+)")


class StoreUnavailable(RuntimeError):
    """The store cannot be opened; the sentence says why and what to do."""


class StoreBusy(StoreUnavailable):
    """Another process owns the store.

    Attributes:
        pid: the owning process, when known.
        owner: what owner.json says (url, token, pid), when the owner serves.
    """

    def __init__(self, sentence: str, pid: int | None, owner: dict[str, Any] | None) -> None:
        super().__init__(sentence)
        self.pid = pid
        self.owner = owner


class Store:
    """A store of events: `landed/` and `records/` are the truth, the DuckDB file an index that can be made again."""

    def __init__(self, home: Path, connection: Cursor) -> None:
        self.home = home
        self.records = Records(home / "records")
        self.writing = Writing()
        self.empty_part = home / "landed" / "empty.parquet"
        self._connection = connection
        self._tail: list[str] = []
        self._seen: tuple[int, StoreFacts] | None = None

    @classmethod
    def open(cls, home: Path | None = None) -> "Store":
        """Open the store and own it until `close`; loads that a crash left unindexed are indexed now.

        Args:
            home: the folder; default KAZASU_HOME, else `.kazasu` here. It is made when missing.

        Raises:
            StoreBusy: another process owns it.
            StoreUnavailable: it cannot be read; the sentence says what to do.
        """
        folder = (home or home_folder()).resolve()
        for part in (".", "landed", "records", "cohorts", "measured", "spool"):
            _make_folder(folder / part)
        store = cls(folder, _connect(folder / DATABASE, folder))
        try:
            store.make()
            from ingest.loading import catch_up

            catch_up(store)
        except BaseException:
            store.close()
            raise
        return store

    def make(self) -> None:
        """Make the tables and views that are missing; a store of another schema version is emptied for re-indexing.

        One that this very code has made is left as it is.
        """
        starts = attempt_starts(flows())
        made = schema.made_by(duckdb.__version__, starts)
        with self.cursor() as cursor:
            cursor.execute(schema.statement("tables"))
            facts = dict(cursor.execute("SELECT name, value FROM store_facts").fetchall())
            if facts.get("schema_version", schema.VERSION) != schema.VERSION:
                self.empty()
                cursor.execute(schema.statement("tables"))
            if not self.empty_part.exists():
                cursor.execute(schema.statement("empty_tail"), {"target": str(self.empty_part)}).fetchall()
            elif facts.get("made_by") == made:
                return
            cursor.execute("BEGIN")
            for statement in schema.making():
                cursor.execute(statement)
            cursor.execute("DELETE FROM store_facts WHERE name IN ('schema_version', 'made_by')")
            cursor.execute(
                "INSERT INTO store_facts VALUES ('schema_version', $version), ('made_by', $made)",
                {"version": schema.VERSION, "made": made},
            )
            cursor.execute("DELETE FROM flow_starts")
            for event, encloses in starts.items():
                cursor.execute(
                    "INSERT INTO flow_starts VALUES ($event, $encloses)",
                    {"event": event, "encloses": encloses},
                )
            cursor.execute("COMMIT")

    def empty(self) -> None:
        """Drop every table of the index; what landed stays on disk and is indexed again by `catch_up`."""
        with self.cursor() as cursor:
            cursor.execute(schema.statement("empty"))

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """Give a cursor of its own for one piece of work; UTC throughout, told where the uncompacted loads lie."""
        cursor = self._connection.cursor()
        try:
            cursor.execute("SET TimeZone = 'UTC'")
            cursor.execute("SET VARIABLE kz_tail = $paths", {"paths": self._tail or [str(self.empty_part)]})
            yield cursor
        finally:
            cursor.close()

    def read_tail(self, landed: Iterable["Manifest"]) -> None:
        """Tell every cursor from now on which landed files are not compacted yet.

        Args:
            landed: the manifests of the complete loads.
        """
        with self.cursor() as cursor:
            pending = {
                load_id
                for (load_id,) in cursor.execute("SELECT load_id FROM loads WHERE NOT compacted").fetchall()
            }
        folder = self.home / "landed"
        self._tail = [str(folder / part) for m in landed if m.load_id in pending for part in m.parts]

    def facts(self) -> StoreFacts:
        """Return what answers depend on; asked again only when somebody may have written."""
        turn, seen = self.writing.turn(), self._seen
        if turn is not None and seen is not None and seen[0] == turn:
            facts = seen[1]
        else:
            with self.cursor() as cursor:
                row = cursor.execute(FACTS).fetchone()
            assert row is not None
            facts = StoreFacts(*row)
            if turn is not None and turn == self.writing.turn():
                self._seen = turn, facts
        return replace(facts, data_version=f"{facts.data_version}-{self.records.count()}")

    def data_version(self) -> str:
        """Return the last load and the number of records, as "LOAD-RECORDS"."""
        return self.facts().data_version

    def observed_until(self) -> datetime | None:
        """Return the latest event time of complete loads, or None when nothing landed."""
        return self.facts().observed_until

    def synthetic(self) -> bool:
        """Say whether anything in the store was declared synthetic."""
        return self.facts().synthetic

    def clustered(self) -> bool:
        """Say whether `events_main` holds every event in the stored (person, time) order."""
        return self.facts().clustered

    def close(self) -> None:
        """Give the store up; another process may open it."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_current: dict[Path, Store] = {}
_opening = threading.Lock()


def current() -> Store:
    """Return the store of this process, opening it on the first call."""
    home = home_folder().resolve()
    with _opening:
        if home not in _current:
            _current[home] = Store.open(home)
        return _current[home]


def close_current() -> None:
    """Close the store that `current` opened, if any."""
    with _opening:
        for store in _current.values():
            store.close()
        _current.clear()


def home_folder() -> Path:
    """Return the store's folder: KAZASU_HOME, else `.kazasu` in the working directory."""
    return Path(os.environ.get("KAZASU_HOME") or ".kazasu")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"`home` is {folder}; must be a folder that can be written ({error.strerror}); set KAZASU_HOME to another"
        ) from error


def _connect(path: Path, home: Path) -> Cursor:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(home / "spool"),
        **_threads(),
    }
    try:
        return duckdb.connect(str(path), config=settings)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            holder = _HOLDER.search(str(error))
            pid = int(holder.group(1)) if holder else None
            raise StoreBusy(
                f"`home` is {home}, owned by process {pid or 'unknown'}; must be free; stop that process or ask it",
                pid,
                _owner(home),
            ) from error
        raise StoreUnavailable(
            f"`{path}` cannot be opened ({_first_line(error)}); must be a store; run: kazasu doctor"
        ) from error
    except duckdb.Error as error:
        raise StoreUnavailable(
            f"`{path}` cannot be read ({_first_line(error)}); must be a whole index; run: kazasu rebuild"
        ) from error


def _threads() -> dict[str, str | bool | int | float | list[str]]:
    """How many threads the engine may use: KAZASU_THREADS, else one a processor."""
    given = os.environ.get("KAZASU_THREADS", "")
    if not given:
        return {}
    if not given.isascii() or not given.isdigit() or int(given) == 0:
        raise StoreUnavailable(
            f"`KAZASU_THREADS` is {given!r}; must be a whole number above 0; leave it out for one a processor"
        )
    return {"threads": int(given)}


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]


def _owner(home: Path) -> dict[str, Any] | None:
    path = home / "owner.json"
    if not path.exists():
        return None
    try:
        told = json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError:
        return None  # half-written by an owner that is just starting or stopping: as good as none
    return told if isinstance(told, dict) else None
