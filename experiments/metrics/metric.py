"""What every metric kind shares: its keys, its window and its margin."""

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal, Self, TypeVar

from pydantic import Field, ValidationInfo, field_validator, model_validator

from experiments.conditions import Name, Shape, Where
from experiments.durations import microseconds
from experiments.metrics.amounts import margin_of
from experiments.metrics.needs import Anchor, Need, Window
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift
from experiments.stats.samples import Count, Moments, Quantile, Ratio, RiskTable

Sample = Count | Moments | Ratio | Quantile | RiskTable
Role = Literal["success", "guardrail", "exploratory"]
Direction = Literal["up", "down"]
Unit = Literal["share", "number"]

_Sample = TypeVar("_Sample", Count, Moments, Ratio, Quantile, RiskTable)


class Prior(Shape):
    """What is believed of a metric's change before the data: a normal, in the metric's unit.

    Args:
        mean: Its centre; 0 says that up and down are as likely.
        sd: Its standard deviation: two thirds of such changes are believed to be smaller.
    """

    noun: ClassVar[str] = "a prior"

    mean: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    sd: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Metric(Shape):
    """What every kind shares; `margin` stands on guardrails and nowhere else.

    A kind says its `unit`: "share" (of units, 0..1; changes are %-points) or "number" (the value's own unit).

    Args:
        key: A name, unique in the experiment.
        role: "success" decides, "guardrail" must not get worse than its margin, "exploratory" never blocks.
        from_: `from` in a file: "exposure" or "impression", where the window starts.
        within: The window, such as "10s"; to the end of observation if left out.
        delay: How long after it the window begins, such as "1d"; at once if left out.
        direction: The good way, "up" or "down".
        margin: 0.01 (in the metric's unit) or "1%" (of control's value).
        minimum: The smallest effect that would matter, written like a margin; shown as a band, and what a plan is
            made for.
        adjust: Whether it is adjusted by what units did before their exposure; as the experiment says if left out.
        belief: `prior` in a file: { sd = 0.01 } for a Bayesian reading beside the effect; flat if left out.
    """

    noun: ClassVar[str] = "a metric"
    unit: ClassVar[Unit]

    key: Name
    role: Role
    kind: str
    from_: Anchor = Field(default="exposure", alias="from")
    within: str | None = None
    delay: str | None = None
    direction: Direction = "up"
    margin: float | str | None = None
    minimum: float | str | None = None
    adjust: bool | None = None
    belief: Prior | None = Field(default=None, alias="prior")

    @field_validator("within", "delay")
    @classmethod
    def _duration(cls, given: str | None, told: ValidationInfo) -> str | None:
        if given is not None:
            microseconds(given, told.field_name or "within")
        return given

    @field_validator("minimum", mode="before")
    @classmethod
    def _least_that_matters(cls, given: object) -> object:
        if given is not None:
            margin_of(given, "minimum")
        return given

    @field_validator("margin", mode="before")
    @classmethod
    def _positive(cls, given: object) -> object:
        if given is not None:
            margin_of(given)
        return given

    @model_validator(mode="after")
    def _margin_where_it_counts(self) -> Self:
        if self.role == "guardrail" and self.margin is None:
            raise ValueError(
                f"`margin` is missing in the guardrail {self.key!r}; must say how much worse is too much; "
                'write 0.01 or "1%".'
            )
        if self.role != "guardrail" and self.margin is not None:
            raise ValueError(
                f"`margin` is {self.margin!r} in the {self.role} metric {self.key!r}; must stand on a "
                "guardrail only; "
                'remove it or write role = "guardrail".'
            )
        return self

    @model_validator(mode="after")
    def _adjusted_if_it_can(self) -> Self:
        if self.adjust and not self.adjustable:
            raise ValueError(
                f"`adjust` is true in the {self.kind} {self.key!r}; must be false; only conversion, funnel, mean, "
                "ratio, retention and threshold have a value before the exposure."
            )
        return self

    @property
    def adjustable(self) -> bool:
        """Has a unit a value of this metric before its exposure?"""
        return all(need.source == "events" and need.reducer != "below" for need in self.needs())

    @property
    def at_one_look(self) -> str | None:
        """A way of comparing that is for one look only, as its key is written; None if there is none."""
        return None

    @property
    def takes_seconds(self) -> bool:
        """Is one comparison so slow that earlier days are not compared?"""
        return False

    @property
    def window(self) -> Window:
        """When an event counts."""
        within = None if self.within is None else microseconds(self.within)
        return Window(self.from_, within, 0 if self.delay is None else microseconds(self.delay, "delay"))

    @property
    @abstractmethod
    def subject(self) -> str:
        """What is counted or measured, in the log's own names."""

    @abstractmethod
    def needs(self) -> tuple[Need, ...]:
        """What the metric must know of each unit."""

    @abstractmethod
    def estimate(self, sample: Sample, level: float) -> Estimate | NoEffect:
        """One arm's value."""

    @abstractmethod
    def effect(
        self, control: Sample, treatment: Sample, level: float, coefficient: float = 1.0
    ) -> Effect | NoEffect:
        """Treatment − coefficient · control, in the metric's unit."""

    @abstractmethod
    def relative_effect(self, control: Sample, treatment: Sample, level: float) -> Effect | NoEffect:
        """(treatment − control) / control."""

    @abstractmethod
    def shift(self, control: Sample, treatment: Sample, coefficient: float = 1.0) -> Shift | NoEffect:
        """Treatment − coefficient · control with its variance, for ways of looking that draw their own interval."""

    @abstractmethod
    def relative_shift(self, control: Sample, treatment: Sample, level: float) -> Shift | NoEffect:
        """(treatment − control) / control with its variance."""


class EventMetric(Metric):
    """A metric of one event.

    Args:
        event: The event name that counts.
        where: Conditions on it, as in a funnel's step.
    """

    event: Name
    where: Where = Field(default_factory=dict)

    @property
    def subject(self) -> str:
        """The event's name."""
        return self.event


def only(kind: type[_Sample], sample: Sample, metric: Metric) -> _Sample:
    """The sample as the kind of statistic that a metric compares.

    Args:
        kind: Count, Moments, Ratio, Quantile or RiskTable.
        sample: What was read for the metric.
        metric: Whose sample it is.

    Raises:
        TypeError: If it is another kind of statistic.
    """
    if not isinstance(sample, kind):
        raise TypeError(
            f"`sample` is a {type(sample).__name__}; must be a {kind.__name__} for {metric.key!r}; compile "
            "its needs."
        )
    return sample
