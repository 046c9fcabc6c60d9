"""What people hand to a verb in a file: a question or an experiment (TOML or JSON), or a table of counts."""

import csv
import getpass
import gzip
import json
import tomllib
import zlib
from datetime import date, datetime, time
from io import StringIO
from pathlib import Path


class BadInput(ValueError):
    """What was typed or written cannot be understood; the sentence says what must be changed."""


def read_question(path: Path) -> dict[str, object]:
    """Read a TOML or JSON file as plain JSON; dates and times become ISO 8601 text.

    Args:
        path: the file; `.json` is JSON, everything else TOML.

    Returns:
        Its keys and values.

    Raises:
        BadInput: it is missing, unreadable, or not in its format.
    """
    text = _text(path)
    try:
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        plain = json.loads(json.dumps(found, default=_iso, allow_nan=False))
    except ValueError as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise BadInput(f"`{path}` is not readable {kind}; must be mended: {error}.") from error
    if not isinstance(plain, dict):
        raise BadInput(f"`{path}` is a {type(plain).__name__}; must be an object with named keys.")
    return plain


def read_counts(path: Path) -> list[dict[str, str]]:
    """Read a CSV table with a header as rows of text, one dict a row.

    Args:
        path: the file, UTF-8 with or without a byte order mark, plain or (`.gz`) gzipped.

    Returns:
        The rows; numbers are still text, since the verb knows its columns.

    Raises:
        BadInput: it is missing, unreadable, ragged or without rows.
    """
    text = StringIO(_text(path).removeprefix("\ufeff"), newline="")
    reader = csv.DictReader(text, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise BadInput(
            f"`{path}` is not readable CSV at line {reader.line_num}; must be mended: {error}."
        ) from error
    for place, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise BadInput(
                f"`{path}` has a ragged row {place}; must have {len(reader.fieldnames or ())} columns."
            )
    if not rows:
        raise BadInput(f"`{path}` has no rows; must have a header and at least one row.")
    return rows


def _text(path: Path) -> str:
    try:
        packed = path.read_bytes()
        return (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"`{path}` is not readable: {reason}; must be a file; check its name.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"`{path}` is not UTF-8 at byte {error.start}; must be saved as UTF-8.") from error


def _iso(value: object) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    raise TypeError(f"`{value!r}` has no JSON form.")


def writer() -> str:
    """Who writes a record: the user of this machine, or "unknown" where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
