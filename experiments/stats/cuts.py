"""Where to cut the values of all arms, so that counts below the cuts tell their quantiles."""

import math

import numpy as np

from experiments.stats.contrast import z_of

_WIDEST_LEVEL, _WIDEST_EFFECT = 0.9995, 10.0
_FINE = 0.75  # of the cuts lie close around the quantile


def cut_points(events: int, share: float, least: int, most: int = 256) -> tuple[int, ...]:
    """Which events of all arms together, in ascending order, to take as cuts.

    Three quarters lie close around the quantile, as far as an interval of the smallest arm can reach at level 99.95 % with a
    design effect of 10; the rest from the first event to the last, so that an arm far from the others is held too.

    Args:
        events: Events of all arms together.
        share: The quantile, in (0, 1).
        least: Events of the arm that has fewest, 1 or more.
        most: Cuts at most, 16 or more. Every event becomes one where there are no more: then quantiles are exact.

    Returns:
        Ascending ranks from 1; none without events. Drop repeated values before they become cuts.

    Raises:
        ValueError: If a number is out of its range.
    """
    if not 0 < share < 1:
        raise ValueError(f"`share` is {share}; must be in (0, 1); write the median as 0.5.")
    if most < 16 or least < 1:
        raise ValueError(
            f"`most` and `least` are {most} and {least}; must be 16 and 1 or more; allow more cuts."
        )
    if events <= most:
        return tuple(range(1, events + 1))
    reach = z_of(_WIDEST_LEVEL) * math.sqrt(_WIDEST_EFFECT * share * (1 - share) / least)
    fine = math.floor(_FINE * most)
    close = np.linspace(max(share - reach, 0.0), min(share + reach, 1.0), fine)
    places = np.concatenate([close, np.linspace(0, 1, most - fine)])
    return tuple(int(rank) for rank in np.unique(np.rint(1 + places * (events - 1)).astype(np.int64)))
