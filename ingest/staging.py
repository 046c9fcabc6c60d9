"""A source cut into Parquet parts: the fast lane for whole files, the exact lane for the lines it will not vouch for."""

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from ingest import schema
from ingest.event import Reject
from ingest.events import MAX_LINE_BYTES
from ingest.exact_lane import sort_out
from ingest.formats import lines
from ingest.formats.mapping import Mapping, read_mapping
from ingest.store import Cursor, DatabaseError

_TABLE_NAME = re.compile(r"\.(csv|tsv|tab|parquet)(\.gz|\.zst|\.zstd)?$")


class BadSource(ValueError):
    """A source that cannot be landed at all; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class MappedBy:
    """A mapping as a load keeps it: what it says, where it was read, and the digest of its text."""

    mapping: Mapping
    source: str
    digest: str

    @classmethod
    def read(cls, path: Path) -> "MappedBy":
        """Read a mapping file.

        Args:
            path: the TOML file.

        Raises:
            MappingError: it is no mapping; the sentence says where.
        """
        mapping = read_mapping(path)
        return cls(mapping, str(path), hashlib.sha256(path.read_bytes()).hexdigest())


@dataclass(frozen=True, slots=True)
class Staged:
    """A source cut into Parquet parts in the spool, with the lines that are no events."""

    parts: tuple[Path, ...]
    rejects: tuple[Reject, ...]
    lines: int
    rows: int
    skipped: int = 0
    note: str | None = None


def stage(
    cursor: Cursor,
    path: Path,
    measured: lines.Measured,
    mapping: MappedBy | None,
    spool: Path,
    load_id: int,
) -> Staged:
    """Cut one source into parts that hold its events in their final shape, and its rejects.

    Args:
        cursor: where to run.
        path: the source.
        measured: what one pass over it told.
        mapping: how its rows become events; None for events.
        spool: an empty folder for what is made on the way.
        load_id: the number of this load; it is written to every row.

    Raises:
        BadSource: the source as a whole cannot be read.
    """
    mapping = mapping or _own_mapping(path, spool)
    if mapping is not None:
        return _stage_mapped(cursor, path, mapping, spool, load_id)
    kind = lines.compression(path)
    if kind is None:
        _refuse_foreign(path)
        return _stage_plain(cursor, path, measured, spool, load_id)
    unpacked = lines.unpack(path, kind, spool / "plain.ndjson")
    inner = lines.measure(unpacked.path)
    if inner.bytes == 0 and unpacked.broken is None:
        raise BadSource(
            f"`source` is {path}, which unpacks to nothing; must hold at least one line; check what wrote it"
        )
    staged = (
        _stage_plain(cursor, unpacked.path, inner, spool, load_id) if inner.bytes else Staged((), (), 0, 0)
    )
    if unpacked.broken is None:
        return staged
    sentence = f"`source` is damaged after line {staged.lines} ({unpacked.broken}); must be a whole {kind} file; send it again"
    lost = Reject(staged.lines + 1, "damaged_source", sentence, "")
    return replace(staged, rejects=(*staged.rejects, lost), lines=staged.lines + 1, note=sentence)


def _own_mapping(path: Path, spool: Path) -> MappedBy | None:
    """The mapping of a table whose columns bear the contract's names; None for lines of JSON."""
    if not _TABLE_NAME.search(path.name.lower()):
        return None
    from ingest.formats.tabular import SourceError, own_mapping

    try:
        return MappedBy(own_mapping(path, spool / "columns"), "the contract's own names", "")
    except SourceError as fault:
        raise BadSource(str(fault)) from fault


def _stage_mapped(cursor: Cursor, path: Path, mapping: MappedBy, spool: Path, load_id: int) -> Staged:
    plain = spool / "mapped.ndjson"
    from ingest.formats.tabular import SourceError, to_ndjson

    try:
        made = to_ndjson(path, mapping.mapping, plain, cursor)
    except SourceError as fault:
        raise BadSource(str(fault)) from fault
    if not made.events:
        return Staged((), tuple(made.rejects), len(made.rejects), 0, made.skipped)
    part = _fast_lane(cursor, plain, spool / "mapped.parquet", load_id, exact=True)
    rows = _counts(cursor, part)[1]
    if rows != made.events:
        raise BadSource(
            f"`source` is {path}, whose {made.events} events read as {rows}; must be as many; load it again"
        )
    return Staged((part,), tuple(made.rejects), made.lines_in, rows, made.skipped)


