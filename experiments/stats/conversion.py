"""Conversion over time with units that are still young: Kaplan-Meier of the wait until a step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.contrast import z_of
from experiments.stats.effects import Estimate, Interval, NoEffect
from experiments.stats.survival.curves import limits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_FOR_EVER = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """The share that has converted by each time, with pointwise intervals.

    Args:
        times: Distinct waits at which somebody converted, ascending, in microseconds.
        share: Converted by then, in [0, 1].
        low: Lower limits.
        high: Upper limits.
        watched: The longest wait that anybody was watched for; without end where everybody converted.
        n: Units.
        level: Confidence level of one point.
    """

    times: Ints
    share: Floats
    low: Floats
    high: Floats
    watched: int
    n: int
    level: float

    def at(self, wait: int) -> Estimate | NoEffect:
        """The share converted by a wait in microseconds; a NoEffect beyond what anybody was watched for."""
        if wait > self.watched:
            sentence = "Nobody has been watched for the whole time yet; the rate can be said when the first window is over."
            return NoEffect("conversion_too_young", sentence)
        place = int(np.searchsorted(self.times, wait, side="right")) - 1
        if place < 0:
            low, high = limits(np.zeros(1), np.zeros(1), np.array([self.n]), z_of(self.level))
            return Estimate(0.0, Interval(float(low[0]), float(high[0]), self.level), self.n, "kaplan_meier")
        interval = Interval(float(self.low[place]), float(self.high[place]), self.level)
        return Estimate(float(self.share[place]), interval, self.n, "kaplan_meier")


def conversion(waits: Ints, converted: NDArray[np.bool_], level: float = 0.95) -> Conversion | NoEffect:
    """The share converted by each time: 1 - prod over waits s <= t of (1 - d(s) / Y(s)).

    d(s) units convert at s and Y(s) are watched until s at least (Kaplan & Meier 1958, JASA 53:457-481); who is
    censored at s was still watched at it. Greenwood's variance; limits through log(-log) of those who stay
    (Kalbfleisch & Prentice 2002, 1.4), Wilson's where nobody or everybody converted. Right as long as young
    units convert like old ones of the same age; where nobody is censored before t it is the plain share.

    Args:
        waits: (n,) microseconds until the conversion, or until nothing more was seen.
        converted: (n,) Did the wait end by converting?
        level: Confidence level of one point.

    Returns:
        The curve; a NoEffect without units. Not for conversions that compete with another ending: that is
        `survival.incidence`.

    Raises:
        ValueError: If the lengths differ, or a wait is negative.
    """
    if waits.shape != converted.shape:
        raise ValueError(
            f"`converted` has {converted.size} units; must have as many as `waits` ({waits.size})."
        )
    if waits.size and waits.min() < 0:
        raise ValueError(
            f"`waits` has {int(waits.min())}; must be at least 0; give microseconds since the entry."
        )
    if not waits.size:
        return NoEffect("conversion_nobody", "Nobody entered; there is no rate to show.")
    ordered = np.sort(waits)
    times, events = np.unique(waits[converted], return_counts=True)
    risk = waits.size - np.searchsorted(ordered, times, side="left")
    censored = np.sort(waits[~converted])
    known = waits.size - np.searchsorted(censored, times, side="left")
    staying: Floats = np.cumprod(1 - events / risk, dtype=np.float64)
    left = risk - events
    greenwood = np.cumsum(np.divide(events, risk * left, out=np.zeros(times.shape), where=left > 0))
    emptied = staying.size > 0 and staying[-1] == 0  # nobody is left who could still convert
    watched = _FOR_EVER if emptied else int(ordered[-1])
    low, high = limits(staying, np.asarray(staying**2 * greenwood, np.float64), known, z_of(level))
    return Conversion(times, 1 - staying, 1 - high, 1 - low, watched, int(waits.size), level)
