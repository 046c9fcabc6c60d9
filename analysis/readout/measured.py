"""One metric of a readout: its values, effects, history and what is believed of it."""

from collections.abc import Mapping

from analysis.readout.answers import ArmValue, MetricReadout
from analysis.readout.further import Further
from analysis.readout.history import Point
from analysis.readout.query import Reading
from experiments import Experiment
from experiments.comparison import Comparison, shown_level
from experiments.design import Peeking
from experiments.metrics import Metric, Sample
from experiments.pair import value_of
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.proportions import ChiSquare, independence, interaction
from experiments.stats.samples import Count, Regression


def measured(
    experiment: Experiment,
    metric: Metric,
    reading: Reading,
    comparisons: tuple[Comparison, ...],
    history: Mapping[str, tuple[Point, ...]],
    further: Further,
) -> MetricReadout:
    """The metric as it is answered.

    Args:
        experiment: the plan.
        metric: one of its metrics.
        reading: what was read.
        comparisons: of all metrics.
        history: by arm.
        further: posteriors and pairs.
    """
    sampled = {arm.key: arm.metrics[metric.key] for arm in reading.arms}
    samples = {key: one.sample for key, one in sampled.items()}
    persons = {} if reading.repeated is None else reading.repeated.get(metric.key, {})
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
                value=value_of(metric, one.sample, persons.get(key), 1 - experiment.alpha),
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


def adjusted_samples(experiment: Experiment, reading: Reading) -> dict[str, dict[str, Regression]]:
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
