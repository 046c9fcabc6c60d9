"""An incidence over strata with stated weights, so that arms with another mixture of strata can be compared."""

import math
from collections.abc import Sequence

import numpy as np

from experiments.stats.contrast import z_of
from experiments.stats.effects import NoEffect, no_units
from experiments.stats.samples import RiskTable
from experiments.stats.survival.curves import Curve, incidence, limits

_ROUNDING = 1e-6  # 1 / (1 / 49) is a little below 49


def stratified_incidence(
    strata: Sequence[RiskTable], cause: str, weights: Sequence[float], level: float = 0.95
) -> Curve | NoEffect:
    """Direct standardization: Σ weight · F of each stratum, F its Aalen–Johansen incidence.

    Variance Σ weight² var F (strata are independent), interval on the log(−log) scale as `incidence`; where the share is
    0 or 1, Wilson's over 1 / Σ (weight² / units known) units. Rothman, Greenland & Lash (2008), Modern Epidemiology, ch. 15.

    Args:
        strata: One table for each stratum; their units are different persons. The curve ends with the first of them.
        cause: A cause of all tables.
        weights: Shares of the strata in the population spoken of, each above 0, summing to 1; the same in all arms.
        level: Confidence level of each point, in (0, 1).

    Returns:
        The curve, on the grid of the shortest table; a NoEffect when a stratum has no units: nothing is known of it.

    Raises:
        ValueError: If the weights do not fit the strata, or a table has no such cause.
    """
    if len(weights) != len(strata):
        raise ValueError(
            f"`weights` has {len(weights)} entries; must have one for each of {len(strata)} strata."
        )
    if any(weight <= 0 for weight in weights) or not math.isclose(math.fsum(weights), 1, abs_tol=1e-9):
        raise ValueError(
            f"`weights` is {list(weights)}; must be above 0 and sum to 1; give shares of the strata."
        )
    limit = min(table.limit_ms for table in strata)
    curves: list[Curve] = []
    for table in strata:
        found = incidence(table.shortened(limit), cause, level)
        if isinstance(found, NoEffect):
            return no_units()
        curves.append(found)
    share = np.asarray(weights, np.float64)[:, None]
    value = np.minimum((share * np.stack([curve.value for curve in curves])).sum(axis=0), 1.0)
    variance = (share**2 * np.stack([curve.variance for curve in curves])).sum(axis=0)
    each = np.stack([curve.known for curve in curves])
    known = np.floor(1 / (share**2 / np.maximum(each, 1)).sum(axis=0) + _ROUNDING).astype(np.int64)
    low, high = limits(value, variance, known, z_of(level))
    for array in (value, variance, low, high, known):
        array.setflags(write=False)
    last, units = min(curve.last_ms for curve in curves), sum(curve.n for curve in curves)
    return Curve(value, variance, low, high, known, last, units, level, "aalen_johansen_standardized")
