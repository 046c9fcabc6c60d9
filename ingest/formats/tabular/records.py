"""Delimited text read record by record: slower than Arrow's reader, exact about every row."""

import codecs
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from ingest.event import Reject
from ingest.formats.mapping.model import Source
from ingest.formats.tabular.rows import SourceError

_LONGEST_RECORD = 100  # lines that one quoted value may span before its quote counts as never closed
_WIDE = ("utf-16", "utf-32")
_BLANK = ("", "\r")


@dataclass(frozen=True, slots=True)
class Form:
    """How fields are told apart: delimiter, quote ("" for none), encoding."""

    delimiter: str
    quote: str
    encoding: str

    @classmethod
    def of(cls, source: Source, *, tabs: bool) -> "Form":
        """The form that a mapping's [source] states; a `.tsv` without a stated delimiter is split at tabs."""
        return cls(source.delimiter or ("\t" if tabs else ","), source.quote, source.encoding)

    def split(self, text: str) -> tuple[str, ...] | None:
        """The fields of one record, or None if a quoted value is not closed in it."""
        if not self.quote or self.quote not in text:
            return tuple(text.split(self.delimiter))
        quote, delimiter = re.escape(self.quote), re.escape(self.delimiter)
        field = re.compile(
            f"{quote}((?:[^{quote}]|{quote}{quote})*){quote}(?={delimiter}|$)|([^{delimiter}]*)", re.DOTALL
        )
        fields: list[str] = []
        start = 0
        while True:
            found = field.match(text, start)
            if found is None or (found[1] is None and text.startswith(self.quote, start)):
                return None
            fields.append(found[2] if found[1] is None else found[1].replace(self.quote * 2, self.quote))
            if found.end() >= len(text):
                return tuple(fields)
            start = found.end() + 1
            if start == len(text):
                return (*fields, "")


class Records:
    """The records of a delimited file, one by one.

    Args:
        file: its plain bytes.
        form: how fields are told apart.
        skip: lines to pass over at the top.

    Attributes:
        rejects: rows that break the form; complete once the records are exhausted.
        row: the number of the row read last.
        lines: how many lines have been taken from the file.
    """

    def __init__(self, file: BinaryIO, form: Form, skip: int) -> None:
        self._form = form
        self.lines = 0
        self._lines = self._counted(_decoded(file, form.encoding))
        self._ahead: deque[str | bytes] = deque()
        self.rejects: list[Reject] = []
        self.row = 0
        for _ in islice(self._lines, skip):
            pass

    def header(self) -> tuple[str, ...] | None:
        """The first record, the names of the columns; None if the file holds nothing."""
        line = self._next()
        if line is None:
            return None
        if isinstance(line, bytes):
            wanted = "must fit the header line; name the right one"
            raise SourceError(f"`encoding` is {self._form.encoding!r}; {wanted}")
        return self._split(line) or self._joined(line, None) or (line,)

    def rows(self, width: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Number and fields of each row with `width` fields; the other rows become rejects."""
        while (line := self._next()) is not None:
            self.row += 1
            if isinstance(line, bytes):
                self._reject_encoding(line)
                continue
            fields = self._split(line)
            if fields is None:
                fields = self._joined(line, width)
            if fields is None or len(fields) != width:
                self._reject_form(line, fields, width)
            else:
                yield self.row, fields

    def _next(self) -> str | bytes | None:
        """The next line that is not empty: text, or bytes that are no text in this encoding."""
        while (line := self._ahead.popleft() if self._ahead else next(self._lines, None)) is not None:
            if line not in _BLANK:
                return line
        return None

    def _split(self, record: str) -> tuple[str, ...] | None:
        return self._form.split(record.removesuffix("\r"))

    def _joined(self, line: str, width: int | None) -> tuple[str, ...] | None:
        """The fields of a record whose quoted value goes on over the next lines; None if it never closes."""
        self._ahead.extend(islice(self._lines, _LONGEST_RECORD - len(self._ahead)))
        for taken, following in enumerate(self._ahead, start=1):
            if isinstance(following, bytes):
                return None
            line = f"{line}\n{following}"
            if following.count(self._form.quote) % 2 == 1:
                fields = self._split(line)
                if fields is None or len(fields) != (width or len(fields)):
                    return None
                for _ in range(taken):
                    self._ahead.popleft()
                return fields
        return None

    def _counted(self, lines: Iterator[str | bytes]) -> Iterator[str | bytes]:
        for line in lines:
            self.lines += 1
            yield line

    def _reject_encoding(self, line: bytes) -> None:
        encoding = self._form.encoding
        code = "not_utf8" if encoding.startswith("utf-8") else "bad_encoding"
        sentence = f"`row` is not {encoding}; must be text in it; name the right `encoding`, or mend the row"
        self.rejects.append(Reject(self.row, code, sentence, line.decode("utf-8", errors="replace")))

    def _reject_form(self, line: str, fields: tuple[str, ...] | None, width: int) -> None:
        if fields is None:
            sentence = "`row` opens a quote and does not close it; must close it; mend it, or correct `quote`"
            self.rejects.append(Reject(self.row, "open_quote", sentence, line))
            return
        counted = f"`row` has {len(fields)} values; must have {width}, one for each column"
        self.rejects.append(
            Reject(self.row, "ragged_row", f"{counted}; mend the row, or name the right `delimiter`", line)
        )


def _decoded(file: BinaryIO, encoding: str) -> Iterator[str | bytes]:
    """Lines without their line feeds, as text; a line that is no text in the encoding comes as bytes."""
    if encoding.startswith(_WIDE):
        yield from _wide(file, encoding)
        return
    first = "utf-8-sig" if encoding == "utf-8" else encoding
    for line in file:
        content = line.removesuffix(b"\n")
        try:
            yield codecs.decode(content, first)
        except UnicodeDecodeError:
            yield content
        first = encoding


def _wide(file: BinaryIO, encoding: str) -> Iterator[str]:
    try:
        for line in io.TextIOWrapper(file, encoding=encoding, newline="\n"):
            yield line.removesuffix("\n")
    except UnicodeDecodeError as fault:
        raise SourceError(
            f"`encoding` is {encoding!r}; must fit the file; name the right one ({fault.reason})"
        ) from fault
