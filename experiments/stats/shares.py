"""Two shares as a near-normal difference, for ways of looking that draw their own interval."""

from experiments.stats import contrast
from experiments.stats.effects import NoEffect, Shift, no_units, no_variation
from experiments.stats.samples import Count


def shift(control: Count, treatment: Count, coefficient: float = 1.0) -> Shift | NoEffect:
    """Treatment's share minus `coefficient` times control's with the unpooled variance Σ p (1 − p) / n.

    Wald's variance: right for many hits and non-hits in each arm, and far off for few.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        coefficient: 1 for the difference; 1 − m or 1 + m to test against a margin m relative to control.

    Returns:
        The shift in shares; a NoEffect when an arm has no units, or nothing varies.
    """
    if control.n == 0 or treatment.n == 0:
        return no_units()
    (c, vc), (t, vt) = _share(control), _share(treatment)
    variance = vt + coefficient**2 * vc
    if variance == 0:
        return no_variation()
    return Shift(t - coefficient * c, variance, control.n + treatment.n, "absolute", "wald")


def relative_shift(control: Count, treatment: Count, level: float) -> Shift | NoEffect:
    """(treatment − control) / control of two shares with its delta-method variance.

    Args:
        control: Units and hits of control.
        treatment: Units and hits of the treatment.
        level: At which control must be told from 0, in (0, 1).
    """
    if control.n == 0 or treatment.n == 0:
        return no_units()
    return contrast.relative_shift(*_share(control), *_share(treatment), control.n + treatment.n, level)


def _share(count: Count) -> tuple[float, float]:
    share = count.hits / count.n
    return share, share * (1 - share) / count.n
