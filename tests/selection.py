"""What `make test` runs: every test whose needs this machine meets; --everything fails when a need is not met."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def unmet() -> dict[str, str]:
    """Marker -> why its tests cannot run here."""
    data = Path(os.environ.get("KAZASU_REAL_DATA", "../shared/data"))
    wants = {
        "real": None if (data / "NOTES.md").exists() else f"the real logs are not at {data}",
        "browser": None if shutil.which("chromium") else "there is no Chromium",
        "r": None if _has_r() else "there is no R with survival and cmprsk",
    }
    return {marker: why for marker, why in wants.items() if why}


def _has_r() -> bool:
    if shutil.which("Rscript") is None:
        return False
    question = ["Rscript", "-e", "library(survival); library(cmprsk)"]
    return subprocess.run(question, capture_output=True, check=False).returncode == 0


def main(arguments: list[str]) -> int:
    """Run pytest over what can run; say what is left out and why."""
    everything = "--everything" in arguments
    rest = [argument for argument in arguments if argument != "--everything"]
    missing = unmet()
    for marker, why in missing.items():
        print(f"left out: tests marked {marker}, because {why}", flush=True)
    if everything and missing:
        return 1
    chosen = " and ".join(["not evidence", *(f"not {marker}" for marker in missing)])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "3",  # many tests wait for a process or a browser, so three keep two cores busy
        "--dist",
        "loadfile",  # one file, one worker: what a file makes once is made once
        "--no-loadscope-reorder",  # conftest's order: what takes longest first
        "-m",
        chosen,
        "--durations=15",
        *rest,
    ]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
