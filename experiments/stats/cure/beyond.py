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

    def parts(self) -> tuple[tuple[_Part, ...], _Part, float]:
        """By cause, the share of those there at the end who end so before N or at N; how long they stay, in ms; who is left."""
        others = np.arange(len(self.seen.rates)) != self.row
        rate = float(self.seen.rates[others].sum())
        future = Future(FAMILIES[self.fit.family], self.seen.end, self.n_ms, rate)
        at = self.fit.point[None]
        stay, moment, left = (float(one(at)[0]) for one in (future.stay_ms, future.stay_moment, future.left))
        after = self.n_ms - self.seen.end
        fewer = others * -after * left  # the slope of who is left, in each rate
        through = others * (rate * moment + after * left - stay)
        stays = self._part(future.stay_ms, others * -moment, after)
        found = []
        for row, pile in enumerate(self.seen.pile.tolist()):
            if row == self.row:
                ending = self._part(_with(future.ended, 1.0, future.left, pile), through + pile * fewer, 1.0)
            elif pile == 0:
                ending = stays.times(float(self.seen.rates[row]))
                ending.through_rates[row] += stays.best
            else:
                own = float(self.seen.rates[row])
                slopes = own * stays.through_rates + pile * fewer
                slopes[row] += stays.best
                ending = self._part(_with(future.stay_ms, own, future.left, pile), slopes, 1.0)
            found.append(ending)
        return tuple(found), stays, left

    def _part(self, quantity: Valued, through_rates: Floats, most: float) -> _Part:
        best = float(quantity(self.fit.point[None])[0])
        rise = slope(quantity, self.fit.point)
        if not self.supported:
            return _Part(best, best, best, through_rates, rise)
        span = profile(self.fit, quantity, self.level)
        return _Part(
            best, max(min(span.low, best), 0.0), min(max(span.high, best), most), through_rates, rise
        )

    def joined(
        self, gains: Floats, part: _Part, passed_ms: float, most: float, unsure: float = 0.0
    ) -> Estimate:
        """The data's gain and the curve's, their intervals' distances joined with their correlation (MOVER).

        `unsure`: the variance of the gain of one there at the end from how large the pile is.
        """
        seen, n, level = self.seen, self.found.table.n, self.level
        value, variance = seen.mean(gains, passed_ms + part.best, part.through_rates)
        variance += float(seen.staying[-1]) ** 2 * unsure
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
    ending, stay, left = side.parts()
    shares = {}
    for row, cause in enumerate(found.table.causes):
        gains = np.zeros(seen.hazards.shape)
        gains[row] = 1.0
        pile = float(seen.pile[row])
        unsure = left**2 * pile * (1 - pile) / seen.piled
        shares[cause] = side.joined(gains, ending[row], 0.0, 1.0, unsure)
    attention = side.joined(seen.middle(), stay, seen.end, n_ms)
    return FamilyPrediction(one.family, distance, one.share, shares, _in_seconds(attention))


def _with(one: Valued, weight: float, other: Valued, pile: float) -> Valued:
    """weight · one + pile · other, as a function of the parameters."""
    return lambda points: weight * one(points) + pile * other(points)


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
