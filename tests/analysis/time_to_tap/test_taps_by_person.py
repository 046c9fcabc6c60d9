"""With all impressions every interval knows persons: the room against loops over the impressions as they were told."""

import json
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pytest

from analysis.outcomes import CAUSES, FATES
from analysis.time_to_tap import TapsQuery, answer
from experiments.stats import clusters
from experiments.stats.effects import NoEffect
from experiments.stats.samples import RiskTable
from experiments.stats.survival import Persons, clustered, clustered_difference, incidence, influence
from ingest import load
from tests.analysis.suggestions import exposed, impression, landed, much_later

PERSONS, UNITS = 24, 160
READ = (700, 1900, 3000)


@dataclass(frozen=True)
class Unit:
    person: str
    copy: str
    limit: int
    fate: str
    ms: int | None

    def lines(self, second):
        ending = None if self.fate == "lost" else self.fate
        timed = self.ms is not None
        return impression(
            self.person, ending, self.ms, after_s=second, limit=self.limit, copy_id=self.copy, elapsed=timed
        )


def world(seed, persons=PERSONS):
    """Persons who tend to tap, or not, and see one copy more than the other."""
    generator = np.random.default_rng(seed)
    eager = generator.uniform(0.5, 3, persons)
    found = []
    for _ in range(UNITS):
        who = int(generator.integers(persons))
        copy = "short" if generator.random() < (0.8 if who % 3 else 0.3) else "long"
        limit = 2000 if copy == "short" or generator.random() < 0.2 else 3000
        times = generator.exponential(3000 / np.array([eager[who], 1.0, 0.4]))
        ms, ending = int(times.min()), CAUSES[int(times.argmin())]
        fate, ms = (ending, ms) if ms <= limit else ("expired", limit)
        silence = generator.random()  # no ending, or one without a time
        fate = "lost" if silence < 0.03 else fate
        known = fate == "expired" or silence > 0.06
        found.append(Unit(f"p{who:02}", copy, limit, fate, ms if known and fate != "lost" else None))
    return found


def store_of(folder, units, more=()):
    """The first three quarters are merged into the stored order, the rest is a fresh load."""
    told = [line for second, unit in enumerate(units) for line in unit.lines(second)]
    cut = len(told) * 3 // 4
    store = landed(folder, more, told[:cut], much_later())
    fresh = folder / "fresh.ndjson"
    fresh.write_text("".join(json.dumps(line) + "\n" for line in told[cut:]), encoding="utf-8")
    load(store, [fresh])
    assert not store.facts().clustered
    return store


def table_of(units, end, causes=CAUSES):
    rows = [
        (min(u.ms, end), u.fate if u.fate in causes and u.ms <= end else None, 1)
        for u in units
        if u.ms is not None
    ]
    return RiskTable.from_rows(causes, rows, end)


def sums_of(units, table, ms):
    moved, found = influence(table, "tap", [ms]), defaultdict(float)
    for unit in units:
        if unit.ms is not None:
            ended = unit.fate in table.causes and unit.ms <= table.limit_ms
            place = min(unit.ms, table.limit_ms)
            own = moved.ended[table.causes.index(unit.fate), place] if ended else moved.censored[place]
            found[unit.person] += float(own[0])
    return found


def share_of(units, hit):
    people = sorted({unit.person for unit in units})
    n = np.array([sum(u.person == one for u in units) for one in people])
    x = np.array([sum(u.person == one and hit(u) for u in units) for one in people])
    return clusters.rate(clusters.Clusters(n, x))


def same(one, other):
    assert isinstance(one, NoEffect) == isinstance(other, NoEffect), (one, other)
    if not isinstance(one, NoEffect):
        assert one.method == other.method
        assert one.value == pytest.approx(other.value, abs=1e-12)
        assert (one.interval.low, one.interval.high) == pytest.approx(
            (other.interval.low, other.interval.high), abs=1e-9
        )


def difference_of(arms, ends, ms, causes=CAUSES):
    tables = [table_of(units, end, causes) for units, end in zip(arms, ends, strict=True)]
    sums = [sums_of(units, table, min(ms, table.limit_ms)) for units, table in zip(arms, tables, strict=True)]
    both = sum(sums[0][person] * sums[1][person] for person in sums[0] if person in sums[1])
    sides = [Persons(sum(one**2 for one in found.values()), len(found)) for found in sums]
    curves = [incidence(table, "tap") for table in tables]
    return clustered_difference(*curves, ms, tuple(sides), both)


