"""What the page can offer: experiments whose arms may have walked different flows."""

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.ask import ask

if TYPE_CHECKING:
    from ingest import Store

_SQL = Path(__file__).with_name("choices.sql").read_text("utf-8")


def experiments(store: "Store") -> tuple[str, ...]:
    """Experiments that people were exposed to, the largest first."""
    return tuple(ask(store, _SQL)["experiment"].to_pylist())
