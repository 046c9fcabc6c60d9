"""A funnel walked with each unit attributed to its first value of one property, as places among the values."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.steps.columns import coded
from analysis.steps.walking import Walked, walk_funnel
from experiments.breakdown import Breakdown
from experiments.funnel import Funnel

if TYPE_CHECKING:
    from ingest import Store

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Attributed:
    """The units of one walk by the values of one property.

    Args:
        names: The values.
        codes: Place of each unit's value among `names`; the number of names where it has none.
        walked: The walk.
    """

    names: tuple[str, ...]
    codes: Ints
    walked: Walked


def attributed(store: "Store", funnel: Funnel, field: str) -> Attributed:
    """Walk a funnel with each unit attributed to its first value of a property at an event of a step.

    Args:
        store: An open store.
        funnel: The definition; its own breakdown is set aside.
        field: The property.
    """
    split = Breakdown(by=(field,), attribution="first_touch")
    walked = walk_funnel(store, funnel.model_copy(update={"breakdown": split}))
    names, codes = coded(walked.values, len(walked.reach))
    return Attributed(tuple(names), codes, walked)
