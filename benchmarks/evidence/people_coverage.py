"""How often intervals that know people cover the truth: five impressions each, the people alike or far from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.evidence import replicates
from benchmarks.evidence.curve_coverage import MOMENTS, difference
from benchmarks.evidence.curve_worlds import CAUSES, IMPRESSIONS_EACH, LIMIT, Crowd, Floats, crowds
from benchmarks.evidence.replicates import LEVEL, SIZES, Answer, Key, Study, Truth
from experiments.stats import survival
from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.samples import RiskTable
from experiments.stats.survival import Influence

ASKED = CAUSES[:2]


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """One drawn arm.

    Args:
        table: Its impressions.
        cells: The cell of the table that each impression falls into, shape (people, IMPRESSIONS_EACH).
    """

    table: RiskTable
    cells: NDArray[np.int64]

    def squares(self, influence: Influence) -> Floats:
        """Σ over people of (Σ over the person's impressions of their influence)², shape (m,)."""
        ended = influence.ended.reshape(-1, influence.censored.shape[1])
        each = np.concatenate([ended, influence.censored])
        return np.asarray((each[self.cells].sum(axis=1) ** 2).sum(axis=0), np.float64)


def run(
    scale: float = 1.0, sizes: Sequence[int] = SIZES, seed: int = 20_261_124, processes: int | None = None
) -> list[dict[str, Any]]:
    """Coverage of every interval in every crowd at every size, see `replicates.run`."""
    return replicates.run([study_of(*crowd) for crowd in crowds()], scale, sizes, seed, processes)


def study_of(name: str, control: Crowd, treatment: Crowd) -> Study:
    """Two arms of people."""
    walls = [(crowd.shares, crowd.walls) for crowd in (control, treatment)]
    return Study(name, partial(_truths, control, treatment), partial(_answers, walls))


def drawn(rng: np.random.Generator, shares: Sequence[float], walls: Floats, people: int) -> Arm:
    """People of these kinds and their impressions."""
    size = (len(CAUSES) + 1) * (LIMIT + 1)
    kind = rng.choice(len(shares), people, p=shares)[:, None]
    place = np.searchsorted(walls, kind + rng.random((people, IMPRESSIONS_EACH)), side="right") - kind * size
    counts = np.bincount(place.ravel(), minlength=size).reshape(-1, LIMIT + 1).astype(np.int64)
    return Arm(RiskTable(CAUSES, counts[:-1].copy(), counts[-1].copy()), place)


def _answers(
    arms: Sequence[tuple[Sequence[float], Floats]], rng: np.random.Generator, n: int
) -> Iterator[tuple[Key, Answer]]:
    """Every interval that is shown of two arms, for taps and dismissals."""
    both = [drawn(rng, shares, walls, n // IMPRESSIONS_EACH) for shares, walls in arms]
    for cause in ASKED:
        said = [_clustered(arm, cause) for arm in both]
        for tick, one, other in zip(MOMENTS, *said, strict=True):
            yield ("incidence", cause, tick), one
            yield ("difference of incidences", cause, tick), difference(one, other)
        lost = [_lost(arm, cause) for arm in both]
        yield ("time lost", cause, LIMIT), lost[0]
        yield ("difference of time lost", cause, LIMIT), difference(*lost)


def _clustered(arm: Arm, cause: str) -> tuple[Estimate | NoEffect, ...]:
    curve = survival.incidence(arm.table, cause, LEVEL)
    if isinstance(curve, NoEffect):
        return (curve,) * len(MOMENTS)  # never with n > 0
    squares = arm.squares(survival.influence(arm.table, cause, MOMENTS)).tolist()
    return survival.clustered(curve, MOMENTS, squares, len(arm.cells), LEVEL)


def _lost(arm: Arm, cause: str) -> Estimate | NoEffect:
    square = arm.squares(survival.time_lost_influence(arm.table, cause, LIMIT)).item()
    return survival.time_lost(arm.table, cause, LIMIT, LEVEL, survival.Persons(square, len(arm.cells)))


def _truths(control: Crowd, treatment: Crowd, n: int) -> dict[Key, Truth]:
    truths: dict[Key, Truth] = {}
    for k, cause in enumerate(ASKED):
        for tick in MOMENTS:
            arms = [crowd.law.incidence(k, tick) for crowd in (control, treatment)]
            few = [n * crowd.law.fewest(k, tick) for crowd in (control, treatment)]
            truths["incidence", cause, tick] = Truth(arms[0], few[0])
            truths["difference of incidences", cause, tick] = Truth(arms[1] - arms[0], min(few))
        lost = [crowd.law.time_lost(k, LIMIT) for crowd in (control, treatment)]
        few = [n * crowd.law.fewest(k, LIMIT - 1) for crowd in (control, treatment)]
        truths["time lost", cause, LIMIT] = Truth(lost[0], few[0])
        truths["difference of time lost", cause, LIMIT] = Truth(lost[1] - lost[0], min(few))
    return truths
