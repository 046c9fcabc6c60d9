"""Quantiles of events that come in clusters, one per unit: Woodruff's interval, and differences.

Deng, Knoblich & Lu (2018), "Applying the Delta Method in Metric Analytics", KDD (with the unit as
cluster); Woodruff (1952), JASA 47:635–646.
"""

import math

import numpy as np

from experiments.stats import contrast
from experiments.stats.contrast import Term, student_of, z_of
from experiments.stats.effects import Effect, Estimate, Interval, NoEffect, Shift, no_units
from experiments.stats.event_shares import design_effect
from experiments.stats.samples import Quantile
from experiments.stats.shifts import fixed

_LARGEST = 1e100  # times control; beyond it nothing can be said relative to control
_EVERYWHERE = (-math.inf, math.inf)
_SHIFT_LEVEL = 0.95  # whose interval's width says what the standard error is


def quantile(sample: Quantile, share: float, level: float = 0.95) -> Estimate | NoEffect:
    """The value below which this share of all events lies, with Woodruff's interval.

    The value is that of all events in order (Hyndman & Fan 1996, type 7), exactly so when every event lies at a cut, else
    interpolated between cuts. Its interval goes from the quantile of share − t · se to that of share + t · se, t of Student on
    n − 1 degrees of freedom, se² = d · share (1 − share) / events, d ≥ 1 the design effect near the quantile.

    Args:
        sample: Events below common cuts.
        share: In (0, 1): 0.5 is the median.
        level: Confidence level in (0, 1).

    Returns:
        The quantile in the values' unit, `n` its events; without interval for a single unit or too few events; a NoEffect
        when there are no events, or it lies beyond the cuts. Not a quantile of units: units with more events weigh more.

    Raises:
        ValueError: If share or level is outside (0, 1).
    """
    z = z_of(level)
    value = _value(sample, share)
    if isinstance(value, NoEffect):
        return value
    interval = None
    if sample.n > 1:
        low, high = _term(sample, share, value).limits(z)
        interval = Interval(low, high, level) if math.isfinite(low) and math.isfinite(high) else None
    return Estimate(value, interval, sample.events, "woodruff")


def difference(
    control: Quantile, treatment: Quantile, share: float, level: float = 0.95, coefficient: float = 1.0
) -> Effect | NoEffect:
    """Treatment's quantile minus `coefficient` times control's, by MOVER of their Woodruff intervals.

    Args:
        control: Events of control below the common cuts.
        treatment: Events of the treatment below the same.
        share: In (0, 1): 0.5 is the median.
        level: Confidence level in (0, 1).
        coefficient: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.

    Returns:
        An Effect in the values' unit with the p-value at which this interval begins to exclude 0, at least that of the widest
        interval which the events allow. A NoEffect when an arm has no events, one unit, or too few events for an interval.
        Where many events are equal the interval may be a single value, and rightly so.
    """
    terms = _terms(control, treatment, share, level)
    if isinstance(terms, NoEffect):
        return terms
    c, t = terms
    weighed = (t, Term(-coefficient, c.value, c.limits))
    return contrast.contrast(weighed, level, "woodruff_mover")


def relative_difference(
    control: Quantile, treatment: Quantile, share: float, level: float = 0.95
) -> Effect | NoEffect:
    """(treatment − control) / |control| of two quantiles, by MOVER of their Woodruff intervals where both are above 0.

    Args:
        control: Events of control below the common cuts.
        treatment: Events of the treatment below the same.
        share: In (0, 1).
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 %): by the delta method (`relative_shift`) where values below 0 forbid MOVER; a NoEffect
        where `difference` has none or control may be 0.
    """
    terms = _terms(control, treatment, share, level)
    if isinstance(terms, NoEffect):
        return terms
    c, t = terms
    if c.value > 0 and t.limits(z_of(level))[0] >= 0 and _comparable(c, t):
        return contrast.ratio(_over(c, c.value), _over(t, c.value), level, "woodruff_mover_ratio")
    found = relative_shift(control, treatment, share, level)
    return found if isinstance(found, NoEffect) else fixed(found, level)


