"""Stored events held in memory: the columns that most funnels read, read once per version of the stored order.

A row takes 14 bytes, and one more for every field that funnels are split by. Nothing is held of a store whose order does
not hold, that has more rows than MOST_ROWS, or more different events than fit 16 bits: questions then read the store.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.ask import ask, batches, sql_of
from analysis.steps.carried import MARK, MOST_KNOWN, different, list_position, texts
from analysis.steps.columns import whole_numbers
from analysis.steps.lookup import Lookup
from analysis.steps.reading import BATCH_ROWS, Range
from analysis.steps.selection import ranged
from ingest.schema import unbound

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
Codes = NDArray[np.uint8] | NDArray[np.uint16]
MOST_ROWS = 32_000_000
_MOST_EVENTS = (1 << 16) - 1
_COUNT = "SELECT count(*) AS rows FROM events_main WHERE person_key >= $first AND person_key < $last"


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of few different values.

    Args:
        names: Its values, in the order of their numbers.
        codes: For each row the number of its value, from 1; 0 where it has none.
        whole: Every row is known to have one.
    """

    names: tuple[str, ...]
    codes: Codes
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """The stored rows in (person, time) order, which was verified.

    Args:
        keys: The person of each row.
        moments: Its microseconds.
        events: Its event.
        fields: Fields that were asked for, by name.
    """

    keys: NDArray[np.int32]
    moments: Ints
    events: Coded
    fields: dict[str, Coded] = field(default_factory=dict)

    def rows(self, part: Range) -> tuple[int, int]:
        """Where the rows of a range of persons begin and end."""
        wanted = np.array(
            (part["first"], part["last"]), np.int32
        )  # of the keys' type, or all of them are converted
        first, last = np.searchsorted(self.keys, wanted).tolist()
        return first, last


@dataclass(frozen=True, slots=True)
class HeldRows:
    """What one funnel reads of them.

    Args:
        held: The columns.
        lookup: What is read.
        known: Every value of the field that the funnel is split by.
    """

    held: Held
    lookup: Lookup
    known: tuple[str, ...]

    def of(self, part: Range, size: int) -> Iterator[pa.RecordBatch]:
        """The rows of a range of persons, in the columns that the funnel's SQL has, found in so many at a time."""
        held, lookup = self.held, self.lookup
        first, last = held.rows(part)
        taken, masks = self._tables()
        marks, codes = self._marks()
        for begin in range(first, last, size):
            cut = slice(begin, min(begin + size, last))
            chosen = _chosen(taken, held.events.codes[cut], held.moments[cut], lookup.rows)
            rows = cut if chosen is None else begin + chosen
            moments = held.moments[rows]
            steps = masks.take(held.events.codes[rows])
            _only_between(steps, moments, *lookup.start)
            columns = {"unit": held.keys[rows], "ts": moments, "steps": steps}
            if codes is not None:
                columns[MARK] = marks.take(codes[rows])
            yield pa.RecordBatch.from_arrays([pa.array(one) for one in columns.values()], names=list(columns))

    def _tables(self) -> tuple[NDArray[np.bool_], NDArray[np.unsignedinteger]]:
        """For each event, from 0 for none: do its rows come, and which steps may they serve?"""
        numbers = [0, *(self.lookup.masks.get(name, 0) for name in self.held.events.names)]
        masks = np.array(numbers, np.min_scalar_type(max(numbers)))
        if not self.lookup.others:
            taken = masks > 0
            taken[0] = self.held.events.whole  # no row has that number
            return taken, masks
        background = self.lookup.background
        return np.array([True, *(name not in background for name in self.held.events.names)]), masks

    def _marks(self) -> tuple[NDArray[np.uint8], Codes | None]:
        """For each value of the field, its place among the known ones; and the values of the rows."""
        if self.lookup.by is None:
            return np.empty(0, np.uint8), None
        found = self.held.fields[self.lookup.by]
        places = {name: place for place, name in enumerate(self.known, 1)}
        return np.array([0, *(places.get(name, 0) for name in found.names)], np.uint8), found.codes


def held_rows(store: "Store", lookup: Lookup, known: tuple[str, ...], parts: list[Range]) -> HeldRows | None:
    """What a funnel reads, from memory; the columns are read from the store if nobody asked for them yet.

    Args:
        store: An open store; it may have fresh rows, which are not among these.
        lookup: What the funnel reads.
        known: Every value of the field that it is split by.
        parts: The ranges of persons that are read side by side.

    Returns:
        The rows; None where they cannot be held.
    """
    if lookup.by is not None and not known:
        return None
    with _lock:
        holder = _holders.setdefault(store, _Holder())
    held = holder.get(store, lookup.by, parts)
    return None if held is None else HeldRows(held, lookup, known)


