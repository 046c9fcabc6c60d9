"""Three worlds with other seeds and other truths, each made once and read out by `kazasu`, one of them as people start it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.evidence.journey import Answers, Json, Kazasu, answers, as_process, in_process

HERE = Path(__file__).parent
MAKE = HERE.parents[1] / "sample_data" / "make.py"
SEEDS = {"three-seconds": 101, "no-copy-effect": 202, "mismatch-elsewhere": 303}
AS_PEOPLE_START_IT = "three-seconds"
"""The world that is landed, and asked first, by a process; everything else asks the same terminal without starting one."""


@dataclass(frozen=True)
class World:
    name: str
    planted: dict
    found: Answers
    kazasu: Kazasu

    def decision(self, experiment: str) -> str:
        return self.found.readouts[experiment]["verdict"]["decision"]

    def effect(self, experiment: str, metric: str, arm: str) -> dict:
        said = next(m for m in self.found.readouts[experiment]["metrics"] if m["key"] == metric)
        return said["effects"][arm]["absolute"]

    def value(self, experiment: str, metric: str, arm: str) -> float:
        said = next(m for m in self.found.readouts[experiment]["metrics"] if m["key"] == metric)
        return said["arms"][arm]["value"]


@pytest.fixture(scope="session")
def worlds(tmp_path_factory):
    """name -> World; each is made on first use."""
    made: dict[str, World] = {}

    def world(name: str) -> World:
        if name not in made:
            made[name] = _live(name, tmp_path_factory.mktemp(name))
        return made[name]

    return world


def _live(name: str, place: Path) -> World:
    command = [sys.executable, MAKE, "--seed", str(SEEDS[name]), "--truths", HERE / f"{name}.toml"]
    planted = place / "planted.json"
    subprocess.run(
        [*command, "--out", place / "world", "--planted-out", planted], check=True, capture_output=True
    )
    kazasu = _started_once(place / "home") if name == AS_PEOPLE_START_IT else in_process(place / "home")
    found = answers(kazasu, place / "world")
    return World(name, json.loads(planted.read_text()), found, kazasu)


def _started_once(home: Path) -> Kazasu:
    """The terminal as people start it for the first `ingest` and the first `readout`, else without a process."""
    started, inside, left = as_process(home), in_process(home), {"ingest", "readout"}

    def run(*words: str | Path) -> Json:
        first = words[0] in left
        left.discard(str(words[0]))
        return (started if first else inside)(*words)

    return run
