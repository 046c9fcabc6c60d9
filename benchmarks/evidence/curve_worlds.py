"""Worlds of impressions on a coarse clock, each given by the probability of every ending at every tick."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CAUSES = ("tap", "dismiss", "leave")
LIMIT = 80
"""The display limit in ticks: a tick of a risk table is only a whole number."""
_TICKS: Floats = np.arange(LIMIT + 1, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """What becomes of one impression, and until when it is watched.

    Args:
        ends: Probability of ending by each cause at each tick if nothing cut the watching off, shape
            (causes, LIMIT + 1), summing to less than 1.
        watched: Probability that the watching ends at each tick, shape (LIMIT + 1,), summing to 1; whoever ends at
            that very tick is still seen.
    """

    ends: Floats
    watched: Floats

    @property
    def cells(self) -> Floats:
        """Probability of every cell of a risk table, its last row for the censored, shape (causes + 1, LIMIT + 1)."""
        until = np.cumsum(self.watched[::-1])[::-1]
        staying = 1 - np.cumsum(self.ends.sum(axis=0))
        found = np.vstack([self.ends * until, self.watched * staying])
        whole: float = float(found.sum())
        return np.asarray(found / whole, np.float64)

    def incidence(self, cause: int, tick: int) -> float:
        """The true share ended by a cause up to a tick."""
        return float(self.ends[cause, : tick + 1].sum())

    def time_lost(self, cause: int, until: int) -> float:
        """The true area under the incidence from 0 to a tick, in ticks."""
        return float(np.cumsum(self.ends[cause])[:until].sum())

    def fewest(self, cause: int, tick: int) -> float:
        """Per impression: the smaller of the seen endings by the cause up to a tick and of those known to be without."""
        cells = self.cells
        ended = float(cells[cause, : tick + 1].sum())
        return min(ended, 1 - ended - float(cells[-1, :tick].sum()))


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Two arms."""

    name: str
    control: Law
    treatment: Law


def worlds() -> tuple[World, ...]:
    """Rare and frequent taps, a world of dismissals, people lost on the way, and an unchanged constant hazard."""
    late = _uniformly_lost()
    return (
        World("taps 1 %", _law(0.01, 0.05, 0.05), _law(0.013, 0.05, 0.05)),
        World("taps 5 %", _law(0.05, 0.10, 0.05), _law(0.07, 0.10, 0.05)),
        World("taps 30 %", _law(0.30, 0.20, 0.10), _law(0.36, 0.18, 0.10)),
        World("nearly all dismiss", _law(0.10, 0.75, 0.10), _law(0.12, 0.73, 0.10)),
        World("most are lost on the way", _law(0.30, 0.20, 0.10, late), _law(0.36, 0.18, 0.10, late)),
        World("constant hazards, no change", _constant(), _constant()),
    )


def limit_only() -> Floats:
    """Everybody is watched to the display limit."""
    return np.asarray(_TICKS == LIMIT, np.float64)


def _law(tap: float, dismiss: float, leave: float, watched: Floats | None = None) -> Law:
    """Shares ended by the limit: taps peak at a quarter of it, dismissals come early, leaving at any time."""
    peaked = _TICKS * np.exp(-_TICKS / (LIMIT / 4))
    early = (_TICKS > 0) * np.exp(-_TICKS / (LIMIT / 8))
    flat = np.asarray(_TICKS > 0, np.float64)
    shapes = np.vstack([peaked, early, flat])
    ends = np.array([[tap], [dismiss], [leave]]) * shapes / shapes.sum(axis=1, keepdims=True)
    return Law(ends, limit_only() if watched is None else watched)


def _uniformly_lost() -> Floats:
    """Shown at any time of the last stretch of the log: two of three are cut off before the limit."""
    watched = np.full(LIMIT + 1, 1 / (1.5 * LIMIT))
    watched[0] = 0.0
    watched[LIMIT] += 1 - watched.sum()
    return watched


def _constant() -> Law:
    """Tap .15, dismiss .10, leave .05 per second, six seconds on screen."""
    hazards = np.array([0.15, 0.10, 0.05])
    total = float(hazards.sum()) * 6 / LIMIT
    gone = np.where(_TICKS > 0, np.exp(-total * (_TICKS - 1)) * -math.expm1(-total), 0.0)
    return Law(np.outer(hazards / hazards.sum(), gone), limit_only())


IMPRESSIONS_EACH = 5


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """People of several kinds who are shown five impressions each; a person's kind is what their impressions share.

    Args:
        kinds: Share of the people of each kind, and the law of their impressions; all are watched alike.
    """

    kinds: tuple[tuple[float, Law], ...]

    @property
    def law(self) -> Law:
        """The law of an impression of anybody."""
        ends = sum((share * law.ends for share, law in self.kinds), np.zeros((len(CAUSES), LIMIT + 1)))
        return Law(ends, self.kinds[0][1].watched)

    @property
    def walls(self) -> Floats:
        """Where one cell of the risk table ends and the next begins, kind after kind, each from its number to the next."""
        cells = [law.cells.ravel() for _, law in self.kinds]
        return np.concatenate([np.cumsum(each) / each.sum() + kind for kind, each in enumerate(cells)])

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of the people of each kind."""
        return tuple(share for share, _ in self.kinds)


def crowds() -> tuple[tuple[str, Crowd, Crowd], ...]:
    """People who differ much, little, or not at all, and a few who do all the tapping: (name, control, treatment)."""
    late = _uniformly_lost()
    return (
        ("people differ much", _crowd(_MUCH), _crowd(_MUCH, 1.2)),
        ("people differ much, most lost on the way", _crowd(_MUCH, 1.0, late), _crowd(_MUCH, 1.2, late)),
        ("people differ little", _crowd(_LITTLE), _crowd(_LITTLE, 1.2)),
        ("people do not differ", _crowd(_NOT), _crowd(_NOT, 1.2)),
        ("one in ten does nearly all the tapping", _crowd(_FEW), _crowd(_FEW, 1.2)),
    )


_MUCH = ((0.50, 0.02, 0.30), (0.35, 0.25, 0.20), (0.15, 0.70, 0.05))
_LITTLE = ((0.60, 0.10, 0.20), (0.40, 0.20, 0.15))
_NOT = ((1.00, 0.15, 0.20),)
_FEW = ((0.90, 0.005, 0.20), (0.10, 0.60, 0.10))
"""Kinds of people: their share, and what share of their impressions they tap and dismiss."""


def _crowd(
    kinds: tuple[tuple[float, float, float], ...], times: float = 1.0, watched: Floats | None = None
) -> Crowd:
    return Crowd(tuple((share, _law(times * tap, dismiss, 0.10, watched)) for share, tap, dismiss in kinds))
