"""Days on which a metric fell silent although many units were watched: a log that stopped, not people who did.

With n units of which a share s does something, nobody does with probability (1 − s)ⁿ. The share is taken from the days
around, halved, so that a change of behaviour is not mistaken for an outage: only silence is.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_STRETCHES = 3
"""More stretches of silence than these are a rhythm, such as a shop that is closed on Sundays."""
_NEAR = 3  # days, so that what wears off is judged by what was there last
_KEPT = 0.5  # of the share around, below which behaviour does not fall from one day to the next


@dataclass(frozen=True, slots=True)
class Watched:
    """The units of one day in one arm.

    Args:
        units: How many were watched for the whole window.
        active: At least so many of them had a value other than 0; a lower bound may be a fraction.
        silent: Did none? Values that cancel each other are no silence, though the lower bound is 0 then.

    Raises:
        ValueError: If there are more active units than units, or a number is negative.
    """

    units: int
    active: float
    silent: bool

    def __post_init__(self) -> None:
        if not 0 <= self.active <= self.units:
            raise ValueError(
                f"`active` is {self.active} of {self.units} units; must be 0 to all of them; count each unit once."
            )


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch of days without anything.

    Args:
        first, last: Its days.
        units: Units that were watched on them.
        expected: How many of them would have done something at half the share of the other days.
        p_value: The chance of such a silence, over all days that were looked at.
        arm: The arm that was silent while others were not; None where all were.
    """

    first: int
    last: int
    units: int
    expected: float
    p_value: float
    arm: str | None


def silences(
    days: Mapping[str, Mapping[int, Watched]], alpha: float = 0.0005, looked: int = 1
) -> tuple[Silence, ...]:
    """Stretches of days on which all arms, or one of them, were silent beyond chance.

    p = (1 − s/2)ⁿ with n the stretch's units and s the least of the shares before and after it, of all days and of the nearest
    three; of one arm also not above the share of the others on the same days. Bonferroni over days, arms and `looked`. An arm
    that never did anything is not silent: its variant may have no such event. Nor are days that are silent every week.

    Args:
        days: Arm -> day -> its units.
        alpha: Chance of ever naming a stretch in all that is looked at, in (0, 1), where units are independent and their share
            does not halve from one stretch of days to the next.
        looked: How many metrics are looked at.

    Returns:
        The stretches in order, those of all arms first; nothing where there are more than three: that is a rhythm.

    Raises:
        ValueError: If alpha is outside (0, 1).
    """
    if not 0 < alpha < 1:
        raise ValueError(f"`alpha` is {alpha}; must be in (0, 1); .0005 is usual.")
    every = sorted({day for arm in days.values() for day in arm})
    many = max(len(every), 1) * (len(days) + 1) * looked
    together = {day: _sum(arm[day] for arm in days.values() if day in arm) for day in every}
    whole = _stretches(together, every)
    found = [_judged(together, stretch, math.inf, None, many) for stretch in whole]
    for arm, own in days.items():
        there = [day for day in every if day in own]
        for stretch in _stretches(own, there):
            others = _sum(
                one[day] for key, one in days.items() if key != arm for day in stretch if day in one
            )
            found.append(_judged(own, stretch, _share([others]), arm, many))
    told = tuple(one for one in found if one is not None and one.p_value < alpha)
    return told if len(told) <= MOST_STRETCHES else ()


def at_least_active(n: int, mean: float, deviations: float) -> float:
    """How many of n units have a value other than 0, at least: P(X ≠ 0) ≥ E[X]²/E[X²] (Cauchy–Schwarz).

    Args:
        n: Units.
        mean: Of their values.
        deviations: Σ (x − mean)².
    """
    if n == 0 or mean == 0:
        return 0.0
    spread = deviations / n / mean / mean
    return min(n / (1 + spread), float(n))


def _sum(watched: Iterable[Watched]) -> Watched:
    every = list(watched)
    units, active = sum(one.units for one in every), sum(one.active for one in every)
    return Watched(units, active, all(one.silent for one in every))


def _stretches(own: Mapping[int, Watched], days: Sequence[int]) -> list[list[int]]:
    """Runs of days with units of which none was active, but for days that are so every week."""
    hushed = {day for day in days if own[day].units and own[day].silent}
    found: list[list[int]] = []
    open_run = False
    for day in days:
        if own[day].units == 0:
            continue
        silent = day in hushed
        if silent and open_run:
            found[-1].append(day)
        elif silent:
            found.append([day])
        open_run = silent
    return [run for run in found if len(run) > 6 or not any({day - 7, day + 7} & hushed for day in run)]


def _judged(
    own: Mapping[int, Watched], stretch: Sequence[int], at_most: float, arm: str | None, many: int
) -> Silence | None:
    before = [own[day] for day in sorted(own) if day < stretch[0] and own[day].units]
    after = [own[day] for day in sorted(own) if day > stretch[-1] and own[day].units]
    told = [_share(one) for one in (before, before[-_NEAR:], after, after[:_NEAR])]
    around = [share for share in told if not math.isnan(share)]
    if not around or math.isnan(at_most):
        return None
    share = _KEPT * min(*around, at_most, 1.0)
    units = sum(own[day].units for day in stretch)
    p_value = min(math.exp(units * math.log1p(-share)) * many, 1.0)
    return Silence(stretch[0], stretch[-1], units, units * share, p_value, arm)


def _share(watched: Sequence[Watched]) -> float:
    """The share of active units; NaN without units."""
    units = sum(one.units for one in watched)
    return sum(one.active for one in watched) / units if units else math.nan
