"""The walk with options against the slow reference, what the generated cases cover, and cases worth reading."""

import os
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.walk import OrderBroken
from experiments.walk.rules import Rules
from experiments.walk.whole import WalkOfWholes
from tests.experiments.option_cases import (
    RARE,
    RARE_ORDERS,
    OptionCase,
    check_hopes,
    check_options,
    coverage,
    expected,
    option_case,
    told,
)
from tests.experiments.reference_options import Row, Rule, chosen

NEVER_TOGETHER = [
    {"ordered", "strict"}, {"ordered", "unordered"}, {"strict", "unordered"}, {"drop", "end_attempt"},
    {"reentry first", "chains"}, {"unordered", "step window"}, {"unordered", "gap"}, {"unordered", "optional"},
    {"unordered", "strictly increasing"},
]  # fmt: skip
COVERED = int(os.environ.get("KAZASU_WALK_CASES", "3000"))


@settings(max_examples=int(os.environ.get("KAZASU_WALK_CASES", "3000")), deadline=None)
@given(st.integers(0, 2**48).map(option_case))
def test_the_walk_with_options_equals_the_reference(case):
    check_options(WalkOfWholes, case)


def test_the_generated_cases_show_every_option_and_every_pair_of_them():
    single, pairs, second = coverage([option_case(seed) for seed in range(COVERED)])
    for name, cases in sorted(single.items()):
        print(f"{name:20} {cases / COVERED:6.1%}")
    asked = [pair for pair in combinations(sorted(single), 2) if set(pair) not in NEVER_TOGETHER]
    rarest = min(asked, key=pairs.__getitem__)
    print(f"rarest pair: {rarest}, {pairs[rarest]} cases; of units that enter {second:.0%} reach step 2")
    assert len(single) == 18
    assert min(single.values()) / COVERED >= 0.02
    assert pairs[rarest] >= (200 if COVERED >= 100_000 else 20)
    assert single["tie group"] / COVERED >= 0.1
    assert second >= 0.3


def story(text: str, **rule: object):
    """One unit from "a0 ab5 x7 -8": letters a..c are steps, x the exclusion, "-" another row; digits the time."""
    given_ = Rule(**{"n": 3, "within": 100, **rule})
    rows = []
    for word in text.split():
        name = word.rstrip("0123456789")
        steps = frozenset(ord(c) - 96 for c in name if c in "abc")
        excludes = frozenset({1} if "x" in name else ())
        firsts = given_.occurrence & steps
        rows.append(Row(int(word[len(name) :]), steps, excludes=excludes, firsts=firsts, hold=0))
    check_options(WalkOfWholes, OptionCase(given_, (tuple(rows),)))
    found = chosen(rows, given_)
    return found if found in (None, "excluded") else found.times


def test_reentry_first_lets_only_the_first_entry_start():
    assert story("a0 b9 a10 b11 c12", within=5) == (10, 11, 12)
    assert story("a0 b9 a10 b11 c12", within=5, first_only=True) == (0,)
    assert story("a0 a10 b11", within=5, first_only=True, start_from=5) == (10, 11)


def test_strict_lets_nothing_stand_between_but_a_repeat_of_the_step_just_reached():
    assert story("a0 -1 b2", order="strict") == (0,)
    assert story("a0 b1 b2 c3", order="strict") == (0, 1, 3)
    assert story("a0 b1 a2 c3", order="strict") == (0, 1)
    assert story("a0 -1 b2 a5 b6 c7", order="strict") == (5, 6, 7)
    assert story("a0 -0 b1 -1 c2", order="strict") == (0, 1, 2)


def test_a_minimum_gap_needs_earlier_candidates_too():
    # The latest b before c comes too late for the gap; the earlier one is what counts.
    assert story("a0 b1 b4 c5", gaps={3: 3}) == (0, 1, 5)
    assert story("a0 a0 b0", increasing=True) == (0,)


def test_a_step_has_a_window_of_its_own_with_its_end_included():
    assert story("a0 b5", windows={2: 5}) == (0, 5)
    assert story("a0 b6", windows={2: 5}) == (0,)


def test_an_exclusion_drops_the_unit_unless_a_clean_chain_gets_as_far():
    between = {"exclusions": ((1, 2),)}
    assert story("a0 x1 b2", **between) == "excluded"
    assert story("a0 x1", **between) == "excluded"
    assert story("a0 x1 b2 a5 b6", **between) == (5, 6)
    assert story("a0 x0 b2", **between) == (0, 2)
    assert story("a0 x1 b2 a5", **between) == "excluded"
    assert story("a0 b2 x3 c4", **between) == (0, 2, 4)


