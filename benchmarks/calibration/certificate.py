"""All figures of the calibration, its page, and what `make evidence` says of it."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.calibration import explained, fixed, page, peeking, split, streams
from benchmarks.calibration.page import Row

SEED = 20_261_123
PAGE = Path("docs/calibration.md")


def parts(scale: float, seed: int) -> Iterator[tuple[str, Callable[[], Iterator[Row]]]]:
    """Every world by name, with what makes its figures.

    Args:
        scale: 1 for the sizes that the page states.
        seed: Of the random numbers.
    """
    for place, study in enumerate(fixed.studies()):
        yield study.name, partial(fixed.rows, study, place, scale, seed)
    for place, stream in enumerate(streams.streams()):
        yield f"looks at {stream.name}", partial(peeking.rows, stream, place, scale, seed)
    yield "sample ratio", partial(split.rows, scale, seed)
    yield "adjustment", partial(explained.rows, scale, seed)


def run(scale: float = 1.0, seed: int = SEED, said: Callable[[str], None] = print) -> list[Row]:
    """All figures, with progress.

    Args:
        scale: 1 for 10,000 experiments at fixed n and 20,000 under looks.
        seed: The same seed gives the same figures.
        said: Where progress goes.
    """
    found: list[Row] = []
    for name, work in parts(scale, seed):
        begin = time.perf_counter()
        mine = list(work())
        unmet = sum(row.unmet for row in mine)
        said(f"{name}: {len(mine)} figures, {unmet} unmet, {time.perf_counter() - begin:.1f} s")
        found += mine
    return found


def certify(scale: float = 1.0, seed: int = SEED, path: Path = PAGE) -> list[Row]:
    """Make all figures and write the page.

    Args:
        scale: As `run`.
        seed: As `run`.
        path: Where the page goes.
    """
    begin, commit = time.perf_counter(), page.commit_now()
    rows = run(scale, seed, partial(print, flush=True))
    command = f"python -m benchmarks.calibration --scale {scale:g} --seed {seed}"
    page.written(path, rows, commit, command, time.perf_counter() - begin)
    return rows


def summary(scale: float, path: Path) -> list[dict[str, str | int | bool]]:
    """The page, written, and how many of its figures hold, by question.

    Args:
        scale: As `run`.
        path: Where the page goes.
    """
    return counted(certify(scale, path=path))


def counted(rows: Sequence[Row]) -> list[dict[str, str | int | bool]]:
    """How many figures hold, by question; "hold otherwise": the page says what holds instead.

    Args:
        rows: All figures.
    """
    found: list[dict[str, str | int | bool]] = []
    for question in dict.fromkeys(row.question for row in rows):
        mine = [row for row in rows if row.question == question]
        found.append(
            {
                "question": question,
                "figures": len(mine),
                "hold": sum(row.met == "yes" for row in mine),
                "hold otherwise": sum(row.met.startswith("no:") for row in mine),
                "met": not any(row.unmet for row in mine),
            }
        )
    return found
