"""Type I and power under looks: the peek-safe ways, and the interval of one look that is not."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration.looks import (
    UNITS,
    Looks,
    daily,
    every_percent,
    grid_of,
    mixture_boundary,
    places,
    ratio_power,
    sequence_power,
)
from benchmarks.calibration.page import Row, share_error
from benchmarks.calibration.streams import (
    Estimates,
    Stream,
    difference,
    farthest,
    freedom,
    lift_of,
    logarithm,
    relative_difference,
)
from benchmarks.calibration.study import LEVEL, Truth, Z
from experiments.stats.effects import Shift
from experiments.stats.sequential import confidence_sequence
from experiments.stats.sequential.boundaries import crossed, efficacy
from experiments.stats.sequential.spending import Spending

Floats = NDArray[np.float64]
PATHS, DRIFT = 20_000, 3.5
"""Experiments, and how many standard errors the effect is at the end where there is one."""
ALPHA = 1 - LEVEL
ENOUGH_OF_THEORY = 0.95
PEEKED, SEQUENCE, VALID_P = "interval of one look", "confidence sequence", "always-valid p"
GROUP: dict[str, Spending] = {"group, O'Brien–Fleming": "obrien_fleming", "group, Pocock": "pocock"}
Of = Literal["absolute", "relative"]
"""Relative as a readout draws it under looks: shares by the logarithm of their ratio, others by Fieller's theorem."""
_FARTHEST_Z = 8.2
_TOLD_OF_PEEKING = "no: as it must be, so the check alarms"


@dataclass(slots=True)
class _Crossings:
    """How many experiments were ever significant, by way."""

    paths: int = 0
    ways: dict[str, int] = field(default_factory=dict)

    def add(self, way: str, ever: NDArray[np.bool_]) -> None:
        """By path: was it ever so?"""
        self.ways[way] = self.ways.get(way, 0) + int(np.count_nonzero(ever))


def rows(stream: Stream, place: int, scale: float, seed: int) -> Iterator[Row]:
    """Type I and power of every way in one world under both schedules.

    Args:
        stream: The world.
        place: Its number, for the random numbers.
        scale: 1 draws 20,000 experiments.
        seed: Of the random numbers.
    """
    for drift in (0.0, DRIFT):
        lift = lift_of(stream.truth, drift, UNITS) if drift else 0.0
        rng = np.random.default_rng((seed, place, int(drift > 0)))
        found = _crossings(stream, rng, max(1, round(PATHS * scale)), lift)
        for (schedule, of), crossings in found.items():
            by_ratio = of == "relative" and stream.way == "share"
            theory = _theory(stream.truth(lift), schedule, by_ratio=by_ratio) if drift else {}
            for way, hits in crossings.ways.items():
                if drift == 0:
                    yield _type_one(stream, schedule, f"{way}, {of}", hits, crossings.paths)
                else:
                    yield _power(stream, schedule, f"{way}, {of}", hits, crossings.paths, theory[way])


def schedules() -> tuple[Looks, Looks]:
    """Daily, and at every +1 %."""
    return daily(), every_percent()


def _crossings(
    stream: Stream, rng: np.random.Generator, paths: int, lift: float
) -> dict[tuple[Looks, Of], _Crossings]:
    grid = grid_of(*schedules())
    found = {(schedule, of): _Crossings(paths) for schedule in schedules() for of in get_args(Of)}
    for start in range(0, paths, stream.at_once):
        arms = stream.draw(rng, min(stream.at_once, paths - start), grid, lift)
        absolute = _seen(*difference(*arms), freedom(*arms, grid))
        told = {"absolute": absolute, "relative": _relative(stream, absolute, *arms)}
        for (schedule, of), crossings in found.items():
            _look(crossings, told[of].at(places(schedule, grid)), schedule, few=lift == 0)
    return found


@dataclass(frozen=True, slots=True)
class _Seen:
    """What paths show at looks: |value| / standard error, its degrees of freedom, and how far an interval may reach."""

    z: Floats
    freedom: Floats
    farthest: Floats

    def at(self, looks: NDArray[np.int64]) -> "_Seen":
        """At some of the looks."""
        return _Seen(self.z[:, looks], self.freedom[:, looks], self.farthest[:, looks])

    def beyond(self, boundary: Floats) -> NDArray[np.bool_]:
        """Which paths are ever beyond the boundaries in Z of the looks? `shifts.reach` where it is not plain."""
        least = self.freedom.min(axis=0)
        nearest, outer = boundary, _reach(boundary, least)
        sure: NDArray[np.bool_] = np.any((self.z >= outer) & (self.farthest > outer), axis=1)
        path, look = np.nonzero((self.z >= nearest) & (self.farthest > nearest) & ~sure[:, None])
        exact = _reach(boundary[look], self.freedom[path, look])
        sure[path[(self.z[path, look] >= exact) & (self.farthest[path, look] > exact)]] = True
        return sure


