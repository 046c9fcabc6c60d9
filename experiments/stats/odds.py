"""Odds ratios: how much higher the odds of conversion are with something than without it."""

import math
from dataclasses import dataclass

from experiments.stats.contrast import p_of, z_of
from experiments.stats.effects import Interval, NoEffect, no_units, no_variation
from experiments.stats.samples import Count


@dataclass(frozen=True, slots=True)
class OddsRatio:
    """The odds with something over the odds without it; 1 = no association.

    Args:
        value: The ratio, above 0.
        interval: Its confidence interval.
        p_value: Two-sided, of "no association".
    """

    value: float
    interval: Interval
    p_value: float

    @property
    def strength(self) -> float:
        """How far the interval stays from 1, on the log scale: 0 where it holds 1."""
        return max(math.log(self.interval.low), -math.log(self.interval.high), 0.0)


def odds_ratio(present: Count, absent: Count, level: float = 0.95) -> OddsRatio | NoEffect:
    """The odds ratio of a 2×2 table with ½ added to each cell (Haldane–Anscombe), and the logit interval.

    a, b = hits and misses with it, c, d = without: log OR = log((a + ½)(d + ½) / ((b + ½)(c + ½))), standard
    error √Σ 1/(cell + ½), interval exp(log OR ± z · error), p-value from log OR / error (Haldane 1956, Ann. Hum. Genet.
    20:309–311; Anscombe 1956, Biometrika 43:461–464; Gart 1966). The correction is always made: the ratio stays
    finite with an empty cell and is nearly unbiased on the log scale; the interval keeps its level in small samples (Agresti
    1999, Biometrics 55:597–602).

    Args:
        present: Units that have it, and those of them that converted as hits.
        absent: The same of units without it.
        level: Confidence level in (0, 1).

    Returns:
        The ratio; a NoEffect when either side has no units or all units behaved alike. It tells what goes together, not
        what causes what.
    """
    if present.n == 0 or absent.n == 0:
        return no_units()
    if present.hits + absent.hits in (0, present.n + absent.n):
        return no_variation()
    a, b, c, d = (cell + 0.5 for one in (present, absent) for cell in (one.hits, one.n - one.hits))
    log = math.log(a * d / (b * c))
    error = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    half = z_of(level) * error
    interval = Interval(math.exp(log - half), math.exp(log + half), level)
    return OddsRatio(math.exp(log), interval, p_of(log / error))
