"""Rows as CSV that spreadsheets open as they are: Japanese readable, no cell run as a formula."""

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
    safe = rows.map(_harmless)
    safe.columns = pd.Index([_harmless(str(name)) for name in rows.columns])
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell
