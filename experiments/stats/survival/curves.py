"""Curves over time with competing causes: Aalen–Johansen incidence and Kaplan–Meier staying."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.contrast import z_of
from experiments.stats.effects import Estimate, Interval, NoEffect, no_units
from experiments.stats.samples import Counts, RiskTable

Floats = NDArray[np.float64]

_LARGEST_EXPONENT = 700.0  # exp of more overflows
_ALL = 1 - 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A share of units over time with pointwise intervals; index = ms, arrays of shape (limit + 1,).

    Args:
        value: The share at each ms, in [0, 1].
        variance: Its delta-method variance.
        low: Lower limits at `level`.
        high: Upper limits at `level`.
        known: Units whose state at each ms is known (not censored before it).
        last_ms: The last ms that anyone was watched at; beyond it the arrays only repeat.
        n: Units that entered.
        level: Confidence level of one point; of the whole curve only in a `band`.
        method: "aalen_johansen" or "kaplan_meier", with what was done to it, as "aalen_johansen_band".
    """

    value: Floats
    variance: Floats
    low: Floats
    high: Floats
    known: Counts
    last_ms: int
    n: int
    level: float
    method: str

    def at(self, ms: int) -> Estimate | NoEffect:
        """The share at one ms, 0 or more; a NoEffect beyond the last ms that anyone was watched at."""
        require_ms(ms)
        if ms > self.last_ms:
            return unwatched(ms, self.last_ms)
        interval = Interval(float(self.low[ms]), float(self.high[ms]), self.level)
        return Estimate(float(self.value[ms]), interval, self.n, self.method)


def incidence(table: RiskTable, cause: str, level: float = 0.95) -> Curve | NoEffect:
    """Aalen–Johansen: the share of units that have ended by `cause` up to each ms, other causes competing.

    F(t) = Σ S(s−) dk(s)/Y(s). Variance by the multinomial delta method (Marubini & Valsecchi 1995, eq.
    10.12), which is the infinitesimal-jackknife variance too (see `influence`): with no censoring it is F(1 − F)/n.
    Interval on the log(−log F) scale; where F is 0 or 1, Wilson's over the units known.

    Args:
        table: When the units ended and how.
        cause: One of the table's causes.
        level: Confidence level of each point, in (0, 1).

    Returns:
        The curve; a NoEffect when no unit entered. Units must be independent: with several impressions of
        one person the intervals are too narrow.

    Raises:
        ValueError: If the table has no such cause.
    """
    if cause not in table.causes:
        raise ValueError(f"`cause` is {cause!r}; must be one of {table.causes}; choose one of them.")
    if table.n == 0:
        return no_units()
    risk, events = table.at_risk(), table.events[table.causes.index(cause)]
    ended = table.events.sum(axis=0)
    before = np.concatenate([np.ones(1), _staying(risk, ended)[:-1]])
    share = _over(events, risk)
    step = before * share
    variance = _incidence_variance(step, before, share, risk, ended)
    value = np.minimum(np.cumsum(step), 1.0)  # rounding may step over the wall
    return _curve(table, value, variance, level, "aalen_johansen")


def staying(table: RiskTable, level: float = 0.95) -> Curve | NoEffect:
    """Kaplan–Meier: the share of units that no cause has ended up to each ms.

    S(t) = Π (1 − d/Y) with Greenwood's variance, S² Σ d / (Y (Y − d)); interval on the log(−log S) scale.

    Args:
        table: When the units ended and how.
        level: Confidence level of each point, in (0, 1).

    Returns:
        The curve; with the incidences of all causes it sums to 1. A NoEffect when no unit entered.
    """
    if table.n == 0:
        return no_units()
    risk, ended = table.at_risk(), table.events.sum(axis=0)
    value = _staying(risk, ended)
    variance = value**2 * np.cumsum(_over(ended, risk * (risk - ended)))
    return _curve(table, value, variance, level, "kaplan_meier")


