"""A store of its own for every test, and `kazasu` as a real process in front of it."""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

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


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def kazasu(home: Path, tmp_path: Path) -> Kazasu:
    def run(*words: object, cwd: Path = tmp_path, mortal: bool = False) -> Said:
        done = subprocess.run(
            [sys.executable, str(ROOT / "cli.py"), *map(str, words)],
            cwd=cwd,
            env=environment(home),
            preexec_fn=obey_permissions if mortal else None,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return run


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


@pytest.fixture
def popup_log(tmp_path: Path) -> Path:
    """Three sellers photograph a book: one taps after 2 s, one dismisses, one never sees the pop-up; one line is broken."""
    lines = [
        logged("photo_taken", "2026-04-01T10:00:00+09:00", "ann", event_id="a1"),
        logged(
            "suggestion_shown",
            "2026-04-01T10:00:01+09:00",
            "ann",
            event_id="a2",
            impression_id="i1",
            display_ms=4000,
        ),
        logged(
            "suggestion_tapped",
            "2026-04-01T10:00:03+09:00",
            "ann",
            event_id="a3",
            impression_id="i1",
            elapsed_ms=2000,
        ),
        logged("photo_taken", "2026-04-01T11:00:00+09:00", "bob", event_id="b1"),
        logged(
            "suggestion_shown",
            "2026-04-01T11:00:01+09:00",
            "bob",
            event_id="b2",
            impression_id="i2",
            display_ms=4000,
        ),
        logged(
            "suggestion_dismissed",
            "2026-04-01T11:00:02+09:00",
            "bob",
            event_id="b3",
            impression_id="i2",
            elapsed_ms=1000,
        ),
        logged("photo_taken", "2026-04-01T12:00:00+09:00", "cay", event_id="c1"),
        '{"event": "photo_taken", "ts": "yesterday", "user_id": "dan"}',
    ]
    path = tmp_path / "popup.ndjson"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
