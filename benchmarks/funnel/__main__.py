"""`python -m benchmarks.funnel`: print one line a comparison; with --role, be one engine."""

import argparse
import json
import resource
import sys
from pathlib import Path

from benchmarks.funnel import engines, filling
from benchmarks.funnel.comparing import run


def main() -> None:
    """Run as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--role", choices=["fill_kazasu", "fill_clickhouse", "kazasu", "clickhouse"])
    parser.add_argument("--names", type=int, default=5)
    told = parser.parse_args()
    if told.role is None:
        for one in run(told.events, told.keep):
            print(
                f"{one['ratio']:6.2f}x (target {one['target'] or 0:.2f}) {one['name']}: "
                f"{one['ours_s']:.3g} s against {one['peer_s']:.3g} s"
            )
        return
    if told.role == "fill_kazasu":
        filling.fill_kazasu(told.keep, told.events, told.names)
    elif told.role == "fill_clickhouse":
        filling.fill_clickhouse(told.keep)
    else:
        _answer(told.role, told.keep, told.events, told.names)
    print(json.dumps({"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def _answer(role: str, place: Path, events: int, names: int) -> None:
    asked = {"kazasu": engines.kazasu, "clickhouse": engines.clickhouse}[role](place, events, names)
    for line in sys.stdin:
        print(json.dumps(asked[line.strip()]()), flush=True)


if __name__ == "__main__":
    main()
