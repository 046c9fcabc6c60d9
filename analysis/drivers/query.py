"""Who converted, by what they did at the outset and by what they are: counts of 2×2 tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.steps import Walked
from analysis.steps.around import Stretches, events_around
from experiments.funnel import Funnel
from experiments.stats.samples import Count

if TYPE_CHECKING:
    from analysis.steps.attribution import Attributed
    from ingest import Store

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """Units with something and units without it, and those of each that converted."""

    field: str
    value: str | None
    present: Count
    absent: Count


@dataclass(frozen=True, slots=True)
class Compared:
    """The units that are compared.

    Args:
        chosen: Their places among the walked ones.
        converted: Did they reach the step?
    """

    chosen: Ints
    converted: NDArray[np.bool_]


def compared(walked: Walked, step: int, landmark_us: int | None) -> Compared:
    """The units whose fate at a step is known and, with a landmark, was open at it.

    Args:
        walked: The walk.
        step: The step that counts as conversion, from 2.
        landmark_us: Microseconds after the entry; None if what counts stands before the entry.
    """
    reached = walked.reached(step)
    known = reached | ~walked.maturing(step)
    if landmark_us is not None and len(reached):
        known &= ~reached | (walked.times[:, step - 1] > walked.times[:, 0] + landmark_us)
    chosen = np.flatnonzero(known)
    return Compared(chosen, reached[chosen])


def event_tables(
    store: "Store", funnel: Funnel, walked: Walked, units: Compared, landmark_us: int | None, most: int
) -> tuple[list[Table], str]:
    """One table per event: who did it, in the window before the entry or from the entry to the landmark.

    Args:
        store: An open store.
        funnel: The definition.
        walked: Its walk.
        units: Who is compared.
        landmark_us: Microseconds after the entry; None for one window before the entry.
        most: Events that are looked at, those of most units first.

    Returns:
        The tables, and the SQL that ran.
    """
    entry = walked.times[units.chosen, 0] if len(units.chosen) else np.empty(0, np.int64)
    after, before = (
        (entry - funnel.within_us - 1, entry) if landmark_us is None else (entry, entry + landmark_us + 1)
    )
    stretches = Stretches(walked.keys.take(pa.array(units.chosen)), after, before)
    found = events_around(store, funnel, stretches, walked.observed_until)
    coded = found.events.dictionary_encode()
    names = coded.dictionary.to_pylist()
    did = np.unique(np.stack([coded.indices.to_numpy().astype(np.int64), found.units]), axis=1)
    n = np.bincount(did[0], minlength=len(names))
    hits = np.bincount(did[0][units.converted[did[1]]], minlength=len(names))
    ranked = sorted(range(len(names)), key=lambda code: (-n[code], names[code]))[:most]
    return list(_tables(None, names, n, hits, ranked, units.converted)), found.sql


def value_tables(
    field: str, found: "Attributed", step: int, landmark_us: int | None, most: int
) -> list[Table]:
    """One table per value of a property: units with it, and units with another value.

    Args:
        field: The property.
        found: The walk with its values.
        step: The step that counts as conversion.
        landmark_us: As in `compared`.
        most: Values that are looked at, those of most units first.
    """
    units = compared(found.walked, step, landmark_us)
    codes = found.codes[units.chosen]
    valued = codes < len(found.names)
    n = np.bincount(codes[valued], minlength=len(found.names))
    hits = np.bincount(codes[valued & units.converted], minlength=len(found.names))
    ranked = sorted(range(len(found.names)), key=lambda code: (-n[code], found.names[code]))[:most]
    return list(_tables(field, list(found.names), n, hits, ranked, units.converted[valued]))


def _tables(
    field: str | None, names: list[str], n: Ints, hits: Ints, ranked: list[int], converted: NDArray[np.bool_]
) -> Iterator[Table]:
    total, total_hits = len(converted), int(np.count_nonzero(converted))
    for code in ranked:
        present = Count(int(n[code]), int(hits[code]))
        absent = Count(total - present.n, total_hits - present.hits)
        name, value = (names[code], None) if field is None else (field, names[code])
        yield Table(name, value, present, absent)
