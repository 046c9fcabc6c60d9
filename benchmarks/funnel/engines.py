"""Each engine in a process of its own: a line in asks for a turn or for the tail, a line out tells it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.funnel.filling import REFRESH_SHARE, TAIL_SHARE, add_tail_to_clickhouse, add_tail_to_kazasu

THREADS, STEPS = 2, 5
WITHIN_S = 86_400
Told = dict[str, Any]

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


class Engine:
    """One engine, asked over a pipe."""

    def __init__(self, role: str, place: Path, *more: str) -> None:
        """Start it.

        Args:
            role: kazasu, clickhouse, or one of the two that fill them.
            place: The folder of the mix.
            more: Further arguments.
        """
        command = [sys.executable, "-m", "benchmarks.funnel", f"--role={role}", f"--keep={place}", *more]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, what: str = "turn") -> Told:
        """Ask for a turn, or for the tail."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        told: Told = json.loads(self._process.stdout.readline())
        return told

    def end(self) -> float:
        """End it; returns its peak memory in MB."""
        told, _ = self._process.communicate()
        assert self._process.returncode == 0
        return float(json.loads(told)["peak_mb"])


def kazasu(place: Path, events: int, names: int) -> dict[str, Callable[[], Told]]:
    """Open the store; a turn is the room's whole answer."""
    from analysis.ask import cached
    from analysis.funnel import FunnelQuery, answer
    from ingest import Store

    store = Store.open(place / "home")
    with store.cursor() as cursor:
        cursor.execute(f"SET threads = {THREADS}")
    steps = [{"event": f"step_{k:02}"} for k in range(STEPS)]
    query = FunnelQuery.model_validate({"within": f"{WITHIN_S}s", "steps": steps})
    asked = {"s": query} | {
        name: FunnelQuery.model_validate({**query.model_dump(), **more})
        for name, more in (
            ("by_s", {"breakdown": {"by": ["device"]}}),
            ("strict_s", {"order": "strict"}),
            ("unordered_s", {"order": "unordered"}),
        )
    }

    def turn() -> Told:
        told: Told = {}
        for name, one in asked.items():
            begin = time.perf_counter()
            found = answer(store, one)
            told[name] = time.perf_counter() - begin
            told |= {"units": [step.units for step in found.steps]} if name == "s" else {}
        cached(store, query, answer)
        begin = time.perf_counter()
        cached(store, query, answer)
        return told | {"repeated_s": time.perf_counter() - begin}

    def refresh() -> Told:
        add_tail_to_kazasu(store, place, events, names, REFRESH_SHARE)
        begin = time.perf_counter()
        answer(store, query)
        return {"s": time.perf_counter() - begin}

    def tail() -> Told:
        add_tail_to_kazasu(store, place, events, names, TAIL_SHARE)
        return {}

    return {"turn": turn, "refresh": refresh, "tail": tail}


def clickhouse(place: Path, _events: int, _names: int) -> dict[str, Callable[[], Told]]:
    """Open ClickHouse; a turn is windowFunnel in each of its ways."""
    session = import_module("chdb.session").Session(str(place / "clickhouse"))
    conditions = ", ".join(f"event = {name}" for name in _LISTED)

    def turn() -> Told:
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

    def tail() -> Told:
        add_tail_to_clickhouse(session, place)
        return {}

    return {"turn": turn, "tail": tail}
