"""What the lines of one run tell, compared where they tell it twice."""

import math
from collections.abc import Iterable
from dataclasses import replace

from ingest.verification.names import model_of
from ingest.verification.printed import MB, MS, converted, number
from ingest.verification.run import Figure, Malformed, Run
from ingest.verification.tflite.blocks import DIGITS, Block, Series

TOOL = "tflite_benchmark"
DELEGATES = {"xnnpack": "xnnpack", "gpu": "gpu", "nnapi": "nnapi", "hexagon": "hexagon", "coreml": "coreml",
             "core": "coreml", "edgetpu": "edgetpu", "tpu": "edgetpu", "flex": "flex"}  # fmt: skip


def run_of(block: Block, *, last: bool) -> Run:
    """The run that a block of lines tells.

    Args:
        block: its lines.
        last: whether the file ends with it.

    Raises:
        Malformed: a line is missing or contradicts another, or a number is none.
    """
    told = block.told("graph") or block.told("loaded")
    if told is None:
        raise Malformed(
            block.line,
            "`graph` is missing in the run that begins here; must be told; look for a line that is missing.",
        )
    graph, loaded = block.told("graph"), block.told("loaded")
    if graph and loaded and graph[1][0] != loaded[1][0]:
        raise Malformed(
            loaded[0],
            f"`model` is {loaded[1][0]!r}; must be {graph[1][0]!r}, as in line {graph[0]}; look for lines of another run.",
        )
    model, conversion = model_of(told[1][0])
    threads = block.told("threads")
    run = Run(
        line=block.line,
        tool=TOOL,
        model=model,
        conversion=conversion,
        runtime="tflite",
        delegate=_delegate(block),
        threads=None if threads is None else _threads(threads[0], threads[1][0]),
        details={"graph": told[1][0]},
    )
    if block.told("timings") or block.told("averages"):
        return replace(run, figures=tuple(_figures(block)))
    return replace(run, status="failed", failure=_failure(block, last=last))


def _failure(block: Block, *, last: bool) -> str:
    """Why a run has no timings: it failed and says so, or a part of it is missing."""
    given_up = any("Benchmarking failed" in why for _, why in block.failures)
    if not block.failures or (block.counts and not given_up):
        raise Malformed(
            block.line,
            "`timings` are missing in the run that begins here, and no error is told; must end in one of them; look for what "
            "is missing.",
        )
    if last and block.failures[-1][0] < block.last:
        raise Malformed(
            block.last,
            "`file` ends in the middle of a run; must end with its timings or its error; check that it is whole.",
        )
    return block.failures[0][1]


def _figures(block: Block) -> Iterable[Figure]:
    init, first, warm, mean, line = _timings(block)
    measured, warmup = _series(block, mean, warm, line)
    yield Figure("latency_ms", "mean", mean, measured.n)
    for name in ("min", "max", "std", "p5", "median", "p95"):
        if name in measured.times:
            statistic = {"median": "p50"}.get(name, name)
            yield Figure("latency_ms", statistic, measured.times[name] / MS["us"], measured.n)
    if "avg" not in measured.times:
        for name, value in (("min", mean), ("max", mean), ("std", 0.0)):
            yield Figure("latency_ms", name, value, measured.n)
    if first is not None:
        if warmup is not None and not _same(
            first, warmup.times.get("first", warmup.times["curr"]) / MS["us"]
        ):
            raise Malformed(
                line,
                f"`First inference` is {first:g} ms; must be the first of line {warmup.line}; look for lines of another run.",
            )
        yield Figure("first_latency_ms", "value", first)
    if warmup is not None:
        yield Figure("warmup_latency_ms", "mean", warm, warmup.n)
    session = block.told("session")
    if (
        session is not None
        and abs(number(session[0], "session", session[1][0]) / MS[session[1][1]] - init) > 0.001 + 1e-3 * init
    ):
        raise Malformed(
            session[0],
            f"`Initialized session in` is {session[1][0]}{session[1][1]}; must be {init:g} ms, as in line {line}; look "
            "for lines of another run.",
        )
    yield Figure("init_ms", "value", init)
    size = block.told("size")
    if size is not None:
        yield Figure("size_mb", "value", converted(size[0], "size", size[1][1], size[1][0], MB))
    memory = block.told("memory")
    if memory is None and block.announced:
        raise Malformed(
            block.announced, "`memory` is announced but not told; must follow; look for what is missing."
        )
    if memory is not None:
        unit, began, overall = memory[1]
        yield Figure("init_memory_mb", "value", converted(memory[0], "init", began, unit, MB))
        yield Figure("memory_mb", "value", converted(memory[0], "overall", overall, unit, MB))


def _timings(block: Block) -> tuple[float, float | None, float, float, int]:
    """Init, first, warm-up and mean in ms, and the line that told them."""
    told = block.told("timings")
    if told is not None:
        line, (unit, init, first, warm, mean) = told
        return (
            converted(line, "Init", init, unit, MS), converted(line, "First inference", first, unit, MS),
            converted(line, "Warmup (avg)", warm, unit, MS), converted(line, "Inference (avg)", mean, unit, MS), line,
        )  # fmt: skip
    line, (unit, warm, init, mean) = block.once["averages"]
    return (
        converted(line, "Init", init, unit, MS), None, converted(line, "Warmup", warm, unit, MS),
        converted(line, "Inference", mean, unit, MS), line,
    )  # fmt: skip


def _series(block: Block, mean: float, warm: float, line: int) -> tuple[Series, Series | None]:
    """The measured series and the warm-up: the `count=` lines whose averages the timings repeat."""
    if not 1 <= len(block.counts) <= 2:
        raise Malformed(
            block.line,
            f"`count=` stands {len(block.counts)} times in the run that begins here; must stand once or "
            "twice; look for what is missing.",
        )
    *before, measured = block.counts
    if not _same(mean, measured.mean / MS["us"]):
        raise Malformed(
            line,
            f"`Inference (avg)` is {mean:g} ms; must be the average of line {measured.line} ({measured.mean:g} us); look for "
            "lines missing, or of another run.",
        )
    if before and not _same(warm, before[0].mean / MS["us"]):
        raise Malformed(
            line,
            f"`Warmup (avg)` is {warm:g} ms; must be the average of line {before[0].line} ({before[0].mean:g} us); look for "
            "lines missing, or of another run.",
        )
    if not before and warm > 0:
        raise Malformed(
            block.line,
            "`count=` of the warm-up is missing in the run that begins here; must stand, for its average is told; "
            "look for what is missing.",
        )
    return measured, before[0] if before else None


def _same(one: float, other: float) -> bool:
    return math.isclose(
        one, other, rel_tol=DIGITS, abs_tol=0.0011
    )  # timings are printed in whole us by some versions


def _delegate(block: Block) -> str:
    """What ran it: the delegate applied, a special one before XNNPACK, which is applied by default; else the plain processor."""
    known = [DELEGATES[name] for name in block.delegates if name in DELEGATES]
    special = [name for name in known if name != "xnnpack"]
    return special[0] if special else known[0] if known else "cpu"


def _threads(line: int, given: str) -> int | None:
    if given == "-1":
        return None  # as many as the runtime likes
    if not given.isdigit() or int(given) == 0:
        raise Malformed(line, f"`Num threads` is {given!r}; must be a whole number; check the line.")
    return int(given)
