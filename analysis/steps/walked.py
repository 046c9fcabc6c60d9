"""What a walk over a store gives: one row per unit that entered, and what was left out."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.steps.arms import Arms

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NEVER = np.iinfo(np.int64).min
"""A time that is none, as the walk writes it."""


@dataclass(frozen=True, slots=True)
class Walked:
    """A funnel walked over a store: one row per unit that entered, and what was left out.

    Args:
        reach: Furthest step of each unit, 1 to n.
        times: (units, n) microseconds since 1970 of the chosen chain's steps; meaningless beyond `reach`.
        growing: Could the unit still reach the next step after the end of observation?
        values: The value each unit is attributed to, null where it has none; None without breakdown.
        keys: The unit itself: the stored integer key of a person where persons are read in stored order, else its text.
        without_unit: Events of a step that carry no unit.
        not_numbers: (field, values that were no numbers where a number was asked for).
        observed_until: The end of observation; None if the store is empty.
        data_version: The version of the data that was read, all of it.
        synthetic: Was anything in the store declared synthetic?
        sql: What ran.
        excluded_units: Units that an exclusion removed.
        grows_to: The furthest step that a growing unit could still reach.
        groups: One row per unit and group where a unit may stand in several, or in none; None where `values` says it.
        optional: Steps, 1-based, that no other waits for; their `times` are NEVER where they were not taken.
        open_steps: (units, n) could the step still come? Only where steps are optional.
        served: Which steps each chain served, bit k-1 for step k; only of an unordered funnel, whose `reach` and
            `times` are of levels.
        arms: Who was exposed, where the funnel asks for an experiment; `values` are then the arms, without breakdown.
        lacks: (units, n) does the design of the unit's group have no such step? It passes with the step before it: it
            is reached and timed with that one, so nobody is lost there. None where every design has every step.
    """

    reach: Ints
    times: Ints
    growing: Bools
    values: pa.Array | None
    keys: pa.Array
    without_unit: int
    not_numbers: tuple[tuple[str, int], ...]
    observed_until: datetime | None
    data_version: str
    synthetic: bool
    sql: str
    excluded_units: int
    grows_to: Ints
    groups: "Walked | None" = None
    optional: frozenset[int] = frozenset()
    open_steps: Bools | None = None
    served: Ints | None = None
    arms: Arms | None = None
    lacks: Bools | None = None

    def reached(self, step: int) -> Bools:
        """Which units reached a step, 1-based; in an unordered funnel, as many different steps."""
        if step in self.optional:
            taken: Bools = self.times[:, step - 1] != NEVER
            return taken
        return self.reach >= step

    def before(self, step: int) -> int:
        """The last required step before this one; 1 before the first."""
        return max((one for one in range(1, step) if one not in self.optional), default=1)

    def maturing(self, step: int) -> Bools:
        """Which units have not reached a step and still could after the end of observation."""
        if self.open_steps is not None:
            found: Bools = self.open_steps[:, step - 1]
            return found
        still: Bools = self.growing & (self.reach < step) & (self.grows_to >= step)
        return still if self.lacks is None else still & self.has(step)

    def has(self, step: int) -> Bools:
        """Whose design has the step."""
        if self.lacks is None:
            return np.ones(len(self.reach), np.bool_)
        lacking: Bools = self.lacks[:, step - 1]
        return ~lacking
