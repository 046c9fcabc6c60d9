"""`kazasu` and other Python processes on a store of their own, and lines as a phone would log them."""

import ctypes
import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 300
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.terminal.imported"])  # found from the root, where pytest is run


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


def started(
    *words: object, cwd: Path, env: Mapping[str, str], before: Callable[[], None] | None = None
) -> Said:
    """`kazasu` as people start it: an interpreter of its own, which imports everything."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *map(str, words)],
        cwd=cwd,
        env=env,
        preexec_fn=before,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def forked(*words: object, cwd: Path, env: Mapping[str, str]) -> Said:
    """The same `kazasu` as a process of its own, forked from one that has imported the modules and run nothing.

    It has its own environment, folder, output, locks and exit code; only the imports are not done again.
    """
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        child = FORKED.Process(
            target=_run, args=(list(map(str, words)), str(cwd), dict(env), str(out), str(err))
        )
        with _no_main():
            child.start()
        child.join(PATIENCE_S)
        if child.exitcode is None:
            child.kill()
            raise TimeoutError(f"`kazasu {' '.join(map(str, words))}` runs for {PATIENCE_S} s already")
        return Said(child.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))


@contextmanager
def _no_main() -> Iterator[None]:
    """A child begins by running the module that is called `__main__`; Streamlit's tests leave a script of theirs there."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _run(words: list[str], cwd: str, env: dict[str, str], out: str, err: str) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = [str(ROOT / "cli.py"), *words]
    from cli import main

    main()


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