class _Holder:
    """The columns of one store; safe to share between threads.

    An answer that is kept (`ask.cached`) belongs to a data version, which every load changes, and 64 of them stay:
    these belong to the stored order, which only compaction changes, and one of them is enough memory.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = ""
        self._held: Held | None = None

    def get(self, store: "Store", by: str | None, parts: list[Range]) -> Held | None:
        """The columns as they are stored now, `by` among the fields."""
        version = store.facts().stored_version
        with self._lock:
            if version != self._version:
                self._held, self._version = None, version  # the old ones go before the new ones come
                self._held = _read(store, parts)
            if self._held is not None and by is not None and by not in self._held.fields:
                codes = _read_codes(store, by, self._held, parts)
                if codes is None:
                    return None
                self._held.fields[by] = codes
            if store.facts().stored_version != version:
                self._held, self._version = None, ""
            return self._held


_holders: "WeakKeyDictionary[Store, _Holder]" = WeakKeyDictionary()
_lock = threading.Lock()


def _read(store: "Store", parts: list[Range]) -> Held | None:
    sizes = [int(ask(store, _COUNT, part).to_pylist()[0]["rows"]) for part in parts]
    names = _different(store, "event", _MOST_EVENTS)
    rows = sum(sizes)
    if not 0 < rows <= MOST_ROWS or names is None:
        return None
    held = Held(
        np.empty(rows, np.int32), np.empty(rows, np.int64), Coded(names, np.empty(rows, np.min_scalar_type(len(names))))
    )  # fmt: skip
    ends = np.cumsum(sizes).tolist()
    with ThreadPoolExecutor(len(parts)) as pool:
        whole = pool.map(
            lambda k: _fill(store, held, parts[k], ends[k] - sizes[k], ends[k]), range(len(parts))
        )
        if not all(whole):
            return None
    events = held.events
    return replace(held, events=replace(events, whole=bool(events.codes.all())))


def _fill(store: "Store", held: Held, part: Range, at: int, end: int) -> bool:
    """Write the columns of a range to their place; False if its rows are not in order or not as many as they were."""
    columns = held.keys, held.moments, held.events.codes
    before = at
    with batches(store, _columns("event", held.events.names), part, rows=BATCH_ROWS) as reader:
        for batch in reader:
            if at + len(batch) > end:
                return False
            for column, found in zip(columns, batch.columns, strict=True):
                column[at : at + len(batch)] = whole_numbers(found)
            at += len(batch)
            keys, moments = held.keys[before:at], held.moments[before:at]
            ordered = (keys[1:] > keys[:-1]) | ((keys[1:] == keys[:-1]) & (moments[1:] >= moments[:-1]))
            if not ordered.all():
                return False
            before = at - 1
    return at == end


def _read_codes(store: "Store", by: str, held: Held, parts: list[Range]) -> Coded | None:
    """A field of every row; None if it has too many values, or its rows are not those that are held."""
    names = _different(store, by, MOST_KNOWN)
    if names is None:
        return None
    codes = np.empty(len(held.keys), np.uint8)
    with ThreadPoolExecutor(len(parts)) as pool:
        whole = pool.map(lambda part: _fill_codes(store, Coded(names, codes), by, held, part), parts)
        return Coded(names, codes) if all(whole) else None


def _fill_codes(store: "Store", coded: Coded, by: str, held: Held, part: Range) -> bool:
    at, end = held.rows(part)
    with batches(store, _columns(by, coded.names), part, rows=BATCH_ROWS) as reader:
        for batch in reader:
            keys, moments, codes = map(whole_numbers, batch.columns)
            here = slice(at, at + len(batch))
            same = np.array_equal(keys, held.keys[here]) and np.array_equal(moments, held.moments[here])
            if not same:
                return False
            coded.codes[here] = codes
            at += len(batch)
    return at == end


def _different(store: "Store", by: str, most: int) -> tuple[str, ...] | None:
    """The values of a column; None if they are more than can be numbered."""
    found = ask(store, different(by, most))["value"].to_pylist()
    return tuple(found) if len(found) <= most else None


def _columns(by: str, names: tuple[str, ...]) -> str:
    rows = unbound("events_main")
    code = list_position(texts(names), rows[by])
    return ranged(sql_of(rows.select(unit=rows.person_key, ts=rows.ts, code=code)))


def _chosen(
    taken: NDArray[np.bool_], events: Codes, moments: Ints, between: tuple[int | None, int | None]
) -> Ints | None:
    """Which rows come; None if all do."""
    since, until = between
    if taken.all() and since is None and until is None:
        return None
    wanted = taken.take(events)
    if since is not None:
        wanted &= moments >= since
    if until is not None:
        wanted &= moments <= until
    return np.flatnonzero(wanted)


def _only_between(
    steps: NDArray[np.unsignedinteger], moments: Ints, since: int | None, until: int | None
) -> None:
    """Rows outside serve step 1 no more."""
    outside = np.zeros(len(steps), np.bool_)
    if since is not None:
        outside |= moments < since
    if until is not None:
        outside |= moments >= until
    if since is not None or until is not None:
        steps[outside] &= ~steps.dtype.type(1)
