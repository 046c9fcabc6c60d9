"""Sums of pairs: what a ratio of two sums over units needs."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples.parts import NO_PARTS, Parts, require_count, united

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Ratio:
    """Means and co-deviations of a pair (top, bottom) per unit; the ratio is Σ top / Σ bottom.

    Args:
        n: Units, 0 or more.
        top_mean: Mean of what stands above the line; 0 when n = 0.
        bottom_mean: Mean of what stands below it; 0 when n = 0.
        top_deviations: Σ (top − mean)²; 0 when n < 2.
        bottom_deviations: Σ (bottom − mean)²; 0 when n < 2.
        codeviations: Σ (top − mean)(bottom − mean); 0 when n < 2.
        parts: Names of the disjoint sets of units; needed only for adding.

    Raises:
        ValueError: If a number is not finite, or they contradict each other (Cauchy–Schwarz, by more than rounding).
    """

    n: int
    top_mean: float
    bottom_mean: float
    top_deviations: float
    bottom_deviations: float
    codeviations: float
    parts: Parts = NO_PARTS

    def __post_init__(self) -> None:
        require_count("n", self.n)
        for name in ("top_mean", "bottom_mean", "top_deviations", "bottom_deviations", "codeviations"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(
                    f"`{name}` is {getattr(self, name)}; must be finite; leave missing values out of the sums."
                )
        if self.top_deviations < 0 or self.bottom_deviations < 0:
            raise ValueError(
                f"`top_deviations` is {self.top_deviations} and `bottom_deviations` {self.bottom_deviations}; must be 0 "
                "or more; pass sums of squared deviations."
            )
        most = math.sqrt(self.top_deviations) * math.sqrt(self.bottom_deviations)
        if abs(self.codeviations) > most * (1 + _ROUNDING):
            raise ValueError(
                f"`codeviations` is {self.codeviations}; must be at most {most} either way; sum products of deviations "
                "over the same units."
            )
        spread = self.top_deviations or self.bottom_deviations or self.codeviations
        if self.n < 2 and spread:
            raise ValueError(f"`top_deviations` is {spread}; must be 0 for {self.n} units; correct it.")
        if self.n == 0 and (self.top_mean or self.bottom_mean):
            raise ValueError(f"`top_mean` is {self.top_mean}; must be 0 for no units; correct it.")

    @classmethod
    def from_rows(
        cls, top: NDArray[np.float64], bottom: NDArray[np.float64], parts: Parts = NO_PARTS
    ) -> "Ratio":
        """From one pair per unit.

        Args:
            top: (units,) what stands above the line.
            bottom: (units,) what stands below it.
            parts: Names of the disjoint sets of units.

        Raises:
            ValueError: If the lengths differ or a value is not finite.
        """
        if top.shape != bottom.shape:
            raise ValueError(f"`bottom` has {bottom.size} units; must have those of `top` ({top.size}).")
        n = int(top.size)
        if n == 0:
            return cls(0, 0.0, 0.0, 0.0, 0.0, 0.0, parts)
        above, below = float(top.mean()), float(bottom.mean())
        one, other = top - above, bottom - below
        if n == 1:
            return cls(1, above, below, 0.0, 0.0, 0.0, parts)
        return cls(n, above, below, float(one @ one), float(other @ other), float(one @ other), parts)

    @property
    def value(self) -> float | None:
        """Σ top / Σ bottom; None where nothing stands below the line."""
        return self.top_mean / self.bottom_mean if self.bottom_mean else None

    def __add__(self, other: Self) -> "Ratio":
        """Chan, Golub & LeVeque (1983), for both sums and their product."""
        parts = united(self.parts, other.parts)
        if self.n == 0 or other.n == 0:
            one = other if self.n == 0 else self
            return Ratio(
                one.n, one.top_mean, one.bottom_mean, one.top_deviations, one.bottom_deviations, one.codeviations, parts
            )  # fmt: skip
        n = self.n + other.n
        share, weight = other.n / n, self.n / n * other.n
        top, bottom = other.top_mean - self.top_mean, other.bottom_mean - self.bottom_mean
        return Ratio(
            n,
            self.top_mean + top * share,
            self.bottom_mean + bottom * share,
            self.top_deviations + other.top_deviations + top * top * weight,
            self.bottom_deviations + other.bottom_deviations + bottom * bottom * weight,
            self.codeviations + other.codeviations + top * bottom * weight,
            parts,
        )