def _reach(boundary: Floats, freedom: Floats) -> Floats:
    """`shifts.reach` for arrays; infinite degrees of freedom for a variance that counts as known."""
    from scipy.special import ndtr, stdtrit

    near = np.minimum(boundary, _FARTHEST_Z)
    finite = np.where(np.isinf(freedom), 1.0, freedom)
    student = -stdtrit(finite, ndtr(-near)) * (boundary / near)
    return np.asarray(np.where(np.isinf(freedom), boundary, student))


def _seen(value: Floats, variance: Floats, freedom: Floats) -> _Seen:
    return _Seen(np.abs(value) / np.sqrt(variance), freedom, np.full(value.shape, np.inf))


def _relative(stream: Stream, absolute: _Seen, control: Estimates, treatment: Estimates) -> _Seen:
    if stream.way != "share":
        return _Seen(absolute.z, absolute.freedom, farthest(control))
    found = logarithm(*relative_difference(control, treatment, Z))
    return _seen(*found, np.full(absolute.z.shape, np.inf))


def _look(crossings: _Crossings, seen: _Seen, schedule: Looks, *, few: bool) -> None:
    """Every way at every look of some paths; the usual interval and p-values only where nothing is so."""
    units = 2 * np.array(schedule.units)
    if few:
        crossings.add(PEEKED, seen.beyond(np.full(units.shape, Z)))
    mixture = confidence_sequence.half_widths(1.0, units, ALPHA, 2 * UNITS)
    crossings.add(SEQUENCE, seen.beyond(mixture))
    if few:
        outer = _reach(mixture, seen.freedom.max(axis=0))
        at = np.where(seen.farthest > outer, seen.z / outer, 0.0).argmax(axis=1)
        crossings.add(
            VALID_P,
            np.array([_valid_p(seen, path, look, int(units[look])) for path, look in enumerate(at)]) < ALPHA,
        )
    for name, spending in GROUP.items():
        crossings.add(name, seen.beyond(np.array(efficacy(schedule.information, ALPHA, spending))))


def _valid_p(seen: _Seen, path: int, look: int, units: int) -> float:
    """The always-valid p-value where a path is farthest, by the production code; 1 where a ratio has no bounds there."""
    known = np.isinf(seen.freedom[path, look])
    shift = Shift(
        float(seen.z[path, look]),
        1.0,
        units,
        "absolute",
        "calibration",
        None if known else float(seen.freedom[path, look]),
    )
    drawn = confidence_sequence.interval(shift, LEVEL, 2 * UNITS)
    return drawn.p_value if drawn.interval.high - drawn.value < seen.farthest[path, look] else 1.0


@cache
def _group_power(schedule: Looks, boundary: tuple[float, ...], drift: float) -> float:
    """The recursion of the design; worlds whose effect is as many standard errors share it."""
    return crossed(schedule.information, boundary, drift)[-1]


def _theory(truth: Truth, schedule: Looks, *, by_ratio: bool) -> dict[str, float]:
    """The power of every way for normal estimates with the true variances."""
    spent = {way: efficacy(schedule.information, ALPHA, spending) for way, spending in GROUP.items()}
    if by_ratio:
        mixture = mixture_boundary(np.array(schedule.information), ALPHA)
        powers = ratio_power(schedule, truth, (mixture, *map(np.array, spent.values())))
        return dict(zip((SEQUENCE, *spent), powers, strict=True))
    drift = truth.absolute / math.sqrt((truth.treatment_variance + truth.control_variance) / UNITS)
    found = {way: _group_power(schedule, boundary, round(drift, 6)) for way, boundary in spent.items()}
    return found | {SEQUENCE: sequence_power(schedule, round(drift, 6), ALPHA)}


def _type_one(stream: Stream, schedule: Looks, way: str, hits: int, paths: int) -> Row:
    share, error = hits / paths, share_error(hits, paths)
    met = "yes" if share <= ALPHA + 3 * math.sqrt(ALPHA * LEVEL / paths) else "no"
    if met == "no" and way.startswith(PEEKED):
        met = _TOLD_OF_PEEKING
    limit = "≤ 5 % + 3 s.e."
    return Row("Type I under looks", stream.name, way, schedule.name, paths, share, error, "", limit, met)


def _power(stream: Stream, schedule: Looks, way: str, hits: int, paths: int, theory: float) -> Row:
    share, error = hits / paths, share_error(hits, paths)
    met = "yes" if share >= ENOUGH_OF_THEORY * theory - 3 * error else "no"
    return Row(
        "Power under looks",
        stream.name,
        way,
        schedule.name,
        paths,
        share,
        error,
        f"theory {theory:.3f}",
        "≥ .95 × theory − 3 s.e.",
        met,
    )
