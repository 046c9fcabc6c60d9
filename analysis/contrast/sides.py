"""The sides of a comparison: which units of which walk, and which side is held against which."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.contrast.asked import ContrastQuery, Label
from analysis.steps.grouping import Grouped, grouped
from analysis.steps.settled import Settled, persons_of, settled
from experiments.breakdown import Breakdown
from experiments.conditions import Operators, Where
from experiments.funnel import Funnel

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_SIGNS = {"ge": "≥", "le": "≤", "gt": ">", "lt": "<", "ne": "≠", "in": "∈", "contains": "∋", "is_null": "= ∅"}
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Part:
    """Some units of one walk.

    Args:
        key: What kind of side it is, as `Side.key`.
        name: Its name, if the key does not say it.
        walk: The place of its walk.
        mine: Which units of the walk.
    """

    key: str
    name: str
    walk: int
    mine: Bools


@dataclass(frozen=True, slots=True)
class Sides:
    """Everything that is compared.

    Args:
        walks: The walks behind the parts.
        asked: Of each walk, the funnel with its young entries.
        codes: Of each walk, the person of every unit, as a place among the persons of all walks.
        persons: How many persons there are.
        parts: The sides.
        pairs: (side, the one it is held against), as places among the parts.
        sql: What ran.
    """

    walks: tuple[Settled, ...]
    asked: tuple[Funnel, ...]
    codes: tuple[Ints, ...]
    persons: int
    parts: tuple[Part, ...]
    pairs: tuple[tuple[int, int], ...]
    sql: str


def sides_of(store: "Store", query: ContrastQuery) -> Sides:
    """Walk what is compared; all walks are of one version of the data.

    Args:
        store: An open store.
        query: Which funnel, against what.

    Raises:
        ValueError: A condition cannot be asked of its field, or no unit stands in a named group.
    """
    named = list(_funnels(query))
    for _ in range(_TRIES):
        walks = tuple(settled(store, funnel, chains=True) for _, _, funnel in named)
        if len({(one.walked.data_version, str(one.walked.keys.type)) for one in walks}) == 1:
            break
    persons = [persons_of(store, one.funnel, one.walked) for one in walks]
    coded = pa.concat_arrays([one.of for one in persons]).dictionary_encode()
    ends = np.cumsum([len(one.of) for one in persons])[:-1]
    codes = np.split(coded.indices.to_numpy(zero_copy_only=False).astype(np.int64), ends)
    by = query.funnel.breakdown
    if by is not None and query.against.kind in ("groups", "every_group"):
        parts, pairs = _grouped(query, by, walks[0])
    else:
        parts = [
            Part(key, name, k, np.ones(len(one.walked.reach), np.bool_))
            for k, ((key, name, _), one) in enumerate(zip(named, walks, strict=True))
        ]
        first_against_others = query.against.kind != "events"
        pairs = [(0, 1)] if first_against_others else [(k, 0) for k in range(1, len(parts))]
    ran = [
        text for one, who in zip(walks, persons, strict=True) for text in (one.walked.sql, who.sql) if text
    ]
    return Sides(
        walks,
        tuple(one for _, _, one in named),
        tuple(codes),
        len(coded.dictionary),
        tuple(parts),
        tuple(pairs),
        "\n\n".join(ran),
    )


def _funnels(query: ContrastQuery) -> Iterator[tuple[str, str, Funnel]]:
    """(key, name, funnel) of every walk."""
    against, whole = query.against, query.funnel
    alone = whole.model_copy(update={"breakdown": None})
    if against.kind in ("groups", "every_group"):
        yield "this", "", whole
    elif against.kind == "events":
        yield "definition", alone.steps[(against.step or 1) - 1].label, alone
        for name in against.events or ():
            yield "event", name, _replaced(alone, against.step or 1, name)
    elif against.kind == "segments":
        for where in (against.where or {}, against.where_other or {}):
            yield "segment", _told(where), alone.model_copy(update={"where": {**alone.where, **where}})
    else:
        yield "this", "", alone
        start, end = _other_period(query)
        yield against.kind, "", alone.model_copy(update={"from_": start, "to": end})


def _other_period(query: ContrastQuery) -> tuple[datetime | None, datetime | None]:
    """The other period as asked, or the one of the same length that ends where the funnel's begins."""
    funnel, against = query.funnel, query.against
    if against.kind == "previous" and funnel.from_ is not None and funnel.to is not None:
        return funnel.from_ - (funnel.to - funnel.from_), funnel.from_
    return against.from_, against.to


def _replaced(funnel: Funnel, step: int, event: str) -> Funnel:
    """The funnel with another event at a step, and the step's own conditions."""
    steps = list(funnel.steps)
    steps[step - 1] = steps[step - 1].model_copy(update={"event": event, "name": None})
    return funnel.model_copy(update={"steps": tuple(steps)})


def _grouped(query: ContrastQuery, by: Breakdown, walk: Settled) -> tuple[list[Part], list[tuple[int, int]]]:
    found = grouped(walk.walked.values, len(walk.walked.reach), len(by.by), by.top)
    if query.against.every_group:
        parts: list[Part] = []
        for place in range(len(found.labels)):
            mine: Bools = found.place == place
            parts += [_group(found, place, mine), Part("others", "", 0, ~mine)]
        return parts, [(k, k + 1) for k in range(0, len(parts), 2)]
    places = [_place(found, label) for label in (query.against.group, query.against.group_other)]
    return [_group(found, place, found.place == place) for place in places], [(0, 1)]


def _group(found: Grouped, place: int, mine: Bools) -> Part:
    kind = found.kinds[place]
    name = " · ".join("∅" if one is None else one for one in found.labels[place])
    return Part("group" if kind == "value" else kind, name if kind == "value" else "", 0, mine)


def _place(found: Grouped, label: Label | None) -> int:
    if label not in found.labels:
        known = ", ".join(str(list(one)) for one in found.labels) or "none, for nobody entered"
        raise ValueError(
            f"`group` is {list(label or ())!r}; must be a group of the breakdown: {known}; name one of them."
        )
    return found.labels.index(label)


def _told(where: Where) -> str:
    """Conditions in signs: platform = android, zoom ≥ 2."""
    return ", ".join(_signs(where))


def _signs(where: Where) -> Iterable[str]:
    for field, condition in where.items():
        if not isinstance(condition, Operators):
            yield f"{field} = {_value(condition)}"
            continue
        for operator, value in condition.given():
            if operator == "is_null" and value is not None:
                yield f"{field} {_SIGNS[operator] if value else '≠ ∅'}"
            elif value is not None:
                yield f"{field} {_SIGNS[operator]} {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "{" + ", ".join(map(_value, value)) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)
