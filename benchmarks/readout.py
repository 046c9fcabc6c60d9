"""A readout of 10 M units and six adjusted metrics from raw exposures and events, beside tea-tasting in the same run.

    python -m benchmarks.readout [--units 10000000] [--keep FOLDER]

Two arms; every unit has an exposure, up to three events in the 14 days before it and up to three after it. Kazasu reads
its store as the merging of loads writes it, and answers whole: every check, result day by day, belief and verdict.
tea-tasting is fed by DuckDB SQL written by hand over plain typed tables of the same rows under integer ids, one row a
unit, and aggregates it in that DuckDB, from a relation or from a table made first, whichever is faster. It adjusts each
metric by one covariate, Kazasu also by whether the unit did anything before. The arms' values must agree. They take
turns, medians.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROUNDS = 3
TARGET = 1.0
_AGREE = 1e-9
_EVENTS = """
INSERT INTO events_main BY NAME
SELECT person_key, printf('user-%d', person_key) AS person, printf('e%d-%d', person_key, nth) AS event_id, event, ts,
       printf('user-%d', person_key) AS user_id, 'android' AS platform, value AS price_low,
       CASE WHEN event = 'experiment_exposed' THEN 'bench' END AS experiment,
       CASE WHEN event <> 'experiment_exposed' THEN NULL WHEN hash(person_key * 17 + 5) % 2 = 0 THEN 'control'
            ELSE 'new' END AS variant,
       1 AS load_id
FROM (
    SELECT u::INTEGER AS person_key, k::INTEGER AS nth,
           CASE WHEN k = 3 THEN 'experiment_exposed'
                ELSE ['opened', 'tapped', 'bought'][1 + (hash(u * 7 + k) % 3)::INT] END AS event,
           make_timestamptz((1767225600000000 + (hash(u * 3) % 1209600) * 1000000
               + CASE WHEN k < 3 THEN -1 - (hash(u * 11 + k) % 1200000)::BIGINT * 1000000
                      WHEN k > 3 THEN 1 + (hash(u * 13 + k) % 500000)::BIGINT * 1000000 ELSE 0 END)::BIGINT) AS ts,
           CASE WHEN k <> 3 THEN round(-ln((hash(u * 5 + k) % 99991 + 1) / 99992) * (1 + hash(u) % 4) * 100, 2) END AS value
    FROM range($units) AS r(u), (VALUES (0), (1), (2), (3), (4), (5), (6)) AS v(k)
    WHERE k = 3 OR hash(u * 19) % 5 >= 1 AND hash(u * 23 + k) % 5 < hash(u * 29) % 5
) ORDER BY person_key, ts
"""
_REST = (
    """INSERT INTO exposures_main BY NAME
    SELECT person_key, person, experiment, variant, ts, 1 AS variants, platform
    FROM events_main WHERE event = 'experiment_exposed' ORDER BY person_key""",
    "INSERT INTO person_keys BY NAME SELECT person, person_key FROM exposures_main",
    """INSERT INTO loads (load_id, digest, source, lines, landed, duplicates, rejected, first_ts, last_ts, synthetic,
                       complete, compacted)
    SELECT 1, 'written', 'benchmark', count(*), count(*), 0, 0, min(ts), max(ts), TRUE, TRUE, TRUE FROM events_main""",
    "CHECKPOINT",
)
_PLAIN = (
    """CREATE TABLE exposures AS SELECT person_key AS user_id, variant, ts FROM k.events_main
    WHERE event = 'experiment_exposed'""",
    """CREATE TABLE events AS SELECT person_key AS user_id, event, ts, price_low AS value FROM k.events_main
    WHERE event <> 'experiment_exposed'""",
    "CHECKPOINT",
)
_BY_HAND = """
SELECT variant,
       coalesce(bool_or(event = 'tapped' AND after)::INT, 0) AS tapped,
       coalesce(bool_or(event = 'tapped' AND early)::INT, 0) AS tapped_before,
       coalesce(bool_or(event = 'bought' AND after AND ts <= exposed + INTERVAL 3 DAY)::INT, 0) AS bought,
       coalesce(bool_or(event = 'bought' AND early)::INT, 0) AS bought_before,
       count(*) FILTER (event = 'opened' AND after) AS opens,
       count(*) FILTER (event = 'opened' AND early) AS opens_before,
       coalesce(sum(value) FILTER (event = 'bought' AND after), 0) AS revenue,
       coalesce(sum(value) FILTER (event = 'bought' AND early), 0) AS revenue_before,
       (count(*) FILTER (event = 'opened' AND after) >= 2)::INT AS often,
       count(*) FILTER (event = 'tapped' AND after) AS taps,
       count(*) FILTER (event = 'tapped' AND early) AS taps_before
