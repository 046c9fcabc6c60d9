"""The cause-specific hazard on fixed bins: when endings happen, per second of watching."""

from dataclasses import dataclass
from itertools import pairwise

from experiments.stats.effects import Estimate, Interval, NoEffect, no_units
from experiments.stats.samples import RiskTable


@dataclass(frozen=True, slots=True)
class HazardBin:
    """Endings by one cause per second of watching, in [from_ms, to_ms); the last bin includes its end."""

    from_ms: int
    to_ms: int
    events: int
    watched_s: float
    rate: Estimate | NoEffect


def hazard(table: RiskTable, cause: str, width_ms: int, level: float = 0.95) -> tuple[HazardBin, ...]:
    """The cause-specific hazard on fixed bins: endings by the cause per second that units were watched.

    d / T with Garwood's exact Poisson interval, χ²(α/2; 2d)/2T to χ²(1 − α/2; 2d + 2)/2T (Garwood 1936,
    Biometrika 28).

    Args:
        table: When the units ended and how.
        cause: One of the table's causes.
        width_ms: Width of a bin, 1 ms or more; the last bin ends at the limit.
        level: Confidence level of each bin, in (0, 1).

    Returns:
        One HazardBin per bin, rates per second; a bin nobody was watched in holds a NoEffect. Assumes a
        constant hazard within the bin.

    Raises:
        ValueError: If the table has no such cause or the width is below 1.
    """
    if cause not in table.causes:
        raise ValueError(f"`cause` is {cause!r}; must be one of {table.causes}; choose one of them.")
    if width_ms < 1:
        raise ValueError(f"`width_ms` is {width_ms}; must be 1 or more; choose for example 500.")
    limit = table.limit_ms
    edges = [*range(0, max(limit, 1), width_ms), limit]
    events, risk = table.events[table.causes.index(cause)], table.at_risk()
    bins = []
    for low, high in pairwise(edges):
        end = high + 1 if high == limit else high
        watched_s = float(risk[low + 1 : high + 1].sum()) / 1000
        bins.append(_hazard_bin(low, high, int(events[low:end].sum()), watched_s, int(risk[low]), level))
    return tuple(bins)


def _hazard_bin(low: int, high: int, events: int, watched_s: float, n: int, level: float) -> HazardBin:
    if watched_s == 0:
        return HazardBin(low, high, events, watched_s, no_units())
    from scipy.special import chdtri

    tail = (1 - level) / 2
    lower = float(chdtri(2 * events, 1 - tail)) / 2 / watched_s if events else 0.0
    upper = float(chdtri(2 * events + 2, tail)) / 2 / watched_s
    rate = Estimate(events / watched_s, Interval(lower, upper, level), n, "garwood")
    return HazardBin(low, high, events, watched_s, rate)
