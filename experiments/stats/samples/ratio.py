"""Sums of pairs: what a ratio of two sums over units needs."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples.parts import NO_PARTS, Parts, require_count, united

_ROUNDING = 1e-9  # of the largest co-deviation that the two spreads allow
_LOST = 1e-15  # of a sum of squares: less left of it after subtraction is rounding
_DIGITS = 1e-12  # of the sums of squares and products themselves, as a database adds them


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
        size = math.hypot(math.sqrt(self.top_deviations), math.sqrt(self.n) * self.top_mean) * math.hypot(
            math.sqrt(self.bottom_deviations), math.sqrt(self.n) * self.bottom_mean
        )
        if abs(self.codeviations) > most * (1 + _ROUNDING) + _DIGITS * size:
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
    def from_sums(
        cls,
        n: int,
        top: float,
        bottom: float,
        top_squares: float,
        bottom_squares: float,
        products: float,
        parts: Parts = NO_PARTS,
    ) -> "Ratio":
        """From Σ over units of the pair, its squares and its product, as a database gives them.

        Σx² − (Σx)²/n loses digits when a mean is large against its spread: beyond a ratio of about 10⁶ read the
        deviations in a second pass instead.

        Args:
            n: Units.
            top: Σ top.
            bottom: Σ bottom.
            top_squares: Σ top².
            bottom_squares: Σ bottom².
            products: Σ top · bottom.
            parts: Names of the disjoint sets of units.

        Raises:
            ValueError: If the sums contradict each other by more than rounding.
        """
        if n == 0:
            if top or bottom or top_squares or bottom_squares or products:
                raise ValueError(f"`n` is 0; must be above 0 for sums {top} and {bottom}; pass the units.")
            return cls(0, 0.0, 0.0, 0.0, 0.0, 0.0, parts)
        above = _deviations("top_squares", n, top, top_squares)
        below = _deviations("bottom_squares", n, bottom, bottom_squares)
        both = math.fsum((products, -top * (bottom / n))) if n > 1 else 0.0
        most, lost = math.sqrt(above) * math.sqrt(below), _ROUNDING * math.sqrt(top_squares * bottom_squares)
        if abs(both) <= most + lost:
            both = max(-most, min(most, both))
        return cls(n, top / n, bottom / n, above, below, both, parts)

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
            ValueError: If the lengths differ, a value is not finite, or its square is not.
        """
        if top.shape != bottom.shape or top.ndim != 1:
            raise ValueError(
                f"`bottom` has shape {bottom.shape}; must have one value for each unit of `top` {top.shape}."
            )
        n = int(top.size)
        if n == 0:
            return cls(0, 0.0, 0.0, 0.0, 0.0, 0.0, parts)
        with np.errstate(over="ignore", invalid="ignore"):
            (above, one), (below, other) = _centred(top), _centred(bottom)
            squares, beneath, both = float(one @ one), float(other @ other), float(one @ other)
        return cls(n, above, below, squares, beneath, _allowed(both, squares, beneath), parts)

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
        above = self.top_deviations + other.top_deviations + top * top * weight
        below = self.bottom_deviations + other.bottom_deviations + bottom * bottom * weight
        both = self.codeviations + other.codeviations + top * bottom * weight
        return Ratio(
            n,
            self.top_mean + top * share,
            self.bottom_mean + bottom * share,
            above,
            below,
            _allowed(both, above, below),
            parts,
        )


def _centred(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """The mean and the deviations; of equal values exactly none, for rounding would look like chance."""
    mean = float(values.mean())
    mean += float((values - mean).mean())  # what rounding left out of the sum
    return mean, values - mean


def _allowed(both: float, above: float, below: float) -> float:
    """The co-deviation within what the two spreads allow: squares of tiny numbers vanish before products do."""
    most = math.sqrt(above) * math.sqrt(below)
    return both if not math.isfinite(both) else max(-most, min(most, both))


def _deviations(name: str, n: int, total: float, squares: float) -> float:
    """Σ (x − mean)² from Σx and Σx²; what is below their rounding is 0."""
    if not (math.isfinite(total) and math.isfinite(squares)):
        raise ValueError(f"`{name}` is {squares}; must be finite; leave missing values out of the sums.")
    found = math.fsum((squares, -total * (total / n)))
    if found < -_ROUNDING * abs(squares):
        raise ValueError(
            f"`{name}` is {squares}; must be at least total²/n = {total * (total / n)}; sum squares over the units."
        )
    return found if n > 1 and found > _LOST * squares else 0.0
