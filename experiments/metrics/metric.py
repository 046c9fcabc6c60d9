"""What every metric kind shares: its keys, its window and its margin."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, Self, TypeVar

from pydantic import Field, field_validator, model_validator

from experiments.conditions import Name, Shape
from experiments.durations import microseconds
from experiments.metrics.needs import Anchor, Need, Window
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.samples import Count, Moments, RiskTable

Sample = Count | Moments | RiskTable
Role = Literal["success", "guardrail", "exploratory"]
Direction = Literal["up", "down"]
Unit = Literal["share", "number"]

_LARGEST_PERCENT = 100.0
_Sample = TypeVar("_Sample", Count, Moments, RiskTable)


@dataclass(frozen=True, slots=True)
class Margin:
    """How much worse a guardrail may get: `amount` in the metric's unit, or relative to control's value."""

    amount: float
    relative: bool


class Metric(Shape):
    """What every kind shares; `margin` stands on guardrails and nowhere else.

    A kind says its `unit`: "share" (of units, 0..1; changes are %-points) or "number" (the value's own unit).

    Args:
        key: A name, unique in the experiment.
        role: "success" decides, "guardrail" must not get worse than its margin, "exploratory" never blocks.
        event: The event name that counts.
        from_: `from` in a file: "exposure" or "impression", where the window starts.
        within: The window, such as "10s"; to the end of observation if left out.
        direction: The good way, "up" or "down".
        margin: 0.01 (in the metric's unit) or "1%" (of control's value).
    """

    noun: ClassVar[str] = "a metric"
    unit: ClassVar[Unit]
    later: ClassVar[tuple[str, ...]] = ("funnel", "step")

    key: Name
    role: Role
    kind: str
    event: Name
    from_: Anchor = Field(default="exposure", alias="from")
    within: str | None = None
    direction: Direction = "up"
    margin: float | str | None = None

    @field_validator("within")
    @classmethod
    def _window(cls, given: str | None) -> str | None:
        if given is not None:
            microseconds(given)
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

    @property
    def window(self) -> Window:
        """When an event counts."""
        return Window(self.from_, None if self.within is None else microseconds(self.within))

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


def margin_of(given: object) -> Margin:
    """A margin as people write it: 0.01 in the metric's unit, or "1%" of control's value.

    Args:
        given: A positive number, or a positive number with "%".

    Raises:
        ValueError: If it is neither.
    """
    text = given.removesuffix("%").strip() if isinstance(given, str) and given.endswith("%") else None
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 < given < float("inf"):
        return Margin(float(given), relative=False)
    try:
        percent = float(text) if text else 0.0
    except ValueError:
        percent = 0.0
    if 0 < percent <= _LARGEST_PERCENT:
        return Margin(percent / 100, relative=True)
    raise ValueError(f'`margin` is {given!r}; must be a positive number or a percentage; write 0.01 or "1%".')


def only(kind: type[_Sample], sample: Sample, metric: Metric) -> _Sample:
    """The sample as the kind of statistic that a metric compares.

    Args:
        kind: Count, Moments or RiskTable.
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
