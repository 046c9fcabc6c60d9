"""Two fields at once: each unit stands with its own value of either, and what is missing stays missing."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analysis.steps.columns import coded
from analysis.steps.walked import Walked

Ints = NDArray[np.int64]
PAIR = pa.list_(pa.string())


def paired(first: Walked, second: Walked) -> Walked:
    """One walk by two fields, of two walks by one field each.

    Args:
        first: The walk of a funnel with the values of the first field.
        second: The same with those of the second; its units may come in another order.

    Returns:
        The first walk; its values are pairs, null where both are missing.
    """
    codes = [coded(one.values, len(one.reach)) for one in (first, second)]
    place = pc.index_in(first.keys, value_set=second.keys).to_numpy(zero_copy_only=False).astype(np.int64)
    (left, a), (right, b) = codes
    return replace(first, values=pairs(a, left, b[place], right), sql=f"{first.sql}\n\n{second.sql}")


def pairs(a: Ints, left: Sequence[str], b: Ints, right: Sequence[str]) -> pa.DictionaryArray:
    """Pairs of values as Arrow.

    Args:
        a: The place of each first value among `left`; their number where it is missing.
        left: The values of the first field.
        b: The place of each second value among `right`; their number where it is missing.
        right: The values of the second field.

    Returns:
        One pair each, from a dictionary of those that occur; null where both are missing.
    """
    wide = len(right) + 1
    whole = pa.array(a * wide + b, mask=(a == len(left)) & (b == len(right))).dictionary_encode()
    names = [
        [*left, None][code // wide : code // wide + 1] + [*right, None][code % wide : code % wide + 1]
        for code in whole.dictionary.to_pylist()
    ]
    return pa.DictionaryArray.from_arrays(whole.indices, pa.array(names, PAIR))