def _stage_plain(cursor: Cursor, path: Path, measured: lines.Measured, spool: Path, load_id: int) -> Staged:
    part = _fast_lane_or_none(cursor, path, spool / "fast.parquet", load_id)
    if part is None or _counts(cursor, part)[0] != measured.lines:
        _sieve(path, spool / "sieved.ndjson")
        part = _fast_lane(cursor, spool / "sieved.ndjson", spool / "fast.parquet", load_id, exact=False)
    total, good, unnamed = _counts(cursor, part)
    if total != measured.lines:
        raise BadSource(
            f"`source` is {path} with {measured.lines} lines, read as {total}; must not change while it lands; load it again"
        )
    parts = [_name_lines(cursor, part) if unnamed else part]
    if good == total:
        return Staged(tuple(parts), (), total, total)
    doubtful = {
        n
        for (n,) in cursor.execute(
            "SELECT file_row_number + 1 FROM read_parquet($source, file_row_number = true) WHERE NOT ok",
            {"source": str(part)},
        ).fetchall()
    }
    rejects = sort_out(lines.numbered(path, doubtful), spool / "exact.ndjson")
    if len(rejects) < len(doubtful):
        slow = _fast_lane(cursor, spool / "exact.ndjson", spool / "exact.parquet", load_id, exact=True)
        read, _, slow_unnamed = _counts(cursor, slow)
        if read != len(doubtful) - len(rejects):
            raise BadSource(
                f"`source` is {path}, of which {len(doubtful) - len(rejects)} lines read as {read}; must be as many;"
                " load it again, and report it if that does not help"
            )
        parts.append(_name_lines(cursor, slow) if slow_unnamed else slow)
    return Staged(tuple(parts), tuple(rejects), total, total - len(rejects))


def _fast_lane_or_none(cursor: Cursor, source: Path, target: Path, load_id: int) -> Path | None:
    try:
        return _fast_lane(cursor, source, target, load_id, exact=False)
    except DatabaseError:
        return None  # a line that stops the whole reader (too long, say); the sieve takes it out, the exact lane judges it


def _fast_lane(cursor: Cursor, source: Path, target: Path, load_id: int, *, exact: bool) -> Path:
    cursor.execute(
        schema.statement("stage"),
        {"source": str(source), "target": str(target), "exact": exact, "load_id": load_id},
    ).fetchall()
    return target


def _counts(cursor: Cursor, part: Path) -> tuple[int, int, bool]:
    row = cursor.execute(schema.statement("staged_counts"), {"source": str(part)}).fetchone()
    total, good, unnamed = row if row is not None else (0, 0, False)
    return int(total), int(good), bool(unnamed)


def _name_lines(cursor: Cursor, part: Path) -> Path:
    target = part.with_suffix(".named.parquet")
    cursor.execute(schema.statement("name_lines"), {"source": str(part), "target": str(target)}).fetchall()
    return target


def _sieve(path: Path, out: Path) -> None:
    """Copy a file with every blank, overlong or undecodable line replaced by null, so that line numbers stay."""
    with out.open("wb") as target:
        for _, line in lines.numbered(path):
            plain = line.strip()
            keep = (
                plain
                and len(plain) <= MAX_LINE_BYTES
                and (plain.isascii() or _decodes(plain))
                and b"\r" not in plain
            )
            target.write((plain if keep else b"null") + b"\n")


def _decodes(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refuse_foreign(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PAR1":
        raise BadSource(f"`source` is {path}, a Parquet file; must come with a mapping; add --mapping FILE")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadSource(
            f"`source` is {path} in UTF-16; must be UTF-8; convert it first: iconv -f UTF-16 -t UTF-8"
        )
