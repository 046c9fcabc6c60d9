"""A real user study of a web map under ten injected delays: the longer the delay, the more loads never finish.

hzjahromi/iweb. Numbers of loads, of unfinished ones and medians of the finished were counted from the published files
with pandas; the curves are checked against statsmodels' Kaplan–Meier. What is assumed about unfinished loads stands in
delayed_map/mapping.toml.
"""

import itertools

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from experiments.stats import survival
from experiments.stats.samples import RiskTable
from tests.real.desk import LOGS, Desk, landed

pytestmark = pytest.mark.real

PUBLISHED = {  # delay -> loads, unfinished, median of the finished in ms
    "1ms": (649, 0, 110.0),
    "110ms": (412, 0, 798.0),
    "200ms": (79, 0, 2271.0),
    "400ms": (244, 9, 3253.0),
    "600ms": (186, 10, 5415.5),
    "850ms": (143, 34, 6930.0),
    "1100ms": (123, 39, 9200.0),
    "1500ms": (101, 43, 12655.5),
    "1800ms": (33, 10, 14441.0),
    "2000ms": (87, 46, 18608.0),
}


LIMIT_MS = 30_000


def watched_loads() -> pa.Table:
    """The loads with how long each was surely watched: to the last event of the mouse in its trial."""
    folder = LOGS / "delayed_map"
    loads = pq.read_table(folder / "loads_parsed.parquet")
    mouse = pq.read_table(folder / "clicks_parsed.parquet").group_by("trial").aggregate([("ts_ms", "max")])
    both = loads.join(mouse, "trial").sort_by([("trial", "ascending"), ("start_ms", "ascending")])
    return both.append_column("watched_ms", pc.subtract(both["ts_ms_max"], both["start_ms"]))


@pytest.fixture(scope="module")
def loads(desk_of) -> list[dict]:
    desk_of("delayed_map")
    return watched_loads().to_pylist()


@pytest.fixture(scope="module")
def desk(desk_of, loads, tmp_path_factory) -> Desk:
    desk = desk_of("delayed_map")
    log = tmp_path_factory.mktemp("loads") / "loads.parquet"
    pq.write_table(watched_loads(), log)
    report = desk("ingest", log, "--mapping", "mapping.toml")
    assert landed(report) == (4_114, 4_114, 0, 0)  # 2 057 loads, each begun and ended
    return desk


def kaplan_meier(loads: list[dict], delay: str) -> SurvfuncRight:
    """statsmodels' curve; it drops ends at time 0, so time is shifted by 1 ms."""
    rows = [row for row in loads if row["net_delay"] == delay]
    time = [1 + (row["watched_ms"] if row["ilt_ms"] is None else row["ilt_ms"]) for row in rows]
    return SurvfuncRight(time, [row["ilt_ms"] is not None for row in rows])


def by_trial(loads: list[dict]) -> dict[int, list[dict]]:
    return {trial: list(rows) for trial, rows in itertools.groupby(loads, lambda row: row["trial"])}


def test_a_load_that_never_finished_is_the_last_of_its_trial_and_was_watched_for_a_while(loads):
    unfinished = [row for row in loads if row["ilt_ms"] is None]
    last = {trial: max(row["start_ms"] for row in rows) for trial, rows in by_trial(loads).items()}
    assert len(unfinished) == 191
    assert all(row["start_ms"] == last[row["trial"]] for row in unfinished)
    assert min(row["watched_ms"] for row in unfinished) > 0


def test_every_load_lands_finished_or_cut_off(desk):
    answer = desk("taps", "--by", "copy_id", "--impressions", "all")
    told = {
        arm["arm"]: (arm["n"], arm["outcomes"]["expired"]["n"], arm["outcomes"]["tap"]["n"])
        for arm in answer["arms"]
    }
    assert told == {delay: (n, cut, n - cut) for delay, (n, cut, _) in PUBLISHED.items()}
    assert answer["randomised"] is False
    assert all(arm["incidence"]["no_effect"] is None for arm in answer["arms"])