@pytest.mark.parametrize("seed", [1, 2])
def test_arms_that_share_persons(seed, tmp_path):
    units = world(seed)
    asked = TapsQuery(by="copy_id", impressions="all", control="short", at_ms=READ)
    told = answer(store_of(tmp_path, units), asked)
    arms = {name: [u for u in units if u.copy == name] for name in ("short", "long")}
    ends = {"short": 2000, "long": 3000}
    for arm in told.arms:
        mine, end = arms[arm.name], ends[arm.name]
        table = table_of(mine, end)
        assert arm.persons == len({u.person for u in mine})
        for outcome in arm.outcomes:
            same(outcome.share, share_of(mine, lambda u, fate=outcome.fate: u.fate == fate))
        for reading in arm.curves.readings:
            if reading.ms <= end:
                found = sums_of(mine, table, reading.ms)
                square = sum(one**2 for one in found.values())
                (expected,) = clustered(incidence(table, "tap"), [reading.ms], [square], len(found))
                same(reading.point.tap, expected)
    late = [u for u in arms["long"] if u.fate == "tap" and u.limit == 3000 and u.ms is not None]
    same(next(a for a in told.arms if a.name == "long").after_shortest, share_of(late, lambda u: u.ms > 2000))
    pair = list(arms.values())
    to_horizon, over_own = (found.effect for found in told.differences)
    same(to_horizon, difference_of(pair, (2000, 3000), 2000))
    assert to_horizon.method == "influence_clustered"
    assert to_horizon.p_value == pytest.approx(difference_of(pair, (2000, 3000), 2000).p_value, abs=1e-9)
    assert over_own.method == "influence_clustered"


def test_variants_of_an_experiment_share_nobody(tmp_path):
    units = world(3)
    variant = {f"p{who:02}": "control" if who % 2 else "other" for who in range(PERSONS)}
    seen = [line for person, arm in variant.items() for line in exposed(person, arm, after_s=-9)]
    told = answer(store_of(tmp_path, units, seen), TapsQuery(experiment="display", impressions="all"))
    pair = [[u for u in units if variant[u.person] == arm] for arm in ("control", "other")]
    same(told.differences[0].effect, difference_of(pair, (3000, 3000), 3000))
    assert told.differences[0].effect.method == "mover_incidence_clustered"
    causes = (*CAUSES, "expired")
    assert told.differences[1].effect.value == pytest.approx(
        difference_of(pair, (3000, 3000), 2999, causes).value, abs=1e-12
    )


def test_persons_with_one_impression_each_change_nothing(tmp_path):
    units = [Unit(f"q{place:03}", u.copy, u.limit, u.fate, u.ms) for place, u in enumerate(world(4))]
    store = store_of(tmp_path, units)
    every, first = (answer(store, TapsQuery(by="copy_id", impressions=shown)) for shown in ("all", "first"))
    assert [arm.curves for arm in every.arms] == [arm.curves for arm in first.arms]
    assert [arm.outcomes for arm in every.arms] == [arm.outcomes for arm in first.arms]
    assert every.differences == first.differences


def test_a_handful_of_persons_gives_curves_without_intervals_and_says_why(tmp_path):
    told = answer(store_of(tmp_path, world(5, persons=4)), TapsQuery(impressions="all"))
    (arm,) = told.arms
    reading = arm.curves.readings[-1]
    assert 0 < reading.point.tap.value < 1
    assert reading.point.tap.interval is None
    assert next(note.code for note in told.notes) == "few_clusters"
    assert arm.persons == 4
    assert [outcome.fate for outcome in arm.outcomes] == list(FATES)


def test_a_log_without_display_limits_still_has_shares_by_person(tmp_path):
    told = [line for who in "abcabc" for line in impression(who, "tap", 400, limit=None)]
    (arm,) = answer(landed(tmp_path, told, much_later()), TapsQuery(impressions="all")).arms
    assert arm.persons == 3
    assert arm.outcomes[0].share.method == "wilson_clustered"
    assert arm.curves.code == "taps.no_limit"
