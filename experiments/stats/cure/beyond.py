"""What one family says of an N beyond the data: the data's part, the curve's part, and how unsure each is."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.contrast import z_of
from experiments.stats.cure.families import FAMILIES, Name
from experiments.stats.cure.fitting import Fit, Fits
from experiments.stats.cure.future import Future
from experiments.stats.cure.likelihood import NEARLY_ALL, Valued, columns, slope
from experiments.stats.cure.past import Past
from experiments.stats.cure.profile import covariance, profile
from experiments.stats.cure.spans import logs
from experiments.stats.effects import Estimate, Interval
from experiments.stats.survival.curves import limits

Floats = NDArray[np.float64]

SUPPORTED = 6.0
"""How far above the best AIC a family still counts (ΔAIC)."""


@dataclass(frozen=True, slots=True)
class FamilyPrediction:
    """What one family says at N.

    Args:
        family: Which.
        aic_distance: Its AIC above the best one's.
        share: π̂, the share that would ever end by the cause if nothing else ended anybody.
        shares: By cause, the share of units ended before N; intervals only for a family with support.
        attention_s: Mean seconds on the screen until N.
    """

    family: Name
    aic_distance: float
    share: float
    shares: dict[str, Estimate]
    attention_s: Estimate

    @property
    def supported(self) -> bool:
        """Whether its interval is part of the answer."""
        return self.aic_distance <= SUPPORTED


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """What one still there at the end gains until N: by the curve's best, least and greatest.

    `through_rates` are its slopes in the rates of the causes; `rise` those in (log π, place, shape).
    """

    best: float
    least: float
    greatest: float
    through_rates: Floats
    rise: Floats

    def times(self, rate: float) -> "_Part":
        slopes, rise = rate * self.through_rates, rate * self.rise
        return _Part(rate * self.best, rate * self.least, rate * self.greatest, slopes, rise)


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One family beside the data: what its answers are made of."""

    found: Fits
    fit: Fit
    seen: Past
    n_ms: int
    level: float
    supported: bool

    @property
    def row(self) -> int:
        return self.found.table.causes.index(self.found.cause)

    def parts(self) -> tuple[_Part, _Part]:
        """The share of those there at the end who end by the fitted cause before N; how long they stay, in ms."""
        others = np.arange(len(self.seen.rates)) != self.row
        rate = float(self.seen.rates[others].sum())
        future = Future(FAMILIES[self.fit.family], self.seen.end, self.n_ms, rate)
        at = self.fit.point[None]
        stay, moment, left = (float(one(at)[0]) for one in (future.stay_ms, future.stay_moment, future.left))
        through = rate * moment + (self.n_ms - self.seen.end) * left - stay
        return (
            self._part(future.ended, others * through, 1.0),
            self._part(future.stay_ms, others * -moment, self.n_ms - self.seen.end),
        )

    def _part(self, quantity: Valued, through_rates: Floats, most: float) -> _Part:
        best = float(quantity(self.fit.point[None])[0])
        rise = slope(quantity, self.fit.point)
        if not self.supported:
            return _Part(best, best, best, through_rates, rise)
        span = profile(self.fit, quantity, self.level)
        return _Part(
            best, max(min(span.low, best), 0.0), min(max(span.high, best), most), through_rates, rise
        )

    def joined(self, gains: Floats, part: _Part, passed_ms: float, most: float) -> Estimate:
        """The data's gain and the curve's, their intervals' distances joined with their correlation (MOVER)."""
        seen, n, level = self.seen, self.found.table.n, self.level
        value, variance = seen.mean(gains, passed_ms + part.best, part.through_rates)
        if not self.supported:
            return Estimate(value, None, n, self.fit.family)
        if most == 1.0:
            ends = limits(np.array([value]), np.array([variance]), np.array([n]), z_of(level))
            below, above = value - float(ends[0][0]), float(ends[1][0]) - value
        else:
            below = above = z_of(level) * math.sqrt(variance)
        there = float(seen.staying[-1])
        shared = self._correlation(gains, part, passed_ms, variance)
        low = value - _together(below, there * (part.best - part.least), shared)
        high = value + _together(above, there * (part.greatest - part.best), shared)
        return Estimate(value, Interval(max(low, 0.0), min(high, most), level), n, self.fit.family)

    def _correlation(self, gains: Floats, part: _Part, passed_ms: float, variance: float) -> float:
        """Of the data's gain with the curve's: the former moves with the curve's own estimate of it.

        What an estimate differs from the maximum-likelihood one by is uncorrelated with the latter (van der Vaart 1998,
        Asymptotic Statistics, §8.7); so cov = ∇a' I⁻¹ ∇b, a = the gain in the data under the curve, b = the curve's part.
        """
        inverse = covariance(self.fit)
        own = float(part.rise @ inverse @ part.rise)
        if own <= 0 or variance <= 0:
            return 0.0

        def under(points: Floats) -> Floats:
            hazard = hazards(self.fit, points, self.seen.end)
            return self.seen.means_if(self.row, hazard, gains, passed_ms + part.best)

        shared = float(slope(under, self.fit.point) @ inverse @ part.rise)
        return max(-1.0, min(1.0, shared / math.sqrt(own * variance)))


def beyond(found: Fits, one: Fit, seen: Past, n_ms: int, level: float) -> FamilyPrediction:
    """The shares of endings and the attention at N by one family's curve and constant rates of the other causes.

    Args:
        found: All fits.
        one: The family's fit.
        seen: The data until the end of observation.
        n_ms: N in ms, beyond the end.
        level: Confidence level in (0, 1).
    """
    distance = one.aic - found.within()[0].aic
    side = _Side(found, one, seen, n_ms, level, distance <= SUPPORTED)
    ended, stay = side.parts()
    shares = {}
    for row, cause in enumerate(found.table.causes):
        gains = np.zeros(seen.hazards.shape)
        gains[row] = 1.0
        part = ended
        if cause != found.cause:
            part = stay.times(float(seen.rates[row]))
            part.through_rates[row] += stay.best
        shares[cause] = side.joined(gains, part, 0.0, 1.0)
    attention = side.joined(seen.middle(), stay, seen.end, n_ms)
    return FamilyPrediction(one.family, distance, one.share, shares, _in_seconds(attention))


def hazards(one: Fit, points: Floats, end: int) -> Floats:
    """The share of those there at each ms who end in it by a family's curve.

    Args:
        one: Whose family.
        points: Parameters (log π, place, shape), shape (points, 3).
        end: How many ms.

    Returns:
        Shape (points, end).
    """
    log_share, place, shape = columns(points)
    ended = FAMILIES[one.family].ended(logs(np.arange(end + 1.0)), place, shape)
    alone = 1 - np.minimum(np.exp(log_share) * ended, NEARLY_ALL)
    return np.asarray(1 - alone[:, 1:] / alone[:, :-1])


def _together(one: float, other: float, shared: float) -> float:
    """√(a² + b² + 2 r a b)."""
    return math.sqrt(max(one * one + other * other + 2 * shared * one * other, 0.0))


def _in_seconds(ms: Estimate) -> Estimate:
    span = ms.interval
    in_s = None if span is None else Interval(span.low / 1000, span.high / 1000, span.level)
    return Estimate(ms.value / 1000, in_s, ms.n, ms.method)
