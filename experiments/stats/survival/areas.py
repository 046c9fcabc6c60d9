"""Time lost to a cause and time stayed, up to a moment: areas under curves, with intervals, and their difference."""

from dataclasses import replace

import numpy as np

from experiments.stats.contrast import Term, contrast, student_of, z_of
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect
from experiments.stats.samples import RiskTable
from experiments.stats.survival.clustered import FEWEST_CLUSTERS, Persons, few_clusters
from experiments.stats.survival.curves import Curve, incidence, limits, staying, unwatched
from experiments.stats.survival.influences import time_lost_influence

_FEW, _SPARE, _FARTHEST_T = 8, 4, 1e6


def time_lost(
    table: RiskTable, cause: str, until_ms: int, level: float = 0.95, persons: Persons | None = None
) -> Estimate | NoEffect:
    """The restricted mean time lost to a cause, Σ over t < until of F(t), with an interval.

    Andersen (2013), Statist. Med. 32:5278–5285: how much of the first `until_ms` a unit loses to the cause on average.
    Variance Σ influence² (see `time_lost_influence`); interval on the log(−log(L / until)) scale. Where nobody ended so
    in time it reaches up to Wilson's limit of the share, as if all of them ended at once. With persons the variance is
    theirs, G/(G − 1) Σ (Σ influence of a person's units)², and the quantile Student's on G − 1 degrees of freedom.

    Args:
        table: When the units ended and how; without `persons` they must be independent.
        cause: One of the table's causes.
        until_ms: The restriction in ms, 1 or more. To compare arms choose the shortest display limit among them.
        level: Confidence level in (0, 1).
        persons: What persons with several units add, in ms², from sums of `time_lost_influence`.

    Returns:
        The mean in ms, 0 to `until_ms`; a NoEffect beyond the last ms that anyone was watched at, without units, or of
        fewer than 10 persons.

    Raises:
        ValueError: If the table has no such cause, or `until_ms` is below 1.
    """
    found = lost_term(table, cause, until_ms, persons)
    method = "aalen_johansen_area" if persons is None else "aalen_johansen_area_clustered"
    return found if isinstance(found, NoEffect) else _estimate(found, table.n, level, method)


def staying_time(table: RiskTable, until_ms: int, level: float = 0.95) -> Estimate | NoEffect:
    """The restricted mean time that a unit stays, Σ over t < until of the Kaplan–Meier curve, with an interval.

    Irwin (1949), J. Hyg. 47:188–189; Greenwood's variance of the area, which is Σ influence². With the times lost to
    all causes it sums to `until_ms`. Interval on the log(−log(time / until)) scale.

    Args:
        table: When the units ended and how; they must be independent.
        until_ms: The restriction in ms, 1 or more.
        level: Confidence level in (0, 1).

    Returns:
        The mean in ms; a NoEffect beyond the last ms that anyone was watched at, or without units.

    Raises:
        ValueError: If `until_ms` is below 1.
    """
    _require(until_ms)
    curve = staying(table)
    if isinstance(curve, NoEffect):
        return curve
    if until_ms > curve.last_ms:
        return unwatched(until_ms, curve.last_ms)
    return _estimate(_area(table, None, curve, until_ms), table.n, level, "kaplan_meier_area")


def time_lost_difference(
    control: RiskTable,
    treatment: RiskTable,
    cause: str,
    until_ms: int,
    level: float = 0.95,
    persons: tuple[Persons | None, Persons | None] = (None, None),
    coefficient: float = 1.0,
) -> Effect | NoEffect:
    """Treatment's restricted mean time lost to a cause minus control's, by MOVER from both intervals.

    Args:
        control: Control's endings.
        treatment: The treatment's endings; its units and persons must be others than control's.
        cause: A cause of both tables.
        until_ms: The restriction in ms, 1 or more; beyond the shorter display limit there is none.
        level: Confidence level in (0, 1).
        persons: Of control and of treatment, where persons have several units.
        coefficient: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.

    Returns:
        An Effect in ms; a NoEffect where one of the two means is one.

    Raises:
        ValueError: If a table has no such cause, or `until_ms` is below 1.
    """
    one = lost_term(control, cause, until_ms, persons[0])
    other = lost_term(treatment, cause, until_ms, persons[1])
    if isinstance(one, NoEffect):
        return one
    if isinstance(other, NoEffect):
        return other
    return contrast((other, replace(one, weight=-coefficient)), level, "mover_time_lost")


def lost_term(table: RiskTable, cause: str, until_ms: int, persons: Persons | None = None) -> Term | NoEffect:
    """The restricted mean time lost, in ms, with its limits at any level; arguments as for `time_lost`."""
    _require(until_ms)
    curve = incidence(table, cause)
    if isinstance(curve, NoEffect):
        return curve
    if until_ms > curve.last_ms:
        return unwatched(until_ms, curve.last_ms)
    if persons is not None and persons.count < FEWEST_CLUSTERS:
        return few_clusters(persons.count)
    return _area(table, cause, curve, until_ms, persons)


def _area(
    table: RiskTable, cause: str | None, curve: Curve, until_ms: int, persons: Persons | None = None
) -> Term:
    """The area under a curve up to a moment, in ms, with its limits.

    Of d < 8 endings the variance itself is uncertain, the more so as each weighs by the time that it leaves: a normal
    quantile then becomes Student's on d + 4 degrees of freedom. With five endings evenly spread 95 % intervals held the
    truth 92 % of the time without it, 96 % with it (`make evidence`).
    """
    share = np.minimum(curve.value[:until_ms].mean(keepdims=True), 1.0)
    known = curve.known[until_ms - 1 : until_ms]
    place = slice(None) if cause is None else table.causes.index(cause)
    ended = int(table.events[place, :until_ms].sum())
    freedom = [ended + _SPARE] if 0 < ended < _FEW else []
    if persons is None:
        square = time_lost_influence(table, cause, until_ms).variance(table)
    else:
        square, known = np.array([persons.variance]), np.minimum(known, persons.count)
        freedom.append(persons.count - 1)
    variance = square / until_ms**2

    def within(z: float) -> tuple[float, float]:
        wide = min(student_of(z, min(freedom)), _FARTHEST_T) if freedom else z
        low, high = limits(share, variance, known, wide)
        return float(low[0]) * until_ms, float(high[0]) * until_ms

    return Term(1, float(share[0]) * until_ms, within)


def _estimate(area: Term, n: int, level: float, method: str) -> Estimate:
    return Estimate(area.value, Interval(*area.limits(z_of(level)), level), n, method)


def _require(until_ms: int) -> None:
    if until_ms < 1:
        raise ValueError(f"`until_ms` is {until_ms}; must be 1 or more; give the end of the time looked at.")