def test_an_exclusion_that_ends_the_attempt_leaves_what_was_reached():
    between = {"exclusions": ((1, 3),), "drop": False}
    assert story("a0 b1 x2 c3", **between) == (0, 1)
    assert story("a0 b1 x2 c3 a5 b6 c7", **between) == (5, 6, 7)


def test_of_chains_that_an_exclusion_could_bind_one_with_an_earlier_end_of_its_window_is_clean():
    # From a5 the exclusion at 12 is inside the window of 10; from a0 it is not.
    assert story("a0 a5 b6 x12", within=10, exclusions=((2, 3),)) == (0, 6)


def test_only_a_first_occurrence_serves():
    assert story("a0 b9 a10 b11", within=5, occurrence=frozenset({1})) == (0,)
    assert story("b0 a1 b2", occurrence=frozenset({2})) == (1,)


def test_held_values_are_equal_along_a_chain_and_a_row_without_one_takes_no_part():
    rule = Rule(2, 10, hold=True)
    rows = tuple(
        Row(t, frozenset({s}), hold=h) for t, s, h in ((0, 1, 7), (1, 2, 8), (2, 2, None), (3, 2, 7))
    )
    check_options(WalkOfWholes, OptionCase(rule, (rows,)))
    assert chosen(list(rows), rule).times == (0, 3)


@pytest.mark.parametrize("case", RARE_ORDERS)
def test_rare_orders_are_decided_by_the_rule(case):
    check_options(WalkOfWholes, case)


def test_an_optional_step_may_still_come_as_long_as_its_gap_fits_the_window():
    check_hopes(WalkOfWholes)


def test_unordered_takes_any_different_steps_in_one_window():
    any_order = {"order": "unordered"}
    assert story("c0 a4 b5", **any_order) == (0, 4, 5)
    assert story("a0 a1 a2", **any_order) == (0,)
    assert story("c0 a4 b5", within=4, **any_order) == (0, 4)
    assert story("ab0 a1", **any_order) == (0, 1)
    assert story("a0 x1 b2 c3", exclusions=((1, 3),), drop=False, within=9, **any_order) == (2, 3)
    assert story("a0 x1 b2 c3", exclusions=((1, 3),), within=9, **any_order) == "excluded"
    assert story("a0 b1 c2 x3", exclusions=((1, 3),), within=9, **any_order) == (0, 1, 2)


def test_chains_count_from_left_to_right_and_do_not_overlap():
    case = told("a0 a1 b2 a3 b4 b5", n=2, chains=True)
    check_options(WalkOfWholes, case)
    found = [one.times for one, _ in expected(list(case.units[0]), case.rule)]
    assert found == [(0, 2), (3, 4)]


def test_an_optional_step_neither_anchors_nor_hinders():
    case = told("a0 c1 b2 a5 b6 c7", n=3, optional=frozenset({2}))
    check_options(WalkOfWholes, case)
    ((one, _),) = expected(list(case.units[0]), case.rule)
    assert (one.times, one.beside) == ((0, 1), ())


@pytest.mark.parametrize("case", RARE)
def test_ties_between_held_values_are_decided_by_the_rule(case):
    check_options(WalkOfWholes, case)


def test_rows_out_of_order_are_refused_inside_and_across_batches():
    for keys, times in (([1, 1], [5, 4]), ([2, 1], [0, 9])):
        for cut in (0, 1):
            with pytest.raises(OrderBroken):
                _feed(keys, times, cut)


def _feed(keys: list[int], times: list[int], cut: int) -> None:
    walk = WalkOfWholes(Rules(1, 10))
    for part in (slice(0, cut), slice(cut, None)):
        walk.feed(np.array(keys[part]), np.array(times[part]), np.ones(len(keys[part]), np.int64))


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        ({"steps": 41, "within": 1}, "`steps` is 41"),
        ({"steps": 1, "within": 0}, "`within` is 0"),
        ({"steps": 2, "within": 1, "exclusions": ((2, 2),)}, "the first before the second"),
        ({"steps": 2, "within": 1, "exclusions": ((1, 2),) * 21}, "at most 20"),
        ({"steps": 2, "within": 1, "gaps": (1,)}, "one per step"),
        ({"steps": 1, "within": 1, "order": "unordered", "gaps": (1,)}, "`order` is 'unordered'"),
    ],
)
def test_rules_that_make_no_sense_are_refused(given_, sentence):
    with pytest.raises(ValueError, match=sentence):
        Rules(**given_)
