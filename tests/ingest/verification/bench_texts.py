"""What benchmark tools print, made here with figures of our own: the same shapes as the tools', no line of anybody's file."""

import json

NOTE = (
    "INFO: Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE to the actual memory "
    "footprint of the model at runtime. Take the information at your discretion."
)


def console(runs: list[dict[str, object]]) -> str:
    """benchmark_model's console, a run after another; times in us."""
    said = []
    for run in runs:
        mean, warm, first, init = run["mean"], run["warm"], run["first"], run["init"]
        said += [
            "INFO: STARTING!",
            "INFO: Log parameter values verbosely: [0]",
            f"INFO: Num threads: [{run['threads']}]",
            f"INFO: Graph: [/data/local/tmp/{run['model']}.tflite]",
            f"INFO: #threads used for CPU inference: [{run['threads']}]",
            f"INFO: Loaded model /data/local/tmp/{run['model']}.tflite",
            "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
            "INFO: XNNPACK delegate created.",
            f"INFO: The input model file size (MB): {run['size']}",
            f"INFO: Initialized session in {init / 1000:g}ms.",
            "INFO: Running benchmark for at least 1 iterations and at least 0.5 seconds but terminate if exceeding 150 seconds.",
            f"INFO: count=5 first={first} curr={warm} min={warm - 900} max={first} avg={warm} std={7}",
            "",
            "INFO: Running benchmark for at least 50 iterations and at least 1 seconds but terminate if exceeding 150 seconds.",
            f"INFO: count=50 first={mean + 5} curr={mean} min={mean - 400} max={mean + 900} avg={mean} std={120}",
            "",
            (
                f"INFO: Inference timings in us: Init: {init}, First inference: {first}, Warmup (avg): {warm}, "
                f"Inference (avg): {mean}"
            ),
            NOTE,
            f"INFO: Memory footprint delta from the start of the tool (MB): init={run['began']} overall={run['memory']}",
        ]
    return "\n".join(said) + "\n"


RUNS = [
    {"model": "shelf_v3_fp32", "threads": 1, "mean": 52100, "warm": 56200, "first": 81200, "init": 12400,
     "size": 21.125, "began": 9.5, "memory": 40.25},
    {"model": "shelf_v3_int8", "threads": 2, "mean": 30400, "warm": 33700, "first": 47900, "init": 11800,
     "size": 5.5, "began": 8.25, "memory": 22.5},
    {"model": "shelf_v3_int8", "threads": 4, "mean": 19700, "warm": 22300, "first": 39100, "init": 10900,
     "size": 5.5, "began": 8.5, "memory": 23.75},
]  # fmt: skip
CONSOLE = console(RUNS)

SCRIPT = "".join(
    f"Model name: /home/pi/shelf_{kind}.tflite, param num_threads: {threads}\n"
    "Interpreter:  1 320 320 3\n"
    f"First Inference : {mean + 60:.2f} ms\n"
    f"  step 100/350, iter_time(ms)={mean:.0f}\n"
    f"  step 200/350, iter_time(ms)={mean:.0f}\n"
    "  images/sec: 4\n"
    f"  99th_percentile(ms): {mean + 4:.2f}\n"
    f"  total_time(s): {mean * 350 / 1000:.1f}\n"
    f"  latency_mean(ms): {mean:.2f}\n"
    f"  latency_median(ms): {mean - 0.3:.2f}\n"
    f"  latency_min(ms): {mean - 2.1:.2f}\n"
    for kind, threads, mean in (("fp32", 1, 251.5), ("fp32", 2, 161.25), ("int8", 1, 120.75))
)


def _job(name: str, ms: float, unit: str, layers: int) -> str:
    return (
        f"              job_id: {name}\n"
        "              job_status: Passed\n"
        f"              inference_time_milliseconds: {ms}\n"
        "              estimated_peak_memory_range_mb:\n"
        "                min: 1\n"
        f"                max: {layers + 9}\n"
        f"              primary_compute_unit: {unit.upper()}\n"
        "              layer_counts:\n"
        f"                total: {layers}\n"
        f"                {unit}: {layers}\n"
        "              tool_versions:\n"
        "                tool: 2.4.1\n"
    )


PERF = (
    "supported_devices:\n- Phone A\n- Phone B\nprecisions:\n"
    + "".join(
        f"  {precision}:\n    components:\n      Shelf-v3:\n        universal_assets: {{}}\n        performance_metrics:\n"
        + "".join(
            f"          {device}:\n"
            + "".join(
                f"            {runtime}:\n{_job(f'j{precision}{device[-1]}{runtime}', ms + place, unit, 40 + place)}"
                for place, (runtime, unit) in enumerate((("tflite", "npu"), ("onnx", "gpu")))
            )
            for device, ms in (("Phone A", base), ("Phone B", base + 0.4))
        )
        for precision, base in (("float", 3.25), ("w8a8", 1.5))
    )
)  # fmt: skip

