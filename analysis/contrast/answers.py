"""What the room of comparisons answers."""

from dataclasses import dataclass
from datetime import datetime

from analysis.contrast.asked import Kind
from experiments.stats.effects import Effect, Estimate, NoEffect


@dataclass(frozen=True, slots=True)
class SideStep:
    """One step of one side.

    Args:
        name: The step; in an unordered funnel, how many of its steps.
        units: Units that reached it.
        rate: units / units that entered, with its interval; it knows which units belong to one person.
        from_previous: units / units of the required step before, 0..1; None if there are none. Without interval: who is
            left to take the step was chosen by the step before, and differently on the two sides.
    """

    name: str
    units: int
    rate: Estimate | NoEffect
    from_previous: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """One side.

    Args:
        key: this | previous | period | segment | group | missing | rest | others | definition | event: what kind of side.
        name: The conditions, the group or the event; empty where the key says it.
        start: Entries from this moment on; None if unbounded.
        end: Entries before it; None if unbounded.
        entered: Units with an entry whose window is over.
        young: Units whose entries were all too young to count; None where several sides are of one walk.
        persons: Persons behind the units that entered.
        steps: One per step.
        corrected: Share of all that entered that comes to the last step, the young ones watched as far as they were seen
            (Kaplan–Meier, from each unit's first entry); None where nobody is young, and for groups, events and chains.
    """

    key: str
    name: str
    start: datetime | None
    end: datetime | None
    entered: int
    young: int | None
    persons: int
    steps: tuple[SideStep, ...]
    corrected: Estimate | NoEffect | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One side against the one it is compared with, at one step.

    Args:
        side: Its place among the sides.
        other: The place of the side it is compared with.
        step: From 2, for all who entered are at the first.
        absolute: Difference of the shares of all who entered.
        relative: The same, relative to the other side.
        p_adjusted: Holm over all differences of the answer; None where there is no effect.
    """

    side: int
    other: int
    step: int
    absolute: Effect | NoEffect
    relative: Effect | NoEffect
    p_adjusted: float | None


@dataclass(frozen=True, slots=True)
class ContrastAnswer:
    """A comparison.

    Args:
        kind: previous | period | segments | groups | every_group | events.
        sides: With two sides the funnel's own first; with several each stands before the one it is compared with.
        differences: One per comparison and step.
        unit: What is counted.
        within_s: The window in seconds.
        clustered: Do some units share a person? Intervals then know it.
        shared: Units that reached the replaced step by several of the events; None with other kinds.
        young: Units whose entries were all too young to count, where all sides are of one walk; else None.
        cannot_say: Why there is nothing to compare.
        timezone: The reporting zone.
        observed_until: The end of observation; None if the store is empty.
        sql: What ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    kind: Kind
    sides: tuple[Side, ...]
    differences: tuple[Difference, ...]
    unit: str
    within_s: float
    clustered: bool
    shared: int | None
    young: int | None
    cannot_say: NoEffect | None
    timezone: str
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool
