"""The stretch of days in which more is lost than usual, also when it came and went: a scan with a permutation p-value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import NoEffect

LEAST_DAYS = 8
LEAST_VARIANCE = 5.0
"""A stretch needs as much binomial variance: about ten units lost and ten not lost, at the least."""
_SHUFFLES = 999
_SEED = 20_260_401
_LOOKED_AT = 2.5
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of days that lost more than the others.

    Args:
        first, last: Places of its first and last day.
        n, lost: Units in it, and those lost.
        others_n, others_lost: The same outside it.
        score: Standardised excess of lost units.
        p_value: Share of shuffled orders of the days with a stretch at least as sharp.
    """

    first: int
    last: int
    n: int
    lost: int
    others_n: int
    others_lost: int
    score: float
    p_value: float


def worst_stretch(n: Sequence[int], lost: Sequence[int]) -> Stretch | NoEffect:
    """The stretch of neighbouring days whose units are lost most beyond the usual share.

    With p the share lost over all days, a stretch of n_w units of N, o_w of them lost, scores

        z = (o_w - n_w p) / sqrt(n_w p (1 - p) (1 - n_w / N)),

    the standardised two-sample score of the stretch against the rest; the largest z over all stretches of up to half
    of the days is a scan statistic (Kulldorff 1997, Commun. Stat. Theory Methods 26:1481-1496; Naus 1965, JASA
    60:532-538). The p-value is the share, with the log itself, of 999 seeded orders of the days whose largest z is at
    least as large (Phipson & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39): days that vary more than a binomial
    does do not alarm by themselves, for they vary as much in every order. So it cannot see an incident of a single
    day, nor one that lasts most of the time.

    Args:
        n: Units of each day, neighbours in time; days without any may be left out.
        lost: Lost units of each day, the same length.

    Returns:
        The sharpest stretch, whatever its p-value (1.0 where its score is below 2.5, without shuffling); a NoEffect
        with fewer than eight days or too few units.

    Raises:
        ValueError: If the lengths differ, or a day loses more units than it has.
    """
    units, gone = np.asarray(n, np.float64), np.asarray(lost, np.float64)
    if units.shape != gone.shape:
        raise ValueError(f"`lost` has {gone.size} days; must have as many as `n` ({units.size}).")
    if (gone > units).any() or (gone < 0).any():
        raise ValueError("`lost` is more than `n` on some day; must be at most; count each unit once.")
    few = NoEffect(
        "scan_too_few",
        f"There are too few people or days to look for an incident; at least {LEAST_DAYS} days are needed.",
        (("least", LEAST_DAYS),),
    )
    if units.size < LEAST_DAYS:
        return few
    best, first, last = (found[0] for found in _sharpest(units[None, :], gone[None, :]))
    if not np.isfinite(best):
        return few
    p_value = 1.0
    if best >= _LOOKED_AT:
        rng = np.random.default_rng(_SEED)
        orders = rng.permuted(np.tile(np.arange(units.size), (_SHUFFLES, 1)), axis=1)
        shuffled = _sharpest(units[orders], gone[orders])[0]
        p_value = float((1 + np.count_nonzero(shuffled >= best - 1e-9)) / (1 + _SHUFFLES))
    inside = slice(int(first), int(last) + 1)
    mine, away = int(units[inside].sum()), int(gone[inside].sum())
    return Stretch(
        int(first),
        int(last),
        mine,
        away,
        int(units.sum()) - mine,
        int(gone.sum()) - away,
        float(best),
        p_value,
    )


def _sharpest(units: Floats, gone: Floats) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Row by row: the largest score, and the first and the last day of its stretch."""
    rows, days = units.shape
    total = np.maximum(units.sum(axis=1), 1)
    share = gone.sum(axis=1) / total
    variance = share * (1 - share)
    zero = np.zeros((rows, 1))
    n_to, o_to = (np.hstack([zero, column.cumsum(axis=1)]) for column in (units, gone))
    best = np.full(rows, -np.inf)
    first, last = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    for length in range(1, days // 2 + 1):
        n = n_to[:, length:] - n_to[:, :-length]
        o = o_to[:, length:] - o_to[:, :-length]
        spread = variance[:, None] * n * (1 - n / total[:, None])
        enough = spread >= LEAST_VARIANCE
        score = np.where(enough, (o - n * share[:, None]) / np.sqrt(np.where(enough, spread, 1.0)), -np.inf)
        place = score.argmax(axis=1)
        found = score[np.arange(rows), place]
        better = found > best
        best = np.where(better, found, best)
        first, last = np.where(better, place, first), np.where(better, place + length - 1, last)
    return best, first, last
