"""A log's bytes in whole lines, whatever it is packed in; a file cut short gives what came before the cut."""

import io
import zlib
from collections.abc import Buffer, Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_CHUNK = 1 << 20


class WholeLines(io.RawIOBase):
    """A readable stream of the inflated bytes, cut at line feeds.

    Attributes:
        fault: why the file ended early, or None; known once the stream is exhausted.
        cut: the bytes of the line that the cut went through; they are not part of the stream.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.fault: str | None = None
        self.cut = b""
        self._file = path.open("rb")
        self._pending = b""
        self._chunks = self._whole_lines()

    def readable(self) -> bool:
        """Always: it is a stream to read."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill a buffer with the next bytes; 0 at the end."""
        while not self._pending:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._pending = chunk
        room = memoryview(buffer)
        taken = min(len(room), len(self._pending))
        room[:taken] = self._pending[:taken]
        self._pending = self._pending[taken:]
        return taken

    def close(self) -> None:
        """Close the file beneath."""
        self._file.close()
        super().close()

    def _whole_lines(self) -> Iterator[bytes]:
        rest: list[bytes] = []
        for chunk in self._inflated():
            head, line_feed, tail = chunk.rpartition(b"\n")
            if line_feed:
                yield b"".join((*rest, head, line_feed))
                rest = []
            rest.append(tail)
        last = b"".join(rest)
        if self.fault is None:
            yield last
        else:
            self.cut = last

    def _inflated(self) -> Iterator[bytes]:
        start = self._file.read(4)
        self._file.seek(0)
        if start.startswith(GZIP):
            yield from self._gzip()
        elif start == ZSTD:
            yield from self._zstd()
        else:
            yield from iter(lambda: self._file.read(_CHUNK), b"")

    def _gzip(self) -> Iterator[bytes]:
        member = zlib.decompressobj(wbits=31)
        try:
            for packed in iter(lambda: self._file.read(_CHUNK), b""):
                rest = packed
                while rest:
                    yield member.decompress(rest)
                    rest = member.unused_data.lstrip(b"\0")
                    if member.eof and rest:
                        member = zlib.decompressobj(wbits=31)
        except zlib.error as fault:
            self.fault = f"its gzip is damaged ({fault})"
            return
        if not member.eof:
            self.fault = "its gzip ends in the middle"

    def _zstd(self) -> Iterator[bytes]:
        stream: BinaryIO = pa.CompressedInputStream(pa.PythonFile(self._file, mode="r"), "zstd")
        while True:
            try:
                chunk = stream.read(_CHUNK)
            except OSError as fault:
                self.fault = f"its zstd is damaged or ends in the middle ({fault})"
                return
            if not chunk:
                return
            yield chunk
