"""What the readout's page can offer: experiments on record, exposed ones that are not, and platforms."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.ask import ask, once
from analysis.readout.compute import EXPERIMENTS

if TYPE_CHECKING:
    from ingest import Store

_SQL = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen.

    Args:
        experiments: (key, name) of the experiments on record, the newest first.
        unrecorded: experiments that people were exposed to but that nobody put on record, the largest first.
        platforms: of exposures, the most frequent first.
    """

    experiments: tuple[tuple[str, str], ...]
    unrecorded: tuple[str, ...]
    platforms: tuple[str, ...]


def choices(store: "Store") -> Choices:
    """What the store has to read out."""
    return once(store, _choices)


def _choices(store: "Store") -> Choices:
    newest = {str(record["key"]): record["body"] for record in store.records.all(EXPERIMENTS)}
    recorded = tuple((key, str(body.get("name") or key)) for key, body in reversed(newest.items()))
    rows = ask(store, _SQL).to_pylist()
    exposed = tuple(row["value"] for row in rows if row["name"] == "experiment")
    platforms = tuple(row["value"] for row in rows if row["name"] == "platform")
    return Choices(recorded, tuple(key for key in exposed if key not in newest), platforms)
