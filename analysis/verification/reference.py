"""Figures that others published: rows of their own type, with their source, that never stand among what was measured."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("reference.toml")


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """What somebody else told.

    Args:
        key: its name; `reference.<key>` of the catalogue says it in words.
        source: who told it, where and when.
        model, conversion, device, delegate: what it is about, as far as it says.
        latency_ms: in ms, where it is one; else the words tell it.
    """

    key: str
    source: str
    model: str | None = None
    conversion: str | None = None
    device: str | None = None
    delegate: str | None = None
    latency_ms: float | None = None


@cache
def reference_rows() -> tuple[ReferenceRow, ...]:
    """Every row, in order of the file."""
    told = tomllib.loads(_FILE.read_text("utf-8"))["rows"]
    return tuple(ReferenceRow(**row) for row in told)
