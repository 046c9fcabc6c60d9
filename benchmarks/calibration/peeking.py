"""Type I and power under looks: the peek-safe ways, and the interval of one look that is not."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
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
from benchmarks.calibration.streams import Stream, difference, lift_of, logarithm, relative_difference
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
Of = Literal["absolute", "relative", "log ratio"]
_DECIDES = "no: the absolute interval, which decides"
_TOLD_OF_PEEKING = "no: as it must be, so the check alarms"


@dataclass(slots=True)
class _Crossings:
    """How many experiments were ever significant, by way."""

    paths: int = 0
    ways: dict[str, int] = field(default_factory=dict)

    def add(self, way: str, beyond: NDArray[np.bool_]) -> None:
        """Paths by looks: was it ever so?"""
        ever = np.any(beyond, axis=1)
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
            theory = _theory(stream.truth(lift), schedule, of) if drift else {}
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
        relative = relative_difference(*arms, Z)
        told = {"absolute": difference(*arms), "relative": relative, "log ratio": logarithm(*relative)}
        for (schedule, of), crossings in found.items():
            at, (value, variance) = places(schedule, grid), told[of]
            _look(crossings, value[:, at], variance[:, at], schedule, few=lift == 0)
    return found


def _look(crossings: _Crossings, value: Floats, variance: Floats, schedule: Looks, *, few: bool) -> None:
    """Every way at every look of some paths; the usual interval and p-values only where nothing is so."""
    distance, units = np.abs(value), 2 * np.array(schedule.units)
    z = distance / np.sqrt(variance)
    if few:
        crossings.add(PEEKED, z > Z)
    half = confidence_sequence.half_widths(variance, units, ALPHA, 2 * UNITS)
    crossings.add(SEQUENCE, distance > half)
    if few:
        farthest = (distance / half).argmax(axis=1)
        told = [
            Shift(float(value[k, at]), float(variance[k, at]), int(units[at]), "absolute", "calibration")
            for k, at in enumerate(farthest)
        ]
        p_values = [confidence_sequence.interval(shift, LEVEL, 2 * UNITS).p_value for shift in told]
        crossings.add(VALID_P, np.array(p_values)[:, None] < ALPHA)
    for name, spending in GROUP.items():
        boundary = np.array(efficacy(schedule.information, ALPHA, spending))
        crossings.add(name, z >= boundary)


def _theory(truth: Truth, schedule: Looks, of: Of) -> dict[str, float]:
    """The power of every way for normal estimates with the true variances."""
    spent = {way: efficacy(schedule.information, ALPHA, spending) for way, spending in GROUP.items()}
    if of != "absolute":
        mixture = mixture_boundary(np.array(schedule.information), ALPHA)
        powers = ratio_power(
            schedule, truth, (mixture, *map(np.array, spent.values())), logarithm=of == "log ratio"
        )
        return dict(zip((SEQUENCE, *spent), powers, strict=True))
    drift = truth.absolute / math.sqrt((truth.treatment_variance + truth.control_variance) / UNITS)
    found = {way: crossed(schedule.information, boundary, drift)[-1] for way, boundary in spent.items()}
    return found | {SEQUENCE: sequence_power(schedule, round(drift, 6), ALPHA)}


def _type_one(stream: Stream, schedule: Looks, way: str, hits: int, paths: int) -> Row:
    share, error = hits / paths, share_error(hits, paths)
    met = "yes" if share <= ALPHA + 3 * math.sqrt(ALPHA * LEVEL / paths) else "no"
    if met == "no" and way.startswith(PEEKED):
        met = _TOLD_OF_PEEKING
    if met == "no" and not way.endswith("absolute"):
        met = _DECIDES
    limit = "≤ 5 % + 3 s.e."
    return Row("Type I under looks", stream.name, way, schedule.name, paths, share, error, "", limit, met)


def _power(stream: Stream, schedule: Looks, way: str, hits: int, paths: int, theory: float) -> Row:
    share, error = hits / paths, share_error(hits, paths)
    met = "yes" if share >= ENOUGH_OF_THEORY * theory - 3 * error else "no"
    if met == "no" and not way.endswith("absolute"):
        met = _DECIDES
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
