"""Console output of TensorFlow Lite's benchmark_model, old and new: one run after another, each with its figures.

What is printed twice is compared: averages of the timings line with those of the `count=` lines, the first inference, the time of
initialisation. So a line that is missing, moved or changed is noticed where it matters, and the file is refused.
"""

import re

from ingest.verification.run import Malformed, Run
from ingest.verification.tflite.blocks import Block, blocks_of
from ingest.verification.tflite.runs import run_of


def recognises(text: str) -> bool:
    """Is this what benchmark_model prints?

    Args:
        text: the file.
    """
    return bool(
        re.search(r"[Ii]nference timings in \w+:", text)
        or (re.search(r"STARTING!", text) and re.search(r"Graph: \[|Loaded model |count=\d", text))
    )


def read(text: str) -> tuple[Run, ...]:
    """Every run of the output, in order.

    Args:
        text: what was printed; other lines may stand between.

    Returns:
        The runs. One that ended in an error is "failed" with that line. Times are of one inference; the measured series, not the
        warm-up, has mean, least, largest and deviation.

    Raises:
        Malformed: a line of a run is missing, stands twice, or contradicts another; a number is none; the end is cut.
    """
    blocks = list(blocks_of(text))
    if not blocks:
        raise Malformed(
            1, "`file` has no run; must have lines of benchmark_model; check that it is the right file."
        )
    runs = [run_of(block, last=block is blocks[-1]) for block in blocks]
    _alike(blocks, runs)
    return tuple(runs)


def _alike(blocks: list[Block], runs: list[Run]) -> None:
    """What half of the runs of a file tell, all must: else a line is missing."""
    whole = [block for block, run in zip(blocks, runs, strict=True) if run.status == "ok"]
    for name in ("threads", "size", "session", "memory", "graph", "loaded"):
        having = [block for block in whole if name in block.once]
        lacking = [block for block in whole if name not in block.once]
        if lacking and len(having) >= len(lacking):
            raise Malformed(
                lacking[0].line,
                f"`{name}` is missing in the run that begins here, but the others tell it; must be "
                "told; look for a line that is missing.",
            )
