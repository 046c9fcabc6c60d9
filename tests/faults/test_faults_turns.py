"""First against later impressions, one fault at a time: known answers must notice each."""

from pathlib import Path

import numpy as np
import pytest

import analysis.reading
from analysis.outcomes import Fate
from analysis.watched import timed, watched
from experiments.stats.clusters import Clusters, difference, rate
from experiments.stats.survival import incidence
from tests.faults.answers import near
from tests.faults.planting import Fault, is_caught, load

SOURCE = Path(analysis.reading.__file__).parent / "turns.py"


def ending(turn, limit_ms, fate, ms, n):
    return {"turn": turn, "limit_ms": limit_ms, "fate": fate, "ms": ms, "n": n}


ENDINGS = [
    ending(1, 3000, "tap", 900, 30), ending(1, 3000, "dismiss", 1500, 10), ending(1, 3000, "expired", 3000, 60),
    ending(1, 5000, "tap", 4000, 20), ending(1, 5000, "leave", 100, 5),
    ending(1, 500, "tap", 400, 2),  # a stray limit: fewer than one in twenty
    ending(2, 3000, "tap", 600, 8), ending(2, 5000, "expired", 5000, 42),
    ending(4, 3000, "tap", 1000, 9), ending(4, 3000, "expired", 3000, 20),
]  # fmt: skip


def people(n1, h1, n2, h2, n4, h4, times):
    return {"n1": n1, "h1": h1, "n2": n2, "h2": h2, "n3": 0, "h3": 0, "n4": n4, "h4": h4, "people": times}


PERSONS = [
    people(1, 1, 0, 0, 0, 0, 25), people(1, 0, 0, 0, 0, 0, 45), people(1, 1, 1, 0, 3, 1, 5), people(1, 0, 1, 1, 3, 2, 3),
    people(1, 0, 1, 0, 1, 0, 39), people(0, 0, 1, 1, 2, 2, 3),
]  # fmt: skip


def side(n, hits):
    times = [row["people"] for row in PERSONS]
    return Clusters(
        np.repeat([row[n] for row in PERSONS], times), np.repeat([row[hits] for row in PERSONS], times)
    )


def check_turns(m):
    assert m.shared_limit(ENDINGS) == 3000
    assert m.shared_limit([]) is None
    assert m.shared_limit([ending(1, 9_000_000, "expired", 9_000_000, 4)]) == 600_000

    first, second, later = found = m.turns_of(ENDINGS, PERSONS, 3000)
    assert [(one.turn, one.n, one.people, one.pairs) for one in found] == [
        (1, 117, 117, 0), (2, 50, 50, 47), (4, 69, 50, 47)
    ]  # fmt: skip
    assert first.change is None
    one, two, four = side("n1", "h1"), side("n2", "h2"), side("n4", "h4")
    assert first.tapped == rate(one)
    assert second.tapped == rate(two)
    assert later.tapped == rate(four)
    for told, other in ((second, two), (later, four)):
        both = (one.n > 0) & (other.n > 0)
        expected = difference(
            Clusters(one.n * both, one.hits * both), Clusters(other.n * both, other.hits * both)
        )
        near(told.change.value, expected.value, 1e-12)
        near(told.change.interval.low, expected.interval.low, 1e-12)
        near(told.change.interval.high, expected.interval.high, 1e-12)
    rows = [Fate("1", r["limit_ms"], r["fate"], r["ms"], r["n"], 0, 0, 0) for r in ENDINGS[:5]]
    curve = incidence(watched(timed(rows)).shortened(3000), "tap")
    assert [point.ms for point in first.points] == list(range(0, 3001, 50))
    for point in first.points:
        said = curve.at(point.ms)
        near(point.value, said.value, 1e-12)
        near(point.low, said.interval.low, 1e-12)
        near(point.high, said.interval.high, 1e-12)
    assert {(point.low, point.high) for point in later.points} == {(None, None)}
    assert m.turns_of(ENDINGS, PERSONS, 3001)[0].points[-1].ms == 3001
    assert m.turns_of(ENDINGS[:6], PERSONS, 3000)[1:] == ()
    assert [one.turn for one in m.turns_of(ENDINGS, PERSONS[:2], 3000)] == [1]


TURNS = (
    Fault("", "TURNS = (1, 2, 3, 4)", "TURNS = (1, 2, 3)"),
    Fault("shared_limit", "limits.shortest_ms", "limits.longest_ms"),
    Fault("shared_limit", "min(limits.shortest_ms, LONGEST_MS)", "limits.shortest_ms"),
    Fault("turns_of", 'row["turn"] == turn and ', ""),
    Fault("turns_of", ' and row["limit_ms"] >= by_ms', ""),
    Fault("turns_of", "not rows or ", ""),
    Fault("turns_of", "not rows or not side.n.any()", "not rows"),
    Fault("turns_of", "(side.n > 0) & (first.n > 0)", "(side.n > 0) | (first.n > 0)"),
    Fault("turns_of", "_among(first, both), _among(side, both)", "_among(side, both), _among(first, both)"),
    Fault("turns_of", "_among(first, both), _among(side, both)", "first, side"),
    Fault("turns_of", "if turn > 1:\n", "if turn > 0:\n"),
    Fault("turns_of", "n=int(side.n.sum())", "n=int((side.n > 0).sum())"),
    Fault("turns_of", "people=int((side.n > 0).sum())", "people=int(side.n.sum())"),
    Fault("turns_of", "tapped=rate(side)", "tapped=rate(first)"),
    Fault("turns_of", "int(both.sum()) if turn > 1 else 0", "int(both.sum())"),
    Fault("turns_of", "alone=side.single", "alone=True"),
    Fault("_clusters", 'row["people"]', "1"),
    Fault("_clusters", "np.repeat(hits, times)", "np.repeat(n, times)"),
    Fault("_points", '"tap"', '"dismiss"'),
    Fault("_points", "by_ms}", "0}"),
    Fault("_points", "(ends.low, ends.high)", "(ends.high, ends.low)"),
    Fault("_fates", 'row["n"], 0', "1, 0"),
)


def test_untouched(tmp_path):
    check_turns(load(SOURCE, tmp_path))


@pytest.mark.parametrize("fault", TURNS, ids=str)
def test_every_fault_is_caught(fault, tmp_path):
    assert is_caught(SOURCE, fault, check_turns, tmp_path)
