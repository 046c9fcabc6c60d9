"""Post-stratification: effects within strata known before the exposure, put together by the strata's common sizes.

Miratrix, Sekhon & Yu (2013), "Adjusting treatment effect estimates by post-stratification in randomized experiments",
JRSS B 75:369–396. What chance put into one arm more than into the other (platform, country, new or old) then does not
count as an effect. With a few large strata it costs next to nothing; with strata of a handful of units it can widen.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from experiments.stats.contrast import divisible
from experiments.stats.differences import Settled, one_unit, shifted, spread_of
from experiments.stats.effects import Effect, NoEffect, Shift, no_units
from experiments.stats.samples import Count, Moments
from experiments.stats.shifts import fixed

Strata = Mapping[str, Count | Moments]
"""stratum -> its sample in one arm; strata are disjoint sets of units, known before the exposure."""

LEAST_UNITS = 2
"""Units that a stratum needs in each arm to have a spread; strata with fewer are joined."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """One arm of one stratum; spread: √Σ (x − mean)²."""

    n: int
    mean: float
    spread: float

    def joined(self, other: "_Cell") -> "_Cell":
        """Both together, by Chan, Golub & LeVeque (1983), without a square that could overflow."""
        if self.n == 0:
            return other
        n = self.n + other.n
        step, share = other.mean - self.mean, other.n / n
        between = abs(step) * math.sqrt(self.n * share)
        return _Cell(n, self.mean + step * share, math.hypot(self.spread, other.spread, between))


@dataclass(frozen=True, slots=True)
class _Stratum:
    """Both arms of one stratum, or of several that were joined."""

    control: _Cell
    treatment: _Cell

    @property
    def n(self) -> int:
        """Units of both arms."""
        return self.control.n + self.treatment.n

    @property
    def told(self) -> bool:
        """Has either arm a spread?"""
        return min(self.control.n, self.treatment.n) >= LEAST_UNITS

    def joined(self, other: "_Stratum") -> "_Stratum":
        """Both together."""
        return _Stratum(self.control.joined(other.control), self.treatment.joined(other.treatment))


def shift(control: Strata, treatment: Strata, coefficient: float = 1.0) -> Shift | NoEffect:
    """Σ w (treatment − coefficient · control) over strata, w the stratum's share of both arms' units.

    Variance: Σ w² (s²t / nt + k² s²c / nc), given how the units fell into strata and arms, plus Σ w (d − D)² / n because
    the strata's shares are those of a sample too: d one stratum's difference, D the whole, n all units. The second part
    is a little too large, for the d also differ by chance. Degrees of freedom by Satterthwaite (1946) over all cells.

    Strata with fewer than two units in an arm are joined to one; while that is still too few, the smallest other strata
    (all of that size, so that names and results do not matter) join it. A stratum that an arm lacks is empty there.

    Args:
        control: Count or Moments of each stratum in control.
        treatment: The same for the treatment.
        coefficient: k: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.

    Returns:
        The shift in the value's unit; a NoEffect when an arm has fewer than two units or nothing varies. Not for strata
        that the exposure may change, nor for those chosen after a look at the result.
    """
    found = _told(control, treatment)
    if isinstance(found, NoEffect):
        return found
    told, freedom = _weighed(found, 1.0, -coefficient)
    return shifted(told.value, told.error, _units(found), "absolute", "post_stratified", freedom)


def relative_shift(control: Strata, treatment: Strata, level: float) -> Shift | NoEffect:
    """(treatment − control) / |control| of the two weighted values, by the delta method.

    se² = var(treatment − k · control) / control² at k = treatment / control, with the variance of `shift`.

    Args:
        control: Count or Moments of each stratum in control.
        treatment: The same for the treatment.
        level: At which control must be told from 0, in (0, 1).

    Returns:
        A relative Shift; a NoEffect as for `shift`, or when control cannot be told from 0.
    """
    found = _told(control, treatment)
    if isinstance(found, NoEffect):
        return found
    (base, _), (other, _) = _weighed(found, 0.0, 1.0), _weighed(found, 1.0, 0.0)
    said = divisible(base.value, base.error * base.error, level)
    if said is not None:
        return said
    told, _ = _weighed(found, 1.0, -(other.value / base.value))
    value, error = (other.value - base.value) / abs(base.value), told.error / abs(base.value)
    return shifted(value, error, _units(found), "relative", "post_stratified")


def difference(
    control: Strata, treatment: Strata, level: float = 0.95, coefficient: float = 1.0
) -> Effect | NoEffect:
    """`shift` with the interval of one look; arguments as there."""
    found = shift(control, treatment, coefficient)
    return found if isinstance(found, NoEffect) else fixed(found, level)


def relative_difference(control: Strata, treatment: Strata, level: float = 0.95) -> Effect | NoEffect:
    """`relative_shift` with the interval of one look; arguments as there."""
    found = relative_shift(control, treatment, level)
    return found if isinstance(found, NoEffect) else fixed(found, level)


def _told(control: Strata, treatment: Strata) -> tuple[_Stratum, ...] | NoEffect:
    """The strata that are compared, after joining; a NoEffect where an arm has no spread as a whole."""
    names = sorted({*control, *treatment})
    every = [_Stratum(_cell(control.get(name)), _cell(treatment.get(name))) for name in names]
    every = [one for one in every if one.n > 0]
    least = min(sum(one.control.n for one in every), sum(one.treatment.n for one in every))
    if least == 0:
        return no_units()
    if least < LEAST_UNITS:
        return one_unit()
    kept = [one for one in every if one.told]
    few = [one for one in every if not one.told]
    while few and not (rest := reduce(_Stratum.joined, few)).told:
        size = min(one.n for one in kept)
        few = [rest, *(one for one in kept if one.n == size)]
        kept = [one for one in kept if one.n > size]
    return tuple(kept) if not few else (*kept, rest)


def _cell(sample: Count | Moments | None) -> _Cell:
    if sample is None or sample.n == 0:
        return _Cell(0, 0.0, 0.0)
    if isinstance(sample, Count):
        missed = sample.n - sample.hits
        return _Cell(sample.n, sample.hits / sample.n, math.sqrt(sample.hits * missed / sample.n))
    return _Cell(sample.n, sample.mean, spread_of(sample.n, sample.mean, sample.deviations))


def _weighed(found: Sequence[_Stratum], above: float, below: float) -> tuple[Settled, float | None]:
    """Σ w (above · treatment + below · control) with its error and degrees of freedom, None where no cell varies."""
    n = _units(found)
    apart = [above * one.treatment.mean + below * one.control.mean for one in found]
    value = sum(one.n / n * each for one, each in zip(found, apart, strict=True))
    cells = [
        (one.n / n * abs(weight) * cell.spread / math.sqrt(cell.n - 1) / math.sqrt(cell.n), cell.n)
        for one in found
        for weight, cell in ((above, one.treatment), (below, one.control))
    ]
    shares = [math.sqrt(one.n / n / n) * (each - value) for one, each in zip(found, apart, strict=True)]
    error = math.hypot(*(each for each, _ in cells), *shares)
    if not 0 < error < math.inf:
        return Settled(value, error), None
    lost = sum((each / error) ** 4 / (many - 1) for each, many in cells)
    return Settled(value, error), 1 / lost if lost > 0 else None


def _units(found: Sequence[_Stratum]) -> int:
    return sum(one.n for one in found)
