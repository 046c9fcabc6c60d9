"""A world at a fixed number of units: drawn again and again, every way of comparing its arms asked once a draw."""

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from statistics import NormalDist
from typing import Generic, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import Effect, NoEffect

LEVEL = 0.95
LIFT = 0.1
"""What the treatment adds in the worlds of coverage: a tenth of control."""
POWER = 0.8
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
REACH = Z + NormalDist().inv_cdf(POWER)

_NODES = 101
S = TypeVar("S")
Test = Literal["unpooled", "pooled", "ratio", "log"]
"""Whose standard error decides: each arm's own; that of equal shares; that of the ratio of the two, or of its logarithm."""
Role = Literal["page", "on request"]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is so of the two arms.

    Args:
        control: Control's value.
        treatment: The treatment's value.
        control_variance: Variance of one unit of control, so that variance / n is the estimate's.
        treatment_variance: The same of the treatment.
        fewest: Share of units that are events, or those that are not, whichever is smaller in either arm; 1 for numbers.
    """

    control: float
    treatment: float
    control_variance: float
    treatment_variance: float
    fewest: float = 1.0

    @property
    def absolute(self) -> float:
        """Treatment − control."""
        return self.treatment - self.control

    @property
    def relative(self) -> float:
        """(treatment − control) / control."""
        return self.absolute / self.control

    def power(self, n: int, test: Test) -> float:
        """The chance that a two-sided 5 % test by a normal statistic rejects, n units an arm."""
        error = math.sqrt((self.control_variance + self.treatment_variance) / n)
        critical = Z * error
        if test == "pooled":
            middle = (self.control + self.treatment) / 2
            critical = Z * math.sqrt(2 * middle * (1 - middle) / n)
        if test == "ratio":
            return self._power_of_ratio(n)
        if test == "log":
            spread = self.control_variance / self.control**2 + self.treatment_variance / self.treatment**2
            apart, error = math.log(self.treatment / self.control), math.sqrt(spread / n)
            return NormalDist().cdf(apart / error - Z) + NormalDist().cdf(-apart / error - Z)
        above, below = ((side * self.absolute - critical) / error for side in (1, -1))
        return NormalDist().cdf(above) + NormalDist().cdf(below)

    def _power_of_ratio(self, n: int) -> float:
        """Of |t/c − 1| > z √(var t + (t/c)² var c)/c, both estimates normal: a square equation in t/c at every c."""
        from scipy.special import ndtr

        places, weights = _normal_nodes()
        one, other = self.control_variance / n, self.treatment_variance / n
        c = self.control + math.sqrt(one) * places
        lead, last = c**2 - Z**2 * one, c**2 - Z**2 * other
        root, told = np.sqrt(np.maximum(c**4 - lead * last, 0.0)), (lead > 0) & (c > 0)
        chance = np.zeros_like(c)
        for side in (1, -1):
            ratio = (c**2 + side * root) / np.where(told, lead, 1.0)
            chance += ndtr(side * (self.treatment - ratio * c) / math.sqrt(other))
        return float(weights @ np.where(told, chance, 0.0) / weights.sum())


@dataclass(frozen=True, slots=True)
class Way(Generic[S]):
    """One way to compare two arms.

    Args:
        name: What the table calls it.
        ask: The production function.
        relative: Whether it answers relative to control.
        role: Whether the readout's page uses it, or one may ask for it.
        test: Whose standard error decides, for the theory of its power.
        key: What of a sample decides its answer, where answers are worth keeping.
        instead: What holds where this way does not; empty if it must hold.
        every: Asked in every so-many-th draw: more than 1 where it is slow.
    """

    name: str
    ask: Callable[[S, S], Effect | NoEffect]
    relative: bool = False
    role: Role = "page"
    test: Test = "unpooled"
    key: Callable[[S], Hashable] | None = None
    instead: str = ""
    every: int = 1


@dataclass(slots=True)
class Tally:
    """What one way answered in one world.

    Args:
        world, way: Which.
        role, instead: Of the way.
        n: Units an arm.
        draws: How often the world was drawn.
        fewest: Fewest events or non-events that an arm expects, over all truths.
        power: What theory says the power is.
        said, inside, rejected: Answers that are intervals, that hold the truth, that exclude "no effect".
    """

    world: str
    way: str
    role: Role
    instead: str
    n: int
    draws: int
    fewest: float
    power: float
    said: int = 0
    inside: int = 0
    rejected: int = 0


class Study(Protocol):
    """A world, whatever its samples are."""

    @property
    def name(self) -> str:
        """What the table calls it."""
        ...

    def tallies(self, seed: Sequence[int], n: int, draws: int) -> Iterator[tuple[str, Tally]]:
        """(figure, tally) of each way: "type I", "coverage", "power"."""
        ...

    def thrift(self, n: int) -> float:
        """The share of the usual number of draws that it is worth at this size."""
        ...


@dataclass(frozen=True, slots=True)
class World(Generic[S]):
    """A world with the ways to compare its arms.

    Args:
        name: What the table calls it.
        truths: From the treatment's lift to what is so; several where draws take turns over a grid of shares.
        draw: (random numbers, units an arm, draws, lifts) -> for each draw one pair of samples per lift.
        ways: How to compare two samples.
        lift: From units an arm to the lift that theory finds with probability .8.
        fewer: Units an arm -> the share of the usual number of draws, where a draw is slow.
    """

    name: str
    truths: Callable[[float], Sequence[Truth]]
    draw: Callable[[np.random.Generator, int, int, Sequence[float]], Iterator[Sequence[tuple[S, S]]]]
    ways: tuple[Way[S], ...]
    lift: Callable[[int], float]
    fewer: Mapping[int, float] = field(default_factory=dict)
    _kept: dict[Hashable, Effect | NoEffect] = field(default_factory=dict)

    def tallies(self, seed: Sequence[int], n: int, draws: int) -> Iterator[tuple[str, Tally]]:
        """Every figure of every way at one size."""
        figures = {"type I": 0.0, "coverage": LIFT, "power": self.lift(n)}
        truths = [self.truths(lift) for lift in figures.values()]
        found = [[self._tally(way, n, draws, each) for way in self.ways] for each in truths]
        rng = np.random.default_rng(seed)
        drawn = self.draw(rng, n, draws, tuple(figures.values()))
        for turn, pairs in enumerate(drawn):
            for pair, each, tallies in zip(pairs, truths, found, strict=True):
                for way, tally in zip(self.ways, tallies, strict=True):
                    if turn % way.every:
                        continue
                    _count(tally, self._asked(way, *pair), each[turn % len(each)], relative=way.relative)
        self._kept.clear()
        for figure, tallies in zip(figures, found, strict=True):
            yield from ((figure, tally) for tally in tallies)

    def thrift(self, n: int) -> float:
        """The share of the usual number of draws at this size."""
        return self.fewer.get(n, 1.0)

    def _tally(self, way: Way[S], n: int, draws: int, truths: Sequence[Truth]) -> Tally:
        fewest = min(n * truth.fewest for truth in truths)
        power = math.fsum(truth.power(n, way.test) for truth in truths) / len(truths)
        return Tally(
            self.name, way.name, way.role, way.instead, n, len(range(0, draws, way.every)), fewest, power
        )

    def _asked(self, way: Way[S], control: S, treatment: S) -> Effect | NoEffect:
        if way.key is None:
            return way.ask(control, treatment)
        key = (way.name, way.key(control), way.key(treatment))
        if key not in self._kept:
            self._kept[key] = way.ask(control, treatment)
        return self._kept[key]


@cache
def _normal_nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places and weights of a standard normal law (Gauss–Hermite)."""
    places, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return places, weights


def lift_for(n: int, truths: Callable[[float], Sequence[Truth]]) -> float:
    """The lift that theory finds with probability .8, by bisection on the middle one of the truths.

    Args:
        n: Units an arm.
        truths: From a lift to what is so.
    """
    low, high = 0.0, 100.0
    for _ in range(60):
        lift = (low + high) / 2
        told = truths(lift)
        middle = told[len(told) // 2]
        error = math.sqrt((middle.control_variance + middle.treatment_variance) / n)
        if middle.absolute < REACH * error:
            low = lift
        else:
            high = lift
    return high


def _count(tally: Tally, answer: Effect | NoEffect, truth: Truth, *, relative: bool) -> None:
    if isinstance(answer, NoEffect):
        return
    tally.said += 1
    tally.inside += answer.interval.contains(truth.relative if relative else truth.absolute)
    tally.rejected += answer.p_value < 1 - LEVEL
