"""Merging fresh loads into the stored order, so that questions read rows of one person side by side."""

from ingest import schema
from ingest.store import Store

_TAIL_SHARE, _TAIL_ROWS, _TAIL_FILES = 0.05, 50_000, 32


def compact_if_due(store: Store) -> bool:
    """Merge the tail into the stored order when it has grown past a twentieth of it.

    Args:
        store: an open store.

    Returns:
        Whether it merged.
    """
    with store.cursor() as cursor:
        row = cursor.execute(
            "SELECT coalesce(sum(landed) FILTER (WHERE NOT compacted), 0), count(*) FILTER (WHERE NOT compacted),"
            " (SELECT count(*) FROM events_main) FROM loads"
        ).fetchone()
    tail, files, main = row if row is not None else (0, 0, 0)
    if files == 0 or (files <= _TAIL_FILES and main and tail < max(_TAIL_ROWS, main * _TAIL_SHARE)):
        return False
    compact(store)
    return True


def compact(store: Store) -> None:
    """Merge the tail into the stored order (person, time); every answer stays the same.

    Args:
        store: an open store.
    """
    with store.writing, store.cursor() as cursor:
        cursor.begin()
        try:
            cursor.execute(schema.statement("compact"))
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise
        store.read_tail(())
    with store.cursor() as cursor:
        cursor.execute("CHECKPOINT")
