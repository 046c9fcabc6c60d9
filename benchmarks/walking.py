"""The walk alone on arrays of 1, 3, 10 and 30 million rows: does a row cost the same however many there are?

    python -m benchmarks.walking

One thread; rows of five steps, twenty a unit, in batches as the store gives them. Each size is walked three times and
its median counts; the ratio is the cheapest row of the smaller sizes over a row of the largest.
"""

import statistics
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.walk import Rules, Walk, WalkOfWholes

SIZES = (1_000_000, 3_000_000, 10_000_000, 30_000_000)
ROUNDS, BATCH, STEPS, PER_UNIT = 3, 131_072, 5, 20
DAY_US = 86_400_000_000
TARGET = 1 / 1.3
Ints = NDArray[np.int64]


def run() -> list[dict[str, Any]]:
    """Walk every size in every order.

    Returns:
        One result an order: name, nanoseconds a row (as seconds) of the largest and the cheapest, ratio, target.
    """
    rows = _rows(max(SIZES))
    return [_measured(order, rows) for order in ("ordered", "strict", "unordered")]


def _rows(count: int) -> tuple[Ints, Ints, Ints]:
    rng = np.random.default_rng(11)
    units = count // PER_UNIT
    keys = np.repeat(np.arange(units), PER_UNIT)
    moments = np.sort(rng.integers(0, 30 * DAY_US, (units, PER_UNIT)), axis=1).ravel()
    return keys, moments, np.int64(1) << rng.integers(0, STEPS, count)


def _measured(order: str, rows: tuple[Ints, Ints, Ints]) -> dict[str, Any]:
    _walk(order, tuple(column[:BATCH] for column in rows))
    per_row = {}
    for size in SIZES:
        some = tuple(column[:size] for column in rows)
        per_row[size] = statistics.median(_walk(order, some) for _ in range(ROUNDS)) / size
    cheapest = min(per_row[size] for size in SIZES[:-1])
    return {
        "name": f"the {order} walk, a row of 1 to 10 million against a row of 30 million",
        "ours_s": per_row[SIZES[-1]],
        "peer_s": cheapest,
        "ratio": cheapest / per_row[SIZES[-1]],
        "target": TARGET,
        "per_row_ns": {size: seconds * 1e9 for size, seconds in per_row.items()},
    }


def _walk(order: str, rows: tuple[Ints, ...]) -> float:
    begin = time.perf_counter()
    walk = Walk(STEPS, DAY_US, rows=False) if order == "ordered" else WalkOfWholes(_rules(order), rows=False)
    for first in range(0, len(rows[0]), BATCH):
        walk.feed(*(column[first : first + BATCH] for column in rows))
    walk.finish()
    return time.perf_counter() - begin


def _rules(order: str) -> Rules:
    return Rules(STEPS, DAY_US, "strict" if order == "strict" else "unordered")


if __name__ == "__main__":
    for one in run():
        told = ", ".join(f"{size:,}: {ns:.1f} ns" for size, ns in one["per_row_ns"].items())
        print(f"{one['ratio']:.2f} (target {one['target']:.2f}) {one['name']}; a row of {told}")
