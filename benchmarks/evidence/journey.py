"""One world through the unchanged terminal: land its logs, ask every question that has intervals, keep the JSON."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

Json = dict[str, Any]
Kazasu = Callable[..., Json]
"""Runs one verb with --json and gives what it printed."""

CURVES_MS = (1000, 2000, 4000, 6000, 8000)
DISPLAY = "display-8s"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the terminal said about one world.

    Args:
        landed: of `ingest`.
        readouts: experiment key -> `readout`.
        taps: of `taps --experiment display-8s`, each person's first impression.
        models: of `models`.
    """

    landed: Json
    readouts: dict[str, Json]
    taps: Json
    models: Json


def as_process(home: Path) -> Kazasu:
    """The terminal as people start it, one process a verb.

    Args:
        home: the store's folder.

    Returns:
        A function of the words after `kazasu`.
    """

    def run(*words: str | Path) -> Json:
        command = [sys.executable, "-m", "cli", "--home", home, *words, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return _read(words, done.returncode, done.stdout, done.stderr)

    return run


def in_process(home: Path) -> Kazasu:
    """The same terminal without starting a process each time, for many worlds.

    Args:
        home: the store's folder.

    Returns:
        A function of the words after `kazasu`.
    """
    from cli import app

    def run(*words: str | Path) -> Json:
        done = CliRunner().invoke(app, ["--home", str(home), *map(str, words), "--json"])
        return _read(words, done.exit_code, done.stdout, f"{done.stderr} {done.exception or ''}")

    return run


def answers(kazasu: Kazasu, world: Path) -> Answers:
    """Land a world and ask.

    Args:
        kazasu: the terminal over an empty store.
        world: a folder that the generator wrote.

    Returns:
        The answers.
    """
    landed = kazasu("ingest", world / "logs")
    designs = sorted((world / "experiments").glob("*.toml"))
    for design in designs:
        kazasu("experiment", "add", design)
    at = [word for ms in CURVES_MS for word in ("--at-ms", str(ms))]
    return Answers(
        landed=landed,
        readouts={design.stem: kazasu("readout", design.stem) for design in designs},
        taps=kazasu("taps", "--experiment", DISPLAY, *at),
        models=kazasu("models"),
    )


def _read(words: tuple[str | Path, ...], code: int, out: str, err: str) -> Json:
    if code != 0:
        raise RuntimeError(
            f"`kazasu {' '.join(map(str, words))}` ended with {code}: {err.strip() or out.strip()}"
        )
    found: Json = json.loads(out)
    return found
