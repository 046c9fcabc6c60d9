"""A funnel walked with each unit attributed to its first value of one property, as places among the values."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.steps.walking import Walked, walk_funnel
from experiments.funnel import Breakdown, Funnel

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
    found = pa.nulls(len(walked.reach)) if walked.values is None else walked.values
    coded = found if isinstance(found, pa.DictionaryArray) else found.dictionary_encode()
    names = tuple(map(_text, coded.dictionary.to_pylist()))
    codes = coded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False).astype(np.int64)
    return Attributed(names, codes, walked)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
