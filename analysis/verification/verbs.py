"""The verbs of the verification platform's record: files come in, the record goes out, a gate opens or not."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from analysis.verification.gating import GateQuery, ask_gate, to_json
from analysis.verification.query import runs_on_record
from ingest.verification import figures_csv

if TYPE_CHECKING:
    from ingest import Store

Json = dict[str, object]
Verb = Callable[["Store", Mapping[str, object]], Json]


class _Import(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    paths: tuple[str, ...] = Field(min_length=1)
    given: dict[str, str] = Field(default_factory=dict)
    who: str = Field(min_length=1)


class _Export(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    path: str


def models_import(store: "Store", payload: Mapping[str, object]) -> Json:
    """Import files and folders of benchmark tools; what cannot be read is refused with its line."""
    from ingest.verification.importing import import_files

    asked = _Import.model_validate(payload)
    report = import_files(store, asked.paths, asked.given, asked.who)
    return {
        "files": [asdict(one) for one in report.files],
        "runs": sum(one.runs for one in report.files if one.new),
        "failed": sum(one.failed for one in report.files if one.new),
        "passed_over": list(report.passed_over),
        "errors": [
            {"source": source, "sentence": f"{source}: {said}"} for source, said in report.errors.items()
        ],
        "data_version": store.data_version(),
    }


def models_export(store: "Store", payload: Mapping[str, object]) -> Json:
    """Write every run of the record as a table of figures that can be imported again."""
    asked = _Export.model_validate(payload)
    runs = [(one.name, one.run) for one in runs_on_record(store)[0]]
    Path(asked.path).write_text(figures_csv.write(runs), encoding="utf-8")
    return {"path": asked.path, "runs": len(runs), "data_version": store.data_version()}


def models_gate(store: "Store", payload: Mapping[str, object]) -> Json:
    """Hold a candidate against budgets and a baseline."""
    asked = GateQuery.model_validate_json(json.dumps(payload))
    return {**to_json(ask_gate(store, asked)), "data_version": store.data_version()}


VERBS: dict[str, Verb] = {
    "models_import": models_import,
    "models_export": models_export,
    "models_gate": models_gate,
}
