"""Metric kind "funnel": the share of all exposed units that reach a step of a funnel."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.conditions import Name
from experiments.funnel import Funnel
from experiments.metrics.needs import Anchor, Need
from experiments.metrics.shares import Share


class Reach(Share):
    """The share of counted units that reach a step, whether they came to the step before it or not.

    Never the share of those who came to the step before: whom the treatment brings that far differs by arm.

    Args:
        funnel: The name of a funnel that was kept, or of a flow; or the funnel itself, as in its own file.
        step: The step to reach, from 1.
    """

    kind: Literal["funnel"]
    funnel: Name | Funnel
    step: Annotated[int, Field(ge=1, strict=True)]
    from_: Anchor = Field(default="exposure", alias="from")

    @model_validator(mode="after")
    def _whole_funnel(self) -> Self:
        if self.from_ != "exposure" or self.delay is not None:
            raise ValueError(
                f"`from` or `delay` stands in the funnel metric {self.key!r}; must be left out; a funnel starts at the "
                "exposure and has a window of its own."
            )
        if isinstance(self.funnel, Funnel) and self.step > len(self.funnel.steps):
            raise ValueError(
                f"`step` is {self.step} in the funnel metric {self.key!r}; must be at most {len(self.funnel.steps)}; "
                "count the funnel's steps."
            )
        return self

    @property
    def subject(self) -> str:
        """The funnel's name and the step."""
        name = self.funnel if isinstance(self.funnel, str) else self.funnel.name
        return f"{name or 'funnel'} · {self.step}"

    @property
    def adjustable(self) -> bool:
        """Yes: by whether an event of the step came before the exposure."""
        return True

    def needs(self) -> tuple[Need, ...]:
        """How far the unit came."""
        return (Need("funnel", self.subject, self.window, "step"),)
