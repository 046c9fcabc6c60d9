"""Turns of both engines on both mixes, and the ratios of their medians."""

import statistics
import tempfile
from pathlib import Path

from benchmarks.funnel.engines import WAYS, Engine, Told

ROUNDS = 3
TARGETS = {5: 2.0, 20: 1.3}
"""Different event names -> how many times faster than the best of ClickHouse's ways Kazasu is meant to be."""
PLAIN_TARGET, ORDER_TARGET, TAIL_TARGET, REPEATED_S = 3.0, 1 / 1.3, 1.0, 0.05
STEPS = 5


def run(events: int = 10_000_000, folder: Path | None = None) -> list[Told]:
    """Measure both mixes.

    Args:
        events: How many events each mix has; a person has 20 of them.
        folder: Where the data lies, kept if given; then nothing is added to it.

    Returns:
        Results: name, ours_s, peer_s, ratio, target, and for the first of a mix peak memories in MB.
    """
    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        return [
            row
            for names in TARGETS
            for row in _measured(place / f"{events}-{names}", events, names, grow=folder is None)
        ]


def _measured(place: Path, events: int, names: int, *, grow: bool) -> list[Told]:
    told = [f"--events={events}", f"--names={names}"]
    if not (place / "clickhouse").exists():
        place.mkdir(parents=True)
        Engine("fill_kazasu", place, *told).end()
        Engine("fill_clickhouse", place, *told).end()
    engines = Engine("kazasu", place, *told), Engine("clickhouse", place, *told)
    first, *stored = _turns(engines)
    fresh = []
    if grow:
        refreshed = engines[0].ask("refresh")["s"]
        for engine in engines:
            engine.ask("tail")
        _, *fresh = _turns(engines)
    peaks = [engine.end() for engine in engines]
    rows = _compared(stored, events, names)
    rows[0] |= {"ours_peak_mb": peaks[0], "peer_peak_mb": peaks[1]}
    if grow:
        title = f"funnel, 5 steps, 5 of {names} event names, after 1 % new events, against the first answer"
        rows += [_after_tail(fresh, names), _row(title, refreshed, first[0]["s"], None)]
    return rows


def _turns(engines: tuple[Engine, Engine]) -> list[tuple[Told, Told]]:
    """A round that warms up, then those that count; the counts of both must be equal in all of them."""
    rounds = [(engines[0].ask(), engines[1].ask()) for _ in range(1 + ROUNDS)]
    assert len({str(told["units"]) for turn in rounds for told in turn}) == 1, rounds
    return rounds


def _compared(rounds: list[tuple[Told, Told]], events: int, names: int) -> list[Told]:
    best, ways = _ways(rounds)
    ours = {
        name: statistics.median(turn[0][name] for turn in rounds) for name in rounds[0][0] if name != "units"
    }
    title = f"funnel, 5 steps, 5 of {names} event names"
    peer = {"peer": f"chdb windowFunnel, {best}", "peer_ways_s": ways}
    read = events * STEPS // names
    per_row = {
        "s": ours["s"] / read,
        "strict_s": ours["strict_s"] / events,
        "unordered_s": ours["unordered_s"] / read,
    }
    return [
        _row(title, ours["s"], ways[best], TARGETS[names]) | peer,
        _row(f"{title}, with a breakdown", ours["by_s"], ways[best], TARGETS[names]) | peer,
        _row(f"{title}, against plain windowFunnel", ours["s"], ways["plain"], PLAIN_TARGET),
        *(
            _row(f"{title}, {order} against ordered, a row read", per_row[f"{order}_s"], per_row["s"], ORDER_TARGET)
            for order in ("strict", "unordered")
        ),
        _row(f"{title}, asked again, against 50 ms", ours["repeated_s"], REPEATED_S, 1.0),
    ]  # fmt: skip


def _after_tail(rounds: list[tuple[Told, Told]], names: int) -> Told:
    best, ways = _ways(rounds)
    ours = statistics.median(turn[0]["s"] for turn in rounds)
    return _row(
        f"funnel, 5 steps, 5 of {names} event names, with a fresh tail of 4.9 %",
        ours,
        ways[best],
        TAIL_TARGET,
    )


def _ways(rounds: list[tuple[Told, Told]]) -> tuple[str, dict[str, float]]:
    ways = {way: statistics.median(turn[1]["s"][way] for turn in rounds) for way in WAYS}
    return min(WAYS, key=ways.__getitem__), ways


def _row(name: str, ours_s: float, peer_s: float, target: float | None) -> Told:
    return {"name": name, "ours_s": ours_s, "peer_s": peer_s, "ratio": peer_s / ours_s, "target": target}
