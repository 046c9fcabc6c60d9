"""The nouns of the readout: exposures, checks, metrics by arm, and the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from analysis.readout.history import Point
from experiments import Experiment
from experiments.comparison import Comparison
from experiments.metrics import Direction, Role, Unit
from experiments.stats.bayes import Posterior
from experiments.stats.effects import Check, Effect, Estimate, NoEffect
from experiments.stats.pairwise import PairEffect
from experiments.stats.proportions import ChiSquare
from experiments.verdict import Verdict

State = Literal["no_exposures", "running", "planned_end_reached", "observational"]


@dataclass(frozen=True, slots=True)
class ArmExposure:
    """One arm: planned weight, units first exposed to it, units excluded, units that count."""

    arm: str
    control: bool
    weight: float
    exposed: int
    several: int
    counted: int
    persons: int


@dataclass(frozen=True, slots=True)
class ArmValue:
    """One metric in one arm.

    Args:
        arm: the variant.
        n: units behind the value.
        hits: of those, units with the property, where the metric is a share of units.
        value: the estimate with its interval, or why there is none.
        triggered: counted units with the metric's anchor.
    """

    arm: str
    n: int
    hits: int | None
    value: Estimate | NoEffect
    triggered: int

    @property
    def matured(self) -> float | None:
        """The share of anchored units whose window has ended; None without any."""
        return self.n / self.triggered if self.triggered else None


@dataclass(frozen=True, slots=True)
class MetricReadout:
    """One metric over all arms.

    Args:
        key, role, kind, event, unit, direction, within, delay, anchor, margin, minimum: as the plan declares them.
        arms: values in the plan's order.
        effects: every treatment against control, in the plan's order.
        omnibus: whether the arms differ at all, for metrics that are shares of units; else why not.
        interaction: of two factors in a 2×2 design; None in other designs.
        level: the confidence level of the effects' intervals.
        history: by treatment, the effect as of each day of first exposure so far.
        posteriors: by treatment, what is believed of the effect: chance to be better, expected losses.
        pairs: with three arms and more, every arm against every other, with one error rate; else none.
    """

    key: str
    role: Role
    kind: str
    event: str
    unit: Unit
    direction: Direction
    within: str | None
    delay: str | None
    anchor: str
    margin: float | str | None
    minimum: float | str | None
    arms: tuple[ArmValue, ...]
    effects: tuple[Comparison, ...]
    omnibus: ChiSquare | NoEffect
    interaction: Effect | NoEffect | None
    level: float
    history: Mapping[str, tuple[Point, ...]]
    posteriors: Mapping[str, Posterior | NoEffect]
    pairs: tuple[PairEffect, ...]


@dataclass(frozen=True, slots=True)
class ReadoutAnswer:
    """The readout of one experiment.

    Args:
        experiment: the plan.
        state: where it stands.
        randomised: True if arms come from logged exposures, False if from a property of the impression.
        arms: exposures in the plan's order.
        unknown: (variant, units) of exposures to variants that the plan does not have; rejected.
        without_unit: exposures that lack the unit's id; left out.
        checks: what was checked of the data, read above every result.
        metrics: in the plan's order.
        verdict: the decision; a NoEffect where arms were not randomised.
        since: the day of the first exposure, in the reporting zone.
        decided_at: the group-sequential look that decided, where the log goes on after it.
        observed_until: the end of observation.
        watched: units that count and have been watched for every window that decides.
        per_day: units first exposed a day, over the last seven days.
    """

    experiment: Experiment
    state: State
    randomised: bool
    arms: tuple[ArmExposure, ...]
    unknown: tuple[tuple[str, int], ...]
    without_unit: int
    checks: tuple[Check, ...]
    metrics: tuple[MetricReadout, ...]
    verdict: Verdict | NoEffect
    since: date | None
    decided_at: datetime | None
    observed_until: datetime | None
    watched: int
    per_day: float
    sql: str
    data_version: str
    synthetic: bool

    @property
    def trusted(self) -> bool:
        """Whether every check passed; if not, results are folded away."""
        return all(check.passed for check in self.checks)

    @property
    def units(self) -> int:
        """Units that count, over all arms."""
        return sum(arm.counted for arm in self.arms)
