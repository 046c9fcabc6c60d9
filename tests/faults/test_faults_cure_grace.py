"""Faults planted in the pile of endings at a limit: a longer display must have its own, and as unsure as it is."""

import numpy as np
import pytest

from experiments.stats.cure import fits
from experiments.stats.cure.past import past
from experiments.stats.samples import RiskTable
from experiments.stats.survival import incidence
from tests.experiments.stats.test_cure_grace import CAUSES, truth, world
from tests.faults.answers import HERE, near
from tests.faults.planting import Fault, is_caught, load

TABLE = world(20_000, 4000, 1)
FOUND = fits(TABLE, "tap")
SMALL = world(300, 4000, 4, (0.5, 0.2))
SMALL_FOUND = fits(SMALL, "tap")


def check_pile(m):
    found = m.past(TABLE, 4000)
    there = int(TABLE.events[:, 4000].sum() + TABLE.censored[4000])
    assert found.piled == there
    assert found.pile.tolist() == (TABLE.events[:, 4000] / there).tolist()
    events, censored = TABLE.events.copy(), TABLE.censored.copy()
    censored[3000] += 5  # some were last seen in the middle: that is no limit
    assert m.past(RiskTable(CAUSES, events.copy(), censored.copy()), 3000).pile.tolist() == [0.0, 0.0]
    events[0, 4000] += censored[4000]
    censored[4000] = 0
    assert m.past(RiskTable(CAUSES, events, censored), 4000).pile.tolist() == [0.0, 0.0]


def check_beyond_a_pile(m):
    best, seen = FOUND.within()[0], past(TABLE, 4000)
    just = m.beyond(FOUND, best, seen, 4001, 0.95).shares
    later = m.beyond(FOUND, best, seen, 8000, 0.95).shares
    for row, cause in enumerate(CAUSES):
        near(just[cause].value, float(incidence(TABLE, cause).value[4000]), 3e-4)
        near(later[cause].value, truth(8000)[row], 0.012)
        assert later[cause].interval.contains(truth(8000)[row])
    # at the limit itself the interval is that of the counts: the pile is as unsure as they are
    few, own = past(SMALL, 4000), SMALL_FOUND.within()[0]
    for cause in CAUSES:
        wide = m.beyond(SMALL_FOUND, own, few, 4001, 0.95).shares[cause].interval
        counted = incidence(SMALL, cause).at(4000).interval
        near((wide.high - wide.low) / (counted.high - counted.low), 1.0, 0.06)
    # everything that can become of a unit adds to one, whatever the pile
    rest = float(seen.staying[-1]) * (1 - sum(seen.pile)) * np.exp(-(1 / 4000 + 1 / 9000))
    near(sum(one.value for one in just.values()) + rest, 1.0, 1e-3)


PILE = (
    Fault("_pile", "table.events[:, end] / there", "table.events[:, end] / table.n"),
    Fault("_pile", "table.events[:, end] / there", "table.events[:, end - 1] / there"),
    Fault("_pile", "end != table.limit_ms or", ""),
    Fault("_pile", "or table.censored[end] == 0", ""),
    Fault("_pile", "float(table.at_risk()[end])", "float(table.at_risk()[0])"),
    Fault("past", "_pile(table, end)", "_pile(table, table.limit_ms)"),
)
BEYOND = (
    Fault("_with", "+ pile * other(points)", ""),
    Fault("_with", "+ pile * other(points)", "+ other(points)"),
    Fault("_with", "weight * one(points)", "one(points)"),
    Fault("beyond", "float(seen.pile[row])", "0.0"),
    Fault("beyond", "left**2 * pile * (1 - pile) / seen.piled", "left**2 * pile * (1 - pile)"),
    Fault("_Side.joined", "float(seen.staying[-1]) ** 2 * unsure", "unsure"),
)
SUITES = {"stats/cure/past.py": (check_pile, PILE), "stats/cure/beyond.py": (check_beyond_a_pile, BEYOND)}


@pytest.mark.parametrize(
    ("file", "fault"), [(file, fault) for file, (_, faults) in SUITES.items() for fault in faults], ids=str
)
def test_every_fault_of_a_pile_is_caught(file, fault, tmp_path):
    assert is_caught(HERE / file, fault, SUITES[file][0], tmp_path)


@pytest.mark.parametrize("file", SUITES)
def test_the_untouched_piles_pass(file, tmp_path):
    SUITES[file][0](load(HERE / file, tmp_path))
