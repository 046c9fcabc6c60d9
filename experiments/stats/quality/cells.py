"""Items by score: how many there are of each score, and how many of them are what the model looks for."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import NoEffect
from experiments.stats.samples.parts import NO_PARTS, Parts, require_count, united

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The joint counts of score and truth; ten million items with scores on a grid are a thousand cells.

    Args:
        scores: (m,) different scores of the model, ascending and finite; probabilities in [0, 1] where calibration is asked.
        n: (m,) items of each score with a known truth, 1 or more.
        hits: (m,) those among them that truly are what the model looks for, 0 to n.
        parts: Names of the disjoint sets of items; needed only for adding.

    Raises:
        ValueError: If shapes disagree, the scores do not ascend, or a count contradicts another.
    """

    scores: Floats
    n: Counts
    hits: Counts
    parts: Parts = NO_PARTS

    def __post_init__(self) -> None:
        if self.scores.ndim != 1 or not np.isfinite(self.scores).all() or (np.diff(self.scores) <= 0).any():
            raise ValueError(
                "`scores` are not finite and ascending; must be, each above the last; use Cells.from_rows."
            )
        for name, counts, least in (("n", self.n, 1), ("hits", self.hits, 0)):
            if (
                counts.shape != self.scores.shape
                or counts.dtype != np.int64
                or (counts.size and counts.min() < least)
            ):
                raise ValueError(
                    f"`{name}` is not {self.scores.size} whole numbers of {least} or more; must be one per score; "
                    "count items in int64."
                )
        if (self.hits > self.n).any():
            raise ValueError("`hits` exceeds `n` at a score; must be at most `n`; count each item once.")
        for values in (self.scores, self.n, self.hits):
            values.setflags(write=False)

    @classmethod
    def from_rows(cls, scores: Floats, n: Counts, hits: Counts, parts: Parts = NO_PARTS) -> "Cells":
        """From rows (score, items, hits) as one GROUP BY gives them; one item a row is n = 1.

        Args:
            scores: (rows,) finite, in any order; the same score may come several times.
            n: (rows,) items; rows without items are left out.
            hits: (rows,) hits among them.
            parts: Names of the disjoint sets of items.

        Raises:
            ValueError: If lengths differ, a score is not finite, or a count contradicts another.
        """
        score = np.asarray(scores, np.float64)
        items, right = np.asarray(n), np.asarray(hits)
        for name, counts in (("n", items), ("hits", right)):
            if counts.shape != score.shape or counts.dtype.kind not in "iub":
                raise ValueError(
                    f"`{name}` is not {score.size} whole numbers; must be one for each row of `scores`; count items."
                )
        items, right = items.astype(np.int64), right.astype(np.int64)
        if (right < 0).any() or (right > items).any():
            raise ValueError("`hits` is not 0 to `n` in a row; must be; count each item once.")
        if not np.isfinite(score).all():
            raise ValueError("`scores` is not all finite; must be; leave out items without a score.")
        order = np.argsort(score, kind="stable")
        order = order[items[order] > 0]
        ascending = score[order] + 0.0  # −0 is 0
        starts = np.flatnonzero(np.diff(ascending, prepend=-np.inf) > 0)
        if starts.size == 0:
            return cls(np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64), parts)
        every, true = (np.add.reduceat(counts[order], starts) for counts in (items, right))
        return cls(ascending[starts], every, true, parts)

    @classmethod
    def on_grid(cls, scores: Floats, right: Flags, steps: int = 1000, parts: Parts = NO_PARTS) -> "Cells":
        """From one probability and one truth per item, each probability rounded to the nearest of 0, 1/steps, …, 1.

        One pass, no sorting. Rounding moves the Brier score by less than 1/steps, and a bin's mean score by 1/(2 steps) at most.

        Args:
            scores: (items,) in [0, 1].
            right: (items,) whether each truly is what the model looks for.
            steps: Cells less one, 1 or more.
            parts: Names of the disjoint sets of items.

        Raises:
            ValueError: If lengths differ, a score is outside [0, 1], or there is no step.
        """
        require_count("steps", steps)
        if steps == 0:
            raise ValueError("`steps` is 0; must be 1 or more; 1,000 is usual.")
        if scores.shape != right.shape or scores.ndim != 1 or right.dtype != np.bool_:
            raise ValueError(
                f"`right` is not {scores.size} truths; must be one boolean per score; compare the labels."
            )
        if not ((scores >= 0) & (scores <= 1)).all():
            raise ValueError(
                "`scores` is not all in [0, 1]; must be; pass probabilities, without missing ones."
            )
        place = np.rint(scores * steps).astype(np.int64)
        n = np.bincount(place, minlength=steps + 1).astype(np.int64)
        hits = np.bincount(place[right], minlength=steps + 1).astype(np.int64)
        seen = np.flatnonzero(n)
        return cls(seen / steps, n[seen], hits[seen], parts)

    @property
    def items(self) -> int:
        """All items."""
        return int(self.n.sum())

    @property
    def positives(self) -> int:
        """All hits."""
        return int(self.hits.sum())

    def __add__(self, other: Self) -> "Cells":
        parts = united(self.parts, other.parts)
        n, hits = (np.concatenate(pair) for pair in ((self.n, other.n), (self.hits, other.hits)))
        return Cells.from_rows(np.concatenate([self.scores, other.scores]), n, hits, parts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cells):
            return NotImplemented
        pairs = ((self.scores, other.scores), (self.n, other.n), (self.hits, other.hits))
        return self.parts == other.parts and all(np.array_equal(a, b) for a, b in pairs)


def require_probabilities(cells: Cells) -> None:
    """Refuse scores that cannot be probabilities.

    Args:
        cells: Items by score.

    Raises:
        ValueError: If a score is outside [0, 1].
    """
    if cells.scores.size and (cells.scores[0] < 0 or cells.scores[-1] > 1):
        worst = cells.scores[0] if cells.scores[0] < 0 else cells.scores[-1]
        raise ValueError(
            f"`scores` has {worst}; must be in [0, 1] to be a probability; turn scores into probabilities."
        )


def no_items() -> NoEffect:
    """Nothing has a known truth."""
    return NoEffect("quality.no_items", "No item has a known truth yet, so nothing can be said.")
