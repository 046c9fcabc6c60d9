"""The reliability diagram: scores in bins, and how often they came true.

Murphy & Winkler (1977), Appl. Stat. 26:41–47; Niculescu-Mizil & Caruana (2005), ICML.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.proportions import rate
from experiments.stats.quality.cells import Cells, no_items, require_probabilities
from experiments.stats.samples import Count
from experiments.stats.samples.parts import require_count

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
By = Literal["width", "mass"]
"""width: bins of equal width; mass: bins of about equally many items, equal scores always in one bin."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One point of the diagram.

    Args:
        low: Its lower edge, not included (the first bin includes it).
        high: Its upper edge, included.
        score: Mean score of its items; on the diagonal it equals `rate.value`.
        count: Its items and hits.
        rate: hits / items with Wilson's interval; one bin's own, not all bins' together.
    """

    low: float
    high: float
    score: float
    count: Count
    rate: Estimate


def reliability(
    cells: Cells, bins: int = 10, by: By = "width", level: float = 0.95
) -> tuple[Bin, ...] | NoEffect:
    """How often items came true by bins of their score.

    Args:
        cells: Items by score, scores in [0, 1].
        bins: How many, 1 or more.
        by: Equal "width" (sklearn's uniform) or equal "mass" (sklearn's quantile, Hyndman & Fan's type 7).
        level: Confidence level in (0, 1), of each bin.

    Returns:
        The bins that have items, ascending; a NoEffect without items. One bin in twenty misses the diagonal by chance.

    Raises:
        ValueError: If a score is outside [0, 1], `bins` is 0, `by` is unknown, or the level is outside (0, 1).
    """
    edges = edges_of(cells, bins, by)
    if cells.items == 0:
        return no_items()
    n, hits, scores = summed(cells, placed(cells, edges), bins)
    found = []
    for place in np.flatnonzero(n):
        count = Count(int(n[place]), int(hits[place]))
        share = rate(count, level)
        if isinstance(share, Estimate):
            low, high = float(edges[place]), float(edges[place + 1])
            found.append(Bin(low, high, float(scores[place]) / count.n, count, share))
    return tuple(found)


def edges_of(cells: Cells, bins: int, by: By) -> Floats:
    """The edges of the bins.

    Args:
        cells: Items by score, scores in [0, 1].
        bins: How many, 1 or more.
        by: Equal width or equal mass.

    Returns:
        (bins + 1,) ascending edges; those of equal mass may coincide.

    Raises:
        ValueError: If a score is outside [0, 1], `bins` is 0, or `by` is unknown.
    """
    require_probabilities(cells)
    require_count("bins", bins)
    if bins == 0:
        raise ValueError("`bins` is 0; must be 1 or more; 10 is usual.")
    if by not in ("width", "mass"):
        raise ValueError(f"`by` is {by!r}; must be 'width' or 'mass'; choose one.")
    if by == "width" or cells.items == 0:
        shares: Floats = np.linspace(0.0, 1.0, bins + 1)
        return shares
    up_to = np.cumsum(cells.n)
    left, rest = np.divmod(np.arange(bins + 1) * (cells.items - 1), bins)  # whole ranks stay whole
    right = np.minimum(left + 1, cells.items - 1)
    below, beyond = (cells.scores[np.searchsorted(up_to, rank, side="right")] for rank in (left, right))
    found: Floats = below + (beyond - below) * (rest / bins)
    return found


def placed(cells: Cells, edges: Floats) -> Counts:
    """(m,) which bin each score is in, from 0; a score on an edge belongs to the bin below it.

    Args:
        cells: Items by score.
        edges: (bins + 1,) ascending.
    """
    return np.searchsorted(edges[1:-1], cells.scores, side="left").astype(np.int64)


def summed(cells: Cells, places: Counts, size: int) -> tuple[Counts, Counts, Floats]:
    """Items, hits and Σ score of each bin.

    Args:
        cells: Items by score.
        places: (m,) the bin of each score.
        size: Bins.

    Returns:
        Three arrays of shape (size,).
    """
    n, hits = np.zeros(size, np.int64), np.zeros(size, np.int64)
    np.add.at(n, places, cells.n)
    np.add.at(hits, places, cells.hits)
    return n, hits, added(cells.n * cells.scores, places, size)


def added(values: Floats, places: Counts, size: int) -> Floats:
    """(size,) the sum of the values of each bin.

    Args:
        values: (m,) one per score.
        places: (m,) the bin of each score.
        size: Bins.
    """
    return np.bincount(places, values, size).astype(np.float64)
