"""R as an oracle: run a script, read numbers back; skipped where R is not installed."""

import shutil
import subprocess

import pytest


def numbers_from_r(script: str) -> dict[str, list[float]]:
    """Run R code that calls `say(name, numbers)`; what it said, by name. NA and NaN come back as nan."""
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    head = 'say <- function(name, x) cat(name, sprintf("%.17g", x), "\\n")\nsuppressMessages(library(survival))\n'
    done = subprocess.run(
        ["Rscript", "--vanilla", "-"],
        input=head + script,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = (line.split() for line in done.stdout.splitlines() if line.strip())
    return {name: [float("nan") if x in ("NA", "NaN") else float(x) for x in rest] for name, *rest in said}
