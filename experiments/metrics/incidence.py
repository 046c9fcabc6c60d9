"""Metric kind "incidence": the share of first impressions that ended by an event within a time."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from experiments.durations import microseconds
from experiments.metrics.metric import EventMetric, Sample, Unit, only
from experiments.metrics.needs import Anchor, Need, Window
from experiments.stats import survival
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift
from experiments.stats.samples import RiskTable

CAUSES = {"suggestion_tapped": "tap", "suggestion_dismissed": "dismiss", "suggestion_left": "leave"}
"""The endings of an impression that compete, by event name."""

_ANY_LEVEL = 0.95  # a variance has no level


class OfImpressions(EventMetric):
    """A metric of how and when each unit's first impression ended.

    Sample: RiskTable with the causes of `CAUSES`, one impression per unit: its first at or after the
        exposure. Unlike a conversion it uses impressions still on the screen at the end of observation, as
        censored.
    """

    from_: Anchor = Field(default="impression", alias="from")

    @model_validator(mode="after")
    def _of_an_impression(self) -> Self:
        if self.event not in CAUSES:
            raise ValueError(
                f"`event` is {self.event!r} in the {self.kind} {self.key!r}; must be one of "
                f"{', '.join(CAUSES)}; choose an ending."
            )
        if self.from_ != "impression":
            raise ValueError(
                f'`from` is {self.from_!r} in the {self.kind} {self.key!r}; must be "impression"; leave it out.'
            )
        if self.within is None:
            raise ValueError(
                f"`within` is missing in the {self.kind} {self.key!r}; must say when to read the curve; "
                'write for example "3s".'
            )
        if self.where or self.delay is not None:
            raise ValueError(
                f"`where` or `delay` stands in the {self.kind} {self.key!r}; must be left out; it counts how first "
                "impressions ended, from the moment they were shown."
            )
        return self

    @property
    def cause(self) -> str:
        """The ending that counts, as the risk table calls it."""
        return CAUSES[self.event]

    @property
    def at_ms(self) -> int:
        """Where the curve is read, in whole ms."""
        return microseconds(self.within or "") // 1000

    def needs(self) -> tuple[Need, ...]:
        """When and how the impression ended."""
        return (Need("impressions", self.event, Window("impression", None), "time_to"),)


class Incidence(OfImpressions):
    """The share of units whose first impression ended by the event within `within`, others competing."""

    unit: ClassVar[Unit] = "share"

    kind: Literal["incidence"]

    def estimate(self, sample: Sample, level: float) -> Estimate | NoEffect:
        """Aalen–Johansen incidence at `within`."""
        curve = self._curve(sample, level)
        return curve if isinstance(curve, NoEffect) else curve.at(self.at_ms)

    def effect(
        self, control: Sample, treatment: Sample, level: float, coefficient: float = 1.0
    ) -> Effect | NoEffect:
        """The difference of incidence at `within`, in shares."""
        one, other = self._curve(control, level), self._curve(treatment, level)
        if isinstance(one, NoEffect):
            return one
        if isinstance(other, NoEffect):
            return other
        return survival.difference_at(one, other, self.at_ms, level, coefficient)

    def relative_effect(self, control: Sample, treatment: Sample, level: float) -> Effect | NoEffect:
        """The relative change of incidence at `within`."""
        one, other = self._curve(control, level), self._curve(treatment, level)
        if isinstance(one, NoEffect):
            return one
        if isinstance(other, NoEffect):
            return other
        return survival.relative_difference_at(one, other, self.at_ms, level)

    def shift(self, control: Sample, treatment: Sample, coefficient: float = 1.0) -> Shift | NoEffect:
        """The difference of incidence at `within` with its variance."""
        one, other = self._curve(control, _ANY_LEVEL), self._curve(treatment, _ANY_LEVEL)
        if isinstance(one, NoEffect):
            return one
        if isinstance(other, NoEffect):
            return other
        return survival.shift_at(one, other, self.at_ms, coefficient)

    def relative_shift(self, control: Sample, treatment: Sample, level: float) -> Shift | NoEffect:
        """The relative change of incidence at `within` with its variance."""
        one, other = self._curve(control, level), self._curve(treatment, level)
        if isinstance(one, NoEffect):
            return one
        if isinstance(other, NoEffect):
            return other
        return survival.relative_shift_at(one, other, self.at_ms, level)

    def _curve(self, sample: Sample, level: float) -> survival.Curve | NoEffect:
        return survival.incidence(only(RiskTable, sample, self), self.cause, level)
