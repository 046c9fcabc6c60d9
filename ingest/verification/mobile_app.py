"""The MLPerf Mobile app's result.json: every benchmark of a submission, performance and accuracy, on one phone."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ingest.verification.loadgen import SCENARIOS, TOOL
from ingest.verification.names import model_of
from ingest.verification.run import Detail, Figure, Malformed, Quantity, Run

_ACCURACIES = {"%": "top1", "mAP": "map", "mIoU": "miou", "dB": "psnr"}
_SHARES = frozenset({"top1", "map", "miou", "f1"})
Json = Mapping[str, Any]


def is_result(text: str) -> bool:
    """Is this the app's result.json?"""
    return (
        text.lstrip("\ufeff \r\n").startswith("{")
        and '"benchmark_id"' in text
        and '"loadgen_scenario"' in text
    )


def of_result(text: str) -> tuple[Run, ...]:
    """The runs of a submission: a performance run and an accuracy run for each benchmark.

    Args:
        text: result.json; latencies in it are in seconds.

    Raises:
        Malformed: it is no JSON, or a benchmark lacks what the app tells.
    """
    try:
        told = json.loads(text, parse_constant=_refused)
    except json.JSONDecodeError as broken:
        raise Malformed(
            broken.lineno, f"`file` is no whole JSON ({broken.msg}); must be; check that it is not cut."
        ) from broken
    device, system = _phone(told.get("environment_info") or {})
    version = (told.get("build_info") or {}).get("version")
    found: list[Run] = []
    for place, one in enumerate(told.get("results") or []):
        line = _line(text, place)
        found += [
            replace(run, device=device, os_version=system, tool_version=version)
            for run in _benchmark(line, one)
        ]
    if not found:
        raise Malformed(1, "`results` is empty; must hold one benchmark at least; check the file.")
    return tuple(found)


def _refused(name: str) -> float:
    raise Malformed(1, f"`number` is {name}; must be finite; mend the file.")


def _line(text: str, place: int) -> int:
    """Where the benchmark of that place begins."""
    starts = [match.start() for match in re.finditer(r'"benchmark_id"', text)]
    return text[: starts[place]].count("\n") + 1 if place < len(starts) else 1


def _benchmark(line: int, one: Json) -> Iterator[Run]:
    scenario = str(_must(line, one, "loadgen_scenario"))
    if scenario not in SCENARIOS:
        raise Malformed(
            line, f"`loadgen_scenario` is {scenario!r}; must be one of {', '.join(SCENARIOS)}; check it."
        )
    settings = one.get("backend_settings") or {}
    file = str(settings.get("model_path") or "").strip("[]")
    run = Run(
        line=line,
        tool=TOOL,
        model=str(_must(line, one, "benchmark_id")),
        conversion=model_of(file)[1] if file else None,
        runtime=_lower(settings.get("framework")),
        delegate=_lower(settings.get("delegate") or settings.get("accelerator_desc")),
        threads=_threads(settings),
        scenario=SCENARIOS[scenario],
        details=_details(one, file),
    )
    if one.get("performance_run") is not None:
        yield _performance(line, run, one["performance_run"])
    if one.get("accuracy_run") is not None:
        yield from _accuracies(line, run, one["accuracy_run"])


def _performance(line: int, run: Run, told: Json) -> Run:
    loadgen = _must(line, told, "loadgen")
    n = _number(line, loadgen, "query_count")
    mean, p90 = (1e3 * _number(line, loadgen, name) for name in ("latency_mean", "latency90"))
    quantity: Quantity = "batch_latency_ms" if run.scenario == "offline" else "latency_ms"
    figures = [Figure(quantity, "p90", p90, int(n)), Figure(quantity, "mean", mean, int(n))]
    throughput = (told.get("throughput") or {}).get("value")
    if throughput is not None:
        rate = _number(line, told["throughput"], "value")
        if run.scenario == "single_stream" and rate * mean > 1e3 * 1.02:
            raise Malformed(
                line,
                f"`latency_mean` is {mean:g} ms; must not exceed what {rate:g} a second leave; check its unit.",
            )
        figures.append(Figure("throughput_per_s", "value", rate))
    unmet = [name for name, met in loadgen.items() if name.startswith("is_") and met is False]
    at = told.get("start_datetime")
    done = replace(run, figures=tuple(figures), measured_at=at)
    return replace(done, status="failed", failure=", ".join(unmet)) if unmet else done


def _accuracies(line: int, run: Run, told: Json) -> Iterator[Run]:
    figures = []
    for name in ("accuracy", "accuracy2"):
        one = told.get(name)
        if one is None:
            continue
        value = _number(line, one, "normalized")
        statistic = _statistic(run, str(one.get("formatted") or ""), name)
        if value > 1:
            raise Malformed(line, f"`normalized` is {value:g}; must be at most 1; check the file.")
        figures.append(
            Figure(
                "accuracy",
                statistic,
                value,
                int(told["measured_samples"]) if told.get("measured_samples") else None,
            )
        )
    if figures:
        dataset = (told.get("dataset") or {}).get("type")
        yield replace(
            run, figures=tuple(figures), dataset=_lower(dataset), measured_at=told.get("start_datetime")
        )


def _statistic(run: Run, formatted: str, name: str) -> str:
    """Which accuracy it is, by how the app writes it; of language understanding it is F1."""
    unit = re.sub(r"[\d.\s]", "", formatted)
    known = (
        "f1" if not unit and "language" in run.model else _ACCURACIES.get(unit, unit.lower() or "accuracy")
    )
    return known if name == "accuracy" else f"{known}_2"


def _phone(environment: Json) -> tuple[str | None, str | None]:
    """The phone and its OS, whichever of the platforms tells it."""
    for told in (environment.get("value") or {}).values():
        if told:
            name = " ".join(str(told[key]) for key in ("manufacturer", "model_name") if told.get(key))
            return name or told.get("model_code"), told.get("os_version")
    return None, None


def _details(one: Json, file: str) -> dict[str, Detail]:
    info, settings = one.get("backend_info") or {}, one.get("backend_settings") or {}
    told = {"benchmark": one.get("benchmark_name"), "model_path": file or None, "backend": info.get("backend_name"),
            "accelerator": settings.get("accelerator_desc"), "batch_size": settings.get("batch_size")}  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _threads(settings: Json) -> int | None:
    for one in settings.get("extra_settings") or []:
        if one.get("id") == "num_threads" and str(one.get("value")).isdigit():
            return int(one["value"])
    return None


def _lower(told: object) -> str | None:
    return str(told).lower() if told else None


def _must(line: int, told: Json, name: str) -> Any:  # noqa: ANN401 -- JSON: whoever asks checks what it is
    if told.get(name) is None:
        raise Malformed(line, f"`{name}` is missing; must be told; check that the file is whole.")
    return told[name]


def _number(line: int, told: Json, name: str) -> float:
    value = _must(line, told, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise Malformed(line, f"`{name}` is {value!r}; must be a number, 0 or more; check the file.")
    return float(value)
