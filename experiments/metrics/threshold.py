"""Metric kind "threshold": the share of units whose count or sum reaches a number."""

from typing import Annotated, Literal

from pydantic import Field

from experiments.conditions import Name
from experiments.metrics.metric import EventMetric
from experiments.metrics.needs import Need
from experiments.metrics.shares import Share


class Threshold(Share, EventMetric):
    """The share of units in which the event happened `at_least` times, or a property summed to so much.

    Args:
        at_least: The number to reach, reached if equal; above 0, for 0 is reached by everybody.
        field: `property` in a file: the number to sum over the unit's events; left out, the events are counted.
    """

    kind: Literal["threshold"]
    at_least: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    field: Name | None = Field(default=None, alias="property")

    @property
    def subject(self) -> str:
        """The event or its property, with the number to reach."""
        counted = self.event if self.field is None else f"{self.event} · {self.field}"
        return f"{counted} ≥ {self.at_least:g}"

    def needs(self) -> tuple[Need, ...]:
        """Whether the count or the sum reaches the number."""
        reducer: Literal["count", "sum"] = "count" if self.field is None else "sum"
        return (
            Need("events", self.event, self.window, reducer, self.field, self.where, at_least=self.at_least),
        )
