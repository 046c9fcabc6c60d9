"""An experiment over the log: exposures, checks, effects with intervals, and the verdict."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analysis.readout.answers import ArmExposure, ArmValue, MetricReadout, ReadoutAnswer, State
from analysis.readout.asked import Asked, ReadoutQuery
from analysis.readout.checks import checks_of
from analysis.readout.further import Further, read_on
from analysis.readout.history import (
    Point,
    deciding_look,
    exposed_since,
    history_of,
    units_by_look,
    units_per_day,
)
from analysis.readout.query import Reading, as_stored, persons_of, read
from analysis.readout.query.places import placed
from analysis.readout.table import TableAnswer, read_table
from experiments import Experiment
from experiments.comparison import Comparison, compare, shown_level
from experiments.design import Peeking
from experiments.metrics import Metric, Sample
from experiments.stats.effects import Effect, NoEffect, Reason
from experiments.stats.proportions import ChiSquare, independence, interaction
from experiments.stats.samples import Count, Regression
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
    reading = read(store, asked)
    decided = deciding_look(experiment, reading)
    if decided is not None and decided >= asked.observed_until:
        decided = None
    if decided is not None:
        until = decided
        asked = replace(asked, observed_until=decided)
        asked = replace(asked, as_stored=as_stored(store, asked))
        reading = read(store, asked)
    samples = {
        metric.key: {arm.key: arm.metrics[metric.key].sample for arm in reading.arms}
        for metric in experiment.metrics
    }
    adjusted, looks = _adjusted(experiment, reading), units_by_look(experiment, reading)
    comparisons = compare(experiment, samples, adjusted, looks)
    history = history_of(experiment, reading)
    where = placed(store, asked) if query.by is None and any(arm.exposed for arm in reading.arms) else None
    checks = checks_of(asked, reading, where)
    units = sum(arm.counted for arm in reading.arms)
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
            _metric(
                experiment,
                metric,
                reading,
                comparisons,
                history[metric.key],
                read_on(experiment, metric, samples, adjusted, looks),
            )
            for metric in experiment.metrics
        ),
        verdict=_no_verdict(state, query.by)
        or decide(experiment, comparisons, checks, units, units_per_day(reading)),
        since=exposed_since(reading),
        decided_at=decided,
        observed_until=until,
        sql=reading.sql if where is None else f"{reading.sql}\n\n{where.sql}",
        data_version=store.data_version(),
        synthetic=store.synthetic(),
    )


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


def _metric(
    experiment: Experiment,
    metric: Metric,
    reading: Reading,
    comparisons: tuple[Comparison, ...],
    history: Mapping[str, tuple[Point, ...]],
    further: Further,
) -> MetricReadout:
    sampled = {arm.key: arm.metrics[metric.key] for arm in reading.arms}
    samples = {key: one.sample for key, one in sampled.items()}
    return MetricReadout(
        key=metric.key,
        role=metric.role,
        kind=metric.kind,
        event=metric.subject,
        unit=metric.unit,
        direction=metric.direction,
        within=metric.within,
        delay=metric.delay,
        anchor=metric.window.anchor,
        margin=metric.margin,
        minimum=metric.minimum,
        arms=tuple(
            ArmValue(
                arm=key,
                n=one.sample.n,
                hits=one.sample.hits if isinstance(one.sample, Count) else None,
                value=metric.estimate(one.sample, 1 - experiment.alpha),
                triggered=one.triggered,
            )
            for key, one in sampled.items()
        ),
        effects=tuple(one for one in comparisons if one.metric == metric.key),
        omnibus=_omnibus(samples, experiment.peeking),
        interaction=_interaction(experiment, samples),
        level=shown_level(experiment, metric.role),
        history=history,
        posteriors=further.posteriors,
        pairs=further.pairs,
    )


def _adjusted(experiment: Experiment, reading: Reading) -> dict[str, dict[str, Regression]]:
    """Metrics that the plan adjusts, in the arms that have units."""
    return {
        metric.key: {
            arm.key: found
            for arm in reading.arms
            for found in [arm.metrics[metric.key].with_before]
            if found is not None
        }
        for metric in experiment.metrics
        if experiment.adjusts(metric)
    }


def _omnibus(samples: dict[str, Sample], peeking: Peeking) -> ChiSquare | NoEffect:
    """Whether the arms that have units differ at all."""
    counts = [sample for sample in samples.values() if isinstance(sample, Count)]
    if len(counts) < len(samples):
        return NoEffect(
            "readout.omnibus_of_shares_only", "The test of all arms at once is for shares of units only."
        )
    return independence(counts) if peeking == "fixed" else _of_one_look()


def _interaction(plan: Experiment, samples: dict[str, Sample]) -> Effect | NoEffect | None:
    design = plan.factorial
    if design is None:
        return None
    cells = [samples[key] for key in (design.neither, design.first_only, design.second_only, design.both)]
    neither, first, second, both = (cell if isinstance(cell, Count) else None for cell in cells)
    if neither is None or first is None or second is None or both is None:
        return NoEffect(
            "readout.interaction_of_shares_only", "The interaction is read for shares of units only."
        )
    if plan.peeking != "fixed":
        return _of_one_look()
    return interaction(neither, first, second, both, 1 - plan.alpha)


def _of_one_look() -> NoEffect:
    return NoEffect(
        "readout.of_one_look", "This is read by one look at a planned end only, and the plan looks before it."
    )


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
