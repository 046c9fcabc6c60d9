"""Every metric in every treatment arm against control, at the levels that the verdict and the page need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from experiments.design import Experiment
from experiments.metrics import Direction, Margin, Metric, Role, Sample, Unit, margin_of
from experiments.pair import Adjusted, Looks, Pair, Persons, Samples, pair_of
from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.multiplicity import benjamini_hochberg, bonferroni_level, holm

Adjustment = Callable[[Sequence[float]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class NonInferiority:
    """Whether a guardrail stays within its margin.

    Args:
        shown: True if the one-sided bound at 1 − α is within the margin.
        bound: How bad the change may be: the bound of (treatment − control) on the bad side, in the
            metric's unit.
        margin: How bad it may get at most, signed like `bound`: negative where up is good, positive where
            down is.
    """

    shown: bool
    bound: float
    margin: float


@dataclass(frozen=True, slots=True)
class Smallness:
    """Whether a change is shown to be smaller than the smallest that would matter, either way.

    Args:
        shown: True if both one-sided bounds at 1 − α lie within ±`minimum`.
        low: The lower bound of (treatment − control), in the metric's unit.
        high: The upper bound.
        minimum: The smallest change that would matter, positive.
    """

    shown: bool
    low: float
    high: float
    minimum: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric in one treatment arm.

    Args:
        metric: Key of the metric.
        unit: "share" or "number".
        role: "success", "guardrail" or "exploratory".
        direction: The good way.
        arm: Key of the treatment arm.
        control_value: Control's value at level 1 − α.
        treatment_value: The treatment's value at level 1 − α.
        effect: Treatment − control. Success: at the Bonferroni level over success metrics and arms; else at
            1 − α.
        relative: (treatment − control) / |control| at the same level.
        adjusted_p: Holm over success metrics and arms, Benjamini–Hochberg over exploratory ones; None for
            guardrails and
            where there is no effect.
        non_inferiority: For guardrails only.
        smallness: For metrics whose plan says which change would matter.
        width: How wide the interval is against one look at the end; None without an effect.
        futile: For success metrics before the end: is the smallest effect that matters as good as ruled out?
        adjusted_for: The share of the variance that what happened before the exposure explains; None if not adjusted.
    """

    metric: str
    unit: Unit
    role: Role
    direction: Direction
    arm: str
    control_value: Estimate | NoEffect
    treatment_value: Estimate | NoEffect
    effect: Effect | NoEffect
    relative: Effect | NoEffect
    adjusted_p: float | None = None
    non_inferiority: NonInferiority | NoEffect | None = None
    smallness: Smallness | NoEffect | None = None
    width: float | None = None
    adjusted_for: float | None = None
    futile: bool = False

    @property
    def improvement(self) -> float | None:
        """The effect in the good direction: positive is better; None where there is no effect."""
        if isinstance(self.effect, NoEffect):
            return None
        return self.effect.value if self.direction == "up" else -self.effect.value


def compare(
    experiment: Experiment,
    samples: Samples,
    adjusted: Adjusted | None = None,
    looks: Looks | None = None,
    persons: Persons | None = None,
) -> tuple[Comparison, ...]:
    """Each metric in each treatment arm against control, by the plan's way of looking.

    Args:
        experiment: The plan.
        samples: For every metric and every variant its sufficient statistic over the variant's units.
        adjusted: For metrics that the plan adjusts, the same with what was before the exposure.
        looks: For every metric and variant its units at each look so far, the present one last; one look if left out.
        persons: For every metric and variant what the units of each person sum to, where persons have several units; metrics
            that are missing in it have no effect then. None where each unit is a person's only one.

    Returns:
        Comparisons by metric, then by arm, in the order of the plan.

    Raises:
        ValueError: If a metric or a variant is missing in the samples.
    """
    found = [
        _compare(
            experiment,
            metric,
            pair_of(experiment, metric, samples, variant.key, adjusted or {}, looks or {}, persons=persons),
            variant.key,
        )
        for metric in experiment.metrics
        for variant in experiment.treatments
    ]
    _adjust(found, "success", holm)
    _adjust(found, "exploratory", benjamini_hochberg)
    return tuple(found)


def shown_level(experiment: Experiment, role: Role) -> float:
    """The level of the shown interval: Bonferroni over success metrics and arms; 1 − α for other roles."""
    successes = sum(metric.role == "success" for metric in experiment.metrics)
    many = successes * len(experiment.treatments) if role == "success" else 1
    return bonferroni_level(experiment.alpha, max(many, 1))


