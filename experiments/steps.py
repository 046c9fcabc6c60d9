"""What a funnel is made of: steps, and events that may not happen between two of them."""

from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from experiments.conditions import Name, Shape, Where
from experiments.durations import microseconds

ANY_EVENT = "*"
Occurrence = Literal["any", "first_ever", "first_matching"]


class Matched(Shape):
    """An event by name, by several names (any of them), or any event, perhaps with conditions.

    Args:
        event: A name, a list of names, or "*".
        where: Field -> value (equals) or operators; all must hold.
    """

    event: str | tuple[str, ...]
    where: Where = Field(default_factory=dict)

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


class Exclusion(Matched):
    """An event that may not happen between two steps.

    Args:
        after: The step, from 1, from whose reaching on it binds.
        before: The step that it may not precede, whether or not that ever comes.
    """

    noun: ClassVar[str] = "an exclusion"

    after: Annotated[int, Field(ge=1)] = 1
    before: Annotated[int, Field(ge=2)]


class Step(Matched):
    """One step of a funnel.

    Args:
        name: What to call the step; the event if left out.
        within: A window of its own, from the step before, end included.
        at_least: A minimum time since the step before.
        occurrence: any; first_ever: only the unit's first event of that name; first_matching: only the first that
            meets the conditions.
        optional: No later step waits for it; it takes the earliest event between the required steps beside it.
        milestone: What the step stands for, such as intent; shown beside it.
        absent_in: Groups of the breakdown, or arms, whose design has no such step: there it is not asked for.
    """

    noun: ClassVar[str] = "a step"

    name: Name | None = None
    within: str | None = None
    at_least: str | None = None
    occurrence: Occurrence = "any"
    optional: bool = False
    milestone: Name | None = None
    absent_in: tuple[Name, ...] = ()

    @field_validator("within", "at_least")
    @classmethod
    def _durations(cls, given: str | None, asked: ValidationInfo) -> str | None:
        if given is not None:
            microseconds(given, str(asked.field_name))
        return given

    @field_validator("occurrence", mode="before")
    @classmethod
    def _occurrences(cls, given: object) -> object:
        return one_of("occurrence", given, get_args(Occurrence))

    @model_validator(mode="after")
    def _gap_in_window(self) -> Self:
        if self.within is not None and self.at_least is not None and self.gap_us > microseconds(self.within):
            raise ValueError(
                f"`at_least` is {self.at_least!r}; must not exceed the step's `within`, {self.within!r}; "
                "correct one."
            )
        return self

    @property
    def gap_us(self) -> int:
        """The minimum gap in microseconds; 0 without."""
        return 0 if self.at_least is None else microseconds(self.at_least)

    @property
    def label(self) -> str:
        """What an answer calls the step."""
        return self.name or " | ".join(self.events or (ANY_EVENT,))


def one_of(name: str, given: object, known: tuple[str, ...]) -> object:
    """The value if it is known.

    Raises:
        ValueError: It is not.
    """
    if given not in known:
        raise ValueError(
            f"`{name}` is {given!r}; must be {' or '.join(map(repr, known))}; Kazasu has no other yet."
        )
    return given
