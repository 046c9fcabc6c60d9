"""An experiment as people write it down: arms, weights, metrics with roles, alpha and the planned end."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, JsonValue, field_validator, model_validator

from experiments.conditions import Moment, Name, Shape
from experiments.metrics import KINDS, AnyMetric, Metric

Peeking = Literal["fixed", "sequence", "group"]
Spending = Literal["obrien_fleming", "pocock"]
Looks = Literal["daily", "weekly"]
DEFAULT_TUNING = 5_000
"""Units that a confidence sequence is tuned to where the plan names no number."""
ExperimentUnit = Literal["user", "session", "attempt", "impression"]
Positive = Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)]


class Variant(Shape):
    """One arm.

    Args:
        key: As the log's experiment_exposed calls it.
        weight: Its planned share relative to the others, positive.
        payload: What the app is told, for example { display_ms = 4000 }.
        control: true on the arm that the others are compared with; not needed when its key is "control".
        factors: Which tactics it carries, for a factorial design: { ui = true, ml = false }.
    """

    noun: ClassVar[str] = "a variant"

    key: Name
    weight: Positive = 1.0
    payload: dict[str, JsonValue] = Field(default_factory=dict)
    control: bool = False
    factors: dict[Name, bool] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Factorial:
    """A 2×2 design: two factors by name and the variant keys of its four cells."""

    first: str
    second: str
    neither: str
    first_only: str
    second_only: str
    both: str


class Experiment(Shape):
    """What was planned before the data came; one file, one record.

    Args:
        key: A name, unique in the store; experiment_exposed carries it.
        name: What people call it.
        hypothesis: What is expected and why.
        unit: What is assigned and counted: "user", "session", "attempt" or "impression".
        start: When exposure began; earlier exposures do not count.
        alpha: Chance of a false success, over all success metrics and arms together.
        peeking: "fixed": looked at once, at the planned end. "sequence": a confidence sequence, looked at whenever one
            likes. "group": group-sequential looks at times set beforehand, with a planned end.
        planned_units: Units over all arms at the planned end.
        spending: How "group" spends alpha over its looks.
        looks: When "group" looks, in the reporting zone.
        tuned_to: Units over all arms at which "sequence" is to be narrowest; planned_units if left out, else 5,000.
        adjust: Whether metrics are adjusted by what each unit did in the 14 days before its exposure (CUPED); a metric's
            own `adjust` goes first.
        believable: The largest relative change of a success metric that is believed without a second look: 9 is ten times
            control. Beyond it the data cannot be trusted (Twyman's law); a new way of doing a thing may need more.
        variants: Two or more arms, one of them control.
        metrics: What is compared.
    """

    noun: ClassVar[str] = "an experiment"

    key: Name
    name: Annotated[str, Field(max_length=200)] = ""
    hypothesis: Annotated[str, Field(max_length=2000)] = ""
    unit: ExperimentUnit = "user"
    start: Moment | None = None
    alpha: Annotated[float, Field(gt=0, lt=0.5, strict=True)] = 0.05
    peeking: Peeking = "fixed"
    planned_units: Annotated[int, Field(gt=0, strict=True)] | None = None
    spending: Spending = "obrien_fleming"
    looks: Looks = "daily"
    tuned_to: Annotated[int, Field(gt=0, strict=True)] | None = None
    adjust: bool = False
    believable: Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)] = 9.0
    variants: tuple[Variant, ...]
    metrics: tuple[AnyMetric, ...] = ()

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """An experiment from the text of its file.

        Args:
            text: TOML, not a path.

        Raises:
            ValueError: If it is no TOML, or breaks a rule; one sentence for each.
        """
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as broken:
            raise ValueError(
                f"`text` is no TOML ({broken}); must be the text of an experiment file; mend that line."
            ) from broken

    @field_validator("metrics", mode="before")
    @classmethod
    def _kinds(cls, given: object) -> object:
        for metric in given if isinstance(given, Sequence) and not isinstance(given, str) else ():
            if isinstance(metric, Mapping) and metric.get("kind") not in KINDS:
                raise ValueError(
                    f"`kind` is {metric.get('kind')!r} in the metric {metric.get('key')!r}; must be one of "
                    f"{', '.join(KINDS)}; this version of Kazasu has no other yet."
                )
        return given

    @model_validator(mode="after")
    def _something_to_compare(self) -> Self:
        if len(self.variants) < 2:
            raise ValueError(f"`variants` has {len(self.variants)} arms; must have two or more; add control.")
        return self

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        for name, keys in (
            ("variants", [variant.key for variant in self.variants]),
            ("metrics", [metric.key for metric in self.metrics]),
        ):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise ValueError(f"`{name}` has the key {twice[0]!r} twice; must be unique; rename one.")
        return self

    @model_validator(mode="after")
    def _one_control(self) -> Self:
        marked = [v.key for v in self.variants if v.control or v.key == "control"]
        if len(marked) != 1:
            raise ValueError(
                f"`variants` has {len(marked)} controls; must have exactly one; write control = true on it."
            )
        return self

    @model_validator(mode="after")
    def _same_factors(self) -> Self:
        named = {tuple(sorted(variant.factors)) for variant in self.variants}
        if len(named) > 1:
            raise ValueError(
                "`factors` differs between variants; must name the same factors in each; complete it."
            )
        return self

    @model_validator(mode="after")
    def _adjusted_by_persons(self) -> Self:
        if self.unit != "user" and any(self.adjusts(metric) for metric in self.metrics):
            raise ValueError(
                f'`adjust` is true for the unit {self.unit!r}; must be false; only a unit = "user" has a time before its '
                "exposure."
            )
        return self

    @model_validator(mode="after")
    def _compared_at_one_look(self) -> Self:
        for metric in self.metrics:
            if metric.at_one_look is None:
                continue
            if self.peeking != "fixed":
                raise ValueError(
                    f'`peeking` is {self.peeking!r} with {metric.at_one_look} in {metric.key!r}; must be "fixed"; only '
                    "that way has it."
                )
            if self.adjusts(metric):
                raise ValueError(
                    f"`adjust` is true with {metric.at_one_look} in {metric.key!r}; must be false; a share that is "
                    "adjusted is no count any more."
                )
        return self

    def adjusts(self, metric: Metric) -> bool:
        """Is a metric adjusted by what units did before their exposure?"""
        wanted = self.adjust if metric.adjust is None else metric.adjust
        return wanted and metric.adjustable

    @property
    def tuning(self) -> int:
        """Units over all arms at which a confidence sequence is narrowest."""
        return self.tuned_to or self.planned_units or DEFAULT_TUNING

    def share_of(self, *arms: str) -> float:
        """The planned share of all units that are in these arms."""
        return sum(one.weight for one in self.variants if one.key in arms) / sum(
            one.weight for one in self.variants
        )

    @property
    def control(self) -> Variant:
        """The arm that the others are compared with."""
        return next(v for v in self.variants if v.control or v.key == "control")

    @property
    def treatments(self) -> tuple[Variant, ...]:
        """The other arms, in the order of the file."""
        return tuple(variant for variant in self.variants if variant.key != self.control.key)

    @property
    def factorial(self) -> Factorial | None:
        """The 2×2 design, if the variants' factors make one: four arms, every combination once."""
        names = list(self.variants[0].factors)
        cells = {tuple(variant.factors.get(name) for name in names): variant.key for variant in self.variants}
        if len(names) != 2 or len(self.variants) != 4 or len(cells) != 4:
            return None
        return Factorial(
            names[0],
            names[1],
            neither=cells[False, False],
            first_only=cells[True, False],
            second_only=cells[False, True],
            both=cells[True, True],
        )
