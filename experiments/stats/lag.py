"""How late the logs arrive: whether what is missing today is missing in one arm more than in another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.stats.effects import Check, NoEffect, Reason
from experiments.stats.samples import Count
from experiments.stats.share_sequence import alike_p
from experiments.stats.srm_sequence import require_alpha

MOST = 0.05
"""From this share of late units on, the youngest days are too low in every arm."""


@dataclass(frozen=True, slots=True)
class Lag:
    """The time from an event to its arrival, in one arm.

    Args:
        median: Of the arm's events, in seconds.
        high: The 95th percentile, in seconds, at least the median.
        late: Units, and as hits those with an event that arrived later than was waited for.

    Raises:
        ValueError: If a time is not finite, or the percentiles are swapped.
    """

    median: float
    high: float
    late: Count

    def __post_init__(self) -> None:
        if not (math.isfinite(self.median) and self.median <= self.high < math.inf):
            raise ValueError(
                f"`high` is {self.high} and `median` {self.median}; must be finite and ordered; pass seconds."
            )


def check_ingest_lag(
    arms: Sequence[Lag], waited: float, alpha: float = 0.0005, most: float = MOST
) -> Check | NoEffect:
    """Late logs: a note while they are few and alike in all arms, else a failure.

    Where every arm waits alike, late events only make the youngest days too low; where one arm's logs are later, the arms
    differ by what has not arrived (stage "log processing" of Fabijan et al. 2019, KDD, "Diagnosing sample ratio mismatch").

    Args:
        arms: The lag in each arm, two or more.
        waited: Seconds from an event to the end of waiting for it, above 0.
        alpha: Chance of ever saying that the arms differ, if they do not, under looks at any time.
        most: Share of units with late events at which it fails, in (0, 1].

    Returns:
        A check that passes with a note, or fails; a NoEffect when an arm has no units. Events that have not arrived at all
        are not in it: it describes those that did.

    Raises:
        ValueError: If alpha is outside (0, 1), `most` outside (0, 1], `waited` not above 0, or there are fewer than two arms.
    """
    require_alpha(alpha)
    if not 0 < most <= 1:
        raise ValueError(f"`most` is {most}; must be above 0 and at most 1; write 5 % as 0.05.")
    if not 0 < waited < math.inf:
        raise ValueError(f"`waited` is {waited}; must be above 0 and finite; pass seconds.")
    p_value = alike_p([arm.late for arm in arms])
    if isinstance(p_value, NoEffect):
        return p_value
    n, late = sum(arm.late.n for arm in arms), sum(arm.late.hits for arm in arms)
    shares = " / ".join(f"{arm.late.hits:,} of {arm.late.n:,}" for arm in arms)
    medians, highs = (" / ".join(_figure(one) for one in ends) for ends in zip(*_ends(arms), strict=True))
    waiting = _figure(waited)
    facts = (
        ("late", late), ("units", n), ("share", late / n), ("shares", shares), ("medians", medians), ("highs", highs),
        ("waited", waiting), ("p_value", p_value),
    )  # fmt: skip
    if p_value < alpha:
        code, passed = "ingest_lag_differs", False
        sentence = (
            f"Logs arrive later in some arms than in others: units with events later than {waiting} s are {shares} "
            f"(p = {p_value:.2g}; medians {medians} s); wait longer, and look for what delays one arm's logs."
        )
    elif late >= most * n:
        code, passed = "ingest_lag_long", False
        sentence = (
            f"{late:,} of {n:,} units ({late / n:.1%}) have events that arrived later than {waiting} s: the youngest days "
            f"are too low in every arm; wait longer (95 % arrive within {highs} s)."
        )
    else:
        code, passed = "ingest_lag_ok", True
        sentence = (
            f"Logs arrive after {medians} s (median; 95 % within {highs} s); {late:,} of {n:,} units have events later than "
            f"{waiting} s, in every arm alike."
        )
    return Check("ingest_lag", passed=passed, reason=Reason(code, sentence, facts), p_value=p_value)


def _figure(seconds: float) -> str:
    """Seconds with three digits, large ones whole."""
    return f"{seconds:,.0f}" if seconds >= 100 else f"{seconds:.3g}"


def _ends(arms: Sequence[Lag]) -> list[tuple[float, float]]:
    return [(arm.median, arm.high) for arm in arms]
