"""Rows of foreign NDJSON: one object a line, its members are the columns."""

from collections.abc import Iterator

import msgspec
import pyarrow as pa

from ingest.event import Reject
from ingest.events import MAX_DEPTH, MAX_LINE_BYTES
from ingest.formats.tabular.plain import Plain
from ingest.formats.tabular.rows import LINE, RAW, Column
from ingest.strict_json import Refused, decode

_BATCH = 16_384
_BOM = b"\xef\xbb\xbf"
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


class JsonLines:
    """A foreign NDJSON file opened for reading; see `Rows`. Opening reads it once, for members and faults.

    Args:
        plain: the file, unpacked.
    """

    schema = pa.schema([(LINE, pa.int64()), (RAW, pa.string())])
    unsure = False

    def __init__(self, plain: Plain) -> None:
        self._plain = plain
        self.rejects: list[Reject] = []
        names: dict[str, None] = {}
        for number, line in self._lines():
            fault = _fault(line, names)
            if fault is not None:
                raw = line.decode("utf-8", errors="replace")
                self.rejects.append(Reject(number, fault.code, fault.sentence, raw))
        self.rejects.extend(plain.reject(self._last + 1))
        self._bad = frozenset(reject.line for reject in self.rejects)
        self.columns = tuple(Column(name, f"c{n}", "json") for n, name in enumerate(names))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The lines that are JSON objects, in the order of the file."""
        lines: list[int] = []
        raw: list[str] = []
        for number, line in self._lines():
            if number in self._bad:
                continue
            lines.append(number)
            raw.append(line.decode("utf-8"))
            if len(lines) == _BATCH:
                yield pa.RecordBatch.from_pydict({LINE: lines, RAW: raw}, schema=self.schema)
                lines, raw = [], []
        yield pa.RecordBatch.from_pydict({LINE: lines, RAW: raw}, schema=self.schema)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        number = 0
        with self._plain.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                content = line.strip().removeprefix(_BOM)
                if content:
                    yield number, content
        self._last = number


def _fault(line: bytes, names: dict[str, None]) -> Refused | None:
    """Why a line is no JSON object, or None; then the names of its members are added to `names`."""
    shallow = line.count(b"{") + line.count(b"[") <= MAX_DEPTH
    if shallow and len(line) <= MAX_LINE_BYTES and b"\\u0000" not in line:
        try:
            line.decode("utf-8")
            names.update(dict.fromkeys(_members.decode(line)))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass  # the exact reader below says what it is
        else:
            return None
    try:
        names.update(dict.fromkeys(decode(line)))
    except Refused as fault:
        return fault
    return None
