"""Group-sequential looks: repeated confidence intervals at looks whose times were set beforehand.

Jennison & Turnbull (1989), "Interim analyses: the repeated confidence interval approach", JRSS B 51:305–361.
"""

import math
from collections.abc import Sequence

from experiments.stats.contrast import p_of, z_of
from experiments.stats.effects import Effect, Interval, NoEffect, Shift
from experiments.stats.sequential.boundaries import FARTHEST_Z, efficacy
from experiments.stats.sequential.futility import futility, inflation
from experiments.stats.sequential.spending import Spending
from experiments.stats.shifts import reach, score

_LEAST_Z = 1e-4  # of one look: p-values above 0.9999 are 1
_CLOSE = 1e-10


def interval(
    shift: Shift, level: float, information: Sequence[float], spending: Spending, look: int = -1
) -> Effect:
    """The repeated confidence interval at one of the looks: value ± z_k · standard error.

    All of them hold the truth together with probability `level`, so one may stop at any look, or go on after any. Where the
    shift has degrees of freedom, z_k becomes the quantile of Student's t with the same error (Jennison & Turnbull 2000, 4.4);
    still begin with, say, 100 units and 25 events an arm.

    Args:
        shift: The difference with its variance, of the units at this look.
        level: Confidence level over all looks, in (0, 1), the same at every look.
        information: t_1 < … < t_k: units of the two arms compared / those planned for them, by look. Never summed over
            segments, metrics or other arms: what is counted twice spends alpha too early. When looks happen must not
            depend on results.
        spending: How alpha is spent over them, the same at every look.
        look: Which of them it is; the last if left out.

    Returns:
        An Effect in the shift's unit; its p-value is the two-sided error at which this interval begins to exclude 0. The first
        look with t ≥ 1 has all the error that is left, whatever its t. Looks after it have none: their interval is
        8.2 standard errors wide on each side and shows nothing; ask `past_the_end` first and say so.

    Raises:
        ValueError: If the level is outside (0, 1), the information does not increase, or there is no such look.
    """
    z_of(level)
    times, place = _at(information, look)
    boundary, alpha = efficacy(times, 1 - level, spending)[place], 1 - level
    half, seen = reach(boundary, shift.freedom) * shift.error, score(shift)
    p_value = _repeated_p(seen, times, spending, place)
    excluded = abs(shift.value) > half  # the search ends a rounding off the level asked
    p_value = min(p_value, math.nextafter(alpha, 0)) if excluded else max(p_value, alpha)
    drawn = Interval(shift.value - half, shift.value + half, level)
    return Effect(shift.value, drawn, p_value, shift.scale, f"{shift.method}_group")


def past_the_end(information: Sequence[float], look: int = -1) -> NoEffect | None:
    """Why a look can show nothing any more, if so: the planned units were all in at one before it.

    A look more after the plan's end is a chance more to be wrong: ten looks past the end of twenty, each read as if it were
    the last, would raise 5 % to 6.7 % (O'Brien–Fleming).

    Args:
        information: As for `interval`.
        look: As for `interval`.

    Raises:
        ValueError: If there is no such look.
    """
    times, place = _at(information, look)
    decided = next((k for k, t in enumerate(times[:place]) if t >= 1), None)
    if decided is None:
        return None
    return NoEffect(
        "looking.past_the_end",
        f"All planned units were in at look {decided + 1:,}, which decided; a later look has no error left to spend. Read the "
        "result as of that look.",
        (("look", decided + 1),),
    )


def repeated_p(z: float, information: Sequence[float], spending: Spending, look: int = -1) -> float:
    """The two-sided error at which the boundary of a look is met, in the same family.

    Args:
        z: The estimate over its standard error.
        information: As for `interval`.
        spending: As for `interval`.
        look: As for `interval`.

    Returns:
        The p-value in (0, 1], never rising in |z|; to about 1e-9 of itself.

    Raises:
        ValueError: If the information does not increase or there is no such look.
    """
    times, place = _at(information, look)
    return _repeated_p(abs(z), times, spending, place)


