"""The real service on a free port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
PAGES = (
    "",
    "funnel",
    "why",
    "milestones",
    "taps",
    "display",
    "copies",
    "models",
    "bench",
    "readout",
    "health",
)


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "KAZASU_HOME": str(home), "PYTHONPATH": str(ROOT)}


def kazasu(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command of the terminal on the store of `home`."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        cwd=ROOT, env=environment(home), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


@contextmanager
def serving(
    home: Path, command: Callable[[int], Sequence[str]] | None = None, cwd: Path = ROOT
) -> Iterator[str]:
    """The service's address while it runs; `command(port)` says how it is started."""
    port = free_port()
    started = command or (
        lambda port: [
            sys.executable,
            "-m",
            "uvicorn",
            "app:app",
            "--port",
            str(port),
            "--log-level",
            "warning",
        ]
    )
    log = home / f"service-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(started(port), cwd=cwd, env=environment(home), stdout=out, stderr=out)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            pytest.fail(f"the service ended with {process.returncode}:\n{log.read_text()[-3000:]}")
        try:
            if httpx.get(f"{url}/healthz", timeout=5).status_code in (200, 503):
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"the service did not answer:\n{log.read_text()[-3000:]}")
