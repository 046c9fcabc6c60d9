"""AI Hub's perf.yaml: a job for each device and runtime, in the shape of today and in that of 2024."""

import math
from collections.abc import Iterable
from dataclasses import replace

from ingest.verification.aihub.nodes import Place
from ingest.verification.run import Detail, Figure, Malformed, Run

TOOL = "ai_hub"
_BYTES = 1 << 20
_ROUNDING = 2e-3
_RUNTIMES = {"torchscript_onnx_tflite": "tflite", "torchscript_onnx_qnn": "qnn", "torchscript_onnx": "onnx"}
_LAYERS = "layer_counts"


def jobs(file: Place) -> Iterable[Run]:
    """The jobs of a perf.yaml with `precisions`.

    Args:
        file: the document.

    Raises:
        Malformed: a job lacks what such jobs tell, or contradicts itself.
    """
    for precision in file.member("precisions").members().values():
        for component in precision.member("components").members().values():
            metrics = component.members().get("performance_metrics")
            for device in [] if metrics is None else metrics.members().values():
                for job in device.members().values():
                    yield _job(job, component.name, precision.name, device.name)


def old_jobs(file: Place) -> Iterable[Run]:
    """The jobs of a perf.yaml of 2024, with `models`: times in us, memory in bytes.

    Args:
        file: the document.

    Raises:
        Malformed: as for `jobs`.
    """
    for model in file.member("models").items():
        name = _said(model.member("name"))
        for measured in model.member("performance_metrics").items():
            members = measured.members()
            device = measured.member("reference_device_info").members()
            at = members["timestamp"].text() if "timestamp" in members else None
            for key, job in members.items():
                if key not in ("reference_device_info", "timestamp"):
                    run = _old_job(job, name)
                    yield replace(
                        run,
                        device=_said(device["name"]) if "name" in device else None,
                        os_version=device["os"].text() if "os" in device else None,
                        measured_at=at,
                        details={**run.details, **_chipset(device)},
                    )


def _job(job: Place, component: str, precision: str, device: str) -> Run:
    members = job.members()
    run = _begun(job, component, job.name)
    run = replace(run, conversion=precision, device=device, tool_version=_version(job))
    if run.status == "failed":
        return run
    memory = job.member("estimated_peak_memory_range_mb")
    low, high = memory.member("min").number(), memory.member("max").number()
    if low > high:
        raise Malformed(memory.line, f"`min` is {low:g}; must be at most max, {high:g}; check the lines.")
    figures = (
        Figure("latency_ms", "estimate", job.member("inference_time_milliseconds").number()),
        Figure("memory_mb", "min", low),
        Figure("memory_mb", "max", high),
    )
    layers = _layers(members[_LAYERS], "total") if _LAYERS in members else {}
    return replace(run, delegate=_said(job.member("primary_compute_unit")).lower(), figures=figures,
                   details={**run.details, **layers})  # fmt: skip


def _old_job(job: Place, model: str) -> Run:
    members = job.members()
    run = _begun(job, model, _RUNTIMES.get(job.name, job.name))
    run = replace(run, conversion=_precision(job))
    if run.status == "failed":
        return run
    time = job.member("inference_time")
    us, per_second = time.number(), job.member("throughput").number()
    if us == 0 or not math.isclose(1e6 / us, per_second, rel_tol=_ROUNDING):
        raise Malformed(
            time.line,
            f"`inference_time` is {us:g} us; must go with throughput, {per_second:g} a second; check the lines.",
        )
    memory = job.member("estimated_peak_memory_range")
    figures = (
        Figure("latency_ms", "estimate", us / 1e3),
        Figure("throughput_per_s", "value", per_second),
        Figure("memory_mb", "min", memory.member("min").number() / _BYTES),
        Figure("memory_mb", "max", memory.member("max").number() / _BYTES),
    )
    layers = _layers(members["layer_info"], "total_layers") if "layer_info" in members else {}
    return replace(run, delegate=_said(job.member("primary_compute_unit")).lower(), figures=figures,
                   details={**run.details, **layers})  # fmt: skip


def _begun(job: Place, model: str, runtime: str) -> Run:
    """A job before its figures: which it is, and whether it passed."""
    told = _said(job.member("job_status"))
    if told not in ("Passed", "Failed"):
        line = job.member("job_status").line
        raise Malformed(line, f"`job_status` is {told!r}; must be Passed or Failed; check the line.")
    run = Run(
        line=job.line,
        tool=TOOL,
        model=model,
        runtime=runtime,
        details={"job_id": _said(job.member("job_id"))},
    )
    if told == "Passed":
        return run
    reasons = [job.members()[name].text() for name in ("failure_reason", "reason") if name in job.members()]
    return replace(run, status="failed", failure=next(filter(None, reasons), "job_status: Failed"))


def _precision(job: Place) -> str | None:
    told = job.members().get("precision")
    return None if told is None else told.text()


def _version(job: Place) -> str | None:
    """The tools behind a job, as "qairt 2.42, tflite 2.17.0"."""
    told = job.members().get("tool_versions")
    if told is None:
        return None
    return ", ".join(f"{name} {_said(one)}" for name, one in told.members().items())


def _layers(told: Place, total: str) -> dict[str, Detail]:
    """How many layers ran where; they must make up the whole."""
    found = {name: one.number() for name, one in told.members().items()}
    parts = sum(value for name, value in found.items() if name != total)
    if found.get(total) != parts:
        raise Malformed(
            told.line,
            f"`{total}` is {found.get(total)}; must be the sum of the others, {parts:g}; check that the lines are whole.",
        )
    return {
        f"layers_{name.removeprefix('layers_on_').removesuffix('_layers')}": value
        for name, value in found.items()
    }


def _chipset(device: dict[str, Place]) -> dict[str, Detail]:
    return {name: device[name].text() for name in ("chipset", "form_factor", "os_name") if name in device}


def _said(place: Place) -> str:
    told = place.text()
    if not told:
        raise Malformed(place.line, f"`{place.name}` is empty; must be told; check the line.")
    return told
