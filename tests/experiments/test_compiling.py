"""A compiled pass starts again from its cache, and runs without one where no cache can be written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
MERGE_TWO_ROWS = """
import numpy as np
from experiments.walk import merging
some, none = np.array([1, 3], np.int32), np.zeros(0, np.bool_)
merge = merging.Merge(np.array([2], np.int32), np.array([5]), none)
order = merge.feed(some, np.array([7, 7]))
print(order.tolist(), sum(merging._woven.stats.cache_hits.values()))
"""
"""The smallest of the compiled passes: all are compiled and kept alike."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "experiments", tmp_path / "experiments", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


def run(copy: Path, **environment: str) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA")}
    done = subprocess.run(
        [sys.executable, "-c", MERGE_TWO_ROWS],
        cwd=copy,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_second_start_compiles_nothing(copy):
    assert run(copy) == "[0, 2, 1] 0"
    assert run(copy) == "[0, 2, 1] 1"


def test_the_cache_may_lie_in_a_place_of_choice(copy, tmp_path):
    place = str(tmp_path / "compiled")
    assert run(copy, NUMBA_CACHE_DIR=place) == "[0, 2, 1] 0"
    assert run(copy, NUMBA_CACHE_DIR=place) == "[0, 2, 1] 1"
    assert not list((copy / "experiments" / "walk").glob("__pycache__/*.nbi"))


def test_an_installed_read_only_copy_caches_in_the_users_folder(copy, tmp_path):
    (copy / "experiments" / "walk" / "__pycache__").write_text("a file where the folder would be")
    home = str(tmp_path / "home")
    assert run(copy, HOME=home, XDG_CACHE_HOME=home) == "[0, 2, 1] 0"
    assert run(copy, HOME=home, XDG_CACHE_HOME=home) == "[0, 2, 1] 1"


def test_where_nothing_can_be_written_it_is_compiled_each_time(copy):
    (copy / "experiments" / "walk" / "__pycache__").write_text("a file where the folder would be")
    nowhere = "/dev/null/nowhere"
    assert run(copy, HOME=nowhere, XDG_CACHE_HOME=nowhere) == "[0, 2, 1] 0"
    assert run(copy, HOME=nowhere, XDG_CACHE_HOME=nowhere) == "[0, 2, 1] 0"
