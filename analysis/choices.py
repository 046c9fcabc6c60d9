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
        words_experiment: the newest whose variants differ in copy_id or design_id, if any.
    """

    experiments: tuple[str, ...]
    narrowing: tuple[tuple[str, tuple[str, ...]], ...]
    display_experiment: str | None
    words_experiment: str | None


def choices(store: "Store") -> Choices:
    """What the store's impressions can be narrowed to and split by."""
    return once(store, _choices)


def _choices(store: "Store") -> Choices:
    values: dict[str, list[str]] = {name: [] for name in ("experiment", *NARROWING)}
    for row in ask(store, _SQL).to_pylist():
        values[row["name"]].append(row["value"])
    experiments = tuple(values["experiment"])
    narrowing = tuple((name, tuple(values[name])) for name in NARROWING)
    records = store.records.all("experiment")
    display, words = (
        _about(what, records, experiments) for what in (("display_ms",), ("copy_id", "design_id"))
    )
    return Choices(experiments, narrowing, display, words)


def _about(
    what: Sequence[str], records: Sequence[Mapping[str, Any]], experiments: Sequence[str]
) -> str | None:
    """The newest experiment whose variants differ in one of these."""
    newest = {str(record["key"]): record["body"] for record in records}
    for key, body in reversed(newest.items()):
        try:
            payloads = [variant.payload for variant in Experiment.model_validate(body).variants]
        except ValidationError:
            continue  # the readout page says what is wrong with this record
        if key in experiments and any(_differ(name, payloads) for name in what):
            return key
    return None


def _differ(name: str, payloads: Sequence[Mapping[str, Any]]) -> bool:
    return len({str(payload[name]) for payload in payloads if payload.get(name) is not None}) > 1