def time_lost_ms(curve: Curve, until_ms: int) -> float | NoEffect:
    """The restricted mean time lost to a cause: the area under its incidence from 0 to `until_ms`, in ms.

    Args:
        curve: An incidence curve.
        until_ms: The restriction, in ms.

    Returns:
        The area in ms (of at most `until_ms`); a NoEffect beyond the last ms that anyone was watched at.

    Raises:
        ValueError: If the restriction is below 0.
    """
    require_ms(until_ms)
    if until_ms > curve.last_ms:
        return unwatched(until_ms, curve.last_ms)
    return float(curve.value[:until_ms].sum())


def _staying(risk: Counts, ended: Counts) -> Floats:
    return np.asarray(np.cumprod(1 - _over(ended, risk)), np.float64)


def _incidence_variance(step: Floats, before: Floats, share: Floats, risk: Counts, ended: Counts) -> Floats:
    """Σ over s ≤ t of ΔF² d/(Y(Y−d)) − 2 ΔF S dk/Y² + S² dk(Y−dk)/Y³, ΔF = F(t) − F(s), S = S(s−).

    ΔF grows by step(t) for every s < t, so each sum is updated, not recomputed, and no large terms cancel.
    """
    greenwood = _over(ended, risk * (risk - ended))
    cross = _over(before * share, risk)
    own = _over(before**2 * share * (1 - share), risk)
    weight = _sum_before(greenwood)
    linear = _sum_before(step * weight)
    squares = np.cumsum(2 * step * linear + step**2 * weight)
    mixed = np.cumsum(step * _sum_before(cross))
    return np.maximum(squares - 2 * mixed + np.cumsum(own), 0.0)


def _sum_before(terms: Floats) -> Floats:
    return np.concatenate([np.zeros(1), np.cumsum(terms)[:-1]])


def _over(above: Floats | Counts, below: Counts) -> Floats:
    """above / below, and 0 where below is 0: there is then nothing left to lose."""
    ratio: Floats = np.divide(above, below, out=np.zeros(below.shape), where=below > 0)
    return ratio


def _curve(table: RiskTable, value: Floats, variance: Floats, level: float, method: str) -> Curve:
    known = table.n - np.concatenate([np.zeros(1, np.int64), np.cumsum(table.censored)[:-1]])
    risk = table.at_risk()
    emptied = _staying(risk, table.events.sum(axis=0))[-1] == 0
    last = table.limit_ms if emptied else int(np.flatnonzero(risk > 0)[-1])
    low, high = limits(value, variance, known, z_of(level))
    for array in (value, variance, low, high, known):
        array.setflags(write=False)
    return Curve(value, variance, low, high, known, last, table.n, level, method)


def limits(value: Floats, variance: Floats, known: Counts, z: float) -> tuple[Floats, Floats]:
    """Limits of shares on the log(−log) scale; where a share is 0 or 1, Wilson's over the units known.

    Kalbfleisch & Prentice (2002), eq. 1.16: F^exp(± z √var / (F log F)).

    Args:
        value: Shares in [0, 1].
        variance: Their variances.
        known: Units whose state is known.
        z: Normal quantile, above 0.

    Returns:
        (low, high), of the shape given.
    """
    inner = (value > 0) & (value < _ALL)
    log = np.log(np.where(inner, value, 0.5))
    exponent = np.minimum(z * np.sqrt(variance) / (value * -log + ~inner), _LARGEST_EXPONENT)
    low, high = np.exp(log * np.exp(exponent)), np.exp(log * np.exp(-exponent))
    tail = z * z / (known + z * z)
    low = np.where(inner, low, np.where(value > 0, 1 - tail, 0.0))
    return np.minimum(low, value), np.maximum(np.where(inner, high, np.where(value > 0, 1.0, tail)), value)


def require_ms(ms: int) -> None:
    """Refuse a time before the unit entered.

    Args:
        ms: The time since entering, in ms.

    Raises:
        ValueError: If it is below 0.
    """
    if ms < 0:
        raise ValueError(f"`ms` is {ms}; must be 0 or more; give the time since the unit entered.")


def unwatched(ms: int, last_ms: int) -> NoEffect:
    """Nobody was watched for so long."""
    return NoEffect(
        "beyond_observation",
        f"Nobody was watched for {ms / 1000:g} s; the curve ends at {last_ms / 1000:g} s.",
        (("asked_s", ms / 1000), ("last_s", last_ms / 1000)),
    )
