"""Files of benchmark tools: every run with its figures, and of a mutated file the right ones or the line that is wrong."""

import json
import re
from collections.abc import Iterator

import pytest
from bench_texts import COCO, CONSOLE, DETAIL, HOSTED, NUMERICS, PERF, RESULT, RUNS, SCRIPT, SUMMARY, console

from ingest.verification import Malformed, Run
from ingest.verification.formats import format_of

TEXTS = {
    "console": CONSOLE, "script": SCRIPT, "perf": PERF, "numerics": NUMERICS, "summary": SUMMARY, "detail": DETAIL,
    "result": RESULT, "hosted": HOSTED, "coco": COCO,
}  # fmt: skip
COUNTS = {
    "console": 3,
    "script": 3,
    "perf": 8,
    "numerics": 5,
    "summary": 1,
    "detail": 1,
    "result": 4,
    "hosted": 5,
    "coco": 2,
}


def runs_of(text: str) -> tuple[Run, ...]:
    read = format_of(text)
    assert read is not None
    return read(text, "shelf")


def told(run: Run) -> tuple[object, ...]:
    """What must be right of a run, whatever line it stands in."""
    return (run.tool, run.model, run.conversion, run.runtime, run.delegate, run.device, run.threads, run.scenario,
            run.dataset, run.status)  # fmt: skip


def figures(run: Run) -> set[tuple[str, str, float, int | None]]:
    return {(one.quantity, one.statistic, one.value, one.n) for one in run.figures}


@pytest.mark.parametrize("name", TEXTS)
def test_every_run_is_read(name: str) -> None:
    found = runs_of(TEXTS[name])
    assert len(found) == COUNTS[name]
    assert all(len(figures(run)) == len(run.figures) > 0 for run in found)
    for run in found:
        line = TEXTS[name].split("\n")[run.line - 1]
        assert line.strip(), run


def test_the_console_tells_the_measured_series_and_not_the_warm_up() -> None:
    for run, made in zip(runs_of(CONSOLE), RUNS, strict=True):
        name, kind = str(made["model"]).rsplit("_", 1)
        assert (run.model, run.conversion) == (name, {"fp32": "float32"}.get(kind, kind))
        assert (run.threads, run.delegate, run.runtime) == (made["threads"], "xnnpack", "tflite")
        wanted = {("latency_ms", "mean"): made["mean"] / 1000, ("latency_ms", "min"): (made["mean"] - 400) / 1000,
                  ("latency_ms", "max"): (made["mean"] + 900) / 1000, ("latency_ms", "std"): 0.12,
                  ("first_latency_ms", "value"): made["first"] / 1000, ("warmup_latency_ms", "mean"): made["warm"] / 1000,
                  ("init_ms", "value"): made["init"] / 1000, ("size_mb", "value"): made["size"],
                  ("init_memory_mb", "value"): made["began"], ("memory_mb", "value"): made["memory"]}  # fmt: skip
        assert {(one.quantity, one.statistic): one.value for one in run.figures} == pytest.approx(wanted)
        assert {one.n for one in run.figures if one.quantity == "latency_ms"} == {50}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("INFO: ", ""),
        ("INFO: ", "11-22 10:11:12.345  1234  1235 I tflite  : "),
        ("INFO: ", "\x1b[32mINFO\x1b[0m: "),
        ("INFO: STARTING!", "pi@raspberrypi:~ $ ./benchmark_model --graph=x.tflite && echo\nINFO: STARTING!"),
        ("Memory footprint delta from the start of the tool (MB): init=9.5 overall=40.25",
         "Peak memory footprint (MB): init=9.5 overall=40.25"),
        ("avg=52100 std=120", "avg=52100 std=120 p5=51800 median=52050 p95=52900"),
    ],
)  # fmt: skip
def test_the_same_console_in_other_surroundings_tells_the_same(old: str, new: str) -> None:
    if "--graph" in new:
        new = new.replace("--graph=x.tflite ", "")
    for run, usual in zip(runs_of(CONSOLE.replace(old, new)), runs_of(CONSOLE), strict=True):
        assert told(run) == told(usual)
        assert figures(run) >= figures(usual)


