"""400 real headline tests as a table of counts: no events are invented, the counts are read as they are.

Upworthy Research Archive (Matias et al. 2021). The expected numbers were computed with scipy and statsmodels.
"""

import pytest

from tests.real.desk import LOGS

pytestmark = pytest.mark.real


def test_400_headline_tests_from_their_counts(desk_of):
    table = LOGS / "headline_tests" / "headline_tests.csv.gz"
    columns = ("test=test_id", "n=impressions", "x=clicks")
    named = [word for column in columns for word in ("--column", column)]
    summary = desk_of("headline_tests")("readout", "--table", table, *named)["summary"]
    assert summary == {
        "tests": 400,
        "arms": 1_531,
        "n": 5_327_007,
        "x": 68_289,
        "alpha": 0.05,
        "testable": 400,
        "sample_ratio_failed": 0,
        "below_alpha": 162,
        "below_alpha_benjamini_hochberg": 114,
        "below_alpha_holm": 39,
    }
