"""How often the intervals of curves over time cover the truth: incidences, differences and time lost, world by world."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.evidence import replicates
from benchmarks.evidence.curve_worlds import CAUSES, LIMIT, Floats, World, worlds
from benchmarks.evidence.replicates import LEVEL, SIZES, Answer, Key, Study, Truth
from experiments.stats import survival
from experiments.stats.contrast import Term, contrast
from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.samples import RiskTable

MOMENTS = (LIMIT // 4, LIMIT // 2, LIMIT)
LOST = (("tap", LIMIT // 2), ("leave", LIMIT // 2), *((cause, LIMIT) for cause in CAUSES))
"""Time lost to which cause, until when."""


def run(
    scale: float = 1.0, sizes: Sequence[int] = SIZES, seed: int = 20_261_123, processes: int | None = None
) -> list[dict[str, Any]]:
    """Coverage of every interval in every world at every size, see `replicates.run`."""
    return replicates.run([study_of(world) for world in worlds()], scale, sizes, seed, processes)


def study_of(world: World) -> Study:
    """Two arms of independent impressions."""
    arms = [law.cells for law in (world.control, world.treatment)]
    return Study(world.name, partial(_truths, world), partial(_drawn, arms))


def difference(control: Estimate | NoEffect, treatment: Estimate | NoEffect) -> Answer:
    """The interval of `difference_at` from the two arms' intervals, without the search for its p-value."""
    if isinstance(control, NoEffect) or isinstance(treatment, NoEffect):
        return control if isinstance(control, NoEffect) else treatment
    return contrast((_term(1, treatment), _term(-1, control)), LEVEL, "mover")


def _term(weight: float, estimate: Estimate) -> Term:
    said = estimate.interval
    if said is None:
        raise ValueError("`estimate` has no interval; must have one; ask the formula for it.")
    return Term(weight, estimate.value, lambda _: (said.low, said.high))


def _drawn(arms: Sequence[Floats], rng: np.random.Generator, n: int) -> Iterator[tuple[Key, Answer]]:
    """Every interval that is shown of two arms."""
    control, treatment = (_table(rng, cells, n) for cells in arms)
    for cause in CAUSES:
        one, other = (survival.incidence(table, cause, LEVEL) for table in (control, treatment))
        if isinstance(one, NoEffect) or isinstance(other, NoEffect):
            continue  # never with n > 0
        for tick in MOMENTS:
            yield ("incidence", cause, tick), one.at(tick)
            yield ("difference of incidences", cause, tick), difference(one.at(tick), other.at(tick))
    for cause, until in LOST:
        lost = [survival.time_lost(table, cause, until, LEVEL) for table in (control, treatment)]
        yield ("time lost", cause, until), lost[0]
        yield ("difference of time lost", cause, until), difference(lost[0], lost[1])
    yield ("time stayed", "any", LIMIT), survival.staying_time(control, LIMIT, LEVEL)


def _table(rng: np.random.Generator, cells: Floats, n: int) -> RiskTable:
    drawn = rng.multinomial(n, cells.ravel()).reshape(cells.shape).astype(np.int64)
    return RiskTable(CAUSES, drawn[:-1].copy(), drawn[-1].copy())


def _truths(world: World, n: int) -> dict[Key, Truth]:
    truths: dict[Key, Truth] = {}
    for k, cause in enumerate(CAUSES):
        for tick in MOMENTS:
            arms = [law.incidence(k, tick) for law in (world.control, world.treatment)]
            few = [n * law.fewest(k, tick) for law in (world.control, world.treatment)]
            truths["incidence", cause, tick] = Truth(arms[0], few[0])
            truths["difference of incidences", cause, tick] = Truth(arms[1] - arms[0], min(few))
    for cause, until in LOST:
        k = CAUSES.index(cause)
        arms = [law.time_lost(k, until) for law in (world.control, world.treatment)]
        few = [n * law.fewest(k, until - 1) for law in (world.control, world.treatment)]
        truths["time lost", cause, until] = Truth(arms[0], few[0])
        truths["difference of time lost", cause, until] = Truth(arms[1] - arms[0], min(few))
    stayed = LIMIT - sum(world.control.time_lost(k, LIMIT) for k in range(len(CAUSES)))
    cells = world.control.cells
    few_left = min(float(cells[:-1, :LIMIT].sum()), float(cells[:, LIMIT].sum()))
    truths["time stayed", "any", LIMIT] = Truth(stayed, n * few_left)
    return truths
