"""Health of the store: static SQL over loads, rejects, events and the shared views -> rows."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.ask import ask, sql_of

if TYPE_CHECKING:
    from ingest import Store

Rows = list[dict[str, Any]]

_SQL = Path(__file__).with_name("sql")


@cache
def statement(name: str) -> str:
    """The text of one statement in `sql/`."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


class Reader:
    """Runs the room's statements on one store and keeps the SQL that really ran.

    Args:
        store: an open store.
    """

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._ran: list[str] = []

    def rows(self, name: str, params: Mapping[str, object] | None = None) -> Rows:
        """Run one statement of `sql/` with its `$named` values; one dict a row."""
        sql = statement(name)
        self._ran.append(sql_of(sql, params))
        found: Rows = ask(self._store, sql, params).to_pylist()
        return found

    def row(self, name: str) -> dict[str, Any]:
        """Run a statement that always gives one row."""
        return self.rows(name)[0]

    @property
    def sql(self) -> str:
        """What ran so far, statements parted by blank lines."""
        return "\n\n".join(self._ran)
