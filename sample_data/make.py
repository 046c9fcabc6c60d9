"""Write the synthetic logs, experiments, bench figures and manifest of one world.

python sample_data/make.py --seed S --truths FILE [--out DIR] [--planted-out FILE]
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sample_data.bench import write_bench
from sample_data.designs import DAYS, write_experiments
from sample_data.dice import Dice
from sample_data.planted import planted
from sample_data.truths import BadTruths, Truths, read_truths
from sample_data.upload import LogFile, Upload
from sample_data.world import Life

_HERE = Path(__file__).resolve().parent


def make(seed: int, truths: Truths, folder: Path) -> list[LogFile]:
    """Write one world.

    Args:
        seed: any whole number; the same seed and truths give the same bytes.
        truths: what is planted.
        folder: gets `logs/`, `experiments/`, `bench/` and `MANIFEST.toml`.

    Returns:
        The log files.
    """
    traces = Life(truths, seed).traces()
    files = Upload(truths.world, truths.log, Dice(seed, 6)).write(traces, folder / "logs")
    designs = write_experiments(truths, folder / "experiments")
    bench = write_bench(truths, Dice(seed, 7), folder / "bench")
    (folder / "MANIFEST.toml").write_text(_manifest(truths, files, designs, bench, folder), encoding="utf-8")
    return files


def _manifest(
    truths: Truths, files: list[LogFile], designs: list[Path], bench: list[Path], folder: Path
) -> str:
    lines = [
        "# SYNTHETIC: written by make.py; no person, phone or model was observed.",
        "synthetic = true",
        f"start = {truths.world.start.isoformat()}",
        f"days = {DAYS}",
        f"experiments = {json.dumps([design.relative_to(folder).as_posix() for design in designs])}",
        f"bench = {json.dumps([file.relative_to(folder).as_posix() for file in bench])}",
    ]
    for file in files:
        lines += ["", "[[files]]", f'path = "{file.path.relative_to(folder).as_posix()}"']
        lines += [f"lines = {file.lines}", f'sha256 = "{file.digest}"']
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the arguments and write the world."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seed", type=int, required=True, help="a whole number; equal seeds give equal bytes"
    )
    parser.add_argument("--truths", type=Path, required=True, help="what is planted (TOML)")
    parser.add_argument("--out", type=Path, default=_HERE, help="folder to write to")
    parser.add_argument("--planted-out", type=Path, help="file for the true values (JSON)")
    arguments = parser.parse_args()
    try:
        truths = read_truths(arguments.truths)
        files = make(arguments.seed, truths, arguments.out)
    except (BadTruths, OSError) as wrong:
        parser.error(str(wrong))
    if arguments.planted_out is not None:
        arguments.planted_out.write_text(json.dumps(planted(truths), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(
        f"{sum(file.lines for file in files):,} lines in {len(files)} files under {arguments.out}\n"
    )


if __name__ == "__main__":
    main()
