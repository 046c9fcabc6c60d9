"""A funnel as people write it down: steps, a window, a unit, conditions and one breakdown."""

from functools import cache
from typing import Annotated, ClassVar, Literal, Self, get_args
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from experiments.agreement import agree
from experiments.breakdown import MOST_GROUPS, Attribution, Breakdown, ByVariant, Touch
from experiments.conditions import Moment, Name, Shape, Where
from experiments.durations import microseconds
from experiments.steps import ANY_EVENT, Exclusion, Step, one_of

__all__ = ["ANY_EVENT", "MOST_GROUPS", "Attribution", "Breakdown", "Exclusion", "Funnel", "Step"]

MOST_STEPS = 40
PROPERTY = "property:"
UNITS = ("user", "session", "attempt", "impression")
Order = Literal["ordered", "strict", "unordered"]
MOST_EXCLUSIONS, MOST_HELD = 20, 3


@cache
def _iana_zones() -> frozenset[str]:
    """The names of the IANA list, looked up on disk once."""
    return frozenset(available_timezones())


class Funnel(Shape):
    """A funnel: who passes which steps, in order, within a window that runs from the chain's own first step.

    Args:
        name: What people call it.
        order: ordered: other events may stand between the steps; strict: none but repeats of the step just reached;
            unordered: the steps in any order, level k being any k different ones.
        within: The window, end included: "30s" (ms, s, m, h, d), 1 ms to a century.
        unit: user | session | attempt | impression | "property:NAME": what is counted.
        from_: `from` in a file: first steps from this moment on; with `to`, before that one.
        to: See `from`. Both bind the first step only.
        observed_until: The end of observation; the store's own if left out.
        timezone: An IANA zone; it only labels.
        where: Conditions on every event.
        steps: 1 to 40 steps.
        exclusions: Events that may not happen between two steps.
        on_exclusion: drop: a unit whose furthest chain is excluded leaves; end_attempt: only that chain ends.
        strictly_increasing: Steps may not share an instant.
        hold: Fields whose values must be equal along a chain.
        reentry: furthest: any event of the first step may start a chain; first: only the unit's first one.
        count: units: one chain per unit, the furthest; chains: every chain, from left to right, none overlapping.
        cohort: Only events of the persons in this saved list.
        breakdown: One split, or none.
        variant: An experiment: only those exposed to it, by arm.
    """

    noun: ClassVar[str] = "a funnel"

    name: Annotated[str, Field(max_length=200)] = ""
    order: Order = "ordered"
    within: str = "7d"
    unit: Name = "user"
    from_: Moment | None = Field(default=None, alias="from")
    to: Moment | None = None
    observed_until: Moment | None = None
    timezone: str = "Asia/Tokyo"
    where: Where = Field(default_factory=dict)
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=MOST_STEPS)]
    exclusions: Annotated[tuple[Exclusion, ...], Field(max_length=MOST_EXCLUSIONS)] = ()
    on_exclusion: Literal["drop", "end_attempt"] = "drop"
    strictly_increasing: bool = False
    hold: Annotated[tuple[Name, ...], Field(max_length=MOST_HELD)] = ()
    reentry: Literal["furthest", "first"] = "furthest"
    count: Literal["units", "chains"] = "units"
    cohort: Name | None = None
    breakdown: Breakdown | None = None
    variant: ByVariant | None = None

    @field_validator("order", mode="before")
    @classmethod
    def _orders(cls, given: object) -> object:
        return one_of("order", given, get_args(Order))

    @field_validator("on_exclusion", mode="before")
    @classmethod
    def _on_exclusions(cls, given: object) -> object:
        return one_of("on_exclusion", given, ("drop", "end_attempt"))

    @field_validator("reentry", mode="before")
    @classmethod
    def _reentries(cls, given: object) -> object:
        return one_of("reentry", given, ("furthest", "first"))

    @field_validator("count", mode="before")
    @classmethod
    def _counts(cls, given: object) -> object:
        return one_of("count", given, ("units", "chains"))

    @field_validator("within")
    @classmethod
    def _window(cls, given: str) -> str:
        microseconds(given)
        return given

    @field_validator("unit")
    @classmethod
    def _units(cls, given: str) -> str:
        if given not in UNITS and not (given.startswith(PROPERTY) and given != PROPERTY):
            raise ValueError(
                f'`unit` is {given!r}; must be one of {", ".join(UNITS)} or "property:NAME"; choose one.'
            )
        return given

    @field_validator("timezone")
    @classmethod
    def _zones(cls, given: str) -> str:
        if given not in _iana_zones():
            raise ValueError(
                f'`timezone` is {given!r}; must be an IANA zone; write for example "Asia/Tokyo".'
            )
        return given

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            raise ValueError(
                f"`from` is {self.from_.isoformat()}; must be before `to`, {self.to.isoformat()}; swap them."
            )
        return self

    @model_validator(mode="after")
    def _fits_its_steps(self) -> Self:
        n, first = len(self.steps), self.steps[0]
        for one in self.exclusions:
            if not one.after < one.before <= n:
                raise ValueError(
                    f"`exclusions` has after = {one.after} and before = {one.before}; must be steps 1 to {n}, "
                    "the first before the second; correct them."
                )
        if first.within is not None or first.at_least is not None:
            raise ValueError(
                f"`within` or `at_least` stands on step 1, {first.label}; must stand on a later step, for none "
                "comes before the first; move it."
            )
        for step in self.steps:
            if step.gap_us > self.within_us:
                raise ValueError(
                    f"`at_least` is {step.at_least!r}; must not exceed the funnel's `within`, {self.within!r}; "
                    "correct one."
                )
        return self

    @model_validator(mode="after")
    def _options_agree(self) -> Self:
        agree(self)
        return self

    @model_validator(mode="after")
    def _every_entry(self) -> Self:
        if self.count == "chains" and self.reentry == "first":
            raise ValueError(
                "`reentry` is 'first'; must be left out where `count` is 'chains', which takes every entry; choose."
            )
        return self

    @model_validator(mode="after")
    def _exposed_units(self) -> Self:
        if self.variant is not None and self.unit not in UNITS:
            raise ValueError(
                f"`unit` is {self.unit!r}; must be one of {', '.join(UNITS)} with `variant`, for persons were exposed; "
                "choose one of them."
            )
        return self

    @property
    def bare(self) -> bool:
        """Has it one window and no further option but its order?"""
        of_steps = any(s.within or s.gap_us or s.occurrence != "any" or s.optional for s in self.steps)
        options = self.exclusions, self.strictly_increasing, self.hold, self.reentry == "first", of_steps
        return self.count == "units" and not any(options)

    @property
    def plain(self) -> bool:
        """Is it ordered, with one window and no further option?"""
        return self.order == "ordered" and self.bare

    def last_required(self, step: int) -> int:
        """The last required step before this one, 1-based; 1 for the first. In an unordered funnel the level before.

        Args:
            step: 1-based.
        """
        before = [k for k in range(1, step) if not self.steps[k - 1].optional]
        return before[-1] if before else 1

    @property
    def touch(self) -> Touch | None:
        """Which of a unit's values says where it stands, of the first or the last; None if none is asked for."""
        if self.breakdown is None:
            return None if self.variant is None else "first_touch"
        return self.breakdown.touch

    @property
    def within_us(self) -> int:
        """The window in microseconds."""
        return microseconds(self.within)
