"""Shares of units of which some belong to one person: differences whose intervals know that.

Units of one person resemble each other, and one person may have units on both sides. Each side keeps the shape of
Wilson's interval, with the effective number of units that its clustered variance amounts to (Korn & Graubard 1998,
Surv. Methodol. 24:193–201); the two are combined with the correlation of their estimates (Zou & Donner 2008, Statist.
Med. 27:1693–1702).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats import proportions
from experiments.stats.contrast import Limits, p_of, student_of, uncertain_control, z_of
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect, no_units, without_hits
from experiments.stats.proportions import wilson
from experiments.stats.samples import Count

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_FARTHEST_Z, _CLOSE, _LEAST_PERSONS = 38.0, 1e-9, 2
_SCAN = (*np.geomspace(0.05, _FARTHEST_Z, 24).tolist(),)


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Units and hits of each person on one side.

    Args:
        n: (persons,) units of each, 0 or more; two sides that are compared list the same persons in the same order.
        hits: (persons,) those of them that have the property.

    Raises:
        ValueError: If the lengths differ, or a person has more hits than units.
    """

    n: Ints
    hits: Ints

    def __post_init__(self) -> None:
        if self.n.shape != self.hits.shape:
            raise ValueError(
                f"`hits` has {self.hits.size} persons; must have as many as `n` ({self.n.size})."
            )
        if (self.hits < 0).any() or (self.hits > self.n).any():
            raise ValueError("`hits` must be 0 to `n` for every person; count each unit once.")

    @property
    def count(self) -> Count:
        """Units and hits of all."""
        return Count(int(self.n.sum()), int(self.hits.sum()))

    @property
    def single(self) -> bool:
        """Has nobody more than one unit?"""
        return bool((self.n <= 1).all())


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """What the formulae need of one side: its share, its limits, and what each person adds to the estimate."""

    share: float
    limits: Limits
    pulls: Floats


def rate(side: Clusters, level: float = 0.95) -> Estimate | NoEffect:
    """The share of units with the property, with Wilson's interval for the effective number of units.

    Args:
        side: Units and hits of each person.
        level: Confidence level in (0, 1).

    Returns:
        The share in [0, 1]; a NoEffect without units, or with several units of a single person.
    """
    if side.single:
        return proportions.rate(side.count, level)
    said = _too_few(side)
    if said is not None:
        return said
    found = _side(side)
    return Estimate(
        found.share, Interval(*found.limits(z_of(level)), level), side.count.n, "wilson_clustered"
    )


def rate_of(
    count: Count, persons: int, pulled: float, squared: float, level: float = 0.95
) -> Estimate | NoEffect:
    """`rate` of units of which only sums over persons are known.

    Args:
        count: Units n and hits of all; more units than persons.
        persons: Persons with units.
        pulled: Σ over persons of (hits − p n)², p the share.
        squared: Σ over persons of n².
        level: Confidence level in (0, 1).
    """
    said = _few(persons)
    if said is not None:
        return said
    limits = _limits(count, persons, pulled / count.n**2, squared)
    return Estimate(count.hits / count.n, Interval(*limits(z_of(level)), level), count.n, "wilson_clustered")


def difference(control: Clusters, treatment: Clusters, level: float = 0.95) -> Effect | NoEffect:
    """Treatment's share minus control's, where persons may have several units or stand on both sides.

    Newcombe's interval where nobody does. Else low = D − √(a² − 2ρab + b²) with a = t − low(t), b = high(c) − c and ρ
    the correlation of the two estimates over persons; high likewise. The p-value is that of the lowest level whose
    interval holds 0; those of higher levels hold it too.

    Args:
        control: Units and hits of each person.
        treatment: The same persons in the same order, 0 where one has no units.
        level: Confidence level in (0, 1).

    Returns:
        An Effect in shares; a NoEffect when a side has no units, or several of a single person. Where a few persons have
        nearly all hits it is too narrow: 92 % for 95 % at a share of 2 % and six alike units of each of 200 persons.
    """
    if _independent(control, treatment):
        return proportions.difference(control.count, treatment.count, level)
    said = _too_few(control) or _too_few(treatment)
    if said is not None:
        return said
    c, t = _side(control), _side(treatment)
    value, shared = t.share - c.share, _correlation(c, t)
    low, high = _between(c, t, shared, z_of(level))
    p = _p_value(c, t, shared, z_of(level))
    interval = _holding(min(low, value), max(high, value), p, level)
    return Effect(value, interval, p, "absolute", "newcombe_clustered")


def relative_difference(control: Clusters, treatment: Clusters, level: float = 0.95) -> Effect | NoEffect:
    """(treatment − control) / control, with the same meaning of persons as `difference`.

    The ratios R at which the interval of treatment − R · control touches 0 (Donner & Zou 2012, Stat. Methods Med. Res.
    21:347–359), with the correlation of the two.

    Args:
        control: Units and hits of each person.
        treatment: The same persons in the same order.
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 %); a NoEffect when a side has no units, or control has no hits or may be 0.
    """
    if _independent(control, treatment):
        return proportions.relative_difference(control.count, treatment.count, level)
    said = _too_few(control) or _too_few(treatment)
    if said is not None:
        return said
    if control.count.hits == 0:
        return without_hits()
    c, t = _side(control), _side(treatment)
    shared = _correlation(c, t)
    ends = _ratio(c, t, shared, z_of(level))
    if ends is None:
        return uncertain_control()
    value = t.share / c.share
    p = _p_value(c, t, shared, z_of(level))
    interval = _holding(min(ends[0], value) - 1, max(ends[1], value) - 1, p, level)
    return Effect(value - 1, interval, p, "relative", "mover_ratio_clustered")


