"""When a running experiment is looked at, and what Brownian motion does at those looks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration.study import Truth, Z

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
UNITS, FIRST, DAYS = 10_000, 100, 28
"""Units an arm in the end, and at the first look of those at every +1 %."""
_WALKS, _FEWER_WALKS, _AT_ONCE = 100_000, 10_000, 2_000


@dataclass(frozen=True, slots=True)
class Looks:
    """A schedule.

    Args:
        name: What the table calls it.
        units: Units an arm at each look.
    """

    name: str
    units: tuple[int, ...]

    @property
    def information(self) -> tuple[float, ...]:
        """The units as shares of the last."""
        return tuple(units / self.units[-1] for units in self.units)


def daily(units: int = UNITS) -> Looks:
    """Once a day for 28 days, equally many units a day."""
    return Looks(f"{DAYS} daily looks", tuple(round(units * day / DAYS) for day in range(1, DAYS + 1)))


def every_percent(units: int = UNITS) -> Looks:
    """From 100 units an arm on, whenever there is 1 % more."""
    found = [FIRST]
    while found[-1] < units:
        found.append(min(units, math.ceil(found[-1] * 1.01)))
    return Looks(f"every +1 %, {len(found)} looks", tuple(found))


def places(schedule: Looks, grid: Ints) -> Ints:
    """Where the looks stand in a grid of units that has them all."""
    return np.searchsorted(grid, schedule.units).astype(np.int64)


def grid_of(*schedules: Looks) -> Ints:
    """Every number of units at which one of the schedules looks, ascending."""
    return np.unique(np.concatenate([schedule.units for schedule in schedules])).astype(np.int64)


def mixture_boundary(times: Floats, alpha: float) -> Floats:
    """|Z| at which the normal mixture tuned to the last look excludes 0, written down here a second time.

    √((x + 1)/x · (log(x + 1) − 2 log α)), x = t (−2 log α + log(1 − 2 log α)) (Waudby-Smith et al. 2024, eq. 9).

    Args:
        times: Units at the looks as shares of the last.
        alpha: The level.
    """
    surprise = -2 * math.log(alpha)
    x = times * (surprise + math.log1p(surprise))
    return np.asarray(np.sqrt((x + 1) / x * (np.log1p(x) + surprise)))


@cache
def sequence_power(schedule: Looks, drift: float, alpha: float) -> float:
    """The chance that Brownian motion with a drift leaves that boundary at one of the looks, by simulation.

    Args:
        schedule: The looks.
        drift: Mean of Z at the last look.
        alpha: The level.
    """
    times = np.array(schedule.information)
    boundary, rng, crossed = mixture_boundary(times, alpha) * np.sqrt(times), np.random.default_rng(7), 0
    for _ in range(_WALKS // _AT_ONCE):
        walks = _walks(rng, times) + drift * times
        crossed += int(np.count_nonzero(np.any(np.abs(walks) >= boundary, axis=1)))
    return crossed / _WALKS


def ratio_power(schedule: Looks, truth: Truth, boundaries: Sequence[Floats]) -> list[float]:
    """The same of |log(t/c)| over its standard error, both arms' estimates being normal at every look.

    Args:
        schedule: The looks.
        truth: Of both arms.
        boundaries: Of z at each look, one for each way.
    """
    times, rng = np.array(schedule.information), np.random.default_rng(8)
    last, crossed = schedule.units[-1], np.zeros(len(boundaries))
    one, other = truth.control_variance / last / times, truth.treatment_variance / last / times
    for _ in range(_FEWER_WALKS // _AT_ONCE):
        c, t = (_walks(rng, times) / np.sqrt(times) for _ in range(2))
        c, t = truth.control + np.sqrt(one) * c, truth.treatment + np.sqrt(other) * t
        told = (c > Z * np.sqrt(one)) & (t > 0)
        ratio = np.where(told, t / np.where(told, c, 1.0), 1.0)
        apart = np.abs(np.log(ratio)) * ratio
        z = np.where(told, apart * c / np.sqrt(other + ratio**2 * one), 0.0)
        crossed += [np.count_nonzero(np.any(z >= boundary, axis=1)) for boundary in boundaries]
    return [float(one) for one in crossed / _FEWER_WALKS]


def _walks(rng: np.random.Generator, times: Floats) -> Floats:
    steps = np.sqrt(np.diff(times, prepend=0.0))
    return np.asarray(np.cumsum(rng.standard_normal((_AT_ONCE, times.size)) * steps, axis=1))
