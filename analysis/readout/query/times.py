"""How the first impression of every counted unit ended, only where a metric needs times: one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.ask import ask, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query.units import units, until
from analysis.readout.query.values import counted_units, impressions_after
from experiments.metrics import CAUSES, OfImpressions
from experiments.stats.samples import RiskTable

if TYPE_CHECKING:
    from ingest import Store

LONGEST_MS = 600_000
"""Curves end after ten minutes at the latest; impressions watched longer are censored there."""
_CAUSES = tuple(CAUSES.values())

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ended:
    """How the first impressions of one arm ended.

    Args:
        by_day: (day of the first exposure, risk table), in order.
        impressions, lost, untimed: all of them, those without an ending though their limit has passed, and those that
            ended at an unknown time; the last two are in no table.
    """

    by_day: tuple[tuple[int, RiskTable], ...] = ()
    impressions: int = 0
    lost: int = 0
    untimed: int = 0


def endings(
    store: "Store", asked: Asked, metrics: Sequence[OfImpressions]
) -> tuple[dict[str, Ended], list[str]]:
    """The endings by arm, and the SQL that ran; nothing without a metric of endings.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.
        metrics: the metrics that need times; tables end where the last of them is read. Without any, but with a metric of an
            event that ends impressions, only impressions and those lost are counted.
    """
    if not metrics:
        return _lost(store, asked) if _of_an_ending(asked) else ({}, [])
    question = statement(asked)
    table = ask(store, question)
    longest = min(LONGEST_MS, max(metric.at_ms for metric in metrics))
    found = {}
    for variant in asked.experiment.variants:
        mine = table.filter(pc.equal(table["arm"], variant.key))
        found[variant.key] = _ended(mine, variant.key, longest)
    return found, [sql_of(question)]


def _of_an_ending(asked: Asked) -> bool:
    return any(
        need.event in CAUSES and need.window.anchor == "impression"
        for metric in asked.experiment.metrics
        for need in metric.needs()
    )


def _lost(store: "Store", asked: Asked) -> tuple[dict[str, Ended], list[str]]:
    rows = _firsts(asked)
    question = rows.group_by("arm").agg(n=rows.count(), lost=(rows.fate == "lost").sum()).order_by("arm")
    found = {
        row["arm"]: Ended((), int(row["n"]), int(row["lost"])) for row in ask(store, question).to_pylist()
    }
    return found, [sql_of(question)]


def statement(asked: Asked) -> ir.Table:
    """Counted units by arm, day of exposure, fate, display limit and whole ms of their first impression's end.

    fate: tap, dismiss, leave, expired; open = none yet; lost = none though the limit has passed. ms is NULL where the
    log has no usable time.
    """
    rows = _firsts(asked)
    return (
        rows.group_by("arm", "day", "fate", "limit_ms", "ms")
        .agg(n=rows.count())
        .order_by("arm", "day", "fate", "limit_ms", "ms")
    )


def _firsts(asked: Asked) -> ir.Table:
    """The first impression of every counted unit: arm, day of exposure, fate, display limit and whole ms of its end."""
    after = impressions_after(asked, counted_units(units(asked)))
    in_order = ibis.window(group_by=after.unit, order_by=[after.shown_ts, after.nth, after.impression_id])
    first = after.mutate(turn=ibis.row_number().over(in_order)).filter(ibis._.turn == 0)
    age = until(asked).delta(first.shown_ts, unit="microsecond") // 1000
    limit = first.display_ms.floor().cast("int64")
    ended = first.ending.notnull() & (first.ending_ts <= until(asked))
    waits = limit.isnull() | (age < limit)
    fate = ibis.cases((ended, first.ending), (waits, "open"), else_="lost")
    taken = ibis.cases(
        (ended & (first.ending == "expired"), ibis.coalesce(limit, first.elapsed_ms.floor().cast("int64"))),
        (ended, first.elapsed_ms.floor().cast("int64")),
        (waits, ibis.least(age, ibis.coalesce(limit, age))),
    )
    return first.select("arm", "day", fate=fate, limit_ms=limit, ms=taken)


def _ended(table: pa.Table, arm: str, longest: int) -> Ended:
    days, ms, limits, n = (_whole(table[name]) for name in ("day", "ms", "limit_ms", "n"))
    lost: Bools = pc.equal(table["fate"], "lost").to_numpy()
    fates = pc.index_in(table["fate"], pa.array(_CAUSES)).fill_null(len(_CAUSES)).to_numpy()
    timed = ~lost & (ms >= 0)
    by_day = []
    for day in np.unique(days[timed]).tolist():
        here = timed & (days == day)
        end = min(int(np.maximum(ms, limits)[here].max()), longest)
        row = np.where(ms[here] <= end, fates[here], len(_CAUSES))
        counts = np.zeros((len(_CAUSES) + 1, end + 1), np.int64)
        np.add.at(counts, (row, np.minimum(ms[here], end)), n[here])
        table_of_day = RiskTable(_CAUSES, counts[:-1].copy(), counts[-1].copy(), frozenset({f"{arm} {day}"}))
        by_day.append((int(day), table_of_day))
    return Ended(tuple(by_day), int(n.sum()), int(n[lost].sum()), int(n[~lost & (ms < 0)].sum()))


def _whole(column: pa.ChunkedArray) -> Ints:
    """Whole numbers; missing ones are -1."""
    found: Ints = column.cast(pa.int64()).fill_null(-1).to_numpy()
    return found
