"""The second scan: the impressions of a selection once more, person by person."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.ask import batches, sql_of
from analysis.by_person import LATE, Asked, Compared, Late, Named, People, Points
from analysis.outcomes import FATES, Selection, statement, values
from experiments.stats.persons import CENSORED, LEFT_OUT, MomentSums, OrderBroken, PersonSums, ShareSums

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
Rows = tuple[Ints, Ints, Ints, Ints, Ints]
_WATCHED = np.array([LEFT_OUT, 0, 1, 2, CENSORED, CENSORED, LEFT_OUT], np.int64)
_ENDED = np.array([LEFT_OUT, 0, 1, 2, 3, CENSORED, LEFT_OUT], np.int64)
"""What a fate's number (classified.sql) is in the tables of `watched`, and in those of `regime`."""
_LATEST_MS = 2**31 - 1
"""What comes later, after 24 days, is later than every table; small numbers are read faster."""
_TAP = FATES.index("tap") + 1
_TOLD = ("each", "classified", "by_person")
_COLUMNS = ("person_key", "arm", "fate", "ms", "limit_ms")


def people(
    store: "Store",
    selection: Selection,
    observed_until: datetime,
    exposed_from: datetime | None,
    asked: Asked,
) -> People:
    """Read the impressions of a selection person by person.

    Args:
        store: an open store.
        selection, observed_until, exposed_from: as `outcomes` was asked.
        asked: arms and tables; one arm or more.

    Returns:
        The sums over persons.
    """
    params = values(selection, observed_until, exposed_from) | {
        "arms": list(asked.late),
        "latest_ms": _LATEST_MS,
    }
    sql = statement(selection, *_TOLD)
    try:
        return _read(store, sql, params, asked)
    except OrderBroken:  # persons of a fresh load stand behind the stored ones
        return _read(store, statement(selection, *_TOLD, "in_order"), params, asked)


def _read(store: "Store", sql: str, params: dict[str, object], asked: Asked) -> People:
    arms = list(asked.late)
    shares = _Shares(tuple(asked.late.values()))
    passes: list[Callable[[Rows], None]] = [shares.feed]
    points = horizon = own = None
    if asked.watched:
        tables, ended = list(asked.watched.values()), list(asked.ended.values())
        points = PersonSums(tables)
        horizon = MomentSums(tables, "tap", asked.horizon_ms)
        own = MomentSums(ended, "tap", asked.own_ms)
        passes = [
            _curves(asked.watched, arms, _WATCHED, points),
            _both(
                _curves(asked.watched, arms, _WATCHED, horizon),
                _curves(asked.ended, arms, _ENDED, own),
                shares.feed,
            ),
        ]
    with batches(store, sql, params) as reader, ThreadPoolExecutor(len(passes)) as crew:
        for batch in reader:
            rows = _rows(batch)
            for done in [crew.submit(one, rows) for one in passes]:
                done.result()
    return People(
        None if points is None else Points(asked.watched, points.finish()),
        None if horizon is None else Compared(asked.watched, asked.horizon_ms, horizon.finish()),
        None if own is None else Compared(asked.ended, asked.own_ms, own.finish()),
        dict(zip(arms, shares.sums.finish(), strict=True)),
        sql_of(sql, params),
    )


def _rows(batch: pa.RecordBatch) -> Rows:
    keys, arms, fates, ms, limits = (
        batch.column(name).to_numpy(zero_copy_only=False).astype(np.int64, copy=False) for name in _COLUMNS
    )
    return keys, arms, fates, ms, limits


def _both(*passes: Callable[[Rows], None]) -> Callable[[Rows], None]:
    def feed(rows: Rows) -> None:
        for one in passes:
            one(rows)

    return feed


def _curves(
    tables: Named, arms: Sequence[str | None], codes: Ints, sums: PersonSums | MomentSums
) -> Callable[[Rows], None]:
    """A pass over one kind of tables."""
    places = np.full(len(arms) + 1, -1, np.int64)  # the last one is that of -1, no arm that is told
    for place, arm in enumerate(tables):
        places[arms.index(arm)] = place

    def feed(rows: Rows) -> None:
        keys, arm, fates, ms, _ = rows
        sums.feed(keys, places[arm], np.where(ms < 0, LEFT_OUT, codes[fates]), ms)

    return feed


class _Shares:
    """The pass over the shares of fates and of late taps."""

    def __init__(self, late: tuple[Late | None, ...]) -> None:
        self.sums = ShareSums(len(late), LATE + 1)
        told = [
            (-2, 0) if one is None else (min(one.limit_ms, _LATEST_MS), one.after_ms) for one in (*late, None)
        ]
        self._limit, self._after = np.array(told, np.int64).T

    def feed(self, rows: Rows) -> None:
        keys, arms, fates, ms, limits = rows
        tapped = (fates == _TAP) & (ms >= 0) & (limits == self._limit[arms])
        late = tapped & (ms > self._after[arms])
        members = (1 << LATE) - 1 + (tapped.astype(np.int64) << LATE)
        hits = (np.int64(1) << (fates - 1)) + (late.astype(np.int64) << LATE)
        self.sums.feed(keys, arms, members, hits)
