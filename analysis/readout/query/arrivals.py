"""How long after they happened the events of counted units arrived, where the log says when they were received."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from analysis.ask import ask, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query.arms import Reading
from analysis.readout.query.units import BACKGROUND, events_of, units
from experiments.stats.lag import Lag
from experiments.stats.samples import Count
from ingest.schema import unbound

if TYPE_CHECKING:
    from ingest import Store

MOST_UNITS = 200_000
"""More units than these are sampled: every second, third … by a digest of their id."""
LEAST_WAIT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The lag of each arm that has units with a received event.

    Args:
        lags: in the plan's order; empty where the log does not say when events were received.
        waited_s: from the last exposure to the last arrival of all, at least an hour.
        sql: the statements that ran.
    """

    lags: tuple[Lag, ...] = ()
    waited_s: float = LEAST_WAIT_S
    sql: tuple[str, ...] = ()


def arrivals(store: "Store", asked: Asked, reading: Reading) -> Arrivals:
    """Read the lags; next to nothing where no event says when it was received.

    Args:
        store: an open store.
        asked: the experiment and the end of observation.
        reading: what was read.
    """
    events = unbound("events")
    newest = events.aggregate(last=events.received_at.max())
    (row,) = ask(store, newest).to_pylist()
    counted = sum(arm.counted for arm in reading.arms)
    if row["last"] is None or not counted:
        return Arrivals()
    mine = _counted(asked)
    (exposed,) = ask(store, mine.aggregate(last=mine.ts.max())).to_pylist()
    waited = max((row["last"] - exposed["last"]).total_seconds(), LEAST_WAIT_S)
    question = _statement(asked, waited, -(-counted // MOST_UNITS))
    told = {one["arm"]: one for one in ask(store, question).to_pylist()}
    lags = tuple(
        Lag(one["median"], max(one["high"], one["median"]), Count(one["n"], one["late"]))
        for variant in asked.experiment.variants
        for one in [told.get(variant.key)]
        if one is not None
    )
    return Arrivals(lags, waited, (sql_of(newest), sql_of(question)))


def _counted(asked: Asked) -> ir.Table:
    found = units(asked)
    return found.filter(found.known, found.arms == 1, found.unit.notnull())


def _statement(asked: Asked, waited: float, every: int) -> ir.Table:
    """One row an arm: units with a received event since their exposure, those with a late one, and quantiles of lags in s."""
    mine = _counted(asked)
    if every > 1:
        mine = mine.filter(mine.unit.hash() % every == 0)
    events = events_of(asked)
    events = events.filter(events.received_at.notnull(), ~events.event.isin(BACKGROUND))
    happened = events.select(
        "unit", "ts", lag=events.received_at.delta(events.ts, unit="microsecond").cast("float64") / 1e6
    )
    joined = happened.join(mine.select("unit", "arm", since=mine.ts), "unit")
    since = joined.filter(joined.ts >= joined.since, joined.lag >= 0)
    each = since.group_by("arm", "unit").agg(lag=since.lag.max(), median=since.lag.median())
    return each.group_by("arm").agg(
        n=each.count(),
        late=(each.lag > ibis.literal(waited)).sum(),
        median=each.median.median(),
        high=each.lag.quantile(0.95),
    )
