"""What to test next: the widths that are promised are those that come."""

import numpy as np
import pytest

from benchmarks.evidence.launches import LAUNCHES, Launch
from experiments.stats.cure import fits, next_durations, predict
from experiments.stats.power import per_arm
from experiments.stats.samples import RiskTable

SLOW = LAUNCHES[4]  # a Weibull launch: taps at 8 s lie half beyond the 4 s limit


@pytest.fixture(scope="module")
def found():
    return fits(SLOW.drawn(np.random.default_rng(1), 20_000, 4000), "tap")


@pytest.fixture(scope="module")
def plan(found):
    return next_durations(found)


def test_the_tests_lie_between_the_limit_and_the_longest_choice(found, plan):
    first, second = plan.tests
    assert 4000 < first.n_ms < second.n_ms <= plan.target_ms + 500
    assert plan.now == predict(found, plan.target_ms).shares["tap"]
    for one in plan.tests:
        assert one.taps == predict(found, one.n_ms).shares["tap"]
        assert one.n_ms % 500 == 0
    # nearly the taps of three times the limit, by every family that counts
    longest = predict(found, 12_000)
    for far, near in zip(longest.families, predict(found, plan.target_ms).families, strict=True):
        if far.supported:
            assert near.shares["tap"].value >= 0.95 * far.shares["tap"].value - 2e-3


def test_a_longer_test_narrows_more(plan):
    first, second = plan.tests
    now = plan.now.interval.high - plan.now.interval.low
    assert second.width < first.width < now
    for one in plan.tests:
        assert one.reduction == pytest.approx(1 - one.width / now)


def test_the_width_promised_is_the_width_that_comes(plan):
    for one in plan.tests:
        came = []
        for seed in range(3):
            table = SLOW.drawn(np.random.default_rng([seed, 3]), 20_000, one.n_ms)
            share = predict(fits(table, "tap"), plan.target_ms).shares["tap"]
            came.append(share.interval.high - share.interval.low)
        assert np.median(came) == pytest.approx(one.width, rel=0.3)


def test_units_are_those_of_a_test_of_two_shares(found, plan):
    present = predict(found, 4000).shares["tap"].value
    assert {one.per_arm for one in plan.tests} == {per_arm(present, 1.05 * present, alpha=0.025)}
    bigger = next_durations(found, matters=0.2, alpha=0.1, power=0.9)
    assert {one.per_arm for one in bigger.tests} == {per_arm(present, 1.2 * present, alpha=0.05, power=0.9)}


def test_where_everybody_has_tapped_nothing_needs_testing():
    quick = Launch("gamma", 0.6, float(np.log(900)), 1.2)
    said = next_durations(fits(quick.drawn(np.random.default_rng(1), 5000, 8000), "tap"))
    assert (said.code, said.facts) == ("long_enough", (("limit_s", 8.0),))


def test_where_nobody_is_left_more_time_reaches_nobody():
    """All have tapped within 0.7 s: no share is known beyond, none is needed."""
    rows = [(100 + 3 * k, "tap", 1) for k in range(200)]
    table = RiskTable.from_rows(("tap", "dismiss", "leave"), rows, 60_000)
    assert next_durations(fits(table, "tap")).code == "long_enough"


def test_what_cannot_be_said(found):
    few = RiskTable.from_rows(("tap",), [(3, "tap", 5), (50, None, 9)], 50)
    assert next_durations(fits(few, "tap")).code == "too_few_endings"
    for wrong in ({"within": 0.0}, {"within": 1.0}, {"matters": 0.0}):
        with pytest.raises(ValueError, match=r"^`"):
            next_durations(found, **wrong)
