"""Incidences over strata with stated weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats import survival
from experiments.stats.samples import RiskTable
from tests.experiments.stats.endings import CAUSES, ENDINGS, table_of


@given(st.lists(ENDINGS, min_size=1, max_size=4), st.sampled_from(CAUSES))
def test_it_is_the_weighted_sum_of_what_each_stratum_says(parts, cause):
    tables, weights = [table_of(one) for one in parts], [1 / len(parts)] * len(parts)
    found = survival.stratified_incidence(tables, cause, weights)
    curves = [survival.incidence(table, cause) for table in tables]
    assert found.value == pytest.approx(sum(one.value for one in curves) / len(parts), abs=1e-12)
    assert found.variance == pytest.approx(sum(one.variance for one in curves) / len(parts) ** 2, abs=1e-12)
    assert (found.low <= found.value).all()
    assert (found.value <= found.high).all()
    assert found.last_ms == min(one.last_ms for one in curves)
    assert found.n == sum(map(len, parts))


@given(ENDINGS, st.sampled_from(CAUSES))
def test_one_stratum_is_the_plain_curve(endings, cause):
    plain = survival.incidence(table_of(endings), cause)
    found = survival.stratified_incidence([table_of(endings)], cause, [1.0])
    watched = slice(plain.last_ms + 1)
    for name in ("value", "variance", "low", "high", "known"):
        assert getattr(found, name)[watched] == pytest.approx(getattr(plain, name)[watched], abs=1e-9)


def test_the_mixture_of_an_arm_stops_mattering():
    """Phones tap 40 %, tablets 10 %, in both arms; control has more tablets. Pooled they seem to differ, with weights not."""

    def stratum(units, share):
        rows = [(5, "tap", round(units * share)), (20, None, round(units * (1 - share)))]
        return RiskTable.from_rows(CAUSES, rows, 20)

    control, treatment = (
        [stratum(1_000, 0.4), stratum(3_000, 0.1)],
        [stratum(3_000, 0.4), stratum(1_000, 0.1)],
    )
    pooled = [sum(arm[0].events[0]) + sum(arm[1].events[0]) for arm in (control, treatment)]
    assert pooled == [700, 1_300]
    both = [survival.stratified_incidence(arm, "tap", [0.5, 0.5]) for arm in (control, treatment)]
    found = survival.difference_at(*both, 20)
    assert found.value == pytest.approx(0, abs=1e-12)
    assert both[0].at(20).value == pytest.approx(0.25)
    assert both[0].variance[20] == pytest.approx(0.25 * (0.24 / 1_000 + 0.09 / 3_000))


def test_the_curve_ends_with_the_first_stratum():
    long, short = table_of([(3, "tap"), (30, None)], 30), table_of([(3, "tap"), (20, None)], 20)
    found = survival.stratified_incidence([long, short], "tap", [0.3, 0.7])
    assert (found.last_ms, found.value.size) == (20, 21)


def test_what_is_refused_and_who_is_nobody():
    table, empty = table_of([(3, "tap")]), RiskTable.from_rows(CAUSES, [], 25)
    assert survival.stratified_incidence([table, empty], "tap", [0.5, 0.5]).code == "no_units"
    for weights in ([0.5, 0.6], [1.5, -0.5], [1.0, 0.0]):
        with pytest.raises(ValueError, match=r"`weights` is .* must be above 0"):
            survival.stratified_incidence([table, table], "tap", weights)
    with pytest.raises(ValueError, match="`weights` has 1 entries"):
        survival.stratified_incidence([table, table], "tap", [1.0])
    with pytest.raises(ValueError, match="`cause` is 'swipe'"):
        survival.stratified_incidence([table], "swipe", [1.0])


def test_intervals_hold_the_truth_as_often_as_they_say():
    """800 worlds of strata of 60 and 140; Monte-Carlo error .0077, bounds 3 of them."""
    random, worlds, hits = np.random.default_rng(3), 800, 0
    for _ in range(worlds):
        tables = []
        for units, share in ((60, 0.4), (140, 0.15)):
            taps = int(random.binomial(units, share))
            tables.append(RiskTable.from_rows(CAUSES, [(5, "tap", taps), (9, None, units - taps)], 9))
        curve = survival.stratified_incidence(tables, "tap", [0.6, 0.4])
        hits += curve.at(9).interval.contains(0.6 * 0.4 + 0.4 * 0.15)
    assert abs(hits / worlds - 0.95) < 0.01 + 3 * 0.0077, hits / worlds
