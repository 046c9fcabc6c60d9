"""What every share of units has in common: a Count, read with Wilson's and Newcombe's intervals unless asked otherwise."""

from typing import ClassVar, Literal

from experiments.metrics.metric import Metric, Sample, Unit, only
from experiments.stats import proportions, shares, two_proportions
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift
from experiments.stats.samples import Count


class Share(Metric):
    """A share of all counted units. Sample: Count(units, units with it).

    Args:
        interval: How two shares are compared at one look: "newcombe" (and MOVER for the relative change), "score"
            (Miettinen and Nurminen, Koopman), or "exact" (Chan and Zhang), for at most 300 units an arm.
    """

    unit: ClassVar[Unit] = "share"

    interval: Literal["newcombe", "score", "exact"] = "newcombe"

    @property
    def at_one_look(self) -> str | None:
        """The way of comparing that is for one look only, as the key is written; None for the usual one."""
        return None if self.interval == "newcombe" else f'interval = "{self.interval}"'

    @property
    def takes_seconds(self) -> bool:
        """The exact way does, so it is read of today only."""
        return self.interval == "exact"

    def estimate(self, sample: Sample, level: float) -> Estimate | NoEffect:
        """The share with Wilson's interval."""
        return proportions.rate(only(Count, sample, self), level)

    def effect(
        self, control: Sample, treatment: Sample, level: float, coefficient: float = 1.0
    ) -> Effect | NoEffect:
        """The difference in shares; with a coefficient of a relative margin always by Newcombe."""
        one, other = only(Count, control, self), only(Count, treatment, self)
        if self.interval == "score" and coefficient == 1:
            return two_proportions.score(one, other, level)
        if self.interval == "exact" and coefficient == 1:
            return two_proportions.exact(one, other, level)
        return proportions.difference(one, other, level, coefficient)

    def relative_effect(self, control: Sample, treatment: Sample, level: float) -> Effect | NoEffect:
        """The relative change, by MOVER or Koopman's score."""
        one, other = only(Count, control, self), only(Count, treatment, self)
        if self.interval == "score":
            return two_proportions.score_ratio(one, other, level)
        if self.interval == "exact":
            return NoEffect(
                "metric.exact_difference_only",
                "The exact way is for differences of shares; it has no relative change.",
            )
        return proportions.relative_difference(one, other, level)

    def shift(self, control: Sample, treatment: Sample, coefficient: float = 1.0) -> Shift | NoEffect:
        """The difference with its unpooled variance."""
        return shares.shift(only(Count, control, self), only(Count, treatment, self), coefficient)

    def relative_shift(self, control: Sample, treatment: Sample, level: float) -> Shift | NoEffect:
        """The relative change by the delta method."""
        return shares.relative_shift(only(Count, control, self), only(Count, treatment, self), level)
