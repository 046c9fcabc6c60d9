"""Items by score: rows in, counts out, nothing lost, nothing invented."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.quality.cells import Cells, require_probabilities
from tests.experiments.stats.quality.score_worlds import cells, rows_of


def test_rows_of_one_score_become_one_cell():
    found = Cells.from_rows(np.array([0.7, 0.2, 0.7, 0.9]), np.array([3, 5, 2, 0]), np.array([2, 1, 0, 0]))
    assert found == Cells(np.array([0.2, 0.7]), np.array([5, 5]), np.array([1, 2]))
    assert (found.items, found.positives) == (10, 3)


def test_minus_zero_is_zero():
    found = Cells.from_rows(np.array([-0.0, 0.0]), np.array([1, 1]), np.array([1, 0]))
    assert found == Cells(np.array([0.0]), np.array([2]), np.array([1]))


def test_no_rows_are_no_cells():
    nothing = Cells.from_rows(np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64))
    assert (nothing.items, nothing.positives, nothing.scores.size) == (0, 0, 0)


@given(cells())
def test_items_one_by_one_give_the_same_cells(found):
    scores, truths = rows_of(found)
    order = np.random.default_rng(1).permutation(scores.size)
    assert Cells.from_rows(scores[order], np.ones(scores.size, int), truths[order]) == found
    assert Cells.on_grid(scores[order], truths[order].astype(bool), 20) == found


@given(cells(), st.integers(0, 4))
def test_disjoint_sets_of_items_add(found, seed):
    scores, truths = rows_of(found)
    first = np.random.default_rng(seed).random(scores.size) < 0.5
    one, other = (
        Cells.from_rows(scores[mine], np.ones(mine.sum(), int), truths[mine], frozenset({name}))
        for mine, name in ((first, "monday"), (~first, "tuesday"))
    )
    whole = one + other
    assert whole == Cells(found.scores, found.n, found.hits, frozenset({"monday", "tuesday"}))
    with pytest.raises(ValueError, match="must be disjoint"):
        whole + one


def test_a_grid_moves_no_score_by_more_than_half_a_step():
    rng = np.random.default_rng(5)
    scores = rng.random(5000)
    right = rng.random(5000) < scores
    found = Cells.on_grid(scores, right, 100)
    assert found.items == 5000
    assert found.positives == right.sum()
    assert np.isin(np.rint(found.scores * 100), np.arange(101)).all()
    exact = np.mean((scores - right) ** 2)
    coarse = ((1 - found.scores) ** 2 @ found.hits + found.scores**2 @ (found.n - found.hits)) / 5000
    assert abs(coarse - exact) < 0.01


def test_cells_cannot_be_changed_and_differ_by_any_part():
    found = Cells(np.array([0.1, 0.2]), np.array([3, 4]), np.array([1, 2]))
    for values in (found.scores, found.n, found.hits):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0
    assert found != Cells(np.array([0.1, 0.3]), np.array([3, 4]), np.array([1, 2]))
    assert found != Cells(np.array([0.1, 0.2]), np.array([3, 5]), np.array([1, 2]))
    assert found != Cells(np.array([0.1, 0.2]), np.array([3, 4]), np.array([1, 1]))
    assert found != "cells"


@pytest.mark.parametrize(
    ("scores", "n", "hits", "sentence"),
    [
        ([0.2, 0.1], [1, 1], [0, 0], "`scores` are not finite and ascending"),
        ([0.1, 0.1], [1, 1], [0, 0], "`scores` are not finite and ascending"),
        ([0.1, float("nan")], [1, 1], [0, 0], "`scores` are not finite and ascending"),
        ([0.1, 0.2], [1, 0], [0, 0], "`n` is not 2 whole numbers of 1 or more"),
        ([0.1, 0.2], [1, 1], [0, -1], "`hits` is not 2 whole numbers of 0 or more"),
        ([0.1, 0.2], [1, 1], [0], "`hits` is not 2 whole numbers"),
        ([0.1, 0.2], [1.0, 1.0], [0, 0], "`n` is not 2 whole numbers"),
        ([0.1, 0.2], [1, 1], [0, 2], "`hits` exceeds `n`"),
    ],
)
def test_contradictory_cells_are_refused(scores, n, hits, sentence):
    with pytest.raises(ValueError, match=sentence):
        Cells(np.array(scores), np.array(n), np.array(hits))


def test_rows_that_cannot_be_counted_are_refused():
    one = np.array([0.5])
    for arguments, sentence in (
        ((one, np.array([1, 1]), np.array([1])), "`n` is not 1 whole numbers"),
        ((one, np.array([1]), np.array([0.5])), "`hits` is not 1 whole numbers"),
        ((one, np.array([1]), np.array([2])), "`hits` is not 0 to `n`"),
        ((one, np.array([-1]), np.array([-1])), "`hits` is not 0 to `n`"),
        ((np.array([np.inf]), np.array([1]), np.array([1])), "`scores` is not all finite"),
    ):
        with pytest.raises(ValueError, match=sentence):
            Cells.from_rows(*arguments)
    for arguments, sentence in (
        ((one, np.array([True]), 0), "`steps` is 0"),
        ((one, np.array([1])), "`right` is not 1 truths"),
        ((one, np.array([True, False])), "`right` is not 1 truths"),
        ((np.array([1.01]), np.array([True])), r"`scores` is not all in \[0, 1\]"),
        ((np.array([np.nan]), np.array([True])), r"`scores` is not all in \[0, 1\]"),
    ):
        with pytest.raises(ValueError, match=sentence):
            Cells.on_grid(*arguments)


def test_logits_are_no_probabilities():
    fine = Cells(np.array([0.0, 1.0]), np.array([1, 1]), np.array([0, 1]))
    require_probabilities(fine)
    for scores, worst in (([-0.5, 0.5], "-0.5"), ([0.5, 1.5], "1.5")):
        with pytest.raises(ValueError, match=f"`scores` has {worst}; must be in"):
            require_probabilities(Cells(np.array(scores), np.array([1, 1]), np.array([0, 1])))
