"""One episode per unit, from its first entry until a step or until it was last seen; and entries by hour, day or week."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.steps import Walked
from experiments.funnel import Funnel
from experiments.instants import EPOCH, us_of
from experiments.stats.conversion import Conversion

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_POINTS = 200


@dataclass(frozen=True, slots=True)
class Point:
    """The share converted by one wait since the entry, with its pointwise interval."""

    wait_s: float
    share: float
    low: float
    high: float


def until_step(funnel: Funnel, step: int) -> Funnel:
    """The funnel that ends with a step and starts at each unit's first entry, so that its chain is the first to get there.

    Args:
        funnel: The definition; its breakdown is set aside. An unordered one keeps its steps, for any of them may come.
        step: From 1.
    """
    kept: dict[str, object] = {"reentry": "first", "breakdown": None}
    if funnel.order != "unordered":
        kept["steps"] = funnel.steps[:step]
        kept["exclusions"] = tuple(one for one in funnel.exclusions if one.before <= step)
    return funnel.model_copy(update=kept)


def episodes(walked: Walked, step: int, within_us: int) -> tuple[Ints, Bools, Bools]:
    """Of each unit: microseconds from its entry until the step or until it was last seen; did it get there; is it young?

    Args:
        walked: A walk of `until_step`.
        step: The step.
        within_us: The window; who has not come by then is seen no longer.
    """
    entries = walked.times[:, 0]
    reached = walked.reached(step)
    if walked.observed_until is None:
        return np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0, np.bool_)
    until = us_of(walked.observed_until)
    seen = np.clip(until - entries, 0, within_us)
    waits = np.where(reached, walked.times[:, step - 1] - entries, seen)
    return waits, reached, ~reached & (seen < within_us)


def step_names(funnel: Funnel) -> tuple[str, ...]:
    """What the steps are called; in an unordered funnel, the levels."""
    n = len(funnel.steps)
    if funnel.order == "unordered":
        return tuple(f"any {k} of {n}" for k in range(1, n + 1))
    return tuple(step.label for step in funnel.steps)


def entries_by(entries: Ints, zone: str, by: str) -> tuple[list[datetime], list[Ints]]:
    """The hours, days or weeks that somebody entered in, and the places of their units.

    Args:
        entries: Microseconds since 1970.
        zone: An IANA zone, whose clock it is.
        by: hour | day | week (from Monday).
    """
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
    starts = [(EPOCH + timedelta(microseconds=int(us))).astimezone(ZoneInfo(zone)) for us in found]
    return starts, places


def points(curve: Conversion) -> tuple[Point, ...]:
    """At most 200 points of the curve, spread over its steps; the last one among them.

    Args:
        curve: The share converted by each wait.
    """
    if not len(curve.times):
        return ()
    places = np.unique(np.linspace(0, len(curve.times) - 1, _POINTS).astype(int)).tolist()
    return tuple(
        Point(float(curve.times[p]) / 1e6, float(curve.share[p]), float(curve.low[p]), float(curve.high[p]))
        for p in places
    )
