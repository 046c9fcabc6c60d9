"""Curves of 10 M impressions from the store, beside statsmodels' CumIncidenceRight on what lies in memory.

    python -m benchmarks.taps [--impressions 10000000] [--keep FOLDER]

Two arms of an experiment, three causes, five impressions a person; written as the merging of loads stores them. Kazasu
reads its table, joins the arms and gives the incidence of every cause at every millisecond with intervals for
independent units. statsmodels gives incidences with standard errors, one arm at a time, three ways: from the frame as a
log gives it (arm, elapsed milliseconds, the ending in words); from the same with arms and endings as categories; and, at
its best, from two arrays of whole milliseconds and codes made beforehand, which nobody has who starts from a table. All
must agree; they take turns, medians.

Then both scans (DESIGN: intervals that know persons), the room's whole answers, and lifelines on 1 M of one arm: it
needs an older pandas and so an environment of its own, which `make bench` makes.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pandas import DataFrame

    from ingest import Store

ROUNDS = 3
ARMS = ("control", "longer")
TARGET, SECOND, CLUSTERED_S = 5.0, 1.0, 3.0
LIFELINES_ROWS = 1_000_000
_PEERS = Path(".venv-peers/bin/python")
_AGREE = 1e-9
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
Arrays = tuple[Any, Any]


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
    from ingest import Store

    with Store.open(place / "home") as store:
        with store.cursor() as cursor:
            logged = cursor.execute(_FRAME).df()
        frame = logged.astype({"arm": "category", "ending": "category"})
        arrays = {arm: _arrays(frame, arm) for arm in ARMS}
        room = _room(store)
        ours = (lambda: _ours(store), lambda: room("all"), lambda: room("first"))
        peers = (lambda: _from_log(logged), lambda: _from_frame(frame), lambda: _fitted(arrays))
        mine = _ours(store)
        for peer in peers:
            told = peer()
            assert all(abs(mine[key] - told[key]) < _AGREE for key in mine), (mine, told)
        seconds = [[_seconds(one) for one in (*ours, *peers)] for _ in range(ROUNDS)]
        medians = [statistics.median(column) for column in zip(*seconds, strict=True)]
        ours_s, all_s, first_s, log_s, frame_s, arrays_s = medians
        million = {
            key: value[:LIFELINES_ROWS] for key, value in zip(("ms", "cause"), arrays[ARMS[0]], strict=True)
        }
    return [
        _row("taps, table to curves, against statsmodels on a frame in memory", ours_s, log_s, TARGET),
        _row("taps, table to curves, against statsmodels on a frame of categories", ours_s, frame_s, None),
        _row("taps, table to curves, against statsmodels on arrays made beforehand", ours_s, arrays_s, None),
        _row("taps, table to curves, against 1 s", ours_s, SECOND, 1.0),
        _row(
            "taps, all impressions, both scans and the whole answer by person, against 3 s",
            all_s,
            CLUSTERED_S,
            1.0,
        ),
        _row("taps, first impressions, the room's whole answer, against 1 s", first_s, SECOND, None),
        *_beside_lifelines(million),
    ]


def _ours(store: "Store") -> Incidences:
    from analysis.outcomes import CAUSES, Selection, outcomes
    from analysis.watched import timed, watched
    from experiments.stats.survival import Curve, incidence

    until = store.observed_until()
    assert until is not None
    reduced = outcomes(store, Selection(experiment="display", impressions="all"), until)
    told = {}
    for arm in ARMS:
        table = watched(timed(reduced.of(arm)))
        for cause in CAUSES:
            curve = incidence(table, cause)
            assert isinstance(curve, Curve)
            told[arm, cause] = float(curve.value[-1])
    return told


def _room(store: "Store") -> Callable[[str], None]:
    from analysis.time_to_tap import TapsQuery, answer

    def ask(impressions: str) -> None:
        answer(store, TapsQuery.model_validate({"experiment": "display", "impressions": impressions}))

    return ask


def _arrays(frame: "DataFrame", arm: str) -> Arrays:
    from analysis.outcomes import CAUSES

    mine = frame[frame["arm"] == arm]
    codes = np.array(
        [CAUSES.index(name) + 1 if name in CAUSES else 0 for name in mine["ending"].cat.categories], np.int8
    )
    return mine["elapsed_ms"].to_numpy().astype(np.int32), codes[mine["ending"].cat.codes]


def _fitted(given: Mapping[str, Arrays]) -> Incidences:
    from statsmodels.duration.survfunc import CumIncidenceRight

    from analysis.outcomes import CAUSES

    told: Incidences = {}
    for arm, (ms, cause) in given.items():
        with np.errstate(all="ignore"):
            found = CumIncidenceRight(ms, cause)
        told |= {(arm, name): float(found.cinc[k][-1]) for k, name in enumerate(CAUSES)}
    return told


def _from_frame(frame: "DataFrame") -> Incidences:
    return {key: value for arm in ARMS for key, value in _fitted({arm: _arrays(frame, arm)}).items()}


def _from_log(frame: "DataFrame") -> Incidences:
    """As its user would: whole milliseconds, as the grid of the curves has them, and the ending's number."""
    from analysis.outcomes import CAUSES

    numbers = {**{name: place for place, name in enumerate(CAUSES, 1)}, "expired": 0}
    told: Incidences = {}
    for arm in ARMS:
        mine = frame[frame["arm"] == arm]
        told |= _fitted({arm: (np.floor(mine["elapsed_ms"]), mine["ending"].map(numbers))})
    return told


def _beside_lifelines(arrays: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
    """One arm of a million in memory on both sides; without the peers' environment there is nothing to tell."""
    if not _PEERS.exists():
        print("lifelines is not here: `make bench` makes its environment", flush=True)
        return []
    from experiments.stats.samples import RiskTable
    from experiments.stats.survival import Curve, incidence

    causes = tuple(map(str, range(1, int(arrays["cause"].max()) + 1)))

    def ours() -> list[float]:
        limit = int(arrays["ms"].max())
        counts = np.stack(
            [
                np.bincount(arrays["ms"][arrays["cause"] == k], minlength=limit + 1)
                for k in range(len(causes) + 1)
            ]
        )
        table = RiskTable(causes, counts[1:], counts[0])
        curves = [incidence(table, cause) for cause in causes]
        return [float(curve.value[-1]) for curve in curves if isinstance(curve, Curve)]

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "arm.npz"
        np.savez(path, ms=arrays["ms"], cause=arrays["cause"])
        script = Path(__file__).with_name("lifelines_peer.py")
        said = subprocess.run([_PEERS, script, path], capture_output=True, text=True, check=True).stdout
    peer, seconds = json.loads(said), statistics.median(_seconds(ours) for _ in range(ROUNDS))
    # It breaks ties of different causes by jittering them; what that does to its result is told, not hidden.
    apart = max(abs(one - other) for one, other in zip(peer["ends"], ours(), strict=True))
    name = f"taps, 1 M in memory to curves, against lifelines {peer['version']} (its incidences are up to {apart:.1g} off)"
    return [_row(name, seconds, peer["seconds"], None)]


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
