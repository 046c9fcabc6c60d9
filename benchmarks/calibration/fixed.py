"""Figures at a fixed number of units: type I, coverage and power of every way in every world."""

import math
from collections.abc import Iterator, Sequence

from benchmarks.calibration import adjusted, endings, shares, values
from benchmarks.calibration.page import Row, share_error
from benchmarks.calibration.study import LEVEL, Study, Tally

SIZES = (200, 2_000, 20_000)
DRAWS = 10_000
BAND, AT_LEAST, ENOUGH = (0.94, 0.96), 0.93, 10
_POINTS = 0.02
_LARGE = 2_000
"""From so many units an arm on type I and power are stated: theory is of large samples."""


def studies() -> tuple[Study, ...]:
    """Every world."""
    return (
        *shares.worlds(),
        *shares.clustered_worlds(),
        endings.incidence_world(),
        endings.restricted_mean_world(),
        *values.worlds(),
        endings.quantile_world(),
        *adjusted.worlds(),
        adjusted.strata_world(),
    )


def rows(study: Study, place: int, scale: float, seed: int, sizes: Sequence[int] = SIZES) -> Iterator[Row]:
    """All figures of one world.

    Args:
        study: The world.
        place: Its number, for the random numbers.
        scale: 1 draws 10,000 experiments at every size (fewer where the world says so).
        seed: Of the random numbers.
        sizes: Units an arm.
    """
    for n in sizes:
        draws = max(1, round(DRAWS * scale * study.thrift(n)))
        for figure, tally in study.tallies((seed, place, n), n, draws):
            if figure == "coverage":
                yield _coverage(tally)
            elif n >= _LARGE and tally.fewest >= ENOUGH:
                yield _type_one(tally) if figure == "type I" else _power(tally)


def _type_one(tally: Tally) -> Row:
    share, slack = tally.rejected / tally.draws, 3 * math.sqrt((1 - LEVEL) * LEVEL / tally.draws)
    met = _verdict(tally, holds=1 - LEVEL - slack <= share <= 1 - LEVEL + slack, safe=share < 1 - LEVEL)
    error = share_error(tally.rejected, tally.draws)
    return _row("Type I at fixed n", tally, share, error, tally.draws, _silence(tally), "5 % ± 3 s.e.", met)


def _coverage(tally: Tally) -> Row:
    slack = 3 * math.sqrt((1 - LEVEL) * LEVEL / tally.draws)
    if tally.fewest >= ENOUGH and tally.said:
        share, error = tally.inside / tally.said, share_error(tally.inside, tally.said)
        holds, limit = BAND[0] - slack <= share <= BAND[1] + slack, "94–96 % ± 3 s.e."
    else:
        right = tally.inside + tally.draws - tally.said
        share, error = right / tally.draws, share_error(right, tally.draws)
        holds, limit = share >= AT_LEAST - slack, "≥ 93 % or silent"
    met = _verdict(tally, holds=holds, safe=share > LEVEL)
    return _row("Coverage", tally, share, error, tally.draws, _silence(tally), limit, met)


def _power(tally: Tally) -> Row:
    share, error = tally.rejected / tally.draws, share_error(tally.rejected, tally.draws)
    holds = abs(share - tally.power) <= _POINTS + 3 * error
    met = _verdict(tally, holds=holds, safe=share > tally.power)
    return _row(
        "Power at fixed n",
        tally,
        share,
        error,
        tally.draws,
        f"theory {tally.power:.3f}",
        "theory ± .02 ± 3 s.e.",
        met,
    )


def _verdict(tally: Tally, *, holds: bool, safe: bool) -> str:
    if holds:
        return "yes"
    if tally.instead:
        return f"no: {tally.instead}"
    return "no: errs on the safe side" if safe else "no"


def _silence(tally: Tally) -> str:
    silent = 1 - tally.said / tally.draws
    return f"silent {silent:.3f}" if silent else ""


def _row(
    question: str, tally: Tally, share: float, error: float, draws: int, beside: str, limit: str, met: str
) -> Row:
    way = tally.way if tally.role == "page" else f"{tally.way} ({tally.role})"
    return Row(question, tally.world, way, f"{tally.n:,}", draws, share, error, beside, limit, met)
