"""Isotonic calibration: the rising rates that fit best, by pooling adjacent violators."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import NoEffect
from experiments.stats.quality.cells import Cells, no_items

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Isotonic:
    """Rates that never fall as the score rises, constant within blocks of scores.

    Args:
        low: (k,) lowest score of each block.
        high: (k,) its highest score.
        n: (k,) its items.
        hits: (k,) its hits; hits / n rises from block to block.
    """

    low: Floats
    high: Floats
    n: Counts
    hits: Counts

    @property
    def rates(self) -> Floats:
        """(k,) The rate of each block."""
        found: Floats = self.hits / self.n
        return found

    def at(self, scores: Floats) -> Floats:
        """The calibrated probability of scores: the block's rate, on a line between blocks, the nearest block's beyond all.

        Args:
            scores: Any shape, finite.

        Returns:
            Probabilities, same shape.

        Raises:
            ValueError: If a score is not finite.
        """
        asked = np.asarray(scores, np.float64)
        if not np.isfinite(asked).all():
            raise ValueError("`scores` is not all finite; must be; leave out missing ones.")
        knots = np.stack([self.low, self.high], axis=1).ravel()
        found: Floats = np.interp(asked, knots, np.repeat(self.rates, 2))
        return found


def isotonic(cells: Cells) -> Isotonic | NoEffect:
    """The rates r₁ ≤ r₂ ≤ … that minimise Σ n (hits / n − r)²: pool neighbours until none falls.

    Ayer, Brunk, Ewing, Reid & Silverman (1955), Ann. Math. Stat. 26:641–647; for classifiers Zadrozny & Elkan (2002), KDD.
    In time proportional to the cells (scipy's pool-adjacent-violators).

    Args:
        cells: Items by score; scores need not be probabilities.

    Returns:
        The blocks; a NoEffect without items. Measure the calibration on other items than these: here it is perfect by making.
        With fewer than about 1,000 items it follows chance. A block's rate has no interval: its ends were chosen by the data.
    """
    if cells.items == 0:
        return no_items()
    from scipy.optimize import isotonic_regression

    blocks = isotonic_regression(cells.hits / cells.n, weights=cells.n.astype(np.float64)).blocks
    starts, ends = blocks[:-1], blocks[1:] - 1
    n, hits = np.add.reduceat(cells.n, starts), np.add.reduceat(cells.hits, starts)
    return Isotonic(cells.scores[starts], cells.scores[ends], n, hits)
