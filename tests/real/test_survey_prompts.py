"""A real prompt with four wordings and its own timeout: shares to the unit, and no curve, because nothing was timed.

English Wikipedia, 11–18 August 2017 (wikimedia-research/Discovery-Search-Adhoc-SurveyMVP). The expected numbers were
computed from the published file with ClickHouse and scipy, not with Kazasu.
"""

import csv
import gzip
from collections import Counter

import numpy as np
import pytest
from statsmodels.api import OLS

from experiments.stats import clusters
from experiments.stats.clusters import Clusters
from tests.real.desk import LOGS, Desk, landed

pytestmark = pytest.mark.real

READ = "If someone searched for '...', would they want to read this article?"
GOOD = "If you searched for '...', would this article be a good result?"
RELEVANT = "If you searched for '...', would this article be relevant?"
CLICK = "Would you click on this page when searching for '...'?"
ANSWERED = {READ: (520, 2091), GOOD: (476, 1980), RELEVANT: (467, 2003), CLICK: (430, 2036)}


@pytest.fixture(scope="module")
def desk(desk_of) -> Desk:
    desk = desk_of("survey_prompts")
    report = desk("ingest", LOGS / "survey_prompts" / "prompts_60s_delay.tsv.gz", "--mapping", "mapping.toml")
    assert landed(report) == (16_220, 16_220, 0, 0)  # 8 110 prompts, each shown and ended
    return desk


def outcomes(arm: dict) -> dict[str, int]:
    return {fate: found["n"] for fate, found in arm["outcomes"].items() if found["n"]}


def test_every_prompt_ends_as_the_log_says(desk):
    (arm,) = desk("taps", "--impressions", "all")["arms"]
    assert arm["n"] == 8_110
    assert outcomes(arm) == {"tap": 1_893, "dismiss": 26, "expired": 6_191}
    assert arm["outcomes"]["expired"]["share"] == pytest.approx(0.763, abs=0.0005)


def test_answers_by_wording(desk):
    answer = desk("taps", "--impressions", "all", "--by", "copy_id")
    assert {arm["arm"]: (outcomes(arm)["tap"], arm["n"]) for arm in answer["arms"]} == ANSWERED
    assert answer["randomised"] is False


def test_without_times_there_is_no_curve_but_a_sentence(desk):
    (arm,) = desk("taps", "--impressions", "all")["arms"]
    assert arm["incidence"]["points"] == []
    assert arm["incidence"]["no_effect"] == {
        "code": "taps.no_times",
        "sentence": "1,919 of 1,919 taps, dismissals and leaves have no time since the suggestion appeared (no elapsed_ms, "
        "no later timestamp), so only outcome shares can be shown, no curve.",
    }


def test_wordings_are_compared_as_groups_and_the_sessions_behind_them_are_counted(desk):
    answer = desk("readout", "wording.toml", "--by", "copy_id")
    (metric,) = answer["metrics"]
    assert {arm: (value["hits"], value["n"]) for arm, value in metric["arms"].items()} == ANSWERED
    assert metric["omnibus"]["statistic"] == pytest.approx(8.882, abs=0.0005)
    assert metric["omnibus"]["p"] == pytest.approx(0.0309, abs=0.00005)
    assert metric["omnibus"]["df"] == 3
    assert answer["randomised"] is False
    checks = {check["key"]: check for check in answer["checks"]}
    assert checks["repeated_people"]["facts"] == {"units": 8_110, "persons": 7_828}
    assert checks["observational"]["code"] == "readout.observational"


def test_a_comparison_that_was_not_randomised_decides_nothing(desk):
    assert desk("readout", "wording.toml", "--by", "copy_id")["verdict"]["decision"] is None


def test_sessions_as_units_of_a_funnel(desk):
    assert desk.units("suggestion_shown", within="7d", unit="user") == [7_828]


def test_no_wording_has_a_curve_and_every_wording_its_share_of_timeouts(desk):
    """Timeouts are a display limit of 30 s; nobody knows when the others answered."""
    answer = desk("taps", "--impressions", "all", "--by", "copy_id")
    assert {arm["incidence"]["no_effect"]["code"] for arm in answer["arms"]} == {"taps.no_times"}
    assert {entry["no_effect"]["code"] for entry in answer["differences"]} == {"taps.no_times"}
    timeouts = {arm["arm"]: arm["outcomes"]["expired"] for arm in answer["arms"]}
    assert sum(said["n"] for said in timeouts.values()) == 6_191
    assert timeouts[READ]["share"] == min(said["share"] for said in timeouts.values())
    assert all(low < said["share"] < high for said in timeouts.values() for low, high in [said["interval"]])


@pytest.fixture(scope="module")
def prompts() -> list[dict[str, str]]:
    path = LOGS / "survey_prompts" / "prompts_60s_delay.tsv.gz"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_sessions_that_repeat_widen_the_interval_of_a_difference_of_timeouts_a_little(prompts):
    """Two wordings against timeouts, sessions clustered: the standard error is statsmodels' cluster-robust one."""
    sessions = sorted({row["session_id"] for row in prompts})
    assert (len(prompts), len(sessions)) == (8_110, 7_828)
    one, other = (of_sessions(prompts, sessions, wording) for wording in (CLICK, READ))
    found = clusters.difference(one, other)
    rows = [row for row in prompts if row["question"] in (CLICK, READ)]
    place = {session: k for k, session in enumerate(sessions)}
    fitted = OLS(
        np.array([float(row["choice"] == "timeout") for row in rows]),
        np.array([[1.0, float(row["question"] == READ)] for row in rows]),
    ).fit(cov_type="cluster", cov_kwds={"groups": [place[row["session_id"]] for row in rows]})
    assert found.value == pytest.approx(fitted.params[1], abs=1e-12)
    assert (found.interval.high - found.interval.low) / 2 == pytest.approx(1.96 * fitted.bse[1], rel=0.01)
    assert found.p_value == pytest.approx(fitted.pvalues[1], rel=0.05)


def of_sessions(prompts: list[dict[str, str]], sessions: list[str], wording: str) -> Clusters:
    shown = Counter(row["session_id"] for row in prompts if row["question"] == wording)
    ended = Counter(
        row["session_id"] for row in prompts if row["question"] == wording and row["choice"] == "timeout"
    )
    return Clusters(*(np.array([counts[one] for one in sessions]) for counts in (shown, ended)))
