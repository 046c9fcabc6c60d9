"""One query, one answer: events counted in each unit's stretch from one step to another."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field, model_validator

from analysis.between.answers import BetweenAnswer, Frequencies, Frequency
from analysis.steps.around import Stretches, events_around
from analysis.steps.episodes import step_names
from analysis.steps.settled import Settled, persons_of, settled
from analysis.steps.two_steps import TwoSteps
from experiments.conditions import Name
from experiments.stats.clusters import Clusters, rate
from experiments.stats.effects import NoEffect
from ingest.events import BACKGROUND

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
MOST_TIMES = 10


class BetweenQuery(TwoSteps):
    """Which events, between which steps.

    Args:
        funnel: The definition; its breakdown does not matter.
        events: Names of events, each occurrence of any of them counts; empty for any event.
        after: Place of the first of the two steps; None is the required step before the other.
        step: Place of the other one; None is the last.
    """

    events: Annotated[tuple[Name, ...], Field(max_length=20)]

    @model_validator(mode="after")
    def _done_by_people(self) -> Self:
        for name in self.events:
            if name in BACKGROUND:
                raise ValueError(
                    f"`events` has {name!r}, which is telemetry; must be what people did; name another."
                )
        return self


def answer(store: "Store", query: BetweenQuery) -> BetweenAnswer:
    """Count events between two steps of each unit's chosen chain, and say how it went on from there.

    Only entries whose window is over count, so nobody is still on the way. Events in the very instant of either step
    belong to it and are not counted. The rate of the step after, by how often it happened, tells what goes together, not
    what would change if it happened less often: who needs many tries may differ in other ways.

    Args:
        store: An open store.
        query: Which events, between which steps.

    Raises:
        ValueError: A condition cannot be asked of its field, or the funnel counts chains.
    """
    funnel = query.funnel.model_copy(update={"breakdown": None})
    found = settled(store, funnel)
    counted = _count(store, found, query)
    walked, names = found.walked, step_names(funnel)
    n, step = len(names), query.last
    went_on = walked.reached(step + 1)[counted.mine] if step < n else None
    return BetweenAnswer(
        events=query.events,
        after=query.first,
        after_name=names[query.first - 1],
        step=step,
        name=names[step - 1],
        next_step=step + 1 if step < n else None,
        next_name=names[step] if step < n else None,
        came=_frequencies(counted, counted.came, went_on),
        stayed=_frequencies(counted, ~counted.came, None),
        young=found.young,
        within_s=funnel.within_us / 1e6,
        unit=funnel.unit,
        observed_until=walked.observed_until,
        cannot_say=None if len(counted.mine) else _nobody(names[query.first - 1]),
        sql="\n\n".join(text for text in (walked.sql, *counted.sql) if text),
        data_version=walked.data_version,
        synthetic=walked.synthetic,
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """Units that reached the first step.

    Args:
        mine: Their places in the walk.
        came: Did they reach the other?
        times: How often it happened to each.
        persons: Whose each is, as a number.
        sql: What ran.
    """

    mine: Ints
    came: Bools
    times: Ints
    persons: Ints
    sql: tuple[str, ...]


def _count(store: "Store", found: Settled, query: BetweenQuery) -> _Counted:
    walked, first, last = found.walked, query.first, query.last
    mine = np.flatnonzero(walked.reached(first))
    came = walked.reached(last)[mine]
    times = walked.times[mine]
    end = np.where(came, times[:, last - 1], times[:, 0] + found.funnel.within_us + 1)
    stretches = Stretches(walked.keys.take(pa.array(mine)), times[:, first - 1], end)
    around = events_around(store, found.funnel, stretches, walked.observed_until, query.events)
    whose = persons_of(store, found.funnel, walked)
    persons = whose.of.take(pa.array(mine)).dictionary_encode().indices
    return _Counted(
        mine=mine,
        came=came,
        times=np.bincount(around.units, minlength=len(mine)).astype(np.int64),
        persons=persons.to_numpy(zero_copy_only=False).astype(np.int64),
        sql=(around.sql, whose.sql),
    )


def _frequencies(counted: _Counted, mine: Bools, went_on: Bools | None) -> Frequencies:
    times = counted.times[mine]
    return Frequencies(
        units=len(times),
        mean=float(times.mean()) if len(times) else None,
        some=int(np.count_nonzero(times)),
        rows=tuple(_row(k, counted, mine, went_on) for k in range(MOST_TIMES + 1)),
    )


def _row(times: int, counted: _Counted, mine: Bools, went_on: Bools | None) -> Frequency:
    here = mine & (np.minimum(counted.times, MOST_TIMES) == times)
    units, whole = int(np.count_nonzero(here)), int(np.count_nonzero(mine))
    share = units / whole if whole else None
    if went_on is None:
        return Frequency(times, units, share, None, None)
    hits = here & went_on
    most = int(counted.persons.max()) + 1 if len(counted.persons) else 0
    each = Clusters(
        np.bincount(counted.persons[here], minlength=most), np.bincount(counted.persons[hits], minlength=most)
    )
    return Frequency(times, units, share, int(np.count_nonzero(hits)), rate(each))


def _nobody(step: str) -> NoEffect:
    sentence = f"Nobody who entered early enough for the window to be over reached {step}; there is nothing to count."
    return NoEffect("between_nobody", sentence, (("step", step),))
