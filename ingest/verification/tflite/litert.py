"""The results that LiteRT's benchmark_model prints: in ms with two decimals, after the same `count=` lines."""

from collections.abc import Iterator

from ingest.verification.printed import MB, MS, converted
from ingest.verification.run import Figure, Malformed
from ingest.verification.tflite.blocks import Block
from ingest.verification.tflite.series import Series

_ROUNDING_MS = 0.00501
_NAMES = {
    "litert_first": "Warmup (first)", "litert_warm": "Warmup (avg)", "litert_mean": "Inference (avg)",
    "litert_min": "Inference (min)", "litert_max": "Inference (max)", "litert_std": "Inference (std)",
    "litert_init": "Model initialization",
}  # fmt: skip


def is_litert(block: Block) -> bool:
    """Does a run tell its results as LiteRT does?

    Args:
        block: its lines.
    """
    return any(name in block.once for name in _NAMES)


def check(block: Block, measured: Series, warmup: Series | None, init_ms: float) -> None:
    """Compare the results with the series, which tell the same with more digits.

    Args:
        block: the lines of the run.
        measured: the measured series.
        warmup: the series before it; None if there is none.
        init_ms: the time of initialisation.

    Raises:
        Malformed: one contradicts the other, or is missing.
    """
    if "litert_mean" not in block.once:
        raise Malformed(
            block.line,
            "`Inference (avg)` is missing in the run that begins here; must be told; look for what is missing.",
        )
    _same(block, "litert_init", init_ms)
    _same(block, "litert_mean", measured.mean / MS["us"], measured.n)
    _same(block, "litert_min", measured.times.get("min", measured.mean) / MS["us"])
    _same(block, "litert_max", measured.times.get("max", measured.mean) / MS["us"])
    _same(block, "litert_std", measured.times.get("std", 0.0) / MS["us"])
    if warmup is not None:
        _same(block, "litert_first", warmup.first / MS["us"])
        _same(block, "litert_warm", warmup.mean / MS["us"], warmup.n)
    elif "litert_warm" in block.once:
        raise Malformed(
            block.line,
            "`count=` of the warm-up is missing in the run that begins here; must stand, for its average is told; look for "
            "what is missing.",
        )


def memory(block: Block) -> Iterator[Figure]:
    """What the results tell of memory.

    Args:
        block: the lines of the run.

    Raises:
        Malformed: only a part is told, or a number is none.
    """
    names = ("litert_began", "litert_memory")
    told = [block.once[name] for name in ("litert_note", *names) if name in block.once]
    if not told:
        return
    if not set(names) <= set(block.once):
        raise Malformed(
            told[0][0], "`memory` is announced but told only in part; must follow; look for what is missing."
        )
    (line, (began, unit)), (later, (overall, other)) = (block.once[name] for name in names)
    yield Figure("init_memory_mb", "value", converted(line, "Init footprint", began, unit, MB))
    yield Figure("memory_mb", "value", converted(later, "Overall footprint", overall, other, MB))


def _same(block: Block, name: str, exact: float, n: int | None = None) -> None:
    told = block.told(name)
    if told is None:
        return
    line, (given, *rest) = told
    unit, *runs = rest or ("ms",)  # the deviation alone stands without its unit
    value = converted(line, _NAMES[name], given, unit, MS)
    if abs(value - exact) > _ROUNDING_MS + 1e-5 * exact or (runs and int(runs[0]) != n):
        raise Malformed(
            line,
            f"`{_NAMES[name]}` is {value:g} ms; must be {exact:g} ms as in the lines before; look for lines missing, or of "
            "another run.",
        )