def test_an_older_console_tells_the_same_averages() -> None:
    text = "".join(
        f"STARTING!\nNum threads: [{run['threads']}]\nGraph: [{run['model']}.tflite]\nLoaded model {run['model']}.tflite\n"
        f"resolved reporter\nInitialized session in {run['init'] / 1000:g}ms\n"
        f"count=9 first={run['warm'] + 50} curr={run['warm']} min={run['warm'] - 9} max={run['warm'] + 50} "
        f"avg={run['warm']} std=4\n"
        f"count=50 first={run['mean']} curr={run['mean']} min={run['mean'] - 9} max={run['mean'] + 9} avg={run['mean']} std=4\n"
        f"Average inference timings in us: Warmup: {run['warm']}, Init: {run['init']}, no stats: {run['mean']}\n"
        for run in RUNS
    )
    for run, made in zip(runs_of(text), RUNS, strict=True):
        assert run.figure("latency_ms", "mean") == made["mean"] / 1000
        assert run.figure("init_ms", "value") == made["init"] / 1000
        assert run.delegate == "cpu"


def test_large_times_are_printed_with_six_digits() -> None:
    slow = RUNS[0] | {"mean": 2950340, "warm": 2961010, "first": 3200000}
    text = console([slow]).replace("2950340", "2.95034e+06").replace("2961010", "2.96101e+06")
    (run,) = runs_of(text.replace("min=2949940", "min=2.94994e+06").replace("max=2951240", "max=2.95124e+06"))
    assert run.figure("latency_ms", "mean") == 2950.34


def test_where_all_inferences_took_as_long_only_the_latest_is_told() -> None:
    text = re.sub(
        r"count=50 .*std=120", lambda one: re.sub(r"first=.*", "curr=52100", one.group()), console(RUNS[:1])
    )
    (run,) = runs_of(text)
    assert (run.figure("latency_ms", "mean"), run.figure("latency_ms", "std")) == (52.1, 0.0)


def test_a_run_that_failed_says_why() -> None:
    died = (
        "INFO: STARTING!\nINFO: Num threads: [4]\nINFO: Graph: [big_fp32.tflite]\n"
        "ERROR: Failed to allocate tensors!\nERROR: Benchmarking failed.\n"
    )
    middle = CONSOLE.index("INFO: STARTING!", 10)
    first, failed, *rest = runs_of(CONSOLE[:middle] + died + CONSOLE[middle:])
    assert (failed.model, failed.status, failed.failure) == (
        "big",
        "failed",
        "ERROR: Failed to allocate tensors!",
    )
    assert [run.status for run in (first, *rest)] == ["ok"] * 3
    assert runs_of(CONSOLE + died)[-1].status == "failed"


def test_jobs_that_failed_are_told() -> None:
    text = PERF.replace(
        "job_status: Passed\n              inference_time_milliseconds: 3.25\n", "job_status: Failed\n"
    )
    assert [run.status for run in runs_of(text)].count("failed") == 1


def test_the_perf_file_of_2024_is_in_us_and_bytes() -> None:
    text = (
        "models:\n- name: Shelf-v3\n  performance_metrics:\n  - torchscript_onnx_tflite:\n      inference_time: 919.0\n"
        "      throughput: 1088.139\n      estimated_peak_memory_range:\n        min: 1048576\n        max: 3145728\n"
        "      primary_compute_unit: NPU\n      precision: fp16\n      layer_info:\n        layers_on_npu: 72\n"
        "        layers_on_gpu: 0\n        layers_on_cpu: 1\n        total_layers: 73\n"
        "      job_id: j1\n      job_status: Passed\n"
        "    reference_device_info:\n      name: Phone A\n      os: '13'\n    timestamp: '2024-10-14T23:31:44Z'\n"
    )
    (run,) = runs_of(text)
    assert (run.model, run.conversion, run.runtime, run.delegate, run.device, run.os_version) == (
        "Shelf-v3", "fp16", "tflite", "npu", "Phone A", "13",
    )  # fmt: skip
    assert figures(run) == {("latency_ms", "estimate", 0.919, None), ("throughput_per_s", "value", 1088.139, None),
                            ("memory_mb", "min", 1.0, None), ("memory_mb", "max", 3.0, None)}  # fmt: skip
    with pytest.raises(Malformed, match="`inference_time` is 919 us; must go with throughput"):
        runs_of(text.replace("919.0", "919").replace("1088.139", "1.088139"))


