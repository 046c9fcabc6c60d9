"""What the room of trends answers, and the same as plain JSON; docs/json/trend.md explains every key."""

from dataclasses import dataclass
from datetime import datetime

from analysis.steps.episodes import Point
from experiments.stats.effects import Estimate, NoEffect

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Bucket:
    """Units that entered in one hour, day or week, or all of them.

    Args:
        start: Its first instant, in the funnel's zone; None for all.
        entered: Units, each with its first entry.
        reached: Those of them seen at the step within the window.
        naive: reached / entered; too low while units are young.
        corrected: Kaplan–Meier, read at the window, with its interval; a NoEffect where nobody was watched that long.
        maturing: Units not at the step whose window is still open.
    """

    start: datetime | None
    entered: int
    reached: int
    naive: float | None
    corrected: Estimate | NoEffect
    maturing: int


@dataclass(frozen=True, slots=True)
class TrendAnswer:
    """The rate of a step over time.

    Args:
        step: Place of the step, from 2.
        name: What it is called.
        by: hour | day | week.
        within_s: The window.
        unit: What is counted.
        overall: All entries.
        buckets: By time of entry; hours, days and weeks without an entry are left out.
        curve: Share converted by the wait since the entry, at most 200 points.
        timezone: The zone of the buckets.
        observed_until: The end of observation; None if the store is empty.
        sql: The SQL that ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    step: int
    name: str
    by: str
    within_s: float
    unit: str
    overall: Bucket
    buckets: tuple[Bucket, ...]
    curve: tuple[Point, ...]
    timezone: str
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool


def to_json(found: TrendAnswer) -> Json:
    """The answer as plain JSON: rates 0..1, seconds as *_s, intervals [low, high], null with a reason."""
    return {
        "step": found.step,
        "name": found.name,
        "by": found.by,
        "within_s": found.within_s,
        "unit": found.unit,
        "overall": _bucket(found.overall),
        "buckets": [_bucket(bucket) for bucket in found.buckets],
        "curve": [{"wait_s": p.wait_s, "share": p.share, "interval": [p.low, p.high]} for p in found.curve],
        "timezone": found.timezone,
        "observed_until": None if found.observed_until is None else found.observed_until.isoformat(),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _bucket(bucket: Bucket) -> Json:
    said = bucket.corrected
    known = None if isinstance(said, NoEffect) or said.interval is None else said.interval
    return {
        "start": None if bucket.start is None else bucket.start.isoformat(),
        "entered": bucket.entered,
        "reached": bucket.reached,
        "naive": bucket.naive,
        "corrected": None if isinstance(said, NoEffect) else said.value,
        "interval": None if known is None else [known.low, known.high],
        "no_effect": {"code": said.code, "sentence": said.sentence} if isinstance(said, NoEffect) else None,
        "maturing": bucket.maturing,
    }
