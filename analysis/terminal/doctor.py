"""The doctor: what is wrong with this machine or store, and how to mend it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.delegation import read_owner
from analysis.terminal.dispatch import perform
from analysis.terminal.landed_files import examine_files
from analysis.terminal.machine import Finding, examine_machine
from analysis.terminal.screen import say

_MENDS = {
    "engine": "Run `kazasu rebuild`; if it fails too, restore landed/ from a backup.",
    "store_busy": "Wait for the process that holds the store, or end it; then run `kazasu doctor` again.",
    "store_unavailable": "Run `kazasu rebuild`: it sets a broken index aside and makes a new one.",
}


def examine(home: Path | None, port: int) -> dict[str, object]:
    """Look at the machine, the store's files and, if it can be had, the store itself.

    Args:
        home: the folder of the store; None means KAZASU_HOME or `.kazasu`.
        port: the port that the pages would take.

    Returns:
        `{"home", "healthy", "findings": [{"code", "level", "sentence", "mend"}]}`; healthy if nothing fails.
    """
    from ingest.store import home_folder

    folder = (home or home_folder()).resolve()
    outside = [*examine_machine(folder, port), *examine_files(folder)]
    findings: list[Mapping[str, Any]] = [asdict(finding) for finding in outside]
    if folder.exists() and all(finding.level != "fail" for finding in outside):
        findings += _inside(folder)
    healthy = all(finding["level"] != "fail" for finding in findings)
    return {"home": str(folder), "healthy": healthy, "findings": findings}


def _inside(folder: Path) -> list[Mapping[str, Any]]:
    left = _left_behind(folder)
    answer = perform(folder, "doctor", {"now": datetime.now(UTC).isoformat()}, say=say)
    error = answer.get("error")
    if isinstance(error, dict):
        mend = _MENDS.get(str(error["code"]), "")
        return [asdict(Finding(str(error["code"]), "fail", str(error["sentence"]), mend))]
    found = answer["findings"]
    return [*(asdict(one) for one in left), *(found if isinstance(found, list) else [])]


def _left_behind(folder: Path) -> list[Finding]:
    from ingest.store import DATABASE

    log = folder / f"{DATABASE}.wal"
    owner = read_owner(folder)
    if not log.exists() or (owner and owner.alive()):
        return []
    size = log.stat().st_size / 1024**2
    sentence = f"An earlier process ended without closing; its last {size:.1f} MB of changes are taken over."
    return [
        Finding(
            "unmerged",
            "warn",
            sentence,
            "Nothing to do, unless it happens again: then look for what kills it.",
        )
    ]
