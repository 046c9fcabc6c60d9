"""Real consoles of benchmark_model and of the EfficientDet script, and published tables: every run and every cell."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.verification import Malformed, Run
from ingest.verification.formats import format_of
from ingest.verification.tables import read as read_table
from ingest.verification.tflite import read, recognises
from tests.real.desk import LOGS

pytestmark = pytest.mark.real
FOLDER = LOGS / "tflite_benchmark"
CONSOLES = {
    "RasPi4_64bit_efficientdet_latency_v2.18.0.txt": 48,
    "RasPi5_efficientdet_latency_v2.18.0.txt": 50,
}
SCRIPTS = {"RasPi4_64bit_efficientdet_latency_fp32.txt": 24, "RasPi4_64bit_efficientdet_latency_int8.txt": 24}
CONVERSIONS = {"fp32": "float32", "int8": "int8"}


@pytest.fixture(scope="module")
def folder() -> Path:
    if not FOLDER.is_dir():
        pytest.skip(
            f"`KAZASU_REAL_DATA` is {LOGS}; must hold tflite_benchmark/; get the real logs to run this"
        )
    return FOLDER


def runs_of(path: Path) -> tuple[Run, ...]:
    text = path.read_text("utf-8")
    read_it = format_of(text)
    assert read_it is not None
    return read_it(text, path.stem)


def figures(run: Run) -> dict[tuple[str, str], float]:
    return {(one.quantity, one.statistic): one.value for one in run.figures}


def pairs(line: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"(\w+)=([\d.e+]+)", line)}


def printed(text: str) -> Iterator[tuple[int, tuple[object, ...], dict[tuple[str, str], float], int]]:
    """Every run of a console by the words of its lines alone: line, lineage, figures, and how often it was measured."""
    parts = re.split(r"^(?=INFO: STARTING!)", text, flags=re.MULTILINE)
    line = parts[0].count("\n") + 1
    for part in parts[1:]:
        warm, measured = (pairs(found) for found in re.findall(r"^INFO: (count=.*)$", part, re.MULTILINE))
        (memory,) = (pairs(found) for found in re.findall(r"\(MB\): (init=.*)$", part, re.MULTILINE))
        init, first, warmup, mean = map(float, re.findall(r"timings in us: Init: (.*), First inference: (.*), Warmup "
                                                          r"\(avg\): (.*), Inference \(avg\): (.*)", part)[0])  # fmt: skip
        (size,), (graph,), (threads,) = (
            re.findall(pattern, part)
            for pattern in (r"size \(MB\): (.*)", r"Graph: \[(.*)\]", r"Num threads: \[(\d+)\]")
        )
        model, kind = graph.rsplit("/", 1)[-1].removesuffix(".tflite").rsplit("_", 1)
        assert first == warm.get("first", warm["curr"])
        found = {
            ("latency_ms", "mean"): mean / 1000, ("latency_ms", "min"): measured["min"] / 1000,
            ("latency_ms", "max"): measured["max"] / 1000, ("latency_ms", "std"): measured["std"] / 1000,
            ("first_latency_ms", "value"): first / 1000, ("warmup_latency_ms", "mean"): warmup / 1000,
            ("init_ms", "value"): init / 1000, ("size_mb", "value"): float(size),
            ("init_memory_mb", "value"): memory["init"], ("memory_mb", "value"): memory["overall"],
        }  # fmt: skip
        yield line, (model, CONVERSIONS[kind], "xnnpack", int(threads), "ok"), found, int(measured["count"])
        line += part.count("\n")


@pytest.mark.parametrize(("name", "count"), CONSOLES.items())
def test_every_run_of_a_console_with_every_figure(folder: Path, name: str, count: int) -> None:
    runs = runs_of(folder / name)
    assert len(runs) == count
    for run, (line, lineage, found, n) in zip(runs, printed((folder / name).read_text("utf-8")), strict=True):
        assert (run.line, run.tool, run.runtime, run.failure) == (line, "tflite_benchmark", "tflite", None)
        assert (run.model, run.conversion, run.delegate, run.threads, run.status) == lineage
        assert figures(run) == pytest.approx(found, rel=1e-12)
        assert {one.n for one in run.figures if one.quantity == "latency_ms"} == {n}
        assert (run.device, run.os_version) == (None, None)  # the tool does not tell them


def test_some_figures_as_they_stand(folder: Path) -> None:
    first, *_ = runs_of(folder / "RasPi4_64bit_efficientdet_latency_v2.18.0.txt")
    assert figures(first) == pytest.approx(
        {
            ("latency_ms", "mean"): 328.651, ("latency_ms", "min"): 326.867, ("latency_ms", "max"): 333.866,
            ("latency_ms", "std"): 1.44, ("first_latency_ms", "value"): 383.926, ("warmup_latency_ms", "mean"): 355.367,
            ("init_ms", "value"): 69.51, ("size_mb", "value"): 13.6828, ("init_memory_mb", "value"): 31.125,
            ("memory_mb", "value"): 66.1133,
        }
    )  # fmt: skip
    slow = [run for run in runs_of(folder / "RasPi4_64bit_efficientdet_latency_v2.18.0.txt")
            if (run.model, run.conversion, run.threads) == ("efficientdet-lite3", "float32", 1)]  # fmt: skip
    assert [run.figure("latency_ms", "mean") for run in slow] == [2209.33]  # printed as 2.20933e+06


def test_how_many_of_each_model(folder: Path) -> None:
    for name in CONSOLES:
        runs = runs_of(folder / name)
        text = (folder / name).read_text("utf-8")
        graphs = Counter(re.findall(r"Graph: \[.*/(.*)\.tflite\]", text))
        suffix = {"float32": "fp32", "int8": "int8"}
        assert Counter(f"{run.model}_{suffix[str(run.conversion)]}" for run in runs) == graphs


@pytest.mark.parametrize(("name", "count"), SCRIPTS.items())
def test_every_run_of_the_script_with_every_figure(folder: Path, name: str, count: int) -> None:
    runs, text = runs_of(folder / name), (folder / name).read_text("utf-8")
    parts = re.split(r"^(?=Model name:)", text, flags=re.MULTILINE)[1:]
    assert len(runs) == len(parts) == count
    for run, part in zip(runs, parts, strict=True):
        (path, threads), = re.findall(r"Model name: (.*), param num_threads: (\d+)", part)  # fmt: skip
        told = {key: float(value) for key, value in re.findall(r"(\w+)\(ms\): ([\d.]+)", part)}
        (first,) = re.findall(r"First Inference : ([\d.]+) ms", part)
        kind = CONVERSIONS[name.removesuffix(".txt").rsplit("_", 1)[1]]
        model = path.rsplit("/", 1)[1].rsplit("_", 1)[0]
        assert (run.tool, run.model, run.conversion, run.threads) == (
            "efficientdet_latency",
            model,
            kind,
            int(threads),
        )
        assert figures(run) == {
            ("latency_ms", "mean"): told["latency_mean"], ("latency_ms", "p50"): told["latency_median"],
            ("latency_ms", "min"): told["latency_min"], ("latency_ms", "p99"): told["99th_percentile"],
            ("first_latency_ms", "value"): float(first),
        }  # fmt: skip
        assert {one.n for one in run.figures if one.quantity == "latency_ms"} == {350}


def test_every_cell_of_the_precisions(folder: Path) -> None:
    path = folder / "RasPi4_64bit_coco_map.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    runs = read_table(path.read_text("utf-8"))
    assert len(runs) == len(rows) == 12
    for run, row in zip(runs, rows, strict=True):
        model, kind = row.pop("Model").rsplit("_", 1)
        assert (run.model, run.conversion, run.dataset) == (model, CONVERSIONS[kind], "coco")
        assert [one.value for one in run.figures] == [float(cell) for cell in row.values()]
        assert len(run.figures) == 12
    best = runs[-1]
    assert (best.model, best.figure("accuracy", "map")) == ("efficientdet-lite4", 0.3969582108504716)
    assert runs[0].figure("accuracy", "map50") == 0.41881004424090196


def test_every_cell_of_the_hosted_models(folder: Path) -> None:
    path = folder / "hosted_models_pixel3.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    runs = read_table(path.read_text("utf-8"))
    latencies = [(row, column) for row in rows for column in ("cpu4_ms", "gpu_ms", "nnapi_ms") if row[column]]
    assert (len(rows), len(latencies), len(runs)) == (54, 139, 139)
    for run, (row, column) in zip(runs, latencies, strict=True):
        assert figures(run) == {
            ("latency_ms", "mean"): float(row[column]), ("size_mb", "value"): float(row["size_mb"]),
            ("accuracy", "top1"): float(row["top1_pct"]) / 100, ("accuracy", "top5"): float(row["top5_pct"]) / 100,
        }  # fmt: skip
        wanted = {"cpu4_ms": ("cpu", 4), "gpu_ms": ("gpu", None), "nnapi_ms": ("nnapi", None)}
        assert (run.delegate, run.threads) == wanted[column]
        assert (run.device, run.conversion) == (
            "Pixel 3",
            "uint8" if row["model"].endswith("_quant") else "float32",
        )


def test_mobilenet_v2_on_a_pixel_3(folder: Path) -> None:
    runs = [
        run for run in runs_of(folder / "hosted_models_pixel3.csv") if run.model == "Mobilenet_V2_1.0_224"
    ]
    told = {
        (run.conversion, run.delegate): (run.figure("accuracy", "top1"), run.figure("latency_ms", "mean"))
        for run in runs
    }
    assert told == {
        ("float32", "cpu"): (0.718, 17.5), ("float32", "gpu"): (0.718, 6.2), ("float32", "nnapi"): (0.718, 11.23),
        ("uint8", "cpu"): (0.708, 12.0), ("uint8", "nnapi"): (0.708, 6.9),
    }  # fmt: skip


@pytest.mark.parametrize("name", CONSOLES)
def test_a_damaged_console_tells_right_runs_or_the_line_that_is_wrong(folder: Path, name: str) -> None:
    """The first eight runs; each line dropped, doubled, swapped, and a cut at 300 places."""
    whole = (folder / name).read_text("utf-8")
    starts = [found.start() for found in re.finditer("INFO: STARTING!", whole)]
    text = whole[starts[0] : starts[8]]
    right = [(one[1], one[2]) for one in printed(text)]
    lines = text.split("\n")[:-1]
    damaged = [text[: len(text) * part // 300] for part in range(300)]
    for place, line in enumerate(lines):
        damaged += [
            "\n".join(rest) + "\n"
            for rest in (
                lines[:place] + lines[place + 1 :],
                lines[: place + 1] + lines[place:],
                lines[:place] + lines[place + 1 : place + 2] + [line] + lines[place + 2 :],
            )
        ]
    refused = 0
    for other in damaged:
        try:
            runs = read(other)
        except Malformed as wrong:
            refused += wrong.line in range(1, other.count("\n") + 2)
            continue
        left = iter(right)
        for run in runs:
            lineage = (run.model, run.conversion, run.delegate, run.threads, run.status)
            assert any(
                lineage == one and (figures(run) == pytest.approx(told, rel=1e-12)) for one, told in left
            ), other[-300:]
    assert refused > len(damaged) / 4


def test_only_consoles_are_recognised_as_such(folder: Path) -> None:
    assert {path.name for path in folder.iterdir() if recognises(path.read_text("utf-8"))} == set(CONSOLES)
