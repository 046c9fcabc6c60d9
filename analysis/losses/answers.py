"""What the losses room answers, and the same as plain JSON; docs/json/losses.md explains every key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from experiments.stats.effects import Estimate, NoEffect

Group = tuple[str | None, ...]
Json = dict[str, object]
CAUSES = ("never_fired", "wrong_item", "too_slow", "ignored", "dismissed", "left")
"""Why a suggestion attempt was lost, in the order of precedence."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause among the lost attempts of a group.

    Args:
        name: One of `CAUSES`.
        n: Lost attempts with this cause.
        share: n / lost with Wilson's interval; a NoEffect where nothing was lost.
    """

    name: str
    n: int
    share: Estimate | NoEffect


@dataclass(frozen=True, slots=True)
class LossRow:
    """The suggestion attempts of one group: attempts = tapped + lost + open + ending_unknown.

    Args:
        group: One value per column of `by`; None = no value. Empty for the row over all.
        attempts: Attempts in which a suggestion could have been taken.
        tapped: Those in which one was.
        lost: Those in which none was: the sum over the causes.
        open: Those that began less than 30 minutes before the end of observation and may still be tapped.
        ending_unknown: A suggestion was shown and the log does not say how it ended.
        lost_share: lost / (tapped + lost) with Wilson's interval.
        causes: One per name of `CAUSES`, in that order.
        held_back: Attempts outside: the model answered in time and the app showed nothing (an arm without suggestion).
        nothing_to_suggest: Attempts outside: the model stayed silent and a person confirmed that it was right.
    """

    group: Group
    attempts: int
    tapped: int
    lost: int
    open: int
    ending_unknown: int
    lost_share: Estimate | NoEffect
    causes: tuple[Cause, ...]
    held_back: int
    nothing_to_suggest: int

    def cause(self, name: str) -> Cause:
        """One cause by name."""
        return next(cause for cause in self.causes if cause.name == name)


@dataclass(frozen=True, slots=True)
class LossesAnswer:
    """Why suggestions were not taken.

    Args:
        by: Columns that the groups are split by.
        too_slow_ms: The limit above which an answer is too slow.
        overall: Over all attempts.
        groups: Per group, most attempts first.
        groups_left_out: Groups beyond the largest fifty.
        observed_until: End of observation; None if nothing has landed.
        sql: The SQL that ran.
        data_version: Version of the data.
        synthetic: Whether any load was declared synthetic.
    """

    by: tuple[str, ...]
    too_slow_ms: float
    overall: LossRow
    groups: tuple[LossRow, ...]
    groups_left_out: int
    observed_until: datetime | None
    sql: str
    data_version: str
    synthetic: bool


def to_json(found: LossesAnswer) -> Json:
    """The answer as plain JSON: shares 0..1, intervals [low, high], null with a reason."""
    return {
        "by": list(found.by),
        "too_slow_ms": found.too_slow_ms,
        "overall": _row(found.overall, ()),
        "groups": [_row(row, found.by) for row in found.groups],
        "groups_left_out": found.groups_left_out,
        "observed_until": None if found.observed_until is None else found.observed_until.isoformat(),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _row(row: LossRow, by: Sequence[str]) -> Json:
    return {
        "group": dict(zip(by, row.group, strict=True)),
        "attempts": row.attempts,
        "tapped": row.tapped,
        "lost": row.lost,
        "open": row.open,
        "ending_unknown": row.ending_unknown,
        "lost_share": _said(row.lost_share),
        "causes": [{"cause": cause.name, "n": cause.n, **_said(cause.share)} for cause in row.causes],
        "held_back": row.held_back,
        "nothing_to_suggest": row.nothing_to_suggest,
    }


def _said(said: Estimate | NoEffect) -> Json:
    if isinstance(said, NoEffect):
        return {
            "share": None,
            "interval": None,
            "no_effect": {"code": said.code, "sentence": said.sentence},
        }
    ends = None if said.interval is None else [said.interval.low, said.interval.high]
    return {"share": said.value, "interval": ends, "no_effect": None}