FROM (
    SELECT x.user_id, x.variant, x.ts AS exposed, e.event, e.ts, e.value, e.ts >= x.ts AS after,
           e.ts < x.ts AND e.ts >= x.ts - INTERVAL 14 DAY AS early
    FROM exposures AS x LEFT JOIN events AS e ON e.user_id = x.user_id
)
GROUP BY user_id, variant
"""
_PLAN = """
key = "bench"
adjust = true
[[variants]]
key = "control"
[[variants]]
key = "new"
"""
_METRICS = (
    ("tapped", 'kind = "conversion"\nevent = "tapped"'),
    ("bought", 'kind = "conversion"\nevent = "bought"\nwithin = "3d"'),
    ("opens", 'kind = "mean"\nevent = "opened"'),
    ("revenue", 'kind = "mean"\nevent = "bought"\nproperty = "price_low"'),
    ("often", 'kind = "threshold"\nevent = "opened"\nat_least = 2'),
    ("taps_per_open", 'kind = "ratio"\nevent = "tapped"\nper = "opened"'),
)


_VALUES = """
SELECT variant, avg(tapped) AS tapped, avg(opens) AS opens, avg(revenue) AS revenue, avg(often) AS often,
       sum(taps) / sum(opens) AS taps_per_open
FROM units GROUP BY variant
"""


def run(units: int = 10_000_000, folder: Path | None = None) -> list[dict[str, Any]]:
    """Measure.

    Args:
        units: How many there are.
        folder: Where the store and the peer's tables lie, kept if given; made if they are not there.

    Returns:
        Results: name, ours_s, peer_s, ratio, target.
    """
    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        if not (place / "home").exists():
            place.mkdir(exist_ok=True, parents=True)
            _fill(place, units)
        return _measured(place)


def _fill(place: Path, units: int) -> None:
    """Write the store as the merging of loads leaves it, and the peer's plain tables."""
    import duckdb

    from ingest import Store

    with Store.open(place / "home") as store, store.cursor() as cursor:
        cursor.execute("SET preserve_insertion_order = TRUE")
        cursor.execute(_EVENTS, {"units": units})
        for sql in _REST:
            cursor.execute(sql)
    with duckdb.connect(str(place / "peer.duckdb")) as peer:
        peer.execute("ATTACH '" + str(place / "home" / "kazasu.duckdb") + "' AS k (READ_ONLY)")
        for sql in _PLAIN:
            peer.execute(sql)


def _measured(place: Path) -> list[dict[str, Any]]:
    import duckdb

    from analysis.readout import ReadoutQuery, answer
    from experiments import Experiment
    from ingest import Store

    text = _PLAN + "".join(
        f'[[metrics]]\nkey = "{key}"\nrole = "exploratory"\n{kind}\n' for key, kind in _METRICS
    )
    query = ReadoutQuery(experiment=Experiment.from_toml(text))
    with (
        Store.open(place / "home") as store,
        duckdb.connect(str(place / "peer.duckdb"), read_only=True) as peer,
    ):
        told = answer(store, query)
        _agree(told, peer)
        works = (lambda: answer(store, query), lambda: _by_relation(peer), lambda: _by_table(peer))
        seconds = [[_seconds(work) for work in works] for _ in range(ROUNDS)]
    ours, relation, table = (statistics.median(column) for column in zip(*seconds, strict=True))
    name = "readout, six adjusted metrics from exposures and events, against tea-tasting on SQL by hand"
    best = min(relation, table)
    return [{"name": name, "ours_s": ours, "peer_s": best, "ratio": best / ours, "target": TARGET}]


def _by_relation(peer: Any) -> Any:
    return _experiment().analyze(peer.sql(_BY_HAND), "control")


def _by_table(peer: Any) -> Any:
    peer.execute("CREATE OR REPLACE TEMP TABLE units AS " + _BY_HAND)
    return _experiment().analyze(peer.table("units"), "control")


def _experiment() -> Any:
    tea_tasting = import_module("tea_tasting")
    metrics = {
        "tapped": tea_tasting.Mean("tapped", "tapped_before"),
        "bought": tea_tasting.Mean("bought", "bought_before"),
        "opens": tea_tasting.Mean("opens", "opens_before"),
        "revenue": tea_tasting.Mean("revenue", "revenue_before"),
        "often": tea_tasting.Mean("often", "opens_before"),
        "taps_per_open": tea_tasting.RatioOfMeans("taps", "opens", "taps_before", "opens_before"),
    }
    return tea_tasting.Experiment(metrics, variant="variant")


def _agree(told: Any, peer: Any) -> None:
    """Both sides must say the same of every arm; `bought` has a window, and units that still wait are left out of ours."""
    peer.execute("CREATE OR REPLACE TEMP TABLE units AS " + _BY_HAND)
    there = {row["variant"]: row for row in peer.sql(_VALUES).to_arrow_table().to_pylist()}
    for metric in told.metrics:
        for arm in metric.arms:
            expected = there[arm.arm].get(metric.key)
            if expected is not None:
                assert abs(arm.value.value - expected) <= _AGREE * abs(expected), (metric.key, arm, expected)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print one line a comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path)
    told = parser.parse_args()
    for one in run(told.units, told.keep):
        print(f"{one['ratio']:6.2f}x {one['name']}: {one['ours_s']:.3g} s against {one['peer_s']:.3g} s")


if __name__ == "__main__":
    main()
