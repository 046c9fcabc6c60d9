"""What a metric says beside its effects: beliefs after the data, and every arm against every other."""

from collections.abc import Mapping
from dataclasses import dataclass

from experiments import Experiment
from experiments.comparison import shown_level
from experiments.metrics import Metric
from experiments.pair import Adjusted, Looks, Persons, Samples, pair_of
from experiments.stats.bayes import Posterior
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.pairwise import PairEffect, pairwise


@dataclass(frozen=True, slots=True)
class Further:
    """Beliefs by treatment, and pairs of arms where there are three or more."""

    posteriors: Mapping[str, Posterior | NoEffect]
    pairs: tuple[PairEffect, ...]


def read_on(
    plan: Experiment,
    metric: Metric,
    samples: Samples,
    adjusted: Adjusted,
    looks: Looks,
    persons: Persons | None = None,
) -> Further:
    """Posteriors and pairs of one metric.

    Args:
        plan: the experiment.
        metric: one of its metrics.
        samples, adjusted, looks, persons: as for `experiments.comparison.compare`.
    """
    level = shown_level(plan, metric.role)
    posteriors = {
        variant.key: pair_of(plan, metric, samples, variant.key, adjusted, looks, persons=persons).posterior(
            level
        )
        for variant in plan.treatments
    }
    if len(plan.treatments) < 2:
        return Further(posteriors, ())

    def between(one: str, other: str, at: float) -> Effect | NoEffect:
        """One arm beside another, looked at as the plan says."""
        return pair_of(plan, metric, samples, other, adjusted, looks, one, persons).effect(at)

    arms = {variant.key: variant.key for variant in (plan.control, *plan.treatments)}
    return Further(posteriors, pairwise(arms, between, plan.alpha))
