"""docs/evidence.md: one section a part, each with the commit, the command and the seconds its figures come from."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
_HEAD = "# Evidence\n\nWritten by `make evidence`, part by part; every part says its commit and command.\n"


def put(
    path: Path, order: Sequence[str], title: str, rows: Sequence[Row], command: str, seconds: float
) -> None:
    """Put one part in its place; the others stay as they stand.

    Args:
        path: The page; made if it is not there.
        order: Titles of all parts.
        title: Of this one, one of them.
        rows: Its figures.
        command: What makes them.
        seconds: How long that took.
    """
    sections = _sections(path.read_text("utf-8")) if path.exists() else {}
    stamp = f"At commit `{_commit()}`: `{command}`, {seconds:.0f} s."
    sections[title] = f"{stamp}\n\n{_table(rows)}"
    told = [f"## {name}\n\n{sections[name]}\n" for name in order if name in sections]
    path.write_text("\n".join([_HEAD, *told]), encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    """Title -> what stands below it."""
    pieces = (piece.partition("\n") for piece in text.split("\n## ")[1:])
    return {title: body.strip() for title, _, body in pieces}


def _table(rows: Sequence[Row]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    return "\n".join(
        [*lines, *("| " + " | ".join(cell(row.get(name)) for name in columns) + " |" for row in rows)]
    )


def cell(value: object) -> str:
    """A figure as the page and the terminal show it."""
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _commit() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "unknown"
