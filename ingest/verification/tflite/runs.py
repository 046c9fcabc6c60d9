"""The run that a block of lines tells: which model, on what, with which delegate, and whether it came to something."""

from collections.abc import Mapping

from ingest.verification.names import model_of
from ingest.verification.printed import MB, converted
from ingest.verification.run import Detail, Malformed, Run
from ingest.verification.tflite import litert
from ingest.verification.tflite.blocks import Block
from ingest.verification.tflite.figures import figures_of

TOOL = "tflite_benchmark"


def run_of(block: Block, *, last: bool) -> Run:
    """The run that a block of lines tells.

    Args:
        block: its lines.
        last: whether the file ends with it.

    Raises:
        Malformed: a line is missing or contradicts another, or a number is none.
    """
    path = _path(block)
    failure = _failure(block, last=last)
    model, conversion = model_of(path)
    return Run(
        line=block.line,
        tool=TOOL,
        model=model,
        status="ok" if failure is None else "failed",
        conversion=conversion,
        runtime="tflite",
        delegate=_delegate(block, ok=failure is None),
        threads=_threads(block, ok=failure is None),
        failure=failure,
        figures=tuple(figures_of(block)) if failure is None else (),
        details=_details(block, path),
    )


def _path(block: Block) -> str:
    """The model's file: as the tool repeats it, as it was loaded, or as it was typed."""
    graph, loaded = block.told("graph"), block.told("loaded")
    if graph and loaded and graph[1][0] != loaded[1][0]:
        raise Malformed(
            loaded[0],
            f"`model` is {loaded[1][0]!r}; must be {graph[1][0]!r}, as in line {graph[0]}; look for lines of another run.",
        )
    told = graph or loaded
    path = block.echo if told is None else told[1][0]
    if path is None:
        raise Malformed(
            block.line,
            "`graph` is missing in the run that begins here; must be told; look for a line that is missing.",
        )
    return path


def _failure(block: Block, *, last: bool) -> str | None:
    """Why a run came to nothing; None if it did not."""
    given_up, measured = block.given_up, block.measured
    if measured is not None:
        series = block.counts[-1].line if block.counts else measured
        before = [why for at, why in block.failures if at < series]
        if given_up is not None and not before:
            raise Malformed(
                given_up,
                "`run` has its timings, and failed; must be one of them; look for lines of another run.",
            )
        return before[0] if given_up is not None else None
    if not block.failures or (block.counts and given_up is None):
        raise Malformed(
            block.line,
            "`timings` are missing in the run that begins here, and no error is told; must end in one of them; look for what "
            "is missing.",
        )
    if last and given_up is None and block.failures[-1][0] < block.last:
        raise Malformed(
            block.last,
            "`file` ends in the middle of a run; must end with its timings or its error; check that it is whole.",
        )
    return block.failures[0][1]


def _delegate(block: Block, *, ok: bool) -> str | None:
    """What ran it; where nobody says, the plain processor, but LiteRT does not tell that either."""
    name = block.delegates.name(must_say=ok and "timings" in block.once)
    return name if name is not None or litert.is_litert(block) else "cpu"


def _threads(block: Block, *, ok: bool) -> int | None:
    told = [block.once[name] for name in ("threads", "cpu_threads") if name in block.once]
    if len({given for _, (given,) in told}) > 1:
        raise Malformed(
            told[1][0],
            f"`threads` is {told[1][1][0]}; must be {told[0][1][0]}, as in line {told[0][0]}; check the lines.",
        )
    if not told:
        verbose = block.told("verbose")
        if ok and (verbose is None or verbose[1][0] != "0"):
            raise Malformed(
                block.line,
                "`Num threads` is missing in the run that begins here; must be told, as all parameters are; look for a line "
                "that is missing.",
            )
        return None
    line, (given,) = told[0]
    if given == "-1":
        return None  # as many as the runtime likes
    if not (given.isascii() and given.isdigit()) or int(given) == 0:
        raise Malformed(line, f"`Num threads` is {given!r}; must be a whole number above 0; check the line.")
    return int(given)


def _details(block: Block, path: str) -> Mapping[str, Detail]:
    found: dict[str, Detail] = {"graph": path}
    if block.delegates.library is not None:
        found["external_delegate"] = block.delegates.library
    peak, litert_peak = block.told("peak"), block.told("litert_peak")
    if peak is not None:
        found["peak_memory_mb"] = converted(peak[0], "peak", peak[1][1], peak[1][0], MB)
    elif litert_peak is not None:
        found["peak_memory_mb"] = converted(
            litert_peak[0], "Peak memory", litert_peak[1][0], litert_peak[1][1], MB
        )
    return found
