"""The compiled walk starts again from its cache, and runs without one where no cache can be written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
WALK_ONE_ROW = """
import numpy as np
from experiments.walk import Walk
from experiments.walk.kernel import walk
walker = Walk(2, 10)
walker.feed(np.array([1]), np.array([0]), np.array([1]))
print(walker.finish()[0].reach.tolist(), sum(walk.stats.cache_hits.values()))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "experiments", tmp_path / "experiments", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


def run(copy: Path, **environment: str) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA")}
    done = subprocess.run(
        [sys.executable, "-c", WALK_ONE_ROW],
        cwd=copy,
        env=clean | {"NUMBA_OPT": "1"} | environment,  # how well it is compiled is not the question here
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_second_start_compiles_nothing(copy):
    assert run(copy) == "[1] 0"
    assert run(copy) == "[1] 1"


def test_the_cache_may_lie_in_a_place_of_choice(copy, tmp_path):
    place = str(tmp_path / "compiled")
    assert run(copy, NUMBA_CACHE_DIR=place) == "[1] 0"
    assert run(copy, NUMBA_CACHE_DIR=place) == "[1] 1"
    assert not list((copy / "experiments" / "walk").glob("__pycache__/*.nbi"))


def test_an_installed_read_only_copy_caches_in_the_users_folder(copy, tmp_path):
    (copy / "experiments" / "walk" / "__pycache__").write_text("a file where the folder would be")
    home = str(tmp_path / "home")
    assert run(copy, HOME=home, XDG_CACHE_HOME=home) == "[1] 0"
    assert run(copy, HOME=home, XDG_CACHE_HOME=home) == "[1] 1"


def test_where_nothing_can_be_written_it_is_compiled_each_time(copy):
    (copy / "experiments" / "walk" / "__pycache__").write_text("a file where the folder would be")
    nowhere = "/dev/null/nowhere"
    assert run(copy, HOME=nowhere, XDG_CACHE_HOME=nowhere) == "[1] 0"
    assert run(copy, HOME=nowhere, XDG_CACHE_HOME=nowhere) == "[1] 0"
