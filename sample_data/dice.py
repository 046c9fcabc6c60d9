"""Chance from one seed: only uniform numbers, so that a seed means the same log wherever it is thrown."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from statistics import NormalDist

import numpy as np

_BLOCK = 65_536
_NORMAL = NormalDist()


class Dice:
    """Throws of one named stage of the generator."""

    def __init__(self, seed: int, stage: int) -> None:
        self._source = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, stage))))
        self._block: list[float] = []

    def unit(self) -> float:
        """One number in [0, 1)."""
        if not self._block:
            self._block = self._source.random(_BLOCK).tolist()
        return self._block.pop()

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.unit() < probability

    def between(self, low: float, high: float) -> float:
        """Evenly in [low, high)."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """A whole number in [low, high), all alike."""
        return low + int((high - low) * self.unit())

    def which(self, weights: Sequence[float]) -> int:
        """An index, as often as its weight says."""
        sums = list(accumulate(weights))
        return min(bisect_right(sums, self.unit() * sums[-1]), len(sums) - 1)

    def early(self, span: tuple[float, float]) -> float:
        """In [low, high), low + (high - low) u², so that most fall near the lower bound."""
        return span[0] + (span[1] - span[0]) * self.unit() ** 2

    def normal(self) -> float:
        """One standard normal number."""
        return _NORMAL.inv_cdf(max(self.unit(), 1e-12))
