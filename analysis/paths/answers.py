"""What the paths room answers, and the same as plain JSON; docs/json/paths.md explains every key."""

from dataclasses import dataclass
from datetime import datetime

from analysis.plain import reason
from experiments.stats.effects import NoEffect

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Node:
    """One event at one place of the paths.

    Args:
        level: 0 is the step that the paths leave from; d is the d-th event from there.
        event: Its name; None stands for all events beyond the most frequent ones of the level.
        n: Units that are here.
        ended: Those of them with no further event in the stretch; 0 at the last level, where nobody looks further.
    """

    level: int
    event: str | None
    n: int
    ended: int


@dataclass(frozen=True, slots=True)
class Link:
    """Units that went from one node to one of the next level: n; None as in `Node`."""

    level: int
    source: str | None
    target: str | None
    n: int


@dataclass(frozen=True, slots=True)
class PathsAnswer:
    """What units did around a step.

    Args:
        side: before | between | after.
        step: Place of the step, from 1.
        name: What it is called.
        depth: Events that are followed.
        units: Units whose paths these are.
        nodes: By level, then by units, the rest last. Every node of a level but the last sends out n − ended units.
        links: By level, then by units. A node beyond level 0 receives n units.
        cannot_say: Why there are no paths; None if there are.
        observed_until: The end of observation; None if the store is empty.
        sql: The SQL that ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    side: str
    step: int
    name: str
    depth: int
    units: int
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    cannot_say: NoEffect | None
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool


def to_json(found: PathsAnswer) -> Json:
    """The answer as plain JSON, ready for a Sankey diagram; a null event is everything else."""
    cannot = found.cannot_say
    return {
        "side": found.side,
        "step": found.step,
        "name": found.name,
        "depth": found.depth,
        "units": found.units,
        "nodes": [
            {"level": one.level, "event": one.event, "n": one.n, "ended": one.ended} for one in found.nodes
        ],
        "links": [
            {"level": one.level, "source": one.source, "target": one.target, "n": one.n}
            for one in found.links
        ],
        "cannot_say": reason(cannot),
        "observed_until": None if found.observed_until is None else found.observed_until.isoformat(),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }
