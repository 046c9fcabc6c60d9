"""Worlds of endings over time and of medians of clusters: incidence, restricted mean, quantile."""

import math
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration.study import LEVEL, Truth, Way, World, lift_for
from experiments.stats import quantiles, survival
from experiments.stats.cuts import cut_points
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.samples import Quantile, RiskTable

Floats = NDArray[np.float64]
CAUSES, LIMIT = ("tap", "leave"), 40
TAPS, LEAVING = 0.1, 0.2
"""Shares ended by the limit of 40 ticks; taps peak at a quarter of it, leaving is even; a third is cut off on the way."""
EACH, OWN = 5, 0.5
"""Values a user, whose logarithm is .5 (user) + .5 (value) times z."""
_CUTS = 64
_FEWER = dict.fromkeys((200, 2_000, 20_000), 0.1)
_TICKS: Floats = np.arange(LIMIT + 1, dtype=np.float64)


def incidence_world() -> World[RiskTable]:
    """Taps by the limit, absolute and relative."""
    ways = (
        Way("Aalen–Johansen, MOVER", _incidences),
        Way("Aalen–Johansen, MOVER ratio", _incidence_ratio, relative=True),
    )
    return World(
        "taps in time, a third cut off",
        incidence_truths,
        _tables,
        ways,
        partial(lift_for, truths=incidence_truths),
        _FEWER,
    )


def restricted_mean_world() -> World[RiskTable]:
    """Time lost to taps until the limit."""
    ways = (
        Way(
            "restricted mean",
            partial(survival.time_lost_difference, cause="tap", until_ms=LIMIT, level=LEVEL),
        ),
        Way("restricted mean, relative", _relative_time, relative=True),
    )
    return World(
        "time lost to taps, a third cut off",
        time_truths,
        _tables,
        ways,
        partial(lift_for, truths=time_truths),
        _FEWER,
    )


def quantile_world() -> World[Quantile]:
    """The median of five values a user."""
    ways = (
        Way("Woodruff, MOVER", partial(quantiles.difference, share=0.5, level=LEVEL)),
        Way(
            "Woodruff, MOVER ratio",
            partial(quantiles.relative_difference, share=0.5, level=LEVEL),
            relative=True,
        ),
    )
    return World(
        "5 values a user, median",
        median_truths,
        _medians,
        ways,
        partial(lift_for, truths=median_truths),
        {200: 0.2, 2_000: 0.1, 20_000: 0.05},
    )


def median_truths(lift: float) -> Sequence[Truth]:
    """Control's median is 1; P(two values of a user are below it) = 1/4 + asin(ρ) / 2π."""
    alike = OWN**2 / (OWN**2 + 0.25)
    spread = math.sqrt(OWN**2 + 0.25)
    together = math.asin(alike) / (2 * math.pi)
    of_share = (0.25 + (EACH - 1) * together) / EACH
    variance = of_share * 2 * math.pi * spread**2
    return [Truth(1.0, 1 + lift, variance, variance * (1 + lift) ** 2)]


