"""The figures of one run, compared where its lines tell them twice."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.verification.printed import MB, MS, converted
from ingest.verification.run import Figure, Malformed
from ingest.verification.tflite import litert
from ingest.verification.tflite.blocks import Block
from ingest.verification.tflite.series import Series

_SHARE = re.compile(r"p\d+")
_MOST_SERIES = 2
"""The warm-up and the measurement."""


@dataclass(frozen=True, slots=True)
class _Timings:
    """The summary of a run, in ms; None where this version does not tell it.

    Args:
        line: Where it stands.
        init: Initialisation.
        first: The first inference.
        warm: The average of the warm-up.
        mean: The average of the measurement.
    """

    line: int
    init: float | None
    first: float | None
    warm: float | None
    mean: float


def figures_of(block: Block) -> Iterator[Figure]:
    """The figures of a run that came to something.

    Args:
        block: its lines.

    Raises:
        Malformed: a line is missing or contradicts another, or a number is none.
    """
    measured, warmup = _series(block)
    session = block.told("session")
    init = (
        None
        if session is None
        else converted(session[0], "Initialized session in", session[1][0], session[1][1], MS)
    )
    if litert.is_litert(block):
        if init is None:
            raise _missing(block, "Initialized session in")
        litert.check(block, measured, warmup, init)
        mean = measured.mean / MS["us"]
        warm = None if warmup is None else warmup.mean / MS["us"]
    else:
        timings = _timings(block, warmed_up=warmup is not None and warmup.n > 0)
        timings = _compared(block, timings, measured, warmup)
        if session is not None and init is not None and timings.init is not None:
            _agree(session[0], "Initialized session in", init, timings.init, f"line {timings.line}")
        init, mean, warm = timings.init if timings.init is not None else init, timings.mean, timings.warm
    yield Figure("latency_ms", "mean", mean, measured.n)
    yield from _spread(measured)
    if warmup is not None and warm is not None and warmup.n:
        yield Figure("first_latency_ms", "value", warmup.first / MS["us"])
        yield Figure("warmup_latency_ms", "mean", warm, warmup.n)
    if init is not None:
        yield Figure("init_ms", "value", init)
    size = block.told("size")
    if size is not None:
        yield Figure("size_mb", "value", converted(size[0], "size", size[1][1], size[1][0], MB))
    yield from _memory(block)


def _series(block: Block) -> tuple[Series, Series | None]:
    """The measured series, and the warm-up before it."""
    if not 1 <= len(block.counts) <= _MOST_SERIES:
        raise Malformed(
            block.line,
            f"`count=` stands {len(block.counts)} times in the run that begins here; must stand once or "
            "twice; look for what is missing.",
        )
    *before, measured = block.counts
    if measured.n == 0:
        raise Malformed(
            measured.line, "`count` of the measurement is 0; must be above 0; run it without --dry_run."
        )
    return measured, before[0] if before else None


def _spread(series: Series) -> Iterator[Figure]:
    """How the measured times lie; one inference alone has no deviation."""
    alike = "avg" not in series.times
    for name in ("min", "max"):
        yield Figure("latency_ms", name, series.times.get(name, series.mean) / MS["us"], series.n)
    if not alike or series.n > 1:
        yield Figure("latency_ms", "std", series.times.get("std", 0.0) / MS["us"], series.n)
    for name, value in series.times.items():
        if name == "median" or _SHARE.fullmatch(name):
            yield Figure("latency_ms", "p50" if name == "median" else name, value / MS["us"], series.n)


def _timings(block: Block, *, warmed_up: bool) -> _Timings:
    """The summary in whichever wording."""
    if (told := block.told("timings")) is not None:
        line, (unit, init, first, warm, mean) = told
        return _Timings(
            line,
            converted(line, "Init", init, unit, MS),
            _of_warmup(block, "First inference", first, unit, line, warmed_up=warmed_up),
            _of_warmup(block, "Warmup (avg)", warm, unit, line, warmed_up=warmed_up),
            converted(line, "Inference (avg)", mean, unit, MS),
        )
    if (told := block.told("averages")) is not None:
        line, (unit, warm, init, mean) = told
        return _Timings(
            line,
            converted(line, "Init", init, unit, MS),
            None,
            _of_warmup(block, "Warmup", warm, unit, line, warmed_up=warmed_up),
            converted(line, "Inference", mean, unit, MS),
        )
    line, (unit, mean, warm) = block.once["plain"]
    return _Timings(
        line,
        None,
        None,
        _of_warmup(block, "Warmup", warm, unit, line, warmed_up=warmed_up),
        converted(line, "Inference", mean, unit, MS),
    )


def _of_warmup(block: Block, name: str, given: str, unit: str, line: int, *, warmed_up: bool) -> float | None:
    """A time of the warm-up; None where there was none, which the tool tells as 0 or nan."""
    if warmed_up:
        return converted(line, name, given, unit, MS)
    if given not in ("0", "nan", "-nan"):
        raise Malformed(
            block.line,
            f"`count=` of the warm-up is missing in the run that begins here, but its `{name}` is told; must stand before it; "
            "look for a line that is missing.",
        )
    return None


def _compared(block: Block, timings: _Timings, measured: Series, warmup: Series | None) -> _Timings:
    """The summary, whose averages are those of the series, and its first inference that of the warm-up.

    The oldest versions cut the averages to whole us: the series' own are taken then.
    """
    old = "timings" not in block.once
    exact, place = measured.mean / MS["us"], f"line {measured.line}"
    mean = exact if old and _is_cut(timings.mean, exact) else timings.mean
    _agree(timings.line, "Inference (avg)", mean, exact, place)
    if warmup is None or timings.warm is None:
        return replace(timings, mean=mean)
    exact, place = warmup.mean / MS["us"], f"line {warmup.line}"
    warm = exact if old and _is_cut(timings.warm, exact) else timings.warm
    _agree(timings.line, "Warmup (avg)", warm, exact, place)
    if timings.first is not None:
        _agree(timings.line, "First inference", timings.first, warmup.first / MS["us"], place)
    return replace(timings, mean=mean, warm=warm)


def _is_cut(told: float, exact: float) -> bool:
    return _six(told) == _six(math.floor(exact * MS["us"]) / MS["us"]) != _six(exact)


def _memory(block: Block) -> Iterator[Figure]:
    """Memory, which is announced before it is told."""
    yield from litert.memory(block)
    memory, note = block.told("memory"), block.told("note")
    if memory is None and note is not None:
        raise Malformed(note[0], "`memory` is announced but not told; must follow; look for what is missing.")
    if memory is not None:
        line, (unit, began, overall) = memory
        yield Figure("init_memory_mb", "value", converted(line, "init", began, unit, MB))
        yield Figure("memory_mb", "value", converted(line, "overall", overall, unit, MB))


def _agree(line: int, name: str, told: float, exact: float, place: str) -> None:
    """Two printings of one time are alike, to the six digits that are printed."""
    if _six(told) != _six(exact):
        raise Malformed(
            line,
            f"`{name}` is {told:g} ms; must be {exact:g} ms, as in {place}; look for lines missing, or of another run.",
        )


def _six(value: float) -> float:
    """A time in ms as it is printed in us."""
    return float(f"{value * MS['us']:.6g}")


def _missing(block: Block, name: str) -> Malformed:
    return Malformed(
        block.line,
        f"`{name}` is missing in the run that begins here; must be told; look for a line that is missing.",
    )
