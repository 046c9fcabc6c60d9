"""The cumulative hazard over time: Nelson–Aalen."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.contrast import z_of
from experiments.stats.effects import Estimate, Interval, NoEffect, no_units
from experiments.stats.samples import RiskTable
from experiments.stats.survival.curves import require_ms, unwatched

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeHazard:
    """Endings per unit still there, added up, with pointwise intervals; index = ms, arrays of shape (limit + 1,).

    Args:
        value: The cumulative hazard at each ms, 0 or more, without a unit; it is no share and may exceed 1.
        variance: Its variance.
        low: Lower limits at `level`.
        high: Upper limits at `level`.
        last_ms: The last ms that anyone was watched at.
        n: Units that entered.
        level: Confidence level of one point.
    """

    value: Floats
    variance: Floats
    low: Floats
    high: Floats
    last_ms: int
    n: int
    level: float

    def at(self, ms: int) -> Estimate | NoEffect:
        """The cumulative hazard at one ms; a NoEffect beyond the last ms that anyone was watched at."""
        require_ms(ms)
        if ms > self.last_ms:
            return unwatched(ms, self.last_ms)
        interval = Interval(float(self.low[ms]), float(self.high[ms]), self.level)
        return Estimate(float(self.value[ms]), interval, self.n, "nelson_aalen")


def cumulative_hazard(
    table: RiskTable, cause: str | None = None, level: float = 0.95
) -> CumulativeHazard | NoEffect:
    """Nelson–Aalen: H(t) = Σ d/Y with variance Σ d/Y² and an interval on the log scale, H exp(± z √var / H).

    Aalen (1978), Ann. Statist. 6:701–726; R survival's cumhaz and std.chaz. Where nobody has ended so yet the upper limit is
    the hazard at which that has the chance (1 − level)/2, −log((1 − level)/2)/Y.

    Args:
        table: When the units ended and how; they must be independent.
        cause: One of the table's causes, or None for an ending of any cause.
        level: Confidence level of each point, in (0, 1).

    Returns:
        The curve; a NoEffect when no unit entered. 1 − exp(−H) of one cause of several is not a share of units.

    Raises:
        ValueError: If the table has no such cause.
    """
    if cause is not None and cause not in table.causes:
        raise ValueError(f"`cause` is {cause!r}; must be one of {table.causes}; choose one of them.")
    if table.n == 0:
        return no_units()
    events = table.events.sum(axis=0) if cause is None else table.events[table.causes.index(cause)]
    risk = table.at_risk()
    last = int(np.flatnonzero(risk > 0)[-1])
    watched = np.maximum(risk, 1).astype(np.float64)
    value, variance = np.cumsum(events / watched), np.cumsum(events / watched**2)
    some = value > 0
    factor = np.exp(z_of(level) * np.sqrt(variance) / np.where(some, value, 1.0))
    low = np.where(some, value / factor, 0.0)
    high = np.where(some, value * factor, -math.log((1 - level) / 2) / watched)
    for array in (value, variance, low, high):
        array.setflags(write=False)
    return CumulativeHazard(value, variance, low, high, last, table.n, level)
