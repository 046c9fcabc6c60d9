"""Losses beyond what others lead to expect: the excess with its interval, and Fisher's exact test."""

from dataclasses import dataclass

from experiments.stats.effects import Interval, NoEffect
from experiments.stats.proportions import difference
from experiments.stats.samples import Count


@dataclass(frozen=True, slots=True)
class Excess:
    """How many more were lost than everybody else's rate leads to expect.

    Args:
        lost: Units lost in the segment.
        expected: Units that would have been lost there at the rate of the others.
        value: lost − expected.
        interval: Of the same quantity.
        p_value: One-sided: "the segment loses no more than the others".
        n: Units in the segment.
    """

    lost: int
    expected: float
    value: float
    interval: Interval
    p_value: float
    n: int

    @property
    def sharpness(self) -> float:
        """The excess in units of its own uncertainty: value / distance to the lower end.

        1 where that end is 0; 0 where there is no uncertainty below (nobody lost here, everybody elsewhere).
        """
        below = self.value - self.interval.low
        return self.value / below if below > 0 else 0.0


def excess(segment: Count, others: Count, level: float = 0.95) -> Excess | NoEffect:
    """Lost units of a segment beyond those expected from everybody else.

    value = lost − n · (lost of others / n of others) = n · (difference of the two shares), so the interval is n times
    Newcombe's (1998, method 10): it holds the uncertainty of the expectation too. The p-value is Fisher's exact one.

    Args:
        segment: Units at the step and those lost there, as hits.
        others: The same of everybody else.
        level: Confidence level in (0, 1).

    Returns:
        The excess; a NoEffect when either side has no units. Not for a segment that was chosen because it looked
        worst: pick by adjusted p-values.
    """
    apart = difference(others, segment, level)
    if isinstance(apart, NoEffect):
        return apart
    expected = segment.n * others.hits / others.n
    return Excess(
        lost=segment.hits,
        expected=expected,
        value=segment.hits - expected,
        interval=Interval(segment.n * apart.interval.low, segment.n * apart.interval.high, level),
        p_value=more(segment, others),
        n=segment.n,
    )


def more(segment: Count, others: Count) -> float:
    """Fisher's exact one-sided p-value: P(X ≥ hits of the segment), all margins of the 2×2 table fixed.

    X is hypergeometric: n of the segment drawn from all units, of which all hits are marked (Fisher 1935, JRSS
    98:39–82; Agresti 2013, Categorical Data Analysis, 3.5). It never exceeds its level, at any n.

    Args:
        segment: Units and hits.
        others: The same of everybody else.

    Returns:
        The p-value in [0, 1]; 1 when the segment has no hits.
    """
    from scipy.stats import hypergeom

    n, hits = segment.n + others.n, segment.hits + others.hits
    return float(min(1.0, max(0.0, hypergeom.sf(segment.hits - 1, n, hits, segment.n))))
