"""An alert rule as people write it down, and the judgement whether a step's rate breaks it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from experiments.conditions import Name, Shape
from experiments.durations import microseconds
from experiments.funnel import Funnel
from experiments.stats import proportions
from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.samples import Count

State = Literal["alert", "quiet", "cannot_say"]


class AlertRule(Shape):
    """When somebody is to be told about a step of a funnel.

    Args:
        key: A name, unique in the store.
        name: What people call it.
        funnel: The funnel; without `from`, `to`, `observed_until` and breakdown, which the rule sets itself.
        step: The step, from 2 on; its rate is units that reached it / units that entered.
        side: "below" or "above": where the rate must not lie.
        threshold: The rate, in (0, 1).
        over: The rate is taken over units that entered in the latest such period whose window is over: "1d".
        level: Confidence of the interval that must lie wholly on the wrong side of the threshold.
        webhook: An http(s) address that is told when the state changes; None tells only the pages.
    """

    noun: ClassVar[str] = "an alert rule"

    key: Name
    name: Annotated[str, Field(max_length=200)] = ""
    funnel: Funnel
    step: Annotated[int, Field(ge=2, strict=True)]
    side: Literal["below", "above"] = "below"
    threshold: Annotated[float, Field(gt=0, lt=1)]
    over: str = "1d"
    level: Annotated[float, Field(ge=0.8, lt=1)] = 0.99
    webhook: Annotated[str, Field(max_length=2000)] | None = None

    @field_validator("over")
    @classmethod
    def _period(cls, given: str) -> str:
        microseconds(given)
        return given

    @field_validator("webhook")
    @classmethod
    def _address(cls, given: str | None) -> str | None:
        if given is not None and not given.startswith(("https://", "http://")):
            raise ValueError(f"`webhook` is {given!r}; must be an http(s) address; write https://….")
        return given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.step > len(self.funnel.steps):
            raise ValueError(
                f"`step` is {self.step}; must be at most {len(self.funnel.steps)}; the funnel has no more steps."
            )
        for name in ("from_", "to", "observed_until", "breakdown"):
            if getattr(self.funnel, name) is not None:
                shown = name.rstrip("_")
                raise ValueError(
                    f"`{shown}` is given in `funnel`; must be left out; the rule sets it itself."
                )
        return self

    @property
    def over_us(self) -> int:
        """The period in microseconds."""
        return microseconds(self.over)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether the rate breaks the rule, and the rate with its interval."""

    state: State
    rate: Estimate | NoEffect


def judge(rule: AlertRule, entered: int, reached: int) -> Judgement:
    """Alert only where the whole Wilson interval of the rate lies on the wrong side of the threshold.

    With a true rate equal to the threshold one look alarms with probability about (1 − level) / 2; looks at disjoint
    periods are independent. Units count as independent: attempts of one person are not, so alarms on them come more
    often than that. Not for deciding an experiment: the readout compares arms.

    Args:
        rule: The rule.
        entered: Units that entered in the period.
        reached: Those of them that reached the step.

    Returns:
        "cannot_say" where nobody entered.

    Source:
        Wilson (1927), JASA 22:209–212.
    """
    rate = proportions.rate(Count(entered, reached), rule.level)
    if isinstance(rate, NoEffect) or rate.interval is None:
        return Judgement("cannot_say", rate)
    low, high = rate.interval.low, rate.interval.high
    broken = high < rule.threshold if rule.side == "below" else low > rule.threshold
    return Judgement("alert" if broken else "quiet", rate)
