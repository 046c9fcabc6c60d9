"""The nouns of the answer: did the arms behave alike while they saw the same, and what did the longer time add?"""

from dataclasses import dataclass
from datetime import datetime

from experiments.stats.effects import Effect, Estimate, NoEffect
from experiments.stats.survival.hazard_agreement import Agreement


@dataclass(frozen=True, slots=True)
class Added:
    """What the time after the shorter limit brought to the arm with the longer one.

    Args:
        taps: Share of its impressions tapped after the shorter limit.
        dismissals: Share dismissed after it.
        leaves: Share left after it.
    """

    taps: Estimate | NoEffect
    dismissals: Estimate | NoEffect
    leaves: Estimate | NoEffect


@dataclass(frozen=True, slots=True)
class Pair:
    """An arm against control: first whether they can be compared, then where their difference comes from.

    Args:
        arm, control: Names.
        limit_ms, control_limit_ms: Their display limits; None where an arm has none or several.
        agreement: Whether hazards agree before the shorter limit, or why that cannot be asked.
        total: Taps of the arm over its own display time minus those of control over its own.
        before: The part of it up to the shorter limit, where both saw the same.
        longer: The arm with the longer limit, which alone could gain anything; None if the limits are equal.
        added: What came after the shorter limit, or why nothing can be said.
    """

    arm: str | None
    control: str | None
    limit_ms: int | None
    control_limit_ms: int | None
    agreement: Agreement | NoEffect
    total: Effect | NoEffect
    before: Effect | NoEffect
    longer: str | None
    added: Added | NoEffect


@dataclass(frozen=True, slots=True)
class LastSecond:
    """What the last second of an arm's display time brought.

    Args:
        arm: Its name.
        limit_ms: Its display limit.
        taps: Share of its impressions tapped in that second.
        dismissals: Share dismissed in it.
        leaves: Share left in it.
        of_taps: Those taps as a share of all its taps, in [0, 1]; None without taps.
    """

    arm: str | None
    limit_ms: int
    taps: Estimate | NoEffect
    dismissals: Estimate | NoEffect
    leaves: Estimate | NoEffect
    of_taps: float | None


@dataclass(frozen=True, slots=True)
class DisplayChangeAnswer:
    """What a change of the display time did.

    Args:
        pairs: Every other arm against control.
        last_seconds: The last second of every arm with one display limit.
        control: Name of control; None if there is one arm only.
        randomised: True for the variants of an experiment; everything else is observational.
        experiment, by: The arms asked for.
        cannot_say: Why there is no arm at all; None if there is one.
        observed_until: End of observation; None if nothing has landed.
        sql: The SQL that ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    pairs: tuple[Pair, ...]
    last_seconds: tuple[LastSecond, ...]
    control: str | None
    randomised: bool
    experiment: str | None
    by: str | None
    cannot_say: NoEffect | None
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool
