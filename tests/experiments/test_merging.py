"""Two stored orders become one: laws of the merge, compiled as it runs."""

import pytest

from experiments.walk import merging
from tests.experiments.merge_cases import MergeCase, check_broken_order, check_merge, merge_case, merged


def test_merging_is_sorting():
    for seed in range(1500):
        check_merge(merging, merge_case(seed))


def test_a_broken_order_stays_broken():
    cases = [merge_case(seed, ordered=False) for seed in range(1500)]
    for case in cases:
        check_broken_order(merging, case)
    assert sum([row[:2] for row in case.many] != sorted(row[:2] for row in case.many) for case in cases) > 500


@pytest.mark.parametrize("cut", range(5))
def test_the_rows_of_a_shared_instant_are_those_of_the_few(cut):
    many = [(0, 1, 0), (0, 2, 1), (0, 2, 2), (1, 1, 3)]
    few = [(0, 2, 1000), (0, 2, 1001), (0, 2, 1002), (2, 0, 1003)]
    found = merged(merging, MergeCase(many, [0, cut, 4], few, [False, False]))
    assert [row[2] for row in found] == [0, 1000, 1001, 1002, 3, 1003]
