"""One attempt on one phone, as the app would note it before anything is uploaded."""

from dataclasses import dataclass, field
from typing import Any

from sample_data.dice import Dice
from sample_data.people import Person

_DAY_MS = 86_400_000
_HOURS = (1, 1, 1, 1, 1, 1, 2, 4, 5, 4, 4, 5, 7, 5, 4, 4, 5, 6, 8, 10, 12, 12, 9, 4)
"""How busy each hour of the day is."""


@dataclass(frozen=True, slots=True)
class Noted:
    """One event: true time in ms of the epoch, its name and its properties."""

    ms: int
    event: str
    properties: dict[str, Any]


@dataclass(slots=True)
class Trace:
    """The events of one attempt of one person, in the order they happened."""

    person: Person
    token: str
    flow: str
    start_ms: int
    logged_in: bool = True
    events: list[Noted] = field(default_factory=list)

    def note(self, seconds: float, event: str, **properties: Any) -> None:  # noqa: ANN401 - a property is any JSON value
        """Note an event so many seconds after the attempt began."""
        self.events.append(Noted(self.start_ms + round(seconds * 1000), event, properties))


def moments(count: int, days: int, dice: Dice) -> list[int]:
    """When in a stretch of days somebody tries something: once a day at most, two hours apart at least.

    Args:
        count: how many attempts.
        days: length of the stretch.
        dice: chance.

    Returns:
        Ascending offsets in ms.
    """
    chosen: dict[int, None] = {}
    while len(chosen) < min(count, days):
        chosen[dice.whole(0, days)] = None
    offsets: list[int] = []
    for day in sorted(chosen):
        offset = day * _DAY_MS + dice.which(_HOURS) * 3_600_000 + dice.whole(0, 3_600_000)
        offsets.append(max(offset, offsets[-1] + 7_200_000) if offsets else offset)
    return offsets