def test_jobs_have_the_name_of_the_accuracies_where_only_signs_differ() -> None:
    read = format_of(PERF)
    assert read is not None
    assert {run.model for run in read(PERF, "shelf_v3")} == {"shelf_v3"}
    assert {run.details["component"] for run in read(PERF, "shelf_v3")} == {"Shelf-v3"}
    assert {run.model for run in read(PERF, "downloads")} == {"Shelf-v3"}


def test_a_table_of_a_models_page_is_a_job_a_row() -> None:
    text = (
        "# Shelf\n\n| Model | Device | Chipset | Target Runtime | Inference Time (ms) | Peak Memory Range (MB) | Precision | "
        "Primary Compute Unit | Target Model\n|---|---|---|---|---|---|---|---|---|\n"
        "| Shelf | Phone A | Chip 2 | TFLITE | 1.147 ms | 0 - 3 MB | INT8 | NPU | [x](y)\n"
        "| Shelf | Phone B | Chip 3 | ONNX | 2.5 | 1 - 65 | INT8 | GPU | [x](y)\n\nText.\n"
    )
    one, other = runs_of(text)
    assert (one.figure("latency_ms", "estimate"), one.figure("memory_mb", "max"), one.runtime) == (
        1.147,
        3.0,
        "tflite",
    )
    assert (other.device, other.delegate, other.figure("latency_ms", "estimate")) == ("Phone B", "gpu", 2.5)


def test_a_batch_is_never_told_per_item() -> None:
    text = SUMMARY.replace("SingleStream", "Offline").replace(
        "90th percentile latency (ns) : 5900000", "Samples per second: 192.826"
    )
    (run,) = runs_of(text)
    assert run.scenario == "offline"
    assert {one.quantity for one in run.figures} == {"batch_latency_ms", "throughput_per_s"}
    assert run.figure("throughput_per_s", "value") == 192.826


def test_a_run_that_does_not_count_is_failed_with_its_reason() -> None:
    text = SUMMARY.replace("is : VALID", "is : INVALID").replace(
        "queries satisfied : Yes", "queries satisfied : NO"
    )
    (run,) = runs_of(text)
    assert (run.status, run.failure) == ("failed", "Min queries satisfied: No")
    assert run.figure("latency_ms", "p90") == 5.9


def test_the_app_tells_seconds() -> None:
    performance, accuracy, *_ = runs_of(RESULT)
    assert (performance.model, performance.device, performance.os_version) == (
        "image_classification_v2",
        "Maker One",
        "15",
    )
    assert (performance.conversion, performance.runtime, performance.delegate, performance.threads) == (
        "uint8",
        "tflite",
        "gpu",
        4,
    )
    assert performance.figure("latency_ms", "p90") == pytest.approx(6.6)
    assert accuracy.figures[0].statistic == "top1"
    assert (accuracy.figures[0].value, accuracy.figures[0].n, accuracy.dataset) == (0.8125, 4000, "imagenet")


