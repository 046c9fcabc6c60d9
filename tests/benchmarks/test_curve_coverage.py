"""The worlds of curves are what they say, and intervals cover their truths, in a simulation of a few seconds."""

import numpy as np
import pytest

from benchmarks.evidence import curve_coverage, replicates
from benchmarks.evidence.curve_worlds import CAUSES, LIMIT, worlds
from experiments.stats import survival
from experiments.stats.samples import RiskTable

PEOPLE = 10**12


@pytest.mark.parametrize("world", worlds(), ids=lambda world: world.name)
def test_a_table_of_everybody_has_the_true_curves(world):
    """As many people as it takes for chance to vanish."""
    for law in (world.control, world.treatment):
        cells = np.rint(law.cells * PEOPLE).astype(np.int64)
        table = RiskTable(CAUSES, cells[:-1].copy(), cells[-1].copy())
        for k, cause in enumerate(CAUSES):
            curve = survival.incidence(table, cause)
            for tick in curve_coverage.MOMENTS:
                assert curve.value[tick] == pytest.approx(law.incidence(k, tick), abs=1e-9)
            assert survival.time_lost_ms(curve, LIMIT) == pytest.approx(law.time_lost(k, LIMIT), abs=1e-7)
        stayed = LIMIT - sum(law.time_lost(k, LIMIT) for k in range(len(CAUSES)))
        assert survival.staying_time(table, LIMIT).value == pytest.approx(stayed, abs=1e-7)


def test_the_constant_hazards_are_those_of_the_story():
    law = worlds()[-1].control
    assert [round(law.incidence(k, LIMIT), 3) for k in range(3)] == [0.417, 0.278, 0.139]


def test_most_are_lost_on_the_way_in_that_world():
    law = next(world for world in worlds() if world.name == "most are lost on the way").control
    assert law.watched[:LIMIT].sum() == pytest.approx((LIMIT - 1) / (1.5 * LIMIT))


def test_the_interval_of_a_difference_is_the_one_that_is_shown():
    tables = [
        RiskTable.from_rows(("tap",), [(1, "tap", taps), (3, "tap", 4), (4, None, 90)], 4) for taps in (5, 11)
    ]
    one, other = (survival.incidence(table, "tap") for table in tables)
    shown = survival.difference_at(one, other, 4).interval
    assert curve_coverage.difference(one.at(4), other.at(4)).interval == shown
    lost = [survival.time_lost(table, "tap", 4) for table in tables]
    assert (
        curve_coverage.difference(*lost).interval == survival.time_lost_difference(*tables, "tap", 4).interval
    )
    sides = survival.Persons(0.002, 30), survival.Persons(0.003, 40)
    known = [
        survival.clustered(curve, [4], [side.square], side.count)[0]
        for curve, side in zip((one, other), sides, strict=True)
    ]
    shown = survival.clustered_difference(one, other, 4, sides).interval
    assert curve_coverage.difference(*known).interval == shown


@pytest.fixture(scope="module")
def rows():
    return curve_coverage.run(scale=0.01, sizes=(200, 2_000))


def test_every_interval_covers_as_often_as_is_demanded(rows):
    assert [row for row in rows if not row["met"]] == []


def test_every_world_is_asked_at_every_size(rows):
    asked = {(row["figure"], row["world"], row["n"]) for row in rows}
    figures = {figure for figure, _, _ in asked}
    assert len(rows) == len(asked) == len(figures) * len(worlds()) * 2


def test_an_interval_that_is_too_narrow_is_seen():
    truth = {("incidence", "tap", 80): replicates.Truth(0.3, 60.0)}
    key = ("incidence", "tap", 80)
    for inside, met in ((9_500, True), (9_340, True), (9_300, False), (9_700, False)):
        (row,) = replicates.rows_of("w", 200, 10_000, truth, {key: 10_000}, {key: inside})
        assert row["met"] is met
    few = {key: replicates.Truth(0.01, 2.0)}
    for said, inside, met in ((10_000, 9_400, True), (10_000, 9_200, False), (1_000, 900, True)):
        (row,) = replicates.rows_of("w", 200, 10_000, few, {key: said}, {key: inside})
        assert row["met"] is met


def test_the_same_seed_gives_the_same_figures():
    one, again = (curve_coverage.run(scale=0.0, sizes=(50,), processes=k) for k in (1, 2))
    assert one == again
    assert one != curve_coverage.run(scale=0.0, sizes=(50,), seed=1)
