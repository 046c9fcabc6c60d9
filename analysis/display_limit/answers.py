"""The nouns of the answer: what every display time would bring, and which one to name."""

from dataclasses import dataclass
from datetime import datetime

from experiments.stats.cure import NextDurations
from experiments.stats.dose import DoseResponse
from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.survival.limit_choice import Choice

Said = Estimate | NoEffect


@dataclass(frozen=True, slots=True)
class LimitPoint:
    """What a display time would bring.

    Args:
        ms: The display time N.
        taps, dismissals, leaves: Shares of impressions that would end so by N.
        attention_s: Mean seconds that an impression would stand on the screen.
        extrapolated: N is beyond what was displayed: from fitted curves, never to be named.
    """

    ms: int
    taps: Said
    dismissals: Said
    leaves: Said
    attention_s: Said
    extrapolated: bool

    def of(self, cause: str) -> Said:
        """The share of a cause."""
        return {"tap": self.taps, "dismiss": self.dismissals, "leave": self.leaves}[cause]


@dataclass(frozen=True, slots=True)
class Observed:
    """What an arm with one display limit showed.

    Args:
        arm: Its name.
        limit_ms: Its display limit.
        n: Its impressions with a usable time.
        taps: Share of them tapped by the limit.
    """

    arm: str | None
    limit_ms: int
    n: int
    taps: Said


@dataclass(frozen=True, slots=True)
class FamilyFit:
    """One family of curves that was fitted for what lies beyond.

    Args:
        family: Its name.
        aic_distance: Its AIC above the best one's; None where it was not fitted.
        would_tap: The share that would ever tap if nothing else ended an impression; None likewise.
        supported: It takes part in the interval.
        why_not: Why it was not fitted; None if it was.
    """

    family: str
    aic_distance: float | None
    would_tap: float | None
    supported: bool
    why_not: NoEffect | None


@dataclass(frozen=True, slots=True)
class DisplayLimitAnswer:
    """How long a suggestion should stand.

    Args:
        arm: The arm that is read: the one that was displayed longest, unless another was asked for.
        n: Its impressions with a usable time.
        longest_ms: Its display limit, the end of what the data say; None without any.
        points: What every N would bring, shortest first; those beyond longest_ms are extrapolated.
        asked: The same at exactly the times asked for.
        choice: The display time to name, or why none can be.
        tolerance, most_dismissals: What it was asked to keep.
        families: The families fitted, best first.
        observed: What each arm with one display limit showed at it, shortest first.
        dose: The shares of three or more display times, taken never to fall; or why there are none.
        to_test: The display times to test next, or why none need be.
        randomised, experiment, by: Where the arms come from.
        cannot_say: Why there are no points; None if there are.
        observed_until: End of observation; None if nothing has landed.
        sql: The SQL that ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    arm: str | None
    n: int
    longest_ms: int | None
    points: tuple[LimitPoint, ...]
    asked: tuple[LimitPoint, ...]
    choice: Choice | NoEffect
    tolerance: float
    most_dismissals: float | None
    families: tuple[FamilyFit, ...]
    observed: tuple[Observed, ...]
    dose: DoseResponse | NoEffect
    to_test: NextDurations | NoEffect
    randomised: bool
    experiment: str | None
    by: str | None
    cannot_say: NoEffect | None
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool
