"""Bands that hold a whole curve at once."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from experiments.stats.contrast import z_of
from experiments.stats.effects import NoEffect
from experiments.stats.samples import Counts, RiskTable
from experiments.stats.survival.curves import Curve, incidence, limits, staying

Floats = NDArray[np.float64]

FEWEST_ENDINGS = 10
"""The band starts where so many ended, and ends where so few are left at risk."""
_DRAWS, _SEED, _PLACES = 4_000, 19_840_601, 100
_NOTHING = 1e-15  # a variance that is rounding alone


def band(table: RiskTable, cause: str | None = None, level: float = 0.95) -> Curve | NoEffect:
    """A curve with limits that hold all of it at once: an equal-precision band on the log(−log) scale.

    Nair (1984), Technometrics 26:265–275: as the pointwise limits, but with the quantile of sup |W(t)| / σ(t) in place
    of z, W the Gaussian process that the curve's error tends to. Its covariance is that of the influences (Lin 1997,
    Statist. Med. 16:901–910); the quantile comes from 4 000 draws with a fixed seed. The band stands from the tenth ending
    to the last ms with ten units at risk; before and after, its limits go on as those of a curve that only rises. Each upper
    limit is that of the next ending and each lower one that of the ending before: without it 95 % bands of 200 units held
    the whole truth 92 % of the time.

    Args:
        table: When the units ended and how; they must be independent.
        cause: One of the table's causes for its incidence; None for the share staying (Kaplan–Meier).
        level: The chance that the whole curve lies inside, in (0, 1).

    Returns:
        The curve with simultaneous limits; a NoEffect without units, or with fewer than ten endings.

    Raises:
        ValueError: If the table has no such cause.
    """
    curve = staying(table, level) if cause is None else incidence(table, cause, level)
    if isinstance(curve, NoEffect):
        return curve
    own = table.events.sum(axis=0) if cause is None else table.events[table.causes.index(cause)]
    enough = np.flatnonzero((np.cumsum(own) >= FEWEST_ENDINGS) & (table.at_risk() >= FEWEST_ENDINGS))
    if enough.size == 0:
        return NoEffect(
            "few_endings",
            f"Only {int(own.sum())} ended this way; a band needs {FEWEST_ENDINGS} while as many are still watched.",
            (("endings", int(own.sum())), ("needed", FEWEST_ENDINGS)),
        )
    since, until = int(enough[0]), int(enough[-1])
    z = max(_critical(table, own, since, until, level), z_of(level))
    low, high = limits(curve.value, curve.variance, curve.known, z)
    if cause is None:
        low, high = 1 - high, 1 - low
    low, high = _widened(low, high, np.flatnonzero(own[: until + 1]), since)
    if cause is None:
        low, high = 1 - high, 1 - low
    for array in (low, high):
        array.setflags(write=False)
    return replace(curve, low=low, high=high, method=f"{curve.method}_band")


def _widened(low: Floats, high: Floats, endings: NDArray[np.int64], since: int) -> tuple[Floats, Floats]:
    """Limits of a rising curve at the ending before and at the next: the truth moves on while the curve stands still."""
    moments = np.arange(low.size)
    after = np.searchsorted(endings, moments, side="right")
    past, ahead = endings[np.maximum(after - 2, 0)], endings[np.minimum(after, endings.size - 1)]
    low = np.where((after >= 2) & (past >= since), low[past], 0.0)
    high = np.where(after < endings.size, high[np.maximum(ahead, since)], 1.0)
    return np.maximum.accumulate(low), np.minimum.accumulate(high[::-1])[::-1]


def _critical(table: RiskTable, own: Counts, since: int, until: int, level: float) -> float:
    """The quantile of sup |W| / σ from `since` to `until`, drawn from the increments of (U, V) of `_gathered`."""
    value, sums, variance = _gathered(table, own)
    places = _places(variance, since, until)
    if places.size == 0:
        return 0.0
    steps = np.diff(sums[:, places], axis=1, prepend=0.0)
    random = np.random.default_rng(_SEED)
    noise = random.standard_normal((2, _DRAWS, places.size))
    along = np.sqrt(steps[2])
    tied = _over(steps[1], along)
    alone = np.sqrt(np.maximum(steps[0] - tied**2, 0.0))
    process = np.cumsum(noise[0] * tied + noise[1] * alone, axis=1)
    process -= value[places] * np.cumsum(noise[0] * along, axis=1)
    return float(np.quantile((np.abs(process) / np.sqrt(variance[places])).max(axis=1), level))


def _gathered(table: RiskTable, own: Counts) -> tuple[Floats, Floats, Floats]:
    """(F, covariances of U and V, variance of W) at each ms, W(t) = U(t) − F(t) V(t) the error of F.

    U and V gather what the endings at each s ≤ t add, independent of one another: U: S(s−) noise of dk/Y + F(s)/(1 − λ)
    noise of d/Y; V: 1/(1 − λ) noise of d/Y; multinomial noise.
    """
    risk, ended = table.at_risk().astype(np.float64), table.events.sum(axis=0).astype(np.float64)
    before = np.concatenate([np.ones(1), np.cumprod(1 - _over(ended, risk))[:-1]])
    share = _over(own.astype(np.float64), risk)
    value = np.cumsum(before * share, dtype=np.float64)
    both = _over(ended, risk * (risk - ended))
    first = _over(before**2 * share * (1 - share) + 2 * before * value * share, risk) + value**2 * both
    cross = _over(before * share, risk) + value * both
    sums = np.cumsum(np.stack([first, cross, both]), axis=1, dtype=np.float64)
    return value, sums, sums[0] - 2 * value * sums[1] + value**2 * sums[2]


def _places(variance: Floats, since: int, until: int) -> NDArray[np.int64]:
    """At most so many moments, evenly spread over those at which the variance changes."""
    here = variance[since : until + 1]
    changes = since + np.flatnonzero((np.diff(here, prepend=-1.0) != 0) & (here > _NOTHING))
    if changes.size <= _PLACES:
        return changes
    return changes[np.linspace(0, changes.size - 1, _PLACES).round().astype(np.int64)]


def _over(above: Floats, below: Floats) -> Floats:
    """above / below, and 0 where below is 0."""
    return np.divide(above, below, out=np.zeros(below.shape), where=below > 0)
