"""What the room of differently shaped flows answers."""

from dataclasses import dataclass
from datetime import datetime

from experiments.stats.effects import Effect, Estimate, NoEffect


@dataclass(frozen=True, slots=True)
class Milestone:
    """One milestone of one side.

    Args:
        name: intent | recognised | chosen | result.
        by_design: whether it has no step of its own in every flow of the side; it is then reached with the one before.
        attempts: attempts that reached it.
        share: attempts that reached it / all attempts, 0..1; None without attempts. No interval: attempts of one
            person resemble each other.
        people: people who reached it in any attempt.
        reach: people / all people of the side, with Wilson's interval.
        p25_s, p50_s, p75_s, p90_s: seconds from the intent, over attempts that reached it; None where none did.
        half_s: seconds by which half of all attempts had reached it; None if less than half did.
    """

    name: str
    by_design: bool
    attempts: int
    share: float | None
    people: int
    reach: Estimate | NoEffect
    p25_s: float | None
    p50_s: float | None
    p75_s: float | None
    p90_s: float | None
    half_s: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """One flow, or one arm of an experiment.

    Args:
        name: the flow or the arm.
        flows: the flows whose attempts count here.
        people: people who tried, or who were exposed.
        attempts: their attempts (after the exposure).
        milestones: intent, recognised, chosen, result.
        maturing: attempts without a result whose window is still open at the end of observation.
        actions: taps and photos per attempt that got a result, on average; None if none did.
        tries: attempts up to and with the first that got a result, on average over people who got one.
        first_try: share of people with an attempt who got a result at the first one, with Wilson's interval.
    """

    name: str
    flows: tuple[str, ...]
    people: int
    attempts: int
    milestones: tuple[Milestone, ...]
    maturing: int
    actions: float | None
    tries: float | None
    first_try: Estimate | NoEffect


@dataclass(frozen=True, slots=True)
class Difference:
    """Another arm minus control: the share of all exposed people who reached a milestone.

    Args:
        arm: the other arm.
        milestone: its name.
        effect: the difference, or why there is none (one side has no such step).
        p_adjusted: Holm over milestones and arms; None without effect.
    """

    arm: str
    milestone: str
    effect: Effect | NoEffect
    p_adjusted: float | None


@dataclass(frozen=True, slots=True)
class MilestonesAnswer:
    """Flows of different shape on shared milestones.

    Args:
        sides: flows as asked, or the arms of the experiment, control first.
        experiment: the experiment, if arms are compared.
        control: its control arm.
        differences: every other arm against control; empty without an experiment.
        within_s: how long an attempt is followed from its intent.
        untold: attempts that do not say of which flow they are; left out.
        several_arms: people exposed to several arms; left out.
        observed_until: the end of observation; None if the store is empty.
        cannot_say: why there is nothing to compare.
        sql, data_version, synthetic: what ran, over which data.
    """

    sides: tuple[Side, ...]
    experiment: str | None
    control: str | None
    differences: tuple[Difference, ...]
    within_s: float
    untold: int
    several_arms: int
    observed_until: datetime | None
    cannot_say: NoEffect | None
    sql: str
    data_version: str
    synthetic: bool
