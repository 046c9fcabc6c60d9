"""How results grew: units by look, and each effect as of the days of first exposure so far.

Days of first exposure are disjoint sets of units, so the statistic as of a day is the sum over the days until then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from analysis.readout.query import Reading, Sampled, added
from analysis.words import ZONE
from experiments import Experiment
from experiments.comparison import Looks, compare
from experiments.metrics import Sample
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.samples import Regression

MOST_POINTS = 30
_FIRST_DAY = date(1970, 1, 1)
_MONDAYS = 3  # 1 January 1970 was a Thursday


@dataclass(frozen=True, slots=True)
class Point:
    """One metric in one arm, of the units first exposed until the end of a day."""

    day: date
    units: int
    effect: Effect | NoEffect


def units_by_look(plan: Experiment, reading: Reading) -> Looks:
    """For every metric and treatment the units that counted at each look so far, this arm and control together.

    Args:
        plan: the experiment; it says how often looks come.
        reading: what was read.

    Returns:
        metric key -> variant key -> units by look, the present look last.
    """
    own = {arm.key: arm for arm in reading.arms}
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for metric in plan.metrics:
        control = own[plan.control.key].metrics[metric.key]
        found[metric.key] = {
            variant.key: _grown(plan, control, own[variant.key].metrics[metric.key])
            for variant in plan.treatments
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
        alone = plan.model_copy(update={"metrics": (metric,)})
        sums = {key: _Growing(one) for key, one in sampled.items()}
        points: dict[str, list[Point]] = {variant.key: [] for variant in plan.treatments}
        seen: dict[str, list[int]] = {variant.key: [] for variant in plan.treatments}
        for place, day in enumerate(days):
            for one in sums.values():
                one.until(day)
            samples = {key: one.sample for key, one in sums.items()}
            for variant in plan.treatments:
                seen[variant.key].append(samples[plan.control.key].n + samples[variant.key].n)
            if not _kept(place, len(days)):
                continue
            adjusted = {key: one.adjusted for key, one in sums.items() if one.adjusted is not None}
            looks = {
                metric.key: {key: _by_week(plan, days[: place + 1], units) for key, units in seen.items()}
            }
            whole = {metric.key: adjusted} if plan.adjusts(metric) and len(adjusted) == len(sums) else {}
            for comparison in compare(alone, {metric.key: samples}, whole, looks):
                at = _FIRST_DAY + timedelta(days=day)
                points[comparison.arm].append(Point(at, seen[comparison.arm][-1], comparison.effect))
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


def _grown(plan: Experiment, control: Sampled, treatment: Sampled) -> tuple[int, ...]:
    days = sorted({day for one in (control, treatment) for day, _, _ in one.by_day})
    if not days:
        return (control.sample.n + treatment.sample.n,)
    units = [
        sum(sample.n for one in (control, treatment) for d, sample, _ in one.by_day if d <= day)
        for day in days
    ]
    return _by_week(plan, days, units)


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
