"""Quantiles of events: the values of counted units below cuts that are common to all arms."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.ask import ask, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query.units import day_of, units
from analysis.readout.query.values import anchored, counted_units, ranked
from experiments.metrics import QuantileOfEvents
from experiments.stats.cuts import cut_points
from experiments.stats.samples import Quantile

if TYPE_CHECKING:
    from ingest import Store

Found = dict[tuple[str, int], Quantile]
"""(arm, day of exposure) -> sample."""


def quantiles(
    store: "Store", asked: Asked, metrics: Sequence[QuantileOfEvents]
) -> tuple[dict[str, Found], list[str]]:
    """The samples of every quantile metric, and the SQL that ran: one statement for all their values.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.
        metrics: the quantile metrics.

    Returns:
        Metric key -> samples by arm and day; the statements.
    """
    if not metrics:
        return {}, []
    needs = [need for metric in metrics for need in metric.needs()]
    found = units(asked)
    counted = anchored(asked, found, tuple(dict.fromkeys(need.window for need in needs)))
    arms = counted_units(found).select("unit", "arm")
    placed = counted.join(arms, "unit")
    question = ranked(asked, placed.mutate(day=day_of(placed.exposed_ts)), needs)
    table = ask(store, question)
    names = [variant.key for variant in asked.experiment.variants]
    told = {
        metric.key: _samples(table.filter(pc.equal(table["need"], place)), metric, names)
        for place, metric in enumerate(metrics)
    }
    return told, [sql_of(question)]


def _samples(table: pa.Table, metric: QuantileOfEvents, names: Sequence[str]) -> Found:
    """Counts below the cuts by arm and day; the cuts are ranks of all arms' values together."""
    values: NDArray[np.float64] = table["value"].to_numpy()
    arms = pc.index_in(table["arm"], pa.array(names)).to_numpy()
    days = table["day"].to_numpy()
    codes = table["unit"].combine_chunks().dictionary_encode().indices.to_numpy()
    ordered = np.sort(values)
    least = min((int((arms == arm).sum()) for arm in range(len(names))), default=0)
    ranks = cut_points(values.size, metric.share, max(least, 1)) if values.size else ()
    cuts = np.unique(ordered[np.array(ranks, np.int64) - 1]) if ranks else np.zeros(0)
    found: Found = {}
    for arm, name in enumerate(names):
        for day in np.unique(days[arms == arm]).tolist():
            here = (arms == arm) & (days == day)
            parts = frozenset({f"{name} {day}"})
            found[name, int(day)] = Quantile.from_rows(
                codes[here].astype(np.int64), values[here], cuts, parts
            )
        if not (arms == arm).any():
            found[name, 0] = Quantile.from_rows(np.zeros(0, np.int64), np.zeros(0), cuts)
    return found