def _medians(
    rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> Iterator[Sequence[tuple[Quantile, Quantile]]]:
    for _ in range(draws):
        arms = [_values_of_users(rng, n) for _ in range(2)]
        yield [_summed(arms[0], arms[1] * (1 + lift)) for lift in lifts]


def _values_of_users(rng: np.random.Generator, n: int) -> Floats:
    """(users, 5)."""
    return np.asarray(np.exp(OWN * rng.standard_normal((n, 1)) + 0.5 * rng.standard_normal((n, EACH))))


def _summed(control: Floats, treatment: Floats) -> tuple[Quantile, Quantile]:
    every = np.concatenate([control.ravel(), treatment.ravel()])
    ranks = np.array(cut_points(every.size, 0.5, control.size, _CUTS)) - 1
    cuts = np.partition(every, ranks)[ranks]
    return summed(control, cuts), summed(treatment, cuts)


def summed(values: Floats, cuts: Floats) -> Quantile:
    """`Quantile.from_rows` where every user has equally many values, (users, values each), none of them equal."""
    n, each = values.shape
    unsorted = np.searchsorted(cuts, values, side="left")
    place = np.sort(unsorted, axis=1)
    counts = np.stack([np.bincount(column, minlength=cuts.size + 1) for column in place.T])[:, : cuts.size]
    below = np.cumsum(counts.sum(axis=0)).astype(np.int64)
    squares = np.cumsum((2 * np.arange(1, each + 1) - 1) @ counts).astype(np.int64)
    equal = cuts[np.minimum(unsorted, cuts.size - 1)] == values
    at = np.bincount(unsorted[equal], minlength=cuts.size).astype(np.int64)
    return Quantile(cuts, n, n * each, below, at, squares, below * each, n * each * each)


def law(lift: float) -> tuple[Floats, Floats]:
    """P(end by each cause at each tick) if nothing cut the watching off, and P(watched until each tick)."""
    peaked = _TICKS * np.exp(-_TICKS / (LIMIT / 4))
    even = np.asarray(_TICKS > 0, np.float64)
    ends = np.array([min(TAPS * (1 + lift), 0.75) * peaked / peaked.sum(), LEAVING * even / even.sum()])
    watched = np.full(LIMIT + 1, 1 / (3 * LIMIT))
    watched[0] = 0.0
    watched[LIMIT] += 1 - watched.sum()
    return ends, watched


def _tables(
    rng: np.random.Generator, n: int, draws: int, lifts: Sequence[float]
) -> Iterator[Sequence[tuple[RiskTable, RiskTable]]]:
    drawn = [[_cells(rng, n, draws, each) for each in (0.0, lift)] for lift in lifts]
    for turn in range(draws):
        yield [(_table(control[turn]), _table(treatment[turn])) for control, treatment in drawn]


def _cells(rng: np.random.Generator, n: int, draws: int, lift: float) -> NDArray[np.int64]:
    ends, watched = law(lift)
    until = np.cumsum(watched[::-1])[::-1]
    staying = 1 - np.cumsum(ends.sum(axis=0))
    cells = np.vstack([ends * until, watched * staying])
    return rng.multinomial(n, (cells / cells.sum()).ravel(), draws).reshape(draws, *cells.shape)


def _table(cells: NDArray[np.int64]) -> RiskTable:
    return RiskTable(CAUSES, cells[:-1].copy(), cells[-1].copy())


def incidence_truths(lift: float) -> Sequence[Truth]:
    """The taps by the limit, with the limit of n times the variance of their estimate."""
    return _curve_truths(lift, LIMIT, area=False)


def time_truths(lift: float) -> Sequence[Truth]:
    """The area under the taps until the limit."""
    return _curve_truths(lift, LIMIT, area=True)


_EVERYBODY = 10**12


def _curve_truths(lift: float, until: int, *, area: bool) -> Sequence[Truth]:
    """Of a table of very many, for which estimate and variance are exact to six digits."""
    found = []
    for each in (0.0, lift):
        ends, watched = law(each)
        staying = 1 - np.cumsum(ends.sum(axis=0))
        left = np.cumsum(watched[::-1])[::-1]
        cells = np.vstack([ends * left, watched * staying])
        table = _table(np.rint(cells / cells.sum() * _EVERYBODY).astype(np.int64))
        pulls = (
            survival.time_lost_influence(table, "tap", until)
            if area
            else survival.influence(table, "tap", [until])
        )
        variance = float(np.ravel(pulls.variance(table))[0]) * table.n
        curve = np.cumsum(ends[0])
        found.append((float(curve[:until].sum() if area else curve[until]), variance, float(cells[0].sum())))
    (c, vc, fewest), (t, vt, _) = found
    return [Truth(c, t, vc, vt, fewest)]


def _incidences(control: RiskTable, treatment: RiskTable) -> Effect | NoEffect:
    one, other = (survival.incidence(table, "tap", LEVEL) for table in (control, treatment))
    if isinstance(one, NoEffect):
        return one
    if isinstance(other, NoEffect):
        return other
    return survival.difference_at(one, other, LIMIT, LEVEL)


def _incidence_ratio(control: RiskTable, treatment: RiskTable) -> Effect | NoEffect:
    one, other = (survival.incidence(table, "tap", LEVEL) for table in (control, treatment))
    if isinstance(one, NoEffect):
        return one
    if isinstance(other, NoEffect):
        return other
    return survival.relative_difference_at(one, other, LIMIT, LEVEL)


def _relative_time(control: RiskTable, treatment: RiskTable) -> Effect | NoEffect:
    return survival.relative_time_lost(control, treatment, "tap", LIMIT, LEVEL)