def mutated(text: str) -> Iterator[tuple[str, str]]:
    """The text with a line dropped, doubled, or swapped with the next; cut at 150 places."""
    lines = text.split("\n")
    for place in range(len(lines) - 1):
        yield f"dropped {place + 1}", "\n".join([*lines[:place], *lines[place + 1 :]])
        yield f"doubled {place + 1}", "\n".join([*lines[: place + 1], *lines[place:]])
        if place + 2 < len(lines):
            swapped = [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]
            yield f"swapped {place + 1}", "\n".join(swapped)
    for part in range(150):
        yield f"cut {part}", text[: len(text) * part // 150]


@pytest.mark.parametrize("name", TEXTS)
def test_a_mutated_file_tells_right_runs_or_the_line_that_is_wrong(name: str) -> None:
    whole = runs_of(TEXTS[name])
    refused = 0
    for how, text in mutated(TEXTS[name]):
        read = format_of(text)
        try:
            found = () if read is None else read(text, "shelf")
        except Malformed as wrong:
            refused += wrong.line in range(1, text.count("\n") + 2)
            continue
        left = list(whole)
        for run in found:
            fitting = [one for one in left if told(one) == told(run) and figures(run) <= figures(one)]
            assert fitting, (how, run)
            left.remove(fitting[0])
    assert refused > len(TEXTS[name]) / 1000


UNITS = [
    ("console", "timings in us", "timings in ms"),
    ("console", "timings in us", "timings in parsecs"),
    ("console", "Inference (avg): 52100", "Inference (avg): 521000"),
    ("console", "Init: 12400", "Init: 12.4"),
    ("console", "avg=30400", "avg=nan"),
    ("console", "avg=30400", "avg=-30400"),
    ("console", "count=50 first=19705", "count=many first=19705"),
    ("console", "Num threads: [2]", "Num threads: [two]"),
    ("console", "file size (MB): 5.5", "file size (furlongs): 5.5"),
    ("script", "latency_mean(ms): 251.50", "latency_mean(us): 251.50"),
    ("script", "latency_mean(ms): 251.50", "latency_mean(ms): 0.2515"),
    ("script", "latency_min(ms): 249.40", "latency_min(ms): 300.00"),
    ("script", "latency_min(ms): 249.40", "latency_min(ms): low"),
    ("perf", "inference_time_milliseconds: 3.25", "inference_time_milliseconds: fast"),
    ("perf", "inference_time_milliseconds: 3.25", "inference_time_microseconds: 3250"),
    ("perf", "total: 40", "total: 39"),
    ("perf", "job_status: Passed", "job_status: Perhaps"),
    ("perf", "                max: 49", "                max: 0"),
    ("numerics", "71.2", "171.2"),
    ("numerics", "metric_unit: '%'", "metric_unit: dB"),
    ("numerics", "num_partial_samples: 800", "num_partial_samples: 0"),
    ("summary", "97.00 percentile latency (ns)", "97.00 percentile latency (us)"),
    ("summary", "Max latency (ns)", "Max latency (us)"),
    ("summary", "Mean latency (ns)                : 5700000", "Mean latency (ns)                : 5200000"),
    ("summary", "Result is : VALID", "Result is : MAYBE"),
    ("summary", "Scenario : SingleStream", "Scenario : Silent"),
    ("detail", '"value": 6800000', '"value": 680'),
    ("detail", '"value": 6800000', '"value": "NaN"'),
    ("result", '"latency_mean": 0.0061', '"latency_mean": 6.1'),
    ("result", '"latency90": 0.0066', '"latency90": null'),
    ("result", '"latency90": 0.0066', '"latency90": NaN'),
    ("result", '"normalized": 0.8125', '"normalized": 81.25'),
    ("hosted", "13,,6.0", "fast,,6.0"),
    ("hosted", "70.0,89.0", "170.0,89.0"),
    ("hosted", "Shelf_V1_224,16.9", "Shelf_V1_224_quant,16.9"),
    ("coco", "0.2564", "25.64"),
]


@pytest.mark.parametrize(("name", "old", "new"), UNITS)
def test_another_unit_or_no_number_is_refused_with_its_line(name: str, old: str, new: str) -> None:
    text = TEXTS[name]
    assert old in text
    with pytest.raises(Malformed) as refused:
        runs_of(text.replace(old, new, 1))
    changed = text[: text.index(old)].count("\n") + 1
    assert abs(refused.value.line - changed) <= 25
    assert re.search(r"^`|^the last line", refused.value.sentence)


def test_units_that_are_told_are_converted() -> None:
    (run, *_) = runs_of(CONSOLE.replace("file size (MB): 21.125", "file size (KB): 21125"))
    assert run.figure("size_mb", "value") == 21.125
    assert json.loads(RESULT)["results"][0]["performance_run"]["loadgen"]["latency90"] == 0.0066
