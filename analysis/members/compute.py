"""The question of a list, and its answer: the units with an outcome at a step."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.members.answers import Member, MembersAnswer, Outcomes
from analysis.members.choosing import OUTCOMES, Outcome, by_outcome, in_group
from analysis.members.query import Wanted, told
from analysis.steps import Walked, walk_funnel
from experiments.breakdown import MOST_GROUPS
from experiments.funnel import Funnel

if TYPE_CHECKING:
    from ingest import Store

MOST_SHOWN = 10_000
_TRIES = 3
"""A load that lands between the walk and the telling gives persons new keys: then it starts again."""


class MembersQuery(BaseModel):
    """Which units of which funnel.

    Args:
        funnel: The definition.
        step: Place of the step, from 1; None is the last.
        outcome: reached: they reached the step; dropped: they reached the required step before, not this one, and no
            chain of theirs still can; maturing: one still could after the end of observation.
        group: One group of the breakdown, as the funnel's answer names it; None is everybody.
        limit: How many units to tell, 1 to 10,000.
        offset: How many to pass over first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    funnel: Funnel
    step: Annotated[int, Field(ge=1)] | None = None
    outcome: Outcome = "dropped"
    group: tuple[str | None, ...] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_SHOWN)] = 100
    offset: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _has_the_step(self) -> Self:
        n = len(self.funnel.steps)
        if self.place > n:
            raise ValueError(f"`step` is {self.step}; must be 1 to {n}, the number of steps; name another.")
        if self.place == 1 and self.outcome != "reached":
            raise ValueError(
                f"`outcome` is {self.outcome!r} at step 1; must be 'reached', for nobody stands before the first "
                "step; name a later step."
            )
        return self

    @model_validator(mode="after")
    def _has_the_group(self) -> Self:
        by: tuple[str, ...] = () if self.funnel.variant is None else ("variant",)
        by = by if self.funnel.breakdown is None else self.funnel.breakdown.by
        if self.group is not None and len(self.group) != len(by):
            raise ValueError(
                f"`group` is {list(self.group)!r}; must have a value for each field of the breakdown "
                f"({', '.join(by) or 'none'}); correct one."
            )
        return self

    @property
    def place(self) -> int:
        """Place of the step, from 1."""
        return self.step or len(self.funnel.steps)


def answer(store: "Store", query: MembersQuery) -> MembersAnswer:
    """Say who reached a step, who dropped before it and who may still come, unit by unit.

    The three outcomes add up to the units that reached the required step before. Units stand in order of their entry,
    the latest first.

    Args:
        store: An open store.
        query: The funnel, the step, the outcome.

    Raises:
        ValueError: A condition cannot be asked of its field, or there is no such group.
    """
    for _ in range(_TRIES):
        found = _answer_once(store, query)
        if store.data_version() == found.data_version:
            return found
    with store.writing:
        return _answer_once(store, query)


def _answer_once(store: "Store", query: MembersQuery) -> MembersAnswer:
    walked, places, outcomes = listed(store, query)
    chosen = places[query.offset : query.offset + query.limit]
    wanted = Wanted(query.funnel, walked, chosen)
    return MembersAnswer(
        step=query.place,
        name=_name(query),
        outcome=query.outcome,
        group=query.group,
        unit=query.funnel.unit,
        total=len(places),
        outcomes=outcomes,
        members=tuple(_members(told(store, wanted))) if len(chosen) else (),
        offset=query.offset,
        timezone=query.funnel.timezone,
        observed_until=walked.observed_until,
        sql=f"{walked.sql}\n\n{wanted.sql()}",
        data_version=walked.data_version,
        synthetic=walked.synthetic,
    )


def listed(
    store: "Store", query: MembersQuery
) -> tuple[Walked, "np.ndarray[tuple[int], np.dtype[np.int64]]", Outcomes]:
    """Walk the funnel and choose the units of the list.

    Args:
        store: An open store.
        query: The funnel, the step, the outcome; limit and offset are set aside.

    Returns:
        The walk, the places of the list's units in it in order of the list, and how many have which outcome.

    Raises:
        ValueError: A condition cannot be asked of its field, or there is no such group.
    """
    walked = walk_funnel(store, query.funnel)
    if query.group is not None and walked.groups is not None:
        walked = walked.groups
    parts = by_outcome(walked, query.place)
    if query.group is not None:
        by = query.funnel.breakdown
        mine = in_group(walked, query.group, MOST_GROUPS if by is None else by.top)
        parts = {name: part & mine for name, part in parts.items()}
    chosen = np.flatnonzero(parts[query.outcome])
    latest_first = np.argsort(-walked.times[chosen, 0], kind="stable")
    counts = {name: int(np.count_nonzero(parts[name])) for name in OUTCOMES}
    return walked, chosen[latest_first], Outcomes(**counts)


def _name(query: MembersQuery) -> str:
    """What the step is called; in an unordered funnel, the level."""
    n = len(query.funnel.steps)
    return (
        f"any {query.place} of {n}"
        if query.funnel.order == "unordered"
        else query.funnel.steps[query.place - 1].label
    )


def _members(parts: Iterator[pa.RecordBatch]) -> Iterator[Member]:
    for part in parts:
        for row in part.to_pylist():
            yield Member(**row)
