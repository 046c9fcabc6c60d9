"""What a risk table says about the waiting time to one cause: spans in which it ended, moments until which it had not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples import Counts, RiskTable

Floats = NDArray[np.float64]
Counted = Counts | Floats

_FINEST = 50  # ms; below it every ms stands by itself
_WIDEST = 0.02  # of log time; above it a span of this width is gathered into two points
_ONE_POINT = 1e-6  # ms; a smaller spread is rounding
_BEFORE_ALL = 1e-300  # ms; stands for 0 under a logarithm


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """The data of a likelihood: Σ ended · log(G(to) − G(from)) + Σ kept · log(1 − G(seen)), times in logs of ms.

    Args:
        log_from: Where a unit's ending lies after.
        log_to: Where it lies before.
        ended: Units that ended so; not whole, because neighbours are gathered.
        log_seen: When a unit was last seen not to have ended by this cause.
        kept: Units seen so.
        log_limit: The end of observation.
    """

    log_from: Floats
    log_to: Floats
    ended: Floats
    log_seen: Floats
    kept: Floats
    log_limit: float

    @property
    def events(self) -> float:
        """Units that ended by the cause."""
        return float(self.ended.sum())


def until(table: RiskTable) -> int:
    """The last ms at which anybody was still watched: the end of what data can say."""
    return int(np.flatnonzero(table.at_risk() > 0)[-1]) if table.n else 0


def spans(table: RiskTable, cause: str) -> Spans:
    """Reduce a table to the likelihood of the waiting time to one cause, the others censoring it.

    An ending counted at ms t happened in [t, t + 1), because times are rounded down; another cause's is taken at
    t + ½; a censoring at t exactly there. Endings counted at the last watched ms came while the prompt went away, so
    such a unit is only known not to have ended before. Beyond 50 ms, endings within 2 % of each other are replaced by
    two points with their number, mean, variance and skewness (Gauss's quadrature of their distribution), which changes a
    log-likelihood, smooth in log t, by less than 1e-8 a unit: the work no longer grows with the limit.

    Args:
        table: When the units ended and how.
        cause: One of the table's causes.

    Raises:
        ValueError: If the table has no such cause.
    """
    if cause not in table.causes:
        raise ValueError(f"`cause` is {cause!r}; must be one of {table.causes}; choose one of them.")
    end = until(table)
    row = table.causes.index(cause)
    others = table.events.sum(axis=0) - table.events[row]
    left = float(table.at_risk()[end]) if table.n else 0.0
    return reduced(table.events[row, :end], others[:end], table.censored[:end], left)


def reduced(ended: Counted, others: Counted, censored: Counted, left: float) -> Spans:
    """The same of counts by ms, whole or expected ones.

    Args:
        ended: Units that ended by the cause in each ms, shape (end,).
        others: Units that ended otherwise.
        censored: Units last seen at each ms.
        left: Units that were still there at the end.
    """
    end = ended.size
    ms = np.arange(end, dtype=np.float64)
    middle, hits = _gathered(ms + 0.5, ended)
    at, kept = _gathered(ms + 0.5, others)
    open_at, open_kept = _gathered(ms, censored)
    seen = np.concatenate([at, open_at, [float(end)]])
    return Spans(
        logs(middle - 0.5),
        logs(middle + 0.5),
        hits,
        logs(seen),
        np.concatenate([kept, open_kept, [left]]),
        float(logs(np.array([float(end)]))[0]),
    )


def logs(ms: Floats) -> Floats:
    """Natural logs of times, with a time before all for 0."""
    return np.asarray(np.log(np.maximum(ms, _BEFORE_ALL)), np.float64)


def _gathered(ms: Floats, units: Counted) -> tuple[Floats, Floats]:
    """Points and weights with the number, mean, variance and skewness of the units in every narrow stretch of time."""
    there = units > 0
    ms, weight = ms[there], units[there].astype(np.float64)
    if ms.size == 0:
        return ms, weight
    wide = _FINEST + np.floor(np.log(np.maximum(ms, _FINEST) / _FINEST) / _WIDEST)
    stretch = np.unique(np.where(ms < _FINEST, np.floor(ms), wide), return_inverse=True)[1]
    number = np.bincount(stretch, weight)
    mean = np.bincount(stretch, weight * ms) / number
    apart = ms - mean[stretch]
    spread = np.sqrt(np.bincount(stretch, weight * apart**2) / number)
    one = spread <= _ONE_POINT
    mean_two, number_two, spread_two = mean[~one], number[~one], spread[~one]
    skew = (np.bincount(stretch, weight * apart**3) / number)[~one] / spread_two**3
    root = np.sqrt(skew**2 + 4)
    points = [mean[one], mean_two + spread_two * (skew - root) / 2, mean_two + spread_two * (skew + root) / 2]
    weights = [number[one], number_two * (1 + skew / root) / 2, number_two * (1 - skew / root) / 2]
    return np.concatenate(points), np.concatenate(weights)
