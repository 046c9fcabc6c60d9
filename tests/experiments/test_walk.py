"""The compiled walk against the slow reference, on thousands of small logs, and on cases worth reading."""

import os

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from experiments.walk import NEVER, OrderBroken, Walk
from tests.experiments.walk_cases import Case, cases, check_case, log, walked


@settings(max_examples=int(os.environ.get("KAZASU_WALK_CASES", "1200")), deadline=None)
@given(cases())
def test_the_walk_equals_the_reference(case):
    check_case(Walk, case)


@settings(max_examples=150, deadline=None)
@given(cases(most_rows=7), st.integers(0, 12))
def test_units_mature_as_in_the_reference(case, observed_until):
    check_case(Walk, case, observed_until=observed_until)


def story(text: str, within: int = 100, n: int = 3):
    """One unit from "a0 ab5 c9": letters are the steps a row matches, the number its time."""
    return walked(Walk, Case(n, within, {1: log(text)}, cuts=()))[1]


def test_the_furthest_chain_wins_over_the_first():
    unit = story("a0 b1 a50 b51 c52", within=10)
    assert unit.times == (50, 51, 52)


def test_the_window_runs_from_the_chains_own_first_step_and_its_end_is_included():
    assert story("a0 b5 c10", within=10).reach == 3
    assert story("a0 b5 c11", within=10).reach == 2


def test_any_first_step_may_start_the_chain_even_when_a_later_start_gets_there():
    assert story("a0 a2 b5 c11", within=10).times == (2, 5, 11)


def test_an_early_start_reaches_step_two_though_a_later_one_pushed_it_aside():
    # a0 reaches b at 4; a3 is later and would need its own b, but none comes: a0's chain must still be found.
    unit = story("b0 a1 b4 a5", within=10, n=2)
    assert unit.times == (1, 4)
    assert unit.latest_start == 5


def test_of_chains_that_get_equally_far_the_one_that_gets_there_first_is_chosen_and_then_the_latest_start():
    assert story("a0 b3 a4 b5", n=2).times == (0, 3)
    assert story("a0 a2 b3", n=2).times == (2, 3)


def test_times_between_are_the_earliest():
    assert story("a0 b2 b3 b4 c9").times == (0, 2, 9)


def test_rows_of_one_instant_may_follow_one_another_in_any_order():
    assert story("c0 b0 a0").reach == 3
    assert story("b0 a0 c5").rows == (1, 0, 2)


def test_one_row_serves_one_step_only():
    assert story("ab0", n=2).reach == 1
    assert story("ab0 ab0", n=2).rows == (0, 1)
    assert story("ab0 ab9", n=2).times == (0, 9)


def test_within_an_instant_the_best_assignment_is_found_not_the_first():
    # Row 0 could be a or b, row 1 only a: so row 1 must be a and row 0 b.
    assert story("ab0 a0", n=2).rows == (1, 0)
    # Three steps, three rows, one way only.
    assert story("abc0 ab0 a0").rows == (2, 1, 0)
    # Row 0 looks like the earliest a, but then b and c would share row 1.
    assert story("abc0 bc0 a0").rows == (2, 0, 1)


def test_equal_choices_take_the_earliest_rows():
    assert story("a0 a0 b1 b1", n=2).rows == (0, 2)


def test_an_instant_may_go_on_in_the_next_batch():
    case = Case(3, 10, {1: log("c0 b0 a0"), 2: log("a0 b1 c2")}, cuts=(1, 2, 3, 4))
    assert {key: unit.reach for key, unit in walked(Walk, case).items()} == {1: 3, 2: 3}


def test_the_same_event_may_be_several_steps():
    assert story("a0 a3 a5", n=1).times == (0,)
    assert story("abc0 abc3 abc5").times == (0, 3, 5)


def test_twenty_steps_and_forty():
    for n in (20, 40):
        every = np.int64((1 << n) - 1)
        walk = Walk(n, 1000)
        units = walk.feed(np.ones(n, np.int64), np.arange(n), np.full(n, every)) + walk.finish()
        assert [u.reach.tolist() for u in units if len(u.key)] == [[n]]
        walk = Walk(n, 1000)
        units = walk.feed(np.ones(n, np.int64), np.zeros(n, np.int64), np.full(n, every)) + walk.finish()
        assert [u.rows.tolist() for u in units if len(u.key)] == [[list(range(n))]]


def test_a_thousand_rows_in_one_instant_do_not_hide_the_one_that_is_needed():
    rows = log("a0 " * 1000 + "b0 " * 1000 + "c0")
    unit = walked(Walk, Case(3, 10, {1: rows}, cuts=(500, 1500)))[1]
    assert unit.rows == (0, 1000, 2000)


def test_many_units_in_one_batch_come_out_whole_and_in_order():
    n = 200_000
    walk = Walk(2, 10)
    keys = np.repeat(np.arange(n), 2)
    found = walk.feed(keys, np.tile([3, 4], n), np.tile([1, 2], n)) + walk.finish()
    assert np.array_equal(np.concatenate([u.key for u in found]), np.arange(n))
    assert np.all(np.concatenate([u.reach for u in found]) == 2)
    assert np.array_equal(np.concatenate([u.rows for u in found])[:, 1], np.arange(n) * 2 + 1)


def test_beyond_the_reach_stand_no_times_and_no_rows():
    walk = Walk(3, 10)
    walk.feed(np.array([7]), np.array([5]), np.array([1]))
    (unit,) = walk.finish()[:1]
    assert unit.times.tolist() == [[5, NEVER, NEVER]]
    assert unit.rows.tolist() == [[0, -1, -1]]


@pytest.mark.parametrize(
    "batches",
    [
        [([1, 1], [5, 4])],
        [([2, 1], [0, 0])],
        [([1], [5]), ([1], [4])],
        [([2], [0]), ([1], [9])],
        [([1, 2, 1], [0, 0, 1])],
    ],
)
def test_rows_out_of_order_are_refused_inside_and_across_batches(batches):
    walk = Walk(1, 10)

    def feed_all():
        for keys, times in batches:
            walk.feed(np.array(keys), np.array(times), np.zeros(len(keys), np.int64))

    with pytest.raises(OrderBroken, match="must be in \\(unit, time\\) order"):
        feed_all()


def test_numbers_out_of_range_are_refused_with_a_sentence():
    with pytest.raises(ValueError, match="`steps` is 41; must be 1 to 40"):
        Walk(41, 10)
    with pytest.raises(ValueError, match="`within_us` is 0; must be at least 1"):
        Walk(3, 0)


@example(century := 36_525 * 86_400 * 1_000_000)
@given(st.integers(1, 36_525 * 86_400 * 1_000_000))
def test_windows_up_to_a_century_do_not_overflow(within):
    start = -(2**52)
    for late, reach in ((0, 2), (1, 1)):
        walk = Walk(2, within)
        walk.feed(np.array([1, 1]), np.array([start, start + within + late]), np.array([1, 2]))
        assert walk.finish()[0].reach.tolist() == [reach]
