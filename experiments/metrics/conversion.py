"""Metric kind "conversion": the share of units with an event."""

from typing import ClassVar, Literal

from experiments.metrics.metric import Metric, Sample, Unit, only
from experiments.metrics.needs import Need
from experiments.stats import proportions
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.samples import Count


class Conversion(Metric):
    """The share of units with the event in the window. Sample: Count(units, units with it)."""

    unit: ClassVar[Unit] = "share"

    kind: Literal["conversion"]

    def needs(self) -> tuple[Need, ...]:
        """Whether the event happened."""
        return (Need("events", self.event, self.window, "hit"),)

    def estimate(self, sample: Sample, level: float) -> Estimate | NoEffect:
        """The share with Wilson's interval."""
        return proportions.rate(only(Count, sample, self), level)

    def effect(
        self, control: Sample, treatment: Sample, level: float, coefficient: float = 1.0
    ) -> Effect | NoEffect:
        """Newcombe's difference, in shares."""
        return proportions.difference(
            only(Count, control, self), only(Count, treatment, self), level, coefficient
        )

    def relative_effect(self, control: Sample, treatment: Sample, level: float) -> Effect | NoEffect:
        """The relative change, by MOVER."""
        return proportions.relative_difference(
            only(Count, control, self), only(Count, treatment, self), level
        )
