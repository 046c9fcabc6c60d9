"""R as an oracle: run a script, read numbers back; skipped where R is not installed."""

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

_HEAD = (
    'say <- function(name, x) cat(name, sprintf("%.17g", x), "\\n")\nsuppressMessages(library(survival))\n'
)
_RUN = (
    'failed <- tryCatch({{ source("{script}", local = new.env()); "" }}, error = conditionMessage); '
    'cat("\\nFAILED", failed, "\\nDONE\\n"); flush(stdout())\n'
)


def numbers_from_r(script: str) -> dict[str, list[float]]:
    """Run R code that calls `say(name, numbers)`; what it said, by name. NA and NaN come back as nan."""
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    said: dict[str, list[float]] = {}
    for line in _told(script):
        name, *rest = line.split()
        said[name] = [float("nan") if x in ("NA", "NaN") else float(x) for x in rest]
    return said


def _told(script: str) -> list[str]:
    """The lines that a script says, run in an environment of its own in the one R of this process."""
    running, folder = _running()
    assert running.stdin is not None
    assert running.stdout is not None
    path = folder / "script.R"
    path.write_text(script, encoding="utf-8")
    running.stdin.write(_RUN.format(script=path))
    running.stdin.flush()
    lines: list[str] = []
    for line in running.stdout:
        if line.strip() == "DONE":
            failed = lines.pop().removeprefix("FAILED").strip()
            assert failed == "", failed
            return lines
        if line.strip():
            lines.append(line.strip())
    raise AssertionError(f"R ended: {running.wait()}")


@cache
def _running() -> tuple[subprocess.Popen[str], Path]:
    """R takes most of a second to start, and longer to load its libraries: one serves all tests of a process."""
    folder = Path(tempfile.mkdtemp(prefix="kazasu-r-"))
    running = subprocess.Popen(
        ["Rscript", "--vanilla", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert running.stdin is not None
    running.stdin.write(_HEAD)
    running.stdin.flush()

    def end() -> None:
        running.kill()
        running.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return running, folder
