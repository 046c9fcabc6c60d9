"""Cross-moments: outcomes of units and what was known of them before, as a regression needs them."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples.parts import NO_PARTS, Parts, require_count, united
from experiments.stats.samples.ratio import Ratio
from experiments.stats.samples.sums import Moments

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """Means and co-deviations of k columns per unit: outcomes first, then covariates known before the exposure.

    Args:
        n: Units, 0 or more.
        outcomes: How many of the columns are outcomes: 1 (a mean or a share) or 2 (top and bottom of a ratio).
        means: (k,) mean of each column; 0 when n = 0.
        products: (k, k) Σ (x − mean)(y − mean) of each pair; 0 when n < 2.
        parts: Names of the disjoint sets of units; needed only for adding.

    Raises:
        ValueError: If the shapes disagree, a number is not finite, or the products are not symmetric or negative on the
            diagonal.
    """

    n: int
    outcomes: int
    means: Floats
    products: Floats
    parts: Parts = NO_PARTS

    def __post_init__(self) -> None:
        require_count("n", self.n)
        k = self.means.size
        if self.outcomes not in (1, 2) or k < self.outcomes or self.products.shape != (k, k):
            raise ValueError(
                f"`products` has shape {self.products.shape} for {k} means and {self.outcomes} outcomes; must be "
                f"({k}, {k}) with 1 or 2 outcomes first; build it with Regression.from_rows."
            )
        if not np.isfinite(self.means).all() or not np.isfinite(self.products).all():
            raise ValueError("`products` is not all finite; must be; leave missing values out of the sums.")
        if (np.diag(self.products) < 0).any() or not np.array_equal(self.products, self.products.T):
            raise ValueError(
                "`products` is not symmetric or negative on its diagonal; must be sums of products of deviations; build "
                "it with Regression.from_rows."
            )
        if (self.n < 2 and self.products.any()) or (self.n == 0 and self.means.any()):
            raise ValueError(f"`products` is not 0; must be for {self.n} units; correct it.")
        self.means.setflags(write=False)
        self.products.setflags(write=False)

    @classmethod
    def from_rows(cls, values: Floats, outcomes: int = 1, parts: Parts = NO_PARTS) -> "Regression":
        """From one row per unit.

        Args:
            values: (units, k) outcomes, then covariates.
            outcomes: How many of the columns are outcomes, 1 or 2.
            parts: Names of the disjoint sets of units.

        Raises:
            ValueError: If a value or its square is not finite, or the shape is none of units and columns.
        """
        if values.ndim != 2:
            raise ValueError(f"`values` has {values.ndim} dimensions; must have 2, units and columns.")
        n, k = values.shape
        if n == 0:
            return cls(0, outcomes, np.zeros(k), np.zeros((k, k)), parts)
        with np.errstate(over="ignore", invalid="ignore"):
            means = values.mean(axis=0)
            means = means + (values - means).mean(axis=0)  # what rounding left out: it would look like chance
            apart = values - means
            products = apart.T @ apart
            products = products / 2 + products.T / 2
        return cls(n, outcomes, means, products, parts)

    @property
    def outcome(self) -> Moments | Ratio:
        """The outcomes alone, unadjusted."""
        if self.outcomes == 1:
            return Moments(self.n, float(self.means[0]), float(self.products[0, 0]), self.parts)
        above, below = float(self.products[0, 0]), float(self.products[1, 1])
        most = math.sqrt(above) * math.sqrt(below)
        both = max(-most, min(most, float(self.products[0, 1])))
        return Ratio(self.n, float(self.means[0]), float(self.means[1]), above, below, both, self.parts)

    @property
    def covariates(self) -> int:
        """How many columns were known before the exposure."""
        return int(self.means.size) - self.outcomes

    def __add__(self, other: Self) -> "Regression":
        """Chan, Golub & LeVeque (1983), for every pair of columns."""
        if self.outcomes != other.outcomes or self.means.size != other.means.size:
            raise ValueError(
                f"`means` has {self.means.size} and {other.means.size} columns; must be the same ones; read both alike."
            )
        parts = united(self.parts, other.parts)
        if self.n == 0 or other.n == 0:
            one = other if self.n == 0 else self
            return Regression(one.n, one.outcomes, one.means.copy(), one.products.copy(), parts)
        n = self.n + other.n
        with np.errstate(over="ignore", invalid="ignore"):
            step = other.means - self.means
            products = self.products + other.products + np.outer(step, step) * (self.n / n * other.n)
        return Regression(n, self.outcomes, self.means + step * (other.n / n), products, parts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Regression):
            return NotImplemented
        same = (self.n, self.outcomes, self.parts) == (other.n, other.outcomes, other.parts)
        return (
            same and np.array_equal(self.means, other.means) and np.array_equal(self.products, other.products)
        )

    __hash__ = None  # type: ignore[assignment]
