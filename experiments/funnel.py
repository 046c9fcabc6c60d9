"""A funnel as people write it down: steps, a window, a unit, conditions and one breakdown."""

from typing import Annotated, ClassVar, Literal, Self, get_args
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from experiments.conditions import Moment, Name, Shape, Where
from experiments.durations import microseconds

MOST_STEPS = 40
MOST_GROUPS = 200
ANY_EVENT = "*"
PROPERTY = "property:"
UNITS = ("user", "session", "attempt", "impression")
Attribution = Literal["first_touch", "last_touch"]


class Step(Shape):
    """One step: an event by name, by several names (any of them), or any event, perhaps with conditions.

    Args:
        event: A name, a list of names, or "*".
        where: Field -> value (equals) or operators; all must hold.
        name: What to call the step; the event if left out.
    """

    noun: ClassVar[str] = "a step"
    later: ClassVar[tuple[str, ...]] = (
        "optional",
        "within",
        "at_least",
        "occurrence",
        "milestone",
        "absent_in",
    )

    event: str | tuple[str, ...]
    where: Where = Field(default_factory=dict)
    name: Name | None = None

    @field_validator("event", mode="before")
    @classmethod
    def _events(cls, given: object) -> object:
        names = list(given) if isinstance(given, list | tuple) else [given]
        if not names or not all(isinstance(name, str) and name for name in names):
            raise ValueError(
                f'`event` is {given!r}; must be a name, a list of names or "*" for any; name one.'
            )
        if len(names) > 1 and ANY_EVENT in names:
            raise ValueError(f'`event` is {names!r}; must be names, or "*" alone for any event; choose.')
        different = tuple(dict.fromkeys(names))
        return different[0] if len(different) == 1 else different

    @property
    def events(self) -> tuple[str, ...] | None:
        """The names that match; None if any event does."""
        if self.event == ANY_EVENT:
            return None
        return (self.event,) if isinstance(self.event, str) else self.event

    @property
    def label(self) -> str:
        """What an answer calls the step."""
        return self.name or " | ".join(self.events or (ANY_EVENT,))


class Breakdown(Shape):
    """One property to split by: each unit stands in the group of its first or last value.

    Args:
        by: The field, in a list of one.
        attribution: first_touch | last_touch: the unit's first or last non-empty value at an event of a step.
        top: How many groups stand alone, 1 to 200; the others form the rest.
    """

    noun: ClassVar[str] = "a breakdown"

    by: Annotated[tuple[Name, ...], Field(min_length=1)]
    attribution: Attribution = "first_touch"
    top: Annotated[int, Field(ge=1, le=MOST_GROUPS)] = 10

    @field_validator("by")
    @classmethod
    def _one(cls, by: tuple[str, ...]) -> tuple[str, ...]:
        if len(by) != 1:
            raise ValueError(f"`by` is {list(by)!r}; must be one field; Kazasu splits by one for now.")
        return by

    @field_validator("attribution", mode="before")
    @classmethod
    def _attributions(cls, given: object) -> object:
        return _one_of("attribution", given, get_args(Attribution))


class Funnel(Shape):
    """A funnel: who passes which steps, in order, within a window that runs from the chain's own first step.

    Args:
        name: What people call it.
        order: "ordered": other events may stand between the steps.
        within: The window, end included: "30s" (ms, s, m, h, d), 1 ms to a century.
        unit: user | session | attempt | impression | "property:NAME": what is counted.
        from_: `from` in a file: first steps from this moment on; with `to`, before that one.
        to: See `from`. Both bind the first step only.
        observed_until: The end of observation; the store's own if left out.
        timezone: An IANA zone; it only labels.
        where: Conditions on every event.
        steps: 1 to 40 steps.
        breakdown: One split, or none.
    """

    noun: ClassVar[str] = "a funnel"
    later: ClassVar[tuple[str, ...]] = (
        "on_exclusion", "exclusions", "strictly_increasing", "hold", "count", "reentry", "cohort", "variant",
    )  # fmt: skip

    name: Annotated[str, Field(max_length=200)] = ""
    order: Literal["ordered"] = "ordered"
    within: str = "7d"
    unit: Name = "user"
    from_: Moment | None = Field(default=None, alias="from")
    to: Moment | None = None
    observed_until: Moment | None = None
    timezone: str = "Asia/Tokyo"
    where: Where = Field(default_factory=dict)
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=MOST_STEPS)]
    breakdown: Breakdown | None = None

    @field_validator("order", mode="before")
    @classmethod
    def _orders(cls, given: object) -> object:
        return _one_of("order", given, ("ordered",))

    @field_validator("within")
    @classmethod
    def _window(cls, given: str) -> str:
        microseconds(given)
        return given

    @field_validator("unit")
    @classmethod
    def _units(cls, given: str) -> str:
        if given not in UNITS and not (given.startswith(PROPERTY) and given != PROPERTY):
            raise ValueError(
                f'`unit` is {given!r}; must be one of {", ".join(UNITS)} or "property:NAME"; choose one.'
            )
        return given

    @field_validator("timezone")
    @classmethod
    def _zones(cls, given: str) -> str:
        if given not in available_timezones():
            raise ValueError(
                f'`timezone` is {given!r}; must be an IANA zone; write for example "Asia/Tokyo".'
            )
        return given

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            raise ValueError(
                f"`from` is {self.from_.isoformat()}; must be before `to`, {self.to.isoformat()}; swap them."
            )
        return self

    @property
    def within_us(self) -> int:
        """The window in microseconds."""
        return microseconds(self.within)


def _one_of(name: str, given: object, known: tuple[str, ...]) -> object:
    if given not in known:
        raise ValueError(
            f"`{name}` is {given!r}; must be {' or '.join(map(repr, known))}; Kazasu has no other yet."
        )
    return given
