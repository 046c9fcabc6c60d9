"""400 real headline tests (Upworthy Research Archive, CC BY 4.0) through `kazasu readout --table`.

The figures were computed by others from the same file (scipy and statsmodels); see the notes beside the data.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DATA = Path(os.environ.get("KAZASU_REAL_DATA", "../shared/data"))
ROOT = Path(__file__).parents[2]
COLUMNS = ("test=test_id", "n=impressions", "x=clicks")

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    options = [part for column in COLUMNS for part in ("--column", column)]
    table = str((DATA / "headline_tests" / "headline_tests.csv.gz").resolve())
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "readout", "--table", table, *options, "--json"],
        env={**os.environ, "KAZASU_HOME": str(tmp_path_factory.mktemp("headlines")), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_headline_impression_and_click_is_there(answer: dict[str, Any]) -> None:
    summary = answer["summary"]
    assert (summary["tests"], summary["arms"]) == (400, 1531)
    assert (summary["n"], summary["x"]) == (5_327_007, 68_289)


def test_as_many_tests_differ_as_others_found_and_as_many_survive_the_corrections(
    answer: dict[str, Any],
) -> None:
    summary = answer["summary"]
    assert summary["below_alpha"] == 162  # Pearson, p < .05, no continuity correction
    assert summary["below_alpha_benjamini_hochberg"] == 114
    assert summary["below_alpha_holm"] == 39


def test_no_test_has_a_sample_ratio_mismatch(answer: dict[str, Any]) -> None:
    assert answer["summary"]["sample_ratio_failed"] == 0
    assert min(test["sample_ratio"]["p"] for test in answer["tests"]) > 0.001
