"""Curves of 10 M impressions from the store, beside statsmodels' CumIncidenceRight on arrays that lie in memory.

    python -m benchmarks.taps [--impressions 10000000] [--keep FOLDER]

Two arms of an experiment, three causes, five impressions a person; written as the merging of loads stores them. Kazasu
reads its table, joins the arms and gives the incidence of every cause at every millisecond with intervals for
independent units. statsmodels gives incidences with standard errors, one arm at a time: from a frame of arms, elapsed
milliseconds and endings in memory, and, at its best, from two arrays of whole milliseconds and codes of causes that
were made beforehand. All must agree; they take turns, medians. The room's whole answer on first impressions (histogram,
hazards, differences and all) is shown too.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROUNDS = 3
ARMS = ("control", "longer")
TARGET, SECOND = 5.0, 1.0
_IMPRESSIONS = """
INSERT INTO impressions_main BY NAME
SELECT person_key, printf('user-%d', person_key) AS person, printf('i%d', i) AS impression_id, shown_ts,
       limit_ms::DOUBLE AS display_ms, printf('v%d', person_key % 3) AS copy_id,
       CASE WHEN person_key % 4 < 2 THEN 'ios' ELSE 'android' END AS platform, nth,
       CASE WHEN least(tap, dismiss, leave) > limit_ms THEN 'expired' WHEN tap <= least(dismiss, leave) THEN 'tap'
            WHEN dismiss <= leave THEN 'dismiss' ELSE 'leave' END AS ending,
       shown_ts + to_milliseconds(least(tap, dismiss, leave, limit_ms)::BIGINT) AS ending_ts,
       round(least(tap, dismiss, leave, limit_ms), 1) AS elapsed_ms, 'device' AS elapsed_source,
       0 AS conflicts, 0 AS after_limit, CASE WHEN nth > 1 THEN shown_ts - INTERVAL 1 DAY END AS previous_ts
