"""By when a share of units has ended: quantiles of curves."""

import numpy as np
from numpy.typing import NDArray

from experiments.stats.effects import Estimate, Interval, NoEffect
from experiments.stats.survival.curves import Curve

Floats = NDArray[np.float64]

_SAME = 1e-9  # a curve closer to a share than this is at it


def quantile_ms(curve: Curve, share: float) -> Estimate | NoEffect:
    """The ms by which a share of all units has ended: where an incidence reaches it, or staying falls to 1 − share.

    Where the curve lies at exactly that share for a while, the middle of that while, as in R's quantile.survfit. The interval
    inverts the pointwise limits (Brookmeyer & Crowley 1982, Biometrics 38:29–41): all moments at which the share is
    within them.

    Args:
        curve: From `incidence` or `staying`; its level is that of the interval.
        share: In (0, 1); 0.5 for the median. Of all units, not of those who ended so.

    Returns:
        The time in ms, with an interval where both of its ends are reached, else without one; a NoEffect where so many
        never ended while anyone was watched.

    Raises:
        ValueError: If the share is outside (0, 1).
    """
    if not 0 < share < 1:
        raise ValueError(f"`share` is {share}; must be in (0, 1); write the median as 0.5.")
    falling = curve.method.startswith("kaplan_meier")
    ended, low, high = (
        (1 - curve.value, 1 - curve.high, 1 - curve.low) if falling else (curve.value, curve.low, curve.high)
    )
    value = _reached(ended[: curve.last_ms + 1], share)
    if value is None:
        most = float(ended[curve.last_ms])
        return NoEffect(
            "quantile_not_reached",
            f"Only {most:.1%} ended this way while anyone was watched, fewer than {share:.1%}.",
            (("most", most), ("share", share)),
        )
    since, until = _reached(high[: curve.last_ms + 1], share), _reached(low[: curve.last_ms + 1], share)
    interval = None
    if since is not None and until is not None:
        interval = Interval(min(since, value), max(until, value), curve.level)
    return Estimate(value, interval, curve.n, f"{curve.method}_quantile")


def _reached(rising: Floats, share: float) -> float | None:
    """The first ms at which a curve is at a share, or the middle of the while that it stays there."""
    there = np.flatnonzero(rising >= share - _SAME)
    if there.size == 0:
        return None
    beyond = np.flatnonzero(rising > share + _SAME)
    first, end = int(there[0]), rising.size - 1
    if beyond.size > 0:
        end = int(beyond[0])
    return (first + end) / 2
