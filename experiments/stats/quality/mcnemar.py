"""Two versions of a model on the same items: who is right where the other is wrong.

McNemar (1947), Psychometrika 12:153–157. Items on which both are right or both wrong say nothing about which is better; a
comparison of two separate shares (`proportions.difference`) would count them as noise and ask for many more items.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from experiments.stats.contrast import p_of, z_of
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect
from experiments.stats.proportions import ChiSquare, rate, wilson
from experiments.stats.quality.cells import no_items
from experiments.stats.samples import Count
from experiments.stats.samples.parts import NO_PARTS, Parts, require_count, united

Flags = NDArray[np.bool_]
_FARTHEST_Z = 38.0  # beyond this a two-sided p-value is below the smallest double
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Paired:
    """How two versions did on the same items.

    Args:
        both: Items that both got right.
        only_first: Items that only the first (the version in use) got right.
        only_second: Items that only the second (the candidate) got right.
        neither: Items that both got wrong.
        parts: Names of the disjoint sets of items; needed only for adding.

    Raises:
        ValueError: If a count is negative or not whole.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    parts: Parts = NO_PARTS

    def __post_init__(self) -> None:
        for name in ("both", "only_first", "only_second", "neither"):
            require_count(name, getattr(self, name))

    @classmethod
    def from_rows(cls, first: Flags, second: Flags, parts: Parts = NO_PARTS) -> "Paired":
        """From one pair of booleans per item.

        Args:
            first: (items,) whether the first version was right.
            second: (items,) whether the second was.
            parts: Names of the disjoint sets of items.

        Raises:
            ValueError: If they are not booleans of the same length.
        """
        if first.shape != second.shape or first.dtype != np.bool_ or second.dtype != np.bool_:
            raise ValueError(
                f"`second` is not {first.size} booleans; must be one for each of `first`; pair the items."
            )
        both = int((first & second).sum())
        one, other = int(first.sum()) - both, int(second.sum()) - both
        return cls(both, one, other, int(first.size) - both - one - other, parts)

    @property
    def n(self) -> int:
        """All items."""
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def first(self) -> Count:
        """Items, and those that the first got right."""
        return Count(self.n, self.both + self.only_first, self.parts)

    @property
    def second(self) -> Count:
        """Items, and those that the second got right."""
        return Count(self.n, self.both + self.only_second, self.parts)

    def __add__(self, other: Self) -> "Paired":
        return Paired(
            self.both + other.both,
            self.only_first + other.only_first,
            self.only_second + other.only_second,
            self.neither + other.neither,
            united(self.parts, other.parts),
        )


def exact(paired: Paired) -> float | NoEffect:
    """The exact two-sided p-value of "both are right equally often": min(1, 2 P(X ≤ min(b, c))), X ~ Binomial(b + c, ½).

    b and c are the items that only one of them got right. It never errs more often than it says, usually far less often:
    `mid_p` finds more.

    Args:
        paired: The four counts.

    Returns:
        In (0, 1]; 1 where they never disagree; a NoEffect without items.
    """
    if paired.n == 0:
        return no_items()
    from scipy.special import bdtr

    fewer, apart = _disagreements(paired)
    return min(1.0, 2 * float(bdtr(fewer, apart, 0.5)))


def mid_p(paired: Paired) -> float | NoEffect:
    """The mid-p value of "both are right equally often": the exact one less P(X = min(b, c)), the default to report.

    Fagerland, Lydersen & Laake (2013), BMC Med. Res. Methodol. 13:91: of 9,595 situations it exceeded its level in none, and
    is nearly as sharp as the uncorrected chi-square, which does exceed it.

    Args:
        paired: The four counts.

    Returns:
        In (0, 1]; 1 where b = c, also where they never disagree; a NoEffect without items.
    """
    if paired.n == 0:
        return no_items()
    from scipy.special import bdtr

    fewer, apart = _disagreements(paired)
    below = float(bdtr(fewer - 1, apart, 0.5)) if fewer > 0 else 0.0
    return min(1.0, float(bdtr(fewer, apart, 0.5)) + below)


