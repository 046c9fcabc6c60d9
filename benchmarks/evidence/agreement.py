"""The agreement check on simulated launches: how often it alarms without reason, and how often it sees one."""

import math
from typing import Any

import numpy as np

from experiments.stats.samples import RiskTable
from experiments.stats.survival.hazard_agreement import hazards_agree

CLEAN, CHANGED = 1_000, 400
SHORT_MS, LONG_MS = 4_000, 8_000
CAUSES = ("tap", "dismiss", "leave")
_STORY = (0.10, 0.10, 0.05)  # taps, dismissals and leaves per second
_WORLDS = (
    # what is shown, people an arm, per second in the long arm, further taps in the short arm's last second, the cause
    ("clean, 5,000 an arm", 5_000, _STORY, 0.0, None),
    ("clean, 500 an arm", 500, _STORY, 0.0, None),
    ("clean, 5,000 an arm, one in a hundred taps", 5_000, (0.003, 0.002, 0.05), 0.0, None),
    ("taps 1.5 times as fast, 5,000 an arm", 5_000, (0.15, 0.10, 0.05), 0.0, "tap"),
    ("dismissals 1.5 times as fast, 5,000 an arm", 5_000, (0.10, 0.15, 0.05), 0.0, "dismiss"),
    ("leaves 1.5 times as fast, 5,000 an arm", 5_000, (0.10, 0.10, 0.075), 0.0, "leave"),
    ("a countdown: taps twice as fast in the last second, 5,000 an arm", 5_000, _STORY, 0.10, "tap"),
)


def run(scale: float = 1.0, seed: int = 20_261_123) -> list[dict[str, Any]]:
    """False alarms and power.

    Args:
        scale: 1.0 simulates 1,000 clean launches and 400 of each change; at least 100 are simulated.
        seed: Of the random numbers.

    Returns:
        One row a world: launches, the share told to differ with its Monte-Carlo error, the share in which the right
        ending (of a countdown: the right part too) is named, what is demanded, and whether it is met.
    """
    return [_row(k, world, scale, seed) for k, world in enumerate(_WORLDS)]


def _row(
    place: int, world: tuple[str, int, tuple[float, ...], float, str | None], scale: float, seed: int
) -> dict[str, Any]:
    shown, n, rates, surge, cause = world
    launches = max(100, round((CLEAN if cause is None else CHANGED) * scale))
    rng = np.random.default_rng([seed, place])
    short = rates if cause is None else _STORY
    alarms = named = 0
    for _ in range(launches):
        control, treatment = _arm(rng, n, SHORT_MS, short, surge), _arm(rng, n, LONG_MS, rates, 0.0)
        found = hazards_agree(control, treatment, SHORT_MS - 1)
        alarms += found.state == "differ"
        right = found.worst.cause == cause and (not surge or found.worst.from_ms == SHORT_MS * 3 // 4)
        named += found.state == "differ" and right
    share = alarms / launches
    return {
        "launches": shown,
        "simulated": launches,
        "told to differ": share,
        "error": math.sqrt(share * (1 - share) / launches),
        "rightly named": None if cause is None else named / launches,
        "demanded": "at most 5 %" if cause is None else "at least 80 %, named",
        "met": share <= 0.05 if cause is None else named / launches >= 0.8,
    }


def _arm(
    rng: np.random.Generator, n: int, limit_ms: int, rates: tuple[float, ...], surge: float
) -> RiskTable:
    """People in front of a suggestion; with a surge, further taps per second in its last second."""
    total = sum(rates)
    waits = rng.exponential(1000 / total, n)
    causes = rng.choice(len(rates), n, p=np.array(rates) / total)
    if surge:
        hurried = limit_ms - 1000 + rng.exponential(1000 / surge, n)
        first = hurried < waits
        waits, causes = np.where(first, hurried, waits), np.where(first, 0, causes)
    ms = waits.astype(np.int64)
    ended = ms < limit_ms
    events, censored = np.zeros((len(CAUSES), limit_ms + 1), np.int64), np.zeros(limit_ms + 1, np.int64)
    np.add.at(events, (causes[ended], ms[ended]), 1)
    censored[limit_ms] = int((~ended).sum())
    return RiskTable(CAUSES, events, censored)
