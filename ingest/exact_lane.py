"""The exact lane: lines that the fast lane would not vouch for, read one by one; each becomes an event or a reject."""

from collections.abc import Iterable
from pathlib import Path

from ingest.event import Event, Reject
from ingest.strict_json import Refused

_RAW_KEPT = 4_096


def sort_out(lines: Iterable[tuple[int, bytes]], accepted: Path) -> list[Reject]:
    """Read lines by the contract; write the good ones where the landing statement can read them.

    Args:
        lines: (1-based number, bytes) of each line.
        accepted: the NDJSON file to write; each line carries its number as "__line__".

    Returns:
        A reject for every line that is no event.
    """
    rejects = []
    with accepted.open("wb") as out:
        for number, line in lines:
            try:
                Event.from_line(line)
            except Refused as refusal:
                rejects.append(reject(number, refusal, line))
            else:
                out.write(_numbered(number, line))
    return rejects


def reject(number: int, refusal: Refused, line: bytes) -> Reject:
    """Return the reject of a refused line; a very long line keeps its beginning.

    Args:
        number: its 1-based place.
        refusal: why.
        line: its bytes.
    """
    return Reject(
        number, refusal.code, refusal.sentence, line[:_RAW_KEPT].decode("utf-8", "backslashreplace")
    )


def _numbered(number: int, line: bytes) -> bytes:
    body = line.decode("utf-8").removeprefix("\ufeff").strip(" \t\r\n").encode("utf-8")
    return b'{"__line__":' + str(number).encode("ascii") + b"," + body[1:] + b"\n"
