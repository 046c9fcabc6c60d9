"""A funnel over entries whose window is over: old and young ones can then be compared, and nobody is still on the way."""

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from analysis.ask import batches, sql_of
from analysis.steps import Walked, walk_funnel
from analysis.steps.selection import is_named, source
from experiments.funnel import Funnel

if TYPE_CHECKING:
    from ingest import Store

_MICROSECOND = timedelta(microseconds=1)
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """A walk over entries whose window is over.

    Args:
        funnel: What was walked: no entry later than observed_until − within.
        walked: The walk; none of its units can still get further.
        young: Units of the whole funnel that are not among them, because all of their entries are later.
    """

    funnel: Funnel
    walked: Walked
    young: int


def settled(store: "Store", funnel: Funnel, *, chains: bool = False) -> Settled:
    """Walk a funnel over the entries whose window was over when observation ended.

    Leaving out later *entries*, not units that are still on the way, keeps the rates unbiased: who was quick enough to
    get through in a young window would count, who was not would not.

    Args:
        store: An open store.
        funnel: The definition.
        chains: As for `walk_funnel`.

    Raises:
        ValueError: A condition cannot be asked of its field.
    """
    for _ in range(_TRIES):
        whole = walk_funnel(store, funnel, chains=chains)
        if whole.observed_until is None:
            return Settled(funnel, whole, 0)
        last = whole.observed_until - timedelta(microseconds=funnel.within_us) + _MICROSECOND
        if funnel.to is not None and funnel.to <= last:
            return Settled(funnel, whole, 0)
        old = funnel.model_copy(update={"to": last})
        walked = walk_funnel(store, old, chains=chains)
        if walked.data_version == whole.data_version:
            break
    return Settled(old, walked, max(0, len(whole.reach) - len(walked.reach)))


@dataclass(frozen=True, slots=True)
class Persons:
    """Whose the units of a walk are.

    Args:
        of: The person of each unit.
        sql: What ran; empty where units are persons.
    """

    of: pa.Array
    sql: str


def persons_of(store: "Store", funnel: Funnel, walked: Walked) -> Persons:
    """Say whose each unit is; of several persons of one unit the first by name.

    Args:
        store: An open store.
        funnel: What was walked.
        walked: The walk.
    """
    if funnel.unit == "user":
        return Persons(walked.keys, "")
    rows, unit = source(funnel, clustered=False)
    named = [is_named(rows, step) for step in funnel.steps]
    some = rows.filter(reduce(or_, named)).select(unit=unit, person=rows.person)
    sql = sql_of(some.filter(some.unit.notnull()).group_by("unit").agg(person=some.person.min()))
    units: list[pa.Array] = [pa.array([], pa.string())]
    persons: list[pa.Array] = [pa.array([], pa.string())]
    with batches(store, sql) as reader:
        for batch in reader:
            units.append(batch["unit"].cast(pa.string()))
            persons.append(batch["person"].cast(pa.string()))
    place = pc.index_in(walked.keys.cast(pa.string()), value_set=pa.concat_arrays(units))
    return Persons(pa.concat_arrays(persons).take(place), sql)
