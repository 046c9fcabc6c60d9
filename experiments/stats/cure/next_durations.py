"""What to test next: the display times that would narrow the answer most, and how many units each needs."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.contrast import z_of
from experiments.stats.cure.beyond import SUPPORTED, hazards
from experiments.stats.cure.families import FAMILIES
from experiments.stats.cure.fitting import Fit, Fits, fitted
from experiments.stats.cure.future import Future
from experiments.stats.cure.past import Past, past
from experiments.stats.cure.prediction import predict
from experiments.stats.cure.profile import profile
from experiments.stats.cure.spans import reduced, until
from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.multiplicity import bonferroni_level
from experiments.stats.power import per_arm

Floats = NDArray[np.float64]

_TIMES = 3  # the limit: so far it is looked
_STEPS_MS = (500, 100, 1)  # tests are at round numbers, if there are four from the limit to the target
_ROUND_MS, _LONG_MS = 100, 1000  # the target of limits from a second on is a round number too
_PARTS = (0.25, 0.5, 0.75, 1.0)
_NEARLY = 1.1  # of the least width: not worth a longer display


@dataclass(frozen=True, slots=True)
class NextDuration:
    """One display time to test.

    Args:
        n_ms: The display time, in ms.
        taps: The predicted share that taps in it.
        width: The width expected of the interval of the share at the target, after as many units as now.
        reduction: 1 − width / the width now.
        per_arm: Units per arm to find the difference that matters.
    """

    n_ms: int
    taps: Estimate
    width: float
    reduction: float
    per_arm: int


@dataclass(frozen=True, slots=True)
class NextDurations:
    """What to test next.

    Args:
        target_ms: The display time whose share is to be narrowed: the longest that a supported family would choose.
        now: Its predicted share.
        tests: One or two display times, shortest first.
    """

    target_ms: int
    now: Estimate
    tests: tuple[NextDuration, ...]


def next_durations(
    found: Fits, *, within: float = 0.05, matters: float = 0.05, alpha: float = 0.05, power: float = 0.8
) -> NextDurations | NoEffect:
    """The display times to test beside the present one, so that the share at the best time becomes known.

    Each family within 6 of the best AIC would choose the shortest time with nearly the taps of three times the limit; the
    longest of these is the target. For times D on the way to it, the data that the best family expects of an arm shown D
    are fitted anew: the width is that of the union of the profile intervals of the families that then remain, or the
    sampling error of a share where D reaches the target. Chosen are the shortest D of nearly the least width, and one
    halfway, so that with the present limit there are three times: the least for a dose–response and to see whether a
    longer display changes how people behave before.

    Args:
        found: The fits of one cause.
        within: How much fewer taps than at three times the limit are nearly as many, relative, in (0, 1).
        matters: The relative difference of the share against the present limit's that matters, above 0.
        alpha: Chance of a false alarm, shared by the tests (Bonferroni), in (0, 1).
        power: Chance to find the difference that matters, in (0.5, 1).

    Returns:
        The tests; a NoEffect without a fit, or where every family is content with the present limit.

    Raises:
        ValueError: If `within` or `matters` makes no sense.
    """
    if not 0 < within < 1:
        raise ValueError(f"`within` is {within}; must be in (0, 1); write 5 % as 0.05.")
    if matters <= 0:
        raise ValueError(f"`matters` is {matters}; must be above 0; write 5 % as 0.05.")
    near = found.within(SUPPORTED)
    if not near:
        return next(one for one in found.found.values() if isinstance(one, NoEffect))
    limit = until(found.table)
    seen = past(found.table, limit)
    gone = int(found.table.events[:, limit].sum())
    if found.table.at_risk()[limit] == gone:  # nobody is left whom more time could reach
        return _content(limit)
    target = _round(
        max(_chosen(found, one, seen, within) for one in near), _ROUND_MS if limit >= _LONG_MS else 1
    )
    now = predict(found, target)
    share = predict(found, limit)
    if (
        target <= _round(limit, _ROUND_MS if limit >= _LONG_MS else 1)
        or isinstance(now, NoEffect)
        or isinstance(share, NoEffect)
    ):
        return _content(limit)
    planned = _planned(found, near[0], seen, target)
    width_now = _width(now.shares[found.cause])
    present = share.shares[found.cause].value
    more = present * (1 + matters) if present * (1 + matters) < 1 else present * (1 - matters)
    needed = per_arm(present, more, 1 - bonferroni_level(alpha, len(planned)), power)
    tests = []
    for n_ms, width in planned.items():
        there = predict(found, n_ms)
        if isinstance(there, NoEffect):
            return there
        reduction = 1 - width / width_now
        tests.append(NextDuration(n_ms, there.shares[found.cause], width, reduction, needed))
    return NextDurations(target, now.shares[found.cause], tuple(tests))


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """What a family expects of one unit shown for long enough: by ms, who is there, and the hazards."""

    there: Floats
    hazard: Floats
    others: Floats

    def share(self, n_ms: int) -> float:
        """Ended by the cause before N."""
        return float((self.there * self.hazard)[:n_ms].sum())

    def left(self, n_ms: int) -> float:
        """Still there at N."""
        return float(self.there[n_ms - 1] * (1 - self.hazard[n_ms - 1] - self.others[n_ms - 1]))


def _course(found: Fits, one: Fit, seen: Past, end: int) -> _Course:
    row = found.table.causes.index(found.cause)
    hazard = hazards(one, one.point[None], end)[0]
    others = np.full(end, np.delete(seen.rates, row).sum())
    others[: seen.end] = np.delete(seen.hazards, row, axis=0).sum(axis=0)
    left = np.cumprod(1 - hazard - others)
    return _Course(np.concatenate([np.ones(1), left[:-1]]), hazard, others)


def _chosen(found: Fits, one: Fit, seen: Past, within: float) -> int:
    """The shortest time with nearly the taps of the longest looked at; no time of the data is told from the limit."""
    course = _course(found, one, seen, _TIMES * seen.end)
    shares = np.cumsum(course.there * course.hazard)
    return max(int(np.argmax(shares >= (1 - within) * shares[-1])) + 1, seen.end)


def _planned(found: Fits, best: Fit, seen: Past, target: int) -> dict[int, float]:
    """The times to test with the width expected of each, shortest first."""
    course = _course(found, best, seen, target + _STEPS_MS[0])
    away = target - seen.end
    step = next(step for step in _STEPS_MS if step * len(_PARTS) <= away or step == 1)
    tried = {_round(seen.end + part * away, step) for part in _PARTS}
    widths = {n_ms: _expected(found, course, seen, n_ms, target) for n_ms in sorted(tried) if n_ms > seen.end}
    longest = min(n_ms for n_ms, width in widths.items() if width <= _NEARLY * min(widths.values()))
    halfway = _round((seen.end + longest) / 2, step)
    if not seen.end < halfway < longest:
        return {longest: widths[longest]}
    return {halfway: _expected(found, course, seen, halfway, target), longest: widths[longest]}


def _round(ms: float, step: int) -> int:
    return math.ceil(ms / step) * step


def _expected(found: Fits, course: _Course, seen: Past, n_ms: int, target: int) -> float:
    """The width of the interval of the share at the target, from an arm of as many units shown for N."""
    n, z, share = found.table.n, z_of(0.95), course.share(target)
    chance = z * math.sqrt(share * (1 - share) / n)
    if n_ms >= target:
        return 2 * chance
    part, there = slice(0, n_ms), course.left(n_ms)
    units = n * course.there[part]
    data = reduced(units * course.hazard[part], units * course.others[part], np.zeros(n_ms), n * there)
    redone = Fits(found.table, found.cause, {name: fitted(data, family) for name, family in FAMILIES.items()})
    ends = []
    for one in redone.within(SUPPORTED):
        rate = float(np.delete(seen.rates, found.table.causes.index(found.cause)).sum())
        future = Future(FAMILIES[one.family], n_ms, target, rate)
        span, value = profile(one, future.ended), float(future.ended(one.point[None])[0])
        below, above = there * (value - span.low), there * (span.high - value)
        centre = course.share(n_ms) + there * value
        ends += [max(centre - math.hypot(below, chance), 0.0), min(centre + math.hypot(above, chance), 1.0)]
    return max(ends) - min(ends) if ends else 1.0


def _width(share: Estimate) -> float:
    return share.interval.high - share.interval.low if share.interval is not None else 1.0


def _content(limit: int) -> NoEffect:
    return NoEffect(
        "long_enough",
        f"Longer than {limit / 1000:g} s would bring hardly more taps by every curve that fits; nothing needs testing.",
        (("limit_s", limit / 1000),),
    )
