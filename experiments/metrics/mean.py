"""Metric kind "mean": how often an event happens per unit, or what it sums up to."""

from typing import ClassVar, Literal

from pydantic import Field

from experiments.conditions import Name
from experiments.metrics.metric import Metric, Sample, Unit, only
from experiments.metrics.needs import Need, Reducer
from experiments.stats import means
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.samples import Moments


class Mean(Metric):
    """The mean per unit of how often the event happened, or of a property summed. Sample: Moments.

    Args:
        field: `property` in a file: the number to sum over the unit's events; left out, the events are
            counted.
    """

    unit: ClassVar[Unit] = "number"

    kind: Literal["mean"]
    field: Name | None = Field(default=None, alias="property")

    def needs(self) -> tuple[Need, ...]:
        """A count or a sum; units without the event have 0."""
        reducer: Reducer = "count" if self.field is None else "sum"
        return (Need("events", self.event, self.window, reducer, self.field),)

    def estimate(self, sample: Sample, level: float) -> Estimate | NoEffect:
        """The mean with Student's interval."""
        return means.mean(only(Moments, sample, self), level)

    def effect(
        self, control: Sample, treatment: Sample, level: float, coefficient: float = 1.0
    ) -> Effect | NoEffect:
        """Welch's difference, in the value's unit."""
        return means.difference(
            only(Moments, control, self), only(Moments, treatment, self), level, coefficient
        )

    def relative_effect(self, control: Sample, treatment: Sample, level: float) -> Effect | NoEffect:
        """The relative change by the delta method."""
        return means.relative_difference(only(Moments, control, self), only(Moments, treatment, self), level)
