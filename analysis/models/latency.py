"""Latency per group: counts first, then only the order statistics that the quantiles and intervals need."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ibis.expr.types as ir

from analysis.models import query as reduced
from analysis.models.answers import Budget, LatencyRow, Said
from analysis.models.query import Group
from experiments.stats.effects import NoEffect
from experiments.stats.proportions import rate
from experiments.stats.quantile import needed_ranks, quantile_at
from experiments.stats.samples import Count

QUANTILES = (0.5, 0.9, 0.95, 0.99)
Rows = list[dict[str, Any]]
Ask = Callable[[ir.Table], Rows]
Key = tuple[Group, bool | None]


def latency_rows(
    ask: Ask, inferences: ir.Table, by: Sequence[str], budgets_ms: Sequence[float], most: int
) -> tuple[tuple[LatencyRow, ...], int]:
    """Latency quantiles and budgets per group and temperature.

    Args:
        ask: runs one question.
        inferences: the inferences asked about.
        by: columns to split by.
        budgets_ms: the budgets.
        most: keep the largest so many groups.

    Returns:
        The rows (largest group first; cold, warm, unknown within a group), and how many groups were left out.
    """
    counts = {
        _key(row, by): row for row in ask(reduced.latency_counts(inferences, by, budgets_ms)) if row["n"]
    }
    groups = largest({key: row["n"] for key, row in counts.items()}, most)
    kept = {key: row for key, row in counts.items() if key[0] in groups}
    ranks = {
        (row["n"], rank) for row in kept.values() for p in QUANTILES for rank in needed_ranks(row["n"], p)
    }
    values = _values(ask(reduced.order_statistics(inferences, by, ranks)) if ranks else [], by)
    order = sorted(kept, key=lambda key: (groups.index(key[0]), key[1] is None, not key[1]))
    rows = tuple(_row(key, kept[key], values.get(key, {}), budgets_ms) for key in order)
    return rows, len({group for group, _ in counts}) - len(groups)


def largest(sizes: Mapping[Key, int], most: int) -> list[Group]:
    """The groups with the most inferences over all temperatures, largest first; ties by name."""
    totals: dict[Group, int] = {}
    for (group, _), n in sizes.items():
        totals[group] = totals.get(group, 0) + n
    return sorted(totals, key=lambda group: (-totals[group], by_name(group)))[:most]


def by_name(group: Group) -> list[tuple[bool, str]]:
    """Sort key of a group: by name, missing values last."""
    return [(name is None, name or "") for name in group]


def _key(row: Mapping[str, Any], by: Sequence[str]) -> Key:
    return tuple(row[name] for name in by), row["cold"]


def _values(rows: Rows, by: Sequence[str]) -> dict[Key, dict[int, float]]:
    values: dict[Key, dict[int, float]] = {}
    for row in rows:
        values.setdefault(_key(row, by), {})[row["rank"]] = row["latency_ms"]
    return values


def _row(
    key: Key, counts: Mapping[str, Any], values: Mapping[int, float], budgets_ms: Sequence[float]
) -> LatencyRow:
    n = counts["n"]
    within = [rate(Count(n, counts[f"within_{place}"])) for place in range(len(budgets_ms))]
    return LatencyRow(
        group=key[0],
        temperature=reduced.TEMPERATURES[key[1]],
        n=n,
        quantiles=tuple((share, _quantile(values, n, share)) for share in QUANTILES),
        budgets=tuple(Budget(ms, said) for ms, said in zip(budgets_ms, within, strict=True)),
    )


def _quantile(values: Mapping[int, float], n: int, share: float) -> Said:
    if not values:  # between counting and reading rows landed, so that no group has this size any more
        return NoEffect("models.data_moved", "New rows landed while this was counted; ask again.")
    return quantile_at(values, n, share)
