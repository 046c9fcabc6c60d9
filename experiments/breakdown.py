"""A breakdown: the fields to split a funnel's units by, and which of its events says where a unit stands."""

import re
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field, field_validator

from experiments.conditions import Moment, Name, Shape

MOST_GROUPS, MOST_FIELDS = 200, 2
Touch = Literal["first_touch", "last_touch"]
Attribution = Literal["first_touch", "last_touch", "all_events"]
_STEP = re.compile(r"step:([1-9][0-9]?)")


class Breakdown(Shape):
    """One or two fields to split by: a group is a value, or a pair of values.

    Args:
        by: The fields, one or two different ones.
        attribution: first_touch | last_touch: the unit's first or last non-empty value at an event of a step, each
            field by itself; all_events: one value along the chain; step:K: the value at step K's event. With the
            last two a unit may stand in several groups.
        top: How many groups stand alone, 1 to 200; the others form the rest.
    """

    noun: ClassVar[str] = "a breakdown"

    by: Annotated[tuple[Name, ...], Field(min_length=1)]
    attribution: str = "first_touch"
    top: Annotated[int, Field(ge=1, le=MOST_GROUPS)] = 10

    @field_validator("by")
    @classmethod
    def _few(cls, by: tuple[str, ...]) -> tuple[str, ...]:
        if len(by) > MOST_FIELDS or len(set(by)) < len(by):
            raise ValueError(f"`by` is {list(by)!r}; must be one field or two different ones; name those.")
        return by

    @field_validator("attribution", mode="before")
    @classmethod
    def _attributions(cls, given: object) -> object:
        known = isinstance(given, str) and (given in get_args(Attribution) or _STEP.fullmatch(given))
        if not known:
            raise ValueError(
                f"`attribution` is {given!r}; must be one of {', '.join(get_args(Attribution))} or step:K with the "
                'number of a step, such as "step:2"; choose one.'
            )
        return given

    @property
    def step(self) -> int | None:
        """The step, from 1, whose event says where a unit stands; None with another attribution."""
        found = _STEP.fullmatch(self.attribution)
        return None if found is None else int(found[1])

    @property
    def several(self) -> bool:
        """May a unit stand in several groups?"""
        return self.attribution not in get_args(Touch)

    @property
    def touch(self) -> Touch:
        """first_touch or last_touch.

        Raises:
            ValueError: The attribution is another one.
        """
        if self.attribution == "first_touch":
            return "first_touch"
        if self.attribution == "last_touch":
            return "last_touch"
        raise ValueError(
            f"`attribution` is {self.attribution!r}; must be first_touch or last_touch; ask for those."
        )


class ByVariant(Shape):
    """The arms of an experiment as groups: only exposed persons take part, from their first exposure on.

    Args:
        experiment: The experiment's key, as its exposures carry it.
        from_: `from` in a file: first exposures from this moment on; the declared start if left out.
    """

    noun: ClassVar[str] = "a variant"

    experiment: Name
    from_: Moment | None = Field(default=None, alias="from")
