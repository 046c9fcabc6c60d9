"""Running one piece of work in a process of its own: seconds as it tells them, peak memory as the system does."""

import json
import resource
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """What one run told, and the most memory it held, in MB."""

    told: dict[str, float]
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """Our median seconds beside a peer's for the same work; `ratio` above 1 means that we are faster."""

    name: str
    ours_s: float
    peer: str
    peer_s: float
    target: float | None
    ours_peak_mb: float
    peer_peak_mb: float

    @property
    def ratio(self) -> float:
        """Peer seconds over our seconds."""
        return self.peer_s / self.ours_s

    def to_json(self) -> dict[str, object]:
        """Return the figures as plain values."""
        return {
            "name": self.name,
            "ours_s": round(self.ours_s, 3),
            "peer": self.peer,
            "peer_s": round(self.peer_s, 3),
            "ratio": round(self.ratio, 3),
            "target": self.target,
            "ours_peak_mb": round(self.ours_peak_mb),
            "peer_peak_mb": round(self.peer_peak_mb),
        }


def run_apart(module: str, *arguments: str) -> Run:
    """Run `python -m module arguments` and read the JSON object of its last line.

    Args:
        module: the module; prints figures in seconds as one JSON object.
        arguments: its arguments.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    peak = told.pop("peak_mb", max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024)
    return Run(told, peak)


def own_peak_mb() -> float:
    """Return the most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def medians(runs: list[Run]) -> Mapping[str, float]:
    """Return the median of each figure over runs."""
    return {name: statistics.median(run.told[name] for run in runs) for name in runs[0].told}