NUMERICS = (
    "metrics:\n- dataset_name: shelf\n  metric_name: Classification Accuracy\n  metric_unit: '%'\n  num_partial_samples: 800\n"
    "  partial_torch_metric: 71.5\n  device_metric:\n    Phone A:\n"
    + "".join(
        f"      {precision}:\n" + "".join(f"        {runtime}:\n          partial_metric: {value}\n"
                                             for runtime, value in (("tflite", top), ("onnx", top + 0.1)))
        for precision, top in (("float", 71.2), ("w8a8", 69.8))
    )
)  # fmt: skip

_TIMES = {"min": 5100000, "max": 21900000, "mean": 5700000, "50.00": 5650000, "90.00": 5900000, "95.00": 6100000,
          "97.00": 6350000, "99.00": 6800000, "99.90": 9400000}  # fmt: skip
SUMMARY = (
    "================================================\nMLPerf Results Summary\n"
    "================================================\nSUT name : shelf\nScenario : SingleStream\nMode     : PerformanceOnly\n"
    "90th percentile latency (ns) : 5900000\nResult is : VALID\n  Min duration satisfied : Yes\n  Min queries satisfied : Yes\n"
    "  Early stopping satisfied: Yes\n\n"
    f"QPS w/o loadgen overhead        : {1e9 / _TIMES['mean']:.2f}\n\n"
    + "".join(f"{name.capitalize()} latency (ns)                : {_TIMES[name]}\n" for name in ("min", "max", "mean"))
    + "".join(f"{name} percentile latency (ns)   : {value}\n" for name, value in _TIMES.items() if name[0].isdigit())
    + "\nsamples_per_query : 1\nmin_query_count : 1024\nmin_duration (ms): 60000\n\nNo warnings encountered during test.\n\n"
    "No errors encountered during test.\n"
)  # fmt: skip

DETAIL = "".join(
    f":::MLLOG {json.dumps({'key': key, 'value': value, 'time_ms': 1.5, 'metadata': {'line_no': place}})}\n"
    for place, (key, value) in enumerate(
        {
            "loadgen_version": "4.0",
            "effective_scenario": "SingleStream",
            "result_validity": "VALID",
            "result_query_count": 9100,
            "result_qps_without_loadgen_overhead": 175.44,
            **{
                f"result_{name}_latency_ns"
                if name.isalpha()
                else f"result_{name}_percentile_latency_ns": value
                for name, value in _TIMES.items()
            },
        }.items()
    )
)

_BENCHMARK = {
    "loadgen_scenario": "SingleStream",
    "backend_settings": {
        "framework": "TFLite", "delegate": "GPU", "model_path": "[local:///shelf_v3_uint8.tflite]", "batch_size": 1,
        "extra_settings": [{"id": "num_threads", "value": "4"}],
    },
    "performance_run": {
        "throughput": {"value": 150.0}, "measured_samples": 9100, "start_datetime": "2026-02-03T10:00:00",
        "loadgen": {"query_count": 9100, "latency_mean": 0.0061, "latency90": 0.0066, "is_result_valid": True},
    },
    "accuracy_run": {
        "accuracy": {"normalized": 0.8125, "formatted": "81.25%"}, "dataset": {"type": "IMAGENET"}, "measured_samples": 4000,
    },
}  # fmt: skip
RESULT = json.dumps(
    {
        "meta": {"uuid": "u"},
        "results": [
            {"benchmark_id": name, **_BENCHMARK} for name in ("image_classification_v2", "object_detection")
        ],
        "environment_info": {
            "value": {"android": {"os_version": "15", "manufacturer": "Maker", "model_name": "One"}}
        },
        "build_info": {"version": "4.1.0"},
    },
    indent=1,
)

HOSTED = (
    "model,size_mb,top1_pct,top5_pct,cpu4_ms,gpu_ms,nnapi_ms\n"
    "Shelf_V1_224_quant,4.3,70.0,89.0,13,,6.0\n"
    "Shelf_V1_224,16.9,71.0,89.9,24.0,6.5,13.8\n"
)
COCO = (
    "Model,AP,AP50,ARmidium\nshelf-lite0_int8,0.2564,0.4188,0.3759\nshelf-lite0_fp32,0.2603,0.4216,0.3807\n"
)
