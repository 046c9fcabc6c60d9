"""Making a source durable: its rows and rejects as files under landed/, complete once their manifest stands beside them."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ingest import schema
from ingest.event import Reject
from ingest.events import MAX_LINE_BYTES
from ingest.exact_lane import sort_out
from ingest.formats import lines
from ingest.formats.mapping import Mapping, read_mapping
from ingest.store import Cursor, DatabaseError, Store

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of it that is done, 0 to 1."""

SYNTHETIC_SUFFIX = ".synthetic"
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
class Manifest:
    """One landed source: where it came from, how many lines it had, and which files hold its rows and rejects."""

    key: str
    digest: str
    source: str
    mapping: str | None
    lines: int
    rows: int
    rejected: int
    skipped: int
    synthetic: bool
    landed_at: str
    parts: tuple[str, ...]
    rejects: str | None
    note: str | None
    load_id: int = 0


@dataclass(frozen=True, slots=True)
class Staged:
    """A source cut into Parquet parts in the spool, with the lines that are no events."""

    parts: tuple[Path, ...]
    rejects: tuple[Reject, ...]
    lines: int
    rows: int
    skipped: int = 0
    note: str | None = None


def manifests(home: Path) -> list[Manifest]:
    """Return the complete loads of a store, in the order they landed.

    Args:
        home: the store's folder.
    """
    found = [_read_manifest(path) for path in (home / "landed").glob("*.json")]
    return sorted(found, key=lambda manifest: manifest.load_id)


def find(home: Path, key: str) -> Manifest | None:
    """Return the manifest of a load that is already durable.

    Args:
        home: the store's folder.
        key: the load's key.
    """
    path = home / "landed" / f"{key}.json"
    return _read_manifest(path) if path.exists() else None


def source_key(path: Path, mapping: MappedBy | None) -> tuple[str, lines.Measured]:
    """Return the key under which a source lands: its digest, and the mapping's when there is one.

    Args:
        path: the source.
        mapping: how its rows become events.
    """
    measured = lines.measure(path)
    return (measured.digest if mapping is None else f"{measured.digest[:40]}-{mapping.digest[:23]}"), measured


def make_durable(store: Store, path: Path, mapping: MappedBy | None, load_id: int, progress: Progress) -> Manifest:
    """Land one source: after this returns, neither the source nor the index is needed again.

    Args:
        store: the store, whose writing lock the caller holds.
        path: the source file.
        mapping: how its rows become events; None for NDJSON events.
        load_id: the number of this load.
        progress: told of each phase.

    Returns:
        The manifest; an earlier one when the same source landed before.

    Raises:
        BadSource: the file cannot be read as what it should be.
    """
    key, measured = source_key(path, mapping)
    known = find(store.home, key)
    if known is not None:
        return known
    if measured.bytes == 0:
        raise BadSource(f"`source` is {path}, which is empty; must hold at least one line; check what wrote it")
    spool = store.home / "spool" / f"load-{os.getpid()}"
    shutil.rmtree(spool, ignore_errors=True)
    spool.mkdir(parents=True)
    try:
        with store.cursor() as cursor:
            staged = _stage(cursor, path, measured, mapping, spool, load_id, progress)
            return _publish(cursor, store, path, key, measured.digest, mapping, staged, load_id)
    finally:
        shutil.rmtree(spool, ignore_errors=True)


def _stage(
    cursor: Cursor, path: Path, measured: lines.Measured, mapping: MappedBy | None, spool: Path, load_id: int, progress: Progress
) -> Staged:
    progress("reading", 0.0)
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
        raise BadSource(f"`source` is {path}, which unpacks to nothing; must hold at least one line; check what wrote it")
    staged = _stage_plain(cursor, unpacked.path, inner, spool, load_id) if inner.bytes else Staged((), (), 0, 0)
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
        raise BadSource(f"`source` is {path}, whose {made.events} events read as {rows}; must not differ; please report it")
    return Staged((part,), tuple(made.rejects), made.lines_in, rows, made.skipped)


