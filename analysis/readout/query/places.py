"""Where and when units were exposed, by arm: what a sample ratio that is off is explained by."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
from numpy.typing import NDArray

from analysis.ask import ask, sql_of
from analysis.readout.asked import PLACES, Asked
from analysis.readout.query.units import ONE_DAY_SECONDS, units

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
_HOUR = ONE_DAY_SECONDS // 24


@dataclass(frozen=True, slots=True)
class Placed:
    """Exposed units by arm, in the plan's order.

    Args:
        segments: dimension -> value -> units by arm; a missing value stands under "".
        hours: start of each hour from the first exposure to the last, as seconds since 1970.
        by_hour: (hours, arms) units first exposed in each.
        sql: the statements that ran.
    """

    segments: dict[str, dict[str, tuple[int, ...]]]
    hours: tuple[int, ...]
    by_hour: Ints
    sql: str


def placed(store: "Store", asked: Asked) -> Placed:
    """Exposed units by platform, device and versions, and by hour.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.
    """
    arms = [variant.key for variant in asked.experiment.variants]
    found = units(asked)
    mine = found.filter(found.known, found.unit.notnull())
    parts = [
        mine.group_by("arm", value=mine[name].fill_null(""))
        .agg(n=mine.count())
        .mutate(name=ibis.literal(name))
        for name in PLACES
    ]
    hour = (mine.ts.epoch_seconds() // _HOUR).cast("string")
    parts.append(mine.group_by("arm", value=hour).agg(n=mine.count()).mutate(name=ibis.literal("hour")))
    question = ibis.union(*(part.select("name", "value", "arm", "n") for part in parts), distinct=False)
    segments: dict[str, dict[str, list[int]]] = {name: {} for name in (*PLACES, "hour")}
    for row in ask(store, question).to_pylist():
        segments[row["name"]].setdefault(row["value"], [0] * len(arms))[arms.index(row["arm"])] += row["n"]
    hours = {int(value): counts for value, counts in segments.pop("hour").items()}
    first, last = min(hours, default=0), max(hours, default=-1)
    table = np.zeros((last - first + 1, len(arms)), np.int64)
    for one, counts in hours.items():
        table[one - first] = counts
    return Placed(
        {name: {value: tuple(n) for value, n in values.items()} for name, values in segments.items()},
        tuple(one * _HOUR for one in range(first, last + 1)),
        table,
        sql_of(question),
    )
