"""How much each unit moves a curve: the infinitesimal-jackknife influence of one unit on an incidence or an area."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.stats.samples import RiskTable

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """The influence of one unit on each of m estimates, by how and when that unit was last seen.

    Over all units the influences sum to 0, and their squares to the variance of the estimate; the squares of their
    sums over the units of one person give the variance that knows persons.

    Args:
        causes: The table's causes.
        ended: Of a unit that ended so at that ms, shape (causes, limit + 1, m), in the unit of the estimate.
        censored: Of a unit last seen at that ms without an ending, shape (limit + 1, m).
    """

    causes: tuple[str, ...]
    ended: Floats
    censored: Floats

    def variance(self, table: RiskTable) -> Floats:
        """The infinitesimal-jackknife variance for independent units, Σ influence², shape (m,).

        Args:
            table: The table that the influences come from.
        """
        squares = np.einsum("kt,ktm->m", table.events.astype(np.float64), self.ended**2)
        return np.asarray(squares + table.censored.astype(np.float64) @ self.censored**2, np.float64)


def influence(table: RiskTable, cause: str | None, at_ms: Sequence[int]) -> Influence:
    """The influence of one unit on the incidence F of a cause at some moments: ∂F(t) / ∂(weight of the unit).

    For a unit that ended by c at x, with Y at risk, d endings, dk of the cause, S before x, F after it, and y = min(x, t):
    [x ≤ t] (1{c = k} S / Y − (F(t) − F(x)) / (Y − d)) − Σ over s ≤ y of S dk / Y² − (F(t) − F(s)) d / (Y (Y − d)).
    Efron (1982), The Jackknife, ch. 6; for curves Therneau & Grambsch (2000), ch. 2, and R survival 3.5, survfit
    (influence = TRUE). For one unit per person Σ influence² is the delta-method variance of `incidence`, exactly: what
    the units at risk add at different moments is uncorrelated.

    Args:
        table: When the units ended and how.
        cause: One of the table's causes, or None for an ending of any cause (1 − Kaplan–Meier).
        at_ms: Moments t, m of them, each from 0 to the table's limit.

    Returns:
        The influences, in shares. A unit on whom nothing is known at t because all were censored before has the
        influence at the last known moment; ask the curve whether it says anything at t.

    Raises:
        ValueError: If the table has no such cause, or a moment lies outside the table.
    """
    moments = np.asarray(at_ms, np.int64).reshape(-1)
    if moments.size and not (moments.min() >= 0 and moments.max() <= table.limit_ms):
        raise ValueError(
            f"`at_ms` is {list(at_ms)}; must be 0 to {table.limit_ms}; ask within the table's limit."
        )
    weight = np.arange(table.limit_ms + 1)[:, None] <= moments[None]
    return _influence(table, cause, weight.astype(np.float64))


def time_lost_influence(table: RiskTable, cause: str | None, until_ms: int) -> Influence:
    """The influence of one unit on the restricted mean time lost to a cause, Σ over t < until of F(t).

    The sum of `influence` over those moments, since a derivative of a sum is the sum of derivatives.

    Args:
        table: When the units ended and how.
        cause: One of the table's causes, or None for all causes together.
        until_ms: The restriction in ms, from 0 to the table's limit.

    Returns:
        The influences, one column (m = 1), in ms.

    Raises:
        ValueError: If the table has no such cause, or the restriction lies outside the table.
    """
    if not 0 <= until_ms <= table.limit_ms:
        raise ValueError(
            f"`until_ms` is {until_ms}; must be 0 to {table.limit_ms}; ask within the table's limit."
        )
    left = np.maximum(until_ms - np.arange(table.limit_ms + 1), 0)
    return _influence(table, cause, left[:, None].astype(np.float64))


def _influence(table: RiskTable, cause: str | None, weight: Floats) -> Influence:
    """The influence on Σ over s of weight(s) dF(s), weight of shape (limit + 1, m)."""
    if cause is not None and cause not in table.causes:
        raise ValueError(f"`cause` is {cause!r}; must be one of {table.causes}; choose one of them.")
    risk, ended = table.at_risk().astype(np.float64), table.events.sum(axis=0).astype(np.float64)
    own = ended if cause is None else table.events[table.causes.index(cause)].astype(np.float64)
    each = _one_over(risk)
    before = np.concatenate([np.ones(1), np.cumprod(1 - ended * each)[:-1]])
    jump = before * each
    gain = (jump * own)[:, None] * weight
    later = np.zeros_like(gain)
    later[:-1] = np.cumsum(gain[:0:-1], axis=0)[::-1]
    survivors = _one_over(risk - ended)
    past = np.cumsum(gain * each[:, None] - later * (ended * each * survivors)[:, None], axis=0)
    kept = later * survivors[:, None] + past
    moved = np.repeat(-kept[None], len(table.causes), axis=0)
    for place, name in enumerate(table.causes):
        if cause is None or name == cause:
            moved[place] += jump[:, None] * weight
    return Influence(table.causes, moved, -past)


def _one_over(units: Floats) -> Floats:
    """1 / units, and 0 where there are none: nobody is left whom a weight could move."""
    return np.divide(1.0, units, out=np.zeros(units.shape), where=units > 0)
