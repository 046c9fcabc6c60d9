"""The one read path: a question as Ibis or static SQL -> our own cursor -> Arrow, and a cache of answers.

Ibis is used to compile only: expressions stand over unbound tables (`ingest.schema.unbound`), the SQL runs on
`store.cursor()`. Static SQL keeps its values in `$named` parameters; nothing here formats values into SQL.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar, cast
from weakref import WeakKeyDictionary

import ibis
import pyarrow as pa
from pydantic import BaseModel

if TYPE_CHECKING:
    from ingest import Store

TIME_LIMIT_S = 120.0
CACHED_ANSWERS = 64
_CODE_ROOTS = ("analysis", "experiments", "ingest")
_CODE_SUFFIXES = (".py", ".sql", ".toml")

Question = TypeVar("Question", bound=BaseModel)
Answer = TypeVar("Answer")
Offered = TypeVar("Offered")


class TookTooLong(TimeoutError):
    """A question ran longer than its time limit and was interrupted."""


class _Cursor(Protocol):
    def sql(self, query: str, *, params: Mapping[str, object] | None = None) -> "_Relation": ...
    def interrupt(self) -> None: ...
    def register(self, view_name: str, python_object: pa.Table) -> object: ...


class _Relation(Protocol):
    def to_arrow_table(self) -> pa.Table: ...
    def to_arrow_reader(self, batch_size: int) -> pa.RecordBatchReader: ...


def sql_of(expr: ibis.Expr | str, params: Mapping[str, object] | None = None) -> str:
    """The SQL behind a question, as it runs and as pages show it.

    Args:
        expr: an Ibis expression over unbound tables, or static SQL with `$named` parameters.
        params: the values of the parameters of static SQL; shown as comment lines above it.

    Returns:
        DuckDB SQL, pretty-printed if compiled from Ibis.
    """
    if isinstance(expr, str):
        values = [f"-- ${name} = {value!r}" for name, value in sorted((params or {}).items())]
        return "\n".join([*values, expr.strip()])
    return str(ibis.to_sql(expr, dialect="duckdb", pretty=True))


def ask(
    store: "Store",
    expr: ibis.Expr | str,
    params: Mapping[str, object] | None = None,
    *,
    time_limit_s: float = TIME_LIMIT_S,
) -> pa.Table:
    """Run one question on a cursor of its own.

    Args:
        store: an open store.
        expr: an Ibis expression over unbound tables, or static SQL with `$named` parameters.
        params: the values of the parameters; only with static SQL (an Ibis expression carries its values).
        time_limit_s: seconds after which the question is interrupted; must be > 0.

    Returns:
        The rows as an Arrow table. Sums of integers (DuckDB's HUGEINT) come as int64, not decimals.

    Raises:
        TookTooLong: the time limit passed.
        ValueError: parameters beside an Ibis expression, or a time limit that is not positive.
    """
    sql = _runnable(expr, params)
    with store.cursor() as cursor, _limited(cast("_Cursor", cursor), time_limit_s):
        return _whole_numbers(cast("_Cursor", cursor).sql(sql, params=params).to_arrow_table())


@contextmanager
def batches(
    store: "Store",
    expr: ibis.Expr | str,
    params: Mapping[str, object] | None = None,
    *,
    tables: Mapping[str, pa.Table] | None = None,
    rows: int = 131_072,
    time_limit_s: float = TIME_LIMIT_S,
) -> Iterator[pa.RecordBatchReader]:
    """Run one question and read its rows batch by batch, in order, without holding them all.

    Args:
        store: an open store.
        expr: an Ibis expression over unbound tables, or static SQL with `$named` parameters.
        params: the values of the parameters; only with static SQL.
        tables: Arrow tables that the question names, seen by it alone.
        rows: rows per batch.
        time_limit_s: seconds for running and reading together; must be > 0.

    Yields:
        A reader of record batches; it is only readable inside the `with` block. Types are DuckDB's own.

    Raises:
        TookTooLong: the time limit passed.
        ValueError: parameters beside an Ibis expression, or a time limit that is not positive.
    """
    sql = _runnable(expr, params)
    with store.cursor() as given, _limited(cursor := cast("_Cursor", given), time_limit_s):
        for name, table in (tables or {}).items():
            cursor.register(name, table)
        reader = cursor.sql(sql, params=params).to_arrow_reader(rows)
        try:
            yield reader
        finally:
            reader.close()


def cached(store: "Store", query: Question, compute: Callable[["Store", Question], Answer]) -> Answer:
    """Answer a query once per (store, canonical query, data version, code version); keep the latest.

    Two sessions that ask the same at once share one computation. A failure reaches all who wait.

    Args:
        store: an open store.
        query: the room's frozen query.
        compute: the room's `(store, query) -> answer`; must be pure given the store's data version.

    Returns:
        The answer; treat it as read-only, since others may hold it too.
    """
    return cast("Answer", _kept(store, compute, canonical(query), lambda: compute(store, query)))


def once(store: "Store", compute: "Callable[[Store], Offered]") -> "Offered":
    """What depends on the store alone, computed once per data version, as `cached` does.

    Args:
        store: an open store.
        compute: must be pure given the store's data version.
    """
    return cast("Offered", _kept(store, compute, "", lambda: compute(store)))


def canonical(query: BaseModel) -> str:
    """A query as canonical JSON: sorted keys, no spaces; equal questions give equal text (links too)."""
    body = query.model_dump(mode="json")
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def code_version() -> str:
    """A digest of the code that answers (paths, sizes, change times): edited code serves no old answers."""
    return _digest(tuple(map(_seen, _code_files())))


@lru_cache(maxsize=1)
def _digest(seen: tuple[tuple[int, int] | None, ...]) -> str:
    told = zip(_code_files(), seen, strict=True)
    return blake2b(repr(tuple(told)).encode(), digest_size=8).hexdigest()


def _seen(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:  # a file that was deleted is a change too
        return None
    return found.st_size, found.st_mtime_ns


@cache
def _code_files() -> tuple[Path, ...]:
    root = Path(__file__).resolve().parent.parent
    found = (
        path for name in _CODE_ROOTS for path in (root / name).rglob("*") if path.suffix in _CODE_SUFFIXES
    )
    return tuple(sorted(found))


def _runnable(expr: ibis.Expr | str, params: Mapping[str, object] | None) -> str:
    if isinstance(expr, str):
        return expr
    if params:
        msg = f"`params` is {dict(params)!r}; must be empty with Ibis; put the values into the expression."
        raise ValueError(msg)
    return sql_of(expr)


def _whole_numbers(table: pa.Table) -> pa.Table:
    for place, column in enumerate(table.schema):
        if column.type == pa.decimal128(38, 0):
            table = table.set_column(place, column.name, table.column(place).cast(pa.int64()))
    return table


@contextmanager
def _limited(cursor: _Cursor, seconds: float) -> Iterator[None]:
    if not seconds > 0:
        raise ValueError(f"`time_limit_s` is {seconds}; must be > 0 seconds.")
    passed = threading.Event()

    def stop() -> None:
        passed.set()
        cursor.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if not passed.is_set():
            raise
        msg = f"`time_limit_s` is {seconds:g}; the question took longer; narrow it and ask again."
        raise TookTooLong(msg) from error
    finally:
        timer.cancel()


def _kept(
    store: "Store", asked: Callable[..., object], question: str, compute: Callable[[], object]
) -> object:
    who = f"{asked.__module__}.{asked.__qualname__}"
    key = f"{who} {question} {store.data_version()} {code_version()}"
    return _answers_of(store).get(key, compute)


class _Answers:
    """The latest answers of one store, least recently used first; safe to share between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Future[object]] = OrderedDict()

    def get(self, key: str, compute: Callable[[], object]) -> object:
        with self._lock:
            future = self._kept.get(key)
            mine = future is None
            if future is None:
                future = self._kept[key] = Future()
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        if mine:
            self._fill(key, future, compute)
        return future.result()

    def _fill(self, key: str, future: "Future[object]", compute: Callable[[], object]) -> None:
        try:
            future.set_result(compute())
        except BaseException as error:
            with self._lock:
                self._kept.pop(key, None)
            future.set_exception(error)
            raise


_stores: "WeakKeyDictionary[Store, _Answers]" = WeakKeyDictionary()
_stores_lock = threading.Lock()


def _answers_of(store: "Store") -> _Answers:
    with _stores_lock:
        return _stores.setdefault(store, _Answers(CACHED_ANSWERS))
