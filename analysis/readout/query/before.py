"""What counted persons did in the 14 days before their exposure, for funnel metrics that are adjusted by it."""

from collections.abc import Mapping
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.ask import ask, sql_of
from analysis.readout.asked import Asked
from analysis.readout.query.units import BACKGROUND, events_of, units
from analysis.readout.query.values import LOOK_BACK
from analysis.steps.fields import holds
from experiments.steps import Step

if TYPE_CHECKING:
    from ingest import Store

Floats = NDArray[np.float64]


def before_of(
    store: "Store", asked: Asked, steps: Mapping[str, Step], persons: pa.Array
) -> tuple[dict[str, Floats], list[str]]:
    """For each metric and person whether an event of its step came before the exposure, and whether any event did.

    Args:
        store: an open store.
        asked: the experiment, the end of observation and the filters.
        steps: metric key -> the step that it is about.
        persons: those that count, in the order of the rows that are wanted.

    Returns:
        Metric key -> (persons, 2) of 0 and 1; the SQL that ran. Nothing without a metric.
    """
    if not steps:
        return {}, []
    question = _statement(asked, tuple(steps.values()))
    table = ask(store, question)
    place = pc.index_in(persons, table["person"].combine_chunks())
    known = place.is_valid().to_numpy(zero_copy_only=False)
    row = place.fill_null(0).to_numpy(zero_copy_only=False)
    found = {}
    for number, key in enumerate(steps):
        did = np.zeros((len(persons), 2))
        if table.num_rows:
            did[:, 0] = known & table[f"step_{number}"].to_numpy()[row]
            did[:, 1] = known
        found[key] = did
    return found, [sql_of(question)]


def _statement(asked: Asked, steps: tuple[Step, ...]) -> ir.Table:
    """One row per counted person with an event in the 14 days before its exposure: whether each step was among them."""
    who = units(asked)
    counted = who.filter(who.known, who.arms == 1, who.unit.notnull())
    events = events_of(asked)
    events = events.filter(~events.event.isin(BACKGROUND))
    happened = events.select(
        "unit", "ts", **{f"step_{number}": _matches(events, step) for number, step in enumerate(steps)}
    )
    joined = happened.join(counted.select("unit", person="person", since=counted.ts), "unit")
    early = joined.filter(joined.ts < joined.since, joined.ts >= joined.since - LOOK_BACK)
    return early.group_by("person").agg(
        **{name: early[name].any() for name in (f"step_{number}" for number in range(len(steps)))}
    )


def _matches(events: ir.Table, step: Step) -> ir.BooleanValue:
    named: ir.BooleanValue = ibis.literal(True) if step.events is None else events.event.isin(step.events)  # noqa: FBT003
    return reduce(and_, holds(events, step.where), named).fill_null(False)  # noqa: FBT003
