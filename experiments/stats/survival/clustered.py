"""Intervals that know persons: points of a curve, and their difference, when a person has several impressions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.stats.contrast import Term, contrast, student_of, z_of
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect, no_variation
from experiments.stats.survival.curves import Curve, limits, unwatched

FEWEST_CLUSTERS = 10
"""With fewer persons the variance itself is too uncertain to be worth an interval."""
_FARTHEST_T = 1e6  # Student's quantiles grow without bound; limits are at 0 and 1 long before


@dataclass(frozen=True, slots=True)
class Persons:
    """What the persons of one arm add to the uncertainty of a curve at one moment.

    Args:
        square: Σ over persons of (Σ influence of the person's units)², from `influence`; 0 or more.
        count: Persons in the arm.

    Raises:
        ValueError: If the sum of squares is negative or not finite, or the count is below 1.
    """

    square: float
    count: int

    def __post_init__(self) -> None:
        if not (math.isfinite(self.square) and self.square >= 0):
            raise ValueError(
                f"`square` is {self.square}; must be 0 or more; add squares of sums of influence."
            )
        if self.count < 1:
            raise ValueError(f"`count` is {self.count}; must be 1 or more; count the persons of the arm.")

    @property
    def variance(self) -> float:
        """The sum of squares times count / (count − 1)."""
        return self.square * self.count / max(self.count - 1, 1)


def clustered(
    curve: Curve, at_ms: Sequence[int], squares: Sequence[float], clusters: int, level: float = 0.95
) -> tuple[Estimate | NoEffect, ...]:
    """Points of a curve with intervals from sums of influence within clusters.

    Variance G/(G − 1) Σ over G clusters of (Σ influence of its units)² (Williams 1995, Biometrics 51:1651–1655; R survival
    cluster() without the factor), Student's quantile on G − 1 degrees of freedom, log(−log) scale as `limits`. Where the
    share is 0 or 1 every cluster known counts as one draw of Wilson's interval.

    Args:
        curve: The curve of all units.
        at_ms: Moments, m of them.
        squares: Σ over clusters of (Σ influence)² at each, as a second scan adds them.
        clusters: Clusters in the curve, 1 or more.
        level: Confidence level in (0, 1).

    Returns:
        One estimate for each moment; a NoEffect beyond the last ms that anyone was watched at, or with fewer than
        `FEWEST_CLUSTERS` clusters.

    Raises:
        ValueError: If the lengths differ, or a sum of squares is negative.
    """
    if len(at_ms) != len(squares):
        raise ValueError(
            f"`squares` has {len(squares)} entries; must have one for each of {len(at_ms)} moments."
        )
    found: list[Estimate | NoEffect] = []
    for ms, square in zip(at_ms, squares, strict=True):
        term = _term(1, curve, ms, Persons(square, clusters))
        if isinstance(term, Term):
            interval = Interval(*term.limits(z_of(level)), level)
            found.append(Estimate(term.value, interval, curve.n, f"{curve.method}_clustered"))
        else:
            found.append(term)
    return tuple(found)


def clustered_difference(
    control: Curve,
    treatment: Curve,
    ms: int,
    persons: tuple[Persons, Persons],
    cross: float = 0.0,
    level: float = 0.95,
) -> Effect | NoEffect:
    """Treatment's share at one ms minus control's, where a person may have several units, also on both sides.

    Nobody on both sides: MOVER from both clustered intervals. Else the influence of the difference: its variance is
    the sum over all persons of (Σ influence in treatment − Σ influence in control)² = squares of both − 2 cross, the
    interval D ± t √(G/(G − 1) variance), G the persons of the smaller side.

    Args:
        control: Control's curve.
        treatment: The treatment's curve of the same cause.
        ms: The time since entering, in ms.
        persons: Of control and of treatment, at that ms.
        cross: Σ over persons of (Σ influence in control)(Σ influence in treatment); 0 when nobody stands on both sides.
        level: Confidence level in (0, 1).

    Returns:
        An Effect in shares; a NoEffect beyond the last ms that either arm was watched at, with fewer than
        `FEWEST_CLUSTERS` persons on a side, or where persons on both sides leave no variation.
    """
    one, other = _term(-1, control, ms, persons[0]), _term(1, treatment, ms, persons[1])
    if isinstance(one, NoEffect):
        return one
    if isinstance(other, NoEffect):
        return other
    if cross == 0:
        return contrast((other, one), level, "mover_incidence_clustered")
    count = min(side.count for side in persons)
    variance = (persons[0].square + persons[1].square - 2 * cross) * count / (count - 1)
    if variance <= 0:
        return no_variation()
    value, error = other.value - one.value, math.sqrt(variance)
    wide = student_of(z_of(level), count - 1) * error
    return Effect(
        value,
        Interval(value - wide, value + wide, level),
        _p_value(value / error, count - 1),
        "absolute",
        "influence_clustered",
    )


def _p_value(ratio: float, freedom: int) -> float:
    from scipy.special import stdtr

    return min(1.0, 2 * float(stdtr(freedom, -abs(ratio))))


def _term(weight: float, curve: Curve, ms: int, persons: Persons) -> Term | NoEffect:
    if ms > curve.last_ms:
        return unwatched(ms, curve.last_ms)
    if persons.count < FEWEST_CLUSTERS:
        return few_clusters(persons.count)
    value, known = curve.value[ms : ms + 1], np.minimum(curve.known[ms : ms + 1], persons.count)
    variance = np.array([persons.variance])

    def at(z: float) -> tuple[float, float]:
        wide = min(student_of(z, persons.count - 1), _FARTHEST_T)
        low, high = limits(value, variance, known, wide)
        return float(low[0]), float(high[0])

    return Term(weight, float(value[0]), at)


def few_clusters(count: int) -> NoEffect:
    """Too few persons to tell chance from them."""
    return NoEffect(
        "few_clusters",
        f"The units belong to {count} persons; with fewer than {FEWEST_CLUSTERS} chance cannot be told from a person.",
        (("persons", count), ("needed", FEWEST_CLUSTERS)),
    )
