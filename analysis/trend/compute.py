"""The question of a trend, and its answer: one episode per unit, from its first entry."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.steps import walk_funnel
from analysis.steps.episodes import entries_by, episodes, points, step_names, until_step
from analysis.trend.answers import Bucket, TrendAnswer
from experiments.funnel import Funnel
from experiments.stats.conversion import conversion
from experiments.stats.effects import NoEffect

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


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
    funnel = until_step(query.funnel, step)
    walked = walk_funnel(store, funnel)
    waits, reached, young = episodes(walked, step, funnel.within_us)
    entries = walked.times[:, 0]
    starts, places = entries_by(entries, funnel.timezone, query.by)
    overall = conversion(waits, reached)
    return TrendAnswer(
        step=step,
        name=step_names(query.funnel)[step - 1],
        by=query.by,
        within_s=funnel.within_us / 1e6,
        unit=funnel.unit,
        overall=_bucket(None, waits, reached, young, funnel.within_us),
        buckets=tuple(
            _bucket(start, waits[mine], reached[mine], young[mine], funnel.within_us)
            for start, mine in zip(starts, places, strict=True)
        ),
        curve=() if isinstance(overall, NoEffect) else points(overall),
        timezone=funnel.timezone,
        observed_until=walked.observed_until,
        sql=walked.sql,
        data_version=walked.data_version,
        synthetic=walked.synthetic,
    )


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
