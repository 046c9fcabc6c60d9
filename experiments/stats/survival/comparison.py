"""Two curves compared at one moment."""

from experiments.stats.contrast import Term, contrast, relative_change
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.survival.curves import Curve, limits, unwatched


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
    last = min(control.last_ms, treatment.last_ms)
    if ms > last:
        return unwatched(ms, last)
    return contrast((_term(1, treatment, ms), _term(-coefficient, control, ms)), level, "mover_incidence")


def relative_difference_at(
    control: Curve, treatment: Curve, ms: int, level: float = 0.95
) -> Effect | NoEffect:
    """(treatment − control) / control of two shares at one ms by the delta method.

    Args:
        control: Control's curve.
        treatment: The treatment's curve of the same cause.
        ms: The time since entering, in ms.
        level: Confidence level in (0, 1).

    Returns:
        A relative Effect (0.1 = +10 %); a NoEffect beyond the last ms that either arm was watched at, or
        when control's share is too uncertain to divide by.
    """
    last = min(control.last_ms, treatment.last_ms)
    if ms > last:
        return unwatched(ms, last)
    if treatment.value[ms] == 0:
        return NoEffect("ratio_without_hits", "An arm has no hits, so a relative change cannot be stated.")
    c, t = (float(curve.value[ms]) for curve in (control, treatment))
    vc, vt = (float(curve.variance[ms]) for curve in (control, treatment))
    return relative_change(c, vc, t, vt, level)


def _term(weight: float, curve: Curve, ms: int) -> Term:
    here = slice(ms, ms + 1)
    value, variance, known = curve.value[here], curve.variance[here], curve.known[here]

    def at(z: float) -> tuple[float, float]:
        low, high = limits(value, variance, known, z)
        return float(low[0]), float(high[0])

    return Term(weight, float(value[0]), at)
