"""The verbs of the verification platform's record: files of benchmark tools come in, the whole record goes out."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from analysis.ask import ask
from ingest.schema import unbound
from ingest.verification import Figure, Run, figures_csv

if TYPE_CHECKING:
    from ingest import Store

Json = dict[str, object]
Verb = Callable[["Store", Mapping[str, object]], Json]
_TEXTS = ("tool", "model", "status", "conversion", "runtime", "delegate", "device", "os_version", "training_run", "scenario",
          "dataset", "tool_version", "measured_at", "failure")  # fmt: skip


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
    runs = runs_on_record(store)
    Path(asked.path).write_text(figures_csv.write(runs), encoding="utf-8")
    return {"path": asked.path, "runs": len(runs), "data_version": store.data_version()}


def runs_on_record(store: "Store") -> tuple[tuple[str, Run], ...]:
    """Every run by its name, with its figures, in order of name."""
    figures: dict[str, list[Figure]] = {}
    rows = ask(store, unbound("figures").order_by("run", "quantity", "statistic")).to_pylist()
    for row in rows:
        figures.setdefault(row["run"], []).append(
            Figure(row["quantity"], row["statistic"], row["value"], row["n"])
        )
    return tuple(
        (row["run"], _run(row, figures.get(row["run"], ())))
        for row in ask(store, unbound("runs").order_by("run")).to_pylist()
    )


def _run(row: Mapping[str, Any], figures: Sequence[Figure]) -> Run:
    return Run(
        line=row["line"],
        threads=row["threads"],
        figures=tuple(figures),
        details=json.loads(row["details"] or "{}"),
        source=row["source"],
        digest=row["source_digest"],
        **{name: row[name] for name in _TEXTS},
    )


VERBS: dict[str, Verb] = {"models_import": models_import, "models_export": models_export}
