"""`make bench`: every comparison in one run; ratios beside those of last time, and a fall of over a quarter by name.

python -m benchmarks.run [--only landing|funnel|walk|taps|readout] [--save]
"""

import argparse
import json
import platform
from pathlib import Path
from typing import Any

from benchmarks import funnel, landing, readout, taps, walking

LAST = Path(__file__).with_name("last.json")
FALL = 0.75


def main() -> int:
    """Run the comparisons; return 1 when a ratio misses its target or fell by more than a quarter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("landing", "funnel", "walk", "taps", "readout"))
    parser.add_argument("--rows", type=int, default=landing.ROWS, help="lines to land")
    parser.add_argument("--events", type=int, default=10_000_000, help="events of the funnel")
    parser.add_argument("--impressions", type=int, default=10_000_000, help="impressions of the curves")
    parser.add_argument("--units", type=int, default=10_000_000, help="units of the readout")
    parser.add_argument("--save", action="store_true", help="keep these ratios as the ones to compare with")
    chosen = parser.parse_args()
    rows: list[dict[str, Any]] = []
    if chosen.only in (None, "landing"):
        print(f"landing {chosen.rows:,} lines", flush=True)
        rows += [line.to_json() for line in landing.bench(chosen.rows)]
    if chosen.only in (None, "funnel"):
        print(f"a funnel of five steps over {chosen.events:,} events", flush=True)
        rows += funnel.run(chosen.events)
    if chosen.only in (None, "walk"):
        print("the walk alone", flush=True)
        rows += walking.run()
    if chosen.only in (None, "taps"):
        print(f"curves of {chosen.impressions:,} impressions", flush=True)
        rows += taps.run(chosen.impressions)
    if chosen.only in (None, "readout"):
        print(f"a readout of {chosen.units:,} units", flush=True)
        rows += readout.run(chosen.units)
    last = json.loads(LAST.read_text("utf-8"))["ratios"] if LAST.exists() else {}
    worse = [row["name"] for row in rows if not _told(row, last.get(row["name"]))]
    if chosen.save:
        ratios = {**last, **{row["name"]: round(row["ratio"], 3) for row in rows}}
        told = {"machine": f"{platform.machine()}, Python {platform.python_version()}", "ratios": ratios}
        LAST.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if worse:
        print("missed or fallen: " + "; ".join(worse))
    return 1 if worse else 0


def _told(row: dict[str, Any], before: float | None) -> bool:
    """Print one ratio; say whether it meets its target and has not fallen by more than a quarter."""
    target, ratio = row.get("target"), row["ratio"]
    fell = before is not None and ratio < before * FALL
    missed = target is not None and ratio < target
    marks = [f"target {target:.2f}×" if target is not None else "no target"]
    marks += [f"last {before:.2f}×"] if before is not None else []
    marks += ["MISSED"] if missed else []
    marks += ["FELL by more than a quarter"] if fell else []
    if "ours_peak_mb" in row:
        marks.append(f"peak {row['ours_peak_mb']:.0f} MB against {row['peer_peak_mb']:.0f} MB")
    print(
        f"{ratio:6.2f}×  {row['name']}  ({', '.join(marks)}): {row['ours_s']:.3g} s against {row['peer_s']:.3g} s",
        flush=True,
    )
    return not (fell or missed)


if __name__ == "__main__":
    raise SystemExit(main())
