"""The crowds are what they say, and intervals that know people cover their truths where others do not."""

import numpy as np
import pytest

from benchmarks.evidence import people_coverage
from benchmarks.evidence.curve_worlds import CAUSES, IMPRESSIONS_EACH, LIMIT, crowds
from experiments.stats import survival

PEOPLE = 40_000


@pytest.mark.parametrize(("name", "crowd", "other"), crowds(), ids=[name for name, _, _ in crowds()])
def test_a_large_crowd_has_the_true_curves(name, crowd, other):
    for each in (crowd, other):
        arm = people_coverage.drawn(np.random.default_rng(7), each.shares, each.walls, PEOPLE)
        assert arm.table.n == PEOPLE * IMPRESSIONS_EACH
        for k, cause in enumerate(CAUSES[:2]):
            truth = each.law.incidence(k, LIMIT)
            found = survival.incidence(arm.table, cause).value[LIMIT]
            assert found == pytest.approx(truth, abs=5 * np.sqrt(truth / PEOPLE))


def test_where_people_do_not_differ_sums_over_people_are_sums_over_impressions():
    (_, crowd, _) = next(told for told in crowds() if told[0] == "people do not differ")
    arm = people_coverage.drawn(np.random.default_rng(8), crowd.shares, crowd.walls, PEOPLE)
    influence = survival.influence(arm.table, "tap", people_coverage.MOMENTS)
    assert arm.squares(influence) == pytest.approx(influence.variance(arm.table), rel=0.05)


def test_where_people_differ_much_knowing_them_doubles_the_variance():
    (_, crowd, _) = crowds()[0]
    arm = people_coverage.drawn(np.random.default_rng(9), crowd.shares, crowd.walls, PEOPLE)
    influence = survival.influence(arm.table, "tap", [LIMIT])
    assert arm.squares(influence)[0] > 2 * influence.variance(arm.table)[0]


def test_every_person_counts_once_in_the_sum_of_squares():
    (_, crowd, _) = crowds()[0]
    arm = people_coverage.drawn(np.random.default_rng(10), crowd.shares, crowd.walls, 30)
    influence = survival.influence(arm.table, "tap", [LIMIT])
    total = 0.0
    for person in arm.cells:
        pull = 0.0
        for cell in person:
            row, tick = divmod(int(cell), LIMIT + 1)
            pull += float((influence.ended[row] if row < len(CAUSES) else influence.censored)[tick, 0])
        total += pull**2
    assert arm.squares(influence)[0] == pytest.approx(total, rel=1e-9)


def test_every_interval_covers_as_often_as_is_demanded():
    rows = people_coverage.run(scale=0.02, sizes=(200,))
    assert [row for row in rows if not row["met"]] == []
    assert len(rows) == 4 * len(crowds())
