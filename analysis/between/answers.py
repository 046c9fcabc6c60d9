"""What the room of events between two steps answers."""

from dataclasses import dataclass
from datetime import datetime

from experiments.stats.effects import Estimate, NoEffect


@dataclass(frozen=True, slots=True)
class Frequency:
    """Units in whose stretch the event happened so many times.

    Args:
        times: How many times; of the last one, so many or more.
        units: Units.
        share: units / all of them; None if there are none.
        next_units: Those of them that reached the step after; None where there is none, or for units that did not come.
        next_rate: next_units / units with its interval, which knows whose units they are; None like `next_units`.
    """

    times: int
    units: int
    share: float | None
    next_units: int | None
    next_rate: Estimate | NoEffect | None


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How often it happened to some units.

    Args:
        units: The units.
        mean: Times per unit; None if there are none.
        some: Units to which it happened at least once.
        rows: 0, 1, … 9, and 10 or more.
    """

    units: int
    mean: float | None
    some: int
    rows: tuple[Frequency, ...]


@dataclass(frozen=True, slots=True)
class BetweenAnswer:
    """How often events happened between two steps of the chosen chain, over entries whose window is over.

    Args:
        events: Their names; empty for any event.
        after: Place of the first step.
        after_name: What it is called.
        step: Place of the other one.
        name: What it is called.
        next_step: The step after that; None if it is the last.
        next_name: What it is called.
        came: Units that reached both, from the one instant to the other, both outside.
        stayed: Units that reached only the first, from then to the end of their window.
        young: Units whose entries were all too young to count.
        within_s: The window.
        unit: What is counted.
        observed_until: The end of observation; None if the store is empty.
        cannot_say: Why there is nothing to count.
        sql: What ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    events: tuple[str, ...]
    after: int
    after_name: str
    step: int
    name: str
    next_step: int | None
    next_name: str | None
    came: Frequencies
    stayed: Frequencies
    young: int
    within_s: float
    unit: str
    observed_until: datetime | None
    cannot_say: NoEffect | None
    sql: str
    data_version: str
    synthetic: bool
