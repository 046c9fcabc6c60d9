"""One run of a model on a device, as a tool told it: its lineage, what came of it, and its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Quantity = Literal[
    "latency_ms",
    "first_latency_ms",
    "warmup_latency_ms",
    "init_ms",
    "batch_latency_ms",
    "throughput_per_s",
    "memory_mb",
    "init_memory_mb",
    "size_mb",
    "energy_mj",
    "accuracy",
]
"""What a figure measures, its unit in its name. latency_ms is that of one item; batch_latency_ms of a whole batch, never per
item. accuracy is a share, 0 to 1; its statistic says which (top1, top5, map, miou, f1, …)."""

QUANTITIES = frozenset(get_args(Quantity))

Status = Literal["ok", "failed"]
Detail = str | float | bool | None


class Malformed(ValueError):
    """A benchmark file that cannot be read: which line, what was wrong, and what to do.

    Args:
        line: 1-based, where it was noticed.
        sentence: "`name` is VALUE; must be …; do …".
    """

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")
        self.line = line
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a run.

    Args:
        quantity: What it measures; its unit is in the name.
        statistic: "mean", "p50", "p90", "p99.9", "min", "max", "std", "value", or the name of an accuracy.
        value: Finite, in the quantity's unit.
        n: How many inferences, or items of the data set, are behind it; None if the tool does not say.
    """

    quantity: Quantity
    statistic: str
    value: float
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run: of one model in one conversion, on one device, by one delegate.

    Args:
        line: Where it begins in its file, 1-based.
        tool: What measured it: "tflite_benchmark", "ai_hub", "mlperf_mobile", "csv", …
        model: The model's architecture, as the tool calls it.
        status: "failed" where the tool says that the run came to nothing.
        conversion: float32, float16, uint8_weights, uint8, or as the tool calls it; None if it does not say.
        runtime: tflite, onnx, qnn_dlc, …
        delegate: cpu, xnnpack, gpu, nnapi, coreml, npu, …
        device: The device, as the tool calls it.
        os_version: Of the device.
        threads: Of the processor.
        training_run: Which training the weights come from.
        scenario: single_stream, offline, …
        dataset: On which accuracy was measured.
        tool_version: Of the tool or its runtime.
        measured_at: ISO 8601; with or without a time of day, as the tool told it.
        failure: Why it came to nothing, in the tool's words; None for an "ok" run.
        figures: Its numbers; each (quantity, statistic) once.
        details: What else the tool told: plain values by name.
        source: The file that told it first, where this one only repeats it (an export that comes back); else None.
        digest: The SHA-256 of that first file.
    """

    line: int
    tool: str
    model: str
    status: Status = "ok"
    conversion: str | None = None
    runtime: str | None = None
    delegate: str | None = None
    device: str | None = None
    os_version: str | None = None
    threads: int | None = None
    training_run: str | None = None
    scenario: str | None = None
    dataset: str | None = None
    tool_version: str | None = None
    measured_at: str | None = None
    failure: str | None = None
    figures: tuple[Figure, ...] = ()
    details: Mapping[str, Detail] = field(default_factory=dict)
    source: str | None = None
    digest: str | None = None

    def figure(self, quantity: Quantity, statistic: str) -> float | None:
        """The value of one of its figures; None where it has none."""
        for one in self.figures:
            if (one.quantity, one.statistic) == (quantity, statistic):
                return one.value
        return None
