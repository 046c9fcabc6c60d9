"""What each unit did in a stretch, as the first (or last) few names."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.steps.around import Stretches, events_around
from experiments.funnel import Funnel

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]
NOTHING = -1


@dataclass(frozen=True, slots=True)
class Sequences:
    """What each unit did in its stretch.

    Args:
        names: The events that occur.
        places: (units, depth) place of each event among `names`; NOTHING where there is none.
        sql: The SQL that ran.
    """

    names: tuple[str, ...]
    places: Ints
    sql: str


def sequences(
    store: "Store",
    funnel: Funnel,
    stretches: Stretches,
    depth: int,
    until: datetime | None,
    *,
    backwards: bool,
) -> Sequences:
    """Read the events of the units in their stretches; telemetry is no act of anybody and is left out.

    Args:
        store: An open store.
        funnel: The unit; every event of a unit counts, whatever the steps ask for.
        stretches: Whose events, from when to when.
        depth: How many events of each.
        until: End of observation.
        backwards: The last events, latest first, instead of the first.
    """
    found = events_around(store, funnel, stretches, until)
    units, events = found.units, found.events
    if backwards:
        units, events = units[::-1], events.take(pa.array(np.arange(len(events))[::-1]))
    coded = events.dictionary_encode()
    order = np.argsort(units, kind="stable")
    units, codes = units[order], coded.indices.to_numpy()[order]
    first = np.searchsorted(units, units)
    nth = np.arange(len(units)) - first
    near = nth < depth
    places = np.full((len(stretches.keys), depth), NOTHING, np.int64)
    places[units[near], nth[near]] = codes[near]
    return Sequences(tuple(coded.dictionary.to_pylist()), places, found.sql)
