"""The MLPerf Mobile app's result.json: every benchmark of a submission, performance and accuracy, on one phone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ingest.verification.json_shape import Json, Where, must, positive, read_json
from ingest.verification.loadgen import SCENARIOS, TOOL
from ingest.verification.names import model_of
from ingest.verification.run import Detail, Figure, Malformed, Quantity, Run

_SETTINGS = {
    "framework": None, "delegate": None, "accelerator_desc": None, "model_path": None, "batch_size": None,
    "extra_settings": [{"id": None, "value": None}],
}  # fmt: skip
_ACCURACY = {"normalized": None, "formatted": None}
_PHONE = {"os_version": None, "manufacturer": None, "model_name": None, "model_code": None}
SHAPE = {
    "results": [
        {
            "benchmark_id": None,
            "benchmark_name": None,
            "loadgen_scenario": None,
            "backend_settings": _SETTINGS,
            "backend_info": {"backend_name": None},
            "performance_run": {
                "throughput": {"value": None},
                "loadgen": {"query_count": None, "latency_mean": None, "latency90": None},
                "start_datetime": None,
            },
            "accuracy_run": {
                "accuracy": _ACCURACY, "accuracy2": _ACCURACY, "dataset": {"type": None}, "measured_samples": None,
                "start_datetime": None,
            },
        }
    ],
    "environment_info": {"value": {"android": _PHONE, "ios": _PHONE, "windows": _PHONE}},
    "build_info": {"version": None},
}  # fmt: skip
"""What the app writes, as far as it is read here."""
_ACCURACIES = {"%": "top1", "mAP": "map", "mIoU": "miou", "dB": "psnr"}
_SHARES = frozenset({"top1", "map", "miou", "f1"})


_INSIDE = frozenset({"framework", "accelerator_code", "delegate", "model_path", "loadgen", "throughput", "query_count",
                     "latency_mean", "latency90", "normalized", "measured_samples"})  # fmt: skip
"""Keys that stand deeper than a benchmark's own: found there, lines were moved."""


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
    told, whole = read_json(text, SHAPE)
    moved = sorted({"value", "android", "ios", "windows"} & set(told))
    if moved:
        raise Malformed(
            whole.line(moved[0]),
            f"`{moved[0]}` stands outside `environment_info`; must stand inside; look for lines that were moved.",
        )
    device, system = _phone(whole, told.get("environment_info"))
    version = (told.get("build_info") or {}).get("version")
    found: list[Run] = []
    starts = [match.start() for match in re.finditer(r'"benchmark_id"', text)]
    for place, one in enumerate(told.get("results") or []):
        where = Where(text, starts[place] if place < len(starts) else 0)
        found += [
            replace(run, device=device, os_version=system, tool_version=version)
            for run in _benchmark(where, one)
        ]
    _alike(text, told.get("results") or [], starts)
    if not found:
        raise Malformed(1, "`results` is empty; must hold one benchmark at least; check the file.")
    return tuple(found)


def _alike(text: str, results: Sequence[Json], starts: Sequence[int]) -> None:
    """What half of the benchmarks tell of their backend, all must: else a line is missing."""
    told = [one.get("backend_settings") or {} for one in results]
    for name in sorted({key for one in told for key in one}):
        lacking = [place for place, one in enumerate(told) if name not in one]
        if lacking and len(told) - len(lacking) >= len(lacking):
            where = Where(text, starts[lacking[0]] if lacking[0] < len(starts) else 0)
            raise Malformed(
                where.line(),
                f"`{name}` is missing in the benchmark that begins here; must be told as by the others; check the file.",
            )


