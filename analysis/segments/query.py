"""A funnel walked once per property: how many of each value stood at each step, were lost there, and on which day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.steps import Walked
from analysis.steps.attribution import attributed
from experiments.funnel import Funnel

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Values:
    """The units of one walk by the values of one property.

    Args:
        field: The property.
        names: The values.
        codes: Place of each unit's value among `names`; the number of names where it has none.
        days: Day of entry of each unit, in days since 1970 of the reporting zone.
        walked: The walk.
    """

    field: str
    names: tuple[str, ...]
    codes: Ints
    days: Ints
    walked: Walked

    def at(self, step: int) -> tuple[Ints, Ints]:
        """Units with a value that stood before a step and whose fate there is known, and those of them who were lost.

        Args:
            step: The step they were heading for, from 2.

        Returns:
            Two arrays of unit places. A unit that may still reach the step is in neither.
        """
        stood, lost = self._stood(step), ~self.walked.reached(step)
        stood = stood & (self.codes < len(self.names))
        return np.flatnonzero(stood), np.flatnonzero(stood & lost)

    def everybody_at(self, step: int) -> tuple[Ints, Ints]:
        """The same of all units, with a value or without."""
        stood, lost = self._stood(step), ~self.walked.reached(step)
        return np.flatnonzero(stood), np.flatnonzero(stood & lost)

    def _stood(self, step: int) -> NDArray[np.bool_]:
        return self.walked.reached(self.walked.before(step)) & ~self.walked.maturing(step)

    @property
    def without_value(self) -> int:
        """Units that entered and have no value."""
        return int(np.count_nonzero(self.codes == len(self.names)))


def values_of(store: "Store", funnel: Funnel, field: str) -> Values:
    """Walk a funnel with each unit attributed to its first value of a property.

    Args:
        store: An open store.
        funnel: The definition; its own breakdown is set aside.
        field: The property.
    """
    found = attributed(store, funnel, field)
    return Values(field, found.names, found.codes, _days(found.walked, funnel.timezone), found.walked)


def per_value(values: Values, units: Ints) -> Ints:
    """How many of these units have each value."""
    return np.bincount(values.codes[units], minlength=len(values.names))


def per_day(days: Ints, units: Ints) -> Mapping[int, int]:
    """How many of these units entered on each day."""
    found, n = np.unique(days[units], return_counts=True)
    return dict(zip(found.tolist(), n.tolist(), strict=True))


def _days(walked: Walked, zone: str) -> Ints:
    moments = pa.array(walked.times[:, 0] if len(walked.reach) else np.empty(0, np.int64))
    local = pc.local_timestamp(moments.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", zone)))
    return np.asarray(local.cast(pa.date32(), safe=False).cast(pa.int32()).to_numpy().astype(np.int64))
