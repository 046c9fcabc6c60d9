"""How results grew: units by look, and each effect as of the days of first exposure so far.

Days of first exposure are disjoint sets of units, so the statistic as of a day is the sum over the days until then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
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
_MONDAYS = 3  # 1 January 1970 was a Thursday


@dataclass(frozen=True, slots=True)
class Point:
    """One metric in one arm, of the units first exposed until the end of a day."""

    day: date
    units: int
    effect: Effect | NoEffect


def units_by_look(plan: Experiment, reading: Reading) -> Looks:
    """For every metric and arm its units that counted at each look so far.

    Args:
        plan: the experiment; it says how often looks come.
        reading: what was read.

    Returns:
        metric key -> variant key -> units by look, the present look last.
    """
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for metric in plan.metrics:
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
        metric key -> variant key -> points; nothing for metrics that are read for all days at once.
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
            if not _kept(place, len(days)):
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


def deciding_look(plan: Experiment, reading: Reading) -> datetime | None:
    """When the planned units were in, at the end of a group-sequential look: it decides, and later data change nothing.

    Args:
        plan: the experiment.
        reading: what was read.

    Returns:
        The end of that day (or week) in the reporting zone; None for other ways of looking, or before it.
    """
    if plan.peeking != "group" or plan.planned_units is None:
        return None
    by_day: dict[int, int] = {}
    for arm in reading.arms:
        for day, _, counted in arm.by_day:
            by_day[day] = by_day.get(day, 0) + counted
    total = 0
    for day in sorted(by_day):
        total += by_day[day]
        if total >= plan.planned_units:
            last = day if plan.looks == "daily" else day + 6 - (day + _MONDAYS) % 7
            start = datetime(1970, 1, 1, tzinfo=ZoneInfo(ZONE)) + timedelta(days=last + 1)
            return start - timedelta(microseconds=1)
    return None


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


def _kept(place: int, many: int) -> bool:
    """Which of many days are shown: evenly spread, and the last."""
    step = -(-many // MOST_POINTS)
    return (many - 1 - place) % step == 0
