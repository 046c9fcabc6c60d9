"""What can be wrong with this machine: versions, folder, disk, port, fonts; and how to mend it."""

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from importlib import metadata
from pathlib import Path
from typing import Literal

Level = Literal["ok", "warn", "fail"]
OLDEST_PYTHON = (3, 11)
LOW_DISK_BYTES, NO_DISK_BYTES = 2 * 1024**3, 256 * 1024**2
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^;\s]+)$")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        code: a stable name.
        level: `ok`; `warn` works but should be looked at; `fail` does not work.
        sentence: what was found.
        mend: what to do; empty if nothing.
    """

    code: str
    level: Level
    sentence: str
    mend: str = ""


def examine_machine(home: Path, port: int) -> list[Finding]:
    """Look at everything outside the store's contents.

    Args:
        home: the folder of the store; it need not exist yet.
        port: the port that the pages would take.

    Returns:
        One finding per thing looked at.
    """
    return [_python(), *_pins(), _writable(home), _private(home), _disk(home), _port(port), _fonts()]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Finding("python", "fail", f"Python is {version}.", "Install Python 3.11 or later.")
    return Finding("python", "ok", f"Python is {version}.")


def _pins() -> list[Finding]:
    try:
        wanted = [_PINNED.match(line.replace(" ", "")) for line in metadata.requires("kazasu") or []]
    except metadata.PackageNotFoundError:
        sentence = "Kazasu runs from its folder without being installed; its versions were not compared."
        return [Finding("package", "warn", sentence, "Run `pip install -e .` in that folder.")]
    return [_pin(found[1], found[2]) for found in wanted if found]


def _pin(name: str, wanted: str) -> Finding:
    mend = f"Run `pip install '{name}=={wanted}'`."
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding("version", "fail", f"{name} is not installed; {wanted} is needed.", mend)
    if version != wanted:
        return Finding(
            "version", "fail", f"{name} is {version}; {wanted} is what Kazasu was proven with.", mend
        )
    return Finding("version", "ok", f"{name} is {version}.")


def _writable(home: Path) -> Finding:
    folder = _nearest(home)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        sentence = f"{folder} cannot be written: {error.strerror}."
        mend = f"Give yourself write permission on {folder}, or choose --home."
        return Finding("writable", "fail", sentence, mend)
    return Finding("writable", "ok", f"{folder} can be written.")


def _private(home: Path) -> Finding:
    if not home.exists():
        return Finding("private", "ok", f"{home} does not exist yet; the first verb makes it.")
    open_to = stat.S_IMODE(home.stat().st_mode) & (stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH)
    if open_to:
        sentence = f"{home} can be read or written by other users of this machine."
        return Finding("private", "warn", sentence, f"Run `chmod 700 {home}`.")
    return Finding("private", "ok", f"{home} is closed to other users.")


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(_nearest(home)).free
    sentence = f"{free / 1024**3:.1f} GB are free where the store lives."
    if free < NO_DISK_BYTES:
        return Finding(
            "disk", "fail", sentence, "Free some space: a load needs room for rows and their index."
        )
    if free < LOW_DISK_BYTES:
        return Finding("disk", "warn", sentence, "Free some space before the next large load.")
    return Finding("disk", "ok", sentence)


def _port(port: int) -> Finding:
    if not taken(port):
        return Finding("port", "ok", f"Port {port} is free for the pages.")
    if _is_kazasu(port):
        return Finding("port", "ok", f"Kazasu serves its pages on port {port}.")
    sentence = f"Port {port} is taken by another program; the pages cannot be served there."
    return Finding("port", "warn", sentence, "Run `kazasu serve --port` with a free port.")


def _is_kazasu(port: int) -> bool:
    door = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        door.request("GET", "/healthz")
        told = json.loads(door.getresponse().read(10_000))
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        door.close()
    return isinstance(told, dict) and ("data_version" in told or told.get("status") == "unavailable")


def taken(port: int) -> bool:
    """Whether something on this machine already listens on a loopback port."""
    with socket.socket() as knock:
        knock.settimeout(1)
        return knock.connect_ex(("127.0.0.1", port)) == 0


def _fonts() -> Finding:
    finder = shutil.which("fc-list")
    if finder is None:
        return Finding("fonts", "ok", "Fonts were not looked at: fc-list is not installed.")
    found = subprocess.run([finder, ":lang=ja", "family"], capture_output=True, text=True, check=False)
    if found.stdout.strip():
        return Finding("fonts", "ok", "A font with Japanese letters is installed.")
    sentence = (
        "No font with Japanese letters is installed; Japanese labels in exported pictures would be boxes."
    )
    return Finding("fonts", "warn", sentence, "Install one, for example `apt-get install fonts-noto-cjk`.")


def _nearest(home: Path) -> Path:
    folder = home.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder if os.access(folder, os.X_OK) else folder.parent
