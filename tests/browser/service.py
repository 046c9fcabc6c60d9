"""The real service on a free port with the sample landed, and a real Chromium that may talk to nobody else."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
)

ROOT = Path(__file__).parents[2]
PAGES = ("", "funnel", "why", "milestones", "taps", "models", "readout", "health")
WIDE, PHONE = (1440, 900), (400, 860)
LOADED_MS = 60_000


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


@dataclass
class Reader:
    """Somebody in front of the pages, and everything that went wrong on their screen."""

    context: BrowserContext
    url: str
    trouble: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page in a new tab and wait until it has been drawn."""
        tab = self.context.new_page()
        tab.on("console", self._heard)
        tab.on("pageerror", lambda error: self.trouble.append(f"page error: {error}"))
        tab.on("request", self._asked)
        tab.goto(f"{self.url}/{path}")
        drawn(tab)
        return tab

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _is_probe(message.location.get("url", "")):
            self.trouble.append(f"console: {message.text} {message.location.get('url')}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.url).netloc:
            self.trouble.append(f"request to {request.url}")


def _is_probe(url: str) -> bool:
    """Streamlit, opened at /funnel, first asks /funnel/_stcore/… whether it lives there; the 404 is the answer no."""
    path = urlsplit(url).path
    return path.count("/") >= 3 and path.endswith(("/_stcore/health", "/_stcore/host-config"))


def drawn(tab: Page) -> None:
    """Wait until the page has its title and nothing is running any more."""
    tab.wait_for_selector("[data-testid=stMain] h1", timeout=LOADED_MS)
    tab.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
        " && !document.querySelector('[data-stale=true]')",
        timeout=LOADED_MS,
    )
