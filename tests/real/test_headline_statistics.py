"""Four hundred real copy tests: the counts of significant ones, published for this archive, from our formulae.

Upworthy Research Archive (Matias et al. 2021, CC BY 4.0): 1,531 headlines, 5,327,007 impressions, 68,289 clicks.
"""

import csv
import gzip
import os
from collections import defaultdict
from pathlib import Path

import pytest

from experiments.stats.multiplicity import benjamini_hochberg, holm
from experiments.stats.proportions import independence
from experiments.stats.samples import Count
from experiments.stats.srm import sample_ratio

pytestmark = pytest.mark.real
LOGS = Path(os.environ.get("KAZASU_REAL_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
FILE = LOGS / "headline_tests" / "headline_tests.csv.gz"


@pytest.fixture(scope="module")
def headlines() -> list[list[Count]]:
    if not FILE.exists():
        pytest.skip(f"{FILE} is not here")
    arms = defaultdict(list)
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            arms[row["test_id"]].append(Count(int(row["impressions"]), int(row["clicks"])))
    return list(arms.values())


def test_the_archive_is_whole(headlines):
    everything = [arm for arms in headlines for arm in arms]
    assert len(headlines) == 400
    assert len(everything) == 1_531
    assert sum(arm.n for arm in everything) == 5_327_007
    assert sum(arm.hits for arm in everything) == 68_289


def test_significant_ones_before_and_after_correction(headlines):
    p_values = [independence(arms).p_value for arms in headlines]
    assert sum(p_value < 0.05 for p_value in p_values) == 162
    assert sum(p_value < 0.05 for p_value in benjamini_hochberg(p_values)) == 114
    assert sum(p_value < 0.05 for p_value in holm(p_values)) == 39


def test_no_sample_ratio_is_off(headlines):
    assert (
        sum(sample_ratio([arm.n for arm in arms], [1] * len(arms)).p_value < 0.001 for arms in headlines) == 0
    )
