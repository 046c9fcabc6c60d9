"""A packed log laid out plain; one that breaks off keeps the whole lines before the break."""

import os
from dataclasses import dataclass
from pathlib import Path

from ingest.event import Reject
from ingest.formats.lines import compression, unpack

_BLOCK = 1 << 20
_SHOWN = 10_000


@dataclass(frozen=True, slots=True)
class Plain:
    """A log's plain bytes: where they are, why they break off (or None), and the line that the break cuts."""

    path: Path
    broken: str | None = None
    cut: bytes = b""

    def reject(self, line: int) -> tuple[Reject, ...]:
        """The reject for the row that the break goes through, if there is a break.

        Args:
            line: its number.
        """
        if self.broken is None:
            return ()
        sentence = f"`source` breaks off in row {line} ({self.broken}); must be a whole file; send it again"
        return (
            Reject(line, "damaged_source", sentence, self.cut[:_SHOWN].decode("utf-8", errors="replace")),
        )


def laid_out(path: Path, spare: Path) -> Plain:
    """A log as plain bytes: the file itself, or unpacked into a spare file if it is gzip or zstd.

    Args:
        path: the log.
        spare: the file to unpack into; the caller removes it.
    """
    kind = compression(path)
    if kind is None:
        return Plain(path)
    unpacked = unpack(path, kind, spare)
    return Plain(spare) if unpacked.broken is None else Plain(spare, unpacked.broken, _cut_last_line(spare))


def _cut_last_line(path: Path) -> bytes:
    """Take what stands after the last line feed off a file, and return it."""
    with path.open("r+b") as file:
        end = start = file.seek(0, os.SEEK_END)
        tail = b""
        while start > 0 and b"\n" not in tail:
            start = max(0, start - _BLOCK)
            file.seek(start)
            tail = file.read(end - start)
        cut = tail.rpartition(b"\n")[2]
        file.truncate(end - len(cut))
    return cut
