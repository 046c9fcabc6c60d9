"""`make evidence`: do intervals cover what they promise, on simulated arms and in whole planted worlds?"""

import argparse
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.evidence import (
    agreement,
    curve_coverage,
    extrapolation,
    interval_coverage,
    loops,
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
    "worlds": ("Planted values in random worlds", lambda asked: worlds.run(asked.worlds, asked.users)),
}


def main() -> int:
    """Run both studies, print them, and say by the exit code whether the worlds' requirement is met."""
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
        "--only", nargs="+", choices=PARTS, help="these parts alone; the page then has no others"
    )
    parser.add_argument("--out", type=Path, default=Path("docs/evidence.md"), help="where the figures go")
    chosen = parser.parse_args()
    found, seconds = {}, {}
    for name in chosen.only or PARTS:
        title, work = PARTS[name]
        print(f"{title} …", flush=True)
        begin = time.perf_counter()
        found[title] = work(chosen)
        seconds[title] = time.perf_counter() - begin
    for title, rows in found.items():
        Console(width=140).print(_table(title, rows))
    command = f"python -m benchmarks.evidence --worlds {chosen.worlds} --users {chosen.users} --scale {chosen.scale}"
    command += f" --only {' '.join(chosen.only)}" if chosen.only else ""
    chosen.out.write_text(_page(command, found, seconds), encoding="utf-8")
    return 0 if all(row.get("met", True) for rows in found.values() for row in rows) else 1


def _page(command: str, found: dict[str, list[dict[str, Any]]], seconds: dict[str, float]) -> str:
    """The figures as a page that names the commit and the command they come from."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "unknown"
    minutes = sum(seconds.values()) / 60
    parts = [
        f"# Evidence\n\nWritten by `make evidence` at commit `{commit}`: `{command}`; {minutes:.0f} minutes.\n"
    ]
    for title, rows in found.items():
        columns = list(dict.fromkeys(name for row in rows for name in row))
        lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
        lines += ["| " + " | ".join(_cell(row.get(column)) for column in columns) + " |" for row in rows]
        parts.append(f"## {title}\n\n{seconds[title]:.0f} seconds.\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    return table


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    raise SystemExit(main())
