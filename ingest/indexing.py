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
    paths = [str(landed / part) for part in manifest.parts] or [str(store.empty_part)]
    with store.cursor() as cursor:
        cursor.begin()
        try:
            moved = _resolve_repeats(cursor, manifest, paths)
            if manifest.rejects is not None:
                told = {
                    "path": str(landed / manifest.rejects),
                    "load_id": manifest.load_id,
                    "source": manifest.source,
                }
                run(cursor, "insert_rejects", told)
            run(cursor, "insert_load", {**_told(manifest), "paths": paths})
            run(cursor, "identities", {"paths": paths, "load_id": manifest.load_id, "everything": moved})
            if moved:
                run(cursor, "spans", {})
                _place_conflicts(cursor, store.home)
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise
    store.read_tail(manifests(store.home))


def run(cursor: Cursor, name: str, told: dict[str, object]) -> None:
    """Run the statements of one SQL file in turn, each with those of the named values that it uses.

    Args:
        cursor: where.
        name: the file's name without `.sql`.
        told: the values.
    """
    for statement in cursor.extract_statements(schema.statement(name)):
        wanted = {key: value for key, value in told.items() if key in statement.named_parameters}
        cursor.execute(statement, wanted).fetchall()


def _resolve_repeats(cursor: Cursor, manifest: Manifest, paths: list[str]) -> bool:
    """Hide the lines of this load that repeat an event; say whether a row that was stored had to go."""
    row = cursor.execute(schema.statement("repeats"), {"paths": paths}).fetchone()
    if row is None or not row[0]:
        return False
    run(cursor, "repeated_ids", {"paths": paths})
    run(cursor, "resolve", {"paths": paths, "load_id": manifest.load_id, "source": manifest.source})
    displaced = cursor.execute("SELECT count(*) FROM displaced").fetchone()
    return displaced is not None and displaced[0] > 0


def _told(manifest: Manifest) -> dict[str, object]:
    return {
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
    }


def _place_conflicts(cursor: Cursor, home: Path) -> None:
    """Give conflicts that lost their place later the line they stood on: only the landed file knows it."""
    rows = cursor.execute("SELECT DISTINCT load_id FROM rejected_lines WHERE line IS NULL").fetchall()
    homeless = {load_id for (load_id,) in rows}
    for manifest in manifests(home):
        if manifest.load_id in homeless:
            paths = [str(home / "landed" / part) for part in manifest.parts]
            run(cursor, "conflict_lines", {"load_id": manifest.load_id, "paths": paths})
