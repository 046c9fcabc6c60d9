"""`kazasu` and other Python processes on a store of their own, and lines as a phone would log them."""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Said:
    """What a process said and how it left."""

    exit: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


Kazasu = Callable[..., Said]


def obey_permissions() -> None:
    """Before the process starts: even root then needs write permission to write (CAP_DAC_OVERRIDE is dropped)."""
    drop_capability, overrides = 24, (1, 2)
    if os.geteuid() == 0:
        for capability in overrides:
            assert ctypes.CDLL(None).prctl(drop_capability, capability, 0, 0, 0) == 0


@contextmanager
def process(*words: object, home: Path) -> Iterator[subprocess.Popen]:
    """A Python process on that store, stopped at the end; its first line of output has been read."""
    with subprocess.Popen(
        [sys.executable, *map(str, words)],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            running.stdout.readline()
            yield running
        finally:
            running.terminate()


def environment(home: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("KAZASU")},
        "KAZASU_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def logged(event: str, ts: str, user: str, **more: object) -> str:
    """One line of a log, as a phone would write it."""
    known = {"session_id", "attempt_id", "platform", "device", "seq", "event_id"}
    top = {name: value for name, value in more.items() if name in known}
    properties = {name: value for name, value in more.items() if name not in known}
    return json.dumps({"event": event, "ts": ts, "user_id": user, **top, "properties": properties})
