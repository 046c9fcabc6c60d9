"""What the drivers room answers, and the same as plain JSON; docs/json/drivers.md explains every key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from experiments.stats.effects import NoEffect, Reason
from experiments.stats.odds import OddsRatio
from experiments.stats.samples import Count

Json = dict[str, object]
NOT_CAUSES = Reason(
    "drivers_not_causes",
    "This goes with conversion; it need not cause it. Only an experiment can tell.",
)


@dataclass(frozen=True, slots=True)
class Driver:
    """Something that goes with conversion, or with its absence.

    Args:
        kind: "event" (done or not) or "property" (this value or another).
        field: The event, or the property.
        value: The property's value; None for an event.
        present: Units that have it, and those of them that converted.
        absent: The others.
        odds: The odds ratio with its interval.
        adjusted_p: Benjamini–Hochberg over all tests.
    """

    kind: Literal["event", "property"]
    field: str
    value: str | None
    present: Count
    absent: Count
    odds: OddsRatio
    adjusted_p: float


@dataclass(frozen=True, slots=True)
class DriversAnswer:
    """What goes with conversion.

    Args:
        step: Place of the step that counts as conversion.
        name: What it is called.
        landmark: Events count up to it after the entry, "" = in one window before the entry.
        units: Units compared.
        converted: Those of them that reached the step.
        drivers: Those named, the strongest association first.
        tests: Tests that were made.
        caution: What the figures do not say.
        cannot_say: Why nothing could be tested; None if something was.
        observed_until: The end of observation; None if the store is empty.
        sql: The SQL that ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    step: int
    name: str
    landmark: str
    units: int
    converted: int
    drivers: tuple[Driver, ...]
    tests: int
    caution: Reason
    cannot_say: NoEffect | None
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool


def to_json(found: DriversAnswer) -> Json:
    """The answer as plain JSON: rates 0..1, intervals [low, high]."""
    cannot = found.cannot_say
    return {
        "step": found.step,
        "name": found.name,
        "landmark": found.landmark or None,
        "units": found.units,
        "converted": found.converted,
        "drivers": [_driver(one) for one in found.drivers],
        "tests": found.tests,
        "caution": {"code": found.caution.code, "sentence": found.caution.sentence},
        "cannot_say": None if cannot is None else {"code": cannot.code, "sentence": cannot.sentence},
        "observed_until": None if found.observed_until is None else found.observed_until.isoformat(),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _driver(one: Driver) -> Json:
    return {
        "kind": one.kind,
        "field": one.field,
        "value": one.value,
        "n": one.present.n,
        "converted": one.present.hits,
        "rate": one.present.hits / one.present.n,
        "others_n": one.absent.n,
        "others_converted": one.absent.hits,
        "others_rate": one.absent.hits / one.absent.n,
        "odds_ratio": one.odds.value,
        "interval": [one.odds.interval.low, one.odds.interval.high],
        "p_value": one.odds.p_value,
        "adjusted_p": one.adjusted_p,
    }
