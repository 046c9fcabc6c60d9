"""No test times anything: Hypothesis neither, whatever else the machine is doing."""

import gc
import os
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import settings

EXAMPLES = int(os.environ.get("KAZASU_EXAMPLES", "30"))
"""Of each law of Hypothesis that does not say how many itself; `make evidence` asks for more."""

SAME = "KAZASU_EXAMPLES" not in os.environ
"""Every run of `make test` tries the same examples, so that what it says can be repeated; `make evidence` looks for others."""

settings.register_profile("untimed", deadline=None, max_examples=EXAMPLES, derandomize=SAME)
settings.load_profile("untimed")


COSTS = {"slow": 30.0, "browser": 8.0, "real": 2.0}
"""Roughly what a test of a kind costs, in seconds; others hardly anything."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that no processor waits for one of them at the end.

    Each with a browser is followed by two without one, for browsers beside each other only slow each other down.
    """
    cost: dict[Path, float] = defaultdict(float)
    browsing: set[Path] = set()
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        cost[item.path] += max((COSTS.get(name, 0.0) for name in marks), default=0.0) + 0.03
        if "browser" in marks:
            browsing.add(item.path)
    longest = sorted(cost, key=lambda path: -cost[path])
    order: dict[Path, float] = {}
    for shown in (True, False):
        step = 1.0 if shown else 1 / 3
        for place, path in enumerate(path for path in longest if (path in browsing) is shown):
            order[path] = place * step + (0 if shown else 0.1)
    items.sort(key=lambda item: order[item.path])


ALL_PROCESSORS = ("analysis/steps", "benchmarks", "ingest", "real", "worlds")
"""Where the engine works with all its threads, as it does for users; elsewhere a few rows are quicker with one."""
THREADS = "KAZASU_THREADS"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Say how many threads the engine may use, before the first fixture opens a store."""
    place = item.path.relative_to(Path(__file__).parent).as_posix()
    if place.startswith(ALL_PROCESSORS):
        os.environ.pop(THREADS, None)
    else:
        os.environ[THREADS] = "1"


def pytest_collection_finish() -> None:
    """What was imported and collected stays: the collector of garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()
