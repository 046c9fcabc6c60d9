"""Metric kind "mean": how often an event happens per unit, or what it sums up to."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from experiments.conditions import Name
from experiments.metrics.amounts import cap_of
from experiments.metrics.metric import EventMetric, Sample, Unit, only
from experiments.metrics.needs import Need, Reducer
from experiments.stats import fieller, means
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift
from experiments.stats.samples import Moments


class Mean(EventMetric):
    """The mean per unit of how often the event happened, or of a property summed. Sample: Moments.

    Args:
        field: `property` in a file: the number to sum over the unit's events; left out, the events are
            counted.
        cap: Values above this share of all arms' values are set to it, such as "99%"; none if left out.
    """

    unit: ClassVar[Unit] = "number"

    kind: Literal["mean"]
    field: Name | None = Field(default=None, alias="property")
    cap: str | None = None

    @field_validator("cap")
    @classmethod
    def _share(cls, given: str | None) -> str | None:
        if given is not None:
            cap_of(given)
        return given

    @property
    def subject(self) -> str:
        """The event, with the property that is summed."""
        return self.event if self.field is None else f"{self.event} · {self.field}"

    def needs(self) -> tuple[Need, ...]:
        """A count or a sum; units without the event have 0."""
        reducer: Reducer = "count" if self.field is None else "sum"
        return (Need("events", self.event, self.window, reducer, self.field, self.where),)

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
        """The relative change by Fieller's theorem: it finds a change where the difference does."""
        return fieller.of_means(only(Moments, control, self), only(Moments, treatment, self), level)

    def shift(self, control: Sample, treatment: Sample, coefficient: float = 1.0) -> Shift | NoEffect:
        """Welch's difference with its variance."""
        return means.shift(only(Moments, control, self), only(Moments, treatment, self), coefficient)

    def relative_shift(self, control: Sample, treatment: Sample, level: float) -> Shift | NoEffect:
        """The relative change with its delta-method variance."""
        return means.relative_shift(only(Moments, control, self), only(Moments, treatment, self), level)
