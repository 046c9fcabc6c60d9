"""Files that survive a crash: they are whole before they get their name."""

import os
from pathlib import Path


def move_durably(source: Path, target: Path) -> None:
    """Give a finished file its name, so that after a crash it is there whole or not at all.

    Args:
        source: the finished file, on the same disk.
        target: its name; a file of that name is replaced.
    """
    with source.open("rb") as file:
        os.fsync(file.fileno())
    source.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
