"""One query, one answer: the paths before, between and after the steps, as nodes and links."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.paths.answers import Link, Node, PathsAnswer
from analysis.paths.query import NOTHING, Ints, Sequences, sequences
from analysis.steps import Walked, walk_funnel
from analysis.steps.around import Stretches
from experiments.funnel import Funnel
from experiments.stats.effects import NoEffect

if TYPE_CHECKING:
    from ingest import Store

REST = -2
"""The place of all events beyond the most frequent ones of a level."""


class PathsQuery(BaseModel):
    """Whose paths, which way, and how much of them.

    Args:
        funnel: The definition; its breakdown does not matter.
        step: Place of the step, from 1; the last one has nobody who was lost after it, nor anything between.
        side: "after": what those who got no further did next, to the end of the window. "between": what those who
            went on did on the way to the next step. "before": what those who got no further did in one window before
            their first step, latest first.
        depth: Events that are followed, 1 to 5.
        top: Events of a level that stand alone; the others are one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    funnel: Funnel
    step: Annotated[int, Field(ge=1)]
    side: Literal["before", "between", "after"] = "after"
    depth: Annotated[int, Field(ge=1, le=5)] = 3
    top: Annotated[int, Field(ge=1, le=20)] = 6

    @model_validator(mode="after")
    def _has_a_next_step(self) -> Self:
        n = len(self.funnel.steps)
        if self.step >= n:
            raise ValueError(
                f"`step` is {self.step}; must be below {n}, the number of steps; take an earlier one."
            )
        return self


def answer(store: "Store", query: PathsQuery) -> PathsAnswer:
    """Follow what people did around a step.

    Each unit counts once, with the chain that the funnel chose for it. Events in the very instant of the step belong
    to it and are not followed; telemetry is left out. Units that may still go on are not among those who got no
    further. Flow is conserved: what a node receives it sends on, but for those whose events end there.

    Args:
        store: An open store.
        query: Whose paths.

    Returns:
        Nodes and links; `cannot_say` tells why there are none.

    Raises:
        ValueError: A condition cannot be asked of its field.
    """
    funnel = query.funnel.model_copy(update={"breakdown": None})
    walked = walk_funnel(store, funnel)
    stretches = _stretches(walked, query)
    found = sequences(
        store, funnel, stretches, query.depth, walked.observed_until, backwards=query.side == "before"
    )
    name = funnel.steps[0 if query.side == "before" else query.step - 1].label
    nodes, links = _flow(found, name, query.top)
    nobody = len(stretches.keys) == 0
    return PathsAnswer(
        side=query.side,
        step=query.step,
        name=name,
        depth=query.depth,
        units=len(stretches.keys),
        nodes=() if nobody else nodes,
        links=links,
        cannot_say=_nobody(query) if nobody else None,
        observed_until=walked.observed_until,
        sql=f"{walked.sql}\n\n{found.sql}",
        data_version=walked.data_version,
        synthetic=walked.synthetic,
    )


def _stretches(walked: Walked, query: PathsQuery) -> Stretches:
    window, k, n = query.funnel.within_us, query.step, len(query.funnel.steps)
    following = next((step for step in range(k + 1, n + 1) if step not in walked.optional), None)
    here, open_ = walked.reached(k), np.zeros(len(walked.reach), np.bool_)
    went_on = open_ if following is None else here & walked.reached(following)
    if following is not None:
        open_ = walked.maturing(following)
    chosen = np.flatnonzero(went_on if query.side == "between" else here & ~went_on & ~open_)
    times = walked.times[chosen]
    start = times[:, 0] if len(chosen) else np.empty(0, np.int64)
    if query.side == "before":
        after, before = start - window - 1, start
    elif query.side == "between":
        after, before = (times[:, k - 1], times[:, (following or n) - 1]) if len(chosen) else (start, start)
    else:
        after, before = times[:, k - 1] if len(chosen) else start, start + window + 1
    return Stretches(walked.keys.take(pa.array(chosen)), after, before)


def _flow(found: Sequences, name: str, top: int) -> tuple[tuple[Node, ...], tuple[Link, ...]]:
    """Nodes and links of all levels; level 0 is the step, where everybody is."""
    at = np.zeros(len(found.places), np.int64)
    names, nodes, links = [name], [], []
    depth = found.places.shape[1]
    for level in range(depth + 1):
        follows = _grouped(found.places[:, level], top) if level < depth else None
        ended = Counter() if follows is None else Counter(at[follows == NOTHING].tolist())
        here = Counter(at[at != NOTHING].tolist())
        said = {place: None if place == REST else names[place] for place in here}
        nodes += [Node(level, said[place], n, ended[place]) for place, n in _ranked(here, said)]
        if follows is None:
            break
        pairs = Counter(
            zip(at[follows != NOTHING].tolist(), follows[follows != NOTHING].tolist(), strict=True)
        )
        told = {pair: (said[pair[0]], None if pair[1] == REST else found.names[pair[1]]) for pair in pairs}
        links += [
            Link(level, *told[pair], n)
            for pair, n in sorted(pairs.items(), key=lambda one: (-one[1], _last(told[one[0]])))
        ]
        at, names = follows, list(found.names)
    return tuple(nodes), tuple(links)


def _grouped(places: Ints, top: int) -> Ints:
    """The places of a level, with all but the most frequent ones as REST."""
    n = np.bincount(places[places != NOTHING])
    largest = np.argsort(-n, kind="stable")[:top]
    return np.where((places == NOTHING) | np.isin(places, largest), places, REST)


def _ranked(here: Counter[int], said: dict[int, str | None]) -> list[tuple[int, int]]:
    return sorted(here.items(), key=lambda one: (one[0] == REST, -one[1], said[one[0]] or ""))


def _last(ends: tuple[str | None, str | None]) -> tuple[tuple[bool, str], ...]:
    """In order of names, the rest last."""
    return tuple((end is None, end or "") for end in ends)


def _nobody(query: PathsQuery) -> NoEffect:
    if query.side == "between":
        return NoEffect("paths_nobody_went_on", "Nobody went on from this step, so there is nothing between.")
    return NoEffect("paths_nobody_lost", "Nobody was lost after this step, so there are no paths to follow.")
