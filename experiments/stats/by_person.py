"""Units of which several may belong to one person, also in both arms: each person is one draw, whatever its units.

Units of one person resemble each other. A mean over units is then a ratio of two sums over persons (Deng, Knoblich & Lu
2018, KDD, §3.1), and persons who have units in both arms correlate the two estimates.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats import clusters, fieller, ratios
from experiments.stats.clusters import Clusters
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift, no_variation
from experiments.stats.fieller import Draw
from experiments.stats.samples import Ratio
from experiments.stats.shifts import fixed

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_LEVEL = 0.95  # at which what is divided by must be told from 0, where no level is given


@dataclass(frozen=True, slots=True, eq=False)
class PersonSums:
    """What the units of each person sum to in one arm; arms that are compared list the same persons in the same order.

    Args:
        units: (persons,) units of each, 0 or more.
        tops: (persons,) the sum of their values; 0 without units.
        bottoms: (persons,) what it is divided by: the units again for a share or a mean, another sum for a ratio.

    Raises:
        ValueError: If the lengths differ or a sum is not finite.
    """

    units: Ints
    tops: Floats
    bottoms: Floats

    def __post_init__(self) -> None:
        if not self.units.shape == self.tops.shape == self.bottoms.shape:
            raise ValueError(
                f"`tops` has {self.tops.size} persons; must have as many as `units` ({self.units.size}); use 0."
            )
        if not (np.isfinite(self.tops).all() and np.isfinite(self.bottoms).all()):
            raise ValueError("`tops` is not all finite; must be; leave missing values out of the sums.")

    @property
    def ratio(self) -> Ratio:
        """The sums over the persons who have units in the arm."""
        here = self.units > 0
        return Ratio.from_rows(self.tops[here], self.bottoms[here])

    @property
    def hits(self) -> Clusters:
        """The same of values 0 and 1, as units and hits of each person."""
        return Clusters(self.units, np.rint(self.tops).astype(np.int64))


def value(arm: PersonSums, level: float = 0.95, *, share: bool) -> Estimate | NoEffect:
    """One arm's share, mean or ratio over units, with an interval that knows whose they are.

    Args:
        arm: Its sums.
        level: Confidence level in (0, 1).
        share: Are values 0 or 1? Then Wilson's interval for the effective number of units (Korn & Graubard 1998).
    """
    return clusters.rate(arm.hits, level) if share else ratios.ratio(arm.ratio, level)


def shift(control: PersonSums, treatment: PersonSums, coefficient: float = 1.0) -> Shift | NoEffect:
    """Treatment − coefficient · control before an interval is drawn.

    variance = var(t) + k² var(c) − 2 k cov, cov = m/(m − 1) Σ (y_t − T x_t)(y_c − C x_c) / (Σ x_t Σ x_c) over all m persons.

    Args:
        control: Sums of control.
        treatment: Sums of the treatment, of the same persons in the same order.
        coefficient: k, 1 for the difference.

    Returns:
        A Shift; a NoEffect as for `ratios.shift`. Not for units that are drawn apart from their persons' other units.
    """
    found = ratios.shift(control.ratio, treatment.ratio, coefficient)
    if isinstance(found, NoEffect):
        return found
    variance = found.variance - 2 * coefficient * covariance(control, treatment)
    if not variance > 0:
        return no_variation()
    units = int(control.units.sum() + treatment.units.sum())
    return Shift(found.value, variance, units, found.scale, "by_person", found.freedom)


def covariance(control: PersonSums, treatment: PersonSums) -> float:
    """Of the two arms' estimates; 0 where nobody has units in both.

    Args:
        control: Sums of control, not all of their bottoms 0.
        treatment: Sums of the treatment, of the same persons in the same order.
    """
    persons = int(((control.units > 0) | (treatment.units > 0)).sum())
    pulls = [
        (arm.tops - arm.tops.sum() / arm.bottoms.sum() * arm.bottoms) / arm.bottoms.sum()
        for arm in (control, treatment)
    ]
    return float((pulls[0] * pulls[1]).sum()) * persons / max(persons - 1, 1)


def difference(
    control: PersonSums, treatment: PersonSums, level: float = 0.95, *, share: bool
) -> Effect | NoEffect:
    """Treatment − control at one look.

    Args:
        control: Sums of control.
        treatment: Sums of the treatment, of the same persons in the same order.
        level: Confidence level in (0, 1).
        share: Are values 0 or 1? Then Newcombe's interval for the effective numbers of units (`clusters.difference`).
    """
    if share:
        return clusters.difference(control.hits, treatment.hits, level)
    found = shift(control, treatment)
    return found if isinstance(found, NoEffect) else fixed(found, level)


def relative_difference(
    control: PersonSums,
    treatment: PersonSums,
    level: float = 0.95,
    *,
    share: bool = False,
    draw: Draw = fixed,
) -> Effect | NoEffect:
    """(treatment − control) / |control|, by Fieller's theorem with the correlation of the arms; of shares by `clusters`.

    Args:
        control: Sums of control.
        treatment: Sums of the treatment, of the same persons in the same order.
        level: Confidence level in (0, 1).
        share: As for `difference`, at one look only.
        draw: As for `fieller.relative`.
    """
    if share:
        return clusters.relative_difference(control.hits, treatment.hits, level)
    apart = shift(control, treatment)
    if isinstance(apart, NoEffect):
        return apart
    one, other = ratios.settled(control.ratio, _LEVEL), ratios.settled(treatment.ratio, _LEVEL)
    if isinstance(one, NoEffect):
        return one
    if isinstance(other, NoEffect):
        return other
    errors = one.error * other.error
    alike = covariance(control, treatment) / errors if errors > 0 else 0.0
    return fieller.relative(one, other, apart, level, math.copysign(min(abs(alike), 1.0), alike), draw)
