"""Shares of units: Wilson's interval, Newcombe's difference, relative effects, interaction, equality."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.stats.contrast import Limits, Term, contrast, divisible, p_of, ratio, relative_change, z_of
from experiments.stats.effects import (
    Effect,
    Estimate,
    Interval,
    NoEffect,
    no_units,
    no_variation,
    without_hits,
)
from experiments.stats.samples import Count


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """Pearson's statistic with its degrees of freedom and upper-tail p-value."""

    statistic: float
    freedom: int
    p_value: float


def rate(count: Count, level: float = 0.95) -> Estimate | NoEffect:
    """The share hits / n with Wilson's score interval.

    Wilson (1927), JASA 22:209–212; recommended over Wald at every n by Brown, Cai & DasGupta (2001).

    Args:
        count: Units and hits.
        level: Confidence level in (0, 1).

    Returns:
        The share in [0, 1]; a NoEffect when there are no units.
    """
    z = z_of(level)
    if count.n == 0:
        return no_units()
    return Estimate(count.hits / count.n, Interval(*wilson(count.hits, count.n, z), level), count.n, "wilson")


def wilson(hits: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's score limits of hits / n: the shares p with |hits/n − p| ≤ z √(p (1 − p) / n).

    Args:
        hits: Hits, 0 to n (may be an effective, fractional number).
        n: Units, above 0.
        z: Normal quantile, 0 or more.

    Returns:
        (low, high) in [0, 1]; exactly 0 below no hits, exactly 1 above all hits.
    """
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == n else min(1.0, centre + half)
    return min(low, share), max(high, share)


def difference(
    control: Count, treatment: Count, level: float = 0.95, coefficient: float = 1.0
) -> Effect | NoEffect:
    """Treatment's share minus `coefficient` times control's, with Newcombe's hybrid score interval.

    Newcombe (1998), Statist. Med. 17:873–890, method 10; defined at 0 % and 100 %. The p-value is where
    this interval begins to exclude 0, so it differs a little from the pooled z-test.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        level: Confidence level in (0, 1).
        coefficient: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.

    Returns:
        An Effect in shares (0.01 = one %-point); a NoEffect when an arm has no units. Not for units that
        repeat within an arm (impressions of one person): their interval is too narrow here.
    """
    if control.n == 0 or treatment.n == 0:
        return no_units()
    return contrast((_term(1, treatment), _term(-coefficient, control)), level, "newcombe")


def interaction(
    neither: Count, first: Count, second: Count, both: Count, level: float = 0.95
) -> Effect | NoEffect:
    """The additive interaction of two tactics: both − first − second + neither, in shares.

    Negative: together they bring less than the sum of each alone (they cannibalise); near 0: they add up.
        Interval by MOVER over four Wilson intervals (Zou & Donner 2008).

    Args:
        neither: The arm with neither tactic.
        first: The arm with the first tactic only.
        second: The arm with the second tactic only.
        both: The arm with both.
        level: Confidence level in (0, 1).

    Returns:
        An Effect in shares; a NoEffect when an arm has no units. On the multiplicative scale the answer can
        differ.
    """
    if min(neither.n, first.n, second.n, both.n) == 0:
        return no_units()
    terms = (_term(1, both), _term(-1, first), _term(-1, second), _term(1, neither))
    return contrast(terms, level, "mover_interaction")


def relative_difference(control: Count, treatment: Count, level: float = 0.95) -> Effect | NoEffect:
    """(treatment − control) / control of two shares by MOVER from Wilson's limits.

    Donner & Zou (2012), Stat. Methods Med. Res. 21:347–359. It agrees with `difference` about "no change" and has
    that p-value; it holds its level with few hits, where `delta_ratio` does not.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 %); a NoEffect when an arm has no units or control has no hits.
    """
    if control.n == 0 or treatment.n == 0:
        return no_units()
    if control.hits == 0:
        return without_hits()
    return ratio(_term(1, control), _term(1, treatment), level, "mover_ratio")


def delta_ratio(control: Count, treatment: Count, level: float = 0.95) -> Effect | NoEffect:
    """(treatment − control) / control of two shares by the delta method.

    The usual readout of other tools, for comparison with them; with few hits its interval is too narrow.
    r = t/c − 1, se² = (t(1−t)/nt) / c² + t² (c(1−c)/nc) / c⁴.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 %); a NoEffect when an arm has no units or no hits, when nothing
        varies, or when control's share is too uncertain to divide by (Fieller's condition c > z · se(c)).
    """
    said = _no_ratio(control, treatment)
    if said is not None:
        return said
    (c, vc), (t, vt) = (_share_and_variance(count) for count in (control, treatment))
    return relative_change(c, vc, t, vt, level)


def log_ratio(control: Count, treatment: Count, level: float = 0.95) -> Effect | NoEffect:
    """(treatment − control) / control of two shares through the log ratio: the interval stays above −100 %.

    log(t/c) ± z √(1/ht − 1/nt + 1/hc − 1/nc) (Katz et al. 1978, Biometrics 34:469–474), shown as ratio − 1.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 %); a NoEffect under the same conditions as `delta_ratio`.
    """
    said = _no_ratio(control, treatment) or _uncertain(control, level)
    if said is not None:
        return said
    log = math.log(treatment.hits / treatment.n) - math.log(control.hits / control.n)
    error = math.sqrt(sum((a.n - a.hits) / (a.hits * a.n) for a in (control, treatment)))
    half = z_of(level) * error
    interval = Interval(math.expm1(log - half), math.expm1(log + half), level)
    return Effect(math.expm1(log), interval, p_of(log / error), "relative", "log_ratio")


def independence(counts: Sequence[Count]) -> ChiSquare | NoEffect:
    """Pearson's chi-square test that k arms have one and the same share (no continuity correction).

    Args:
        counts: Two or more arms.

    Returns:
        The statistic on k − 1 degrees of freedom; a NoEffect when an arm has no units or every unit behaved
        alike.

    Raises:
        ValueError: If there are fewer than two arms.
    """
    if len(counts) < 2:
        raise ValueError(f"`counts` is {len(counts)} arms; must be two or more; compare at least two.")
    n, hits = sum(c.n for c in counts), sum(c.hits for c in counts)
    if min(c.n for c in counts) == 0:
        return no_units()
    if hits in (0, n):
        return no_variation()
    share = hits / n
    statistic = math.fsum((c.hits - c.n * share) ** 2 / (c.n * share * (1 - share)) for c in counts)
    from scipy.special import chdtrc

    return ChiSquare(statistic, len(counts) - 1, float(chdtrc(len(counts) - 1, statistic)))


def _term(weight: float, count: Count) -> Term:
    return Term(weight, count.hits / count.n, _limits(count))


def _limits(count: Count) -> Limits:
    return lambda z: wilson(count.hits, count.n, z)


def _share_and_variance(count: Count) -> tuple[float, float]:
    share = count.hits / count.n
    return share, share * (1 - share) / count.n


def _uncertain(control: Count, level: float) -> NoEffect | None:
    share, variance = _share_and_variance(control)
    return divisible(share, variance, level)


def _no_ratio(control: Count, treatment: Count) -> NoEffect | None:
    """Why the ratio of two shares has no usable interval, if the counts themselves forbid it."""
    if control.n == 0 or treatment.n == 0:
        return no_units()
    if control.hits == 0 or treatment.hits == 0:
        return without_hits()
    if control.hits == control.n and treatment.hits == treatment.n:
        return no_variation()
    return None
