"""One metric in one arm beside control: its effect by the plan's way of looking, and what is believed of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.design import Experiment
from experiments.looking import Looking, Once, looking, too_early
from experiments.metrics import Metric, Sample, margin_of
from experiments.stats import adjustment, bayes
from experiments.stats.bayes import Posterior
from experiments.stats.beliefs import Normal
from experiments.stats.differences import logged
from experiments.stats.effects import Effect, NoEffect, Shift
from experiments.stats.samples import Count, Regression
from experiments.stats.shares import unlogged

Samples = Mapping[str, Mapping[str, Sample]]
"""metric key -> variant key -> sufficient statistic."""

Adjusted = Mapping[str, Mapping[str, Regression]]
"""metric key -> variant key -> the same units' values with those before their exposure; only adjusted metrics."""

Looks = Mapping[str, Mapping[str, Sequence[int]]]
"""metric key -> variant key -> its units that counted at each look so far, the present one last; as many for each."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One metric in one treatment arm beside control, and how they are looked at."""

    metric: Metric
    control: Sample
    treatment: Sample
    way: Looking | NoEffect
    adjusted: tuple[Regression, Regression, tuple[Regression, ...]] | None

    def effect(self, level: float, coefficient: float = 1.0) -> Effect | NoEffect:
        """Treatment − coefficient · control, at any level."""
        if isinstance(self.way, NoEffect):
            return self.way
        if isinstance(self.way, Once) and self.adjusted is None:
            return self.metric.effect(self.control, self.treatment, level, coefficient)
        if self.adjusted is None:
            return self._drawn(self.metric.shift(self.control, self.treatment, coefficient), level)
        control, treatment, every = self.adjusted
        return self._drawn(adjustment.shift(control, treatment, coefficient, pooled=every), level)

    def relative_effect(self, level: float) -> Effect | NoEffect:
        """(treatment − control) / control; by its logarithm where one looks before the end."""
        if isinstance(self.way, NoEffect):
            return self.way
        if isinstance(self.way, Once) and self.adjusted is None:
            return self.metric.relative_effect(self.control, self.treatment, level)
        if self.adjusted is None:
            shift = self.metric.relative_shift(self.control, self.treatment, level)
        else:
            control, treatment, every = self.adjusted
            shift = adjustment.relative_shift(control, treatment, level, pooled=every)
        if isinstance(self.way, Once):
            return self._drawn(shift, level)
        found = self._drawn(logged(shift), level)  # few units at the first looks: nearer to normal
        return found if isinstance(found, NoEffect) else unlogged(found)

    def width(self, level: float) -> float | None:
        """How wide the interval is against one look."""
        units = self.control.n + self.treatment.n
        return None if isinstance(self.way, NoEffect) or units == 0 else self.way.width(units, level)

    @property
    def adjusted_for(self) -> float | None:
        """The share of the variance that what was before the exposure explains; None if it is not adjusted by it."""
        if self.adjusted is None:
            return None
        control, treatment, every = self.adjusted
        return adjustment.share_of_variance(control, treatment, pooled=every)

    def posterior(self, level: float) -> Posterior | NoEffect:
        """What is believed of the effect after these data, whatever the way of looking; flat unless the metric says more.

        Shares of units without a prior of their own are Betas, exact for a handful of hits; the rest is normal.
        """
        prior = self.metric.belief
        unstated = prior is None and self.adjusted is None
        if unstated and isinstance(self.control, Count) and isinstance(self.treatment, Count):
            return bayes.of_counts(self.control, self.treatment, level=level, direction=self.metric.direction)
        shift = self._shift()
        if isinstance(shift, NoEffect):
            return shift
        believed = None if prior is None else Normal(prior.mean, prior.sd)
        return bayes.of_shift(shift, believed, level, self.metric.direction)

    def futile(self, level: float) -> bool:
        """Is it in vain to go on? Only where the metric names the smallest effect that matters, before the end."""
        if isinstance(self.way, NoEffect) or too_early(self.control, self.treatment) is not None:
            return False
        base = self.metric.estimate(self.control, level)
        if self.metric.minimum is None or isinstance(base, NoEffect):
            return False
        least = margin_of(self.metric.minimum, "minimum")
        amount = least.amount * abs(base.value) if least.relative else least.amount
        shift = self._shift()
        if isinstance(shift, NoEffect) or amount == 0:
            return False
        return self.way.futile(shift, amount if self.metric.direction == "up" else -amount, level)

    def _shift(self) -> Shift | NoEffect:
        if self.adjusted is None:
            return self.metric.shift(self.control, self.treatment)
        control, treatment, every = self.adjusted
        return adjustment.shift(control, treatment, pooled=every)

    def _drawn(self, shift: Shift | NoEffect, level: float) -> Effect | NoEffect:
        if isinstance(self.way, NoEffect):
            return self.way
        early = None if isinstance(self.way, Once) else too_early(self.control, self.treatment)
        if early is not None:
            return early
        return shift if isinstance(shift, NoEffect) else self.way.interval(shift, level)


def pair_of(
    experiment: Experiment,
    metric: Metric,
    samples: Samples,
    arm: str,
    adjusted: Adjusted,
    looks: Looks,
    control: str | None = None,
) -> Pair:
    """One metric in one arm beside control, or beside another arm.

    Args:
        experiment: The plan.
        metric: One of its metrics.
        samples: As for `compare`.
        arm: Key of the treatment.
        adjusted: As for `compare`.
        looks: As for `compare`.
        control: Key of the arm to compare with; the plan's control if left out.

    Raises:
        ValueError: If the metric or a variant is missing in the samples.
    """
    own = control or experiment.control.key
    base, treatment = _sample(samples, metric.key, own), _sample(samples, metric.key, arm)
    by_arm = looks.get(metric.key, {})
    told = own in by_arm and arm in by_arm
    seen = [a + b for a, b in zip(by_arm[own], by_arm[arm], strict=True)] if told else [base.n + treatment.n]
    way = looking(experiment, own, arm, seen)
    every = adjusted.get(metric.key)
    if every is None or own not in every or arm not in every:
        return Pair(metric, base, treatment, way, None)
    return Pair(metric, base, treatment, way, (every[own], every[arm], tuple(every.values())))


def _sample(samples: Samples, metric: str, variant: str) -> Sample:
    if metric not in samples or variant not in samples[metric]:
        raise ValueError(
            f"`samples` has nothing for metric {metric!r} in variant {variant!r}; must have every pair; "
            "add an empty sample."
        )
    return samples[metric][variant]