def _compare(experiment: Experiment, metric: Metric, pair: Pair, arm: str) -> Comparison:
    level = shown_level(experiment, metric.role)
    effect = pair.effect(level)
    return Comparison(
        metric.key,
        metric.unit,
        metric.role,
        metric.direction,
        arm,
        *pair.values(1 - experiment.alpha),
        effect,
        pair.relative_effect(level),
        non_inferiority=non_inferiority(metric, pair.control, pair.effect, experiment.alpha),
        smallness=smallness(metric, pair.control, pair.effect, experiment.alpha),
        width=None if isinstance(effect, NoEffect) else pair.width(level),
        adjusted_for=pair.adjusted_for,
        futile=metric.role == "success" and pair.futile(level),
    )


def non_inferiority(
    metric: Metric, control: Sample, effect_at: Callable[[float, float], Effect | NoEffect], alpha: float
) -> NonInferiority | NoEffect | None:
    """One-sided non-inferiority at α: the bad end of the interval at level 1 − 2α stays within the margin.

    Absolute margin m: treatment − control > −m where up is good (< m where down is). Relative margin r:
    treatment − (1 − r) control > 0 (treatment − (1 + r) control < 0), so control's own uncertainty counts.
    Schuirmann (1987).

    Args:
        metric: A guardrail; another role gives None.
        control: Control's sample.
        effect_at: (level, coefficient) -> treatment − coefficient · control, by the way of looking.
        alpha: One-sided error.

    Returns:
        The bound beside the margin; a NoEffect when the metric cannot be compared.
    """
    if metric.margin is None:
        return None
    margin, worse = margin_of(metric.margin), -1.0 if metric.direction == "up" else 1.0
    found = _bound(metric.estimate(control, 1 - alpha), margin, effect_at, 1 - 2 * alpha, worse)
    if isinstance(found, NoEffect):
        return found
    bound, allowed = found
    return NonInferiority(bound > allowed if worse < 0 else bound < allowed, bound, allowed)


def smallness(
    metric: Metric, control: Sample, effect_at: Callable[[float, float], Effect | NoEffect], alpha: float
) -> Smallness | NoEffect | None:
    """Is the change smaller than what would matter, either way? Two one-sided tests at α (Schuirmann 1987).

    Absolute minimum m: the interval of treatment − control at level 1 − 2α lies within (−m, m). Relative minimum r: treatment −
    (1 − r) control > 0 and treatment − (1 + r) control < 0, so control's own uncertainty counts.

    Args:
        metric: One without a `minimum` gives None.
        control: Control's sample.
        effect_at: (level, coefficient) -> treatment − coefficient · control, by the way of looking.
        alpha: Error of each test and of the whole.

    Returns:
        Both bounds beside the minimum; a NoEffect when the metric cannot be compared. A large p-value of "no change" does not
        show it.
    """
    if metric.minimum is None:
        return None
    least = margin_of(metric.minimum, "minimum")
    base = metric.estimate(control, 1 - alpha)
    once = cache(effect_at)  # an exact interval takes seconds
    low = _bound(base, least, once, 1 - 2 * alpha, -1.0)
    high = _bound(base, least, once, 1 - 2 * alpha, 1.0)
    if isinstance(low, NoEffect):
        return low
    if isinstance(high, NoEffect):
        return high
    shown = low[0] > low[1] and high[0] < high[1]
    return Smallness(shown, low[0], high[0], high[1])


def _bound(
    base: Estimate | NoEffect,
    margin: Margin,
    effect_at: Callable[[float, float], Effect | NoEffect],
    level: float,
    side: float,
) -> tuple[float, float] | NoEffect:
    """One end of the change's interval (side −1: the lower, 1: the upper), and how far it may reach there."""
    if isinstance(base, NoEffect):
        return base
    allowed = side * margin.amount * (abs(base.value) if margin.relative else 1.0)
    coefficient = 1.0
    if margin.relative:
        coefficient = 1 + side * margin.amount * (1 if base.value >= 0 else -1)
    effect = effect_at(level, coefficient)
    if isinstance(effect, NoEffect):
        return effect
    end = effect.interval.low if side < 0 else effect.interval.high
    return end + (allowed if margin.relative else 0.0), allowed


def _adjust(found: list[Comparison], role: Role, adjusted: Adjustment) -> None:
    """Adjusted p-values for the comparisons of one role, in place; those without an effect count as p = 1."""
    places = [place for place, one in enumerate(found) if one.role == role]
    p_values = [1.0 if isinstance(e := found[place].effect, NoEffect) else e.p_value for place in places]
    for place, p_value in zip(places, adjusted(p_values), strict=True):
        if isinstance(found[place].effect, Effect):
            found[place] = replace(found[place], adjusted_p=p_value)
