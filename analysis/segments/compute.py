"""One query, one answer: segments that lose more than expected at a step, ranked, and the day since which they do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from analysis.segments.answers import Segment, SegmentsAnswer, Since
from analysis.segments.incidents import incidents_of
from analysis.segments.query import Values, per_day, per_value, values_of
from experiments.conditions import Name
from experiments.funnel import Funnel
from experiments.stats.change_point import worse_since
from experiments.stats.effects import NoEffect
from experiments.stats.excess import Excess, excess
from experiments.stats.multiplicity import benjamini_hochberg
from experiments.stats.samples import Count

if TYPE_CHECKING:
    from ingest import Store

_EPOCH = date(1970, 1, 1)


class SegmentsQuery(BaseModel):
    """Which funnel, and by which properties to look for segments.

    Args:
        funnel: The definition; its own breakdown is set aside.
        fields: Properties; each value of one is a segment. A unit has its first value at an event of a step.
        least_units: A segment, and everybody else, must have as many at a step to be tested.
        most_values: Values of a property that are tested, largest first; the others are part of everybody else.
        false_discovery: The share of false names that is tolerated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    funnel: Funnel
    fields: Annotated[tuple[Name, ...], Field(min_length=1, max_length=12)] = (
        "platform", "device", "os_version", "app_version",
    )  # fmt: skip
    least_units: Annotated[int, Field(ge=2)] = 50
    most_values: Annotated[int, Field(ge=1, le=200)] = 50
    false_discovery: Annotated[float, Field(gt=0, lt=1)] = 0.05


@dataclass(frozen=True, slots=True)
class _Test:
    values: Values
    code: int
    step: int
    excess: Excess
    others_rate: float


def answer(store: "Store", query: SegmentsQuery) -> SegmentsAnswer:
    """Name the segments that lose more than everybody else on the way to a step.

    For each value and step: of the units that stood before the step and cannot mature any more, those lost are
    compared with what the rate of everybody else (with another value of the same property) leads to expect, by
    Fisher's exact test; Benjamini–Hochberg holds the share of false names over all tests. What is named is ranked by
    its excess in units of its own uncertainty (excess / distance to the lower end of its interval). An incident also
    shows in segments that overlap with its own, a device in its platform, with much the same excess; the one that it
    really befell stands out most sharply, so read the first name first.
    Incidents that came and went are looked for by `worst_stretch`, for everybody and in each segment.
    A named segment's day is that of `worse_since` over days of entry.

    Args:
        store: An open store.
        query: The funnel, the properties, the limits.

    Returns:
        The answer; `cannot_say` tells why if nothing could be tested.

    Raises:
        ValueError: A condition cannot be asked of its field.
    """
    fields = tuple(dict.fromkeys(query.fields))
    walks = [values_of(store, query.funnel, field) for field in fields]
    tests = [test for values in walks for test in _tests(values, query)]
    adjusted = benjamini_hochberg([test.excess.p_value for test in tests])
    named = [
        (test, p)
        for test, p in zip(tests, adjusted, strict=True)
        if p <= query.false_discovery and test.excess.value > 0
    ]
    ranked = sorted(named, key=lambda one: -one[0].excess.sharpness)
    walked = walks[0].walked
    incidents, scans = incidents_of(
        walks,
        query.funnel,
        least_units=query.least_units,
        most_values=query.most_values,
        false_discovery=query.false_discovery,
    )
    return SegmentsAnswer(
        incidents=incidents,
        scans=scans,
        segments=tuple(_segment(test, p, query.funnel) for test, p in ranked),
        tests=len(tests),
        fields=fields,
        without_value=tuple((values.field, values.without_value) for values in walks),
        false_discovery=query.false_discovery,
        cannot_say=None if tests else _nobody(query.least_units),
        timezone=query.funnel.timezone,
        observed_until=walked.observed_until,
        sql="\n\n".join(values.walked.sql for values in walks),
        data_version=walked.data_version,
        synthetic=walked.synthetic,
    )


def _tests(values: Values, query: SegmentsQuery) -> Iterator[_Test]:
    entered = np.bincount(values.codes, minlength=len(values.names) + 1)[: len(values.names)]
    largest = np.argsort(-entered, kind="stable")[: query.most_values].tolist()
    for step in range(2, len(query.funnel.steps) + 1):
        n, lost = (per_value(values, units) for units in values.at(step))
        for code in largest:
            segment = Count(int(n[code]), int(lost[code]))
            others = Count(int(n.sum()) - segment.n, int(lost.sum()) - segment.hits)
            if min(segment.n, others.n) < query.least_units:
                continue
            found = excess(segment, others)
            if isinstance(found, Excess):
                yield _Test(values, code, step, found, others.hits / others.n)


def _segment(test: _Test, adjusted_p: float, funnel: Funnel) -> Segment:
    return Segment(
        field=test.values.field,
        value=test.values.names[test.code],
        step=test.step,
        name=funnel.steps[test.step - 1].label,
        excess=test.excess,
        rate=test.excess.lost / test.excess.n,
        others_rate=test.others_rate,
        adjusted_p=adjusted_p,
        since=_since(test),
    )


def _since(test: _Test) -> Since | NoEffect:
    """The day of the change: on each day the others who entered then say what to expect."""
    values = test.values
    stood, lost = values.at(test.step)
    mine = [units[values.codes[units] == test.code] for units in (stood, lost)]
    rest = [units[values.codes[units] != test.code] for units in (stood, lost)]
    n, o, others_n, others_o = (per_day(values.days, units) for units in (*mine, *rest))
    days = [day for day in sorted(n) if others_o.get(day, 0) > 0]
    expected = [n[day] * others_o[day] / others_n[day] for day in days]
    found = worse_since([o.get(day, 0) for day in days], expected)
    if isinstance(found, NoEffect):
        return found
    return Since(_EPOCH + timedelta(days=days[found.day]), found.before, found.after, found.p_value)


def _nobody(least: int) -> NoEffect:
    sentence = (
        f"No segment has enough people at a step to be tested; at least {least} are needed beside others."
    )
    return NoEffect("segments_nobody_stood", sentence, (("least", least),))
