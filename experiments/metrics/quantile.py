"""Metric kind "quantile": a quantile of a property over events, units being clusters."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.conditions import Name
from experiments.metrics.metric import EventMetric, Sample, Unit, only
from experiments.metrics.needs import Need
from experiments.stats import quantiles
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift
from experiments.stats.samples import Quantile


class QuantileOfEvents(EventMetric):
    """The quantile of a property over all events of the arm's units. Sample: Quantile, counts below common cuts.

    Args:
        field: `property` in a file: the number whose quantile is read.
        share: Which quantile: 0.9 for the 90th percentile, 0.5 for the median.
    """

    unit: ClassVar[Unit] = "number"

    kind: Literal["quantile"]
    field: Name = Field(alias="property")
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5

    @property
    def subject(self) -> str:
        """The property and which quantile of it."""
        return f"p{self.share * 100:g} {self.field}"

    def needs(self) -> tuple[Need, ...]:
        """The values themselves."""
        return (Need("events", self.event, self.window, "below", self.field, self.where),)

    def estimate(self, sample: Sample, level: float) -> Estimate | NoEffect:
        """The quantile with Woodruff's interval."""
        return quantiles.quantile(only(Quantile, sample, self), self.share, level)

    def effect(
        self, control: Sample, treatment: Sample, level: float, coefficient: float = 1.0
    ) -> Effect | NoEffect:
        """The difference of two quantiles."""
        one, other = only(Quantile, control, self), only(Quantile, treatment, self)
        return quantiles.difference(one, other, self.share, level, coefficient)

    def relative_effect(self, control: Sample, treatment: Sample, level: float) -> Effect | NoEffect:
        """The relative change of the quantile."""
        one, other = only(Quantile, control, self), only(Quantile, treatment, self)
        return quantiles.relative_difference(one, other, self.share, level)

    def shift(self, control: Sample, treatment: Sample, coefficient: float = 1.0) -> Shift | NoEffect:
        """The difference of two quantiles with its variance."""
        one, other = only(Quantile, control, self), only(Quantile, treatment, self)
        return quantiles.shift(one, other, self.share, coefficient)

    def relative_shift(self, control: Sample, treatment: Sample, level: float) -> Shift | NoEffect:
        """The relative change of the quantile with its variance."""
        one, other = only(Quantile, control, self), only(Quantile, treatment, self)
        return quantiles.relative_shift(one, other, self.share, level)
