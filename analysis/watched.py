"""Fates -> arms -> the risk tables that curves are computed from, and what stays out of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.outcomes import CAUSES, Fate, Outcomes
from experiments.design import Experiment
from experiments.stats.effects import NoEffect
from experiments.stats.samples import RiskTable
from experiments.stats.survival import Curve, incidence

MOST_ARMS = 12
LONGEST_MS = 600_000
"""Curves end after ten minutes at the latest; impressions watched longer are censored there."""
_DISPLAY = "display_ms"
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


def arms_of(reduced: Outcomes, declared: Experiment | None) -> dict[str | None, tuple[Fate, ...]]:
    """The declared variants, or the largest arms, in their own order.

    Args:
        reduced: The reduced impressions.
        declared: The experiment as it stands on record, if any.

    Returns:
        The rows of each arm, at most MOST_ARMS of them.
    """
    known = None if declared is None else {variant.key for variant in declared.variants}
    every = {name: reduced.of(name) for name in reduced.arms() if known is None or name in known}
    sizes = sorted((sum(row.n for row in rows) for rows in every.values()), reverse=True)
    smallest = sizes[:MOST_ARMS][-1] if sizes else 0
    largest = [name for name, rows in every.items() if sum(row.n for row in rows) >= smallest]
    return {name: every[name] for name in largest[:MOST_ARMS]}


def control_of(
    asked: str | None,
    experiment: str | None,
    declared: Experiment | None,
    fates: Mapping[str | None, Sequence[Fate]],
) -> str | None:
    """The arm that others are compared with: the one asked for, the declared one, `control`, or the largest.

    Args:
        asked: The arm asked for.
        experiment: Key of the experiment, if its variants are the arms.
        declared: The experiment as it stands on record, if any.
        fates: The rows of each arm.

    Raises:
        ValueError: The arm asked for is none of them.
    """
    if asked is not None:
        if fates and asked not in fates:
            names = ", ".join(str(name) for name in fates)
            raise ValueError(f"`control` is {asked!r}; must be one of {names}; name one of these arms.")
        return asked
    if declared is not None:
        return declared.control.key
    if experiment is not None and "control" in fates:
        return "control"
    return max(fates, key=lambda name: sum(row.n for row in fates[name]), default=None)


def else_different(declared: Experiment | None, one: str | None, other: str | None) -> NoEffect | None:
    """Why two variants did not see the same even before the shorter limit, as far as the experiment's record says.

    Args:
        declared: The experiment as it stands on record, if any.
        one: A variant.
        other: Another.

    Returns:
        What else differs; None if nothing does, or nothing is on record.
    """
    if declared is None:
        return None
    payloads = {variant.key: variant.payload for variant in declared.variants}
    here, there = payloads.get(str(one), {}), payloads.get(str(other), {})
    different: Sequence[str] = [
        key for key in sorted({*here, *there} - {_DISPLAY}) if here.get(key) != there.get(key)
    ]
    if not different:
        return None
    named = ", ".join(different)
    return NoEffect(
        "display_change.more_differs",
        f"These variants also differ in {named}, so they need not behave alike at any time.",
        (("named", named),),
    )


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


def lasting(table: RiskTable) -> Curve | NoEffect:
    """The tap incidence, known to the end of the grid once every impression has ended: it stays as it is.

    Args:
        table: A table of `regime`.
    """
    curve = incidence(table, "tap")
    if isinstance(curve, NoEffect):
        return curve
    left = table.at_risk()[curve.last_ms] - table.events[:, curve.last_ms].sum()
    return replace(curve, last_ms=table.limit_ms) if left == 0 else curve


def _risk_table(causes: tuple[str, ...], fates: Iterable[Fate], end_ms: int) -> RiskTable:
    end, rows = min(end_ms, LONGEST_MS), [row for row in fates if row.ms is not None]
    places = {cause: place for place, cause in enumerate(causes)}
    place = np.array([places.get(row.fate, len(causes)) for row in rows], np.int64)
    ms = np.array([row.ms for row in rows], np.int64)
    counts = np.zeros((len(causes) + 1, end + 1), np.int64)
    np.add.at(counts, (np.where(ms > end, len(causes), place), np.minimum(ms, end)), [row.n for row in rows])
    return RiskTable(causes, counts[:-1].copy(), counts[-1].copy())
