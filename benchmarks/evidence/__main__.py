"""`make evidence`: do intervals cover what they promise, on simulated arms and in whole planted worlds?"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.calibration import certificate
from benchmarks.evidence import (
    agreement,
    curve_coverage,
    extrapolation,
    interval_coverage,
    loops,
    page,
    people_coverage,
    worlds,
)

Rows = list[dict[str, Any]]
PARTS: dict[str, tuple[str, Callable[[argparse.Namespace], Rows]]] = {
    "loops": ("Long loops", lambda _: loops.run()),
    "intervals": ("Intervals on simulated arms", lambda asked: interval_coverage.run(asked.scale)),
    "curves": ("Curves over time on simulated impressions", lambda asked: curve_coverage.run(asked.scale)),
    "people": (
        "Curves over time on simulated people, five impressions each",
        lambda asked: people_coverage.run(asked.scale),
    ),
    "agreement": ("The agreement check on simulated launches", lambda asked: agreement.run(asked.scale)),
    "extrapolation": (
        "Display times beyond the data, on simulated launches",
        lambda asked: extrapolation.run(asked.scale),
    ),
    "calibration": (
        "Calibration of effects, intervals and alarms: docs/calibration.md",
        lambda asked: certificate.summary(asked.scale, asked.out.parent / certificate.PAGE.name),
    ),
    "worlds": ("Planted values in random worlds", lambda asked: worlds.run(asked.worlds, asked.users)),
}


def main() -> int:
    """Run the parts, print them, put each on the page, and say by the exit code whether what is required is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=50, help="random worlds read out through the terminal")
    parser.add_argument("--users", type=int, default=worlds.USERS, help="people in each world")
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        help="1.0 = 2,000 replicates of each simulated arm, 10,000 of curves",
    )
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, help="these parts alone; on the page the others stay"
    )
    parser.add_argument("--out", type=Path, default=Path("docs/evidence.md"), help="where the figures go")
    chosen = parser.parse_args()
    names = chosen.only or list(PARTS)
    unmet = 0
    for name in names:
        title, work = PARTS[name]
        print(f"{title} …", flush=True)
        begin = time.perf_counter()
        rows = work(chosen)
        seconds = time.perf_counter() - begin
        Console(width=140).print(_table(f"{title}, {seconds:.0f} s", rows))
        command = f"python -m benchmarks.evidence --only {name} --scale {chosen.scale:g}"
        command += f" --worlds {chosen.worlds} --users {chosen.users}" if name == "worlds" else ""
        page.put(chosen.out, [told for told, _ in PARTS.values()], title, rows, command, seconds)
        unmet += sum(not row.get("met", True) for row in rows)
    return 0 if unmet == 0 else 1


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(page.cell(row.get(column)) for column in columns))
    return table


if __name__ == "__main__":
    raise SystemExit(main())
