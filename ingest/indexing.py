"""From landed files to rows of the index: de-duplication, conflicts, identities; one transaction a load."""

from pathlib import Path

from ingest import schema
from ingest.landing import Manifest, manifests
from ingest.store import Cursor, Store


def index(store: Store, manifest: Manifest) -> None:
    """Add one landed load to the index, with its record, in one transaction.

    Args:
        store: the store, whose writing lock the caller holds.
        manifest: the load; must not be in the index yet.
    """
    landed = store.home / "landed"
    paths = [str(landed / part) for part in manifest.parts]
    with store.cursor() as cursor:
        cursor.begin()
        try:
            _insert(cursor, store.home, manifest, paths)
            _record(cursor, manifest, landed)
            _run(cursor, "identities", {"load_id": manifest.load_id, "everything": False})
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise


def _insert(cursor: Cursor, home: Path, manifest: Manifest, paths: list[str]) -> None:
    if not manifest.rows:
        return
    told = {"paths": paths, "load_id": manifest.load_id}
    if not _repeats(cursor, paths):
        _run(cursor, "insert_plain", told)
        return
    _run(cursor, "repeated_ids", {"paths": paths})
    _run(cursor, "insert_resolved", {**told, "source": manifest.source})
    displaced = cursor.execute("SELECT count(*) FROM displaced").fetchone()
    if displaced is not None and displaced[0]:
        _place_conflicts(cursor, home)
        _run(cursor, "identities", {"load_id": manifest.load_id, "everything": True})


def _repeats(cursor: Cursor, paths: list[str]) -> bool:
    row = cursor.execute(schema.statement("repeats"), {"paths": paths}).fetchone()
    return bool(row and row[0])


def _record(cursor: Cursor, manifest: Manifest, landed: Path) -> None:
    if manifest.rejects is not None:
        told = {"path": str(landed / manifest.rejects), "load_id": manifest.load_id, "source": manifest.source}
        _run(cursor, "insert_rejects", told)
    _run(
        cursor,
        "insert_load",
        {
            "load_id": manifest.load_id,
            "digest": manifest.digest,
            "source": manifest.source,
            "mapping": manifest.mapping,
            "lines": manifest.lines,
            "rows": manifest.rows,
            "rejected": manifest.rejected,
            "skipped": manifest.skipped,
            "synthetic": manifest.synthetic,
            "landed_at": manifest.landed_at,
        },
    )


def _place_conflicts(cursor: Cursor, home: Path) -> None:
    """Give conflicts that lost their place later the line they stood on: only the landed file knows it."""
    rows = cursor.execute("SELECT DISTINCT load_id FROM rejected_lines WHERE line IS NULL").fetchall()
    homeless = {load_id for (load_id,) in rows}
    for manifest in manifests(home):
        if manifest.load_id in homeless:
            paths = [str(home / "landed" / part) for part in manifest.parts]
            _run(cursor, "conflict_lines", {"load_id": manifest.load_id, "paths": paths})


def _run(cursor: Cursor, name: str, told: dict[str, object]) -> None:
    """Run the statements of one SQL file in turn, each with those of the named values that it uses."""
    for statement in cursor.extract_statements(schema.statement(name)):
        wanted = {key: value for key, value in told.items() if key in statement.named_parameters}
        cursor.execute(statement, wanted).fetchall()
