"""One query, one answer: odds ratios of conversion for events and properties, false discoveries held."""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.drivers.answers import NOT_CAUSES, Driver, DriversAnswer
from analysis.drivers.query import Table, compared, event_tables, value_tables
from analysis.steps import walk_funnel
from analysis.steps.attribution import attributed
from experiments.conditions import Name
from experiments.durations import microseconds
from experiments.funnel import Funnel
from experiments.stats.effects import NoEffect
from experiments.stats.multiplicity import benjamini_hochberg
from experiments.stats.odds import OddsRatio, odds_ratio

if TYPE_CHECKING:
    from ingest import Store


class DriversQuery(BaseModel):
    """Which conversion, and what may go with it.

    Args:
        funnel: The definition; its own breakdown is set aside.
        step: Place of the step that counts as conversion, from 2; None is the last.
        landmark: "10s": what units did from their entry to the landmark counts, among those who had not converted by
            then. Empty: what they did in one window before the entry.
        fields: Properties whose values are compared.
        least_units: Both sides must have as many.
        most: Events, and values of a property, that are looked at, those of most units first.
        false_discovery: The share of false names that is tolerated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    funnel: Funnel
    step: Annotated[int, Field(ge=2)] | None = None
    landmark: str = ""
    fields: Annotated[tuple[Name, ...], Field(max_length=12)] = (
        "platform", "device", "os_version", "app_version",
    )  # fmt: skip
    least_units: Annotated[int, Field(ge=1)] = 20
    most: Annotated[int, Field(ge=1, le=200)] = 50
    false_discovery: Annotated[float, Field(gt=0, lt=1)] = 0.05

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        n = len(self.funnel.steps)
        if not 2 <= self.place <= n:
            raise ValueError(f"`step` is {self.place}; must be 2 to {n}, the number of steps; take another.")
        if self.landmark_us is not None and self.landmark_us >= self.funnel.within_us:
            raise ValueError(f"`landmark` is {self.landmark!r}; must be shorter than `within`; shorten it.")
        return self

    @property
    def place(self) -> int:
        """The step that counts as conversion."""
        return len(self.funnel.steps) if self.step is None else self.step

    @property
    def landmark_us(self) -> int | None:
        """The landmark in microseconds after the entry."""
        return microseconds(self.landmark, "landmark") if self.landmark else None


def answer(store: "Store", query: DriversQuery) -> DriversAnswer:
    """Say which events and properties go with conversion.

    What people did later they could do because they were still there: converters would seem to do everything, or
    nothing. So events count only up to a moment that is the same for all, before the entry or to a landmark among those
    who had not converted by then (Anderson, Cain & Gelber 1983, J. Clin. Oncol. 1:710–719). A property's value is a unit's
    first one at an event of a step, compared with other values; units without one take no part, so a property that
    is logged on a late step is compared among those who came so far. With a landmark the funnel's own events are no
    news and are left out.

    Args:
        store: An open store.
        query: Which conversion, and what may go with it.

    Returns:
        Odds ratios that pass Benjamini–Hochberg, the strongest first (by the end of the interval nearer to 1).

    Raises:
        ValueError: A condition cannot be asked of its field.
    """
    walked = walk_funnel(store, query.funnel.model_copy(update={"breakdown": None}))
    units = compared(walked, query.place, query.landmark_us)
    own = {name for step in query.funnel.steps for name in step.events or ()} if query.landmark else set()
    events, sql = event_tables(store, query.funnel, walked, units, query.landmark_us, query.most + len(own))
    told: list[tuple[Literal["event", "property"], Table]] = [
        ("event", one) for one in [one for one in events if one.field not in own][: query.most]
    ]
    ran = [walked.sql, sql]
    for field in dict.fromkeys(query.fields):
        found = attributed(store, query.funnel, field)
        ran.append(found.walked.sql)
        told += [
            ("property", one)
            for one in value_tables(field, found, query.place, query.landmark_us, query.most)
        ]
    tested = [
        (kind, one, odds)
        for kind, one in told
        if min(one.present.n, one.absent.n) >= query.least_units
        and isinstance(odds := odds_ratio(one.present, one.absent), OddsRatio)
    ]
    adjusted = benjamini_hochberg([odds.p_value for _, _, odds in tested])
    named = [
        Driver(kind, one.field, one.value, one.present, one.absent, odds, p)
        for (kind, one, odds), p in zip(tested, adjusted, strict=True)
        if p <= query.false_discovery
    ]
    return DriversAnswer(
        step=query.place,
        name=query.funnel.steps[query.place - 1].label,
        landmark=query.landmark,
        units=len(units.chosen),
        converted=int(units.converted.sum()),
        drivers=tuple(sorted(named, key=lambda one: (-one.odds.strength, one.field, one.value or ""))),
        tests=len(tested),
        caution=NOT_CAUSES,
        cannot_say=None if tested else _nothing(query.least_units),
        observed_until=walked.observed_until,
        sql="\n\n".join(ran),
        data_version=walked.data_version,
        synthetic=walked.synthetic,
    )


def _nothing(least: int) -> NoEffect:
    sentence = f"Nothing could be compared: each side needs at least {least} units, and some that converted."
    return NoEffect("drivers_nothing_to_compare", sentence, (("least", least),))
