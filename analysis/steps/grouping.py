"""The groups of a breakdown: the most frequent values, those without value, and the rest."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.steps.columns import text_of

Places = NDArray[np.int16]
Kind = Literal["value", "missing", "rest"]
Label = tuple[str | None, ...]
REST = "$other"


@dataclass(frozen=True, slots=True)
class Grouped:
    """Which group every unit stands in.

    Args:
        labels: The value of each group, one per field; None for what is missing, "$other" for the rest.
        kinds: value | missing | rest: tells a value that reads "$other" from the rest.
        values: How many different values stand in each group; 0 for missing.
        place: The group of each unit.
    """

    labels: tuple[Label, ...]
    kinds: tuple[Kind, ...]
    values: tuple[int, ...]
    place: Places


def grouped(values: pa.Array | None, units: int, fields: int, top: int) -> Grouped:
    """Part units by their values: the most frequent first, then the missing, then the rest.

    Args:
        values: The value of each unit, a list of two where two fields are split by; null where it has none.
        units: How many units there are.
        fields: How many fields were split by.
        top: How many values stand alone.
    """
    found = pa.nulls(units) if values is None else values
    whole = found if isinstance(found, pa.DictionaryArray) else found.dictionary_encode()
    labels = [_label(value) for value in whole.dictionary.to_pylist()]
    codes = whole.indices.fill_null(len(labels)).to_numpy(zero_copy_only=False).astype(np.int64)
    entered = np.bincount(codes, minlength=len(labels) + 1)
    seen = [code for code in range(len(labels)) if entered[code]]
    ranked = sorted(
        seen, key=lambda code: (-entered[code], [(part is None, part or "") for part in labels[code]])
    )
    named: list[tuple[Label, Kind, list[int]]] = [(labels[code], "value", [code]) for code in ranked[:top]]
    named += [((None,) * fields, "missing", [len(labels)])] if entered[-1] else []
    named += [((REST,) * fields, "rest", ranked[top:])] if ranked[top:] else []
    place = np.zeros(len(entered), np.int16)  # small, so that sorting by it is quick
    for nth, (_, _, members) in enumerate(named):
        place[members] = nth
    return Grouped(
        labels=tuple(label for label, _, _ in named),
        kinds=tuple(kind for _, kind, _ in named),
        values=tuple(0 if kind == "missing" else len(members) for _, kind, members in named),
        place=place[codes],
    )


def _label(value: object) -> Label:
    if isinstance(value, list):
        return tuple(value)
    return (text_of(value),)
