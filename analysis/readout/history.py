"""How results grew: units by look, and each effect as of the days of first exposure so far.

Days of first exposure are disjoint sets of units, so the statistic as of a day is the sum over the days until then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate, count
from zoneinfo import ZoneInfo

from analysis.readout.query import Reading, Sampled, added
from analysis.words import ZONE
from experiments import Experiment
from experiments.comparison import shown_level
from experiments.metrics import Sample
from experiments.pair import Looks, pair_of
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.samples import Regression

MOST_POINTS, LATELY = 30, 7
_FIRST_DAY = date(1970, 1, 1)
_DAY_US = 86_400_000_000
_MONDAYS = 3  # 1 January 1970 was a Thursday


@dataclass(frozen=True, slots=True)
class Point:
    """One metric in one arm, of the units first exposed until the end of a day."""

    day: date
    units: int
    effect: Effect | NoEffect


def units_by_look(plan: Experiment, reading: Reading, *, looked: bool = True) -> Looks:
    """For every metric and arm its units that counted at each look so far.

    Args:
        plan: the experiment; it says how often looks come.
        reading: what was read.
        looked: is any look over?

    Returns:
        metric key -> variant key -> units by look, the present look last.
    """
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for metric in plan.metrics:
        if not looked:
            found[metric.key] = {arm.key: () for arm in reading.arms}
            continue
        sampled = {arm.key: arm.metrics[metric.key] for arm in reading.arms}
        days = sorted({day for one in sampled.values() for day, _, _ in one.by_day})
        found[metric.key] = {
            key: _by_week(plan, days, _units(one, days)) if days else (one.sample.n,)
            for key, one in sampled.items()
        }
    return found


def history_of(plan: Experiment, reading: Reading) -> dict[str, dict[str, tuple[Point, ...]]]:
    """Each effect as of the end of each day of exposure; at most 30 points, the last one being today's.

    Args:
        plan: the experiment.
        reading: what was read.

    Returns:
        metric key -> variant key -> points.
    """
    own = {arm.key: arm for arm in reading.arms}
    found: dict[str, dict[str, tuple[Point, ...]]] = {}
    for metric in plan.metrics:
        sampled = {key: arm.metrics[metric.key] for key, arm in own.items()}
        days = sorted({day for one in sampled.values() for day, _, _ in one.by_day})
        sums = {key: _Growing(one) for key, one in sampled.items()}
        points: dict[str, list[Point]] = {variant.key: [] for variant in plan.treatments}
        seen = {key: _units(one, days) for key, one in sampled.items()}
        for place, day in enumerate(days):
            for one in sums.values():
                one.until(day)
            samples = {key: one.sample for key, one in sums.items()}
            last = place == len(days) - 1
            between = not (last or _ends_a_look(plan, day, days[place + 1]))
            if between or not _kept(place, len(days)) or (metric.takes_seconds and not last):
                continue
            adjusted = {key: one.adjusted for key, one in sums.items() if one.adjusted is not None}
            so_far = days[: place + 1]
            looks = {metric.key: {key: _by_week(plan, so_far, n[: place + 1]) for key, n in seen.items()}}
            whole = {metric.key: adjusted} if plan.adjusts(metric) and len(adjusted) == len(sums) else {}
            level, at = shown_level(plan, metric.role), _FIRST_DAY + timedelta(days=day)
            for arm, line in points.items():
                pair = pair_of(plan, metric, {metric.key: samples}, arm, whole, looks)
                line.append(Point(at, pair.control.n + pair.treatment.n, pair.effect(level)))
        found[metric.key] = {key: tuple(told) for key, told in points.items()}
    return found


def last_look(plan: Experiment, until: datetime) -> datetime | None:
    """The end of the last day (or week) that is over, in the reporting zone; None for other ways of looking.

    Looks between two of them would be looks that no alpha is spent for.

    Args:
        plan: the experiment.
        until: the end of observation.
    """
    if plan.peeking != "group":
        return None
    moment = until.astimezone(ZoneInfo(ZONE)) + timedelta(microseconds=1)
    start = datetime.combine(moment.date(), time(), ZoneInfo(ZONE))
    if plan.looks == "weekly":
        start -= timedelta(days=start.weekday())
    return start - timedelta(microseconds=1)


def first_look(plan: Experiment, since: date) -> date:
    """The day at whose end the first look is.

    Args:
        plan: the experiment.
        since: the day of the first exposure.
    """
    return since if plan.looks == "daily" else since + timedelta(days=6 - since.weekday())


def deciding_looks(plan: Experiment, reading: Reading) -> Iterator[datetime]:
    """Ends of the group-sequential looks from the first on that may have watched all planned units.

    Args:
        plan: the experiment.
        reading: what was read.

    Yields:
        Ends of days (or weeks) in the reporting zone, without end; nothing for other ways of looking, or while fewer units
        than planned have been exposed.
    """
    if plan.peeking != "group" or plan.planned_units is None:
        return
    by_day: dict[int, int] = {}
    for arm in reading.arms:
        for day, _, counted in arm.by_day:
            by_day[day] = by_day.get(day, 0) + counted
    exposed = accumulate(by_day[day] for day in sorted(by_day))
    full = next(
        (day for day, n in zip(sorted(by_day), exposed, strict=True) if n >= plan.planned_units), None
    )
    if full is None:
        return
    day, step = full + _longest_us(plan) // _DAY_US, 1
    if plan.looks == "weekly":
        day, step = day + 6 - (day + _MONDAYS) % 7, 7
    for last in count(day, step):
        start = datetime(1970, 1, 1, tzinfo=ZoneInfo(ZONE)) + timedelta(days=last + 1)
        yield start - timedelta(microseconds=1)


def watched_units(plan: Experiment, reading: Reading) -> int:
    """Units that count, without those whose window has not ended for some success metric or guardrail.

    A planned end is reached when the planned units have been watched, not when they have been exposed.

    Args:
        plan: the experiment.
        reading: what was read.
    """
    waiting = 0
    for metric in plan.metrics:
        if metric.role != "exploratory":
            sampled = [arm.metrics[metric.key] for arm in reading.arms]
            waiting = max(waiting, sum(one.triggered - one.matured for one in sampled))
    return sum(arm.counted for arm in reading.arms) - waiting


def _longest_us(plan: Experiment) -> int:
    """The longest window of a success metric or guardrail, with its delay."""
    windows = [metric.window for metric in plan.metrics if metric.role != "exploratory"]
    return max((one.delay_us + (one.within_us or 0) for one in windows), default=0)


def exposed_since(reading: Reading) -> date | None:
    """The day of the first exposure, in the reporting zone; None without any."""
    days = [day for arm in reading.arms for day, _, _ in arm.by_day]
    return _FIRST_DAY + timedelta(days=min(days)) if days else None


def units_per_day(reading: Reading) -> float:
    """Units that count and were first exposed in a day, over the last seven days; 0 without any."""
    days = [(day, counted) for arm in reading.arms for day, _, counted in arm.by_day]
    if not days:
        return 0.0
    last, first = max(day for day, _ in days), min(day for day, _ in days)
    lately = sum(counted for day, counted in days if day > last - LATELY)
    return lately / min(LATELY, last - first + 1)


class _Growing:
    """A sample that grows day by day."""

    def __init__(self, sampled: Sampled) -> None:
        self._days = {day: (sample, before) for day, sample, before in sampled.by_day}
        self._nothing = sampled.nothing
        self.sample: Sample = sampled.nothing
        self.adjusted: Regression | None = None

    def until(self, day: int) -> None:
        """Add the units first exposed on a day."""
        if day not in self._days:
            return
        sample, adjusted = self._days[day]
        self.sample = sample if self.sample is self._nothing else added(self.sample, sample)
        if adjusted is not None:
            self.adjusted = adjusted if self.adjusted is None else self.adjusted + adjusted


def _units(sampled: Sampled, days: Sequence[int]) -> tuple[int, ...]:
    """The arm's units until the end of each day."""
    own = {day: sample.n for day, sample, _ in sampled.by_day}
    return tuple(accumulate(own.get(day, 0) for day in days))


def _by_week(plan: Experiment, days: Sequence[int], units: Sequence[int]) -> tuple[int, ...]:
    """The units at each look: of every day, or at the end of every week (from Monday) and now."""
    if plan.looks == "daily":
        return tuple(units)
    last: Mapping[int, int] = {(day + _MONDAYS) // 7: count for day, count in zip(days, units, strict=True)}
    return tuple(last.values())


def _ends_a_look(plan: Experiment, day: int, following: int) -> bool:
    """Does a look come between two days of exposure?"""
    if plan.peeking != "group" or plan.looks == "daily":
        return True
    return (day + _MONDAYS) // 7 < (following + _MONDAYS) // 7


def _kept(place: int, many: int) -> bool:
    """Which of many days are shown: evenly spread, and the last."""
    step = -(-many // MOST_POINTS)
    return (many - 1 - place) % step == 0