FROM (
    SELECT i, (i // 5)::INTEGER AS person_key, (i % 5 + 1)::INTEGER AS nth,
           CASE WHEN i // 5 % 2 = 0 THEN 4000 ELSE 8000 END AS limit_ms,
           make_timestamptz((1767225600000000 + (i % 5) * 86400000000 + i % 86400 * 1000000)::BIGINT) AS shown_ts,
           -ln((hash(i * 3) % 1000003 + 1) / 1000004) / 0.15 * 1000 AS tap,
           -ln((hash(i * 7 + 1) % 1000003 + 1) / 1000004) / 0.10 * 1000 AS dismiss,
           -ln((hash(i * 11 + 2) % 1000003 + 1) / 1000004) / 0.05 * 1000 AS leave
    FROM range($impressions) AS r(i)
) ORDER BY i
"""
_REST = (
    """INSERT INTO exposures_main BY NAME
    SELECT person_key, person, 'display' AS experiment, CASE WHEN person_key % 2 = 0 THEN 'control' ELSE 'longer' END AS variant,
           make_timestamptz(1767225600000000) AS ts, 1 AS variants
    FROM impressions_main WHERE nth = 1 ORDER BY person_key""",
    "INSERT INTO person_keys BY NAME SELECT person, person_key FROM impressions_main WHERE nth = 1",
    """INSERT INTO loads (load_id, digest, source, lines, landed, duplicates, rejected, first_ts, last_ts, synthetic,
                       complete, compacted)
    SELECT 1, 'written', 'benchmark', count(*), count(*), 0, 0, min(shown_ts), max(shown_ts) + INTERVAL 1 MINUTE, TRUE, TRUE, TRUE
    FROM impressions_main""",
    "CHECKPOINT",
)
_FRAME = """
SELECT CASE WHEN display_ms = 4000 THEN 'control' ELSE 'longer' END AS arm, elapsed_ms, ending FROM impressions_main
"""
Incidences = dict[tuple[str, str], float]


def run(impressions: int = 10_000_000, folder: Path | None = None) -> list[dict[str, Any]]:
    """Measure.

    Args:
        impressions: How many there are.
        folder: Where the store lies, kept if given; made if it is not there.

    Returns:
        Results: name, ours_s, peer_s, ratio, target.
    """
    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        if not (place / "home").exists():
            _fill(place, impressions)
        return _measured(place)


def _fill(place: Path, impressions: int) -> None:
    from ingest import Store

    with Store.open(place / "home") as store, store.cursor() as cursor:
        cursor.execute(_IMPRESSIONS, {"impressions": impressions})
        for sql in _REST:
            cursor.execute(sql)


def _measured(place: Path) -> list[dict[str, Any]]:
    from statsmodels.duration.survfunc import CumIncidenceRight

    from analysis.outcomes import CAUSES, Selection, outcomes
    from analysis.time_to_tap import TapsQuery, answer
    from analysis.watched import timed, watched
    from experiments.stats.survival import Curve, incidence
    from ingest import Store

    with Store.open(place / "home") as store:
        until = store.observed_until()
        assert until is not None
        with store.cursor() as cursor:
            frame = cursor.execute(_FRAME).df().astype({"arm": "category", "ending": "category"})

        def arrays_of(arm: str) -> tuple[Any, Any]:
            mine = frame[frame["arm"] == arm]
            codes = np.array(
                [CAUSES.index(name) + 1 if name in CAUSES else 0 for name in mine["ending"].cat.categories]
            )
            return mine["elapsed_ms"].to_numpy().astype(np.int32), codes.astype(np.int8)[
                mine["ending"].cat.codes
            ]

        arrays = {arm: arrays_of(arm) for arm in ARMS}

        def ours() -> Incidences:
            reduced = outcomes(store, Selection(experiment="display", impressions="all"), until)
            told = {}
            for arm in ARMS:
                table = watched(timed(reduced.of(arm)))
                for cause in CAUSES:
                    curve = incidence(table, cause)
                    assert isinstance(curve, Curve)
                    told[arm, cause] = float(curve.value[-1])
            return told

        def fitted(given: dict[str, tuple[Any, Any]]) -> Incidences:
            told: Incidences = {}
            for arm, (ms, cause) in given.items():
                with np.errstate(all="ignore"):
                    found = CumIncidenceRight(ms, cause)
                told |= {(arm, name): float(found.cinc[k][-1]) for k, name in enumerate(CAUSES)}
            return told

        def from_frame() -> Incidences:
            return {key: value for arm in ARMS for key, value in fitted({arm: arrays_of(arm)}).items()}

        def from_arrays() -> Incidences:
            return fitted(arrays)

        def room() -> None:
            answer(store, TapsQuery(experiment="display"))

        mine = ours()
        for other in (from_frame(), from_arrays()):
            assert all(abs(mine[key] - other[key]) < 1e-9 for key in mine), (mine, other)
        seconds = [[_seconds(one) for one in (ours, from_frame, from_arrays, room)] for _ in range(ROUNDS)]
    ours_s, frame_s, arrays_s, room_s = (statistics.median(column) for column in zip(*seconds, strict=True))
    return [
        _row("taps, table to curves, against statsmodels on a frame in memory", ours_s, frame_s, TARGET),
        _row("taps, table to curves, against statsmodels on arrays made beforehand", ours_s, arrays_s, None),
        _row("taps, table to curves, against 1 s", ours_s, SECOND, 1.0),
        _row("taps, first impressions, the room's whole answer, against 1 s", room_s, SECOND, None),
    ]


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _row(name: str, ours_s: float, peer_s: float, target: float | None) -> dict[str, Any]:
    return {"name": name, "ours_s": ours_s, "peer_s": peer_s, "ratio": peer_s / ours_s, "target": target}


def main() -> None:
    """Measure and print one line a comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--impressions", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path)
    told = parser.parse_args()
    for one in run(told.impressions, told.keep):
        print(f"{one['ratio']:6.2f}x {one['name']}: {one['ours_s']:.3g} s against {one['peer_s']:.3g} s")


if __name__ == "__main__":
    main()