def _benchmark(where: Where, one: Json) -> Iterator[Run]:
    scenario = str(must(where, one, "loadgen_scenario"))
    if scenario not in SCENARIOS:
        raise Malformed(
            where.line("loadgen_scenario"),
            f"`loadgen_scenario` is {scenario!r}; must be one of {', '.join(SCENARIOS)}; check it.",
        )
    moved = sorted(_INSIDE & set(one))
    if moved:
        raise Malformed(
            where.line(moved[0]),
            f"`{moved[0]}` stands outside its object; must stand inside; look for lines that were moved.",
        )
    settings = must(where, one, "backend_settings")
    file = str(settings.get("model_path") or "").strip("[]")
    run = Run(
        line=where.line(),
        tool=TOOL,
        model=str(must(where, one, "benchmark_id")),
        conversion=model_of(file)[1] if file else None,
        runtime=_lower(must(where, settings, "framework")),
        delegate=_lower(settings.get("delegate") or settings.get("accelerator_desc")),
        threads=_threads(where, settings),
        scenario=SCENARIOS[scenario],
        details=_details(one, file),
    )
    if one.get("performance_run") is not None:
        yield _performance(where, run, one["performance_run"])
    if one.get("accuracy_run") is not None:
        yield from _accuracies(where, run, one["accuracy_run"])


def _performance(where: Where, run: Run, told: Json) -> Run:
    loadgen = must(where, told, "loadgen")
    n = positive(where, loadgen, "query_count")
    mean, p90 = (1e3 * positive(where, loadgen, name) for name in ("latency_mean", "latency90"))
    quantity: Quantity = "batch_latency_ms" if run.scenario == "offline" else "latency_ms"
    figures = [Figure(quantity, "p90", p90, int(n)), Figure(quantity, "mean", mean, int(n))]
    throughput = (told.get("throughput") or {}).get("value")
    if throughput is not None:
        rate = positive(where, told["throughput"], "value")
        if run.scenario == "single_stream" and rate * mean > 1e3 * 1.02:
            raise Malformed(
                where.line("latency_mean"),
                f"`latency_mean` is {mean:g} ms; must not exceed what {rate:g} a second leave; check its unit.",
            )
        figures.append(Figure("throughput_per_s", "value", rate))
    unmet = [name for name, met in loadgen.items() if name.startswith("is_") and met is False]
    at = told.get("start_datetime")
    done = replace(run, figures=tuple(figures), measured_at=at)
    return replace(done, status="failed", failure=", ".join(unmet)) if unmet else done


def _accuracies(where: Where, run: Run, told: Json) -> Iterator[Run]:
    figures = []
    for name in ("accuracy", "accuracy2"):
        one = told.get(name)
        if one is None:
            continue
        value = positive(where, one, "normalized")
        statistic = _statistic(run, str(one.get("formatted") or ""), name)
        if value > 1:
            raise Malformed(
                where.line("normalized"), f"`normalized` is {value:g}; must be at most 1; check the file."
            )
        figures.append(
            Figure(
                "accuracy",
                statistic,
                value,
                int(positive(where, told, "measured_samples")),
            )
        )
    if figures:
        dataset = must(where, must(where, told, "dataset"), "type")
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


def _phone(where: Where, environment: Json | None) -> tuple[str | None, str | None]:
    """The phone and its OS, whichever of the platforms tells it."""
    if environment is None:
        return None, None
    for platform, told in must(where, environment, "value").items():
        if told is not None and not isinstance(told, Mapping):
            raise Malformed(
                where.line(platform),
                f"`{platform}` stands beside the platforms; must stand inside one; look for lines that were moved.",
            )
        if told:
            maker = [] if platform == "ios" else [str(must(where, told, "manufacturer"))]
            name = str(told.get("model_name") or must(where, told, "model_code"))
            return " ".join([*maker, name]), must(where, told, "os_version")
    return None, None


def _details(one: Json, file: str) -> dict[str, Detail]:
    info, settings = one.get("backend_info") or {}, one.get("backend_settings") or {}
    told = {"benchmark": one.get("benchmark_name"), "model_path": file or None, "backend": info.get("backend_name"),
            "accelerator": settings.get("accelerator_desc"), "batch_size": settings.get("batch_size")}  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _threads(where: Where, settings: Json) -> int | None:
    for one in settings.get("extra_settings") or []:
        if must(where, one, "id") == "num_threads" and str(must(where, one, "value")).isdigit():
            return int(one["value"])
    return None


def _lower(told: object) -> str | None:
    return str(told).lower() if told else None
