"""Stretches of days that lost more than the others: scans of everybody and of each segment, step by step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analysis.segments.answers import Incident
from analysis.segments.query import Ints, Values
from experiments.funnel import Funnel
from experiments.stats.excess import Excess, excess
from experiments.stats.multiplicity import benjamini_hochberg
from experiments.stats.samples import Count
from experiments.stats.scan import Stretch, worst_stretch

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class _Scan:
    field: str | None
    value: str | None
    step: int
    begins: int
    stretch: Stretch


def incidents_of(
    walks: Sequence[Values], funnel: Funnel, *, least_units: int, most_values: int, false_discovery: float
) -> tuple[tuple[Incident, ...], int]:
    """The stretches that stand out, and how many scans were made.

    An incident that befell everybody also shows in every segment, and one of a segment in everybody: the sharpest
    stands first. Days are those of entry in the funnel's zone.

    Args:
        walks: One walk per property, of the same funnel.
        funnel: The definition.
        least_units: Units that must have stood before the step.
        most_values: Values of a property that are scanned, largest first.
        false_discovery: The share of false names that is tolerated.
    """
    scans = list(_scans(walks, len(funnel.steps), least_units, most_values))
    adjusted = benjamini_hochberg([scan.stretch.p_value for scan in scans])
    named = [
        incident
        for scan, p in zip(scans, adjusted, strict=True)
        if p <= false_discovery and (incident := _incident(scan, p, funnel)) is not None
    ]
    return tuple(sorted(named, key=lambda one: -one.score)), len(scans)


def _scans(walks: Sequence[Values], steps: int, least: int, most: int) -> Iterator[_Scan]:
    for step in range(2, steps + 1):
        yield from _scan(None, None, step, walks[0].days, *walks[0].everybody_at(step), least)
        for values in walks:
            stood, lost = values.at(step)
            entered = np.bincount(values.codes, minlength=len(values.names) + 1)[: len(values.names)]
            for code in np.argsort(-entered, kind="stable")[:most].tolist():
                mine, away = (units[values.codes[units] == code] for units in (stood, lost))
                yield from _scan(values.field, values.names[code], step, values.days, mine, away, least)


def _scan(
    field: str | None, value: str | None, step: int, days: Ints, stood: Ints, lost: Ints, least: int
) -> Iterator[_Scan]:
    if len(stood) < least:
        return
    begins = int(days[stood].min())
    length = int(days[stood].max()) - begins + 1
    n, gone = (np.bincount(days[units] - begins, minlength=length).tolist() for units in (stood, lost))
    found = worst_stretch(n, gone)
    if isinstance(found, Stretch):
        yield _Scan(field, value, step, begins, found)


def _incident(scan: _Scan, adjusted_p: float, funnel: Funnel) -> Incident | None:
    found = scan.stretch
    beyond = excess(Count(found.n, found.lost), Count(found.others_n, found.others_lost))
    if not isinstance(beyond, Excess):
        return None
    return Incident(
        field=scan.field,
        value=scan.value,
        step=scan.step,
        name=funnel.steps[scan.step - 1].label,
        first=_EPOCH + timedelta(days=scan.begins + found.first),
        last=_EPOCH + timedelta(days=scan.begins + found.last),
        excess=beyond,
        rate=found.lost / found.n,
        others_rate=found.others_lost / found.others_n,
        score=found.score,
        adjusted_p=adjusted_p,
    )