def shift(control: Quantile, treatment: Quantile, share: float, coefficient: float = 1.0) -> Shift | NoEffect:
    """`difference` before an interval is drawn: near normal where values near the quantile are many and differ.

    Each arm's standard error is the width of its 95 % Woodruff interval over 2 t (Francisco & Fuller 1991, Ann. Stat.
    19:454–469).

    Args:
        control: Events of control below the common cuts.
        treatment: Events of the treatment below the same.
        share: In (0, 1).
        coefficient: As for `difference`.
    """
    terms = _terms(control, treatment, share, _SHIFT_LEVEL)
    if isinstance(terms, NoEffect):
        return terms
    c, t = terms
    variance = _variance(treatment, t) + coefficient**2 * _variance(control, c)
    if variance == 0 or not math.isfinite(variance):
        return _without_spread()
    return Shift(t.value - coefficient * c.value, variance, control.n + treatment.n, "absolute", "woodruff")


def relative_shift(control: Quantile, treatment: Quantile, share: float, level: float) -> Shift | NoEffect:
    """(treatment − control) / |control| of two quantiles with its variance by the delta method.

    Args:
        control: Events of control below the common cuts.
        treatment: Events of the treatment below the same.
        share: In (0, 1).
        level: At which control must be told from 0, in (0, 1).
    """
    terms = _terms(control, treatment, share, _SHIFT_LEVEL)
    if isinstance(terms, NoEffect):
        return terms
    c, t = terms
    if not _comparable(c, t):
        return contrast.uncertain_control()
    vc, vt = _variance(control, c), _variance(treatment, t)
    if vc + vt == 0 or not math.isfinite(vc + vt):
        return _without_spread()
    return contrast.relative_shift(c.value, vc, t.value, vt, control.n + treatment.n, level)


def _terms(
    control: Quantile, treatment: Quantile, share: float, level: float
) -> tuple[Term, Term] | NoEffect:
    """Both arms' quantiles with their limits, or why there is no comparison."""
    if not np.array_equal(control.cuts, treatment.cuts):
        raise ValueError(
            "`treatment` has other cuts than `control`; must have the same; take them from both together."
        )
    found = []
    for sample in (control, treatment):
        value = _value(sample, share)
        if isinstance(value, NoEffect):
            return value
        if sample.n == 1:
            return NoEffect("one_unit", "An arm has a single unit, so its spread is unknown.")
        term = _term(sample, share, value)
        if not all(math.isfinite(end) for end in term.limits(z_of(level))):
            return NoEffect(
                "too_few_for_quantile",
                f"{sample.events:,} values are too few for an interval of the {share:.0%} quantile.",
                (("n", sample.events), ("share", share)),
            )
        found.append(term)
    return found[0], found[1]


def _term(sample: Quantile, share: float, value: float) -> Term:
    """The quantile with Woodruff's limits: everywhere if the events do not reach so far."""
    error = math.sqrt(design_effect(sample, share) * share * (1 - share) / sample.events)

    def limits(z: float) -> tuple[float, float]:
        half = student_of(z, sample.n - 1) * error
        low, high = _at(sample, share - half), _at(sample, share + half)
        return _EVERYWHERE if low is None or high is None else (low, high)

    return Term(1, value, limits)


def _over(term: Term, unit: float) -> Term:
    """The term in another unit, so that squares of very large or small values stay numbers."""

    def limits(z: float) -> tuple[float, float]:
        low, high = term.limits(z)
        return low / unit, high / unit

    return Term(term.weight, term.value / unit, limits)


def _comparable(control: Term, treatment: Term) -> bool:
    return abs(treatment.value) / _LARGEST < abs(control.value)


def _value(sample: Quantile, share: float) -> float | NoEffect:
    _require_share(share)
    if sample.events == 0:
        return no_units()
    found = _at(sample, share)
    if found is None:
        sentence = "The quantile lies outside the range of values that was read, so it cannot be stated."
        return NoEffect("quantile_beyond_cuts", sentence)
    return found


def _at(sample: Quantile, share: float) -> float | None:
    """The value at a share of the way from the first event to the last."""
    if not 0 <= share <= 1:
        return None
    place = (sample.events - 1) * share
    left = math.floor(place)
    below, above = sample.value_at(left + 1), sample.value_at(min(left + 2, sample.events))
    if below is None or above is None:
        return None
    part = place - left
    return max(below, min(above, below * (1 - part) + above * part))


def _variance(sample: Quantile, term: Term) -> float:
    low, high = term.limits(z_of(_SHIFT_LEVEL))
    error = (high - low) / (2 * student_of(z_of(_SHIFT_LEVEL), sample.n - 1))
    return error * error


def _without_spread() -> NoEffect:
    sentence = "So many events have nearly the same value, or so large ones, that the quantile has no standard error."
    return NoEffect("quantile_without_spread", sentence)


def _require_share(share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"`share` is {share}; must be in (0, 1); write the median as 0.5.")
