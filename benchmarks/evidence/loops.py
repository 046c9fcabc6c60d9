"""The long versions of tests that `make test` runs short: fifty kills, tens of thousands of generated funnels."""

import os
import re
import subprocess
import sys
import time
from typing import Any

Row = dict[str, Any]
_PRINTED = re.compile(r"^\S.*\s+\d+\.\d%$|^rarest pair")

_LOOPS = {
    "kill -9 during a load": (
        ["tests/ingest/test_killed.py"],
        {"KAZASU_KILLS": "50"},
        "50 kills: nothing lost, nothing twice",
    ),
    "any split, order and repetition of lines": (
        ["tests/ingest/test_same_store.py", "tests/ingest/test_lanes_agree.py"],
        {"HYPOTHESIS_PROFILE": "evidence"},
        "identical stores",
    ),
    "compiled walks against slow references": (
        ["-s", "tests/experiments/test_walk.py", "tests/experiments/test_walk_options.py"],
        {"KAZASU_WALK_CASES": "100000"},
        "100,000 generated logs without options and 100,000 with: equal; every pair of options at least 200 times",
    ),
    "planted incidents and clean logs": (
        ["-m", "evidence", "tests/analysis/segments"],
        {},
        "of 50 and 50: named first in at least 45, none named in at least 45",
    ),
}


def run() -> list[Row]:
    """Run each loop through pytest.

    Returns:
        One row a loop: the command, what it shows, whether it was met, and the seconds.
    """
    return [_loop(name, *told) for name, told in _LOOPS.items()]


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
