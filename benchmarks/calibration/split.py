"""The sample-ratio alarm under looks: how often it is ever raised without a mismatch, and with one of 2 %."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration.looks import Looks, daily, every_percent, grid_of, places
from benchmarks.calibration.page import Row, share_error
from experiments.stats.srm_sequence import log_evidence

PATHS, ALPHA, MOST = 20_000, 0.0005, 0.001
"""Experiments, the error of each of the two checks, and of both together."""
EXCLUDED = 0.02
SPLITS: dict[str, tuple[float, ...]] = {"1 : 1": (1, 1), "9 : 1": (9, 1), "2 : 1 : 1": (2, 1, 1)}
SHORT = (0.49, 0.51)
UNITS = 65_000
POWER = 0.8
"""Of a mismatch of 2 % by so many units of both arms, as the check's documentation states."""
_AT_ONCE = 1_000
Ints = NDArray[np.int64]


def rows(scale: float, seed: int) -> Iterator[Row]:
    """All figures.

    Args:
        scale: 1 draws 20,000 experiments of each split.
        seed: Of the random numbers.
    """
    paths = max(1, round(PATHS * scale))
    for place, (name, weights) in enumerate(SPLITS.items()):
        true = np.array(weights) / sum(weights)
        for schedule, hits in _alarms((seed, place), paths, weights, true, (daily(), every_percent())):
            share = hits / paths
            met = "yes" if share <= MOST + 3 * math.sqrt(MOST / paths) else "no"
            yield _row(
                f"split {name}", "before or after exclusions", schedule, paths, hits, "≤ 0.1 % + 3 s.e.", met
            )
    for schedule, hits in _alarms(
        (seed, 99), paths, (1, 1), np.array(SHORT), (daily(UNITS), every_percent(UNITS))
    ):
        error = share_error(hits, paths)
        met = "yes" if hits / paths >= POWER - 0.02 - 3 * error else "no"
        world = "split 1 : 1, truly .49 : .51"
        yield _row(world, f"power by {UNITS:,} units", schedule, paths, hits, "≥ .80 − .02 − 3 s.e.", met)


def _alarms(
    seed: Sequence[int],
    paths: int,
    weights: tuple[float, ...],
    true: NDArray[np.float64],
    schedules: Sequence[Looks],
) -> Iterator[tuple[Looks, int]]:
    """How many experiments ever raise one of the two alarms."""
    rng, grid = np.random.default_rng(seed), grid_of(*schedules)
    steps = np.diff(grid, prepend=0)
    hits = dict.fromkeys(schedules, 0)
    for start in range(0, paths, _AT_ONCE):
        some = min(_AT_ONCE, paths - start)
        arrived = rng.multinomial(steps, true, (some, grid.size)).astype(np.int64)
        kept = arrived - rng.binomial(arrived, EXCLUDED)
        loud = np.zeros((some, grid.size), np.bool_)
        for counts in (arrived, kept):
            loud |= log_evidence(np.cumsum(counts, axis=1), weights) > -math.log(ALPHA)
        for schedule in schedules:
            hits[schedule] += int(loud[:, places(schedule, grid)].any(axis=1).sum())
    yield from hits.items()


def _row(world: str, way: str, schedule: Looks, paths: int, hits: int, limit: str, met: str) -> Row:
    share, error = hits / paths, share_error(hits, paths)
    return Row("Sample ratio", world, way, schedule.name, paths, share, error, "", limit, met)
