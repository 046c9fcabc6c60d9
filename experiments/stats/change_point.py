"""The day from which more is lost than before: a likelihood-ratio scan over days with a permutation p-value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import NoEffect

LEAST_DAYS = 4
_ROUNDING = 1e-9
"""Log-likelihoods that differ by less are equal."""
_SHUFFLES = 999
_SEED = 20_260_401
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The day from which a segment loses more.

    Args:
        day: Place of the first day of the worse stretch, from 1 to days − 1.
        before: Lost / expected before that day.
        after: Lost / expected from that day on.
        p_value: Share of shuffled orders of the days with a change at least as sharp.
    """

    day: int
    before: float
    after: float
    p_value: float


def worse_since(
    lost: Sequence[float], expected: Sequence[float], alpha: float = 0.05
) -> ChangePoint | NoEffect:
    """The day from which lost / expected is higher than before.

    With O lost and E expected before a day (1) and from it on (2), and their sums O and E, the log-likelihood ratio
    of two rates against one is

        LR = O1 log(O1 / E1) + O2 log(O2 / E2) − O log(O / E), counted only where O2 / E2 > O1 / E1,

    Kulldorff's scan statistic for counts with known expectations (1997, Commun. Stat. Theory Methods 26:1481–1496)
    over all stretches that reach to the last day, that is, a step change (Worsley 1983, Biometrika 70:455–464, for
    shares). Expectations come from the others on the same day, so what hits everybody is no change. The p-value is
    the share, with the log itself, of 999 seeded orders of the days whose largest LR is at least as large (a Monte Carlo
    permutation test; Phipson & Smyth 2010); valid where days are exchangeable if nothing changes.

    Args:
        lost: Lost units of each day.
        expected: Expected ones, the same length; days without expectation are left out by the caller.
        alpha: A p-value above it names no day.

    Returns:
        The day; a NoEffect with fewer than four days, or where no day stands out. Not for a change that came
        and went.

    Raises:
        ValueError: If the lengths differ, or a number is negative or an expectation is not above zero.
    """
    seen, usual = np.asarray(lost, np.float64), np.asarray(expected, np.float64)
    if seen.shape != usual.shape:
        raise ValueError(f"`lost` has {seen.size} days; must have as many as `expected` ({usual.size}).")
    if seen.size and (seen.min() < 0 or not usual.min() > 0):
        raise ValueError("`expected` is not above 0 on every day; must be; leave such days out.")
    if seen.size < LEAST_DAYS:
        return NoEffect(
            "change_too_few_days",
            f"The segment has people on {seen.size} days only; a day of change needs at least {LEAST_DAYS}.",
            (("days", int(seen.size)), ("least", LEAST_DAYS)),
        )
    scores = _scores(seen[None, :], usual[None, :])[0]
    best = int(scores.argmax())
    rng = np.random.default_rng(_SEED)
    orders = rng.permuted(np.tile(np.arange(seen.size), (_SHUFFLES, 1)), axis=1)
    shuffled = _scores(seen[orders], usual[orders]).max(axis=1)
    p_value = float((1 + np.count_nonzero(shuffled >= scores[best] - _ROUNDING)) / (1 + _SHUFFLES))
    if p_value > alpha or scores[best] <= _ROUNDING:
        said = f"No day stands out: it has lost more since the data begin (p = {p_value:.3f})."
        return NoEffect("change_no_day", said, (("p", f"p = {p_value:.3f}"),))
    day = best + 1
    before, after = seen[:day].sum() / usual[:day].sum(), seen[day:].sum() / usual[day:].sum()
    return ChangePoint(day, float(before), float(after), p_value)


def _scores(lost: Floats, expected: Floats) -> Floats:
    """The LR of a change before each day but the first, row by row; 0 where it would be for the better."""
    o1, e1 = lost.cumsum(axis=1)[:, :-1], expected.cumsum(axis=1)[:, :-1]
    o, e = lost.sum(axis=1, keepdims=True), expected.sum(axis=1, keepdims=True)
    o2, e2 = o - o1, e - e1
    found = _term(o1, e1) + _term(o2, e2) - _term(o, e)
    worse: Floats = np.where(o2 * e1 > o1 * e2, found, 0.0)
    return worse


def _term(lost: Floats, expected: Floats) -> Floats:
    ratio = np.where(lost > 0, lost / expected, 1.0)
    found: Floats = lost * np.log(ratio)
    return found
