"""The sample landed once, the service over it, a real Chromium, and readers in front of it."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.readers import Reader, Seats
from tests.browser.service import kazasu, serving

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample's store, which one of the workers of this run has landed."""
    own = tmp_path_factory.mktemp("sample") / "home"
    base = tmp_path_factory.getbasetemp()
    run = (
        base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    )  # each worker has a folder in the run's
    landed, done = run / "sample-landed", run / "sample-landed.done"
    with (run / "sample-landed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(landed, ignore_errors=True)
            told = kazasu(landed, "demo", "--no-serve")
            assert told.returncode == 0, told.stdout + told.stderr
            done.touch()
    shutil.copytree(landed, own)
    return own


@pytest.fixture(scope="session")
def service(sample_home: Path) -> Iterator[str]:
    with serving(sample_home) as url:
        yield url


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(driver: Playwright) -> Iterator[Browser]:
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def seats(chromium: Browser) -> Iterator[Seats]:
    kept = Seats(chromium)
    yield kept
    kept.close()


@pytest.fixture
def reader(seats: Seats) -> Iterator[Callable[..., Reader]]:
    """Readers by language and screen: `reader(url, lang="ja", screen=PHONE)`; `new=True` has never been here before."""
    with seats.taken() as sit_down:
        yield sit_down


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service over a store without a row."""
    with serving(tmp_path_factory.mktemp("empty")) as url:
        yield url
