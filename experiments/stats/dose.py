"""Three or more display times side by side: the share that taps, taken never to fall as the prompt stays longer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats import proportions
from experiments.stats.contrast import z_of
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect, no_units
from experiments.stats.multiplicity import holm
from experiments.stats.samples import Count

Floats = NDArray[np.float64]

FEWEST = 3
"""Display times below which two shares are compared, not a curve drawn."""
_CLOSE = 1e-12
_AT_THE_ENDS, _FROM = 0.4, 2.4


@dataclass(frozen=True, slots=True)
class Response:
    """One display time.

    Args:
        n_ms: The display time, in ms.
        count: Units shown it, and how many tapped, as observed.
        share: The monotone estimate with its interval.
        pooled: Whether a neighbour's data are in it, because a longer time had a smaller share.
    """

    n_ms: int
    count: Count
    share: Estimate
    pooled: bool


@dataclass(frozen=True, slots=True)
class DoseResponse:
    """The monotone fit.

    Args:
        responses: By display time, shortest first.
        falls_p: p-value of "the share never falls": the least, over all pairs, of the one-sided p-values that the longer
            time has the smaller share, corrected for their number (Holm). Where it is small, do not believe the fit.
    """

    responses: tuple[Response, ...]
    falls_p: float


def dose_response(arms: Sequence[tuple[int, Count]], level: float = 0.95) -> DoseResponse | NoEffect:
    """The shares of independent arms by display time under the constraint that they never fall.

    The maximum-likelihood estimate pools adjacent violators (Ayer et al. 1955, Ann. Math. Statist. 26:641–647). The interval
    of one share holds every c with 2 (ℓ̂ − ℓ(c)) ≤ χ²(level; 1), ℓ(c) = the greatest likelihood of non-falling shares of
    which this one is c: to its left the fit cut off at c from above, to its right from below (Banerjee & Wellner 2001, Ann.
    Statist. 29:1699–1731, for the ratio; with finitely many times and different shares it is χ²). Where all shares are
    equal, the ratio of the first and the last of k times is larger: its .95 quantile is 4.15, 4.56, 4.89, 5.35, 5.86 for
    k = 3, 4, 5, 8, 12 (simulated) against χ²'s 3.84; theirs is taken times 1 + .4 log(k / 2.4), which covers these.

    Args:
        arms: (display time in ms, units that tapped of those shown), each time once, in any order.
        level: Confidence level of one share, in (0, 1).

    Returns:
        The fit; a NoEffect with fewer than three times, or an empty arm. Units must be independent, and arms differ in the
        display time only.

    Raises:
        ValueError: If a display time comes twice.
    """
    ordered = sorted(arms, key=lambda arm: arm[0])
    times = [n_ms for n_ms, _ in ordered]
    if len(set(times)) < len(times):
        raise ValueError(f"`arms` has the display times {times}; must have each once; add their counts.")
    if len(ordered) < FEWEST:
        return NoEffect(
            "few_display_times",
            f"Only {len(ordered)} display times were tried; {FEWEST} or more are needed for a curve.",
            (("n", len(ordered)), ("needed", FEWEST)),
        )
    counts = [count for _, count in ordered]
    if any(count.n == 0 for count in counts):
        return no_units()
    hits, n = np.array([c.hits for c in counts], np.float64), np.array([c.n for c in counts], np.float64)
    fitted = _rising(hits, n)
    spans = [_interval(hits, n, fitted, row, level) for row in range(len(counts))]
    responses = tuple(
        Response(
            n_ms,
            count,
            Estimate(float(value), span, count.n, "isotonic"),
            abs(value - count.hits / count.n) > _CLOSE,
        )
        for (n_ms, count), value, span in zip(ordered, fitted, spans, strict=True)
    )
    return DoseResponse(responses, _falls(counts, level))


def _rising(hits: Floats, n: Floats) -> Floats:
    """The non-falling shares of greatest likelihood."""
    from scipy.optimize import isotonic_regression

    return np.asarray(isotonic_regression(hits / n, weights=n).x) if hits.size else hits


def _likelihood(hits: Floats, n: Floats, share: Floats) -> float:
    from scipy.special import xlog1py, xlogy

    return float((xlogy(hits, share) + xlog1py(n - hits, -share)).sum())


def _with(hits: Floats, n: Floats, row: int, share: float) -> float:
    """The greatest likelihood of non-falling shares of which the one at `row` is given."""
    before, after = slice(0, row), slice(row + 1, None)
    shares = [
        np.minimum(_rising(hits[before], n[before]), share),
        np.array([share]),
        np.maximum(_rising(hits[after], n[after]), share),
    ]
    return _likelihood(hits, n, np.concatenate(shares))


def _interval(hits: Floats, n: Floats, fitted: Floats, row: int, level: float) -> Interval:
    from scipy.optimize import brentq

    best, value = _likelihood(hits, n, fitted), float(fitted[row])
    drop = z_of(level) ** 2 / 2
    if row in (0, hits.size - 1):
        drop *= 1 + _AT_THE_ENDS * math.log(hits.size / _FROM)

    def beyond(share: float) -> float:
        return max(best - _with(hits, n, row, share), 0.0) - drop

    low = brentq(beyond, _CLOSE, value, xtol=_CLOSE) if value > _CLOSE and beyond(_CLOSE) > 0 else 0.0
    high = (
        brentq(beyond, value, 1 - _CLOSE, xtol=_CLOSE)
        if value < 1 - _CLOSE and beyond(1 - _CLOSE) > 0
        else 1.0
    )
    return Interval(min(low, value), max(high, value), level)


def _falls(counts: Sequence[Count], level: float) -> float:
    """The least corrected one-sided p-value of a later arm having the smaller share."""
    found = []
    for later, treatment in enumerate(counts):
        for control in counts[:later]:
            effect = proportions.difference(control, treatment, level)
            if isinstance(effect, Effect):
                found.append(effect.p_value / 2 if effect.value < 0 else 1 - effect.p_value / 2)
    return min(holm(found)) if found else 1.0
