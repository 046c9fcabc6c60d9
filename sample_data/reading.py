"""How a pop-up is read: two kinds of readers, dismissing and leaving as competing risks; exact integrals."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from math import exp, inf, log
from typing import Literal

import numpy as np

from sample_data.truths import BadTruths, Popup

Reader = Literal["quick", "slow"]
Cause = Literal["tap", "dismiss", "leave"]
Copy = Literal["v1", "v2"]


@dataclass(frozen=True, slots=True)
class Density:
    """A piecewise constant density of seconds; weights are the probabilities of the bins."""

    edges: tuple[float, ...]
    sums: tuple[float, ...]

    @classmethod
    def of(cls, edges: Sequence[float], weights: Sequence[float]) -> Density:
        """Normalise the weights of the bins between the edges."""
        if len(edges) != len(weights) + 1:
            raise BadTruths(
                f"`popup.edges_s` has {len(edges)} edges for {len(weights)} weights; "
                "must have one edge more than weights; add or drop some"
            )
        total = sum(weights)
        return cls(tuple(edges), (0.0, *accumulate(weight / total for weight in weights)))

    def before(self, t: float) -> float:
        """P(time <= t)."""
        return float(np.interp(t, self.edges, self.sums))

    def at(self, t: float) -> float:
        """The density at t, per second."""
        k = bisect_right(self.edges, t) - 1
        inside = 0 <= k < len(self.edges) - 1
        return (self.sums[k + 1] - self.sums[k]) / (self.edges[k + 1] - self.edges[k]) if inside else 0.0

    def quantile(self, u: float) -> float:
        """The time that a share u comes before."""
        k = min(bisect_right(self.sums, u), len(self.sums) - 1)
        width = self.sums[k] - self.sums[k - 1]
        return self.edges[k - 1] + (self.edges[k] - self.edges[k - 1]) * (u - self.sums[k - 1]) / width


@dataclass(frozen=True, slots=True)
class Hazard:
    """A piecewise constant hazard per second; the last rate goes on for ever."""

    edges: tuple[float, ...]
    rates: tuple[float, ...]

    def at(self, t: float) -> float:
        """The hazard at t."""
        return self.rates[max(bisect_right(self.edges, t) - 1, 0)]

    def until(self, t: float) -> float:
        """The cumulative hazard over [0, t]."""
        ends = (*self.edges[1:], inf)
        return sum(
            rate * (min(t, end) - start)
            for start, end, rate in zip(self.edges, ends, self.rates, strict=True)
            if t > start
        )

    def quantile(self, u: float) -> float:
        """The time that a share u comes before: the t at which the cumulative hazard is -log(1 - u)."""
        left = -log(1.0 - u)
        for start, end, rate in zip(self.edges, (*self.edges[1:], inf), self.rates, strict=True):
            if rate > 0 and left <= rate * (end - start):
                return start + left / rate
            left -= rate * (end - start) if rate > 0 else 0.0
        return inf


@dataclass(frozen=True, slots=True)
class Reading:
    """The law of one impression: latent tap, dismiss and leave times; the first, or the limit, is seen."""

    readers: dict[Reader, Density]
    dismiss: Hazard
    leave: Hazard
    slow_share: float
    interest: dict[Copy, float]

    @classmethod
    def of(cls, popup: Popup) -> Reading:
        """Solve the share of slow readers for the median, then the interest for the tap rates.

        Args:
            popup: densities and hazards, `tap_median_s` and the tap rates at `long_s`.

        Returns:
            The law; with s slow: s A(m) + (1 - s) B(m) = half of s A(long) + (1 - s) B(long).

        Raises:
            BadTruths: no mixture of the two readers has that median or that tap rate.
        """
        readers: dict[Reader, Density] = {
            "quick": Density.of(popup.edges_s, popup.quick),
            "slow": Density.of(popup.edges_s, popup.slow),
        }
        dismiss = Hazard(popup.hazard_edges_s, popup.dismiss_per_s)
        leave = Hazard(popup.hazard_edges_s, popup.leave_per_s)
        bare = cls(readers, dismiss, leave, 0.0, {})
        surplus = {
            kind: bare.taps(kind, popup.tap_median_s) - bare.taps(kind, popup.long_s) / 2 for kind in readers
        }
        slow = surplus["quick"] / (surplus["quick"] - surplus["slow"])
        if not 0 <= slow <= 1:
            raise BadTruths(
                f"`popup.tap_median_s` is {popup.tap_median_s}; "
                "must lie between the two readers' medians; plant another"
            )
        seen = slow * bare.taps("slow", popup.long_s) + (1 - slow) * bare.taps("quick", popup.long_s)
        interest: dict[Copy, float] = {"v1": popup.tapped_v1 / seen, "v2": popup.tapped_v2 / seen}
        return cls(readers, dismiss, leave, slow, interest)

    def stays(self, t: float) -> float:
        """P(neither dismissed nor left by t)."""
        return exp(-self.dismiss.until(t) - self.leave.until(t))

    def taps(self, reader: Reader, t: float) -> float:
        """P(an interested reader of this kind taps by t) = ∫ g(s) S(s) ds."""
        density = self.readers[reader]
        return self._integral(lambda s: density.at(s) * self.stays(s), t)

    def incidence(self, cause: Cause, copy: Copy, t: float) -> float:
        """Cumulative incidence of one cause by t over all impressions.

        Args:
            cause: tap, dismiss or leave.
            copy: the words shown, which set how many are interested.
            t: seconds since shown, at most the display limit.

        Returns:
            P(the impression ended by this cause by t).
        """
        interest, slow = self.interest[copy], self.slow_share
        if cause == "tap":
            return interest * (slow * self.taps("slow", t) + (1 - slow) * self.taps("quick", t))
        hazard = self.dismiss if cause == "dismiss" else self.leave

        def still_untapped(s: float) -> float:
            tapped = slow * self.readers["slow"].before(s) + (1 - slow) * self.readers["quick"].before(s)
            return 1 - interest * tapped

        return self._integral(lambda s: hazard.at(s) * self.stays(s) * still_untapped(s), t)

    def _integral(self, f: Callable[[float], float], end: float) -> float:
        """Gauss-Legendre on each piece, where f is a polynomial times an exponential: exact to rounding."""
        cuts = sorted(
            {0.0, end, *(e for e in (*self.readers["quick"].edges, *self.dismiss.edges) if 0 < e < end)}
        )
        nodes, weights = _legendre()
        total = 0.0
        for low, high in pairwise(cuts):
            half = (high - low) / 2
            total += half * sum(w * f(low + half * (1 + x)) for x, w in zip(nodes, weights, strict=True))
        return total


@lru_cache(maxsize=1)
def _legendre() -> tuple[tuple[float, ...], tuple[float, ...]]:
    nodes, weights = np.polynomial.legendre.leggauss(12)
    return tuple(nodes.tolist()), tuple(weights.tolist())
