"""What is told about the units of a list: whose they were, and on which device they entered."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.ask import batches, sql_of
from analysis.members.choosing import furthest
from analysis.steps import Walked
from analysis.steps.selection import is_named, source
from experiments.funnel import Funnel

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
_AT_ENTRY = ("person", "platform", "device", "app_version")
_WANTED = "wanted_units"
_ROWS = 65_536
_MOMENT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("unit", pa.string()),
        ("person", pa.string()),
        ("entered", _MOMENT),
        ("reach", pa.int64()),
        ("last_step", _MOMENT),
        ("platform", pa.string()),
        ("device", pa.string()),
        ("app_version", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units to tell about.

    Args:
        funnel: The definition that was walked.
        walked: The walk.
        places: The units' places in it, in the order of the list.
    """

    funnel: Funnel
    walked: Walked
    places: Ints

    @property
    def stored(self) -> bool:
        """Are they persons under their stored integer key?"""
        return bool(pa.types.is_integer(self.walked.keys.type))

    def sql(self) -> str:
        """The question for the event that each of them entered with; of several at one instant the first."""
        rows, unit = source(self.funnel, clustered=self.stored)
        named = reduce(or_, [is_named(rows, step) for step in self.funnel.steps])
        about = {name: rows[name] for name in _AT_ENTRY}
        events = rows.filter(named).select(
            unit=unit, ts=rows.ts, seq=rows.seq, event_id=rows.event_id, **about
        )
        wanted = ibis.table(
            {"place": "int64", "unit": "int32" if self.stored else "string", "entered": "timestamp('UTC')"},
            name=_WANTED,
        )
        both = wanted.inner_join(events, [wanted.unit == events.unit, wanted.entered == events.ts])
        first = {
            name: both[name].first(order_by=[both.seq, both.event_id], include_null=True)
            for name in _AT_ENTRY
        }
        return sql_of(both.group_by("place").agg(**first).order_by("place"))


def told(store: "Store", wanted: Wanted) -> Iterator[pa.RecordBatch]:
    """Tell about the units of a list, batch by batch in its order; the columns are those of `SCHEMA`.

    Args:
        store: An open store, whose data must be of the walk's version.
        wanted: The units.
    """
    walked, places = wanted.walked, wanted.places
    keys = walked.keys.take(pa.array(places))
    entered = walked.times[places, 0]
    reach, last = furthest(walked, places)
    asked = pa.table(
        {
            "place": pa.array(np.arange(len(places))),
            "unit": keys.cast(pa.int32() if wanted.stored else pa.string()),
            "entered": pa.array(entered, _MOMENT),
        }
    )
    with batches(store, wanted.sql(), tables={_WANTED: asked}, rows=_ROWS) as reader:
        for batch in reader:
            at = batch["place"].to_numpy()
            person = batch["person"].cast(pa.string())
            columns = {
                "unit": person if wanted.stored else keys.take(pa.array(at)).cast(pa.string()),
                "person": person,
                "entered": pa.array(entered[at], _MOMENT),
                "reach": pa.array(reach[at]),
                "last_step": pa.array(last[at], _MOMENT),
                **{name: batch[name].cast(pa.string()) for name in _AT_ENTRY[1:]},
            }
            yield pa.RecordBatch.from_pydict(columns, schema=SCHEMA)
