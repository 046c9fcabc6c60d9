"""One row of sums per arm: Count for yes or no, Moments for a number per unit."""

import math
from dataclasses import dataclass
from typing import Self

from experiments.stats.samples.parts import NO_PARTS, Parts, require_count, united


@dataclass(frozen=True, slots=True)
class Count:
    """How many units, and how many of them have the property.

    Args:
        n: Units, 0 or more.
        hits: Units with the property, 0 to n.
        parts: Names of the disjoint sets of units counted; needed only for adding.

    Raises:
        ValueError: If a number is negative, or there are more hits than units.
    """

    n: int
    hits: int
    parts: Parts = NO_PARTS

    def __post_init__(self) -> None:
        require_count("n", self.n)
        require_count("hits", self.hits)
        if self.hits > self.n:
            raise ValueError(f"`hits` is {self.hits}; must be at most `n` ({self.n}); count each unit once.")

    def __add__(self, other: Self) -> "Count":
        return Count(self.n + other.n, self.hits + other.hits, united(self.parts, other.parts))


@dataclass(frozen=True, slots=True)
class Moments:
    """Number, mean and sum of squared deviations of one value per unit.

    Args:
        n: Units, 0 or more.
        mean: Mean of the values, in their unit; 0 when n = 0.
        deviations: Σ (x − mean)², in their unit squared; 0 when n < 2.
        parts: Names of the disjoint sets of units; needed only for adding.

    Raises:
        ValueError: If a number is not finite or contradicts n.
    """

    n: int
    mean: float
    deviations: float
    parts: Parts = NO_PARTS

    def __post_init__(self) -> None:
        require_count("n", self.n)
        for name, value in (("mean", self.mean), ("deviations", self.deviations)):
            if not math.isfinite(value):
                raise ValueError(
                    f"`{name}` is {value}; must be finite; leave missing values out of the sums."
                )
        if self.deviations < 0:
            raise ValueError(
                f"`deviations` is {self.deviations}; must be 0 or more; pass the sum of squared deviations."
            )
        if self.n < 2 and self.deviations != 0:
            raise ValueError(f"`deviations` is {self.deviations}; must be 0 for {self.n} units; correct it.")
        if self.n == 0 and self.mean != 0:
            raise ValueError(f"`mean` is {self.mean}; must be 0 for no units; correct it.")

    @classmethod
    def from_sums(cls, n: int, total: float, squares: float, parts: Parts = NO_PARTS) -> "Moments":
        """From n, Σx and Σx² as a database gives them.

        Σx² − (Σx)²/n loses digits when the mean is large against the spread: beyond a ratio of about 10⁶
        read the deviations in a second pass instead.

        Args:
            n: Units.
            total: Σx, in the value's unit.
            squares: Σx², in its unit squared.
            parts: Names of the disjoint sets of units.

        Raises:
            ValueError: If the sums contradict each other (Σx² < (Σx)²/n by more than rounding).
        """
        if n == 0:
            if total != 0 or squares != 0:
                raise ValueError(f"`n` is 0; must be above 0 for sums {total} and {squares}; pass the units.")
            return cls(0, 0.0, 0.0, parts)
        deviations = math.fsum((squares, -total * (total / n)))
        slack = 1e-9 * max(abs(squares), 1e-300)
        if deviations < -slack:
            raise ValueError(
                f"`squares` is {squares}; must be at least total²/n = {total * (total / n)}; sum x² over "
                "the units."
            )
        return cls(n, total / n, max(deviations, 0.0) if n > 1 else 0.0, parts)

    @property
    def variance(self) -> float:
        """s² = Σ (x − mean)² / (n − 1), in the value's unit squared; 0 when n < 2."""
        return self.deviations / (self.n - 1) if self.n > 1 else 0.0

    def __add__(self, other: Self) -> "Moments":
        """Chan, Golub & LeVeque (1983): updating formulae that stay exact when the means lie far apart."""
        parts = united(self.parts, other.parts)
        if self.n == 0 or other.n == 0:
            one = other if self.n == 0 else self
            return Moments(one.n, one.mean, one.deviations, parts)
        n = self.n + other.n
        step = other.mean - self.mean
        mean = self.mean * (self.n / n) + other.mean * (other.n / n)
        between = step * step * (self.n / n) * other.n
        return Moments(n, mean, self.deviations + other.deviations + between, parts)
