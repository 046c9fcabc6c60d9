"""Landing NDJSON: Kazasu (validation, quarantine, de-duplication, durable truth) beside chdb and DuckDB's own reader."""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.landing_peers import CHDB_WAYS, chdb_insert, duckdb_read_json, write_log
from benchmarks.paired import Ratio, medians, own_peak_mb, run_apart

ROWS = 3_000_000
RUNS = 3
_ME = "benchmarks.landing"


def bench(rows: int = ROWS, folder: Path | None = None) -> list[Ratio]:
    """Land the same rows by every way, in turn, and compare medians.

    Args:
        rows: how many lines.
        folder: where to work; a temporary folder by default.

    Returns:
        A ratio against the fastest way of each peer that keeps the same information.
    """
    home = Path(tempfile.mkdtemp(dir=folder))
    try:
        clean, bad = home / "clean.ndjson", home / "bad.ndjson"
        write_log(clean, rows, bad_every=0)
        write_log(bad, rows, bad_every=100)
        return _compare(home, clean, bad)
    finally:
        shutil.rmtree(home)


def _compare(home: Path, clean: Path, bad: Path) -> list[Ratio]:
    ways = [("ours", clean), ("bad", bad), ("duckdb", clean), *((way, clean) for way in CHDB_WAYS)]
    runs = {way: [run_apart(_ME, way, str(log), str(home)) for _ in range(RUNS)] for way, log in ways}
    told = {way: medians(done) for way, done in runs.items()}
    peak = {way: max(run.peak_mb for run in done) for way, done in runs.items()}
    for way, figures in told.items():
        print(
            f"  {way}: {json.dumps({k: round(v, 2) for k, v in figures.items()})}, peak {peak[way]:,.0f} MB",
            flush=True,
        )
    same = [way for way in CHDB_WAYS if CHDB_WAYS[way].keeps_all and CHDB_WAYS[way].typed]
    best = min(same, key=lambda way: told[way]["seconds"])
    ours = told["ours"]["landing"]

    def ratio(name: str, ours_s: float, peer: str, target: float | None) -> Ratio:
        mine = "bad" if name.startswith("1 % bad") else "ours"
        return Ratio(name, ours_s, peer, told[peer]["seconds"], target, peak[mine], peak[peer])

    lines = [
        ratio("landing, against chdb's best typed insert", ours, best, 0.7),
        ratio("landing and compaction, against the same", told["ours"]["seconds"], best, None),
        ratio("landing, against chdb with properties as plain text", ours, "chdb-text", None),
        ratio("landing, against DuckDB's typed read_json", ours, "duckdb", None),
    ]
    slower = Ratio(
        "1 % bad lines, against none",
        told["bad"]["landing"],
        "ours",
        ours,
        1 / 1.3,
        peak["bad"],
        peak["ours"],
    )
    return [*lines, slower]


def _ours(log: Path, folder: Path) -> dict[str, float]:
    from ingest import Store, load

    with tempfile.TemporaryDirectory(dir=folder) as home, Store.open(Path(home)) as store:
        started = time.perf_counter()
        report = load(store, log)
        seconds = time.perf_counter() - started
        if report.lines != report.landed + report.duplicates + report.rejected:
            raise SystemExit("lines in are not landed + duplicates + rejected")
        with store.cursor() as cursor:
            row = cursor.execute("SELECT count(*) FROM events").fetchone()
        if row is None or row[0] != report.landed:
            raise SystemExit("not every landed line is an event")
        return {"seconds": seconds, "landing": sum(file.seconds for file in report.files)}


def main(arguments: list[str]) -> None:
    """Run one way on one log and print its figures; without arguments, the whole comparison."""
    if not arguments:
        for line in bench():
            print(json.dumps(line.to_json()))
        return
    way, log, folder = arguments[0], Path(arguments[1]), Path(arguments[2])
    if way in ("ours", "bad"):
        told = _ours(log, folder)
    elif way == "duckdb":
        told = {"seconds": duckdb_read_json(log, folder)}
    else:
        told = {"seconds": chdb_insert(CHDB_WAYS[way], log, folder)}
    print(json.dumps({**told, "peak_mb": own_peak_mb()}))


if __name__ == "__main__":
    main(sys.argv[1:])
