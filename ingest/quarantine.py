"""The quarantine: lines that did not land can be listed, written out to be mended, and replayed."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.event import Event
from ingest.loading import FileReport, load
from ingest.store import Store
from ingest.strict_json import Refused

NOT_REPLAYABLE = frozenset({"id_conflict", "damaged_source", "line_too_long"})
"""Codes whose raw text is not the line that was sent, so that replaying it would make up an event."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One line in quarantine; `id` names it across exports: the load's number and the line's."""

    load_id: int
    source: str
    line: int
    code: str
    sentence: str
    raw: str

    @property
    def id(self) -> str:
        """Its name in an exported file."""
        return f"{self.load_id}:{self.line}"


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What became of replayed lines: those that landed left the quarantine, the others stay with their new reason."""

    replayed: int
    landed: int
    duplicates: int
    still_rejected: dict[str, str]


def quarantined(store: Store, code: str | None = None) -> list[Quarantined]:
    """Return the lines in quarantine, in the order they came.

    Args:
        store: an open store.
        code: only those with this code.
    """
    with store.cursor() as cursor:
        rows = cursor.execute(
            "SELECT load_id, source, line, code, sentence, raw FROM rejects"
            " WHERE $code IS NULL OR code = $code ORDER BY load_id, line, code",
            {"code": code},
        ).fetchall()
    return [Quarantined(*row) for row in rows]


def write_out(store: Store, path: Path, code: str | None = None) -> int:
    """Write the quarantine as NDJSON to be mended: `reject`, `code`, `sentence` and the `line` as it came.

    Args:
        store: an open store.
        path: the file to write.
        code: only those with this code.

    Returns:
        How many lines were written.
    """
    rows = quarantined(store, code)
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            told = {"reject": row.id, "code": row.code, "sentence": row.sentence, "line": row.raw}
            out.write(json.dumps(told, ensure_ascii=False) + "\n")
    return len(rows)


def replay(store: Store, mended: Path | None = None) -> ReplayReport:
    """Send quarantined lines through the contract again; those that now land leave the quarantine.

    Args:
        store: an open store.
        mended: a file that `write_out` wrote and a person mended; without it the lines are tried as they came.

    Returns:
        How many were replayed and landed, and why the others did not.

    Raises:
        ValueError: the mended file is not one that `write_out` wrote.
    """
    known = {row.id: row for row in quarantined(store)}
    lines = _as_they_came(known.values()) if mended is None else _mended(mended, known)
    good: dict[str, bytes] = {}
    still: dict[str, str] = {}
    for name, line in lines:
        try:
            Event.from_line(line)
        except Refused as refusal:
            still[name] = refusal.sentence
        else:
            good[name] = line
    report = _land(store, list(good.values())) if good else None
    _release(store, [known[name] for name in good])
    return ReplayReport(
        replayed=len(good) + len(still),
        landed=0 if report is None else report.landed,
        duplicates=0 if report is None else report.duplicates,
        still_rejected=still,
    )


def _as_they_came(rows: Iterable[Quarantined]) -> Iterator[tuple[str, bytes]]:
    for row in rows:
        if row.code not in NOT_REPLAYABLE:
            yield row.id, row.raw.encode("utf-8", "surrogatepass")


def _mended(path: Path, known: dict[str, Quarantined]) -> Iterator[tuple[str, bytes]]:
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                told = json.loads(text)
                name, line = told["reject"], told["line"]
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise ValueError(
                    f"`mended` line {number} is {text[:60]!r}; must be an object with `reject` and `line`;"
                    " start from the file that `kazasu quarantine list --out FILE` writes"
                ) from error
            if name not in known:
                raise ValueError(
                    f"`reject` is {name!r} in line {number}; must be a line that is in quarantine; list it again"
                )
            yield (
                name,
                (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)).encode("utf-8"),
            )


def _land(store: Store, lines: list[bytes]) -> FileReport:
    with tempfile.TemporaryDirectory(dir=store.home / "spool") as folder:
        path = Path(folder) / "quarantine-replay.ndjson"
        path.write_bytes(b"\n".join(lines) + b"\n")
        return load(store, path).files[0]


def _release(store: Store, rows: list[Quarantined]) -> None:
    """Take lines out of the quarantine; a record says so, so that a rebuild knows it too."""
    for row in rows:
        store.records.add("replayed", row.id, {"load_id": row.load_id, "line": row.line}, "quarantine replay")
    with store.writing, store.cursor() as cursor:
        for row in rows:
            cursor.execute(
                "INSERT INTO replayed_lines VALUES ($load_id, $line)",
                {"load_id": row.load_id, "line": row.line},
            )
