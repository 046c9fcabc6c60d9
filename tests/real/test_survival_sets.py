"""Two textbook sets of censored times: medians and log-rank tests as R survival and statsmodels print them.

lung: North Central Cancer Treatment Group (Loprinzi et al. 1994), 228 patients, 63 of them censored, times in days.
waltons: lives of 163 animals in two groups, 7 of them censored. Both as the package lifelines carries them. A day
stands for a millisecond: a risk table's tick is only a whole number.
"""

import csv
import gzip
from collections.abc import Sequence

import pytest
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from experiments.stats import survival
from experiments.stats.samples import RiskTable
from tests.real.desk import LOGS

pytestmark = pytest.mark.real


def rows_of(name: str) -> list[dict[str, str]]:
    path = LOGS / "survival" / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def table_of(times: Sequence[int], died: Sequence[int]) -> RiskTable:
    rows = [(time, "died" if ended else None, 1) for time, ended in zip(times, died, strict=True)]
    return RiskTable.from_rows(("died",), rows, 1_022)


@pytest.fixture(scope="module")
def lung() -> list[tuple[str, int, int]]:
    return [(row["sex"], int(row["time"]), int(row["status"])) for row in rows_of("lung.csv.gz")]


@pytest.fixture(scope="module")
def waltons() -> list[tuple[str, int, int]]:
    return [(row["group"], int(float(row["T"])), int(row["E"])) for row in rows_of("waltons_dataset.csv.gz")]


def by_group(lives: list[tuple[str, int, int]]) -> list[RiskTable]:
    groups = sorted({group for group, _, _ in lives})
    return [
        table_of([t for g, t, _ in lives if g == group], [d for g, _, d in lives if g == group])
        for group in groups
    ]


def test_half_of_the_lung_patients_lived_310_days(lung):
    times, died = zip(*((t, d) for _, t, d in lung), strict=True)
    curve = survival.staying(table_of(times, died))
    # R survival: survfit(Surv(time, status) ~ 1, conf.type = "log-log"): median 310, 95 % 284 to 361
    found = survival.quantile_ms(curve, 0.5)
    assert (found.value, found.interval.low, found.interval.high) == (310, 284, 361)


def test_the_whole_curve_of_the_lung_patients_is_statsmodels(lung):
    times, died = zip(*((t, d) for _, t, d in lung), strict=True)
    ours, theirs = survival.staying(table_of(times, died)), SurvfuncRight(times, died)
    assert len(theirs.surv_times) > 100
    assert ours.value[theirs.surv_times.astype(int)] == pytest.approx(theirs.surv_prob, abs=1e-12)


def test_women_lived_longer_than_men(lung):
    found = survival.log_rank(by_group(lung))
    theirs = survdiff([t for _, t, _ in lung], [d for _, _, d in lung], [g for g, _, _ in lung])
    assert found.statistic == pytest.approx(10.33, abs=0.005)
    assert found.statistic == pytest.approx(theirs[0], rel=1e-9)
    assert found.p_value == pytest.approx(theirs[1], rel=1e-9)
    assert found.freedom == 1


def test_within_institutions_women_lived_longer_too(lung):
    # R survival: survdiff(Surv(time, status) ~ sex + strata(inst)): chi² 8.524467; one patient has no institution
    told = [row for row in rows_of("lung.csv.gz") if row["inst"]]
    assert len(told) == 227
    strata = []
    for place in sorted({row["inst"] for row in told}):
        here = [(row["sex"], int(row["time"]), int(row["status"])) for row in told if row["inst"] == place]
        strata.append(
            [
                table_of([t for g, t, _ in here if g == sex], [d for g, _, d in here if g == sex])
                for sex in "12"
            ]
        )
    assert survival.log_rank(*strata).statistic == pytest.approx(8.524467, abs=1e-6)


def test_the_two_groups_of_waltons_differ(waltons):
    found = survival.log_rank(by_group(waltons))
    theirs = survdiff([t for _, t, _ in waltons], [d for _, _, d in waltons], [g for g, _, _ in waltons])
    assert found.statistic == pytest.approx(122.249, abs=0.0005)
    assert found.statistic == pytest.approx(theirs[0], rel=1e-9)
    assert found.p_value < 1e-20
