"""The question of a trend, and its answer: one episode per unit, from its first entry."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal, Self
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.steps import Walked, walk_funnel
from analysis.trend.answers import Bucket, Point, TrendAnswer
from experiments.funnel import Funnel
from experiments.stats.conversion import Conversion, conversion
from experiments.stats.effects import NoEffect

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_POINTS = 200


class TrendQuery(BaseModel):
    """Which funnel and step, by what.

    Args:
        funnel: The definition; re-entry and breakdown are set aside: every unit counts once, from its first entry.
        step: Place of the step, from 2; None is the last.
        by: hour | day | week (from Monday) of the entry, in the funnel's zone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    funnel: Funnel
    step: Annotated[int, Field(ge=2)] | None = None
    by: Literal["hour", "day", "week"] = "day"

    @model_validator(mode="after")
    def _has_the_step(self) -> Self:
        n = len(self.funnel.steps)
        if n < 2 or (self.step or 2) > n:
            raise ValueError(f"`step` is {self.step}; must be 2 to {n}, the number of steps; name another.")
        return self


def answer(store: "Store", query: TrendQuery) -> TrendAnswer:
    """Say which share reaches a step, by time of entry, and what it will come to when the young ones have grown up.

    A unit whose window is still open is neither lost nor left out: it is watched as far as it was seen (Kaplan–Meier),
    so recent days do not sink only because they are recent. Right as long as young units convert like old ones did at
    the same age.

    Args:
        store: An open store.
        query: The funnel, the step, the bucket.

    Raises:
        ValueError: A condition cannot be asked of its field.
    """
    step = query.step or len(query.funnel.steps)
    funnel = _until(query.funnel, step)
    walked = walk_funnel(store, funnel)
    waits, reached, young = _episodes(walked, step, funnel.within_us)
    entries = walked.times[:, 0]
    starts, places = _starts(entries, funnel.timezone, query.by)
    overall = conversion(waits, reached)
    return TrendAnswer(
        step=step,
        name=funnel.steps[step - 1].label,
        by=query.by,
        within_s=funnel.within_us / 1e6,
        unit=funnel.unit,
        overall=_bucket(None, waits, reached, young, funnel.within_us),
        buckets=tuple(
            _bucket(start, waits[mine], reached[mine], young[mine], funnel.within_us)
            for start, mine in zip(starts, places, strict=True)
        ),
        curve=() if isinstance(overall, NoEffect) else _points(overall),
        timezone=funnel.timezone,
        observed_until=walked.observed_until,
        sql=walked.sql,
        data_version=walked.data_version,
        synthetic=walked.synthetic,
    )


def _until(funnel: Funnel, step: int) -> Funnel:
    """The funnel that ends with the step, so that the chosen chain is the one that reaches it first."""
    kept = {
        "steps": funnel.steps[:step],
        "exclusions": tuple(one for one in funnel.exclusions if one.before <= step),
        "reentry": "first",
        "breakdown": None,
    }
    return funnel.model_copy(update=kept)


def _episodes(walked: Walked, step: int, within_us: int) -> tuple[Ints, Bools, Bools]:
    """Of each unit: microseconds from its entry until the step or until it was last seen; did it get there; is it young?"""
    entries = walked.times[:, 0]
    reached = walked.reached(step)
    if walked.observed_until is None:
        return np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0, np.bool_)
    until = (walked.observed_until - _EPOCH) // _MICROSECOND
    seen = np.clip(until - entries, 0, within_us)
    waits = np.where(reached, walked.times[:, step - 1] - entries, seen)
    return waits, reached, ~reached & (seen < within_us)


def _starts(entries: Ints, zone: str, by: str) -> tuple[list[datetime], list[Ints]]:
    """The buckets that somebody entered in, and the places of their units."""
    if not len(entries):
        return [], []
    utc = pa.array(entries, pa.timestamp("us", tz="UTC"))
    local = pc.local_timestamp(utc.cast(pa.timestamp("us", tz=zone)))
    floors = pc.floor_temporal(local, unit=by)
    if by == "hour":  # the hour that a clock repeats is two hours: each has its own offset
        offsets = local.cast(pa.int64()).to_numpy() - entries
        floors = floors.cast(pa.int64()).to_numpy() - offsets
    else:  # a midnight that a clock skips begins when the clock goes on, one that it repeats when it first strikes
        zoned = pc.assume_timezone(floors, zone, ambiguous="earliest", nonexistent="latest")
        floors = zoned.cast(pa.int64()).to_numpy()
    found, codes = np.unique(floors, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    places = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    starts = [(_EPOCH + int(us) * _MICROSECOND).astimezone(ZoneInfo(zone)) for us in found]
    return starts, places


def _bucket(start: datetime | None, waits: Ints, reached: Bools, young: Bools, within_us: int) -> Bucket:
    found = conversion(waits, reached)
    return Bucket(
        start=start,
        entered=len(waits),
        reached=int(reached.sum()),
        naive=float(reached.mean()) if len(waits) else None,
        corrected=found if isinstance(found, NoEffect) else found.at(within_us),
        maturing=int(young.sum()),
    )


def _points(curve: Conversion) -> tuple[Point, ...]:
    """At most 200 points of the curve, spread over its steps; the last one among them."""
    if not len(curve.times):
        return ()
    places = np.unique(np.linspace(0, len(curve.times) - 1, _POINTS).astype(int)).tolist()
    return tuple(
        Point(float(curve.times[p]) / 1e6, float(curve.share[p]), float(curve.low[p]), float(curve.high[p]))
        for p in places
    )
