"""A table that people wrote or exported: its header checked, its rows with their lines."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO

from ingest.verification.run import Malformed

Row = Mapping[str, str]


def header_of(text: str) -> list[str]:
    """The columns that a table's first line names.

    Args:
        text: the file.
    """
    first = text.removeprefix("\ufeff").split("\n", 1)[0]
    return next(csv.reader([first.rstrip("\r")]), [])


def checked_header(text: str, known: Iterable[str], required: Iterable[str]) -> list[str]:
    """The columns of a table, if they are right and the file is whole.

    Args:
        text: the file.
        known: columns that may stand.
        required: columns that must.

    Raises:
        Malformed: a column is unknown, missing or twice, or the last line has no end.
    """
    header, allowed = header_of(text), list(known)
    unknown = sorted(set(header) - set(allowed))
    if unknown:
        raise Malformed(
            1, f"`{unknown[0]}` is no column of such a table; must be one of {', '.join(allowed)}; rename it."
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise Malformed(1, f"`{twice[0]}` stands twice in the header; must stand once; remove one.")
    missing = sorted(set(required) - set(header))
    if missing:
        raise Malformed(1, f"`{missing[0]}` is missing in the header; must stand; add the column.")
    if not text.endswith("\n"):
        last = text.count("\n") + 1
        raise Malformed(
            last, "the last line has no end; must end with a line feed; check that the file is whole."
        )
    return header


def rows_of(text: str, header: list[str]) -> Iterator[tuple[int, Row]]:
    """Every row with the line it begins in.

    Args:
        text: the file.
        header: its columns.

    Raises:
        Malformed: a row is ragged, or a quote is left open.
    """
    reader = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    began = 1
    try:
        for place, cells in enumerate(reader):
            line, began = began, reader.line_num + 1
            if place == 0 or not cells:
                continue
            if len(cells) != len(header):
                raise Malformed(
                    line, f"`row` has {len(cells)} cells; must have {len(header)}, as the header; mend it."
                )
            yield line, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise Malformed(
            began, f"`row` is no CSV ({error}); must be closed in its quotes; mend it."
        ) from error


def whole(line: int, name: str, given: str) -> int | None:
    """A whole number above 0, or None where nothing is written.

    Args:
        line: where it stands.
        name: its column.
        given: the cell.

    Raises:
        Malformed: it is something else.
    """
    if not given:
        return None
    if not given.isascii() or not given.isdigit() or int(given) == 0:
        raise Malformed(
            line, f"`{name}` is {given!r}; must be a whole number above 0; mend it or leave it empty."
        )
    return int(given)
