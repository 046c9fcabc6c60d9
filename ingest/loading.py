"""Landing from the outside: files, folders and globs in; a report of what landed, what did not and why."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.compaction import compact_if_due
from ingest.indexing import index
from ingest.landing import Manifest, Progress, find, make_durable, manifests, measure_source
from ingest.recorded import index_records
from ingest.staging import BadSource, MappedBy
from ingest.store import Store

_SUFFIXES = (".ndjson", ".jsonl", ".json", ".csv", ".tsv", ".parquet", ".txt", ".log")
_PACKED = (".gz", ".zst", ".zstd")


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one source; lines = landed + duplicates + rejected, always."""

    source: str
    digest: str
    lines: int
    landed: int
    duplicates: int
    rejected: int
    skipped: int
    codes: dict[str, int]
    already: bool
    seconds: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of every source of one load, and which could not be read at all."""

    files: tuple[FileReport, ...]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        """Lines in, over all sources that were new."""
        return sum(file.lines for file in self.files if not file.already)

    @property
    def landed(self) -> int:
        """Lines that became events of the store."""
        return sum(file.landed for file in self.files if not file.already)

    @property
    def duplicates(self) -> int:
        """Lines that repeated an event."""
        return sum(file.duplicates for file in self.files if not file.already)

    @property
    def rejected(self) -> int:
        """Lines in quarantine."""
        return sum(file.rejected for file in self.files if not file.already)

    @property
    def codes(self) -> dict[str, int]:
        """Rejected lines by code."""
        found: dict[str, int] = {}
        for file in self.files:
            for code, n in file.codes.items() if not file.already else ():
                found[code] = found.get(code, 0) + n
        return found


def load(
    store: Store,
    sources: Sequence[str | Path] | str | Path,
    *,
    mapping: Path | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Land sources: validate, de-duplicate, quarantine, commit; one transaction a file, resumable after any crash.

    Args:
        store: an open store.
        sources: files, folders (every log below them) and globs.
        mapping: a TOML file that turns the rows of a foreign log into events.
        progress: called with (what is being done, share done 0 to 1, lines of the source or 0 if not known yet).

    Returns:
        A report by file. A file that landed before is reported with its figures and `already`.

    Raises:
        MappingError: the mapping file is wrong.
        ValueError: a source names nothing.
    """
    told = progress or _silent
    mapped = None if mapping is None else MappedBy.read(mapping)
    files, errors = [], {}
    with store.writing:
        for path in find_sources(sources, apart_from=store.home):
            told(path.name, 0.0, 0)
            try:
                files.append(_load_one(store, path, mapped, told))
            except BadSource as error:
                errors[str(path)] = str(error)
                told(path.name, 1.0, 0)
            else:
                told(path.name, 1.0, files[-1].lines)
        compact_if_due(store)
    return LoadReport(tuple(files), errors)


def find_sources(sources: Sequence[str | Path] | str | Path, apart_from: Path | None = None) -> list[Path]:
    """Return the files that sources name, each once, in order of name.

    Args:
        sources: files, folders (without what is hidden in them) and globs.
        apart_from: a folder whose files are passed over where a folder holds it: the store's own.

    Raises:
        ValueError: one of them names nothing.
    """
    named = [sources] if isinstance(sources, str | Path) else list(sources)
    found: dict[Path, None] = {}
    for source in named:
        path = Path(source)
        if path.is_dir():
            inside = sorted(
                file for file in path.rglob("*") if _is_log(file, path) and not _lies_in(file, apart_from)
            )
        elif path.is_file():
            inside = [path]
        else:
            inside = sorted(file for file in _matches(path) if file.is_file())
        if not inside:
            raise ValueError(
                f"`source` is {source}; must be a log, a folder of logs or a glob that matches one; check the path"
            )
        found.update(dict.fromkeys(inside))
    return list(found)


def catch_up(store: Store) -> int:
    """Index every complete load that the index does not have: after a crash, a rebuild or a new schema.

    Args:
        store: an open store.

    Returns:
        How many loads were indexed.
    """
    with store.writing:
        with store.cursor() as cursor:
            known = {load_id for (load_id,) in cursor.execute("SELECT load_id FROM loads").fetchall()}
        landed = manifests(store.home)
        store.read_tail(landed)
        missing = [manifest for manifest in landed if manifest.load_id not in known]
        for manifest in missing:
            index(store, manifest)
        index_records(store)
        compact_if_due(store)
    return len(missing)


def rebuild(store: Store) -> int:
    """Make the whole index again from what landed.

    Args:
        store: an open store.

    Returns:
        How many loads were indexed.
    """
    with store.writing:
        store.empty()
        store.make()
        return catch_up(store)


def _load_one(store: Store, path: Path, mapped: MappedBy | None, progress: Progress) -> FileReport:
    started = time.monotonic()
    source = measure_source(path, mapped, progress)
    before = find(store.home, source.key)
    manifest = before or make_durable(store, source, _next_load(store), progress)
    if before is None:
        index(store, manifest)
    return _report(store, path, manifest, already=before is not None, seconds=time.monotonic() - started)


def _next_load(store: Store) -> int:
    return max((manifest.load_id for manifest in manifests(store.home)), default=0) + 1


def _report(store: Store, path: Path, manifest: Manifest, *, already: bool, seconds: float) -> FileReport:
    told = {"load_id": manifest.load_id}
    with store.cursor() as cursor:
        row = cursor.execute(
            "SELECT lines, landed, duplicates, rejected, skipped FROM loads WHERE load_id = $load_id", told
        ).fetchone()
        codes = cursor.execute(
            "SELECT code, count(*) FROM rejected_lines WHERE load_id = $load_id GROUP BY code ORDER BY code",
            told,
        ).fetchall()
    lines, landed, duplicates, rejected, skipped = row if row is not None else (0, 0, 0, 0, 0)
    return FileReport(
        str(path),
        manifest.digest,
        lines,
        landed,
        duplicates,
        rejected,
        skipped,
        dict(codes),
        already,
        seconds,
        manifest.note,
    )


def _matches(pattern: Path) -> list[Path]:
    anchor = Path(pattern.anchor) if pattern.is_absolute() else Path()
    return list(anchor.glob(str(pattern.relative_to(anchor) if pattern.is_absolute() else pattern)))


def _is_log(file: Path, folder: Path) -> bool:
    if not file.is_file() or any(part.startswith(".") for part in file.relative_to(folder).parts):
        return False
    name = file.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    return name.endswith(_SUFFIXES)


def _lies_in(file: Path, folder: Path | None) -> bool:
    return folder is not None and folder in file.resolve().parents


def _silent(_what: str, _share: float, _lines: int) -> None:
    return None
