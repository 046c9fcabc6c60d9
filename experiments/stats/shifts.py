"""The interval of one look around a near-normal difference of two arms, and Student's quantiles for looks in between.

A variance that was estimated makes normal boundaries too near; Jennison & Turnbull (2000, Group Sequential Methods, 4.4 and
11.5) turn each into the quantile of Student's t with the same error: "the significance level approach".
"""

from experiments.stats.contrast import p_of, z_of
from experiments.stats.effects import Effect, Interval, Shift

_FARTHEST_Z = 8.2  # where normal boundaries end; beyond, quantiles of t keep the ratio that they have there


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
    half = quantile(shift.freedom, level) * shift.error
    interval = Interval(shift.value - half, shift.value + half, level)
    return Effect(shift.value, interval, one_look_p(shift), shift.scale, shift.method)


def quantile(freedom: float | None, level: float) -> float:
    """How many standard errors the interval of one look reaches to each side.

    Args:
        freedom: Degrees of freedom of Student's t; None for normal quantiles.
        level: Confidence level in (0, 1).

    Raises:
        ValueError: If the level is outside (0, 1).
    """
    normal = z_of(level)
    if freedom is None:
        return normal
    from scipy.special import stdtrit

    return -float(stdtrit(freedom, (1 - level) / 2))


def one_look_p(shift: Shift) -> float:
    """The two-sided p-value of "no effect" at one look.

    Args:
        shift: The difference with its variance.
    """
    seen = abs(shift.value / shift.error)
    if shift.freedom is None:
        return p_of(seen)
    from scipy.special import stdtr

    return min(1.0, 2 * float(stdtr(shift.freedom, -seen)))


def reach(boundary: float, freedom: float | None) -> float:
    """How many standard errors away a boundary in Z lies, where the standard error was estimated.

    The quantile of Student's t with the normal boundary's error: 2.262157 for 1.959964 with 9 degrees of freedom.

    Args:
        boundary: In standard normal units, 0 or more.
        freedom: Degrees of freedom, 1 or more; None for a variance that counts as known.
    """
    if freedom is None or boundary == 0:
        return boundary
    from scipy.special import ndtr, stdtrit

    near = min(boundary, _FARTHEST_Z)
    return -float(stdtrit(freedom, ndtr(-near))) * (boundary / near)


def score(shift: Shift) -> float:
    """|value| in standard normal units: what `reach` turns into |value| / standard error.

    Args:
        shift: The difference with its variance.
    """
    seen = abs(shift.value / shift.error)
    if shift.freedom is None:
        return seen
    from scipy.special import ndtri, stdtr

    farthest = reach(_FARTHEST_Z, shift.freedom)
    return _FARTHEST_Z * (seen / farthest) if seen > farthest else -float(ndtri(stdtr(shift.freedom, -seen)))
