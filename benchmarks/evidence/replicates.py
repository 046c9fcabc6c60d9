"""Worlds drawn again and again: how often an interval was given, and how often it held the truth."""

import math
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.stats.effects import Effect, Estimate, NoEffect

LEVEL = 0.95
SIZES = (200, 2_000, 20_000)
REPLICATES, FEWEST = 10_000, 100
BAND, AT_LEAST, ENOUGH = (0.94, 0.96), 0.93, 10
"""Demanded: the band where every arm expects so many events and non-events; below that at least so much, or no answer."""
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
class Study:
    """A world that can be drawn.

    Args:
        name: Of the world.
        truths: From the impressions per arm to what every interval should hold.
        draw: From random numbers and the impressions per arm to what one replicate answers.
    """

    name: str
    truths: Callable[[int], dict[Key, Truth]]
    draw: Callable[[np.random.Generator, int], Iterable[tuple[Key, Answer]]]


@dataclass(frozen=True, slots=True)
class Task:
    """Some replicates of one study at one size."""

    study: Study
    n: int
    replicates: int
    seed: tuple[int, ...]


def run(
    studies: Sequence[Study],
    scale: float = 1.0,
    sizes: Sequence[int] = SIZES,
    seed: int = 20_261_123,
    processes: int | None = None,
) -> list[dict[str, Any]]:
    """Coverage of every interval in every world at every size.

    Args:
        studies: The worlds.
        scale: 1.0 draws 10,000 replicates of each world; at least 100 are drawn.
        sizes: Impressions per arm.
        seed: Of the random numbers; the same seed gives the same figures.
        processes: As many as there are processors if None.

    Returns:
        One row per figure, world and size.
    """
    replicates = max(FEWEST, round(REPLICATES * scale))
    tasks = [
        Task(study, n, min(_CHUNK, replicates - start), (seed, n, place, start))
        for n in sizes
        for place, study in enumerate(studies)
        for start in range(0, replicates, _CHUNK)
    ]
    counts: dict[tuple[str, int], tuple[Counter[Key], Counter[Key]]] = {}
    with ProcessPoolExecutor(processes or os.cpu_count()) as pool:
        for task, (said, inside) in zip(tasks, pool.map(_drawn, tasks), strict=True):
            sums = counts.setdefault((task.study.name, task.n), (Counter(), Counter()))
            sums[0].update(said)
            sums[1].update(inside)
    return [
        row
        for n in sizes
        for study in studies
        for row in rows_of(study.name, n, replicates, study.truths(n), *counts[study.name, n])
    ]


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
                "with enough": len(full),
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
    truths = task.study.truths(task.n)
    rng = np.random.default_rng(task.seed)
    said: Counter[Key] = Counter()
    inside: Counter[Key] = Counter()
    for _ in range(task.replicates):
        for key, answer in task.study.draw(rng, task.n):
            if not isinstance(answer, NoEffect) and answer.interval is not None:
                said[key] += 1
                inside[key] += answer.interval.contains(truths[key].value)
    return said, inside