def test_the_longer_the_delay_the_more_loads_are_cut_off(desk):
    answer = desk("taps", "--by", "copy_id", "--impressions", "all")
    shares = {arm["arm"]: arm["outcomes"]["expired"]["share"] for arm in answer["arms"]}
    assert shares["1ms"] == 0.0
    assert shares["400ms"] < shares["850ms"] < shares["1500ms"] < shares["2000ms"]
    assert shares["2000ms"] == pytest.approx(46 / 87)


@pytest.mark.parametrize("delay", PUBLISHED)
def test_the_median_of_the_finished_is_too_early_where_loads_were_cut_off(desk, loads, delay):
    """Half of the finished loads, but fewer than half of all loads, were done by then; statsmodels says how many."""
    _, cut, finished = PUBLISHED[delay]
    theirs = kaplan_meier(loads, delay)
    median = int(theirs.quantile(0.5)) - 1
    at = [median - 1, median, int(finished)]
    asked = [word for ms in at for word in ("--at-ms", ms)]
    answer = desk("taps", "--where", f"copy_id={delay}", "--impressions", "all", *asked)
    (arm,) = answer["arms"]
    said = {point["ms"]: point["tap"]["value"] for point in arm["incidence"]["at"]}
    for ms in at:
        known = [
            prob for time, prob in zip(theirs.surv_times, theirs.surv_prob, strict=True) if time <= ms + 1
        ]
        assert said[ms] == pytest.approx(1 - known[-1], abs=1e-12)
    assert said[median - 1] < 0.5 <= said[median] + 1e-12
    if cut:
        assert median > finished
        assert said[int(finished)] < 0.5
    else:
        assert abs(median - finished) <= 1


def table_of(rows: list[dict]) -> RiskTable:
    ends = [
        (int(row["watched_ms"]), None, 1) if row["ilt_ms"] is None else (int(row["ilt_ms"]), "loaded", 1)
        for row in rows
    ]
    return RiskTable.from_rows(("loaded",), ends, LIMIT_MS)


@pytest.mark.parametrize(("delay", "alike"), [("850ms", True), ("1100ms", True), ("1500ms", False)])
def test_twenty_eight_people_are_fewer_than_their_loads(loads, delay, alike):
    """The clustered variance is that of leaving out one person at a time; under two of the three delays the loads of a
    person are so alike that it is half as large again as that of loads which have nothing to do with each other."""
    rows = [row for row in loads if row["net_delay"] == delay]
    table, at = table_of(rows), PUBLISHED[delay][2]
    curve, moved = survival.incidence(table, "loaded"), survival.influence(table, "loaded", [int(at)])
    sums: dict[int, float] = {}
    for row in rows:
        cut = row["ilt_ms"] is None
        pull = moved.censored[row["watched_ms"], 0] if cut else moved.ended[0, int(row["ilt_ms"]), 0]
        sums[row["subject"]] = sums.get(row["subject"], 0.0) + float(pull)
    square = sum(pull**2 for pull in sums.values())
    without = [
        survival.incidence(table_of([row for row in rows if row["subject"] != one]), "loaded").value[int(at)]
        for one in sums
    ]
    people = len(sums)
    jackknife = (people - 1) / people * sum((share - sum(without) / people) ** 2 for share in without)
    assert people <= 28
    assert square * people / (people - 1) == pytest.approx(jackknife, rel=0.15)
    (known,) = survival.clustered(curve, [int(at)], [square], people)
    assert known.value == curve.value[int(at)]
    assert known.interval.low < known.value < known.interval.high
    naive = curve.at(int(at)).interval
    assert (square > 1.5 * moved.variance(table)[0]) == alike
    assert (known.interval.high - known.interval.low > 1.2 * (naive.high - naive.low)) == alike


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # statsmodels takes the log of 0 at the end of a curve
@pytest.mark.parametrize("delay", PUBLISHED)
def test_the_median_of_all_loads_has_the_interval_of_statsmodels(loads, delay):
    """Brookmeyer and Crowley's interval of the median, on the log-log scale of the share still loading."""
    found = survival.quantile_ms(
        survival.staying(table_of([row for row in loads if row["net_delay"] == delay])), 0.5
    )
    theirs = kaplan_meier(loads, delay)
    low, high = theirs.quantile_ci(0.5, method="cloglog")
    said = (found.value + 1, found.interval.low + 1, found.interval.high + 1)
    assert said == (theirs.quantile(0.5), low, high)
