"""What is believed about one arm, as a distribution, and integrals over several of them by quadrature."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from experiments.stats.stirling import HALF_LOG_TURN, remainder

Floats = NDArray[np.float64]
_NODES = 32
_REACH = 40.0  # e-folds: beyond them less than 1e-17 of the belief is left
_STEPS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0)


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal belief about a number: a prior, or what is left of it after the data.

    Args:
        mean: Its centre, in the number's unit; finite.
        sd: Its standard deviation, above 0 and finite.

    Raises:
        ValueError: If a number is not finite, or the standard deviation is not above 0.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.mean):
            raise ValueError(f"`mean` is {self.mean}; must be finite; centre the belief somewhere.")
        if not 0 < self.sd < math.inf:
            raise ValueError(f"`sd` is {self.sd}; must be above 0 and finite; pass no prior for a flat one.")


@dataclass(frozen=True, slots=True)
class Beta:
    """A belief about a share: as if `hits` and `misses` had been seen beyond a share of which nothing is known.

    Args:
        hits: First parameter, .1 or more; 1 with 1 is flat over all shares.
        misses: Second parameter, .1 or more.

    Raises:
        ValueError: If a parameter is below .1 or not finite.
    """

    hits: float = 1.0
    misses: float = 1.0

    def __post_init__(self) -> None:
        for name, value in (("hits", self.hits), ("misses", self.misses)):
            if not 0.1 <= value < math.inf:
                raise ValueError(f"`{name}` is {value}; must be 0.1 or more and finite; 1 and 1 is flat.")

    @property
    def mean(self) -> float:
        """The expected share."""
        return self.hits / (self.hits + self.misses)

    @property
    def variance(self) -> float:
        """The variance of the share."""
        return self.mean * (1 - self.mean) / (self.hits + self.misses + 1)

    def density(self, log_odds: Floats) -> Floats:
        """The density of the log odds, where every Beta is smooth, relative to its peak so that no digits are lost.

        Args:
            log_odds: log(share / (1 − share)), any shape.
        """
        n, centre = self.hits + self.misses, math.log(self.hits / self.misses)
        away = np.clip(log_odds - centre, -700.0, 700.0)
        hit, miss = np.log1p(self.misses / n * np.expm1(-away)), np.log1p(self.mean * np.expm1(away))
        rest = remainder(np.array([self.hits, self.misses, n]))
        peak = 0.5 * math.log(self.mean * self.misses) - HALF_LOG_TURN
        found: Floats = np.exp(-self.hits * hit - self.misses * miss + (peak - rest[0] - rest[1] + rest[2]))
        return found

    def below(self, log_odds: Floats) -> Floats:
        """P(the share is below): exact in both tails.

        Args:
            log_odds: log(share / (1 − share)), any shape.
        """
        from scipy.special import betainc, expit

        low = betainc(self.hits, self.misses, expit(np.minimum(log_odds, 0.0)))
        high = betainc(self.misses, self.hits, expit(np.minimum(-log_odds, 0.0)))
        found: Floats = np.where(log_odds < 0, low, 1 - high)
        return found

    def above(self, log_odds: Floats) -> Floats:
        """P(the share is above): exact in both tails.

        Args:
            log_odds: log(share / (1 − share)), any shape.
        """
        return Beta(self.misses, self.hits).below(-log_odds)

    def marks(self) -> Floats:
        """Log odds between which the belief is smooth, from one end of it to the other."""
        from scipy.special import digamma, polygamma

        centre = float(digamma(self.hits) - digamma(self.misses))
        sd = math.sqrt(float(polygamma(1, self.hits) + polygamma(1, self.misses)))
        left, right = (_spread(sd, _REACH / one) for one in (self.hits, self.misses))
        return np.concatenate([centre - left[::-1], [centre], centre + right])


def normal_marks() -> Floats:
    """The marks of a standard normal belief, in standard deviations."""
    steps = _spread(1.0, 0.0)
    return np.concatenate([-steps[::-1], [0.0], steps])


def quadrature(marks: Floats) -> tuple[Floats, Floats]:
    """Points and weights of Gauss and Legendre's rule, 32 points in each stretch between neighbouring marks.

    Args:
        marks: Places between which what is integrated is smooth, in any order; the ends included.

    Returns:
        Points and weights, each of shape (32 · stretches,).
    """
    edges = np.unique(marks)
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    nodes, weights = _legendre()
    return (middle[:, None] + half[:, None] * nodes).ravel(), (half[:, None] * weights).ravel()


def _spread(sd: float, reach: float) -> Floats:
    """Steps of growing width out to the reach, and to nine standard deviations at least."""
    steps = [step * sd for step in _STEPS]
    while steps[-1] < reach:
        steps.append(steps[-1] * 1.5)
    return np.array(steps)


@cache
def _legendre() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights
