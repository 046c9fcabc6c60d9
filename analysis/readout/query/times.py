"""The second statement, only where a metric needs times: how the first impression of every counted unit ended."""

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from analysis.readout.asked import Asked
from analysis.readout.query.units import units, until
from analysis.readout.query.values import counted_units, impressions_after
from experiments.metrics import CAUSES
from experiments.stats.samples import RiskTable

LONGEST_MS = 600_000
"""Curves end after ten minutes at the latest; impressions watched longer are censored there."""


def statement(asked: Asked) -> ir.Table:
    """Counted units by arm, fate, display limit and whole ms of their first impression's end.

    fate: tap, dismiss, leave, expired; open = none yet; lost = none though the limit has passed. ms is NULL where the
    log has no usable time.
    """
    after = impressions_after(asked, counted_units(units(asked)))
    in_order = ibis.window(group_by=after.unit, order_by=[after.shown_ts, after.nth, after.impression_id])
    first = after.mutate(turn=ibis.row_number().over(in_order)).filter(ibis._.turn == 0)
    age = (first.shown_ts.delta(until(asked), unit="microsecond") // 1000) * -1
    limit = first.display_ms.floor().cast("int64")
    ended = first.ending.notnull() & (first.ending_ts <= until(asked))
    waits = limit.isnull() | (age < limit)
    later = first.ending.notnull() & ~ended
    fate = ibis.cases((ended, first.ending), (later | waits, "open"), else_="lost")
    taken = ibis.cases(
        (ended & (first.ending == "expired"), ibis.coalesce(limit, first.elapsed_ms.floor().cast("int64"))),
        (ended, first.elapsed_ms.floor().cast("int64")),
        (later | waits, ibis.least(age, ibis.coalesce(limit, age))),
    )
    rows = first.select("arm", fate=fate, limit_ms=limit, ms=taken)
    return (
        rows.group_by("arm", "fate", "limit_ms", "ms")
        .agg(n=rows.count())
        .order_by("arm", "fate", "limit_ms", "ms")
    )


def risk_table(rows: Sequence[dict[str, Any]]) -> RiskTable:
    """The risk table of one arm: lost impressions and endings without a time stay out."""
    causes = tuple(CAUSES.values())
    timed = [row for row in rows if row["ms"] is not None and row["fate"] != "lost"]
    end = min(max((max(row["ms"], row["limit_ms"] or 0) for row in timed), default=0), LONGEST_MS)
    kept = [
        (min(row["ms"], end), row["fate"] if row["fate"] in causes and row["ms"] <= end else None, row["n"])
        for row in timed
    ]
    return RiskTable.from_rows(causes, kept, end)


def left_out(rows: Sequence[dict[str, Any]]) -> tuple[int, int, int]:
    """Of one arm's first impressions: all of them, those lost, and those that ended at an unknown time."""
    lost = sum(row["n"] for row in rows if row["fate"] == "lost")
    untimed = sum(row["n"] for row in rows if row["fate"] != "lost" and row["ms"] is None)
    return sum(row["n"] for row in rows), lost, untimed
