"""Coverage: over many random worlds, how often a planted value lies inside the interval printed for it."""

import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.evidence.coverage import NOMINAL, Covered, compare
from benchmarks.evidence.journey import Answers, answers, in_process
from benchmarks.evidence.random_truths import write_random_truths
from sample_data.make import make
from sample_data.planted import planted
from sample_data.truths import Truths, read_truths

USERS = 4_000
FIRST_SEED = 9_000
REQUIRED = 0.93

Row = dict[str, Any]


def run(worlds: int = 50, users: int = USERS) -> list[Row]:
    """Make random worlds, read them out through the terminal, and count.

    Args:
        worlds: how many, each with its own truths.
        users: people in each.

    Returns:
        One row a family and nominal level: how many planted values, how many inside, the share and its
        Monte-Carlo standard error (worlds are independent, the values of one world are not); the rows
        "all at 95 %" say whether the requirement is met; the last rows count verdicts.
    """
    began = time.perf_counter()
    kept: list[list[Covered]] = []
    distrust: list[tuple[str, dict[str, bool]]] = []
    for world in range(worlds):
        truths, found = _world(FIRST_SEED + world, users)
        kept.append(compare(planted(truths), found))
        trusted = {key: bool(said["trusted"]) for key, said in found.readouts.items()}
        distrust.append((truths.mismatch.experiment, trusted))
    rows = _families(kept)
    rows += _verdicts(distrust)
    return [{**row, "worlds": worlds, "seconds": time.perf_counter() - began} for row in rows]


def _world(seed: int, users: int) -> tuple[Truths, Answers]:
    with tempfile.TemporaryDirectory(prefix="kazasu-world-") as folder:
        place = Path(folder)
        write_random_truths(seed, users, place / "truths.toml")
        truths = read_truths(place / "truths.toml")
        make(seed, truths, place / "world")
        return truths, answers(in_process(place / "home"), place / "world")


def _families(kept: list[list[Covered]]) -> list[Row]:
    keys = sorted({(pair.family, round(pair.level, 4)) for world in kept for pair in world})
    rows = [
        _row(f"{family}, {level:.1%} intervals", [_of(world, family, level) for world in kept])
        for family, level in keys
    ]
    single = [[pair for pair in world if abs(pair.level - NOMINAL) < 1e-9] for world in kept]
    fewer = [[pair for pair in world if pair.family != "latency"] for world in single]
    totals = [_row("all at 95 %", single), _row("all at 95 % but the many latencies", fewer)]
    return [*rows, *({**total, "required": REQUIRED, "met": total["share"] >= REQUIRED} for total in totals)]


def _of(world: list[Covered], family: str, level: float) -> list[Covered]:
    return [pair for pair in world if pair.family == family and round(pair.level, 4) == level]


def _row(what: str, worlds: list[list[Covered]]) -> Row:
    """Share inside over all worlds, with the standard error of a ratio of sums over independent worlds."""
    sizes = np.array([len(world) for world in worlds], dtype=float)
    inside = np.array([sum(pair.inside for pair in world) for world in worlds], dtype=float)
    share = float(inside.sum() / sizes.sum())
    residuals = inside - share * sizes
    error = (
        float(np.sqrt((residuals**2).sum()) / sizes.sum()) * (len(worlds) / max(len(worlds) - 1, 1)) ** 0.5
    )
    return {
        "what": what,
        "planted": int(sizes.sum()),
        "inside": int(inside.sum()),
        "share": share,
        "error": error,
    }


def _verdicts(distrust: list[tuple[str, dict[str, bool]]]) -> list[Row]:
    """How often the planted mismatch was caught, and how often another experiment was distrusted."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for mismatch, trusted in distrust:
        for key, trust in trusted.items():
            what = "planted mismatch distrusted" if key == mismatch else "sound experiment distrusted"
            counts[what][0] += 1
            counts[what][1] += not trust
    return [
        {"what": what, "planted": n, "inside": x, "share": x / n, "error": (x / n * (1 - x / n) / n) ** 0.5}
        for what, (n, x) in sorted(counts.items())
    ]
