"""A funnel walked over a store: what is read how, and one row per unit that entered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from analysis.ask import ask, cached, sql_of
from analysis.steps.arms import arms_of, with_start
from analysis.steps.carried import MOST_KNOWN, values
from analysis.steps.cohorts import members_sql, on_record
from analysis.steps.designs import by_design
from analysis.steps.held import HeldRows, held_rows
from analysis.steps.lookup import lookup_of
from analysis.steps.merging import FRESH, names, over, with_fresh
from analysis.steps.pairing import paired
from analysis.steps.reading import Range, Read, ranges_of, read_all, stored_units
from analysis.steps.ruled import select_ruled
from analysis.steps.selection import Selection, select
from analysis.steps.several import read_several
from analysis.steps.walked import NEVER, Walked
from experiments.funnel import Funnel
from experiments.instants import us_of

if TYPE_CHECKING:
    from experiments.walk import Units
    from ingest import Store

__all__ = ["NEVER", "Walked", "walk_funnel"]

Ints = NDArray[np.int64]
Reading = Callable[["Store", Funnel, Selection, tuple[str, ...], list[Range] | None], Read]
_TRIES = 3


def walk_funnel(
    store: "Store", funnel: Funnel, *, chains: bool = False, who: ir.Table | None = None
) -> Walked:
    """Walk a funnel over everything a store holds.

    Persons are read where they are stored in (person, time) order, several ranges of them side by side; the walk
    verifies that order, and if it does not hold the rows are read again with ORDER BY. Other units are always read
    with ORDER BY. A load that lands meanwhile makes it start again, so that everything is of one version.

    Args:
        store: An open store.
        funnel: The definition.
        chains: May several rows come from one unit, if the definition counts chains?
        who: For a funnel with a `variant`, who takes part and since when (columns exposed_person, exposed_ts, exposed_arm),
            where that is not what the store keeps of the experiment's exposures; the arms are then not counted.

    Returns:
        One row per unit that entered.

    Raises:
        ValueError: A condition cannot be asked of its field, or chains are counted where they may not.
        TookTooLong: The question ran past its time limit.
    """
    if funnel.count == "chains" and not chains:
        raise ValueError(
            "`count` is 'chains'; must be 'units' here, for chains of one unit are not independent of each other; "
            "leave it out."
        )
    on_record(store, funnel.cohort)
    funnel = with_start(store, funnel) if who is None else funnel
    for _ in range(_TRIES):
        facts = store.facts()
        walked = _walk_once(store, funnel, who)
        if store.facts() == facts:
            return walked
    with store.writing:
        return _walk_once(store, funnel, who)


def _walk_once(store: "Store", funnel: Funnel, who: ir.Table | None) -> Walked:
    found = _attributed(store, funnel, who)
    arms = arms_of(store, funnel, found.observed_until) if who is None else None
    return found if arms is None else replace(found, arms=arms, sql=f"{found.sql}\n\n{arms.sql}")


def _attributed(store: "Store", funnel: Funnel, who: ir.Table | None) -> Walked:
    if any(step.absent_in for step in funnel.steps):
        return by_design(funnel, lambda one: _walked(store, one, read_all, who))
    by = funnel.breakdown
    if by is not None and by.several:
        found = _walked(store, funnel.model_copy(update={"breakdown": None}), read_all)
        groups = _walked(store, funnel, read_several)
        return replace(found, groups=groups, sql=f"{found.sql}\n\n{groups.sql}")
    if by is not None and len(by.by) > 1:
        first, second = (
            funnel.model_copy(update={"breakdown": by.model_copy(update={"by": (name,)})}) for name in by.by
        )
        return paired(_walked(store, first, read_all), _walked(store, second, read_all))
    return _walked(store, funnel, read_all, who)


def _walked(store: "Store", funnel: Funnel, read_by: Reading, who: ir.Table | None = None) -> Walked:
    from experiments.walk import OrderBroken

    asked = select if funnel.plain else select_ruled
    facts = store.facts()
    stored = funnel.unit == "user" and (facts.clustered or facts.keyed) and funnel.variant is None
    merging = stored and not facts.clustered
    until = funnel.observed_until or facts.observed_until
    few = values(funnel) if stored else None
    units, known = cached(store, _Few(question=few, merging=merging), _stored) if stored else (0, ())
    parts = ranges_of(units) if stored else None
    members = None if funnel.cohort is None else members_sql(funnel.cohort, clustered=stored)
    try:
        selection = asked(funnel, clustered=stored, ordered=not stored, known=known, who=who)
        selection = with_fresh(selection) if merging else selection
        selection = replace(selection, held=_held(store, funnel, known, parts))
        read = read_by(store, funnel, selection, known, parts)
    except OrderBroken:
        if not stored:
            raise
        parts = None
        selection = asked(funnel, clustered=not merging, ordered=True, known=known)
        read = read_by(store, funnel, selection, known, parts)
    found = read.values
    if known and found is not None and len(found) and not isinstance(found, pa.DictionaryArray):
        found = pa.DictionaryArray.from_arrays(found, list(known))
    return Walked(
        reach=np.concatenate([part.reach for part in read.units]),
        times=np.concatenate([part.times for part in read.units]),
        growing=np.concatenate([_growing(part, funnel, until) for part in read.units]),
        values=found,
        keys=names(store).take(read.keys) if merging and pa.types.is_integer(read.keys.type) else read.keys,
        without_unit=read.without_unit,
        not_numbers=_counts(store, selection),
        observed_until=until,
        data_version=facts.data_version,
        synthetic=facts.synthetic,
        sql="\n\n".join(
            one
            for one in (few, members, _shown(selection.rows, parts), selection.fresh, selection.counts)
            if one is not None
        ),
        excluded_units=read.excluded_units,
        grows_to=np.concatenate([_grows_to(part, until) for part in read.units]),
        optional=frozenset(k for k, step in enumerate(funnel.steps, 1) if step.optional),
        open_steps=_open_steps(read.units, funnel, until),
        served=_served(read.units),
    )


def _held(
    store: "Store", funnel: Funnel, known: tuple[str, ...], parts: list[Range] | None
) -> HeldRows | None:
    lookup = None if parts is None else lookup_of(funnel)
    return held_rows(store, lookup, known, parts) if lookup is not None and parts is not None else None


def _open_steps(units: "list[Units]", funnel: Funnel, until: datetime | None) -> NDArray[np.bool_] | None:
    if not any(step.optional for step in funnel.steps):
        return None
    chances = [part.chances for part in units if part.chances is not None]
    found = np.concatenate(chances)
    return found >= us_of(until) if until is not None else np.zeros(found.shape, np.bool_)


def _served(units: "list[Units]") -> Ints | None:
    found = [part.served for part in units if part.served is not None]
    return np.concatenate(found) if found else None


class _Few(BaseModel):
    """How many units are stored, and which few values a column holds; asked once per version of the data."""

    model_config = ConfigDict(frozen=True)
    question: str | None
    merging: bool


def _stored(store: "Store", few: _Few) -> tuple[int, tuple[str, ...]]:
    asked = (
        () if few.question is None else (few.question, *([over(few.question, FRESH)] if few.merging else []))
    )
    found = sorted({value for one in asked for value in ask(store, one)["value"].to_pylist()})
    return stored_units(store), tuple(found) if len(found) <= MOST_KNOWN else ()


def _counts(store: "Store", selection: Selection) -> tuple[tuple[str, int], ...]:
    if selection.counts is None:
        return ()
    (row,) = ask(store, selection.counts).to_pylist()
    return tuple(zip(selection.fields, map(int, row.values()), strict=True))


def _shown(rows: str, parts: list[Range] | None) -> str:
    """The SQL of the rows, with the ranges that it was run for."""
    return "\n".join([*(sql_of("", part).strip() for part in parts or ()), rows])


def _grows_to(units: "Units", until: datetime | None) -> Ints:
    """The furthest step that rows after the end of observation could still carry each unit to."""
    n = units.times.shape[1]
    if units.chances is None or until is None:
        return np.full(len(units.reach), n)
    possible = units.chances >= us_of(until)
    furthest: Ints = np.where(possible, np.arange(1, n + 1), 0).max(axis=1)
    return furthest


def _growing(units: "Units", funnel: Funnel, until: datetime | None) -> NDArray[np.bool_]:
    if until is None:
        return np.zeros(len(units.reach), np.bool_)
    if units.chances is not None:
        n = units.chances.shape[1]
        following = units.chances[np.arange(len(units.reach)), np.minimum(units.reach, n - 1)]
        still: NDArray[np.bool_] = (units.reach < n) & (following >= us_of(until))
        return still
    return units.latest_start > us_of(until) - funnel.within_us
