"""Metric kind "restricted_mean": how much of a time first impressions lose to an ending, on average."""

from typing import ClassVar, Literal

from experiments.metrics.incidence import OfImpressions
from experiments.metrics.metric import Sample, Unit, only
from experiments.stats import survival
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift
from experiments.stats.samples import RiskTable


class RestrictedMean(OfImpressions):
    """The mean of the first `within` that lies behind the ending, in ms: early endings by the event count for more.

    0 where nobody ended so, `within` if all did at once. Compare arms up to the shortest display limit among them.
    """

    unit: ClassVar[Unit] = "number"

    kind: Literal["restricted_mean"]

    def estimate(self, sample: Sample, level: float) -> Estimate | NoEffect:
        """The restricted mean time lost to the ending, in ms."""
        return survival.time_lost(only(RiskTable, sample, self), self.cause, self.at_ms, level)

    def effect(
        self, control: Sample, treatment: Sample, level: float, coefficient: float = 1.0
    ) -> Effect | NoEffect:
        """The difference of restricted means, in ms."""
        one, other = only(RiskTable, control, self), only(RiskTable, treatment, self)
        return survival.time_lost_difference(
            one, other, self.cause, self.at_ms, level, coefficient=coefficient
        )

    def relative_effect(self, control: Sample, treatment: Sample, level: float) -> Effect | NoEffect:
        """The relative change of the restricted mean."""
        one, other = only(RiskTable, control, self), only(RiskTable, treatment, self)
        return survival.relative_time_lost(one, other, self.cause, self.at_ms, level)

    def shift(self, control: Sample, treatment: Sample, coefficient: float = 1.0) -> Shift | NoEffect:
        """The difference of restricted means with its variance."""
        one, other = only(RiskTable, control, self), only(RiskTable, treatment, self)
        return survival.time_lost_shift(one, other, self.cause, self.at_ms, coefficient)

    def relative_shift(self, control: Sample, treatment: Sample, level: float) -> Shift | NoEffect:
        """The relative change of the restricted mean with its variance."""
        one, other = only(RiskTable, control, self), only(RiskTable, treatment, self)
        return survival.relative_time_lost_shift(one, other, self.cause, self.at_ms, level)
