"""A question about two steps of one funnel: which they are, and what they may be."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from experiments.funnel import Funnel


class TwoSteps(BaseModel):
    """From which step to which.

    Args:
        funnel: The definition.
        after: Place of the first of the two steps; None is the required step before the other.
        step: Place of the other one; None is the last.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    funnel: Funnel
    after: Annotated[int, Field(ge=1)] | None = None
    step: Annotated[int, Field(ge=2)] | None = None

    @model_validator(mode="after")
    def _one_after_the_other(self) -> Self:
        n = len(self.funnel.steps)
        if not 2 <= self.last <= n:
            raise ValueError(f"`step` is {self.last}; must be 2 to {n}, the number of steps; name another.")
        if self.first >= self.last:
            raise ValueError(
                f"`after` is {self.first}; must be before `step`, {self.last}; name an earlier one."
            )
        if self.funnel.steps[self.first - 1].optional:
            raise ValueError(
                f"`after` is {self.first}, an optional step; must be a required one; name another."
            )
        return self

    @model_validator(mode="after")
    def _all_have_them(self) -> Self:
        for name, place in (("after", self.first), ("step", self.last)):
            absent = self.funnel.steps[place - 1].absent_in
            if absent:
                raise ValueError(
                    f"`{name}` is {place}, which is absent in {', '.join(absent)}; must be one that all have; name another."
                )
        return self

    @property
    def last(self) -> int:
        """The later of the two steps."""
        return len(self.funnel.steps) if self.step is None else self.step

    @property
    def first(self) -> int:
        """The earlier of the two steps."""
        return self.funnel.last_required(self.last) if self.after is None else self.after
