"""What the funnel room answers, and the same as plain JSON."""

from dataclasses import asdict, dataclass
from datetime import datetime

from analysis.plain import reason
from analysis.steps.grouping import Kind
from experiments.stats.effects import NoEffect


@dataclass(frozen=True, slots=True)
class StepTime:
    """Seconds from the previous step of the chosen chain, over the units that reached the step."""

    mean_s: float
    p25_s: float
    p50_s: float
    p75_s: float
    p90_s: float


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """One step.

    Args:
        name: The step's name, or its events.
        units: Units that reached it; 0 where it is absent.
        from_start: units / units that entered, 0..1; None if none entered. Never rises from step to step, but where
            designs differ: then it is of the units whose design has the step.
        from_previous: units / units of the step before, 0..1; None if there are none. 1 for the first step.
        time: None for the first step, and where nobody got.
        maturing: Units that have not reached it and have a chain that still could after the end of observation.
        stood: Units that stood at the last required step before, which their design has; for the first step `units`.
        optional: No later step waits for it; from_previous of the next is from the last required step.
        milestone: What it stands for; None if nobody said.
        absent: The design of the group has no such step: nobody is asked for it, and nobody is lost.
        of_units: Units that entered and whose design has it; None where every design has every step.
    """

    name: str
    units: int
    from_start: float | None
    from_previous: float | None
    time: StepTime | None
    maturing: int
    stood: int
    optional: bool = False
    milestone: str | None = None
    absent: bool = False
    of_units: int | None = None

    def seconds(self, name: str) -> float | None:
        """One figure of the step's time, such as "p50_s"; None where there is none."""
        return None if self.time is None else float(getattr(self.time, name))


@dataclass(frozen=True, slots=True)
class EventReach:
    """In an unordered funnel: in how many chosen chains a step was served, and their share of all who entered."""

    name: str
    units: int
    from_start: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """One group of the breakdown.

    Args:
        by: The value in a tuple, one per field; None for what is missing; all "$other" for the rest.
        kind: value | missing | rest: tells a value that reads "$other" from the rest.
        values: How many different values stand in it; 0 for missing.
        steps: As for everybody.
        exposed: Persons exposed to the arm, whether they entered or not; None where groups are no arms.
    """

    by: tuple[str | None, ...]
    kind: Kind
    values: int
    steps: tuple[StepAnswer, ...]
    exposed: int | None = None


@dataclass(frozen=True, slots=True)
class FunnelAnswer:
    """A funnel over a store.

    Args:
        name: The funnel's name; may be empty.
        within_s: The window in seconds.
        unit: What is counted.
        timezone: The reporting zone.
        by: The fields of the breakdown, one or two, or none.
        steps: One per step; of an unordered funnel one per level, "any k of n".
        events: Of an unordered funnel: how often each of its steps was served.
        groups: Values by units that entered (most first), then missing, then the rest; empty without breakdown.
        excluded_units: Units that an exclusion removed, from step 1 on.
        units_without_id: Events of a step that carry no unit and are left out.
        not_numbers: (field, values that were no numbers where a condition asked for one; they count as missing).
        cannot_say: Why there are no rates, if nobody entered.
        observed_until: The end of observation; None if the store is empty.
        data_version: The version of the data behind it.
        synthetic: Whether any load behind it was declared synthetic.
        sql: What ran.
        attribution: Which of a unit's values says in which group it stands; None without breakdown.
        experiment: The experiment whose arms are the groups; only those exposed to it take part.
        several_variants: Persons exposed to several of its arms; they are left out.
    """

    name: str
    within_s: float
    unit: str
    timezone: str
    by: tuple[str, ...]
    steps: tuple[StepAnswer, ...]
    events: tuple[EventReach, ...]
    groups: tuple[Group, ...]
    excluded_units: int
    units_without_id: int
    not_numbers: tuple[tuple[str, int], ...]
    cannot_say: NoEffect | None
    observed_until: datetime | None
    data_version: str
    synthetic: bool
    sql: str
    attribution: str | None = None
    experiment: str | None = None
    several_variants: int = 0


def to_json(answer: FunnelAnswer) -> dict[str, object]:
    """The answer as plain JSON: seconds as *_s, rates 0..1, null where it cannot be said.

    Args:
        answer: The room's answer.

    Returns:
        What `kazasu funnel FILE --json` prints.
    """
    return {
        "name": answer.name,
        "steps": [_step(step) for step in answer.steps],
        "events": [asdict(one) for one in answer.events],
        "groups": [
            {
                "by": list(group.by),
                "kind": group.kind,
                "values": group.values,
                "exposed": group.exposed,
                "steps": [_step(s) for s in group.steps],
            }
            for group in answer.groups
        ],
        "breakdown": list(answer.by),
        "attribution": answer.attribution,
        "experiment": answer.experiment,
        "several_variants": answer.several_variants,
        "excluded_units": answer.excluded_units,
        "units_without_id": answer.units_without_id,
        "not_numbers": dict(answer.not_numbers),
        "cannot_say": reason(answer.cannot_say),
        "unit": answer.unit,
        "within_s": answer.within_s,
        "timezone": answer.timezone,
        "observed_until": None if answer.observed_until is None else answer.observed_until.isoformat(),
        "data_version": answer.data_version,
        "synthetic": answer.synthetic,
    }


def _step(step: StepAnswer) -> dict[str, object]:
    time = step.time
    return {
        "name": step.name,
        "milestone": step.milestone,
        "absent": step.absent,
        "units": None if step.absent else step.units,
        "of_units": step.of_units,
        "of_previous": None if step.absent else step.stood,
        "from_start": step.from_start,
        "from_previous": step.from_previous,
        "time": None if time is None else {name: getattr(time, name) for name in time.__slots__},
        "maturing": None if step.absent else step.maturing,
        "optional": step.optional,
    }