def chi_square(paired: Paired, *, continuity: bool = False) -> ChiSquare | NoEffect:
    """McNemar's statistic (b − c)² / (b + c) on one degree of freedom.

    With Edwards' continuity correction (1948, Psychometrika 13:185–187) max(|b − c| − 1, 0)² / (b + c), close to the exact test
    and as timid. Without it the error rate goes somewhat above its level (5.3 % at 5 %) with few disagreements.

    Args:
        paired: The four counts.
        continuity: Whether to correct; R's mcnemar.test does unless told otherwise.

    Returns:
        The statistic and its p-value; a NoEffect without items or where the versions never disagree.
    """
    if paired.n == 0:
        return no_items()
    apart = paired.only_first + paired.only_second
    if apart == 0:
        return NoEffect(
            "quality.never_disagree",
            f"The two versions are right and wrong on the same {paired.n:,} items, so nothing tells them apart.",
            (("n", paired.n),),
        )
    gap = abs(paired.only_first - paired.only_second)
    gap = max(gap - 1, 0) if continuity else gap
    statistic = gap * gap / apart
    return ChiSquare(statistic, 1, p_of(math.sqrt(statistic)))


def difference(paired: Paired, level: float = 0.95) -> Effect | NoEffect:
    """The second's share of right items minus the first's, with Newcombe's interval for pairs.

    d − √(δ₁² − 2 φ δ₁ δ₂ + δ₂²) and likewise above, δ the distances of the two shares to their Wilson limits, φ their correlation
    with its numerator e h − f g lessened by n/2 down to 0 if positive; φ = 0 where a margin is empty (Newcombe 1998, Statist.
    Med. 17:2635–2650, method 10). Defined at every table; with 25 items it covers 94.6 to 99.5 %. The p-value is where it begins
    to exclude 0, so the two never disagree; `mid_p` is another test and differs a little.

    Args:
        paired: The four counts.
        level: Confidence level in (0, 1).

    Returns:
        An Effect in shares (0.01 = one %-point), above 0 where the second is better; a NoEffect without items. Not for items
        that depend on each other (frames of one video): count one item each.

    Raises:
        ValueError: If the level is outside (0, 1).
    """
    z = z_of(level)
    if paired.n == 0:
        return no_items()
    value = (paired.only_second - paired.only_first) / paired.n
    low, high = _ends(paired, z)
    interval = Interval(min(max(low, -1.0), value), max(min(high, 1.0), value), level)
    return Effect(value, interval, _p_value(paired), "absolute", "newcombe_paired")


def agreement(paired: Paired, level: float = 0.95) -> Estimate | NoEffect:
    """The share of items on which both are right or both wrong, with Wilson's interval.

    Args:
        paired: The four counts.
        level: Confidence level in (0, 1).

    Returns:
        In [0, 1]; a NoEffect without items. Two good versions agree often by chance: it does not say which is better.
    """
    if paired.n == 0:
        return no_items()
    return rate(Count(paired.n, paired.both + paired.neither), level)


def _disagreements(paired: Paired) -> tuple[int, int]:
    """The smaller of the two disagreements, and both together."""
    return min(paired.only_first, paired.only_second), paired.only_first + paired.only_second


def _correlation(paired: Paired) -> float:
    e, f, g, h = paired.both, paired.only_second, paired.only_first, paired.neither
    margins = (e + f, g + h, e + g, f + h)
    if min(margins) == 0:
        return 0.0
    together = e * h - f * g
    numerator = max(together - paired.n / 2, 0.0) if together > 0 else float(together)
    return numerator / math.prod(math.sqrt(margin) for margin in margins)


def _ends(paired: Paired, z: float) -> tuple[float, float]:
    n, correlation = paired.n, _correlation(paired)
    old, new = paired.first.hits, paired.second.hits
    (old_low, old_high), (new_low, new_high) = wilson(old, n, z), wilson(new, n, z)
    value = (new - old) / n
    below = _joined(new / n - new_low, old_high - old / n, correlation)
    above = _joined(new_high - new / n, old / n - old_low, correlation)
    return value - below, value + above


def _joined(one: float, other: float, correlation: float) -> float:
    return math.sqrt(max(one * one - 2 * correlation * one * other + other * other, 0.0))


def _p_value(paired: Paired) -> float:
    """The two-sided p-value at which the interval begins to exclude 0, by bisection on z."""
    value = paired.only_second - paired.only_first
    if value == 0:
        return 1.0
    inside, outside = 0.0, _FARTHEST_Z
    for _ in range(_HALVINGS):
        z = (inside + outside) / 2
        low, high = _ends(paired, z)
        if low > 0 or high < 0:
            inside = z
        else:
            outside = z
    return p_of(inside)
