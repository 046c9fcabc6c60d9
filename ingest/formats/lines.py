"""Bytes of a source as plain lines: digests, counts, and compressed files unpacked as far as they go."""

import hashlib
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

_BLOCK = 1 << 22
_ZSTD_BLOCK = 1 << 14
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one pass over a file's bytes tells: its digest and the number of its lines."""

    digest: str
    bytes: int
    lines: int


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A compressed source written out plain; `broken` says why the end is missing, if it is."""

    path: Path
    broken: str | None


def measure(path: Path, seen: Callable[[int], None] | None = None) -> Measured:
    """Read a file once for its digest and its line count.

    Args:
        path: the file.
        seen: called with the bytes read so far.

    Returns:
        Its SHA-256, its size and its number of lines; a last line without a line feed counts.
    """
    digest, size, feeds, last = hashlib.sha256(), 0, 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
            feeds += block.count(b"\n")
            last = block[-1:]
            if seen is not None:
                seen(size)
    unfinished = size > 0 and last != b"\n"
    return Measured(digest.hexdigest(), size, feeds + int(unfinished))


def compression(path: Path) -> str | None:
    """Return "gzip", "zstd" or None by the file's first bytes, whatever its name says.

    Args:
        path: the file.
    """
    with path.open("rb") as file:
        head = file.read(4)
    return "gzip" if head.startswith(_GZIP) else "zstd" if head == _ZSTD else None


def unpack(path: Path, kind: str, out: Path) -> Unpacked:
    """Write a compressed source out plain, keeping what stands before any damage.

    Args:
        path: the compressed file.
        kind: "gzip" or "zstd".
        out: where to write.

    Returns:
        The plain file and, when the source is cut or damaged, the reason.
    """
    broken = None
    with path.open("rb") as source, out.open("wb") as target:
        blocks = _gunzip(source) if kind == "gzip" else _unzstd(source)
        try:
            for block in blocks:
                target.write(block)
        except (zlib.error, EOFError, OSError) as error:
            broken = str(error)
    return Unpacked(out, broken)


def numbered(path: Path, wanted: Collection[int] | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield the wanted lines of a file as (1-based number, bytes without the line end), in order.

    Args:
        path: a plain file.
        wanted: line numbers; every line when None.
    """
    numbers = None if wanted is None else sorted(wanted)
    first, at = 1, 0  # number of the block's first line; how many of the wanted are behind us
    for block in _whole_lines(path):
        pieces = block.split(b"\n")
        if numbers is None:
            yield from ((first + n, piece.rstrip(b"\r")) for n, piece in enumerate(pieces))
        else:
            while at < len(numbers) and numbers[at] < first + len(pieces):
                yield numbers[at], pieces[numbers[at] - first].rstrip(b"\r")
                at += 1
        first += len(pieces)


def _whole_lines(path: Path) -> Iterator[bytes]:
    """Blocks of a file that each begin and end with a line, without the last line feed."""
    rest = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            head, feed, tail = block.rpartition(b"\n")
            if feed:
                yield rest + head
                rest = tail
            else:
                rest += tail
    if rest:
        yield rest


def _gunzip(source: BinaryIO) -> Iterator[bytes]:
    """Yield what a gzip file holds, member after member; raise at the first damage, after all that came before it."""
    inflater = zlib.decompressobj(wbits=31)
    while block := source.read(_BLOCK):
        while block:
            yield inflater.decompress(block)
            block = inflater.unused_data
            if inflater.eof:
                block = block.lstrip(b"\0")
                if block:
                    inflater = zlib.decompressobj(wbits=31)
    if not inflater.eof:
        yield inflater.flush()
        raise EOFError("the gzip stream ends early")


class _Decompressor(Protocol):
    def read(self, size: int) -> bytes: ...


def _unzstd(source: BinaryIO) -> Iterator[bytes]:
    import pyarrow as pa

    stream: _Decompressor = pa.CompressedInputStream(source, "zstd")
    while block := stream.read(
        _ZSTD_BLOCK
    ):  # a read that meets the damage gives nothing: read little at once
        yield block
