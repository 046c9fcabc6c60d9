"""Merging fresh loads into the stored order, so that questions read rows of one person side by side."""

from ingest import schema
from ingest.store import Store

_TAIL_SHARE, _TAIL_ROWS, _TAIL_FILES = 0.05, 50_000, 32


def compact_if_due(store: Store) -> bool:
    """Merge the tail into the stored order when it has grown past a twentieth of it; else give it the stored keys.

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
        facts = store.facts()
        if not facts.clustered and not facts.keyed:
            key_tail(store)
        return False
    compact(store)
    return True


def compact(store: Store) -> None:
    """Merge the tail into the stored order (person, time); every answer stays the same.

    Args:
        store: an open store.
    """
    with store.writing:
        _run(store, "compact")
        store.read_tail(())
    with store.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def key_tail(store: Store) -> None:
    """Keep the tail a second time, under the stored keys and in the stored order, until it grows or is merged.

    A question can then merge the two orders while it reads them. Instants that the tail shares with stored rows, and
    persons whose stored rows have become another's, stand there as a whole.

    Args:
        store: an open store.
    """
    with store.writing:
        _run(store, "key_tail")


def _run(store: Store, name: str) -> None:
    """Run the statements of one SQL file in one transaction."""
    with store.cursor() as cursor:
        cursor.begin()
        try:
            cursor.execute(schema.statement(name))
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise
