"""Samples: what a formula knows of an arm, and that it adds over disjoint sets of units only."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.stats.samples import Count, Moments, RiskTable

VALUES = st.lists(st.floats(-1e6, 1e6), max_size=40)
CAUSES = ("tap", "dismiss", "leave")
ENDINGS = st.lists(st.tuples(st.integers(0, 30), st.sampled_from([*CAUSES, None])), max_size=60)


def moments_of(values, label):
    """The textbook definition, exactly summed: the truth by other means."""
    n = len(values)
    mean = math.fsum(values) / n if n else 0.0
    return Moments(n, mean, math.fsum((x - mean) ** 2 for x in values) if n > 1 else 0.0, frozenset({label}))


def table_of(endings, label, limit_ms=30):
    rows = [(ms, cause, 1) for ms, cause in endings]
    return RiskTable.from_rows(CAUSES, rows, limit_ms, frozenset({label}))


def test_counts_of_two_shards_add():
    monday, tuesday = Count(100, 30, frozenset({"mon"})), Count(50, 10, frozenset({"tue"}))
    assert monday + tuesday == Count(150, 40, frozenset({"mon", "tue"}))


@pytest.mark.parametrize(
    "sample",
    [
        lambda parts: Count(10, 3, parts),
        lambda parts: Moments(2, 1.0, 2.0, parts),
        lambda parts: RiskTable.from_rows(["tap"], [(1, "tap", 2)], 5, parts),
    ],
)
def test_overlapping_or_unlabelled_sets_of_units_are_refused(sample):
    shard, both = frozenset({"shard 1"}), frozenset({"shard 1", "shard 2"})
    with pytest.raises(ValueError, match=r"`parts` is .* must be disjoint"):
        sample(shard) + sample(both)
    with pytest.raises(ValueError, match="`parts` is empty"):
        sample(frozenset()) + sample(shard)


@given(VALUES, VALUES)
def test_moments_of_two_shards_add_to_the_moments_of_all(first, second):
    together = moments_of(first, "a") + moments_of(second, "b")
    whole = moments_of([*first, *second], "ab")
    assert together.n == whole.n
    assert together.mean == pytest.approx(whole.mean, rel=1e-9, abs=1e-6)
    assert together.deviations == pytest.approx(whole.deviations, rel=1e-9, abs=1e-3)


def test_moments_add_without_losing_digits_when_the_mean_is_huge():
    # Σx² is about 3e19 here: subtracting n·mean² from it would be off by thousands.
    shards = [moments_of([1e9 + 0.5 * k for k in range(j, j + 3)], f"shard {j}") for j in range(0, 30, 3)]
    whole = shards[0]
    for shard in shards[1:]:
        whole = whole + shard
    assert whole.variance == pytest.approx(float(np.var(np.arange(30) * 0.5, ddof=1)), rel=1e-6)


def test_moments_from_sums_as_a_database_gives_them():
    # 2, 4, 9: Σx = 15, Σx² = 101, mean 5, deviations 9 + 1 + 16 = 26, s² = 13
    found = Moments.from_sums(3, 15.0, 101.0)
    assert (found.mean, found.deviations, found.variance) == (5.0, 26.0, 13.0)
    assert Moments.from_sums(0, 0.0, 0.0) == Moments(0, 0.0, 0.0)
    assert Moments.from_sums(1, 7.0, 49.0) == Moments(1, 7.0, 0.0)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Count(-1, 0), "`n` is -1; must be"),
        (lambda: Count(3, 4), "`hits` is 4; must be at most `n`"),
        (lambda: Count(3.0, 1), "`n` is 3.0; must be a whole number"),
        (lambda: Count(3, True), "`hits` is True; must be a whole number"),
        (lambda: Moments(2, math.nan, 0.0), "`mean` is nan; must be finite"),
        (lambda: Moments(2, 1.0, -1.0), "`deviations` is -1.0; must be 0 or more"),
        (lambda: Moments(1, 1.0, 2.0), "`deviations` is 2.0; must be 0 for 1 units"),
        (lambda: Moments(0, 1.0, 0.0), "`mean` is 1.0; must be 0 for no units"),
        (lambda: Moments.from_sums(0, 1.0, 1.0), "`n` is 0; must be above 0"),
        (lambda: Moments.from_sums(2, 10.0, 10.0), "`squares` is 10.0; must be at least"),
        (lambda: RiskTable.from_rows(["tap"], [(6, "tap", 1)], 5), "`rows` has ms 6; must be 0 to 5"),
        (lambda: RiskTable.from_rows(["tap"], [(1, "leave", 1)], 5), "`rows` has cause 'leave'"),
        (lambda: RiskTable.from_rows(["tap"], [(1, "tap", -1)], 5), "`units` is -1"),
        (lambda: RiskTable.from_rows(["tap", "tap"], [], 5), "`causes` is"),
        (
            lambda: RiskTable(("tap",), np.zeros((2, 6), np.int64), np.zeros(6, np.int64)),
            "`events` has shape",
        ),
        (lambda: RiskTable(("tap",), np.zeros((1, 6)), np.zeros(6, np.int64)), "`events` is not all whole"),
    ],
)
def test_what_contradicts_itself_is_refused_with_a_sentence(build, sentence):
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        build()


def test_a_risk_table_knows_who_was_still_at_risk():
    # Five impressions: taps at 2 and 4, dismissed at 2, one still open when observation ended at 3, one expired at 5.
    table = RiskTable.from_rows(
        CAUSES, [(2, "tap", 1), (2, "dismiss", 1), (3, None, 1), (4, "tap", 1), (5, None, 1)], 5
    )
    assert table.n == 5
    assert table.limit_ms == 5
    assert table.at_risk().tolist() == [5, 5, 5, 3, 2, 1]


@given(ENDINGS, ENDINGS)
def test_risk_tables_of_two_shards_add_to_the_table_of_all(first, second):
    both = table_of(first, "a") + table_of(second, "b")
    whole = table_of([*first, *second], "ab")
    assert np.array_equal(both.events, whole.events)
    assert np.array_equal(both.censored, whole.censored)


def test_tables_with_different_limits_add_on_the_longer_grid():
    short = table_of([(2, "tap"), (4, None)], "4 ms", limit_ms=4)
    long = table_of([(6, "tap"), (8, None)], "8 ms", limit_ms=8)
    both = short + long
    assert both.limit_ms == 8
    assert both.at_risk().tolist() == [4, 4, 4, 3, 3, 2, 2, 1, 1]
    assert both == long + short


def test_tables_of_other_causes_do_not_add():
    other = RiskTable.from_rows(["tap"], [], 30, frozenset({"b"}))
    with pytest.raises(ValueError, match="`causes` is"):
        table_of([], "a") + other


@given(ENDINGS, st.integers(0, 30))
def test_a_shortened_table_keeps_everyone_and_the_past(endings, limit_ms):
    table = table_of(endings, "a")
    short = table.shortened(limit_ms)
    assert short.n == table.n
    assert short.at_risk().tolist() == table.at_risk()[: limit_ms + 1].tolist()
    assert np.array_equal(short.events, table.events[:, : limit_ms + 1])


def test_a_table_cannot_be_changed_afterwards():
    table = table_of([(2, "tap")], "a")
    with pytest.raises(ValueError, match="read-only"):
        table.events[0, 2] = 5
