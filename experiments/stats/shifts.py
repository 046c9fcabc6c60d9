"""The interval of one look around a near-normal difference of two arms."""

from experiments.stats.contrast import p_of, z_of
from experiments.stats.effects import Effect, Interval, Shift


def fixed(shift: Shift, level: float = 0.95) -> Effect:
    """The usual interval, value ± quantile · standard error, for a look whose time was set beforehand.

    Student's t where the shift has degrees of freedom (Welch 1947, Biometrika 34:28–35), normal quantiles where it has none.

    Args:
        shift: The difference with its variance.
        level: Confidence level in (0, 1).

    Returns:
        An Effect in the shift's unit with the p-value at which this interval begins to exclude 0. Not for looking again
        and again until it excludes 0: see `sequential`.

    Raises:
        ValueError: If the level is outside (0, 1).
    """
    normal = z_of(level)
    if shift.freedom is None:
        return _effect(shift, normal, p_of(shift.value / shift.error), level)
    from scipy.special import stdtr, stdtrit

    student = -float(stdtrit(shift.freedom, (1 - level) / 2))
    p_value = min(1.0, 2 * float(stdtr(shift.freedom, -abs(shift.value / shift.error))))
    return _effect(shift, student, p_value, level)


def _effect(shift: Shift, quantile: float, p_value: float, level: float) -> Effect:
    half = quantile * shift.error
    interval = Interval(shift.value - half, shift.value + half, level)
    return Effect(shift.value, interval, p_value, shift.scale, shift.method)
