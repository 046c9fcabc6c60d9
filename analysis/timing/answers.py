"""What the room of step times answers."""

from dataclasses import dataclass
from datetime import datetime

from analysis.steps.episodes import Point
from analysis.steps.grouping import Kind, Label
from experiments.stats.effects import Estimate, NoEffect


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from the one step to the other, over the units that reached both."""

    mean_s: float
    p25_s: float
    p50_s: float
    p75_s: float
    p90_s: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Times of at least `from_s` and less than `to_s` seconds; the last one may be open (None)."""

    from_s: float
    to_s: float | None
    units: int


@dataclass(frozen=True, slots=True)
class Part:
    """Units that reached the first of the two steps: all of them, or those of one entry period or group.

    Args:
        started: Units that reached the first step.
        reached: Those of them that reached the other.
        maturing: Those that did not and still could after the end of observation.
        time: None where nobody reached it.
        bins: Units per bin; they sum to `reached`.
    """

    started: int
    reached: int
    maturing: int
    time: Times | None
    bins: tuple[Bin, ...]

    @property
    def lost(self) -> int:
        """Those that did not reach it and no longer can."""
        return self.started - self.reached - self.maturing


@dataclass(frozen=True, slots=True)
class Period:
    """Units whose chosen chain began in one hour, day or week; times are too short while some are maturing."""

    start: datetime
    part: Part


@dataclass(frozen=True, slots=True)
class Group:
    """One group of the breakdown.

    Args:
        by: Its value, one per field; None for what is missing, "$other" for the rest.
        kind: value | missing | rest.
        part: Its units.
    """

    by: Label
    kind: Kind
    part: Part


@dataclass(frozen=True, slots=True)
class TimingAnswer:
    """How long it takes from one step to another.

    Args:
        after: Place of the first step.
        after_name: What it is called.
        step: Place of the other one.
        name: What it is called.
        bin_s: Width of a bin in seconds.
        everybody: All units.
        by: hour | day | week of the entry.
        periods: By time of entry; those without an entry are left out.
        groups: Of the breakdown; empty without.
        curve: Share of all who entered, from their first entry on, that had reached `step` by each wait; with interval.
        at_window: That share at the end of the window.
        within_s: The window.
        unit: What is counted.
        timezone: The zone of the periods.
        observed_until: The end of observation; None if the store is empty.
        cannot_say: Why there are no times, if nobody reached both steps.
        sql: What ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    after: int
    after_name: str
    step: int
    name: str
    bin_s: float
    everybody: Part
    by: str
    periods: tuple[Period, ...]
    groups: tuple[Group, ...]
    curve: tuple[Point, ...]
    at_window: Estimate | NoEffect
    within_s: float
    unit: str
    timezone: str
    observed_until: datetime | None
    cannot_say: NoEffect | None
    sql: str
    data_version: str
    synthetic: bool
