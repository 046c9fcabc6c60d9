"""Metric kind "ratio": one sum over units divided by another."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from experiments.conditions import Name, Where
from experiments.metrics.amounts import cap_of
from experiments.metrics.metric import EventMetric, Sample, Unit, only
from experiments.metrics.needs import Need
from experiments.stats import fieller, ratios
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift
from experiments.stats.samples import Ratio


class RatioOfSums(EventMetric):
    """How often the event happens, or what a property sums to, per `per`. Sample: Ratio, one pair per unit.

    So a share of impressions, clicks per visit, or the mean of several values of a unit: what is divided by may
    depend on the arm, and its variance counts.

    Args:
        field: `property` in a file: the number to sum above the line; left out, the events are counted.
        per: The event below the line.
        per_field: `per_property` in a file: the number to sum below the line; left out, the events are counted.
        per_where: Conditions on the event below the line.
        cap: Above and below the line apart, values above this share of all arms' values are set to it, such as "99%".
    """

    unit: ClassVar[Unit] = "number"

    kind: Literal["ratio"]
    field: Name | None = Field(default=None, alias="property")
    per: Name
    per_field: Name | None = Field(default=None, alias="per_property")
    per_where: Where = Field(default_factory=dict)
    cap: str | None = None

    @field_validator("cap")
    @classmethod
    def _share(cls, given: str | None) -> str | None:
        if given is not None:
            cap_of(given)
        return given

    @property
    def subject(self) -> str:
        """What is above and below the line."""
        above, below = self.field or self.event, self.per_field or self.per
        return f"{above} / {below}"

    def needs(self) -> tuple[Need, ...]:
        """The sum above the line and the sum below it."""
        above: Literal["count", "sum"] = "count" if self.field is None else "sum"
        below: Literal["count", "sum"] = "count" if self.per_field is None else "sum"
        return (
            Need("events", self.event, self.window, above, self.field, self.where),
            Need("events", self.per, self.window, below, self.per_field, self.per_where),
        )

    def estimate(self, sample: Sample, level: float) -> Estimate | NoEffect:
        """The ratio of the two sums, by the delta method."""
        return ratios.ratio(only(Ratio, sample, self), level)

    def effect(
        self, control: Sample, treatment: Sample, level: float, coefficient: float = 1.0
    ) -> Effect | NoEffect:
        """The difference of two ratios, by the delta method."""
        return ratios.difference(only(Ratio, control, self), only(Ratio, treatment, self), level, coefficient)

    def relative_effect(self, control: Sample, treatment: Sample, level: float) -> Effect | NoEffect:
        """The relative change of the ratio, by Fieller's theorem: it finds a change where the difference does."""
        return fieller.of_ratios(only(Ratio, control, self), only(Ratio, treatment, self), level)

    def shift(self, control: Sample, treatment: Sample, coefficient: float = 1.0) -> Shift | NoEffect:
        """The difference of two ratios with its variance."""
        return ratios.shift(only(Ratio, control, self), only(Ratio, treatment, self), coefficient)

    def relative_shift(self, control: Sample, treatment: Sample, level: float) -> Shift | NoEffect:
        """The relative change of the ratio with its variance."""
        return ratios.relative_shift(only(Ratio, control, self), only(Ratio, treatment, self), level)
