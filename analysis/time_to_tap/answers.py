"""The nouns of the answer: per arm its outcomes, histogram, hazards and incidences; and what differs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from analysis.outcomes import CAUSES
from experiments.stats.effects import Effect, Estimate, NoEffect, Reason

Said = Estimate | NoEffect
Scope = Literal["common_horizon", "own_limit"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of an arm's impressions met one fate, and their share of all of them.

    Args:
        fate: tap | dismiss | leave | expired | open | lost.
        n: impressions.
        share: n of the arm's impressions, with Wilson's interval.
    """

    fate: str
    n: int
    share: Said


@dataclass(frozen=True, slots=True)
class Bin:
    """Endings in [from_ms, to_ms) after the suggestion appeared; the last bin includes its end.

    Args:
        from_ms, to_ms: edges.
        tap, dismiss, leave: endings.
        watched_s: seconds that impressions were watched in the bin; None without a curve.
        hazards: endings per second of watching, in the order tap, dismiss, leave; empty without a curve.
    """

    from_ms: int
    to_ms: int
    tap: int
    dismiss: int
    leave: int
    watched_s: float | None
    hazards: tuple[Said, ...]

    def count(self, cause: str) -> int:
        """Endings by a cause."""
        return {"tap": self.tap, "dismiss": self.dismiss, "leave": self.leave}[cause]

    def hazard(self, cause: str) -> Said | None:
        """The hazard of a cause; None without a curve."""
        return dict(zip(CAUSES, self.hazards, strict=False)).get(cause)


@dataclass(frozen=True, slots=True)
class Point:
    """The Aalen–Johansen incidences at one millisecond.

    Args:
        ms: time since the suggestion appeared.
        at_risk: impressions not ended before it.
        tap, dismiss, leave: share of impressions ended so up to it, with pointwise intervals.
        none: share that nothing has ended; the four shares add to 1.
    """

    ms: int
    at_risk: int
    tap: Said
    dismiss: Said
    leave: Said
    none: float

    def of(self, cause: str) -> Said:
        """The incidence of a cause."""
        return {"tap": self.tap, "dismiss": self.dismiss, "leave": self.leave}[cause]


@dataclass(frozen=True, slots=True)
class Reading:
    """A point that was asked for, with bounds for what the log does not say.

    Args:
        point: the incidences there, or why there are none.
        ms: the millisecond asked for.
        bounds: (low, high) of the tap incidence: none of the lost or untimed tapped by then; all at once.
    """

    ms: int
    point: Point | NoEffect
    bounds: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Curves:
    """The incidences of one arm over time.

    Args:
        n: impressions behind them: with a display limit, not lost, and with a usable time.
        last_ms: the last ms that anyone was watched at (or the arm's limit).
        points: on a thin, even grid, for drawing.
        readings: at exactly the asked times, the common horizon and the arm's limit.
    """

    n: int
    last_ms: int
    points: tuple[Point, ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of the question.

    Args:
        name: variant, or value of the column split by; None = no value.
        n: impressions.
        persons: people behind them, whom all intervals but those of hazards know; None if impressions are taken as
            independent.
        outcomes: every fate, adding to n.
        limits: (display limit in ms, impressions), shortest first.
        limit_ms: the longest limit that at least 5 % of its limited impressions have; None = no limits.
        shortest_ms: the shortest such limit.
        bins: the fixed-bin histogram, up to limit_ms.
        later: timed endings after the last bin.
        curves: the incidences, or why there are none.
        after_shortest: share of its taps (impressions under limit_ms) after the shortest limit of all arms.
        untimed: taps, dismissals and leaves without a usable time (among impressions with a limit).
        without_limit: impressions without a display limit.
        by_timestamps: endings timed by timestamps, not by the device's clock.
        conflicts: further suggestion_shown events with known ids.
        after_limit: endings rejected because they came more than 250 ms after the limit.
    """

    name: str | None
    n: int
    persons: int | None
    outcomes: tuple[Outcome, ...]
    limits: tuple[tuple[int, int], ...]
    limit_ms: int | None
    shortest_ms: int | None
    bins: tuple[Bin, ...]
    later: int
    curves: Curves | NoEffect
    after_shortest: Said
    untimed: int
    without_limit: int
    by_timestamps: int
    conflicts: int
    after_limit: int

    def count(self, fate: str) -> int:
        """Impressions that met a fate."""
        return next(outcome.n for outcome in self.outcomes if outcome.fate == fate)


@dataclass(frozen=True, slots=True)
class Difference:
    """Tap incidence of an arm minus that of control.

    Args:
        arm, control: names.
        scope: "common_horizon": both watched to the same ms, the same pop-up until then; "own_limit": each
            arm over its own whole display time, what people would get.
        ms: the common horizon, or the longest limit.
        effect: difference in shares with interval, or why there is none.
    """

    arm: str | None
    control: str | None
    scope: Scope
    ms: int
    effect: Effect | NoEffect


@dataclass(frozen=True, slots=True)
class Tail:
    """The headline: how many of the taps of the longest arm came after the shortest limit.

    Args:
        arm: the arm with the longest limit.
        limit_ms: its limit.
        shortest_ms: the shortest limit of all arms.
        share: of its taps, those after shortest_ms, with Wilson's interval.
    """

    arm: str | None
    limit_ms: int
    shortest_ms: int
    share: Said


@dataclass(frozen=True, slots=True)
class TapsAnswer:
    """What became of the suggestions, and when.

    Args:
        arms: the arms, control first (observational: in their own order).
        control: name of the arm that others are compared with; None if there is one arm only.
        randomised: True for the variants of an experiment; everything else is observational.
        experiment, by: the arms asked for.
        impressions: "first" (one per person) or "all".
        horizon_ms: the common horizon; None without any limit.
        bin_ms: width of the bins.
        differences: arms against control.
        tail: the headline, or why there is none.
        arms_left_out: arms beyond the largest twelve, left out.
        before_exposure, several_variants, not_exposed: impressions left out of an experiment.
        notes: what to know before reading on.
        observed_until: end of observation; None if nothing has landed.
        sql: the SQL that ran.
        data_version: version of the data.
        synthetic: whether any load was declared synthetic.
    """

    arms: tuple[Arm, ...]
    control: str | None
    randomised: bool
    experiment: str | None
    by: str | None
    impressions: str
    horizon_ms: int | None
    bin_ms: int
    differences: tuple[Difference, ...]
    tail: Tail | NoEffect
    arms_left_out: int
    before_exposure: int
    several_variants: int
    not_exposed: int
    notes: tuple[Reason, ...]
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool
