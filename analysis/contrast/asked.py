"""The question of a comparison: a funnel, and what it is held against."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from experiments.conditions import Moment, Name, Shape, Where
from experiments.funnel import Funnel

Kind = Literal["previous", "period", "segments", "groups", "every_group", "events"]
Label = tuple[str | None, ...]
_FORMS: dict[Kind, tuple[str, ...]] = {
    "previous": ("previous",),
    "period": ("from", "to"),
    "segments": ("where", "where_other"),
    "groups": ("group", "group_other"),
    "every_group": ("every_group",),
    "events": ("step", "events"),
}
_MOST_EVENTS = 6


class Against(Shape):
    """What a funnel is compared with: exactly one of these forms.

    Args:
        previous: true: the period of the same length that ends where the funnel's begins.
        from_: `from` in a file, with `to`: another period.
        to: See `from`.
        where: Conditions on every event of one side; the funnel's own hold on both.
        where_other: Those of the side it is compared with.
        group: A group of the funnel's breakdown by name: one value per field, null for what is missing, "$other" for
            the rest.
        group_other: The group it is compared with.
        every_group: true: each group of the breakdown against all units outside of it.
        step: A step, from 1, whose event is replaced.
        events: One name each: what stands in its place.
    """

    noun: ClassVar[str] = "a comparison"

    previous: Literal[True] | None = None
    from_: Moment | None = Field(default=None, alias="from")
    to: Moment | None = None
    where: Where | None = None
    where_other: Where | None = None
    group: Label | None = None
    group_other: Label | None = None
    every_group: Literal[True] | None = None
    step: Annotated[int, Field(ge=1)] | None = None
    events: Annotated[tuple[Name, ...], Field(min_length=1, max_length=_MOST_EVENTS)] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = {
            "from" if name == "from_" else name
            for name in self.model_fields_set
            if getattr(self, name) is not None
        }
        if given not in [set(form) for form in _FORMS.values()]:
            known = "; ".join(" and ".join(form) for form in _FORMS.values())
            raise ValueError(
                f"`against` has {', '.join(sorted(given)) or 'nothing'}; must be one of: {known}; choose one."
            )
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            raise ValueError(
                f"`from` is {self.from_.isoformat()}; must be before `to`, {self.to.isoformat()}; swap them."
            )
        if self.group is not None and self.group == self.group_other:
            raise ValueError(f"`group_other` is {self.group_other!r}; must be another group; name one.")
        return self

    @property
    def kind(self) -> Kind:
        """Which form it is."""
        return next(kind for kind, (first, *_) in _FORMS.items() if self._said(first) is not None)

    def _said(self, name: str) -> object:
        return self.from_ if name == "from" else getattr(self, name)


class ContrastQuery(BaseModel):
    """Which funnel, against what.

    Args:
        funnel: The definition. Of each side only entries whose window is over count.
        against: What it is compared with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    funnel: Funnel
    against: Against

    @model_validator(mode="after")
    def _fits(self) -> Self:
        funnel, against = self.funnel, self.against
        if len(funnel.steps) < 2:
            raise ValueError("`steps` has one step; must have two or more, for rates to differ; add one.")
        if any(step.absent_in for step in funnel.steps):
            raise ValueError(
                "`absent_in` stands on a step; must be left out here, for a step that some have not is no difference; "
                "compare flows of different shape on their milestones."
            )
        if against.kind == "previous" and (funnel.from_ is None or funnel.to is None):
            raise ValueError(
                "`previous` is true; must have a funnel with `from` and `to`; add them to the funnel."
            )
        for where in (against.where, against.where_other):
            for field in sorted(set(where or {}) & set(funnel.where)):
                raise ValueError(
                    f"`where` names {field!r}, which the funnel's own `where` names; must stand in one; take it out there."
                )
        if against.kind in ("groups", "every_group"):
            self._splits()
        if against.kind == "events":
            self._replaces()
        return self

    def _splits(self) -> None:
        by = self.funnel.breakdown
        if by is None or by.several:
            raise ValueError(
                "`breakdown` must be there with first_touch or last_touch, so that a unit stands in one group; "
                "add it to the funnel."
            )
        for group in (self.against.group, self.against.group_other):
            if group is not None and len(group) != len(by.by):
                raise ValueError(
                    f"`group` is {list(group)!r}; must have one value for each of {list(by.by)!r}; name them."
                )

    def _replaces(self) -> None:
        step, events = self.against.step or 0, self.against.events or ()
        n = len(self.funnel.steps)
        if step > n or self.funnel.order == "unordered":
            raise ValueError(
                f"`step` is {step}; must be 1 to {n}, of a funnel that is not unordered; correct it."
            )
        if len(set(events)) < len(events) or self.funnel.steps[step - 1].events in [(one,) for one in events]:
            raise ValueError(
                f"`events` is {list(events)!r}; must be different names, and none that the step already asks for; correct them."
            )
