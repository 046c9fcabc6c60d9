"""Figures as a plain table: what `kazasu models export` writes, and what people write by hand; one figure a row."""

import csv
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import fields
from io import StringIO
from typing import cast

from ingest.verification.csv_rows import Row, checked_header, header_of, rows_of, whole
from ingest.verification.run import QUANTITIES, Detail, Figure, Malformed, Quantity, Run, Status

LINEAGE = (
    "tool", "model", "conversion", "runtime", "delegate", "device", "os_version", "threads", "training_run",
    "scenario", "dataset", "tool_version", "measured_at", "status", "failure", "details", "source", "digest",
)  # fmt: skip
FIGURE = ("quantity", "statistic", "value", "n")
COLUMNS = ("run", *LINEAGE, "line", *FIGURE)
REQUIRED = frozenset({"model", "quantity", "value"})
_WHOLE = ("threads", "n", "line")


def recognises(text: str) -> bool:
    """Is this a table of figures, by its header?

    Args:
        text: the file.
    """
    header = header_of(text)
    return set(header) >= REQUIRED


def read(text: str) -> tuple[Run, ...]:
    """The runs of a table of figures.

    Rows of one `run` belong together; without that column rows of the same lineage do. A failed run has one row without a
    quantity.

    Args:
        text: CSV with a header; columns in any order, of which `model`, `quantity` and `value` must stand.

    Returns:
        The runs in order of their first rows.

    Raises:
        Malformed: a column is unknown or missing, a row is ragged, a value is none, or a figure of a run stands twice.
    """
    header = checked_header(text, COLUMNS, REQUIRED)
    groups: dict[tuple[str, ...], list[tuple[int, Row]]] = {}
    for line, row in rows_of(text, header):
        key = (row["run"],) if row.get("run") else tuple(row.get(name, "") for name in LINEAGE)
        groups.setdefault(key, []).append((line, row))
    return tuple(_run(rows) for rows in groups.values())


def write(runs: Iterable[tuple[str, Run]]) -> str:
    """Runs as a table of figures that `read` turns into the same runs.

    Args:
        runs: a name for each run, unique, and the run.
    """
    out = StringIO(newline="")
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    for name, run in runs:
        told = {"run": name, **_lineage(run)}
        for one in run.figures:
            figure = {"quantity": one.quantity, "statistic": one.statistic, "value": repr(one.value)}
            table.writerow({**told, **figure, "n": "" if one.n is None else one.n})
        if not run.figures:
            table.writerow(told)
    return out.getvalue()


def _lineage(run: Run) -> dict[str, object]:
    told: dict[str, object] = {
        one.name: getattr(run, one.name) for one in fields(run) if one.name not in ("figures", "details")
    }
    told["details"] = (
        json.dumps(dict(run.details), ensure_ascii=False, sort_keys=True) if run.details else None
    )
    return {name: "" if value is None else value for name, value in told.items()}


def _run(rows: list[tuple[int, Row]]) -> Run:
    line, first = rows[0]
    lineage = {name: first.get(name) or None for name in LINEAGE}
    for at, row in rows[1:]:
        other = next((name for name in LINEAGE if (row.get(name) or None) != lineage[name]), None)
        if other is not None:
            raise Malformed(
                at,
                f"`{other}` is {row[other]!r}; must be {lineage[other]!r}, as in line {line} of this run; mend one.",
            )
    if lineage["model"] is None:
        raise Malformed(line, "`model` is empty; must name the model; fill it in.")
    status = lineage["status"] or "ok"
    if status not in ("ok", "failed"):
        raise Malformed(line, f"`status` is {status!r}; must be ok or failed; mend it.")
    figures = tuple(_figure(at, row) for at, row in rows if row["quantity"] or status == "ok")
    _once(rows, figures)
    return Run(
        line=whole(line, "line", first.get("line", "")) or line,
        tool=lineage["tool"] or "csv",
        model=lineage["model"],
        status=cast("Status", status),
        conversion=lineage["conversion"],
        runtime=lineage["runtime"],
        delegate=lineage["delegate"],
        device=lineage["device"],
        os_version=lineage["os_version"],
        threads=whole(line, "threads", first.get("threads", "")),
        training_run=lineage["training_run"],
        scenario=lineage["scenario"],
        dataset=lineage["dataset"],
        tool_version=lineage["tool_version"],
        measured_at=lineage["measured_at"],
        failure=lineage["failure"],
        figures=figures,
        details=_details(line, lineage["details"]),
        source=lineage["source"],
        digest=lineage["digest"],
    )


def _figure(line: int, row: Row) -> Figure:
    quantity = row["quantity"]
    if quantity not in QUANTITIES:
        raise Malformed(
            line, f"`quantity` is {quantity!r}; must be one of {', '.join(sorted(QUANTITIES))}; mend it."
        )
    value = _number(line, row["value"])
    if value < 0 or (quantity == "accuracy" and value > 1):
        allowed = "a share from 0 to 1" if quantity == "accuracy" else "at least 0"
        raise Malformed(line, f"`value` is {value:g} for {quantity}; must be {allowed}; check its unit.")
    n = whole(line, "n", row.get("n", ""))
    return Figure(cast("Quantity", quantity), row.get("statistic") or "value", value, n)


def _once(rows: list[tuple[int, Row]], figures: tuple[Figure, ...]) -> None:
    seen: set[tuple[str, str]] = set()
    for (line, _), one in zip(rows, figures, strict=False):
        if (one.quantity, one.statistic) in seen:
            raise Malformed(
                line,
                f"`quantity` is {one.quantity} {one.statistic} twice in one run; must stand once; "
                "give each run a name of its own in a column `run`.",
            )
        seen.add((one.quantity, one.statistic))


def _number(line: int, given: str) -> float:
    try:
        value = float(given)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Malformed(line, f"`value` is {given!r}; must be a finite number; mend it.")
    return value


def _details(line: int, given: str | None) -> Mapping[str, Detail]:
    try:
        found = json.loads(given) if given else {}
    except ValueError as error:
        raise Malformed(line, f"`details` is {given!r}; must be a JSON object ({error}); mend it.") from error
    if not isinstance(found, dict):
        raise Malformed(line, f"`details` is {given!r}; must be a JSON object; mend it.")
    return found
