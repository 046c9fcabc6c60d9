"""The question about flows of different shape, and its answer."""

from typing import TYPE_CHECKING, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from analysis.milestones.answers import Difference, MilestonesAnswer, Side
from analysis.milestones.query import NAMES, Attempts, Period, Reader
from analysis.milestones.sides import differences, exposed_side, flow_side
from analysis.on_record import experiment_on_record
from analysis.steps.cohorts import on_record, refuse_beside
from experiments.design import Experiment
from experiments.durations import microseconds
from experiments.stats.effects import NoEffect
from ingest.flows import Flow, flows

if TYPE_CHECKING:
    from ingest import Store

CONTROL = "control"


class MilestonesQuery(BaseModel):
    """Which flows, followed how long, and as which experiment.

    Args:
        flows: names of flows that have all four milestones.
        within: how long an attempt is followed from its intent, end included: "30s".
        experiment: compare the arms of this experiment instead of the flows; None = flows as people used them.
        cohort: attempts of the persons in this saved list; not beside `experiment`.
        control: the arm others are compared with; None means the declared one, else "control", else the first by name.
        from, to: attempts whose intent lies in [from, to).
        observed_until: end of observation; None means the latest event of the store.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    flows: tuple[str, ...] = Field(default=("sell-check", "hover"), min_length=1, max_length=6)
    within: str = "30s"
    experiment: str | None = None
    control: str | None = None
    cohort: str | None = None
    from_: AwareDatetime | None = Field(default=None, alias="from")
    to: AwareDatetime | None = None
    observed_until: AwareDatetime | None = None

    @field_validator("flows")
    @classmethod
    def _known(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        known = comparable()
        for name in given:
            if name not in known:
                raise ValueError(
                    f"`flows` has {name!r}; must be flows with the milestones {', '.join(NAMES)}: {', '.join(known)}."
                )
        return tuple(dict.fromkeys(given))

    @model_validator(mode="after")
    def _cohort_alone(self) -> Self:
        refuse_beside(self.cohort, self.experiment)
        return self

    @field_validator("within")
    @classmethod
    def _window(cls, given: str) -> str:
        microseconds(given)
        return given


def comparable() -> dict[str, Flow]:
    """The flows that have all four milestones, by name."""
    return {flow.name: flow for flow in flows() if all(flow.milestones.get(name) for name in NAMES)}


def answer(store: "Store", query: MilestonesQuery) -> MilestonesAnswer:
    """Say how far, how fast and with how many taps people get, whatever the shape of the flow.

    A milestone that has no step of its own in a flow is reached with the one before it: a step absent by design
    loses nobody. With an experiment the denominator is everybody exposed to the arm, whether they tried or not, and
    only attempts from the exposure on count.

    Args:
        store: an open store.
        query: which flows, followed how long, and as which experiment.

    Returns:
        The answer; `cannot_say` where no attempt says of which flow it is, or nobody was exposed.

    Raises:
        ValueError: `control` names no arm, or there is no such cohort.
    """
    on_record(store, query.cohort)
    facts, reader = store.facts(), Reader(store)
    until = query.observed_until or facts.observed_until
    chosen = tuple(comparable()[name] for name in query.flows)
    sides: tuple[Side, ...] = ()
    found: tuple[Difference, ...] = ()
    control, several, untold, silent = None, 0, 0, _nothing(query)
    if until is not None:
        period = Period(query.from_, query.to, until, microseconds(query.within), query.cohort)
        tried = {flow.name: reader.attempts(flow, period) for flow in chosen}
        untold = reader.untold(chosen, until, query.cohort)
        if query.experiment is None:
            sides = tuple(
                flow_side(name, attempts, period.open_after_us)
                for name, attempts in tried.items()
                if len(attempts.people)
            )
        else:
            declared = experiment_on_record(store, query.experiment)
            sides, control, several = _arms(reader, query, tried, period, declared)
            found = differences(sides)
    return MilestonesAnswer(
        sides=sides,
        experiment=query.experiment,
        control=control,
        differences=found,
        within_s=microseconds(query.within) / 1e6,
        untold=untold,
        several_arms=several,
        observed_until=until,
        cannot_say=None if sides else silent,
        sql="\n\n".join(reader.ran),
        data_version=facts.data_version,
        synthetic=facts.synthetic,
    )


def _arms(
    reader: Reader,
    query: MilestonesQuery,
    tried: dict[str, Attempts],
    period: Period,
    declared: Experiment | None,
) -> tuple[tuple[Side, ...], str | None, int]:
    """The arms of the experiment, control first; control; and how many people saw several arms."""
    exposed = reader.exposed(
        str(query.experiment), None if declared is None else declared.start, period.until
    )
    several = int((exposed["variants"] > 1).sum())
    alone = exposed[exposed["variants"] == 1]
    names = sorted(alone["arm"].unique())
    if not names:
        return (), None, several
    told = query.control or (declared.control.key if declared is not None else CONTROL)
    control = told if told in names or query.control else names[0]
    if control not in names:
        raise ValueError(f"`control` is {control!r}; must be an arm: {', '.join(names)}; choose one.")
    ordered = [control, *(name for name in names if name != control)]
    sides = (exposed_side(name, alone[alone["arm"] == name], tried, period.open_after_us) for name in ordered)
    return tuple(sides), control, several


def _nothing(query: MilestonesQuery) -> NoEffect:
    if query.experiment is not None:
        sentence = f"Nobody was exposed to {query.experiment}; there are no arms to compare."
        return NoEffect("milestones_nobody_exposed", sentence, (("experiment", query.experiment),))
    named = ", ".join(query.flows)
    sentence = f"No attempt says that it is of {named}: its first event needs the property flow."
    return NoEffect("milestones_no_attempt", sentence, (("flows", named),))
