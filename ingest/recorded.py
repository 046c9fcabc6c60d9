"""What records say that the index must know: released lines, the persons of cohorts, and runs of benchmark tools."""

from ingest import cohorts
from ingest.store import Store
from ingest.verification import keeping


def index_records(store: Store) -> None:
    """Bring the index to what the records say: after a crash, a rebuild or a new schema.

    Args:
        store: an open store, whose writing lock the caller holds.
    """
    _release_replayed(store)
    cohorts.index(store)
    keeping.index(store)


def _release_replayed(store: Store) -> None:
    released = {
        (record["body"]["load_id"], record["body"]["line"]) for record in store.records.all("replayed")
    }
    with store.cursor() as cursor:
        known = set(cursor.execute("SELECT load_id, line FROM replayed_lines").fetchall())
        for load_id, line in sorted(released - known):
            cursor.execute(
                "INSERT INTO replayed_lines VALUES ($load_id, $line)", {"load_id": load_id, "line": line}
            )
