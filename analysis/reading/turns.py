"""First, second, third and later impressions: a tap curve of each, and the change within the same people."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.outcomes import Fate
from analysis.reading.answers import Turn, TurnPoint
from analysis.watched import LONGEST_MS, limits_of, timed, watched
from experiments.stats.clusters import Clusters, difference, rate
from experiments.stats.effects import NoEffect
from experiments.stats.survival import Curve, incidence

TURNS = (1, 2, 3, 4)
DRAWN = 60
Bools = NDArray[np.bool_]
Rows = Sequence[Mapping[str, Any]]


def shared_limit(rows: Rows) -> int | None:
    """The shortest usual display limit of all turns, at most ten minutes: taps by then can be compared."""
    limits = limits_of(_fates(rows))
    return None if limits is None else min(limits.shortest_ms, LONGEST_MS)


def turns_of(endings: Rows, persons: Rows, by_ms: int) -> tuple[Turn, ...]:
    """Every turn that anybody had.

    Args:
        endings: Rows of endings.sql.
        persons: Rows of persons.sql for the same `by_ms`.
        by_ms: The shortest usual display limit.

    Returns:
        The turns; the same people stand in several of them, so a change is told within those who had both only.
    """
    first = _clusters(persons, 1)
    found = []
    for turn in TURNS:
        rows = [row for row in endings if row["turn"] == turn and row["limit_ms"] >= by_ms]
        side = _clusters(persons, turn)
        if not rows or not side.n.any():
            continue
        both = (side.n > 0) & (first.n > 0)
        change = None
        if turn > 1:
            change = difference(_among(first, both), _among(side, both))
        found.append(
            Turn(
                turn=turn,
                n=int(side.n.sum()),
                people=int((side.n > 0).sum()),
                points=_points(rows, by_ms, alone=side.single),
                tapped=rate(side),
                change=change,
                pairs=int(both.sum()) if turn > 1 else 0,
            )
        )
    return tuple(found)


def _clusters(persons: Rows, turn: int) -> Clusters:
    """Every person's impressions of a turn and the taps among them, in one order for all turns."""
    times = np.array([row["people"] for row in persons], np.int64)
    n, hits = (np.array([row[f"{what}{turn}"] for row in persons], np.int64) for what in "nh")
    return Clusters(np.repeat(n, times), np.repeat(hits, times))


def _among(side: Clusters, people: Bools) -> Clusters:
    """The side with nobody but these people."""
    return Clusters(side.n * people, side.hits * people)


def _points(rows: Rows, by_ms: int, *, alone: bool) -> tuple[TurnPoint, ...]:
    curve = incidence(watched(timed(_fates(rows))), "tap")
    if not isinstance(curve, Curve):
        return ()
    step = max(by_ms // DRAWN, 1)
    drawn = []
    for ms in sorted({*range(0, by_ms + 1, step), by_ms}):
        said = curve.at(ms)
        if isinstance(said, NoEffect):
            continue
        ends = said.interval if alone else None
        low, high = (None, None) if ends is None else (ends.low, ends.high)
        drawn.append(TurnPoint(ms, said.value, low, high))
    return tuple(drawn)


def _fates(rows: Rows) -> tuple[Fate, ...]:
    return tuple(
        Fate(str(row["turn"]), row["limit_ms"], row["fate"], row["ms"], row["n"], 0, 0, 0) for row in rows
    )
