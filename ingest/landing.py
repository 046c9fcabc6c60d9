"""Making a source durable: its rows and rejects as files under landed/, complete once their manifest stands beside them."""

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.event import Reject
from ingest.formats import lines
from ingest.landing_files import move_durably
from ingest.staging import BadSource, MappedBy, Staged, stage
from ingest.store import Cursor, Store

Progress = Callable[[str, float, int], None]
"""Called with what is being done, the share of it that is done (0 to 1), and the source's lines (0: not known yet)."""

SYNTHETIC_SUFFIX = ".synthetic"


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
class Source:
    """A source that was read once: what it is, and the key under which it lands."""

    path: Path
    mapping: MappedBy | None
    key: str
    measured: lines.Measured


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


def measure_source(path: Path, mapping: MappedBy | None, progress: Progress) -> Source:
    """Read a source once for the key under which it lands: its digest, and the mapping's when there is one.

    Args:
        path: the source.
        mapping: how its rows become events.
        progress: told the share read.
    """
    size = max(path.stat().st_size, 1)
    measured = lines.measure(path, lambda seen: progress("measuring", min(seen / size, 1.0), 0))
    key = measured.digest if mapping is None else f"{measured.digest[:40]}-{mapping.digest[:23]}"
    return Source(path, mapping, key, measured)


def make_durable(store: Store, source: Source, load_id: int, progress: Progress) -> Manifest:
    """Land one source: after this returns, neither the source nor the index is needed again.

    Args:
        store: the store, whose writing lock the caller holds.
        source: the source file, measured; must not have landed before.
        load_id: the number of this load.
        progress: told the share done.

    Returns:
        The manifest.

    Raises:
        BadSource: the file cannot be read as what it should be.
    """
    if source.measured.bytes == 0:
        raise BadSource(
            f"`source` is {source.path}, which is empty; must hold at least one line; check what wrote it"
        )
    spool = store.home / "spool" / f"load-{os.getpid()}"
    shutil.rmtree(spool, ignore_errors=True)
    spool.mkdir(parents=True)
    try:
        with store.cursor() as cursor:
            staged = _watched(cursor, source, spool, load_id, progress)
            return _publish(store, source, staged, load_id)
    finally:
        shutil.rmtree(spool, ignore_errors=True)


def _watched(cursor: Cursor, source: Source, spool: Path, load_id: int, progress: Progress) -> Staged:
    """Stage in a thread of its own, telling how far the database has read meanwhile."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        work = pool.submit(stage, cursor, source.path, source.measured, source.mapping, spool, load_id)
        rows = source.measured.lines if lines.compression(source.path) is None else 0
        while not wait((work,), timeout=0.1).done:
            progress("landing", min(max(cursor.query_progress(), 0.0) / 100, 1.0), rows)
        return work.result()


def _publish(store: Store, source: Source, staged: Staged, load_id: int) -> Manifest:
    landed = store.home / "landed"
    names = [f"{source.key}.parquet", f"{source.key}.exact.parquet"][: len(staged.parts)]
    for part, name in zip(staged.parts, names, strict=True):
        move_durably(part, landed / name)
    rejects = f"{source.key}.rejects.parquet" if staged.rejects else None
    if rejects is not None:
        _write_rejects(staged.rejects, landed / rejects)
    manifest = Manifest(
        key=source.key,
        digest=source.measured.digest,
        source=str(source.path),
        mapping=None if source.mapping is None else source.mapping.source,
        lines=staged.lines,
        rows=staged.rows,
        rejected=len(staged.rejects),
        skipped=staged.skipped,
        synthetic=SYNTHETIC_SUFFIX in source.path.name,
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
    move_durably(draft, path)


def _read_manifest(path: Path) -> Manifest:
    told = json.loads(path.read_text("utf-8"))
    return Manifest(**{**told, "parts": tuple(told["parts"])})


def _write_rejects(rejects: tuple[Reject, ...], target: Path) -> None:
    columns = {
        "line": pa.array([reject.line for reject in rejects], pa.int64()),
        "code": pa.array([reject.code for reject in rejects], pa.string()),
        "sentence": pa.array([reject.sentence for reject in rejects], pa.string()),
        "raw": pa.array([reject.raw for reject in rejects], pa.string()),
    }
    draft = target.with_suffix(".draft")
    pq.write_table(pa.table(columns), draft, compression="zstd")
    move_durably(draft, target)
