"""Where and when units that count were exposed, by arm: what a sample ratio that is off is explained by."""

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
    """Units that count by arm, in the plan's order.

    Args:
        segments: dimension -> value -> units by arm; a missing value stands under "".
        first_s: when the first hour begins, as seconds since 1970.
        by_hour: (hours, arms) units first exposed in each hour from then on.
        sql: the statements that ran.
    """

    segments: dict[str, dict[str, tuple[int, ...]]]
    first_s: int
    by_hour: Ints
    sql: str


def placed(store: "Store", asked: Asked) -> Placed:
    """Units that count by platform, device and versions, and by hour.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.
    """
    arms = [variant.key for variant in asked.experiment.variants]
    found = units(asked)
    mine = found.filter(found.known, found.arms == 1, found.unit.notnull())
    missing = {name: mine[name].fill_null("") for name in PLACES}
    where = mine.group_by("arm", **missing).agg(n=mine.count()).mutate(hour=ibis.null("int64"))
    hour = (mine.ts.epoch_seconds() // _HOUR).cast("int64")
    when = mine.group_by("arm", hour=hour).agg(n=mine.count())
    when = when.mutate(**{name: ibis.null("string") for name in PLACES})
    columns = ("arm", *PLACES, "hour", "n")
    question = ibis.union(where.select(columns), when.select(columns), distinct=False)
    rows = ask(store, question).to_pylist()
    segments: dict[str, dict[str, list[int]]] = {name: {} for name in PLACES}
    hours: dict[int, list[int]] = {}
    for row in rows:
        place = arms.index(row["arm"])
        if row["hour"] is not None:
            hours.setdefault(row["hour"], [0] * len(arms))[place] += row["n"]
            continue
        for name in PLACES:
            segments[name].setdefault(row[name], [0] * len(arms))[place] += row["n"]
    first, last = min(hours, default=0), max(hours, default=-1)
    table = np.zeros((last - first + 1, len(arms)), np.int64)
    for one, counts in hours.items():
        table[one - first] = counts
    return Placed(
        {name: {value: tuple(n) for value, n in sorted(values.items())} for name, values in segments.items()},
        first * _HOUR,
        table,
        sql_of(question),
    )
