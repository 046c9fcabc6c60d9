"""The Brier score: mean squared distance of probability and truth, its interval, and what it is made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats import means
from experiments.stats.contrast import p_of
from experiments.stats.effects import Estimate, Interval, NoEffect
from experiments.stats.quality.calibration.bins import By, edges_of, placed, summed
from experiments.stats.quality.cells import Cells, Flags, no_items, require_probabilities
from experiments.stats.samples import Moments, Ratio
from experiments.stats.samples.parts import NO_PARTS, Parts

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Decomposition:
    """What a Brier score is made of: reliability − resolution + uncertainty + within, exactly.

    Args:
        reliability: Σ nₖ (mean score − rate)² / N: what calibration would save; 0 is best.
        resolution: Σ nₖ (rate − base)² / N: how far the bins' rates lie apart; more is better.
        uncertainty: base (1 − base): the score of always saying the base rate.
        within: What bins hide: the scores' variance in bins less twice their covariance with the truth; 0 without bins.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float


def brier(cells: Cells, level: float = 0.95) -> Estimate | NoEffect:
    """The mean of (score − truth)² over items with Student's interval (Brier 1950, Mon. Weather Rev. 78:1–3).

    0 is best; always saying ½ has .25, always saying the base rate p has p (1 − p).

    Args:
        cells: Items by score, scores in [0, 1].
        level: Confidence level in (0, 1).

    Returns:
        In [0, 1], `n` items; without interval where all errors are equal; a NoEffect without items. The interval is for items
        that do not depend on each other: where persons have several, use `by_unit` and `ratios.ratio`. With fewer than some 20
        hits or 20 misses it is too narrow.

    Raises:
        ValueError: If a score is outside [0, 1], or the level outside (0, 1).
    """
    sample = squared_errors(cells)
    if sample.n == 0:
        return no_items()
    found = means.mean(sample, level)
    if isinstance(found, NoEffect):
        return found
    interval = None
    if found.interval is not None and sample.deviations > 0:
        interval = Interval(max(found.interval.low, 0.0), min(found.interval.high, 1.0), level)
    return Estimate(found.value, interval, found.n, "brier")


def squared_errors(cells: Cells) -> Moments:
    """Number, mean and deviations of (score − truth)², one value per item, as `means.difference` of two versions needs them.

    Args:
        cells: Items by score, scores in [0, 1].

    Raises:
        ValueError: If a score is outside [0, 1].
    """
    require_probabilities(cells)
    n = cells.items
    if n == 0:
        return Moments(0, 0.0, 0.0, cells.parts)
    misses = cells.n - cells.hits
    if_hit, if_missed = (1 - cells.scores) ** 2, cells.scores**2
    mean = float(cells.hits @ if_hit + misses @ if_missed) / n
    spread = float(cells.hits @ (if_hit - mean) ** 2 + misses @ (if_missed - mean) ** 2)
    return Moments(n, mean, spread if n > 1 else 0.0, cells.parts)


def by_unit(units: Counts, scores: Floats, right: Flags, parts: Parts = NO_PARTS) -> Ratio:
    """Σ (score − truth)² and items of each unit: `ratios.ratio` of it is the Brier score, its interval by unit.

    Args:
        units: (items,) which person or session each item is of; any whole numbers.
        scores: (items,) in [0, 1].
        right: (items,) whether each came true.
        parts: Names of the disjoint sets of units.

    Returns:
        The pair per unit; it adds over disjoint sets of units.

    Raises:
        ValueError: If lengths differ or a score is outside [0, 1].
    """
    if not units.shape == scores.shape == right.shape or right.dtype != np.bool_:
        raise ValueError(
            f"`units`, `scores` and `right` are {units.size}, {scores.size} and {right.size} rows; must be one of each per "
            "item, `right` boolean; pair them."
        )
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ValueError("`scores` is not all in [0, 1]; must be; pass probabilities, without missing ones.")
    place = np.unique(units, return_inverse=True)[1]
    errors = np.bincount(place, (scores - right) ** 2).astype(np.float64)
    return Ratio.from_rows(errors, np.bincount(place).astype(np.float64), parts)


def decomposition(cells: Cells, bins: int | None = None, by: By = "width") -> Decomposition | NoEffect:
    """The Brier score as reliability − resolution + uncertainty (Murphy 1973, J. Appl. Meteorol. 12:595–600).

    Exact where items of one score form a group (`bins` None). With bins what they hide stands in `within` (Stephenson, Coelho
    & Jolliffe 2008, Weather Forecast. 23:752–757). With few items per group reliability and resolution are both too large,
    each by about Σ rate (1 − rate) / N over groups (Bröcker 2012, Clim. Dyn. 39:655–667): use bins where scores are many.

    Args:
        cells: Items by score, scores in [0, 1].
        bins: How many bins; None groups items of one score.
        by: Bins of equal width or equal mass.

    Returns:
        The parts; a NoEffect without items.

    Raises:
        ValueError: If a score is outside [0, 1], or there is no bin.
    """
    require_probabilities(cells)
    if bins is not None:
        places, size = placed(cells, edges_of(cells, bins, by)), bins
    else:
        places, size = np.arange(cells.scores.size), cells.scores.size
    if cells.items == 0:
        return no_items()
    every, right, scores = summed(cells, places, size)
    kept = every > 0
    n, rate, score = every[kept], right[kept] / every[kept], scores[kept] / every[kept]
    base, whole = cells.positives / cells.items, cells.items
    reliability = float(n @ (score - rate) ** 2) / whole
    resolution = float(n @ (rate - base) ** 2) / whole
    apart = cells.scores - (scores / np.maximum(every, 1))[places]
    within = float(cells.n @ (apart * apart) - 2 * (cells.hits @ apart)) / whole if bins is not None else 0.0
    return Decomposition(reliability, resolution, base * (1 - base), within)


def spiegelhalter(cells: Cells) -> float | NoEffect:
    """The p-value of "the scores are probabilities": is the Brier score what it would be if they were?

    z = Σ (truth − score)(1 − 2 score) / √Σ (1 − 2 score)² score (1 − score), standard normal if they are (Spiegelhalter 1986,
    Statist. Med. 5:421–433). It needs no bins. It does not see errors that cancel, such as too high below and above ½.

    Args:
        cells: Items by score, scores in [0, 1]; some 100 items or more.

    Returns:
        Two-sided, in [0, 1]; a NoEffect without items, or where every score is 0, ½ or 1.

    Raises:
        ValueError: If a score is outside [0, 1].
    """
    require_probabilities(cells)
    if cells.items == 0:
        return no_items()
    tilt = 1 - 2 * cells.scores
    variance = float(cells.n @ (tilt * tilt * cells.scores * (1 - cells.scores)))
    if variance == 0:
        return NoEffect(
            "quality.scores_without_doubt",
            "Every score is 0, one half or 1, so this test cannot tell calibrated scores from others.",
        )
    excess = float(cells.hits @ tilt - cells.n @ (cells.scores * tilt))
    return p_of(excess / variance**0.5)
