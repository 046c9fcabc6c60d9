"""What becomes, until N, of those still there at the end of observation, under one mixture-cure model."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from experiments.stats.cure.families import Family
from experiments.stats.cure.likelihood import NEARLY_ALL, columns

Floats = NDArray[np.float64]

_NODES = 40


@dataclass(frozen=True, slots=True, eq=False)
class Future:
    """The time from the end of observation to N, in which the other causes end units at a constant rate.

    Args:
        family: The family of the waiting time.
        from_ms: L, the end of observation, in ms, above 0.
        to_ms: N, in ms, above L.
        rate: Endings by the other causes together, per ms.
    """

    family: Family
    from_ms: float
    to_ms: float
    rate: float

    def ended(self, points: Floats) -> Floats:
        """The share of those there at L who end by the cause before N.

        ∫ over L..N of e^(−rate (s − L)) d(1 − S(s)/S(L)), S = 1 − π G; by parts 1 − rate · stay − S(N)/S(L) · e^(−rate (N − L)).

        Args:
            points: Parameters (log π, place, shape), shape (points, 3).

        Returns:
            Shape (points,), in [0, 1].
        """
        staying = self._staying(points)
        stay = staying[:, :-1] @ self._weights()
        return np.asarray(np.maximum(1 - self.rate * stay - staying[:, -1], 0.0))

    def stay_ms(self, points: Floats) -> Floats:
        """How long one there at L stays until N on average, in ms: ∫ S(s)/S(L) e^(−rate (s − L)) ds, shape (points,)."""
        return np.asarray(self._staying(points)[:, :-1] @ self._weights())

    def stay_moment(self, points: Floats) -> Floats:
        """∫ (s − L) S(s)/S(L) e^(−rate (s − L)) ds in ms²: minus the slope of `stay_ms` in the rate, shape (points,)."""
        after = self._moments()[:-1] - self.from_ms
        return np.asarray(self._staying(points)[:, :-1] @ (self._weights() * after))

    def left(self, points: Floats) -> Floats:
        """The share of those there at L who are still there at N, shape (points,)."""
        return np.asarray(self._staying(points)[:, -1])

    def _staying(self, points: Floats) -> Floats:
        """S(s)/S(L) e^(−rate (s − L)) at the nodes and at N, shape (points, nodes + 1)."""
        log_share, place, shape = columns(points)
        moments = np.concatenate([[self.from_ms], self._moments()])
        part = np.exp(log_share) * self.family.ended(np.log(moments), place, shape)
        alone = 1 - np.minimum(part, NEARLY_ALL)
        return np.asarray(alone[:, 1:] / alone[:, :1] * np.exp(-self.rate * (moments[1:] - self.from_ms)))

    def _moments(self) -> Floats:
        half = (self.to_ms - self.from_ms) / 2
        return np.append(self.from_ms + half * (1 + _nodes()[0]), self.to_ms)

    def _weights(self) -> Floats:
        return np.asarray(_nodes()[1] * (self.to_ms - self.from_ms) / 2)


@cache
def _nodes() -> tuple[Floats, Floats]:
    """Gauss–Legendre nodes and weights on −1..1."""
    found = np.polynomial.legendre.leggauss(_NODES)
    return np.asarray(found[0]), np.asarray(found[1])
