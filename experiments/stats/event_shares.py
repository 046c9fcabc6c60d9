"""Shares of events at or below cuts, and what it costs that some events belong to one unit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples import Quantile

Floats = NDArray[np.float64]
_NOTHING = 1e-9  # of the variance of independent events: what rounding leaves of none


@dataclass(frozen=True, slots=True, eq=False)
class EventShares:
    """The share of events at or below each cut, with the variance that clusters leave it, both of shape (m,)."""

    value: Floats
    variance: Floats


def event_shares(sample: Quantile) -> EventShares:
    """The share of events at or below each cut, as a ratio of two sums over units.

    F = Σb / Σe, variance n/(n − 1) Σ (b − F e)² / (Σe)² by the delta method (Deng, Knoblich & Lu 2018, KDD).

    Args:
        sample: Two units or more.
    """
    value = sample.below / sample.events
    apart = sample.squares - 2 * value * sample.products + value * value * sample.event_squares
    variance = np.maximum(apart, 0.0) * (sample.n / (sample.n - 1)) / sample.events / sample.events
    return EventShares(np.asarray(value), np.asarray(variance))


def design_effect(sample: Quantile, share: float) -> float:
    """How many times the variance of independent events a share of events has because some belong to one unit, 1 at least.

    Var(F) / (F (1 − F) / Σe) at the cuts, interpolated between their shares (Kish 1965, Survey Sampling, 8.2). Where no
    cut shows a variance every unit counts as one draw of all its events: Σe² / Σe.

    Args:
        sample: Two units or more.
        share: In (0, 1).
    """
    known = event_shares(sample)
    alone = known.value * (1 - known.value) / sample.events
    seen = (alone > 0) & (known.variance > _NOTHING * alone)
    if not seen.any():
        return sample.event_squares / sample.events
    return max(1.0, float(np.interp(share, known.value[seen], known.variance[seen] / alone[seen])))