def width(information: Sequence[float], level: float, spending: Spending, look: int = -1) -> float:
    """How many times as wide as the interval of one look with the same units: the price of the looks before.

    Args:
        information: As for `interval`.
        level: Confidence level over all looks, in (0, 1).
        spending: As for `interval`.
        look: As for `interval`.

    Raises:
        ValueError: If the level is outside (0, 1), the information does not increase, or there is no such look.
    """
    one_look = z_of(level)
    times, place = _at(information, look)
    return efficacy(times, 1 - level, spending)[place] / one_look


def inflation_factor(
    information: Sequence[float],
    level: float,
    spending: Spending,
    power: float = 0.8,
    *,
    stopping: bool = False,
) -> float:
    """By how much to multiply the units planned for one look, so that looking this way keeps their power.

    Args:
        information: t_1 < … < t_K of the plan; its end is added if it is not there.
        level: Confidence level over all looks, in (0, 1).
        spending: How alpha (and beta) is spent.
        power: Chance to find the effect planned for, in (1 − level, 1).
        stopping: Whether futility stops are obeyed too; then one-sided.

    Raises:
        ValueError: If the information does not increase, or level and power are outside their ranges.
    """
    z_of(level)
    whole = (*information,) if len(information) == 0 or information[-1] >= 1 else (*information, 1.0)
    if stopping:
        return futility(whole, (1 - level) / 2, power, spending).inflation
    return inflation(whole, 1 - level, power, spending)


def futile(
    shift: Shift,
    minimum: float,
    level: float,
    information: Sequence[float],
    spending: Spending,
    power: float = 0.8,
) -> bool:
    """Whether the smallest effect that matters is as good as ruled out, and nothing in its direction is shown.

    The one-sided repeated bound of level `power` lies below the minimum: (value − minimum)/error ≤ −b_k, b the efficacy
    boundaries that spend 1 − power, while Z_k is inside ±z_k. If the truth is the minimum, this happens at any of the looks
    with probability 1 − power or less, whatever its variance, whether or not one goes on after it; it costs the interval
    nothing (Jennison & Turnbull 1989, §3). `futility` plans nearly the same boundaries, with the units that they ask.

    Args:
        shift: The difference with its variance, of the units at the last look.
        minimum: The smallest effect that matters, in the shift's unit, not 0; its sign says which direction is good.
        level: Confidence level over all looks, in (0, 1).
        information: t_1 < … < t_k so far, as for `interval`.
        spending: How alpha and 1 − power are spent.
        power: Chance to keep an effect of the minimum, in (0.5, 1).

    Raises:
        ValueError: If the minimum is 0 or not finite, the information does not increase, or level and power are outside their
            ranges.
    """
    z_of(level)
    if minimum == 0 or not math.isfinite(minimum):
        raise ValueError(
            f"`minimum` is {minimum}; must be finite and not 0; state the smallest effect that matters."
        )
    if not 0.5 < power < 1:
        raise ValueError(f"`power` is {power}; must be in (0.5, 1); write 80 % as 0.8.")
    times, place = _at(information, -1)
    good = math.copysign(1.0, minimum)
    shown = good * shift.value / shift.error > reach(
        efficacy(times, 1 - level, spending)[place], shift.freedom
    )
    below = (good * shift.value - abs(minimum)) / shift.error
    return not shown and below <= -reach(efficacy(times, 1 - power, spending, 1)[place], shift.freedom)


def _repeated_p(z: float, times: tuple[float, ...], spending: Spending, place: int) -> float:
    """`repeated_p` by Brent's search over the errors of one look: that quantile is never beyond the boundary."""

    def short(one_look: float) -> float:
        return efficacy(times[: place + 1], p_of(one_look), spending)[place] - z

    if z >= FARTHEST_Z:
        return p_of(z)  # boundaries are cut off there, so nothing smaller can be told
    if z <= _LEAST_Z or short(_LEAST_Z) >= 0:
        return 1.0
    from scipy.optimize import brentq

    return p_of(float(brentq(short, _LEAST_Z, z, xtol=_CLOSE))) if short(z) > 0 else p_of(z)


def _at(information: Sequence[float], look: int) -> tuple[tuple[float, ...], int]:
    """The looks, and the place of the one asked for."""
    times = tuple(float(one) for one in information)
    place = look if look >= 0 else len(times) + look
    if not 0 <= place < len(times):
        raise ValueError(f"`look` is {look} of {len(times)} looks; must be one of them; give its place.")
    return times, place
