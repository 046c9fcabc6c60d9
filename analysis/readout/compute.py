"""An experiment over the log: exposures, checks, effects with intervals, and the verdict."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analysis.readout.answers import ArmExposure, ReadoutAnswer, State
from analysis.readout.asked import Asked, ReadoutQuery
from analysis.readout.checks import checks_of
from analysis.readout.further import read_on
from analysis.readout.history import (
    deciding_looks,
    exposed_since,
    first_look,
    history_of,
    last_look,
    units_by_look,
    units_per_day,
    watched_units,
)
from analysis.readout.measured import adjusted_samples, measured
from analysis.readout.query import Reading, as_stored, persons_of, read
from analysis.readout.query.arrivals import Arrivals, arrivals
from analysis.readout.query.logged import Logged, logged
from analysis.readout.query.places import placed
from analysis.readout.table import TableAnswer, read_table
from experiments import Experiment
from experiments.comparison import compare
from experiments.stats.effects import Check, NoEffect, Reason
from experiments.verdict import Verdict, decide

if TYPE_CHECKING:
    from ingest import Store

TABLE_ALPHA = 0.05
EXPERIMENTS = "experiment"
BEFORE_ALL_LOGS = datetime(1970, 1, 1, tzinfo=UTC)
"""The end of observation of an empty store: nothing has happened yet."""


def answer(store: "Store", query: ReadoutQuery) -> ReadoutAnswer | TableAnswer:
    """Read out an experiment, or a table of counts.

    Args:
        store: an open store.
        query: the question; see `ReadoutQuery`.

    Returns:
        A ReadoutAnswer for an experiment, a TableAnswer for a table.

    Raises:
        ValueError: no such experiment is on record, or its definition or the table breaks a rule.
    """
    if query.table is not None:
        return read_table(query.table, query.columns, TABLE_ALPHA, store.data_version())
    return read_experiment(store, query)


def read_experiment(store: "Store", query: ReadoutQuery) -> ReadoutAnswer:
    """Read out one experiment.

    Args:
        store: an open store.
        query: a question with `experiment`.

    Returns:
        Exposures, checks, metrics and the verdict; sentences where the log cannot say something.

    Raises:
        ValueError: no such experiment is on record, or its definition breaks a rule.
    """
    experiment = experiment_of(store, query)
    until = query.observed_until or store.observed_until()
    places = {name: value for name, value in query.places.items() if value is not None}
    asked = Asked(experiment, until or BEFORE_ALL_LOGS, query.by, places, persons_of(store))
    asked = replace(asked, as_stored=as_stored(store, asked))
    asked, reading, looked = _looked(store, asked)
    decided = looked and _reached(asked, reading) and until is not None and asked.observed_until < until
    if looked and experiment.peeking == "group":
        until = asked.observed_until
    samples = {
        metric.key: {arm.key: arm.metrics[metric.key].sample for arm in reading.arms}
        for metric in experiment.metrics
    }
    adjusted, looks = adjusted_samples(experiment, reading), units_by_look(experiment, reading, looked=looked)
    comparisons = compare(experiment, samples, adjusted, looks, reading.repeated)
    shown = (
        looked and reading.repeated is None
    )  # days share persons who have several units, so they do not add
    history = history_of(experiment, reading) if shown else {metric.key: {} for metric in experiment.metrics}
    where = placed(store, asked) if query.by is None and any(arm.exposed for arm in reading.arms) else None
    exposed = any(arm.exposed for arm in reading.arms)
    known = logged(store, asked, reading) if exposed else Logged()
    arrived = arrivals(store, asked, reading) if exposed and query.by is None else Arrivals()
    checks = checks_of(asked, reading, where, known, arrived)
    units, per_day = watched_units(experiment, reading), units_per_day(reading)
    state = _state(asked, reading, units)
    return ReadoutAnswer(
        experiment=experiment,
        state=state,
        randomised=query.by is None,
        arms=_exposures(experiment, reading),
        unknown=reading.unknown,
        without_unit=reading.without_unit,
        checks=checks,
        metrics=tuple(
            measured(
                experiment,
                metric,
                reading,
                comparisons,
                history[metric.key],
                read_on(experiment, metric, samples, adjusted, looks, reading.repeated),
            )
            for metric in experiment.metrics
        ),
        verdict=_no_verdict(state, query.by)
        or _before_looks(experiment, reading, checks, looked=looked)
        or decide(experiment, comparisons, checks, units, per_day),
        since=exposed_since(reading),
        decided_at=until if decided else None,
        observed_until=until,
        watched=units,
        per_day=per_day,
        sql="\n\n".join([reading.sql, *([] if where is None else [where.sql]), *known.sql, *arrived.sql]),
        data_version=store.data_version(),
        synthetic=store.synthetic(),
    )


def _looked(store: "Store", asked: Asked) -> tuple[Asked, Reading, bool]:
    """What is read, as of when, and whether a look is over: with group-sequential looks as of the last one that is over.

    The first look that had watched all planned units decides, whatever comes after it.
    """
    look = last_look(asked.experiment, asked.observed_until)
    if look is None:
        return asked, read(store, asked), True
    then, found = _as_of(store, asked, look)
    if not any(arm.exposed for arm in found.arms):
        return asked, read(store, asked), False
    for earlier in deciding_looks(asked.experiment, found):
        if earlier >= look:
            break
        before, reading = _as_of(store, asked, earlier)
        if _reached(before, reading):
            return before, reading, True
    return then, found, True


def _as_of(store: "Store", asked: Asked, look: datetime) -> tuple[Asked, Reading]:
    then = replace(asked, observed_until=look)
    then = replace(then, as_stored=as_stored(store, then))
    return then, read(store, then)


def _reached(asked: Asked, reading: Reading) -> bool:
    """Has a group-sequential plan watched all its units?"""
    plan = asked.experiment
    if plan.peeking != "group" or plan.planned_units is None:
        return False
    return watched_units(plan, reading) >= plan.planned_units


def experiment_of(store: "Store", query: ReadoutQuery) -> Experiment:
    """The experiment that a query names or carries.

    Raises:
        ValueError: no experiment of that key is on record.
    """
    if isinstance(query.experiment, Experiment):
        return query.experiment
    body = store.records.get(EXPERIMENTS, query.experiment or "")
    if body is None:
        known = (
            ", ".join(sorted({str(record["key"]) for record in store.records.all(EXPERIMENTS)})) or "none yet"
        )
        raise ValueError(
            f"`experiment` is {query.experiment!r}; must be on record ({known}); add it with: kazasu experiment add FILE"
        )
    return Experiment.model_validate(body)


def _exposures(experiment: Experiment, reading: Reading) -> tuple[ArmExposure, ...]:
    return tuple(
        ArmExposure(
            arm.key,
            variant == experiment.control,
            variant.weight,
            arm.exposed,
            arm.several,
            arm.counted,
            arm.persons,
        )
        for variant, arm in zip(experiment.variants, reading.arms, strict=True)
    )


def _state(asked: Asked, reading: Reading, units: int) -> State:
    if not any(arm.exposed for arm in reading.arms):
        return "no_exposures"
    if asked.by is not None:
        return "observational"
    planned = asked.experiment.planned_units
    return "planned_end_reached" if planned is not None and units >= planned else "running"


def _no_verdict(state: State, by: str | None) -> Verdict | NoEffect | None:
    """The verdict where there is nothing to decide on, or no right to decide."""
    if by is not None:
        return NoEffect(
            "readout.verdict_of_observational",
            f"The arms are groups by {by}, not assigned at random: no decision is drawn from them.",
            (("by", by),),
        )
    if state == "no_exposures":
        said = Reason("no_exposures", "No unit has been exposed yet, so there is nothing to check or decide.")
        return Verdict("keep_running", (said,))
    return None


def _before_looks(
    plan: Experiment, reading: Reading, checks: Sequence[Check], *, looked: bool
) -> Verdict | None:
    """Before the first look is over there is nothing to decide on, unless the data cannot be trusted anyway."""
    since = exposed_since(reading)
    if looked or since is None or not all(check.passed for check in checks):
        return None
    day = first_look(plan, since).isoformat()
    sentence = f"The first look is at the end of {day}. Of a log that has ended by then, read it with --observed-until."
    said = Reason("verdict.no_look_yet", sentence, (("day", day),))
    return Verdict("keep_running", (said,))
