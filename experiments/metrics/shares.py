"""What every share of units has in common: a Count, read with Wilson's and Newcombe's intervals."""

from typing import ClassVar

from experiments.metrics.metric import Metric, Sample, Unit, only
from experiments.stats import proportions, shares
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift
from experiments.stats.samples import Count


class Share(Metric):
    """A share of all counted units. Sample: Count(units, units with it)."""

    unit: ClassVar[Unit] = "share"

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

    def shift(self, control: Sample, treatment: Sample, coefficient: float = 1.0) -> Shift | NoEffect:
        """The difference with its unpooled variance."""
        return shares.shift(only(Count, control, self), only(Count, treatment, self), coefficient)

    def relative_shift(self, control: Sample, treatment: Sample, level: float) -> Shift | NoEffect:
        """The relative change by the delta method."""
        return shares.relative_shift(only(Count, control, self), only(Count, treatment, self), level)
