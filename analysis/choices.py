"""What a page about suggestions can offer to narrow its question to, read from the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from analysis.ask import ask, once
from experiments import Experiment

if TYPE_CHECKING:
    from ingest import Store

NARROWING = ("platform", "device", "copy_id")
_SQL = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Choices:
    """Values in the store, the most frequent first.

    Args:
        experiments: keys of the experiments that anybody was exposed to.
        narrowing: (column, its values on impressions) pairs.
        display_experiment: the newest declared experiment whose variants differ in display_ms, if any.
    """

    experiments: tuple[str, ...]
    narrowing: tuple[tuple[str, tuple[str, ...]], ...]
    display_experiment: str | None


def choices(store: "Store") -> Choices:
    """What the store's impressions can be narrowed to and split by."""
    return once(store, _choices)


def _choices(store: "Store") -> Choices:
    values: dict[str, list[str]] = {name: [] for name in ("experiment", *NARROWING)}
    for row in ask(store, _SQL).to_pylist():
        values[row["name"]].append(row["value"])
    experiments = tuple(values["experiment"])
    narrowing = tuple((name, tuple(values[name])) for name in NARROWING)
    return Choices(experiments, narrowing, _about_display(store.records.all("experiment"), experiments))


def _about_display(records: Sequence[Mapping[str, Any]], experiments: Sequence[str]) -> str | None:
    newest = {str(record["key"]): record["body"] for record in records}
    for key, body in reversed(newest.items()):
        try:
            limits = {
                variant.payload.get("display_ms") for variant in Experiment.model_validate(body).variants
            }
        except ValidationError:
            continue  # the readout page says what is wrong with this record
        if key in experiments and len(limits - {None}) > 1:
            return key
    return None
