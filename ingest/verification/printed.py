"""What consoles print: lines without their colours, numbers in the units they are told in, the end of a file that was cut."""

import math
import re
from collections.abc import Iterator, Mapping

from ingest.verification.run import Malformed

MS = {"ns": 1e6, "us": 1e3, "ms": 1.0, "s": 1e-3}
MB = {"B": 1e6, "KB": 1e3, "MB": 1.0, "GB": 1e-3}
"""How many of a unit make one of the quantity's: divided by, so that what is printed stays as it is."""
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def lines_of(text: str, figures: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Every line with its number, without colours.

    Args:
        text: what was printed.
        figures: what marks a line that tells a figure.

    Raises:
        Malformed: the last line tells a figure but has no end: a number may be cut.
    """
    lines = text.split("\n")
    for number_, raw in enumerate(lines, 1):
        line = _ANSI.sub("", raw).rstrip("\r")
        if number_ == len(lines) and figures.search(line):
            raise Malformed(
                number_, "the last line has no end; must end with a line feed; check that the file is whole."
            )
        yield number_, line


def converted(line: int, name: str, given: str, unit: str, units: Mapping[str, float]) -> float:
    """A number in a unit of its own, in the quantity's.

    Args:
        line: where it stands.
        name: what it tells.
        given: as printed.
        unit: as printed.
        units: how many of each unit make one of the quantity's.

    Raises:
        Malformed: the unit is unknown, or it is no number.
    """
    if unit not in units:
        raise Malformed(line, f"`{name}` is in {unit!r}; must be in {', '.join(units)}; check the line.")
    return number(line, name, given) / units[unit]


def number(line: int, name: str, given: str) -> float:
    """A number, 0 or more.

    Args:
        line: where it stands.
        name: what it tells.
        given: as printed.

    Raises:
        Malformed: it is something else.
    """
    try:
        value = float(given)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise Malformed(line, f"`{name}` is {given!r}; must be a number, 0 or more; check the line.")
    return value
