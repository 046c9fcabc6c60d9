"""What people wrote (experiments, cohorts, saved views, decisions): append-only lines that say who and when."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one store: a file a kind, a line a record; the last line of a key is the current one."""

    folder: Path

    def add(self, kind: str, key: str, body: Mapping[str, Any], who: str) -> None:
        """Append one record and make it durable.

        Args:
            kind: what it is, for example "experiment"; names the file.
            key: what it is about; a later record of the same key takes its place.
            body: plain JSON values.
            who: the person or process that wrote it.
        """
        if not kind.isidentifier():
            raise ValueError(
                f"`kind` is {kind!r}; must be a plain word; name the kind of record, for example experiment"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        record = {"key": key, "who": who, "at": datetime.now(UTC).isoformat(), "body": dict(body)}
        path = self.folder / f"{kind}.ndjson"
        _drop_half_a_line(path)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return every record of a kind, oldest first, each with key, who, at and body.

        Args:
            kind: the kind of record.

        Raises:
            ValueError: a line of the file is no record; a half-written last line (a crash) is passed over.
        """
        path = self.folder / f"{kind}.ndjson"
        if not path.exists():
            return []
        lines = path.read_text("utf-8").split("\n")
        found = []
        for number, line in enumerate(lines[:-1], start=1):
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise ValueError(
                    f"`{path.name}` line {number} is {line[:40]!r}; must be one JSON record; mend or remove that line"
                ) from error
        return found

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """Return the newest body written for a key, or None.

        Args:
            kind: the kind of record.
            key: what it is about.
        """
        newest = [record["body"] for record in self.all(kind) if record["key"] == key]
        return dict(newest[-1]) if newest else None

    def count(self) -> int:
        """Return how many records there are, over all kinds."""
        files = sorted(self.folder.glob("*.ndjson")) if self.folder.exists() else []
        return sum(file.read_bytes().count(b"\n") for file in files)


def _drop_half_a_line(path: Path) -> None:
    """Cut off a last line that a crash left half written: nobody was told that it stands."""
    if not path.exists():
        return
    text = path.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    if len(whole) < len(text):
        os.truncate(path, len(whole))
