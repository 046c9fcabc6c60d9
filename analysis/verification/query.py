"""Runs of the record with their figures, and the items that two runs both told."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analysis.ask import ask, sql_of
from analysis.verification.answers import NamedRun
from ingest.schema import unbound
from ingest.verification import Figure, Run

if TYPE_CHECKING:
    from ingest import Store

_TEXTS = ("tool", "model", "status", "conversion", "runtime", "delegate", "device", "os_version", "training_run", "scenario",
          "dataset", "tool_version", "measured_at", "failure")  # fmt: skip


def runs_on_record(store: "Store") -> tuple[tuple[NamedRun, ...], str]:
    """Every run with its figures, in order of name, and the SQL that ran."""
    told, asked = unbound("figures").order_by("run", "quantity", "statistic"), unbound("runs").order_by("run")
    figures: dict[str, list[Figure]] = {}
    for row in ask(store, told).to_pylist():
        figure = Figure(row["quantity"], row["statistic"], row["value"], row["n"])
        figures.setdefault(row["run"], []).append(figure)
    runs = [
        NamedRun(row["run"], _run(row, figures.get(row["run"], ()))) for row in ask(store, asked).to_pylist()
    ]
    return tuple(runs), f"{sql_of(asked)}\n\n{sql_of(told)}"


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
