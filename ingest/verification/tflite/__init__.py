"""Console output of TensorFlow Lite's and LiteRT's benchmark_model, old and new: one run after another, each with its figures.

What is printed twice is compared: averages of the summary with those of the `count=` lines, the first inference, the time of
initialisation, the threads. So a line that is missing, moved or changed is noticed where it matters, and the file is refused.

The wordings are those of the tool's sources (tensorflow/contrib/lite/tools, tensorflow/lite/tools/benchmark,
litert/tools/benchmark_litert_model.h) and of logs that people published, from TensorFlow 1.8 to LiteRT 2.
"""

import re
from collections.abc import Callable, Iterable

from ingest.verification.run import Malformed, Run
from ingest.verification.tflite.blocks import Block, blocks_of
from ingest.verification.tflite.litert import is_litert
from ingest.verification.tflite.runs import run_of

_RESULTS = re.compile(r"[Ii]nference timings in \w+:|Inference \(avg\): .+ \(\d+ runs\)")
_STARTS = re.compile(r"STARTING!|Log parameter values verbosely")
_PARTS = re.compile(r"Graph: \[|Loaded model |Loading model from: |--graph=|\bcount=\d")


def recognises(text: str) -> bool:
    """Is this what benchmark_model prints?

    Args:
        text: the file.
    """
    return _RESULTS.search(text) is not None or (
        (_STARTS.search(text) is not None and _PARTS.search(text) is not None)
        or ("Benchmarking failed" in text and "Graph: [" in text)
    )


def read(text: str) -> tuple[Run, ...]:
    """Every run of the output, in order.

    Args:
        text: what was printed; other lines may stand between.

    Returns:
        The runs. One that ended in an error is "failed" with that line. Times are of one inference; the measured series, not the
        warm-up, has mean, least, largest, deviation and percentiles. The delegate is the one that took part of the graph, not
        the one that was asked for. The device and its system are not told by the tool.

    Raises:
        Malformed: a line of a run is missing, stands twice, or contradicts another; a number is none; the end is cut.
    """
    blocks = blocks_of(text)
    if not blocks:
        raise Malformed(
            1, "`file` has no run; must have lines of benchmark_model; check that it is the right file."
        )
    runs = tuple(run_of(block, last=block is blocks[-1]) for block in blocks)
    whole = [block for block, run in zip(blocks, runs, strict=True) if run.status == "ok"]
    for alike in _groups(whole, _wording):
        for name in ("size", "session", "note", "litert_note", "graph", "loaded"):
            _all_tell(name, alike, [bool({name, f"no_{name}"} & set(block.once)) for block in alike])
        if not any("cpu_threads" in block.once for block in alike):
            _all_tell("threads", alike, ["threads" in block.once for block in alike])
    _only_asked(whole)
    for alike in _groups(whole, _asked):
        _all_tell("XNNPACK delegate", alike, [block.delegates.default for block in alike])
    return runs


def _only_asked(blocks: list[Block]) -> None:
    """Where the flags of one run tell its delegate, those of another with that delegate do too."""
    flags = {name for block in blocks for name in block.delegates.asked}
    for block in blocks:
        for name in block.delegates.ran:
            if name in flags and name not in block.delegates.asked:
                raise Malformed(
                    block.line,
                    f"`{name}` delegate is applied in the run that begins here, but not asked for as in others; must be both; "
                    "look for lines of another run.",
                )


def _wording(block: Block) -> object:
    """Which version printed a run, as far as its lines show."""
    return "timings" in block.once, is_litert(block), "verbose" in block.once


def _asked(block: Block) -> object:
    """With which delegates a run was to be done, and what came of them."""
    said = block.delegates
    return (
        _wording(block),
        frozenset(said.asked),
        frozenset(said.refused),
        tuple(said.ran),
        frozenset(said.idle),
    )


def _groups(blocks: Iterable[Block], key: Callable[[Block], object]) -> Iterable[list[Block]]:
    found: dict[object, list[Block]] = {}
    for block in blocks:
        found.setdefault(key(block), []).append(block)
    return found.values()


def _all_tell(name: str, blocks: list[Block], tells: list[bool]) -> None:
    """What half of the runs of one version tell, all must: else a line is missing."""
    lacking = [block for block, told in zip(blocks, tells, strict=True) if not told]
    if lacking and sum(tells) >= len(lacking):
        raise Malformed(
            lacking[0].line,
            f"`{name}` is missing in the run that begins here, but the others tell it; must be told; look for a line that is "
            "missing.",
        )
