"""Counts below common cuts: against counting unit by unit, numpy's quantiles, and the law of addition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.samples import Quantile


@st.composite
def events(draw, most=40):
    """Units and values of some events, many of them equal."""
    rows = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(-5, 12)), min_size=1, max_size=most))
    return np.array([unit for unit, _ in rows]), np.array([float(value) for _, value in rows])


CUTS = st.sets(st.integers(-6, 13), min_size=1).map(lambda cuts: np.array(sorted(cuts), np.float64))


@given(events(), CUTS)
def test_sums_are_those_of_counting_unit_by_unit(rows, cuts):
    units, values = rows
    found = Quantile.from_rows(units, values, cuts)
    b = np.array([[(values[units == unit] <= cut).sum() for cut in cuts] for unit in np.unique(units)])
    e = np.array([(units == unit).sum() for unit in np.unique(units)])
    assert (found.n, found.events, found.event_squares) == (e.size, e.sum(), (e * e).sum())
    assert found.below.tolist() == b.sum(axis=0).tolist()
    assert found.at.tolist() == [(values == cut).sum() for cut in cuts]
    assert found.squares.tolist() == (b * b).sum(axis=0).tolist()
    assert found.products.tolist() == (b * e[:, None]).sum(axis=0).tolist()


@given(events(), CUTS)
def test_a_group_by_of_bins_is_enough(rows, cuts):
    units, values = rows
    bins = np.zeros((3, cuts.size + 1), np.int64)
    for unit in np.unique(units):
        own = np.sort(values[units == unit])
        for nth, value in enumerate(own, 1):
            bins[:, (cuts < value).sum()] += (1, 2 * nth - 1, own.size)
    whole = Quantile.from_rows(units, values, cuts)
    found = Quantile.from_bins(
        cuts, whole.n, bins, np.array([(values == cut).sum() for cut in cuts]), whole.event_squares
    )
    assert found == whole
    with pytest.raises(ValueError, match=r"^`bins`"):
        Quantile.from_bins(cuts, whole.n, bins[:, 1:], whole.at, whole.event_squares)


@given(events(), CUTS, st.integers(0, 9))
def test_disjoint_units_add(rows, cuts, last):
    units, values = rows
    first = units <= last
    one, other = (
        Quantile.from_rows(units[some], values[some], cuts, frozenset({name}))
        for some, name in ((first, "first"), (~first, "second"))
    )
    whole = Quantile.from_rows(units, values, cuts, frozenset({"first", "second"}))
    assert one + other == other + one == whole


def test_addition_is_refused_without_common_cuts_or_with_shared_parts():
    one = Quantile.from_rows(np.array([1, 1]), np.array([1.0, 3.0]), np.array([1.0, 3.0]), frozenset({"a"}))
    other = Quantile.from_rows(np.array([2]), np.array([2.0]), np.array([1.0, 2.0]), frozenset({"b"}))
    with pytest.raises(ValueError, match="cuts"):
        one + other
    with pytest.raises(ValueError, match="disjoint"):
        one + one
    assert one != other
    assert one != "a"
    with pytest.raises(TypeError):
        hash(one)


@given(events())
def test_with_every_value_a_cut_each_event_is_found(rows):
    units, values = rows
    found = Quantile.from_rows(units, values, np.unique(values))
    assert [found.value_at(rank) for rank in range(1, values.size + 1)] == np.sort(values).tolist()


@given(events(), CUTS)
def test_events_lie_between_their_cuts_in_order(rows, cuts):
    units, values = rows
    found = Quantile.from_rows(units, values, cuts)
    last = -np.inf
    for rank, value in enumerate(np.sort(values), 1):
        said = found.value_at(rank)
        assert (said is None) == (value > cuts[-1] or value < cuts[0])
        if said is not None:
            place = np.searchsorted(cuts, value)
            assert last <= said <= cuts[place]
            assert said == value or cuts[place - 1] < said < cuts[place]
            last = said


def test_events_between_two_cuts_are_spread_evenly():
    found = Quantile.from_rows(np.arange(9), np.arange(1.0, 10.0) ** 2 / 9, np.array([0.0, 10.0]))
    assert [found.value_at(rank) for rank in (1, 5, 9)] == pytest.approx([1, 5, 9])


def test_arms_without_events_and_rows_that_are_none():
    none = np.empty(0)
    empty = Quantile.from_rows(none.astype(np.int64), none, np.array([1.0]))
    assert (empty.n, empty.events, empty.below.tolist()) == (0, 0, [0])
    assert Quantile.from_rows(none.astype(np.int64), none, none).cuts.size == 0
    for units, values, cuts in (
        (np.array([1]), np.array([np.nan]), np.array([1.0])),
        (np.array([1]), np.array([1.0, 2.0]), np.array([1.0])),
        (np.array([1]), np.array([1.0]), np.array([2.0, 1.0])),
        (np.array([1]), np.array([1.0]), np.array([1.0, 1.0])),
        (np.array([1]), np.array([1.0]), np.array([np.inf])),
        (np.array([1]), np.array([1.0]), np.array([[1.0]])),
    ):
        with pytest.raises(ValueError, match=r"^`"):
            Quantile.from_rows(units, values, cuts)


GOOD = {
    "n": 2,
    "events": 3,
    "below": [1, 3],
    "at": [1, 2],
    "squares": [1, 5],
    "products": [2, 5],
    "event_squares": 5,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", 4),
        ("n", 0),
        ("n", -1),
        ("events", 2),
        ("below", [3, 1]),
        ("below", [1, -3]),
        ("below", [1]),
        ("at", [1, 3]),
        ("squares", [0, 5]),
        ("squares", [3, 5]),
        ("products", [2, 6]),
        ("event_squares", 2),
        ("event_squares", 4),
    ],
)
def test_sums_that_contradict_each_other_are_refused(name, value):
    def built(**sums):
        counts = {key: np.array(one) if isinstance(one, list) else one for key, one in sums.items()}
        return Quantile(np.array([1.0, 2.0]), **counts)

    assert built(**GOOD) == Quantile.from_rows(
        np.array([1, 1, 2]), np.array([1.0, 2.0, 2.0]), np.array([1.0, 2.0])
    )
    with pytest.raises(ValueError, match=r"^`"):
        built(**{**GOOD, name: value})


def test_sums_cannot_be_changed_afterwards():
    found = Quantile.from_rows(np.array([1]), np.array([1.0]), np.array([1.0]))
    with pytest.raises(ValueError, match="read-only"):
        found.below[0] = 2
