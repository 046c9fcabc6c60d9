"""What the segments room answers, and the same as plain JSON; docs/json/segments.md explains every key."""

from dataclasses import dataclass
from datetime import date, datetime

from analysis.plain import reason
from experiments.stats.effects import NoEffect
from experiments.stats.excess import Excess

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Since:
    """The first day of entry from which a segment loses more than before.

    Args:
        day: A day of the reporting zone.
        before: Lost / expected before it.
        after: Lost / expected from it on.
        p_value: Of "no day of change".
    """

    day: date
    before: float
    after: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that loses more than everybody else on the way to one step.

    Args:
        field: The property.
        value: Its value.
        step: Place of the step that was not reached, from 2.
        name: What the step is called.
        excess: Lost units beyond the expected ones, with interval and n.
        rate: Lost / n in the segment.
        others_rate: The same of everybody else.
        adjusted_p: Benjamini–Hochberg over all tests.
        since: The day of the change, or why none is named.
    """

    field: str
    value: str
    step: int
    name: str
    excess: Excess
    rate: float
    others_rate: float
    adjusted_p: float
    since: Since | NoEffect


@dataclass(frozen=True, slots=True)
class Incident:
    """A stretch of days in which more was lost on the way to one step than before and after.

    Args:
        field: The property; None for everybody.
        value: Its value; None for everybody.
        step: Place of the step that was not reached, from 2.
        name: What the step is called.
        first: The first day of entry of the stretch.
        last: The last one, itself included.
        excess: Lost units of the stretch beyond what the other days lead to expect, with interval and n.
        rate: Lost / n in the stretch.
        others_rate: The same on the other days.
        score: Standardised excess: what incidents are ranked by.
        adjusted_p: Benjamini–Hochberg over all scans.
    """

    field: str | None
    value: str | None
    step: int
    name: str
    first: date
    last: date
    excess: Excess
    rate: float
    others_rate: float
    score: float
    adjusted_p: float


@dataclass(frozen=True, slots=True)
class SegmentsAnswer:
    """The segments that lose more than expected.

    Args:
        segments: Those named, sharpest excess first (excess in units of its own uncertainty).
        incidents: Stretches of days that stand out, for everybody or in one segment, sharpest first.
        tests: Segment × step tests that were made.
        scans: Scans for a stretch of days that were made.
        fields: The properties looked at.
        without_value: Property -> units that entered and have no value of it; they take no part in its tests.
        false_discovery: The share of false names that is tolerated.
        cannot_say: Why nothing could be tested; None if something was.
        timezone: The zone of the days.
        observed_until: The end of observation; None if the store is empty.
        sql: The SQL that ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    segments: tuple[Segment, ...]
    incidents: tuple[Incident, ...]
    tests: int
    scans: int
    fields: tuple[str, ...]
    without_value: tuple[tuple[str, int], ...]
    false_discovery: float
    cannot_say: NoEffect | None
    timezone: str
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool


def to_json(found: SegmentsAnswer) -> Json:
    """The answer as plain JSON: shares 0..1, intervals [low, high], null with a reason."""
    return {
        "segments": [_segment(one) for one in found.segments],
        "incidents": [_incident(one) for one in found.incidents],
        "tests": found.tests,
        "scans": found.scans,
        "fields": list(found.fields),
        "without_value": dict(found.without_value),
        "false_discovery": found.false_discovery,
        "cannot_say": reason(found.cannot_say),
        "timezone": found.timezone,
        "observed_until": None if found.observed_until is None else found.observed_until.isoformat(),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _segment(one: Segment) -> Json:
    since = one.since
    return {
        "field": one.field,
        "value": one.value,
        "step": one.step,
        "name": one.name,
        "n": one.excess.n,
        "lost": one.excess.lost,
        "expected": one.excess.expected,
        "excess": one.excess.value,
        "interval": [one.excess.interval.low, one.excess.interval.high],
        "rate": one.rate,
        "others_rate": one.others_rate,
        "p_value": one.excess.p_value,
        "adjusted_p": one.adjusted_p,
        "since": None if isinstance(since, NoEffect) else {
            "day": since.day.isoformat(), "before": since.before, "after": since.after, "p_value": since.p_value
        },
        "no_day": reason(since if isinstance(since, NoEffect) else None),
    }  # fmt: skip


def _incident(one: Incident) -> Json:
    return {
        "field": one.field,
        "value": one.value,
        "step": one.step,
        "name": one.name,
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "n": one.excess.n,
        "lost": one.excess.lost,
        "expected": one.excess.expected,
        "excess": one.excess.value,
        "interval": [one.excess.interval.low, one.excess.interval.high],
        "rate": one.rate,
        "others_rate": one.others_rate,
        "score": one.score,
        "adjusted_p": one.adjusted_p,
    }
