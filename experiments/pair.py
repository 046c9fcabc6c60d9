"""One metric in one arm beside control: its effect by the plan's way of looking, and what is believed of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.design import Experiment
from experiments.looking import Looking, Once, looking, too_early
from experiments.metrics import Metric, Sample, margin_of
from experiments.stats import adjustment, bayes, by_person, fieller
from experiments.stats.bayes import Posterior
from experiments.stats.beliefs import Normal
from experiments.stats.by_person import PersonSums
from experiments.stats.differences import logged
from experiments.stats.effects import Effect, Estimate, NoEffect, Shift
from experiments.stats.samples import Count, Moments, Ratio, Regression
from experiments.stats.shares import unlogged

Samples = Mapping[str, Mapping[str, Sample]]
"""metric key -> variant key -> sufficient statistic."""

Adjusted = Mapping[str, Mapping[str, Regression]]
"""metric key -> variant key -> the same units' values with those before their exposure; only adjusted metrics."""

Looks = Mapping[str, Mapping[str, Sequence[int]]]
"""metric key -> variant key -> its units that counted at each look so far, the present one last; as many for each."""


Persons = Mapping[str, Mapping[str, PersonSums]]
"""metric key -> variant key -> what the units of each person sum to; where persons have several units."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One metric in one treatment arm beside control, and how they are looked at."""

    metric: Metric
    control: Sample
    treatment: Sample
    way: Looking | NoEffect
    adjusted: tuple[Regression, Regression, tuple[Regression, ...]] | None
    persons: tuple[PersonSums, PersonSums] | None = None

    def effect(self, level: float, coefficient: float = 1.0) -> Effect | NoEffect:
        """Treatment − coefficient · control, at any level."""
        if isinstance(self.way, NoEffect):
            return self.way
        if self.persons is not None:
            if isinstance(self.way, Once) and coefficient == 1:
                return by_person.difference(*self.persons, level, share=self._share)
            return self._drawn(by_person.shift(*self.persons, coefficient), level)
        if isinstance(self.way, Once) and self.adjusted is None:
            return self.metric.effect(self.control, self.treatment, level, coefficient)
        if self.adjusted is None:
            return self._drawn(self.metric.shift(self.control, self.treatment, coefficient), level)
        control, treatment, every = self.adjusted
        return self._drawn(adjustment.shift(control, treatment, coefficient, pooled=every), level)

    def relative_effect(self, level: float) -> Effect | NoEffect:
        """(treatment − control) / control.

        By MOVER or by Fieller's theorem, which find a change exactly where the difference does; of shares and of what is ranked
        or timed by the logarithm where one looks before the end.
        """
        if isinstance(self.way, NoEffect):
            return self.way
        once = isinstance(self.way, Once)
        if once and self.adjusted is None and self.persons is None:
            return self.metric.relative_effect(self.control, self.treatment, level)
        early = None if once else self._early()
        if early is not None:
            return early
        if self.persons is not None:
            share = once and self._share
            return by_person.relative_difference(*self.persons, level, share=share, draw=self.way.interval)
        if self.adjusted is not None:
            control, treatment, every = self.adjusted
            return fieller.of_adjusted(control, treatment, level, every, self.way.interval)
        if isinstance(self.control, Moments) and isinstance(self.treatment, Moments):
            return fieller.of_means(self.control, self.treatment, level, self.way.interval)
        if isinstance(self.control, Ratio) and isinstance(self.treatment, Ratio):
            return fieller.of_ratios(self.control, self.treatment, level, self.way.interval)
        found = self._drawn(logged(self.metric.relative_shift(self.control, self.treatment, level)), level)
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
        unstated = prior is None and self.adjusted is None and self.persons is None
        if unstated and isinstance(self.control, Count) and isinstance(self.treatment, Count):
            return bayes.of_counts(self.control, self.treatment, level=level, direction=self.metric.direction)
        shift = self._shift()
        if isinstance(shift, NoEffect):
            return shift
        believed = None if prior is None else Normal(prior.mean, prior.sd)
        return bayes.of_shift(shift, believed, level, self.metric.direction)

    def futile(self, level: float) -> bool:
        """Is it in vain to go on? Only where the metric names the smallest effect that matters, before the end."""
        if isinstance(self.way, NoEffect) or self._early() is not None:
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

    def values(self, level: float) -> tuple[Estimate | NoEffect, Estimate | NoEffect]:
        """Control's value and the treatment's."""
        one, other = self.persons or (None, None)
        return value_of(self.metric, self.control, one, level), value_of(
            self.metric, self.treatment, other, level
        )

    @property
    def _share(self) -> bool:
        return isinstance(self.control, Count)

    def _early(self) -> NoEffect | None:
        if self.persons is None:
            return too_early(self.control, self.treatment)
        fewest = too_early(*(one.ratio for one in self.persons))
        return fewest if fewest is not None else too_early(self.control, self.treatment)

    def _shift(self) -> Shift | NoEffect:
        if self.persons is not None:
            return by_person.shift(*self.persons)
        if self.adjusted is None:
            return self.metric.shift(self.control, self.treatment)
        control, treatment, every = self.adjusted
        return adjustment.shift(control, treatment, pooled=every)

    def _drawn(self, shift: Shift | NoEffect, level: float) -> Effect | NoEffect:
        if isinstance(self.way, NoEffect):
            return self.way
        early = None if isinstance(self.way, Once) else self._early()
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
    persons: Persons | None = None,
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
        persons: As for `compare`.

    Raises:
        ValueError: If the metric or a variant is missing in the samples.
    """
    own = control or experiment.control.key
    base, treatment = _sample(samples, metric.key, own), _sample(samples, metric.key, arm)
    by_arm = looks.get(metric.key, {})
    told = own in by_arm and arm in by_arm
    seen = [a + b for a, b in zip(by_arm[own], by_arm[arm], strict=True)] if told else [base.n + treatment.n]
    way = looking(experiment, own, arm, seen)
    if persons is not None:
        sums = persons.get(metric.key)
        if sums is None:
            return Pair(metric, base, treatment, _of_several_units(), None)
        return Pair(metric, base, treatment, way, None, (sums[own], sums[arm]))
    every = adjusted.get(metric.key)
    if every is None or own not in every or arm not in every:
        return Pair(metric, base, treatment, way, None)
    return Pair(metric, base, treatment, way, (every[own], every[arm], tuple(every.values())))


def value_of(metric: Metric, sample: Sample, persons: PersonSums | None, level: float) -> Estimate | NoEffect:
    """One arm's value, its interval by persons where they have several units.

    Args:
        metric: The metric.
        sample: The arm's sample.
        persons: What the units of each person sum to; None where each has one.
        level: Confidence level in (0, 1).
    """
    if persons is None:
        return metric.estimate(sample, level)
    return by_person.value(persons, level, share=isinstance(sample, Count))


def _of_several_units() -> NoEffect:
    return NoEffect(
        "pair.several_units",
        "Persons have several units each, and a quantile or a curve of such units has no interval here: assign persons.",
    )


def _sample(samples: Samples, metric: str, variant: str) -> Sample:
    if metric not in samples or variant not in samples[metric]:
        raise ValueError(
            f"`samples` has nothing for metric {metric!r} in variant {variant!r}; must have every pair; "
            "add an empty sample."
        )
    return samples[metric][variant]
