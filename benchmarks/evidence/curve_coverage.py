"""How often the intervals of curves over time cover the truth: incidences, differences and time lost, world by world."""

import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.evidence.curve_worlds import CAUSES, LIMIT, Floats, World, worlds
from experiments.stats import survival
from experiments.stats.contrast import Term, contrast
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.samples import RiskTable

SIZES = (200, 2_000, 20_000)
REPLICATES, FEWEST = 10_000, 100
LEVEL = 0.95
BAND, AT_LEAST, ENOUGH = (0.94, 0.96), 0.93, 10
"""Demanded: the band where every arm expects so many events and non-events; below that at least so much, or no answer."""
MOMENTS = (LIMIT // 4, LIMIT // 2, LIMIT)
_CHUNK = 500

Key = tuple[str, str, int]
"""(figure, cause, tick)."""
Answer = Effect | Estimate | NoEffect


@dataclass(frozen=True, slots=True)
class Truth:
    """The true value, and the least number of events or non-events that an arm expects."""

    value: float
    fewest: float


@dataclass(frozen=True, slots=True)
class Task:
    """Some replicates of one world at one size."""

    world: int
    n: int
    replicates: int
    seed: tuple[int, ...]


def run(
    scale: float = 1.0, sizes: Sequence[int] = SIZES, seed: int = 20_261_123, processes: int | None = None
) -> list[dict[str, Any]]:
    """Coverage of every interval in every world at every size.

    Args:
        scale: 1.0 draws 10,000 replicates of each world; at least 100 are drawn.
        sizes: Impressions per arm.
        seed: Of the random numbers; the same seed gives the same figures.
        processes: As many as there are processors if None.

    Returns:
        One row per figure, world and size.
    """
    replicates = max(FEWEST, round(REPLICATES * scale))
    tasks = [
        Task(place, n, min(_CHUNK, replicates - start), (seed, n, place, start))
        for n in sizes
        for place in range(len(worlds()))
        for start in range(0, replicates, _CHUNK)
    ]
    counts: dict[tuple[int, int], tuple[Counter[Key], Counter[Key]]] = {}
    with ProcessPoolExecutor(processes or os.cpu_count()) as pool:
        for task, (said, inside) in zip(tasks, pool.map(_drawn, tasks), strict=True):
            sums = counts.setdefault((task.world, task.n), (Counter(), Counter()))
            sums[0].update(said)
            sums[1].update(inside)
    rows = []
    for (place, n), (said, inside) in counts.items():
        world = worlds()[place]
        rows += rows_of(world.name, n, replicates, _truths(world, n), said, inside)
    return rows


def rows_of(
    world: str, n: int, replicates: int, truths: dict[Key, Truth], said: Counter[Key], inside: Counter[Key]
) -> list[dict[str, Any]]:
    """One row per figure: the lowest and highest coverage over causes and moments, with what is demanded.

    Args:
        world: Its name.
        n: Impressions per arm.
        replicates: How often the world was drawn.
        truths: What was to be covered.
        said: How often an interval was given.
        inside: How often it held the truth.
    """
    rows = []
    for figure in dict.fromkeys(figure for figure, _, _ in truths):
        keys = [key for key in truths if key[0] == figure]
        enough = [key for key in keys if truths[key].fewest >= ENOUGH]
        full = [inside[key] / said[key] if said[key] else math.nan for key in enough]
        few = [(inside[key] + replicates - said[key]) / replicates for key in keys if key not in enough]
        error = 3 * math.sqrt(LEVEL * (1 - LEVEL) / replicates)
        met = all(BAND[0] - error <= share <= BAND[1] + error for share in full)
        met = met and all(share >= AT_LEAST - error for share in few)
        rows.append(
            {
                "figure": figure,
                "world": world,
                "n": n,
                "replicates": replicates,
                "with 10 events": len(full),
                "lowest": min(full, default=None),
                "highest": max(full, default=None),
                "with fewer": len(few),
                "lowest of these": min(few, default=None),
                "silent": max(1 - said[key] / replicates for key in keys),
                "met": met,
            }
        )
    return rows


def _drawn(task: Task) -> tuple[Counter[Key], Counter[Key]]:
    world = worlds()[task.world]
    truths = _truths(world, task.n)
    laws = [law.cells for law in (world.control, world.treatment)]
    rng = np.random.default_rng(task.seed)
    said: Counter[Key] = Counter()
    inside: Counter[Key] = Counter()
    for _ in range(task.replicates):
        tables = [_table(rng, law, task.n) for law in laws]
        for key, answer in _answers(*tables):
            if not isinstance(answer, NoEffect) and answer.interval is not None:
                said[key] += 1
                inside[key] += answer.interval.contains(truths[key].value)
    return said, inside


def _table(rng: np.random.Generator, cells: Floats, n: int) -> RiskTable:
    drawn = rng.multinomial(n, cells.ravel()).reshape(cells.shape).astype(np.int64)
    return RiskTable(CAUSES, drawn[:-1].copy(), drawn[-1].copy())


def _answers(control: RiskTable, treatment: RiskTable) -> Iterator[tuple[Key, Answer]]:
    """Every interval that is shown of two arms."""
    for cause in CAUSES:
        one, other = (survival.incidence(table, cause, LEVEL) for table in (control, treatment))
        if isinstance(one, NoEffect) or isinstance(other, NoEffect):
            continue  # never with n > 0
        for tick in MOMENTS:
            yield ("incidence", cause, tick), one.at(tick)
            yield ("difference of incidences", cause, tick), difference(one.at(tick), other.at(tick))


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


def _truths(world: World, n: int) -> dict[Key, Truth]:
    truths: dict[Key, Truth] = {}
    for k, cause in enumerate(CAUSES):
        for tick in MOMENTS:
            arms = [law.incidence(k, tick) for law in (world.control, world.treatment)]
            few = [n * law.fewest(k, tick) for law in (world.control, world.treatment)]
            truths["incidence", cause, tick] = Truth(arms[0], few[0])
            truths["difference of incidences", cause, tick] = Truth(arms[1] - arms[0], min(few))
    return truths