def _independent(control: Clusters, treatment: Clusters) -> bool:
    """Has every person at most one unit, on one side?"""
    if control.n.shape != treatment.n.shape:
        raise ValueError(
            f"`treatment` has {treatment.n.size} persons; must list those of `control` ({control.n.size}); use 0."
        )
    return bool((control.n + treatment.n <= 1).all())


def _too_few(side: Clusters) -> NoEffect | None:
    return _few(int((side.n > 0).sum()))


def _few(persons: int) -> NoEffect | None:
    if persons == 0:
        return no_units()
    if persons < _LEAST_PERSONS:
        sentence = (
            "All units of one side belong to a single person, so chance cannot be told from that person."
        )
        return NoEffect("one_person", sentence)
    return None


def _side(side: Clusters) -> _Side:
    """The share with Wilson limits for n_eff = p (1 − p) / var, var = m/(m−1) Σ (hits − p n)² / N² over m persons.

    Where all units behaved alike the variance tells nothing; then every person counts as one draw of all of its
    units, n_eff = N² / Σ n². A normal quantile becomes Student's on m − 1 degrees of freedom.
    """
    total, persons = float(side.n.sum()), int((side.n > 0).sum())
    share = float(side.hits.sum()) / total
    pulls = (side.hits - share * side.n) / total
    squared = float(side.n.astype(np.float64) @ side.n)
    return _Side(share, _limits(side.count, persons, float(pulls @ pulls), squared), pulls)


def _limits(count: Count, persons: int, pulled: float, squared: float) -> Limits:
    """Limits of a share, from Σ pulls² (pulls as in `_side`) and Σ n² over persons."""
    share, variance = count.hits / count.n, pulled * persons / (persons - 1)
    drawn = min(float(count.n), share * (1 - share) / variance) if variance > 0 else count.n**2 / squared

    def limits(z: float) -> tuple[float, float]:
        return wilson(share * drawn, drawn, student_of(z, persons - 1))

    return limits


def _correlation(control: _Side, treatment: _Side) -> float:
    both = math.sqrt(float(control.pulls @ control.pulls) * float(treatment.pulls @ treatment.pulls))
    return float(np.clip(float(control.pulls @ treatment.pulls) / both, -1, 1)) if both > 0 else 0.0


def _between(control: _Side, treatment: _Side, shared: float, z: float) -> tuple[float, float]:
    (cl, ch), (tl, th) = control.limits(z), treatment.limits(z)
    value = treatment.share - control.share
    return (
        value - _apart(treatment.share - tl, ch - control.share, shared),
        value + _apart(th - treatment.share, control.share - cl, shared),
    )


def _apart(a: float, b: float, shared: float) -> float:
    return math.sqrt(max(a * a - 2 * shared * a * b + b * b, 0.0))


def _ratio(control: _Side, treatment: _Side, shared: float, z: float) -> tuple[float, float] | None:
    """The ratios between which the interval of treatment − R · control holds 0; None if there is no upper one."""
    (cl, ch), (tl, th) = control.limits(z), treatment.limits(z)
    c, t = control.share, treatment.share
    if cl <= 0:
        return None
    low = _root(c * t - shared * (t - tl) * (ch - c), tl * (2 * t - tl), ch * (2 * c - ch), upper=False)
    high = _root(c * t - shared * (th - t) * (c - cl), th * (2 * t - th), cl * (2 * c - cl), upper=True)
    return None if high is None else (low or 0.0, high)


def _root(middle: float, above: float, below: float, *, upper: bool) -> float | None:
    """A root R of below · R² − 2 · middle · R + above = 0; None if it is no ratio above 0."""
    root = math.sqrt(max(middle * middle - above * below, 0.0))
    if upper:
        return (middle + root) / below if below > 0 else None
    return above / (middle + root) if above > 0 and middle + root > 0 else None


def _p_value(control: _Side, treatment: _Side, shared: float, z: float) -> float:
    """The two-sided p-value of the lowest level whose interval holds 0.

    With few persons an end can come to 0 and leave it again, or stay near it: so levels are scanned from the lowest up,
    that of `z` among them, before the one is found by bisection; what is as close to 0 as rounding touches it.
    """
    if treatment.share == control.share:
        return 1.0
    less, more = (control, treatment) if control.share < treatment.share else (treatment, control)
    touching = _CLOSE * (more.share - less.share)
    levels = sorted({*_SCAN, z})
    place = next(
        (k for k, one in enumerate(levels) if _between(less, more, shared, one)[0] <= touching), None
    )
    if place is None:
        return p_of(_FARTHEST_Z)
    inside, outside = levels[place - 1] if place else 0.0, levels[place]
    while outside - inside > _CLOSE:
        middle = (inside + outside) / 2
        if _between(less, more, shared, middle)[0] > touching:
            inside = middle
        else:
            outside = middle
    return p_of(outside)


def _holding(low: float, high: float, p: float, level: float) -> Interval:
    """The interval, with 0 in it where one of a lower level holds 0."""
    if p < 1 - level:
        return Interval(low, high, level)
    return Interval(min(low, 0.0), max(high, 0.0), level)
