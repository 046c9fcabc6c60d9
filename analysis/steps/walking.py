"""Running a funnel's selection: ordered batches go through the walk, and each unit's value comes along."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.ask import ask, batches
from analysis.steps.columns import Touched, keys_of, places, with_unit
from analysis.steps.selection import MOST_KNOWN, Selection, select, values
from experiments.funnel import Funnel

if TYPE_CHECKING:
    from experiments.walk import Units
    from ingest import Store

Ints = NDArray[np.int64]
BATCH_ROWS = 131_072
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Walked:
    """A funnel walked over a store: one row per unit that entered, and what was left out.

    Args:
        reach: Furthest step of each unit, 1 to n.
        times: (units, n) microseconds since 1970 of the chosen chain's steps; meaningless beyond `reach`.
        growing: Has the unit a chain whose window is still open at the end of observation?
        values: The value each unit is attributed to, null where it has none; None without breakdown.
        without_unit: Events of a step that carry no unit.
        not_numbers: (field, values that were no numbers where a number was asked for).
        observed_until: The end of observation; None if the store is empty.
        sql: What ran.
    """

    reach: Ints
    times: Ints
    growing: NDArray[np.bool_]
    values: pa.Array | None
    without_unit: int
    not_numbers: tuple[tuple[str, int], ...]
    observed_until: datetime | None
    sql: str


def walk_funnel(store: "Store", funnel: Funnel) -> Walked:
    """Walk a funnel over everything a store holds.

    Persons are read where they are stored in (person, time) order; the walk verifies that order, and if it does not
    hold the rows are read again with ORDER BY. Other units are always read with ORDER BY.

    Args:
        store: An open store.
        funnel: The definition.

    Returns:
        One row per unit that entered.

    Raises:
        ValueError: A condition cannot be asked of its field.
        TookTooLong: The question ran past its time limit.
    """
    from experiments.walk import OrderBroken

    clustered = funnel.unit == "user" and store.clustered()
    until = funnel.observed_until or store.observed_until()
    few = values(funnel) if clustered else None
    known = _known(store, few)
    try:
        selection = select(funnel, clustered=clustered, ordered=not clustered, known=known)
        units, found, without_unit = _walk(store, funnel, selection, known)
    except OrderBroken:
        if not clustered:
            raise
        selection = select(funnel, clustered=True, ordered=True, known=known)
        units, found, without_unit = _walk(store, funnel, selection, known)
    return Walked(
        reach=np.concatenate([part.reach for part in units]),
        times=np.concatenate([part.times for part in units]),
        growing=np.concatenate([_growing(part, funnel, until) for part in units]),
        values=found,
        without_unit=without_unit,
        not_numbers=_counts(store, selection),
        observed_until=until,
        sql="\n\n".join(one for one in (few, selection.rows, selection.counts) if one is not None),
    )


def _walk(
    store: "Store", funnel: Funnel, selection: Selection, known: tuple[str, ...]
) -> "tuple[list[Units], pa.Array | None, int]":
    """The units that entered, the value of each, and how many rows had no unit."""
    from experiments.walk import Walk

    n = len(funnel.steps)
    walk = Walk(n, funnel.within_us)
    touched = None if funnel.breakdown is None else Touched(funnel.breakdown.attribution)
    units: list[Units] = []
    unit: pa.Scalar | None = None
    without_unit = 0
    with batches(store, selection.rows, rows=BATCH_ROWS) as reader:
        for every in reader:
            batch = with_unit(every)
            without_unit += len(every) - len(batch)
            keys, unit = keys_of(batch["unit"], unit, walk.key)
            steps = batch["steps"].to_numpy()
            ended = walk.feed(keys, batch["ts"].cast(pa.int64()).to_numpy(), steps)
            if touched is not None:
                touched.follow(places(steps, n) if known else batch["value"], ended, walk.value_rows)
            units += ended
    ended = walk.finish()
    if touched is None:
        return units + ended, None, without_unit
    found = touched.finish(ended)
    if known and len(found):
        found = pa.DictionaryArray.from_arrays(found, list(known))
    return units + ended, found, without_unit


def _known(store: "Store", question: str | None) -> tuple[str, ...]:
    found = () if question is None else ask(store, question)["value"].to_pylist()
    return tuple(found) if len(found) <= MOST_KNOWN else ()


def _counts(store: "Store", selection: Selection) -> tuple[tuple[str, int], ...]:
    if selection.counts is None:
        return ()
    (row,) = ask(store, selection.counts).to_pylist()
    return tuple(zip(selection.fields, map(int, row.values()), strict=True))


def _growing(units: "Units", funnel: Funnel, until: datetime | None) -> NDArray[np.bool_]:
    if until is None:
        return np.zeros(len(units.reach), np.bool_)
    return units.latest_start > (until - _EPOCH) // _MICROSECOND - funnel.within_us
