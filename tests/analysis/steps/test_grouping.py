"""Values become groups, and two fields become pairs: as counting by hand has it."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from analysis.steps import Walked
from analysis.steps.grouping import grouped
from analysis.steps.pairing import PAIR, paired

VALUE = st.none() | st.sampled_from(["a", "b", "c", "$other", "ä"])
TEXTS = st.lists(VALUE, max_size=30)


def walked(values: list[str | None], keys: list[int]) -> Walked:
    """Units that entered, each with a value."""
    n = len(values)
    nothing = np.zeros(n, np.int64)
    return Walked(
        nothing + 1, np.zeros((n, 1), np.int64), nothing > 0, pa.array(values, pa.string()), pa.array(keys, pa.int64()),
        0, (), None, "", False, "", 0, nothing,
    )  # fmt: skip


@given(TEXTS, st.integers(1, 6))
def test_the_most_frequent_values_stand_alone_and_everybody_stands_somewhere(values, top):
    found = grouped(pa.array(values, pa.string()), len(values), 1, top)
    counts = Counter(value for value in values if value is not None)
    ranked = sorted(counts, key=lambda value: (-counts[value], value))
    labels = [(value,) for value in ranked[:top]]
    assert [label for label, kind in zip(found.labels, found.kinds, strict=True) if kind == "value"] == labels
    assert found.kinds.count("missing") == (None in values)
    assert found.kinds.count("rest") == (len(ranked) > top)
    for value, place in zip(values, found.place.tolist(), strict=True):
        kind = "missing" if value is None else "value" if value in ranked[:top] else "rest"
        assert found.kinds[place] == kind
        assert found.labels[place] == {"missing": (None,), "value": (value,), "rest": ("$other",)}[kind]
    assert sum(found.values) == len(counts)


@given(st.lists(st.tuples(VALUE, st.none() | st.sampled_from("xy")), max_size=30), st.randoms())
def test_a_pair_is_the_units_own_value_of_either_field_whatever_the_order_of_units(both, rng):
    first, second = [one for one, _ in both], [one for _, one in both]
    order = list(range(len(first)))
    rng.shuffle(order)
    other = walked([second[place] for place in order], order)
    found = paired(walked(first, list(range(len(first)))), other)
    told = [None if value is None else tuple(value) for value in found.values.to_pylist()]
    assert told == [None if a is None and b is None else (a, b) for a, b in zip(first, second, strict=True)]
    assert found.values.type.value_type == PAIR


def test_missing_parts_and_nobody():
    found = grouped(None, 2, 2, 10)
    assert (found.labels, found.kinds, found.place.tolist()) == (((None, None),), ("missing",), [0, 0])
    nobody = paired(walked([], []), replace(walked([], []), values=None))
    assert len(nobody.values) == 0
    assert grouped(nobody.values, 0, 2, 10).labels == ()
