"""Bands: laws, their critical value against an independent draw of the process, and how often they hold everything."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import survival
from experiments.stats.effects import NoEffect
from experiments.stats.samples import RiskTable
from tests.experiments.stats.endings import CAUSES, ENDINGS, SILENT, table_of


@given(st.lists(ENDINGS, min_size=1, max_size=4), st.sampled_from([None, *CAUSES]))
def test_a_band_holds_its_curve_and_moves_only_one_way(parts, cause):
    endings = [one for part in parts for one in part]
    table = table_of(endings)
    found = survival.band(table, cause)
    if isinstance(found, NoEffect):
        assert found.code == "few_endings"
        return
    curve = survival.staying(table) if cause is None else survival.incidence(table, cause)
    assert found.value.tolist() == curve.value.tolist()
    assert ((found.low >= 0) & (found.low <= found.value + 1e-12)).all()
    assert ((found.value <= found.high + 1e-12) & (found.high <= 1)).all()
    for limit in (found.low, found.high):
        step = np.diff(limit)
        assert (step <= 0).all() if cause is None else (step >= 0).all()


@given(st.lists(ENDINGS, min_size=3, max_size=6))
def test_what_holds_everything_is_wider_than_what_holds_one_point(parts):
    table = table_of([one for part in parts for one in part])
    for cause in (None, "tap"):
        found = survival.band(table, cause)
        if isinstance(found, NoEffect):
            continue
        point = survival.staying(table) if cause is None else survival.incidence(table, cause)
        own = table.events.sum(axis=0) if cause is None else table.events[0]
        inside = (np.cumsum(own) >= 10) & (table.at_risk() >= 10)
        assert (found.low[inside] <= point.low[inside] + 1e-12).all()
        assert (found.high[inside] >= point.high[inside] - 1e-12).all()


def test_the_critical_value_is_that_of_the_units_influences_with_random_weights():
    """Lin's multipliers drawn unit by unit: sup |Σ weight · influence| / error, an independent route to the same."""
    random = np.random.default_rng(8)
    table = world(random, 300, 1.0, 0.6, 40)
    found = survival.band(table, "tap")
    own, moments = table.events[0], np.arange(41)
    inside = moments[(np.cumsum(own) >= 10) & (table.at_risk() >= 10)]
    moved = survival.influence(table, "tap", inside)
    each = np.concatenate(
        [np.repeat(moved.ended[row], table.events[row], axis=0) for row in (0, 1)]
        + [np.repeat(moved.censored, table.censored, axis=0)]
    )
    assert len(each) == 300
    process = np.abs(random.standard_normal((4_000, 300)) @ each) / np.sqrt(moved.variance(table))
    critical = float(np.quantile(process.max(axis=1), 0.95))
    # the band at a moment before which and after which something ended: its limits are the neighbours' log-log limits
    place = int(np.flatnonzero(own)[len(np.flatnonzero(own)) // 2])
    before = int(np.flatnonzero(own[:place])[-1])
    value, error = found.value[before], math.sqrt(found.variance[before])
    wide = math.log(math.log(found.low[place]) / math.log(value)) * value * -math.log(value) / error
    assert wide == pytest.approx(critical, abs=0.08)
    assert 2.5 < critical < 3.2


def test_where_all_end_at_once_a_band_stays_finite():
    for endings in ([(3, "tap")] * 15, [(3, "tap")] * 15 + [(3, "dismiss")] * 12):
        for cause in (None, "tap"):
            found = survival.band(table_of(endings), cause)
            assert np.isfinite([found.low, found.high]).all()
            assert (found.low <= found.value + 1e-12).all()


def test_the_same_band_each_time():
    table = world(np.random.default_rng(1), 300, 1.0, 0.6, 40)
    one, other = survival.band(table, "tap"), survival.band(table, "tap")
    assert one.low.tolist() == other.low.tolist()
    assert one.method == "aalen_johansen_band"
    assert survival.band(table).method == "kaplan_meier_band"
    assert (survival.band(table, "tap", 0.99).high >= one.high).all()


@pytest.mark.parametrize("name", SILENT)
def test_with_few_endings_there_is_no_band(name):
    assert survival.band(table_of(SILENT[name], 40)).code == "few_endings"
    few = survival.band(table_of([(3, "tap")] * 9 + [(20, None)] * 50), "tap")
    assert few.sentence == "Only 9 ended this way; a band needs 10 while as many are still watched."
    assert survival.band(RiskTable.from_rows(CAUSES, [], 3), "tap").code == "no_units"
    with pytest.raises(ValueError, match="`cause` is 'swipe'"):
        survival.band(table_of([(1, "tap")]), "swipe")


@pytest.mark.slow
@pytest.mark.parametrize(("n", "tap", "ticks"), [(200, 0.4, 200), (2_000, 0.04, 200)])
def test_the_whole_truth_lies_inside_as_often_as_said(n, tap, ticks):
    """120 worlds: at least 95 % within 3 Monte-Carlo errors of .0199; pointwise limits hold everything far more rarely."""
    random, worlds, hits = np.random.default_rng(n), 120, np.zeros(3)
    every = tap + 0.6
    gone = -np.expm1(-every * np.arange(ticks + 1) / ticks)
    for _ in range(worlds):
        table = world(random, n, tap, 0.6, ticks)
        found, stay = survival.band(table, "tap"), survival.band(table)
        hits[0] += isinstance(found, NoEffect) or whole(found, tap / every * gone)
        hits[1] += whole(stay, 1 - gone)
        hits[2] += whole(survival.incidence(table, "tap"), tap / every * gone)
    assert (hits[:2] / worlds >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / worlds)).all(), hits / worlds
    assert hits[2] / worlds < 0.85


def whole(curve, truth):
    end = curve.last_ms + 1
    low, high = curve.low[:end] - 1e-12, curve.high[:end] + 1e-12
    return bool(((low <= truth[:end]) & (truth[:end] <= high)).all())


def world(random, n, tap, other, ticks):
    ms = np.ceil(random.exponential(ticks / (tap + other), n)).astype(int)
    cause = np.where(random.random(n) < tap / (tap + other), 0, 1)
    events, censored = np.zeros((2, ticks + 1), np.int64), np.zeros(ticks + 1, np.int64)
    np.add.at(events, (cause[ms <= ticks], ms[ms <= ticks]), 1)
    censored[ticks] = (ms > ticks).sum()
    return RiskTable(("tap", "dismiss"), events, censored)
