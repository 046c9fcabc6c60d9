"""What the EfficientDet-Lite latency script prints: `Model name: …`, then a list of figures in their units."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.verification.names import model_of
from ingest.verification.printed import lines_of, number
from ingest.verification.run import Figure, Malformed, Run

TOOL = "efficientdet_latency"
_BEGINS = re.compile(r"Model name: (.+?), param num_threads: (\S+)\s*$")
_FIRST = re.compile(r"First Inference *: *(\S+) *(\w+)")
_STEP = re.compile(r"step (\d+)/(\d+), iter_time\((\w+)\)=(\S+)")
_FIGURE = re.compile(
    r"(images/sec|[\w]+_percentile|total_time|latency_mean|latency_median|latency_min)(?:\((\w+)\))?: *(\S+)"
)
_OWN = re.compile(f"{_FIRST.pattern}|{_STEP.pattern}|{_FIGURE.pattern}|Interpreter:|Model name:")
_UNITS = {"first": "ms", "total_time": "s", "latency_mean": "ms", "latency_median": "ms", "latency_min": "ms"}
_REQUIRED = ("first", "total_time", "latency_mean", "latency_median", "latency_min")
_ROUNDING_S = 0.051
"""The whole time is printed in tenths of a second."""


@dataclass(slots=True)
class _Block:
    """The lines of one run: its model, threads, figures with their lines, and how many inferences it planned."""

    line: int
    model: str
    threads: str
    told: dict[str, tuple[int, float]] = field(default_factory=dict)
    planned: int | None = None


def recognises(text: str) -> bool:
    """Is this what the script prints?

    Args:
        text: the file.
    """
    return re.search(r"^Model name: .+, param num_threads:", text, re.MULTILINE) is not None


def read(text: str) -> tuple[Run, ...]:
    """Every run of the output, in order.

    Args:
        text: what was printed.

    Returns:
        The runs: mean, median, least and 99th percentile of one inference, and the first inference.

    Raises:
        Malformed: a line of a run is missing, stands twice or outside any run, is in another unit, or contradicts another.
    """
    return tuple(_run(block) for block in _blocks(text))


def _blocks(text: str) -> Iterable[_Block]:
    block: _Block | None = None
    for at, line in lines_of(text, _OWN):
        begins = _BEGINS.search(line)
        if begins is not None:
            if block is not None:
                yield block
            block = _Block(at, begins.group(1), begins.group(2))
        elif _OWN.search(line):
            if block is None or line.startswith("Model name:"):
                raise Malformed(
                    at,
                    f"`line` is {line.strip()!r}; must follow a line `Model name: …, param num_threads: …`; "
                    "look for what is missing.",
                )
            _note(block, at, line)
    if block is not None:
        yield block


def _note(block: _Block, at: int, line: str) -> None:
    step, first, figure = _STEP.search(line), _FIRST.search(line), _FIGURE.search(line)
    if step is not None:
        planned = int(step.group(2))
        if block.planned not in (None, planned):
            raise Malformed(
                at,
                f"`step` is of {planned}; must be of {block.planned}, as before; look for lines of another run.",
            )
        block.planned = planned
        return
    if first is not None:
        _keep(block, at, "first", first.group(1), first.group(2))
    elif figure is not None:
        _keep(block, at, figure.group(1), figure.group(3), figure.group(2))


def _keep(block: _Block, at: int, name: str, given: str, unit: str | None) -> None:
    wanted = "ms" if name.endswith("_percentile") else _UNITS.get(name)
    if unit != wanted:
        raise Malformed(at, f"`{name}` is in {unit!r}; must be in {wanted!r}; check the line.")
    if name in block.told:
        raise Malformed(
            at,
            f"`{name}` is told a second time in the run that begins in line {block.line}; must be told "
            f"once; look for a line that is missing between.",
        )
    block.told[name] = at, number(at, name, given)


def _run(block: _Block) -> Run:
    missing = next((name for name in _REQUIRED if name not in block.told), None)
    shares = {name: value for name, (_, value) in block.told.items() if name.endswith("_percentile")}
    if missing is not None or not shares or block.planned is None:
        what = missing or ("step" if shares else "percentile")
        raise Malformed(
            block.line,
            f"`{what}` is missing in the run that begins here; must be told; "
            "look for a line that is missing.",
        )
    told = {name: value for name, (_, value) in block.told.items()}
    line, n = block.told["latency_mean"][0], block.planned
    if not told["latency_min"] <= min(told["latency_mean"], told["latency_median"], *shares.values()):
        raise Malformed(
            line,
            f"`latency_min` is {told['latency_min']:g}; must be the least; look for lines of another run.",
        )
    if (
        abs(told["latency_mean"] * n / 1000 - told["total_time"])
        > _ROUNDING_S + 5e-6 * n + 0.005 * told["total_time"]
    ):
        raise Malformed(
            line,
            f"`latency_mean` is {told['latency_mean']:g} ms over {n} inferences; must make up "
            f"total_time, {told['total_time']:g} s; look for lines of another run.",
        )
    model, conversion = model_of(block.model)
    if not block.threads.isdigit() or block.threads == "0":
        raise Malformed(
            block.line, f"`num_threads` is {block.threads!r}; must be a whole number above 0; check the line."
        )
    return Run(
        line=block.line,
        tool=TOOL,
        model=model,
        conversion=conversion,
        runtime="tflite",
        threads=int(block.threads),
        figures=(
            Figure("latency_ms", "mean", told["latency_mean"], n),
            Figure("latency_ms", "p50", told["latency_median"], n),
            Figure("latency_ms", "min", told["latency_min"], n),
            *(Figure("latency_ms", f"p{_share(name)}", value, n) for name, value in shares.items()),
            Figure("first_latency_ms", "value", told["first"]),
        ),
        details={"graph": block.model},
    )


def _share(name: str) -> str:
    """The number of "99th_percentile"."""
    return re.sub(r"\D", "", name.removesuffix("_percentile"))
