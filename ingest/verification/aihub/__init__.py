"""Qualcomm AI Hub: perf.yaml (a job for each device and runtime), numerics.yaml (accuracies), and tables."""

import re
from dataclasses import replace

from ingest.verification.aihub.nodes import document
from ingest.verification.aihub.numerics import accuracies
from ingest.verification.aihub.perf import jobs, old_jobs
from ingest.verification.aihub.table import recognises as is_table
from ingest.verification.aihub.table import rows
from ingest.verification.run import Malformed, Run

_JOBS = re.compile(r"^precisions:\s*$", re.MULTILINE)
_OLD = re.compile(r"^models:\s*$", re.MULTILINE)
_ACCURACIES = re.compile(r"^metrics:\s*$", re.MULTILINE)


def recognises(text: str) -> bool:
    """Is this one of AI Hub's files?

    Args:
        text: the file.
    """
    return bool(
        (_JOBS.search(text) and "performance_metrics:" in text)
        or (_OLD.search(text) and "performance_metrics:" in text)
        or (_ACCURACIES.search(text) and "partial_torch_metric" in text)
        or is_table(text)
    )


def read(text: str, model: str | None = None) -> tuple[Run, ...]:
    """Every job or accuracy of a file.

    Args:
        text: the file.
        model: what the model is called, where the file does not say (numerics.yaml, tables), or spells it otherwise.

    Returns:
        Jobs, failed ones too, in order of the file; of numerics.yaml an accuracy each, that of torch first. A job's time has the
        statistic "estimate": AI Hub calls it the estimated inference time and does not say of what.

    Raises:
        Malformed: it is no whole file of that kind; a job lacks what the others of the file tell.
    """
    if is_table(text):
        return tuple(rows(text, model))
    file = document(text)
    if _ACCURACIES.search(text) and "partial_torch_metric" in text:
        if not model:
            raise Malformed(
                1, "`model` is not told by such a file; must be given; add it with --set model=NAME."
            )
        return tuple(accuracies(file, model))
    found = tuple(jobs(file) if _JOBS.search(text) else old_jobs(file))
    for name in ("tool_version", "conversion"):
        told = [run for run in found if getattr(run, name) is not None]
        untold = [run for run in found if getattr(run, name) is None and run.status == "ok"]
        if told and untold:
            raise Malformed(
                untold[0].line,
                f"`{name}` is missing in {untold[0].runtime}; must be told as by the other jobs; check the file.",
            )
    return tuple(_as_called(run, model) for run in found)


def _as_called(run: Run, model: str | None) -> Run:
    """A job under the name that the accuracies have, their folder's, where it is the same but for signs and capitals."""
    if model is None or model == run.model or _letters(model) != _letters(run.model):
        return run
    return replace(run, model=model, details={**run.details, "component": run.model})


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())
