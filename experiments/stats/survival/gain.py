"""What a stretch of time brings: the share of units that end by a cause within it."""

from dataclasses import replace

import numpy as np

from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.samples import RiskTable
from experiments.stats.survival.curves import incidence


def gained(
    table: RiskTable, cause: str, after_ms: int, until_ms: int, level: float = 0.95
) -> Estimate | NoEffect:
    """The share of all units that end by a cause later than one ms and no later than another.

    F(until) − F(after), as the Aalen–Johansen incidence of a cause of its own: earlier endings by the cause compete
    with it. So variance and interval are those of `incidence`, and no covariance of two points is needed.

    Args:
        table: When the units ended and how; they must be independent.
        cause: One of the table's causes.
        after_ms: Endings at it count as earlier; −1 for the whole time.
        until_ms: Endings at it count.
        level: Confidence level in (0, 1).

    Returns:
        The share, of all units that entered; a NoEffect beyond the last ms that anyone was watched at, or without
        units.

    Raises:
        ValueError: If the table has no such cause, or the times are not in order.
    """
    if cause not in table.causes:
        raise ValueError(f"`cause` is {cause!r}; must be one of {table.causes}; choose one of them.")
    if not -1 <= after_ms < until_ms:
        raise ValueError(f"`after_ms` is {after_ms}; must be −1 to {until_ms - 1}; give the earlier time.")
    place, late = table.causes.index(cause), f"{cause} later"
    while late in table.causes:
        late += "*"
    events = np.vstack([table.events, np.zeros_like(table.censored)])
    events[-1, after_ms + 1 :] = events[place, after_ms + 1 :]
    events[place, after_ms + 1 :] = 0
    curve = incidence(replace(table, causes=(*table.causes, late), events=events), late, level)
    return curve if isinstance(curve, NoEffect) else curve.at(until_ms)
