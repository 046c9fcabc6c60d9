"""Where a random walk that is watched at looks stands while it has not stopped, by recursive numerical integration.

Armitage, McPherson & Rowe (1969), JRSS A 132:235–244; Jennison & Turnbull (2000), Group Sequential Methods, ch. 19. The
walk is B(t) = √t · Z(t), Brownian motion with a drift. Their Simpson grid is replaced by Gauss–Legendre panels no wider
than the steps on both sides, so that looks close to one another stay exact.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NODES, _STEPS_PER_PANEL = 10, 2.5
_REACH = 8.3  # standard errors; beyond, a normal tail is below 1e-16
_AT_ONCE = 1_000_000  # kernel values held at a time
_CLOSE, _MOST_TURNS = 1e-12, 200


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """The walks still going after a look.

    Args:
        information: t of that look; 0 before the first.
        places: (n,) B at the nodes of the quadrature, ascending, in panels of equal width.
        mass: (n,) density of the walks still going times the quadrature's weight; sums to the share still going.
        panel: Width of a panel in B; 0 before the first look.
    """

    information: float
    places: Floats
    mass: Floats
    panel: float

    def above(self, z: float, information: float, drift: float = 0.0) -> float:
        """The chance to be going still and stand at Z ≥ z at the next look.

        Args:
            z: The boundary.
            information: t of the next look.
            drift: Mean of B(1).
        """
        return math.exp(self._log_above(z, information, drift)[0])

    def below(self, z: float, information: float, drift: float = 0.0) -> float:
        """The chance to be going still and stand at Z ≤ z at the next look; arguments as `above`."""
        return self._mirrored().above(-z, information, -drift)

    def upper(self, chance: float, information: float, drift: float = 0.0) -> float:
        """The z that walks still going exceed at the next look with a given chance.

        The density is log-concave, so is the tail in z (Prékopa 1973): Newton's steps on the log tail approach the root
        from above and cannot miss it.

        Args:
            chance: In (0, 1), below the share still going.
            information: t of the next look.
            drift: Mean of B(1).
        """
        from scipy.special import ndtri

        z = drift * math.sqrt(information) - float(ndtri(chance))
        for _ in range(_MOST_TURNS):
            log_tail, slope = self._log_above(z, information, drift)
            if slope == 0:
                break  # nearly all walks stand above: flat to the last digit
            step = (log_tail - math.log(chance)) / slope
            z -= step
            if abs(step) < _CLOSE * (1 + abs(z)):
                break
        return z

    def lower(self, chance: float, information: float, drift: float = 0.0) -> float:
        """The z below which walks still going stand at the next look with a given chance; arguments as `upper`."""
        return -self._mirrored().upper(chance, information, -drift)

    def onward(
        self, low: float, high: float, information: float, following: float, drift: float = 0.0
    ) -> "Paths":
        """The walks that stand in low < Z < high at the next look and go on.

        Args:
            low: Lower boundary in Z; −inf for none.
            high: Upper boundary in Z, above `low`; inf for none.
            information: t of the next look.
            following: t of the look after it: the nodes are laid close enough for both steps.
            drift: Mean of B(1).
        """
        root, mean = math.sqrt(information), drift * information
        bottom = max(low * root, mean - (_REACH + 1) * root)
        top = min(high * root, mean + (_REACH + 1) * root)
        if top <= bottom:
            return Paths(information, np.array([mean]), np.zeros(1), root)
        step = math.sqrt(min(information - self.information, following - information))
        panels = math.ceil((top - bottom) / (_STEPS_PER_PANEL * step))
        width = (top - bottom) / panels
        nodes, weights = _gauss_legendre()
        places = (bottom + width * (np.arange(panels)[:, None] + nodes)).ravel()
        mass = self._density(places, information, drift) * np.tile(weights * width, panels)
        return Paths(information, places, mass, width)

    def _mirrored(self) -> "Paths":
        return Paths(self.information, -self.places[::-1], self.mass[::-1], self.panel)

    def _log_above(self, z: float, information: float, drift: float) -> tuple[float, float]:
        """Log of the chance above z, and its slope in z."""
        from scipy.special import log_ndtr

        grown = information - self.information
        scaled = (self.places + drift * grown - z * math.sqrt(information)) / math.sqrt(grown)
        logs = log_ndtr(scaled)
        most = float(logs.max())
        whole = float(self.mass @ np.exp(logs - most))
        if whole <= 0:
            return -math.inf, -1.0
        density = np.exp(-0.5 * scaled * scaled - most) / math.sqrt(2 * math.pi)
        slope = -float(self.mass @ density) / whole * math.sqrt(information / grown)
        return most + math.log(whole), slope

    def _density(self, places: Floats, information: float, drift: float) -> Floats:
        """The density of B at the next look, before anything stops there."""
        grown = information - self.information
        step = math.sqrt(grown)
        banded = self._band(step * (_REACH + 1 + _REACH * math.sqrt(grown / information)))
        found = np.empty_like(places)
        size = max(1, _AT_ONCE // max(1, banded))
        for start in range(0, places.size, size):
            some = slice(start, start + size)
            centres = places[some] - drift * grown
            sources, mass = self._near(centres, banded)
            found[some] = (np.exp(-0.5 * ((centres[:, None] - sources) / step) ** 2) * mass).sum(axis=1)
        return found / (step * math.sqrt(2 * math.pi))

    def _band(self, reach: float) -> int:
        """How many nodes can matter to one place."""
        if self.panel == 0:
            return self.places.size
        return min(self.places.size, _NODES * (math.ceil(2 * reach / self.panel) + 3))

    def _near(self, centres: Floats, banded: int) -> tuple[Floats, Floats]:
        """(centres, banded) nodes around each centre with their mass; one row for all where all nodes matter."""
        if banded == self.places.size:
            return self.places[None, :], self.mass[None, :]
        middle = np.searchsorted(self.places, centres) // _NODES * _NODES - banded // 2 // _NODES * _NODES
        first = np.clip(middle, 0, self.places.size - banded)
        picked = first[:, None] + np.arange(banded)
        return self.places[picked], self.mass[picked]


def start() -> Paths:
    """All walks before the first look: B(0) = 0."""
    return Paths(0.0, np.zeros(1), np.ones(1), 0.0)


@cache
def _gauss_legendre() -> tuple[Floats, Floats]:
    """Nodes and weights on (0, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return (nodes + 1) / 2, weights / 2
