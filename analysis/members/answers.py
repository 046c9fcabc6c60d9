"""What the room of lists answers, and the same as plain JSON; docs/json/members.md explains every key."""

from dataclasses import dataclass
from datetime import datetime

Json = dict[str, object]
GroupName = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One unit of a list.

    Args:
        unit: What is counted: a person, session, attempt, impression or the value of a property.
        person: Whose it was at the entry.
        entered: The first step of the chosen chain.
        reach: Furthest step, from 1.
        last_step: When that step was reached.
        platform, device, app_version: As logged at the entry; None where the log does not say.
    """

    unit: str
    person: str
    entered: datetime
    reach: int
    last_step: datetime
    platform: str | None
    device: str | None
    app_version: str | None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Units that got to the step before, by what became of them; of step 1, units that entered.

    Args:
        reached: They reached the step.
        dropped: They did not, and none of their chains still can.
        maturing: They did not yet; one of their chains still could after the end of observation.
    """

    reached: int
    dropped: int
    maturing: int


@dataclass(frozen=True, slots=True)
class MembersAnswer:
    """A list of units.

    Args:
        step: Place of the step, from 1.
        name: What it is called.
        outcome: reached | dropped | maturing.
        group: The group of the breakdown; None is everybody.
        unit: What is counted.
        total: Units on the whole list.
        outcomes: The three outcomes at the step, in the same group.
        members: The part of the list that was asked for, the latest entries first.
        offset: Place of the first of them, from 0.
        timezone: The reporting zone.
        observed_until: The end of observation; None if the store is empty.
        sql: What ran.
        data_version: The version of the data behind it.
        synthetic: Whether any load behind it was declared synthetic.
    """

    step: int
    name: str
    outcome: str
    group: GroupName | None
    unit: str
    total: int
    outcomes: Outcomes
    members: tuple[Member, ...]
    offset: int
    timezone: str
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool


def to_json(found: MembersAnswer) -> Json:
    """The answer as plain JSON: times ISO 8601 in UTC, null where the log does not say.

    Args:
        found: The room's answer.

    Returns:
        What `kazasu members FILE --json` prints.
    """
    return {
        "step": found.step,
        "name": found.name,
        "outcome": found.outcome,
        "group": None if found.group is None else list(found.group),
        "unit": found.unit,
        "total": found.total,
        "outcomes": {name: getattr(found.outcomes, name) for name in found.outcomes.__slots__},
        "members": [_member(one) for one in found.members],
        "offset": found.offset,
        "timezone": found.timezone,
        "observed_until": None if found.observed_until is None else found.observed_until.isoformat(),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _member(one: Member) -> Json:
    said = {name: getattr(one, name) for name in one.__slots__}
    return {**said, "entered": one.entered.isoformat(), "last_step": one.last_step.isoformat()}
