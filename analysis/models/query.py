"""Inferences reduced in SQL, per group: verified and correct ones, latency counts, order statistics."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import ibis

from ingest.schema import unbound

if TYPE_CHECKING:
    import ibis.expr.types as ir

Column = Literal[
    "model", "model_version", "conversion", "delegate", "platform", "device", "os_version", "app_version",
    "label",
]  # fmt: skip
FILTERS = (
    "model", "model_version", "conversion", "delegate", "platform", "device", "os_version", "app_version"
)  # fmt: skip
Group = tuple[str | None, ...]
TEMPERATURES = {True: "cold", False: "warm", None: None}
"""`cold` as logged: the first inference after loading a model is cold; None = the log does not say."""


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Predictions of one group.

    Args:
        group: one value per column split by; None = no value.
        n: predictions that count (with a label, and shown to somebody if only those are asked for).
        verified: those whose true label is known.
        correct: those whose true label is the predicted one.
    """

    group: Group
    n: int
    verified: int
    correct: int


def inferences(
    filters: Iterable[tuple[str, str]], start: datetime | None, to: datetime | None, until: datetime | None
) -> "ir.Table":
    """Inferences for which every filtered column has the wanted value.

    Args:
        filters: (column, wanted value) pairs.
        start: keep inferences at or after it.
        to: keep inferences before it.
        until: end of observation, itself included.
    """
    table = unbound("inferences")
    for name, value in filters:
        table = table.filter(table[name] == value)
    if start is not None:
        table = table.filter(table.ts >= ibis.timestamp(start))
    if to is not None:
        table = table.filter(table.ts < ibis.timestamp(to))
    return table if until is None else table.filter(table.ts <= ibis.timestamp(until))


def totals(table: "ir.Table") -> "ir.Table":
    """How many inferences there are, how many with a usable latency, how many with a predicted label."""
    return table.aggregate(n=table.count(), timed=_usable(table).ifelse(1, 0).sum().coalesce(0),
                           labelled=table.label.count())  # fmt: skip


def label_counts(table: "ir.Table", by: Sequence[str], *, only_shown: bool) -> "ir.Table":
    """Per group: predictions, verified and correct ones.

    Args:
        table: inferences.
        by: columns to split by.
        only_shown: count only predictions that were shown as a suggestion.
    """
    counted = table.filter(table.label.notnull())
    if only_shown:
        counted = counted.filter(counted.shown)
    return _grouped(counted, by).aggregate(
        n=counted.count(),
        verified=counted.true_label.count(),
        correct=(counted.true_label == counted.label).ifelse(1, 0).sum().coalesce(0),
    )


def latency_counts(table: "ir.Table", by: Sequence[str], budgets_ms: Sequence[float]) -> "ir.Table":
    """Per group and temperature: inferences with a usable latency, and how many keep each budget (<=)."""
    timed = _timed(table)
    within = {
        f"within_{place}": (timed.latency_ms <= budget).ifelse(1, 0).sum()
        for place, budget in enumerate(budgets_ms)
    }
    return _grouped(timed, [*by, "cold"]).aggregate(n=timed.count(), **within)


def order_statistics(table: "ir.Table", by: Sequence[str], ranks: Iterable[tuple[int, int]]) -> "ir.Table":
    """The latencies at given ranks of each group and temperature.

    Args:
        table: inferences.
        by: columns to split by.
        ranks: (n, rank) pairs: in every group of n latencies, the rank-th smallest is wanted (1-based).
    """
    timed = _timed(table)
    groups = [*by, "cold"]
    numbered = timed.mutate(
        rank=ibis.row_number().over(group_by=groups, order_by=timed.latency_ms) + 1,
        n=timed.count().over(group_by=groups),
    )
    pairs = [{"n": n, "rank": rank} for n, rank in sorted(set(ranks))]
    wanted = ibis.literal(pairs, type="array<struct<n:int64,rank:int64>>").unnest().name("pair").as_table()
    return numbered.inner_join(wanted.unpack("pair"), ["n", "rank"]).select(*groups, "rank", "latency_ms")


def _timed(table: "ir.Table") -> "ir.Table":
    return table.filter(_usable(table))


def _usable(table: "ir.Table") -> "ir.BooleanValue":
    latency = table.latency_ms
    return latency.notnull() & (latency >= 0) & ~latency.isinf() & ~latency.isnan()


def _grouped(table: "ir.Table", by: Sequence[str]) -> "ir.GroupedTable | ir.Table":
    return table.group_by(list(by)) if by else table
