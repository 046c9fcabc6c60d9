"""What would become of the units if they were shown for N ms."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.contrast import z_of
from experiments.stats.cure.beyond import FamilyPrediction, beyond, hazards
from experiments.stats.cure.families import Name
from experiments.stats.cure.fitting import Fit, Fits
from experiments.stats.cure.past import past
from experiments.stats.cure.spans import until
from experiments.stats.effects import Estimate, Interval, NoEffect
from experiments.stats.samples import RiskTable
from experiments.stats.survival import incidence

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What would become of the units if they were shown for N ms.

    Args:
        n_ms: N.
        from_ms: The end of observation; the answer is an extrapolation where N is beyond it.
        shares: By cause of the table, the share of units that would end so.
        attention_s: Mean seconds that a unit would stay on the screen.
        families: What each family says, best AIC first; empty inside the data, where no family is asked.
        unfitted: Families without a fit, and why.
    """

    n_ms: int
    from_ms: int
    shares: dict[str, Estimate]
    attention_s: Estimate
    families: tuple[FamilyPrediction, ...]
    unfitted: tuple[tuple[Name, NoEffect], ...]

    @property
    def extrapolated(self) -> bool:
        """Whether N lies beyond the end of observation."""
        return self.n_ms > self.from_ms


def predict(found: Fits, n_ms: int, level: float = 0.95) -> Prediction | NoEffect:
    """Shares of endings and seconds of attention if units were shown for N ms.

    Up to the end of observation L: the data themselves (Aalen–Johansen; restricted mean). Beyond it, per family,
    F_k(N) = F_k(L) + S(L) · (the share of those still there who would end by k): the fitted cause by its curve, the others
    at the constant rates of the last half of the data; and those still there at N by such a pile as the data have at their
    limit, of endings logged in the grace after it, so that N just beyond L continues what the data say at L. Each family's
    interval joins, as distances from the value with their correlation (Zou & Donner 2008, MOVER), the profile-likelihood
    interval of the curve's part and the delta-method error of the data's part, of the rates and of the pile. The answer is
    the value of the family with the best AIC, and as interval the union over the families within 6 of it.

    Args:
        found: The fits of one cause.
        n_ms: N in ms, 1 or more.
        level: Confidence level of each family's interval, in (0, 1).

    Returns:
        The prediction; a NoEffect without units, or beyond the data without any fit. Do not name a best N beyond the data
        from it: the union covers the five families, not the world, in which hazards may change when the prompt stays.

    Raises:
        ValueError: If N is below 1.
    """
    if n_ms < 1:
        raise ValueError(f"`n_ms` is {n_ms}; must be 1 or more; give the display time in milliseconds.")
    curve = incidence(found.table, found.cause, level)
    if isinstance(curve, NoEffect):
        return curve
    end = curve.last_ms
    unfitted = tuple((name, one) for name, one in found.found.items() if isinstance(one, NoEffect))
    if n_ms <= end:
        return _inside(found.table, n_ms, end, unfitted, level)
    ranked = found.within()
    if not ranked:
        return unfitted[0][1]
    seen = past(found.table, until(found.table))
    said = tuple(beyond(found, one, seen, n_ms, level) for one in ranked)
    counted = [one for one in said if one.supported]
    shares = {cause: _union([one.shares[cause] for one in counted]) for cause in found.table.causes}
    return Prediction(n_ms, end, shares, _union([one.attention_s for one in counted]), said, unfitted)


def by_curve(found: Fits, one: Fit) -> Floats:
    """The incidence of the fitted cause by one family's curve, the other causes as in the data: to draw over the data.

    Args:
        found: The fits.
        one: Which of them.

    Returns:
        The share ended before each ms from 0 to the end of observation.
    """
    end = until(found.table)
    if end == 0:
        return np.zeros(1)
    row = found.table.causes.index(found.cause)
    hazard = hazards(one, one.point[None], end)[0]
    others = np.delete(past(found.table, end).hazards, row, axis=0).sum(axis=0)
    left = np.concatenate([np.ones(1), np.cumprod(1 - others - hazard)[:-1]])
    return np.concatenate([np.zeros(1), np.cumsum(left * hazard)])


def _inside(
    table: RiskTable, n_ms: int, end: int, unfitted: tuple[tuple[Name, NoEffect], ...], level: float
) -> Prediction | NoEffect:
    shares = {}
    for cause in table.causes:
        curve = incidence(table, cause, level)
        at = curve if isinstance(curve, NoEffect) else curve.at(n_ms)
        if isinstance(at, NoEffect):
            return at
        shares[cause] = at
    seen = past(table, n_ms)
    value, variance = seen.mean(seen.middle(), n_ms, np.zeros(len(table.causes)))
    error = z_of(level) * math.sqrt(variance)
    interval = Interval(max(value - error, 0) / 1000, min(value + error, n_ms) / 1000, level)
    attention = Estimate(value / 1000, interval, table.n, "restricted_mean")
    return Prediction(n_ms, end, shares, attention, (), unfitted)


def _union(said: list[Estimate]) -> Estimate:
    """The first one's value; from the least lower to the greatest upper limit."""
    intervals = [one.interval for one in said if one.interval is not None]
    widest = Interval(
        min(one.low for one in intervals), max(one.high for one in intervals), intervals[0].level
    )
    return Estimate(said[0].value, widest, said[0].n, f"union_of_{len(said)}")
