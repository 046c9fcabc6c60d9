"""Two curves compared at one moment."""

from experiments.stats.contrast import Term, contrast, ratio, relative_shift
from experiments.stats.effects import Effect, NoEffect, Shift, no_variation, without_hits
from experiments.stats.survival.curves import Curve, limits, require_ms, unwatched


def difference_at(
    control: Curve, treatment: Curve, ms: int, level: float = 0.95, coefficient: float = 1.0
) -> Effect | NoEffect:
    """Treatment's share at one ms minus `coefficient` times control's, by MOVER from both curves' intervals.

    Args:
        control: Control's curve.
        treatment: The treatment's curve of the same cause.
        ms: The time since entering, in ms.
        level: Confidence level in (0, 1).
        coefficient: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.

    Returns:
        An Effect in shares; a NoEffect beyond the last ms that either arm was watched at.
    """
    require_ms(ms)
    last = min(control.last_ms, treatment.last_ms)
    if ms > last:
        return unwatched(ms, last)
    return contrast((_term(1, treatment, ms), _term(-coefficient, control, ms)), level, "mover_incidence")


def relative_difference_at(
    control: Curve, treatment: Curve, ms: int, level: float = 0.95
) -> Effect | NoEffect:
    """(treatment − control) / control of two shares at one ms, by MOVER from both curves' intervals.

    Args:
        control: Control's curve.
        treatment: The treatment's curve of the same cause.
        ms: The time since entering, in ms.
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 %), which agrees with `difference_at` about "no change"; a NoEffect beyond the
        last ms that either arm was watched at, or when control's share is 0.
    """
    require_ms(ms)
    last = min(control.last_ms, treatment.last_ms)
    if ms > last:
        return unwatched(ms, last)
    if control.value[ms] == 0:
        return without_hits()
    return ratio(_term(1, control, ms), _term(1, treatment, ms), level, "mover_ratio_incidence")


def shift_at(control: Curve, treatment: Curve, ms: int, coefficient: float = 1.0) -> Shift | NoEffect:
    """`difference_at` before an interval is drawn, with the sum of both delta-method variances.

    Args:
        control: Control's curve.
        treatment: The treatment's curve of the same cause.
        ms: The time since entering, in ms.
        coefficient: As for `difference_at`.
    """
    require_ms(ms)
    last = min(control.last_ms, treatment.last_ms)
    if ms > last:
        return unwatched(ms, last)
    variance = float(treatment.variance[ms] + coefficient**2 * control.variance[ms])
    if variance == 0:
        return no_variation()
    value = float(treatment.value[ms] - coefficient * control.value[ms])
    return Shift(value, variance, control.n + treatment.n, "absolute", "incidence")


def relative_shift_at(control: Curve, treatment: Curve, ms: int, level: float) -> Shift | NoEffect:
    """`relative_difference_at` before an interval is drawn, by the delta method.

    Args:
        control: Control's curve.
        treatment: The treatment's curve of the same cause.
        ms: The time since entering, in ms.
        level: At which control must be told from 0, in (0, 1).
    """
    require_ms(ms)
    last = min(control.last_ms, treatment.last_ms)
    if ms > last:
        return unwatched(ms, last)
    (c, vc), (t, vt) = ((float(one.value[ms]), float(one.variance[ms])) for one in (control, treatment))
    return relative_shift(c, vc, t, vt, control.n + treatment.n, level)


def _term(weight: float, curve: Curve, ms: int) -> Term:
    here = slice(ms, ms + 1)
    value, variance, known = curve.value[here], curve.variance[here], curve.known[here]

    def at(z: float) -> tuple[float, float]:
        low, high = limits(value, variance, known, z)
        return float(low[0]), float(high[0])

    return Term(weight, float(value[0]), at)
