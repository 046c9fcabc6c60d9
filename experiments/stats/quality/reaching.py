"""The threshold that reaches a wanted precision, and between which thresholds it truly lies."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.contrast import z_of
from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.proportions import rate
from experiments.stats.quality.cells import Cells, no_items
from experiments.stats.quality.thresholds import from_above
from experiments.stats.samples import Count

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
_POWER = 0.8
_STARTS = (0.75, 0.5)
"""How far from the wanted precision to 1 the precisions lie that the first steps downwards can show."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Which thresholds reach a wanted precision.

    Args:
        threshold: The lowest at which the precision seen is the wanted one or more; about as often too low as too high.
        lowest: The end of the interval below: thresholds under it are shown to miss the wanted precision.
        assured: The end above: this threshold is shown to have it; a NoEffect where the items show it of none.
        precision: At `threshold`, with Wilson's interval. A little too good, for it was chosen by the same items.
        accepted: The share of items accepted at `threshold`.
        level: Of the interval from `lowest` to `assured`.
    """

    threshold: float
    lowest: float
    assured: float | NoEffect
    precision: Estimate
    accepted: float
    level: float


def reaching(cells: Cells, wanted: float, level: float = 0.95) -> Reached | NoEffect:
    """The lowest threshold that reaches a wanted precision, and between which thresholds it truly lies.

    Thresholds are tried in order by the exact binomial test, from the lowest upwards until one is not shown to miss the wanted
    precision, and downwards until one is not shown to have it. In a fixed order that ends at the first failure no level is split
    among thresholds (Bauer 1991, Statist. Med. 10:871–890; for models Angelopoulos, Bates, Candès, Jordan & Lei 2021, arXiv
    2110.01052). Either end errs with probability (1 − level) / 2 at most: `assured` truly has the wanted precision, although it
    was chosen by the data. Downwards there are two beginnings with half of that each, at as many items as show with probability
    .8 a precision three quarters, and half, of the way from the wanted one to 1: 115 and 293 items for 90 %.

    Args:
        cells: Items by score with their truth.
        wanted: The precision in (0, 1).
        level: Confidence level in (0, 1), of both ends together.

    Returns:
        The thresholds; a NoEffect without items, or where none reaches it with as many items as could show it at all. The
        interval covers where precision rises with the score; where it does not, `assured` still has the wanted precision.

    Raises:
        ValueError: If `wanted` or the level is outside (0, 1).
    """
    z_of(level)
    if not 0 < wanted < 1:
        raise ValueError(f"`wanted` is {wanted}; must be in (0, 1); write 95 % as 0.95.")
    if cells.items == 0:
        return no_items()
    tail = (1 - level) / 2
    accepted, right = from_above(cells.n), from_above(cells.hits)
    least = math.ceil(math.log(tail) / math.log(wanted))
    seen = np.flatnonzero((right / accepted >= wanted) & (accepted >= least))
    if seen.size == 0:
        return NoEffect(
            "quality.precision_not_reached",
            f"No threshold with at least {least:,} items reaches a precision of {wanted:.1%}.",
            (("least", least), ("wanted", wanted)),
        )
    place = int(seen[0])
    accepted_here, right_here = int(accepted[place]), int(right[place])
    precision = rate(Count(accepted_here, right_here), level)
    if isinstance(precision, NoEffect):
        return precision
    return Reached(
        float(cells.scores[place]),
        float(cells.scores[_not_missing(right, accepted, wanted, tail)]),
        _assured(cells.scores, right, accepted, wanted, tail),
        precision,
        accepted_here / cells.items,
        level,
    )


def _not_missing(right: Counts, accepted: Counts, wanted: float, tail: float) -> int:
    """The lowest threshold not shown to miss the wanted precision; there is one where a precision seen reaches it."""
    from scipy.special import bdtr

    return int(np.flatnonzero(bdtr(right, accepted, wanted) > tail)[0])


def _assured(scores: Floats, right: Counts, accepted: Counts, wanted: float, tail: float) -> float | NoEffect:
    """The lowest threshold shown to have the wanted precision."""
    from scipy.special import bdtrc

    each = tail / len(_STARTS)
    having = (right > 0) & (bdtrc(np.maximum(right - 1, 0), accepted, wanted) <= each)
    found = []
    for share in _STARTS:
        tried = np.flatnonzero(accepted >= _enough(wanted, wanted + share * (1 - wanted), each))
        failed = tried[~having[tried]]
        start = int(failed[-1]) + 1 if failed.size else 0
        if tried.size and start <= tried[-1]:
            found.append(float(scores[start]))
    if found:
        return min(found)
    return NoEffect(
        "quality.precision_not_shown",
        f"The items do not show of any threshold that its precision is {wanted:.1%} or more.",
        (("wanted", wanted),),
    )


def _enough(wanted: float, truly: float, tail: float) -> int:
    """Items with which a higher precision is shown to exceed the wanted one, with probability .8."""
    reach = z_of(1 - 2 * tail) * math.sqrt(wanted * (1 - wanted))
    reach += z_of(2 * _POWER - 1) * math.sqrt(truly * (1 - truly))
    return math.ceil((reach / (truly - wanted)) ** 2)