def _stage_plain(cursor: Cursor, path: Path, measured: lines.Measured, spool: Path, load_id: int) -> Staged:
    part = _fast_lane_or_none(cursor, path, spool / "fast.parquet", load_id) if not measured.blank else None
    if part is None or _counts(cursor, part)[0] != measured.lines:
        _sieve(path, spool / "sieved.ndjson")
        part = _fast_lane(cursor, spool / "sieved.ndjson", spool / "fast.parquet", load_id, exact=False)
    total, good, unnamed = _counts(cursor, part)
    if total != measured.lines:
        raise BadSource(f"`source` is {path} with {measured.lines} lines, read as {total}; must not change while it lands; load it again")
    parts = [_name_lines(cursor, part) if unnamed else part]
    if good == total:
        return Staged(tuple(parts), (), total, total)
    doubtful = {n for (n,) in cursor.execute("SELECT file_row_number + 1 FROM read_parquet($source, file_row_number = true) WHERE NOT ok", {"source": str(part)}).fetchall()}
    rejects = sort_out(lines.numbered(path, doubtful), spool / "exact.ndjson")
    if len(rejects) < len(doubtful):
        slow = _fast_lane(cursor, spool / "exact.ndjson", spool / "exact.parquet", load_id, exact=True)
        read, _, slow_unnamed = _counts(cursor, slow)
        if read != len(doubtful) - len(rejects):
            raise BadSource(f"`source` is {path}, of which {len(doubtful) - len(rejects)} lines read as {read}; must not differ; please report it")
        parts.append(_name_lines(cursor, slow) if slow_unnamed else slow)
    return Staged(tuple(parts), tuple(rejects), total, total - len(rejects))


def _fast_lane_or_none(cursor: Cursor, source: Path, target: Path, load_id: int) -> Path | None:
    try:
        return _fast_lane(cursor, source, target, load_id, exact=False)
    except DatabaseError:
        return None  # a line that stops the whole reader (too long, say); the sieve takes it out, the exact lane judges it


def _fast_lane(cursor: Cursor, source: Path, target: Path, load_id: int, *, exact: bool) -> Path:
    cursor.execute(schema.statement("stage"), {"source": str(source), "target": str(target), "exact": exact, "load_id": load_id}).fetchall()
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
        for _, line in lines.numbered(path, set()):
            plain = line.strip()
            keep = plain and len(plain) <= MAX_LINE_BYTES and (plain.isascii() or _decodes(plain)) and b"\r" not in plain
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
        raise BadSource(f"`source` is {path} in UTF-16; must be UTF-8; convert it first: iconv -f UTF-16 -t UTF-8")


def _publish(
    cursor: Cursor, store: Store, path: Path, key: str, digest: str, mapping: MappedBy | None, staged: Staged, load_id: int
) -> Manifest:
    landed = store.home / "landed"
    names = [f"{key}.parquet", f"{key}.exact.parquet"][: len(staged.parts)]
    for part, name in zip(staged.parts, names, strict=True):
        _move_durably(part, landed / name)
    rejects = f"{key}.rejects.parquet" if staged.rejects else None
    if rejects is not None:
        _write_rejects(cursor, staged.rejects, landed / rejects)
    manifest = Manifest(
        key=key,
        digest=digest,
        source=str(path),
        mapping=None if mapping is None else mapping.source,
        lines=staged.lines,
        rows=staged.rows,
        rejected=len(staged.rejects),
        skipped=staged.skipped,
        synthetic=SYNTHETIC_SUFFIX in path.name,
        landed_at=datetime.now(UTC).isoformat(),
        parts=tuple(names),
        rejects=rejects,
        note=staged.note,
        load_id=load_id,
    )
    write_manifest(store.home, manifest)
    return manifest


def write_manifest(home: Path, manifest: Manifest) -> None:
    """Make a load complete: once its manifest is in place the load has landed.

    Args:
        home: the store's folder.
        manifest: what landed.
    """
    path = home / "landed" / f"{manifest.key}.json"
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), "utf-8")
    _move_durably(draft, path)


def _read_manifest(path: Path) -> Manifest:
    told = json.loads(path.read_text("utf-8"))
    return Manifest(**{**told, "parts": tuple(told["parts"])})


def _write_rejects(cursor: Cursor, rejects: tuple[Reject, ...], target: Path) -> None:
    draft = target.with_suffix(".draft")
    columns = {
        "lines": [reject.line for reject in rejects],
        "codes": [reject.code for reject in rejects],
        "sentences": [reject.sentence for reject in rejects],
        "raws": [reject.raw for reject in rejects],
        "target": str(draft),
    }
    cursor.execute(schema.statement("write_rejects"), columns).fetchall()
    _move_durably(draft, target)


def _move_durably(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        os.fsync(file.fileno())
    source.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
