"""The 5-step funnel on 10 M events: Kazasu against the best of ClickHouse's windowFunnel ways, in one run.

    python -m benchmarks.funnel [--events 10000000] [--keep FOLDER]

Two event mixes: every event is one of the funnel's five (5 of 5 names), and a quarter of them are (5 of 20). Kazasu
lands the events through its own door and reads the person-ordered table as it stores it; its answer has counts,
rates, step times and maturing units, and a second one a breakdown by device as well. ClickHouse (chdb) gets the same
integer keys and microseconds in a MergeTree ordered by key and time, merged to one part, and answers with counts
only: plain, WHERE event IN, aggregation in order, and the last two together. Two threads each. Both stay open in a
process of their own; after a round that warms them up they take turns, three rounds; medians, and the peak memory of
each process. The counts must be equal.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROUNDS, THREADS, STEPS = 3, 2, 5
WITHIN_S = 86_400
TARGETS = {5: 2.0, 20: 1.3}
"""Different event names -> how many times faster than the best of ClickHouse's ways Kazasu is meant to be."""

_EVENTS = """
COPY (
    SELECT printf('e%d', i) AS event_id, printf('step_%02d', hash(i * 7 + 1) % $names) AS event,
           make_timestamptz((1767225600000000 + (hash(i * 3 + 2) % 2592000) * 1000000 + i % 1000000)::BIGINT) AS ts,
           printf('user-%d', hash(i * 5 + 3) % $people) AS user_id,
           ['Pixel 4', 'Pixel 3', 'iPhone 11', 'iPhone 12', 'Galaxy S9'][1 + (hash(hash(i * 5 + 3) % $people) % 5)::INT] AS device
    FROM range($events) AS r(i)
) TO '$target' (FORMAT parquet)
"""
_SAME_KEYS = "COPY (SELECT person_key, epoch_us(ts)::UBIGINT AS t, event, device FROM events_main) TO '$target' (FORMAT parquet)"
_TABLE = """
CREATE TABLE b.events (person_key Int32, t UInt64, event LowCardinality(String), device LowCardinality(String))
ENGINE = MergeTree ORDER BY (person_key, t)
"""
_FUNNEL = """
SELECT level, count() FROM (
    SELECT person_key, windowFunnel({within})(t, {conditions}) AS level FROM b.events {where} GROUP BY person_key
) GROUP BY level ORDER BY level SETTINGS max_threads = {threads} {settings}
"""
_LISTED = [f"'step_{k:02}'" for k in range(STEPS)]
_ONLY, _IN_ORDER = f"WHERE event IN ({', '.join(_LISTED)})", ", optimize_aggregation_in_order = 1"
WAYS = {
    "plain": ("", ""),
    "WHERE event IN": (_ONLY, ""),
    "in order": ("", _IN_ORDER),
    "WHERE event IN, in order": (_ONLY, _IN_ORDER),
}


def run(events: int = 10_000_000, folder: Path | None = None) -> list[dict[str, Any]]:
    """Measure both mixes.

    Args:
        events: How many events each mix has; a person has 20 of them.
        folder: Where the data lies, kept if given.

    Returns:
        Two results per mix (as the peer counts, and with a breakdown): name, ours_s, peer_s, ratio, target, peak
        memories in MB, the peer's best way.
    """
    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        return [row for names in TARGETS for row in _measure(place / f"{events}-{names}", events, names)]


def _measure(place: Path, events: int, names: int) -> list[dict[str, Any]]:
    if not (place / "clickhouse").exists():
        place.mkdir(parents=True)
        _Engine("fill_kazasu", place, f"--events={events}", f"--names={names}").end()
        _Engine("fill_clickhouse", place).end()
    engines = _Engine("kazasu", place), _Engine("clickhouse", place)
    rounds = [[engine.take_turn() for engine in engines] for _ in range(1 + ROUNDS)]
    peaks = [engine.end() for engine in engines]
    assert len({str(told["units"]) for turn in rounds for told in turn}) == 1, rounds
    ways = {way: statistics.median(turn[1]["s"][way] for turn in rounds[1:]) for way in WAYS}
    best = min(WAYS, key=ways.__getitem__)
    ours, by = (statistics.median(turn[0][one] for turn in rounds[1:]) for one in ("s", "by_s"))
    told = {
        "name": f"funnel, 5 steps, 5 of {names} event names",
        "ours_s": ours,
        "peer_s": ways[best],
        "ratio": ways[best] / ours,
        "target": TARGETS[names],
        "peer": f"chdb windowFunnel, {best}",
        "peer_ways_s": ways,
        "ours_peak_mb": peaks[0],
        "peer_peak_mb": peaks[1],
        "units": rounds[0][0]["units"],
    }
    more = {
        "name": f"{told['name']}, with a breakdown",
        "ours_s": by,
        "ratio": ways[best] / by,
        "target": None,
    }
    return [told, {**told, **more}]


