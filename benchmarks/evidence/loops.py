"""The long versions of tests that `make test` runs short: fifty kills, tens of thousands of generated funnels."""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Row = dict[str, Any]
_PRINTED = re.compile(r"^\S.*\s+\d+\.\d%$|^rarest pair")

_LOOPS = {
    "any split, order and repetition of lines": (
        [
            "tests/ingest/test_same_store.py",
            "tests/ingest/test_lanes_agree.py",
            "tests/ingest/test_mapping_laws.py",
        ],
        {"HYPOTHESIS_PROFILE": "evidence"},
        "identical stores",
    ),
    "the plain compiled walk against a slow reference": (
        ["-s", "tests/experiments/test_walk.py"],
        {"KAZASU_WALK_CASES": "100000"},
        "100,000 generated logs: equal",
    ),
    "the compiled walks with options against a slow reference": (
        ["-s", "tests/experiments/test_walk_options.py"],
        {"KAZASU_WALK_CASES": "100000"},
        "100,000 generated logs: equal; every option value in 2 %, every pair of options at least 200 times",
    ),
    "every law of the mathematics": (
        ["-m", "not slow", "tests/experiments/stats"],
        {"KAZASU_EXAMPLES": "300"},
        "300 examples of each law that does not say how many itself",
    ),
    "kill -9 during a load": (
        ["tests/ingest/test_killed.py"],
        {"KAZASU_KILLS": "50"},
        "50 kills: nothing lost, nothing twice",
    ),
    "planted incidents and clean logs": (
        ["-m", "evidence", "tests/analysis/segments"],
        {},
        "of 50 and 50: named first in at least 45, none named in at least 45",
    ),
}


def run() -> list[Row]:
    """Run each loop through pytest, the longest first and as many side by side as there are processors.

    Returns:
        One row a loop: the command, what it shows, whether it was met, and the seconds.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda told: _loop(told[0], *told[1]), _LOOPS.items()))


def _loop(name: str, files: list[str], settings: dict[str, str], shows: str) -> Row:
    began = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", *files]
    done = subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    told = " ".join(f"{key}={value}" for key, value in settings.items())
    return {
        "figure": name,
        "command": f"{told} python -m pytest -q {' '.join(files)}".strip(),
        "shows": shows,
        "printed": "; ".join(
            " ".join(line.strip(" .").split()) for line in done.stdout.splitlines() if _PRINTED.search(line)
        ),
        "met": done.returncode == 0,
        "seconds": time.perf_counter() - began,
    }
