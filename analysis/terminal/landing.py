"""The verbs that write from a terminal: landing logs with a progress bar, and making a broken index again."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.refusals import UNAVAILABLE
from analysis.terminal.dispatch import perform
from analysis.terminal.screen import say

if TYPE_CHECKING:
    from analysis.verbs import Progress

PHASES = frozenset({"measuring", "landing"})
"""What `load` says between the beginning and the end of a source."""


def ingest(
    home: Path | None, paths: Sequence[str], mapping: Path | None, *, quiet: bool
) -> dict[str, object]:
    """Land logs, here or in the process that owns the store.

    Args:
        home: the folder of the store; None means KAZASU_HOME or `.kazasu`.
        paths: files, folders and globs, as typed.
        mapping: the mapping file, if the logs are tables.
        quiet: no progress.

    Returns:
        The verb's JSON.
    """
    payload = {
        "paths": [str(Path(path).expanduser().absolute()) for path in paths],
        "mapping": str(mapping.expanduser().absolute()) if mapping else None,
    }
    with progress_bar(quiet=quiet) as progress:
        return perform(home, "ingest", payload, say=say, progress=progress)


def rebuild(home: Path | None) -> dict[str, object]:
    """Make the index again; one that cannot even be opened is set aside first.

    Args:
        home: the folder of the store; None means KAZASU_HOME or `.kazasu`.

    Returns:
        The verb's JSON, with `set_aside`: the files that were moved away.
    """
    answer = perform(home, "rebuild", {}, say=say)
    if not _is_broken(answer):
        return {**answer, "set_aside": []} if "error" not in answer else answer
    moved = _set_aside(home)
    answer = perform(home, "rebuild", {}, say=say)
    return {**answer, "set_aside": [str(path) for path in moved]} if "error" not in answer else answer


@contextmanager
def progress_bar(*, quiet: bool) -> "Iterator[Progress | None]":
    """A bar on a terminal, one line a file elsewhere, nothing if quiet; always on stderr.

    Args:
        quiet: whether to show nothing.

    Yields:
        What `load` calls with (what is being done, share done, lines of the source or 0), or None.
    """
    if quiet:
        yield None
        return
    pace = Pace(time.monotonic())
    if not sys.stderr.isatty():
        yield pace.line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, markup=False)) as bar:
        task = bar.add_task("", total=1.0)

        def show(what: str, share: float, lines: int) -> None:
            bar.update(task, description=pace.told(what, share, lines), completed=share)

        yield show


class Pace:
    """Which source is landing, and how many rows a second have gone by since the start."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._source = ""
        self._rows = 0

    def told(self, what: str, share: float, lines: int) -> str:
        """What to show beside the bar: the source, the phase, and the rows a second so far."""
        if what not in PHASES:
            self._source = what
        under_way = round(share * lines)
        speed = (self._rows + under_way) / max(time.monotonic() - self._started, 1e-3)
        if what not in PHASES and share >= 1:
            self._rows += lines
        phase = f" {what}" if what in PHASES else ""
        return f"{self._source}{phase}, {speed:,.0f} rows/s"

    def line(self, what: str, share: float, lines: int) -> None:
        """Say one line when a source is done."""
        text = self.told(what, share, lines)
        if what not in PHASES and share >= 1:
            say(f"{text}, {lines:,} lines")


def _is_broken(answer: dict[str, object]) -> bool:
    error = answer.get("error")
    return isinstance(error, dict) and error["exit"] == UNAVAILABLE and error["code"] == "store_unavailable"


def _set_aside(home: Path | None) -> list[Path]:
    from ingest.store import DATABASE, home_folder

    folder = (home or home_folder()).resolve()
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    broken = [path for path in (folder / DATABASE, folder / f"{DATABASE}.wal") if path.exists()]
    return [path.rename(path.with_name(f"{path.name}.broken-{stamp}")) for path in broken]
