"""The ratio of two arms' hazards of one cause."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import Estimate, Interval, NoEffect, without_hits
from experiments.stats.samples import RiskTable

Floats = NDArray[np.float64]

_FARTHEST_LOG = 40.0  # e^40: no hazard is so many times another


@dataclass(frozen=True, slots=True)
class HazardRatio:
    """The hazard of a cause in the treatment over that in control, in [from_ms, to_ms).

    Args:
        cause: Which ending.
        from_ms: First ms.
        to_ms: The ms after the last.
        control: Endings by the cause in control.
        treatment: The same in the treatment.
        ratio: treatment / control with its interval; a NoEffect where there is none.
        p_value: Two-sided p-value of equal hazards, in [0, 1].
    """

    cause: str
    from_ms: int
    to_ms: int
    control: int
    treatment: int
    ratio: Estimate | NoEffect
    p_value: float


@dataclass(frozen=True, slots=True)
class _Moments:
    """The ms at which a cause ended anybody while both arms were watched: endings, and units at risk in both."""

    ended: Floats
    control: Floats
    treatment: Floats

    def share(self, log_ratio: float) -> float:
        """Of the endings, the share expected in the treatment at a ratio of hazards."""
        weighted = self.treatment * math.exp(log_ratio)
        return float(np.sum(self.ended * (weighted / (self.control + weighted))) / self.ended.sum())


def hazard_ratio(
    control: RiskTable,
    treatment: RiskTable,
    cause: str,
    from_ms: int = 0,
    to_ms: int | None = None,
    level: float = 0.95,
) -> HazardRatio:
    """The ratio of the cause-specific hazards of two arms, assumed constant over the time asked for.

    The ratio r solves Cox's score equation d1 = Σ d(t) r Y1(t) / (Y0(t) + r Y1(t)) (Cox 1972, JRSS B 34, eq. 12;
    ties as Breslow's). Given the moments, the treatment's endings are nearly binomial with that share at the true r,
    so interval and p-value invert the exact binomial limits (Clopper & Pearson 1934, Biometrika 26): valid with few
    endings, a little wide, and the interval excludes 1 exactly when the p-value is below 1 − level.

    Args:
        control: Control's endings.
        treatment: The treatment's, with the same causes.
        cause: Which ending; the other causes censor it.
        from_ms: First ms.
        to_ms: The ms after the last; None for both tables' whole time.
        level: Confidence level in (0, 1).

    Returns:
        The ratio; its estimate is a NoEffect if control has no endings, or nobody ended while both were watched.
        Units must be independent. Where the hazards cross it is an average: look at shorter times too.

    Raises:
        ValueError: If a table has no such cause, or the time is empty.
    """
    for table in (control, treatment):
        if cause not in table.causes:
            raise ValueError(f"`cause` is {cause!r}; must be one of {table.causes}; choose one of them.")
    last = min(control.limit_ms, treatment.limit_ms)
    end = last + 1 if to_ms is None else min(to_ms, last + 1)
    if not 0 <= from_ms < end:
        raise ValueError(f"`from_ms` is {from_ms}; must be 0 to {end - 1}; ask for a time that was watched.")
    when = slice(from_ms, end)
    events = [table.events[table.causes.index(cause), when] for table in (control, treatment)]
    risk = [table.at_risk()[when] for table in (control, treatment)]
    informs = (events[0] + events[1] > 0) & (risk[0] > 0) & (risk[1] > 0)
    d0, d1 = (int(counts[informs].sum()) for counts in events)
    moments = _Moments(*(counts[informs].astype(np.float64) for counts in (events[0] + events[1], *risk)))
    found, p_value = _estimate(moments, d0, d1, level), _p_value(moments, d0, d1)
    return HazardRatio(cause, from_ms, end, int(events[0].sum()), int(events[1].sum()), found, p_value)


def _estimate(moments: _Moments, d0: int, d1: int, level: float) -> Estimate | NoEffect:
    if d0 + d1 == 0:
        return NoEffect(
            "no_endings", "Nobody ended this way while both arms were watched, so there is no ratio."
        )
    if d0 == 0:
        return without_hits()
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    value = _ratio_at(moments, d1 / (d0 + d1))
    low = _ratio_at(moments, float(betaincinv(d1, d0 + 1, tail))) if d1 else 0.0
    high = _ratio_at(moments, float(betaincinv(d1 + 1, d0, 1 - tail)))
    return Estimate(value, Interval(min(low, value), max(high, value), level), d0 + d1, "cox_exact")


def _p_value(moments: _Moments, d0: int, d1: int) -> float:
    if d0 + d1 == 0:
        return 1.0
    from scipy.special import bdtr, bdtrc

    share, n = moments.share(0.0), d0 + d1
    at_most = float(bdtr(d1, n, share))
    at_least = float(bdtrc(d1 - 1, n, share)) if d1 else 1.0
    return min(1.0, 2 * min(at_most, at_least))


def _ratio_at(moments: _Moments, share: float) -> float:
    """The ratio of hazards at which this share of the endings is expected in the treatment."""
    if share <= 0:
        return 0.0
    from scipy.optimize import brentq

    log = brentq(lambda log: moments.share(log) - share, -_FARTHEST_LOG, _FARTHEST_LOG, xtol=1e-13)
    return math.exp(log)
