"""Rows as CSV that spreadsheets open as they are: Japanese readable, no cell run as a formula."""

from collections.abc import Iterable, Iterator

import pandas as pd

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_bytes(rows: pd.DataFrame) -> bytes:
    """Rows as CSV, UTF-8 with a byte-order mark (Excel reads Japanese), CRLF line ends, header first.

    Text that a spreadsheet would run as a formula gets a leading apostrophe (OWASP, CSV injection); numbers,
    also negative ones, stay numbers.

    Args:
        rows: the rows to write; the index is left out.

    Returns:
        The file's bytes; they start with EF BB BF.
    """
    return b"".join(csv_parts([rows]))


def csv_parts(parts: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    """The same of rows that come part by part, for files too long to hold.

    Args:
        parts: rows of the same columns; the header is that of the first.

    Yields:
        The file's bytes, one after another.
    """
    for place, rows in enumerate(parts):
        safe = rows.map(_harmless)
        safe.columns = pd.Index([_harmless(str(name)) for name in rows.columns])
        text = safe.to_csv(index=False, header=place == 0, lineterminator="\r\n")
        yield text.encode("utf-8" if place else "utf-8-sig")


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell


def as_typed(cell: str) -> str:
    """A cell of our own CSV as it stood in the data: without the apostrophe that `csv_bytes` set before a formula.

    Args:
        cell: the cell as read.
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell
