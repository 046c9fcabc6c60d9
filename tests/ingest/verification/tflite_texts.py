"""What benchmark_model prints, made here with figures of our own in every wording it has had, and the rows that are right."""

import math
from dataclasses import dataclass

import pytest

from ingest.verification import Run

NOTE = (
    "Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE to the actual memory "
    "footprint of the model at runtime. Take the information at your discretion."
)
XNNPACK = "Created TensorFlow Lite XNNPACK delegate for CPU."


def six(value: float) -> str:
    """As a C++ stream prints a double: six digits, with an exponent from a million on."""
    return f"{value:g}"


@dataclass(frozen=True)
class Told:
    """What a run measured, times in us: the truth that texts are made of and answers are compared with."""

    model: str = "shelf_v3"
    suffix: str = "_fp32"
    conversion: str | None = "float32"
    threads: int | None = 4
    delegate: str = "xnnpack"
    init: int = 12480
    warm: tuple[int, ...] = (81203, 56218, 56190)
    mean: float = 52100.4
    spread: tuple[int, int, int] = (51700, 53010, 120)
    n: int = 50
    size: float = 21.125
    memory: tuple[float, float] | None = (9.5, 40.25)

    @property
    def path(self) -> str:
        return f"/data/local/tmp/{self.model}{self.suffix}.tflite"

    def warmup(self) -> str:
        if len(self.warm) == 1:
            return f"count=1 curr={self.warm[0]}"
        mean = sum(self.warm) / len(self.warm)
        deviation = math.sqrt(sum((one - mean) ** 2 for one in self.warm) / len(self.warm))
        return (
            f"count={len(self.warm)} first={self.warm[0]} curr={self.warm[-1]} min={min(self.warm)} max={max(self.warm)} "
            f"avg={six(mean)} std={int(deviation)}"
        )

    def measured(self) -> str:
        least, largest, deviation = self.spread
        return f"count={self.n} first={least} curr={largest} min={least} max={largest} avg={six(self.mean)} std={deviation}"

    def warm_mean(self) -> str:
        return six(sum(self.warm) / len(self.warm))

    def summary(self) -> str:
        return (
            f"Inference timings in us: Init: {self.init}, First inference: {self.warm[0]}, Warmup (avg): {self.warm_mean()}, "
            f"Inference (avg): {six(self.mean)}"
        )

    def figures(self) -> dict[tuple[str, str], tuple[float, int | None]]:
        """Every figure of the run in the quantity's unit, and how many inferences are behind it."""
        least, largest, deviation = self.spread
        found: dict[tuple[str, str], tuple[float, int | None]] = {
            ("latency_ms", "mean"): (float(six(self.mean)) / 1000, self.n),
            ("latency_ms", "min"): (least / 1000, self.n),
            ("latency_ms", "max"): (largest / 1000, self.n),
            ("latency_ms", "std"): (deviation / 1000, self.n),
            ("first_latency_ms", "value"): (self.warm[0] / 1000, None),
            ("warmup_latency_ms", "mean"): (float(self.warm_mean()) / 1000, len(self.warm)),
            ("init_ms", "value"): (self.init / 1000, None),
            ("size_mb", "value"): (self.size, None),
        }
        if self.memory is not None:
            found["init_memory_mb", "value"] = (self.memory[0], None)
            found["memory_mb", "value"] = (self.memory[1], None)
        return found


def console(
    told: Told, flags: tuple[str, ...] = (), applied: tuple[str, ...] = (XNNPACK,), after: str = ""
) -> str:
    """TensorFlow 2.9 and later: INFO before every line."""
    threads = told.threads
    lines = [
        "STARTING!",
        "Log parameter values verbosely: [0]",
        *([] if threads is None else [f"Num threads: [{threads}]"]),
        f"Graph: [{told.path}]",
        "Signature to run: []",
        *([] if threads is None else [f"#threads used for CPU inference: [{threads}]"]),
        *flags,
        f"Loaded model {told.path}",
        *applied,
        f"The input model file size (MB): {six(told.size)}",
        f"Initialized session in {six(told.init / 1000)}ms.",
        "Running benchmark for at least 1 iterations and at least 0.5 seconds but terminate if exceeding 150 seconds.",
        f"{told.warmup()}\n",
        "Running benchmark for at least 50 iterations and at least 1 seconds but terminate if exceeding 150 seconds.",
        f"{told.measured()}\n",
        told.summary(),
    ]
    if told.memory is not None:
        began, overall = told.memory
        lines += [
            NOTE,
            f"Memory footprint delta from the start of the tool (MB): init={began:g} overall={overall:g}",
        ]
    return "".join(f"INFO: {line}\n" for line in lines) + after


def older(told: Told, ending: str = "no stats", use: str = "Use nnapi : [0]\n", applied: str = "") -> str:
    """TensorFlow 1.12 to 2.1: all parameters, averages in another order, no memory."""
    return (
        "STARTING!\nMin num runs: [50]\nMin runs duration (seconds): [1]\nInter-run delay (seconds): [-1]\n"
        f"Num threads: [{told.threads}]\nBenchmark name: []\nOutput prefix: []\nMin warmup runs: [1]\nGraph: [{told.path}]\n"
        f"Input layers: []\n{use}Loaded model {told.path}\nresolved reporter\n{applied}"
        f"Initialized session in {six(told.init / 1000)}ms\n"
        "Running benchmark for at least 1 iterations and at least 0.5 seconds\n"
        f"{told.warmup()}\n\nRunning benchmark for at least 50 iterations and at least 1 seconds\n{told.measured()}\n\n"
        f"Average inference timings in us: Warmup: {told.warm_mean()}, Init: {told.init}, {ending}: {six(told.mean)}\n"
    )


def litert(told: Told, applied: str = XNNPACK) -> str:
    """LiteRT 2: the same series, then results in ms with two decimals."""
    least, largest, deviation = told.spread
    at = "[./litert/tools/benchmark_litert_model.h:8"
    memory = told.memory or (0.0, 0.0)
    return (
        "INFO: STARTING!\nINFO: Log parameter values verbosely: [0]\n"
        f"INFO: Num threads: [{told.threads}]\n"
        f"INFO: [litert/tools/benchmark_litert_model.cc:136] Loading model from: {told.path}\n"
        f"INFO: [auto_registration.cc:148] CPU accelerator registered.\nINFO: {applied}\n"
        f"INFO: The input model file size (MB): {six(told.size)}\nINFO: Initialized session in {six(told.init / 1000)}ms.\n"
        f"INFO: {told.warmup()}\n\nINFO: {told.measured()}\n\n"
        f"INFO: {at}1] \n========== BENCHMARK RESULTS ==========\n"
        f"INFO: {at}2] Model initialization: {told.init / 1000:.2f} ms\n"
        f"INFO: {at}4] Warmup (first):       {told.warm[0] / 1000:.2f} ms\n"
        f"INFO: {at}6] Warmup (avg):         {sum(told.warm) / len(told.warm) / 1000:.2f} ms ({len(told.warm)} runs)\n"
        f"INFO: {at}8] Inference (avg):      {told.mean / 1000:.2f} ms ({told.n} runs)\n"
        f"INFO: {at}2] Inference (min):      {least / 1000:.2f} ms\nINFO: {at}4] Inference (max):      {largest / 1000:.2f} ms\n"
        f"INFO: {at}6] Inference (std):      {deviation / 1000:.2f}\nINFO: {at}3] Throughput:           525.55 MB/s\n"
        f"INFO: {at}2] \nMemory Usage:\nINFO: {at}4] Init footprint:       {memory[0]:.2f} MB\n"
        f"INFO: {at}6] Overall footprint:    {memory[1]:.2f} MB\n"
        f"INFO: {at}3] Peak memory usage not available. (peak_mem_mb <= 0)\n"
        f"INFO: {at}6] ======================================\n\n"
    )


PROFILE = (
    "INFO: Profiling Info for Benchmark Initialization:\n"
    "============================== Run Order ==============================\n"
    "\t             [node type]\t  [first]\t [avg ms]\t     [%]\t  [cdf%]\t  [mem KB]\t[times called]\t[Name]\n"
    "\t         AllocateTensors\t    5.061\t    5.061\t 44.360%\t100.000%\t 10292.000\t        1\tAllocateTensors/0\n\n"
    "Number of nodes executed: 1\nTimings (microseconds): count=1 curr=11409\nMemory (bytes): count=0\n1 nodes observed\n\n\n\n"
    "INFO: Operator-wise Profiling Info for Regular Benchmark Runs:\nNumber of nodes executed: 31\n"
    "Timings (microseconds): count=50 first=51650 curr=51655 min=51640 max=52990 avg=52040 std=118\n"
    "Memory (bytes): count=50 curr=19598656(all same)\n31 nodes observed\n\n\n\n"
)
OPTIONS = (
    "INFO: \n==============Summary of All Runs w/ Different Performance Options==============\n"
    "INFO: cpu w/ 4 threads (xnnpack): count=50 first=51709 curr=51703 min=51700 max=53010 avg=52100.4 std=120\n"
    "INFO:                gpu-default: count=50 first=59303 curr=58209 min=56596 max=59303 avg=57705.5 std=705\n"
    "INFO:               gpu(fp16)-default:  failed!\n"
)
DIED = (
    "INFO: STARTING!\nINFO: Log parameter values verbosely: [0]\nINFO: Graph: [/data/local/tmp/big_w8a8.tflite]\n"
    "INFO: Signature to run: []\nINFO: Loaded model /data/local/tmp/big_w8a8.tflite\n"
    f"INFO: {XNNPACK}\nERROR: kernels/batch_matmul.cc:353 lhs_data->type == rhs_data->type was not true.\n"
    "ERROR: Node number 57 (BATCH_MATMUL) failed to prepare.\nERROR: Failed to allocate tensors!\nERROR: Benchmarking failed.\n"
)
WHY = "ERROR: kernels/batch_matmul.cc:353 lhs_data->type == rhs_data->type was not true."


def figures_of(run: Run) -> dict[tuple[str, str], tuple[float, int | None]]:
    found = {(one.quantity, one.statistic): (one.value, one.n) for one in run.figures}
    assert len(found) == len(run.figures)
    return found  # type: ignore[return-value]


def all_same(found: tuple[Run, ...], made: tuple[Told, ...]) -> bool:
    return len(found) == len(made) and all(same(run, told) for run, told in zip(found, made, strict=True))


def same(run: Run, told: Told, without: tuple[str, ...] = ()) -> bool:
    """Is it the run that was made, with every figure of it?"""
    lineage = (told.model, told.conversion, told.threads, told.delegate, "ok", None)
    wanted = {key: value for key, value in told.figures().items() if key[0] not in without}
    assert (run.tool, run.runtime, run.device, run.os_version) == ("tflite_benchmark", "tflite", None, None)
    return (
        run.model,
        run.conversion,
        run.threads,
        run.delegate,
        run.status,
        run.failure,
    ) == lineage and figures_of(run) == {
        key: (pytest.approx(value, rel=1e-9), n) for key, (value, n) in wanted.items()
    }


THREE = (
    Told(),
    Told(suffix="_int8", conversion="int8", threads=1, init=5664363, warm=(1158887,), mean=2950343.2,
         spread=(2940011, 2962007, 4096), size=4.27635, memory=(0, 15.3438)),
    Told(model="net_1.0_224", suffix="_quant", conversion="uint8", threads=None, warm=(913, 451, 447), mean=444.545,
         spread=(440, 979, 13), n=2112, init=1461, size=0.005912, memory=None),
)  # fmt: skip


def prompted(told: Told) -> str:
    """A run as it is copied from a terminal."""
    typed = f"pi@raspberrypi:~ $ ./benchmark_model --graph={told.path} --num_threads={told.threads}\n"
    return typed + console(told)