class _Engine:
    """One engine in a process of its own: a line in asks for a turn, a line out tells it."""

    def __init__(self, role: str, place: Path, *more: str) -> None:
        command = [sys.executable, "-m", "benchmarks.funnel", f"--role={role}", f"--keep={place}", *more]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def take_turn(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("turn\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def end(self) -> float:
        """End it; returns its peak memory in MB."""
        told, _ = self._process.communicate()
        assert self._process.returncode == 0
        return float(json.loads(told)["peak_mb"])


def fill_kazasu(place: Path, events: int, names: int) -> None:
    """Make the events, land them through Kazasu's own door, and write out the keys that it gave."""
    from ingest import Store, load

    log = place / "events.parquet"
    with Store.open(place / "home") as store, store.cursor() as cursor:
        cursor.execute(_filled(_EVENTS, names=names, people=events // 20, events=events, target=log))
        report = load(store, log)
        assert (report.landed, store.clustered()) == (events, True), report
        cursor.execute(_filled(_SAME_KEYS, target=place / "keys.parquet"))
    log.unlink()


def fill_clickhouse(place: Path) -> None:
    """Fill ClickHouse's table with the same keys and times, and merge it to one part."""
    session = import_module("chdb.session").Session(str(place / "clickhouse"))
    for sql in (
        "CREATE DATABASE b",
        _TABLE,
        f"INSERT INTO b.events SELECT person_key, t, event, device FROM file('{place / 'keys.parquet'}')",
        "OPTIMIZE TABLE b.events FINAL",
    ):
        session.query(sql)
    (place / "keys.parquet").unlink()


def kazasu(place: Path) -> Callable[[], dict[str, Any]]:
    """Open the store; a turn is the room's whole answer."""
    from analysis.funnel import FunnelQuery, answer
    from ingest import Store

    store = Store.open(place / "home")
    with store.cursor() as cursor:
        cursor.execute(f"SET threads = {THREADS}")
    steps = [{"event": f"step_{k:02}"} for k in range(STEPS)]
    query = FunnelQuery.model_validate({"within": f"{WITHIN_S}s", "steps": steps})
    by_device = FunnelQuery.model_validate({**query.model_dump(), "breakdown": {"by": ["device"]}})

    def turn() -> dict[str, Any]:
        begin = time.perf_counter()
        found = answer(store, query)
        middle = time.perf_counter()
        by = answer(store, by_device)
        end = time.perf_counter()
        assert (by.steps, len(by.groups)) == (found.steps, 5)
        return {"s": middle - begin, "by_s": end - middle, "units": [step.units for step in found.steps]}

    return turn


def clickhouse(place: Path) -> Callable[[], dict[str, Any]]:
    """Open ClickHouse; a turn is windowFunnel in each of its ways."""
    session = import_module("chdb.session").Session(str(place / "clickhouse"))
    conditions = ", ".join(f"event = {name}" for name in _LISTED)

    def turn() -> dict[str, Any]:
        seconds, reached = {}, []
        for way, (where, settings) in WAYS.items():
            sql = _FUNNEL.format(
                within=WITHIN_S * 1_000_000,
                conditions=conditions,
                where=where,
                threads=THREADS,
                settings=settings,
            )
            begin = time.perf_counter()
            told = str(session.query(sql, "CSV"))
            seconds[way] = time.perf_counter() - begin
            levels = [[int(word) for word in line.split(",")] for line in told.split()]
            reached.append([sum(n for level, n in levels if level >= k) for k in range(1, STEPS + 1)])
        assert all(units == reached[0] for units in reached), reached
        return {"s": seconds, "units": reached[0]}

    return turn


def _filled(sql: str, **facts: object) -> str:
    for name, value in facts.items():
        sql = sql.replace(f"${name}", str(value))
    return sql


def main() -> None:
    """Print one line a mix; with --role, be one engine."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--role", choices=["fill_kazasu", "fill_clickhouse", "kazasu", "clickhouse"])
    parser.add_argument("--names", type=int, default=5)
    told = parser.parse_args()
    if told.role is None:
        for one in run(told.events, told.keep):
            print(
                f"{one['name']}: {one['ours_s']:.3f} s, peak {one['ours_peak_mb']:.0f} MB | {one['peer']} "
                f"{one['peer_s']:.3f} s, peak {one['peer_peak_mb']:.0f} MB | {one['ratio']:.2f}× (target {one['target']})"
            )
        return
    if told.role == "fill_kazasu":
        fill_kazasu(told.keep, told.events, told.names)
    elif told.role == "fill_clickhouse":
        fill_clickhouse(told.keep)
    else:
        turn = {"kazasu": kazasu, "clickhouse": clickhouse}[told.role](told.keep)
        for _ in sys.stdin:
            print(json.dumps(turn()), flush=True)
    print(json.dumps({"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
