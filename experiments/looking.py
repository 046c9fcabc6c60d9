"""Ways of looking at a running experiment: once at its end, whenever one likes, or at times set beforehand.

Each draws its own interval around a metric's difference, and tells what it costs in width against a single look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from experiments.design import Experiment, Spending
from experiments.metrics import Sample
from experiments.stats import shares, shifts
from experiments.stats.effects import Effect, NoEffect, Shift, no_units
from experiments.stats.samples import Count
from experiments.stats.sequential import confidence_sequence, group

Way = Literal["fixed", "sequence", "group"]


@dataclass(frozen=True, slots=True)
class Once:
    """One look, at an end set beforehand: the narrowest interval, wrong if one looks again."""

    way: Way = "fixed"

    def interval(self, shift: Shift, level: float) -> Effect:
        """The usual interval."""
        return shifts.fixed(shift, level)

    def width(self, units: int, level: float) -> float:  # noqa: ARG002
        """How wide the interval is against one look: 1."""
        return 1.0

    def futile(self, shift: Shift, least: float, level: float) -> bool:  # noqa: ARG002
        """Whether going on is in vain: a single look does not go on."""
        return False


@dataclass(frozen=True, slots=True)
class Anytime:
    """Looks whenever one likes, as often as one likes: an asymptotic confidence sequence.

    Args:
        tuned_to: Units of both arms at which it is narrowest.
    """

    tuned_to: int
    way: Way = "sequence"

    def interval(self, shift: Shift, level: float) -> Effect:
        """The confidence sequence at these units."""
        return confidence_sequence.interval(shift, level, self.tuned_to)

    def width(self, units: int, level: float) -> float:
        """How wide the interval is against one look at the same units."""
        return confidence_sequence.width(units, self.tuned_to, level)

    def futile(self, shift: Shift, least: float, level: float) -> bool:
        """Whether the smallest effect that matters lies outside the interval, which shows nothing in its direction."""
        drawn = self.interval(shift, level).interval
        return drawn.high < least and drawn.low <= 0 if least > 0 else drawn.low > least and drawn.high >= 0


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Looks at times set beforehand, alpha being spent by the share of the planned units (Lan & DeMets 1983).

    Args:
        information: Units of both arms by look, the present one last, as shares of those planned.
        spending: How alpha is spent.
    """

    information: tuple[float, ...]
    spending: Spending
    way: Way = "group"

    def interval(self, shift: Shift, level: float) -> Effect:
        """The repeated confidence interval at the present look."""
        return group.interval(shift, level, self.information, self.spending)

    def width(self, units: int, level: float) -> float:  # noqa: ARG002
        """How wide the interval is against one look."""
        return group.width(self.information, level, self.spending)

    def futile(self, shift: Shift, least: float, level: float) -> bool:
        """Whether the smallest effect that matters is as good as ruled out (`group.futile`, power .8)."""
        return group.futile(shift, least, level, self.information, self.spending)


Looking = Once | Anytime | Scheduled


def looking(
    experiment: Experiment, control: str, arm: str, units_by_look: Sequence[int]
) -> Looking | NoEffect:
    """How one arm is looked at beside another, as the plan says.

    Args:
        experiment: The plan.
        control: Key of the arm that is compared with.
        arm: Key of the treatment.
        units_by_look: Units of both arms together that count at each look so far, the present one last.

    Returns:
        The way of looking; a NoEffect for group-sequential looks without a planned end, before the first look is over, or
        before any unit.
    """
    if experiment.peeking == "fixed":
        return Once()
    pair = experiment.share_of(control, arm)
    if experiment.peeking == "sequence":
        return Anytime(max(round(experiment.tuning * pair), 1))
    if experiment.planned_units is None:
        return NoEffect(
            "looking.no_planned_end",
            "Group-sequential looks need a planned end, and the plan names none: add planned_units.",
        )
    if not units_by_look:
        return NoEffect("looking.no_look_yet", "No look of the plan is over yet.")
    planned = experiment.planned_units * pair
    grown = sorted({units / planned for units in units_by_look if units > 0})
    if not grown:
        return no_units()
    # the look at which the plan's units are in decides; one arm's may be in a little before all are
    return Scheduled((*(share for share in grown[:-1] if share < 1), grown[-1]), experiment.spending)


def too_early(control: Sample, treatment: Sample) -> NoEffect | None:
    """Why a peek-safe interval cannot be drawn yet: it rests on at least 100 units, and 25 hits and others, in each arm.

    Args:
        control: Control's sample.
        treatment: The treatment's sample.
    """
    if isinstance(control, Count) and isinstance(treatment, Count):
        return shares.enough(control, treatment)
    fewest = min(control.n, treatment.n)
    if fewest >= shares.LEAST_UNITS:
        return None
    return NoEffect(
        "looking.too_early",
        f"An interval that allows several looks needs {shares.LEAST_UNITS} units in each arm; one has {fewest:,}.",
        (("least", shares.LEAST_UNITS), ("units", fewest)),
    )
