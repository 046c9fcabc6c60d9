"""What the page can offer to narrow the question to, read from the store."""

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.ask import ask, once

if TYPE_CHECKING:
    from ingest import Store

NARROWING = ("model_version", "platform", "device", "delegate", "conversion")
_SQL = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


def choices(store: "Store") -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(column, its values, the most frequent first) for each column that inferences can be narrowed by."""
    return once(store, _choices)


def _choices(store: "Store") -> tuple[tuple[str, tuple[str, ...]], ...]:
    values: dict[str, list[str]] = {name: [] for name in NARROWING}
    for row in ask(store, _SQL).to_pylist():
        values[row["name"]].append(row["value"])
    return tuple((name, tuple(values[name])) for name in NARROWING)
