"""Fates of an arm -> the risk tables that curves are computed from, and what stays out of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.outcomes import CAUSES, Fate
from experiments.stats.samples import RiskTable

LONGEST_MS = 600_000
"""Curves end after ten minutes at the latest; impressions watched longer are censored there."""
USUAL_SHARE = 0.05
"""A display limit counts as an arm's own if at least this share of its limited impressions has it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The display limits of an arm.

    Args:
        counts: (limit in ms, impressions), shortest first.
        shortest_ms, longest_ms: of the usual ones (a stray limit is censored at, not drawn to).
    """

    counts: tuple[tuple[int, int], ...]
    shortest_ms: int
    longest_ms: int


def limits_of(fates: Iterable[Fate]) -> Limits | None:
    """The display limits of an arm, or None if none of its impressions has one."""
    counts: Counter[int] = Counter()
    for row in fates:
        if row.limit_ms is not None:
            counts[row.limit_ms] += row.n
    if not counts:
        return None
    usual = [limit for limit, n in counts.items() if n >= USUAL_SHARE * counts.total()]
    usual = usual or [max(counts, key=lambda limit: (counts[limit], limit))]
    return Limits(tuple(sorted(counts.items())), min(usual), max(usual))


def timed(fates: Iterable[Fate]) -> tuple[Fate, ...]:
    """The rows that a curve can stand on: with a display limit and a time, not lost."""
    return tuple(row for row in fates if row.limit_ms is not None and row.ms is not None)


def watched(fates: Iterable[Fate]) -> RiskTable:
    """Behaviour in front of the pop-up: taps, dismissals and leaves compete, the display limit censors.

    Args:
        fates: rows of `timed`; must not be empty.

    Returns:
        The risk table on 0..the longest limit (at most ten minutes).
    """
    rows = tuple(fates)
    return _risk_table(CAUSES, rows, max(row.limit_ms or 0 for row in rows))


def regime(fates: Iterable[Fate], end_ms: int) -> RiskTable:
    """What a display time brings: its limit is an ending like the others, after which nobody can tap.

    Args:
        fates: rows of `timed`; must not be empty.
        end_ms: end of the grid, at most ten minutes; impressions watched longer are censored there.

    Returns:
        The risk table with `expired` as fourth cause.
    """
    return _risk_table((*CAUSES, "expired"), fates, end_ms)


def _risk_table(causes: tuple[str, ...], fates: Iterable[Fate], end_ms: int) -> RiskTable:
    end = min(end_ms, LONGEST_MS)
    rows = [(row.ms, row.fate, row.n) for row in fates if row.ms is not None]
    kept = [(min(ms, end), fate if fate in causes and ms <= end else None, n) for ms, fate, n in rows]
    return RiskTable.from_rows(causes, kept, end)
