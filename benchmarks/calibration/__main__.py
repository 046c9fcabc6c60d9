"""`python -m benchmarks.calibration`: are intervals, p-values and alarms right as often as they say?"""

import argparse
from pathlib import Path

from benchmarks.calibration.certificate import PAGE, SEED, certify


def main() -> int:
    """Write the page, print what is unmet; 1 if anything is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="1 = 10,000 experiments at fixed n, 20,000 under looks"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", type=Path, default=PAGE, help="where the page goes")
    asked = parser.parse_args()
    unmet = [row for row in certify(asked.scale, asked.seed, asked.write) if row.unmet]
    for row in unmet:
        print(f"unmet: {row}")
    return 1 if unmet else 0


if __name__ == "__main__":
    raise SystemExit(main())
