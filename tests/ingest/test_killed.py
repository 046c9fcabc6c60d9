"""A load that is killed at any moment loses nothing and lands nothing twice; the next load resumes."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest import Store, load
from tests.ingest.logs import events, good, write

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("KAZASU_KILLS", "5"))
_LOADER = (
    "import sys; from ingest import Store, load; load(Store.open(), sys.argv[1:]); print('done', flush=True)"
)


def _logs(folder: Path) -> list[Path]:
    """Six files of 1 500 lines, each repeating a tenth of the one before, with a bad line in every hundred."""
    paths = []
    for number in range(6):
        first = number * 1350
        lines = [
            good(n, properties={"n": n}) if n % 100 else b"{broken %d" % n for n in range(first, first + 1500)
        ]
        paths.append(write(folder / f"{number}.ndjson", lines))
    return paths


def test_killed_loads_lose_nothing_and_land_nothing_twice(tmp_path: Path):
    paths = _logs(tmp_path)
    with Store.open(tmp_path / "calm") as store:
        load(store, paths)
        wanted = events(store)
    home = tmp_path / "home"
    environment = {**os.environ, "KAZASU_HOME": str(home)}
    moments = random.Random(20260401)
    command = [sys.executable, "-c", _LOADER, *map(str, paths)]
    started = time.monotonic()
    subprocess.run(command, env={**environment, "KAZASU_HOME": str(tmp_path / "timed")}, check=True)
    whole = time.monotonic() - started  # not asserted on: it only says when a kill falls inside a load
    killed = 0
    for attempt in range(20 * KILLS):
        if killed == KILLS:
            break
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        time.sleep(moments.uniform(0.2, 1.0) * whole)
        process.send_signal(signal.SIGKILL)
        told, _ = process.communicate()
        killed += b"done" not in told
        with Store.open(home) as store:
            _check_nothing_twice(store, {row[0] for row in wanted})
            if attempt % 3 == 2 or b"done" in told:
                load(store, paths)
                assert events(store) == wanted
        if attempt % 3 == 2 or b"done" in told:
            shutil.rmtree(home)
    assert killed == KILLS


def _check_nothing_twice(store: Store, wanted: set[str]) -> None:
    ids = [row[0] for row in events(store)]
    assert len(ids) == len(set(ids))
    assert set(ids) <= wanted
    with store.cursor() as cursor:
        whole = cursor.execute(
            "SELECT bool_and(lines = landed + duplicates + rejected) FROM loads"
        ).fetchone()
    assert whole in ((True,), (None,))
